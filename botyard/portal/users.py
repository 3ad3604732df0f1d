"""People of the portal: find, add, list, activate and deactivate."""

from __future__ import annotations

from collections.abc import Iterable

from botyard.errors import ApiError, Reason, raises
from botyard.events import outbox
from botyard.model.audit import AuditEvent
from botyard.model.people import Profile, User, UserKind
from botyard.model.portal_events import UserAdded, UserChanged
from botyard.portal import audit, made_keys
from botyard.store import erasure, reset_links, sessions, user_fields, users
from botyard.store.engines.db import Tx

PEOPLE = (UserKind.EMPLOYEE, UserKind.EXTRANET)
"""Kinds that have a login of their own."""


async def find_login(tx: Tx, login: str) -> User | None:
    """A person by login alone."""
    return await users.find_by_login(tx, login) if login else None


async def find(tx: Tx, who: str) -> User | None:
    """A person by login or by id; a login that looks like a number wins."""
    user = await find_login(tx, who)
    if user is None and who.isascii() and who.isdigit() and len(who) < 19:
        user = await users.find(tx, int(who))
    return user


LOGIN_MAX = 50


def login_problem(login: str) -> str:
    """Why a text cannot be a login, in words that end a sentence; ``""`` where it can."""
    if len(login) > LOGIN_MAX:
        return f"a login has at most {LOGIN_MAX} characters"
    if not login.isprintable() or login != login.strip():
        return "a login has no characters that cannot be seen, and no blanks around it"
    return ""


async def add(
    tx: Tx,
    profile: Profile,
    *,
    login: str,
    password_hash: str,
    kind: UserKind = UserKind.EMPLOYEE,
    admin: bool = False,
    departments: Iterable[int] = (),
    initial: bool = False,
) -> int:
    """Add a person and return the id. Raises ``Duplicate`` when the login is taken.

    A password that is only ``initial`` has to be changed after signing in with it.
    """
    user_id = await users.add(tx, kind, profile, login=login, admin=admin)
    await users.set_password(tx, user_id, password_hash, initial=initial)
    for department_id in departments:
        await users.join_department(tx, user_id, department_id)
    await outbox.publish(tx, UserAdded(actor_id=user_id, user_id=user_id))
    details: dict[str, str | int | None] = {"login": login, "kind": kind, "admin": int(admin)}
    await audit.record(tx, AuditEvent.USER_ADDED, subject=f"user:{user_id}", details=details)
    return user_id


async def change(tx: Tx, user_id: int, profile: Profile) -> None:
    """Change what is known of a person."""
    before = await users.find(tx, user_id) if profile.email is not None else None
    await users.change(tx, user_id, profile)
    await _publish_change(tx, user_id)
    moved = before is not None and before.email != profile.email
    details: dict[str, str | int | None] = {"email": profile.email} if moved else {}
    await audit.record(tx, AuditEvent.USER_CHANGED, subject=f"user:{user_id}", details=details)


async def _publish_change(tx: Tx, user_id: int) -> None:
    await outbox.publish(tx, UserChanged(actor_id=user_id, user_id=user_id))


@raises(Reason.LAST_ADMIN)
async def deactivate(tx: Tx, user: User) -> None:
    """Deactivate a person: they are signed out everywhere, and their keys stop working. Raises LAST_ADMIN.

    Keys that the person has made for others end.
    """
    await _require_other_admin(tx, user)
    await sessions.remove_of(tx, user.id)
    await users.set_active(tx, user.id, False)
    await _publish_change(tx, user.id)
    await made_keys.end_by_person(tx, user.id)
    await audit.record(tx, AuditEvent.USER_DEACTIVATED, subject=f"user:{user.id}")


async def activate(tx: Tx, user: User) -> None:
    """Activate a person who was deactivated."""
    await users.set_active(tx, user.id, True)
    await _publish_change(tx, user.id)
    await audit.record(tx, AuditEvent.USER_ACTIVATED, subject=f"user:{user.id}")


@raises(Reason.LAST_ADMIN)
async def delete(tx: Tx, user: User) -> None:
    """Delete an account: its keys end, its login is free, and what is known of the person is forgotten.

    The row stays without any of it, for messages name it as their author. Raises LAST_ADMIN.
    """
    await _require_other_admin(tx, user)
    await made_keys.end_by_person(tx, user.id)
    await user_fields.forget(tx, user.id)
    await erasure.erase(tx, user.id, avatar=user.avatar)
    await _publish_change(tx, user.id)
    await audit.record(tx, AuditEvent.USER_DELETED, subject=f"user:{user.id}")


@raises(Reason.LOGIN_TAKEN)
async def set_login(tx: Tx, user: User, login: str) -> None:
    """Let a person sign in by another login. Raises LOGIN_TAKEN."""
    other = await users.find_by_login(tx, login)
    if other is not None and other.id != user.id:
        raise ApiError(Reason.LOGIN_TAKEN)
    await users.set_login(tx, user.id, login)
    await audit.record(tx, AuditEvent.USER_CHANGED, subject=f"user:{user.id}", details={"login": login})


async def set_departments(tx: Tx, user_id: int, departments: Iterable[int]) -> None:
    """Put a person into these departments, and no others."""
    await users.leave_departments(tx, user_id)
    for department_id in departments:
        await users.join_department(tx, user_id, department_id)
    await _publish_change(tx, user_id)


@raises(Reason.LAST_ADMIN)
async def set_admin(tx: Tx, user: User, admin: bool) -> None:
    """Give or take the rights of an administrator. Raises LAST_ADMIN.

    Keys that the person has made for others end with the rights by which they were made.
    """
    if not admin:
        await _require_other_admin(tx, user)
        await made_keys.end_by_person(tx, user.id)
    await users.set_admin(tx, user.id, admin)
    event = AuditEvent.ADMIN_GRANTED if admin else AuditEvent.ADMIN_REVOKED
    await audit.record(tx, event, subject=f"user:{user.id}")


async def set_password(
    tx: Tx, user_id: int, password_hash: str, *, initial: bool = False, keep_session: int = 0
) -> None:
    """Set a password, and sign the person out wherever the old one was used, save in one session that may be kept.

    A link for a new password ends as well. A password that is only ``initial`` has to be changed after signing in.
    """
    await users.set_password(tx, user_id, password_hash, initial=initial)
    await sessions.remove_of(tx, user_id, but=keep_session)
    await reset_links.remove_of(tx, user_id)
    await audit.record(tx, AuditEvent.PASSWORD_SET, subject=f"user:{user_id}")


async def _require_other_admin(tx: Tx, user: User) -> None:
    if user.admin and user.active and await users.count_admins(tx) < 2:
        raise ApiError(Reason.LAST_ADMIN)


async def people(tx: Tx) -> list[User]:
    """Everybody with a login, in id order: no bots, no guests."""
    return [user for user in await users.everyone(tx) if user.kind in PEOPLE]


async def first_admin(tx: Tx) -> User | None:
    """The longest-standing administrator who is active."""
    return next((user for user in await users.everyone(tx) if user.admin and user.active), None)


def known_words(user: User | Profile, login: str = "") -> list[str]:
    """What everybody knows of somebody, and would try first as the password."""
    known = (login, user.name, user.last_name, user.second_name, user.email)
    return [text for text in (*known, user.login if isinstance(user, User) else "") if text]


def display_name(user: User) -> str:
    """What to call somebody in a list: the name, or the login of those who have none."""
    return user.full_name or user.login or f"user {user.id}"
