"""People, bots among them."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from botyard.model.lengths import WORDS_MAX
from botyard.model.people import Profile, User, UserKind
from botyard.store import avatars, name_words
from botyard.store.engines.db import Tx, Value
from botyard.store.id_lists import id_list
from botyard.store.portal import note_revocation
from botyard.store.records import Record, insert, scalar

USER = Record(User, "users u")
_BY_ID = f"{USER.select} WHERE u.id = :id"
_BY_LOGIN = f"{USER.select} WHERE u.login = :login"
_ALL = f"{USER.select} ORDER BY u.id"
_PEOPLE_AFTER = f"""{USER.select} WHERE u.kind NOT IN ('bot', 'deleted') AND (:kind = '' OR u.kind = :kind)
            ORDER BY u.id LIMIT :limit OFFSET :offset"""

FIRST_BOT = 1001
"""Where the ids of bots begin: parsers of forms (qs in Express) read ``data[BOT][8]`` as a list, but not 1001."""


async def find(tx: Tx, user_id: int) -> User | None:
    return USER.read(await tx.one(_BY_ID, id=user_id))


async def find_by_login(tx: Tx, login: str) -> User | None:
    return USER.read(await tx.one(_BY_LOGIN, login=login))


async def email_taken(tx: Tx, email: str) -> bool:
    """Whether somebody who may sign in has this address, however its letters are written."""
    sql = "SELECT 1 FROM users WHERE LOWER(email) = :email AND kind IN ('employee', 'extranet') LIMIT 1"
    return await tx.one(sql, email=email.lower()) is not None


async def find_many(tx: Tx, ids: list[int]) -> list[User]:
    """The users with these ids, in id order; unknown ids are left out."""
    if not ids:
        return []
    listed, values = id_list(ids)
    return USER.read_all(await tx.all(f"{USER.select} WHERE u.id IN ({listed}) ORDER BY u.id", **values))


async def everyone(tx: Tx) -> list[User]:
    """All people and bots, in id order (for the command line)."""
    return USER.read_all(await tx.all(_ALL))


async def add(tx: Tx, kind: UserKind, profile: Profile, *, login: str = "", admin: bool = False) -> int:
    """Insert a user and return its id."""
    values: dict[str, Value] = {**_set(profile)}
    values |= {"kind": kind.value, "login": login, "admin": int(admin), "registered": tx.now, "updated": tx.now}
    values["full_name"] = full_name(str(values.get("name", "")), str(values.get("last_name", "")))
    values["id"] = user_id = await _next_id(tx, kind)
    await tx.run(insert("users", tuple(values)), **values)
    await name_words.add_user(tx, user_id, values)
    return user_id


def _set(profile: Profile) -> dict[str, str]:
    """The fields that are set, as long as they may be."""
    fields = msgspec.structs.asdict(profile).items()
    return {name: value[:WORDS_MAX] for name, value in fields if value is not None}


async def _next_id(tx: Tx, kind: UserKind) -> int:
    """A free id: people count from 1, bots from ``FIRST_BOT``; people beyond that share the bots' numbers."""
    # Held until the transaction ends, so that no two users get one number. Users are never deleted: none comes back.
    await tx.one("SELECT id FROM portal {for_update}")
    row = await tx.one(
        """SELECT COALESCE((SELECT MAX(id) FROM users), 0) + 1,
               COALESCE((SELECT MAX(id) FROM users WHERE id < :first), 0) + 1""",
        first=FIRST_BOT,
    )
    assert row is not None
    following, person = row
    return int(person) if kind is not UserKind.BOT and person < FIRST_BOT else max(int(following), FIRST_BOT)


async def change(tx: Tx, user_id: int, profile: Profile) -> None:
    """Set the fields of ``profile`` that are not ``None``."""
    values = _set(profile)
    replaced = "" if profile.avatar is None else await _hold_avatar(tx, user_id)
    sets = ", ".join(f"{name} = :{name}" for name in [*values, "updated"])
    await tx.run(f"UPDATE users SET {sets} WHERE id = :id", id=user_id, updated=tx.now, **values)
    current = await find(tx, user_id)
    if current:
        name = full_name(current.name, current.last_name)
        await tx.run("UPDATE users SET full_name = :name WHERE id = :id", name=name, id=user_id)
        if any(field in values for field in name_words.FIELDS):
            await name_words.set_user(tx, current)
    if replaced:
        await avatars.release(tx, replaced)


async def remove_avatar(tx: Tx, user_id: int) -> None:
    """Show somebody without a picture."""
    replaced = await _hold_avatar(tx, user_id)
    if replaced:
        await tx.run("UPDATE users SET avatar = '' WHERE id = :id", id=user_id)
        await avatars.release(tx, replaced)


async def _hold_avatar(tx: Tx, user_id: int) -> str:
    """The picture of somebody, which nobody else replaces until the transaction ends."""
    return scalar(await tx.one("SELECT avatar FROM users WHERE id = :id {for_update}", id=user_id), "")


async def set_active(tx: Tx, user_id: int, active: bool) -> None:
    """Deactivate or activate somebody; the bots that a person registered stop and go on with that person."""
    await note_revocation(tx)
    await tx.run(
        """UPDATE users SET active = :active, updated = :now
           WHERE id = :id OR id IN (SELECT b.user_id FROM bots b WHERE b.registrant = :id)""",
        active=int(active),
        now=tx.now,
        id=user_id,
    )


async def set_admin(tx: Tx, user_id: int, admin: bool) -> None:
    await tx.run(
        "UPDATE users SET admin = :admin, updated = :now WHERE id = :id", admin=int(admin), now=tx.now, id=user_id
    )


async def count_admins(tx: Tx) -> int:
    """Administrators who are active."""
    return scalar(await tx.one("SELECT COUNT(*) FROM users WHERE admin = 1 AND active = 1"), 0)


async def set_login(tx: Tx, user_id: int, login: str) -> None:
    """Raises Duplicate where somebody else has the login."""
    await tx.run("UPDATE users SET login = :login, updated = :now WHERE id = :id", login=login, now=tx.now, id=user_id)


async def people_after(tx: Tx, kind: str, offset: int, *, limit: int) -> list[User]:
    """People without bots, of one kind or (``""``) all, in id order."""
    return USER.read_all(await tx.all(_PEOPLE_AFTER, kind=kind, limit=limit, offset=offset))


async def count_people(tx: Tx, kind: str) -> int:
    """How many of them there are."""
    sql = "SELECT COUNT(*) FROM users WHERE kind NOT IN ('bot', 'deleted') AND (:kind = '' OR kind = :kind)"
    return scalar(await tx.one(sql, kind=kind), 0)


async def renew_password(tx: Tx, user_id: int, password_hash: str) -> None:
    """Store the same password by another hash."""
    await tx.run("UPDATE users SET password = :hash WHERE id = :id", hash=password_hash, id=user_id)


async def set_password(tx: Tx, user_id: int, password: str, *, initial: bool = False) -> None:
    """Store the (already hashed) password; its owner has to change an ``initial`` one after signing in."""
    sql = "UPDATE users SET password = :password, password_initial = :initial WHERE id = :id"
    await tx.run(sql, password=password, initial=int(initial), id=user_id)


async def seen(tx: Tx, user_id: int) -> None:
    """Note that a person was active; a minute's grain is enough, so most calls change nothing.

    What lies ahead is from before the clock was set back.
    """
    await tx.update(
        """UPDATE users SET last_activity = :now
           WHERE id = :id AND COALESCE(last_activity, 0) NOT BETWEEN :before AND :after""",
        now=tx.now,
        id=user_id,
        before=tx.now - 60,
        after=tx.now + 60,
    )


async def seen_together(tx: Tx, ids: Iterable[int]) -> None:
    """The same of several people, who are connected."""
    listed = id_list(ids)
    await tx.run(
        f"""UPDATE users SET last_activity = :now
            WHERE id IN ({listed.sql}) AND COALESCE(last_activity, 0) NOT BETWEEN :before AND :after""",
        now=tx.now,
        before=tx.now - 5,
        after=tx.now + 60,
        **listed.values,
    )


async def last_activities(tx: Tx, ids: Iterable[int]) -> dict[int, int | None]:
    """When people were last active; ``None`` for never."""
    listed = id_list(ids)
    rows = await tx.all(f"SELECT u.id, u.last_activity FROM users u WHERE u.id IN ({listed.sql})", **listed.values)
    return dict(rows)


async def set_status(tx: Tx, user_id: int, status: str) -> None:
    await tx.run("UPDATE users SET status = :status WHERE id = :id", status=status, id=user_id)


async def set_idle(tx: Tx, user_id: int, since: int | None) -> None:
    """Note since when a person is away, or that the person is back."""
    await tx.run("UPDATE users SET idle_since = :since WHERE id = :id", since=since, id=user_id)


def full_name(name: str, last_name: str) -> str:
    """The name that chats show."""
    return " ".join(part for part in (name, last_name) if part)


async def departments_of(tx: Tx, ids: list[int]) -> dict[int, list[int]]:
    """User id to the ids of that user's departments."""
    if not ids:
        return {}
    listed, values = id_list(ids)
    by_user: dict[int, list[int]] = {}
    for user_id, department_id in await tx.all(
        f"SELECT user_id, department_id FROM department_members WHERE user_id IN ({listed}) ORDER BY department_id",
        **values,
    ):
        by_user.setdefault(user_id, []).append(department_id)
    return by_user


async def leave_departments(tx: Tx, user_id: int) -> None:
    await tx.run("DELETE FROM department_members WHERE user_id = :user", user=user_id)


async def join_department(tx: Tx, user_id: int, department_id: int) -> None:
    await tx.run(
        "INSERT INTO department_members (user_id, department_id) VALUES (:user, :department) ON CONFLICT DO NOTHING",
        user=user_id,
        department=department_id,
    )
