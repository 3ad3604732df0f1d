"""`botyard.user.*`: the people of the portal, as administrators look after them."""

from __future__ import annotations

import asyncio
from typing import NamedTuple

import msgspec
from msgspec import UNSET, UnsetType

from botyard.api.botyard import params
from botyard.api.botyard.family import method
from botyard.errors import ApiError, Reason
from botyard.model.people import Profile, User, UserKind
from botyard.portal import users
from botyard.portal.auth import passwords
from botyard.rpc.access import Access
from botyard.rpc.call import Call
from botyard.rpc.method import Mode, Params, ResultPage
from botyard.store import users as stored_users
from botyard.store.engines.db import Duplicate

PAGE = 50
KINDS = {kind.value: kind for kind in UserKind if kind is not UserKind.BOT}


class Fields(Params, frozen=True, rename="upper"):
    """What is known of a person; what is left out stays as it is."""

    name: str | UnsetType = UNSET
    last_name: str | UnsetType = UNSET
    second_name: str | UnsetType = UNSET
    email: str | UnsetType = UNSET
    work_position: str | UnsetType = UNSET
    gender: str | UnsetType = UNSET
    birthday: str | UnsetType = UNSET
    language: str | UnsetType = UNSET


class Added(Fields, frozen=True, rename="upper"):
    """KIND is `employee`, `extranet`, `email` or `guest`.

    The last two have no LOGIN; that of the others has at most 50 characters.
    """

    login: str = ""
    password: str = ""
    kind: str = UserKind.EMPLOYEE.value
    admin: bool = False
    department: list[int] = []


class Updated(Fields, frozen=True, rename="upper"):
    id: int = 0
    admin: bool | UnsetType = UNSET


class Named(Params, frozen=True, rename="upper"):
    id: int = 0


class Listed(Params, frozen=True, rename="upper"):
    kind: str = ""
    start: int = 0


class PasswordParams(Params, frozen=True, rename="upper"):
    """Without PASSWORD one is made up."""

    id: int = 0
    password: str = ""


class UserAnswer(msgspec.Struct, frozen=True, rename="upper"):
    """A person. LAST_LOGIN and LAST_ACTIVITY are null where there was none."""

    id: int
    login: str
    kind: str
    active: bool
    admin: bool
    name: str
    last_name: str
    second_name: str
    email: str
    work_position: str
    language: str
    registered: str
    last_login: str | None
    last_activity: str | None


class AddedAnswer(UserAnswer, frozen=True, rename="upper"):
    """A new person, with the password where it was made up; it is never shown again."""

    password: str | None


class PasswordAnswer(msgspec.Struct, frozen=True, rename="upper"):
    """PASSWORD is null where it was given; it is never shown again."""

    password: str | None


class Hashed(NamedTuple):
    """A password that was made up (``""`` for one that was given), and how it is stored."""

    made: str
    stored: str


def hashed(password: str, own: list[str]) -> Hashed:
    """Hash a password, or a new one where none is given, which takes a while. Raises PASSWORD_WEAK."""
    if not password:
        made = passwords.new_password()
        return Hashed(made, passwords.hashed(made))
    if reason := passwords.weakness(password, own):
        raise ApiError(Reason.PASSWORD_WEAK, reason=reason)
    return Hashed("", passwords.hashed(password))


def of_new(p: Added) -> Hashed:
    """The password of somebody to be added; those without a login have none. Raises PASSWORD_WEAK."""
    return hashed(p.password, users.known_words(_profile(p), p.login)) if p.login else Hashed("", "")


@method(
    "botyard.user.add",
    access=Access.ADMIN,
    mode=Mode.WRITE,
    raises=(Reason.ARGUMENT, Reason.LOGIN_TAKEN, Reason.PASSWORD_WEAK),
    before=of_new,
)
async def add(call: Call, p: Added) -> AddedAnswer:
    """Add a person, tell ONUSERADD, and return the password if none was given."""
    made: Hashed = call.prepared
    kind = KINDS.get(p.kind.lower())
    login = p.login.strip()
    if kind is None:
        raise ApiError(Reason.ARGUMENT, reason=f"KIND is one of {', '.join(KINDS)}")
    if not login and kind in users.PEOPLE:
        raise ApiError(Reason.ARGUMENT, reason="LOGIN is missing: people sign in with it; only guests have none")
    if login and kind not in users.PEOPLE:
        raise ApiError(Reason.ARGUMENT, reason="LOGIN belongs to employee and extranet, and to no other kind")
    if reason := users.login_problem(login):
        raise ApiError(Reason.ARGUMENT, reason=reason)
    if login and await users.find_login(call.tx, login):
        raise ApiError(Reason.LOGIN_TAKEN)
    profile = _profile(p)
    try:
        user_id = await users.add(
            call.tx,
            msgspec.structs.replace(profile, name=profile.name or login),
            login=login,
            password_hash=made.stored,
            kind=kind,
            admin=p.admin and kind is UserKind.EMPLOYEE,
            departments=await _departments(call, p.department),
        )
    except Duplicate:
        raise ApiError(Reason.LOGIN_TAKEN) from None
    [added] = await stored_users.find_many(call.tx, [user_id])
    answer = _answer(call, added)
    return AddedAnswer(**msgspec.structs.asdict(answer), password=made.made or None)


@method("botyard.user.list", access=Access.ADMIN)
async def list_(call: Call, p: Listed) -> ResultPage[list[UserAnswer]]:
    """List people of all kinds, those sent away too, 50 at a time by id."""
    start = min(max(p.start, 0), 2**31)
    people = await stored_users.people_after(call.tx, p.kind.lower(), start, limit=PAGE)
    total = await stored_users.count_people(call.tx, p.kind.lower())
    return ResultPage([_answer(call, user) for user in people], total, start + PAGE if start + PAGE < total else None)


@method("botyard.user.get", access=Access.ADMIN, raises=(Reason.USER_MISSING,))
async def get(call: Call, p: Named) -> UserAnswer:
    """Tell about a person."""
    return _answer(call, await params.person(call, p.id))


@method("botyard.user.update", access=Access.ADMIN, mode=Mode.WRITE, raises=(users.set_admin, Reason.USER_MISSING))
async def update(call: Call, p: Updated) -> UserAnswer:
    """Change what is known of a person, and whether an employee is an administrator."""
    user = await params.person(call, p.id)
    await users.change(call.tx, user.id, _profile(p))
    if p.admin is not UNSET and user.kind == UserKind.EMPLOYEE and p.admin != user.admin:
        await users.set_admin(call.tx, user, bool(p.admin))
    return _answer(call, await params.person(call, p.id))


@method(
    "botyard.user.deactivate",
    access=Access.ADMIN,
    mode=Mode.WRITE,
    raises=(users.deactivate, Reason.USER_MISSING),
)
async def deactivate(call: Call, p: Named) -> bool:
    """Deactivate a person: signed out everywhere, and calls refused with INVALID_CREDENTIALS."""
    await users.deactivate(call.tx, await params.person(call, p.id))
    return True


@method("botyard.user.activate", access=Access.ADMIN, mode=Mode.WRITE, raises=(Reason.USER_MISSING,))
async def activate(call: Call, p: Named) -> bool:
    """Let a person back in, with the keys that were not revoked meanwhile."""
    await users.activate(call.tx, await params.person(call, p.id))
    return True


@method(
    "botyard.user.password",
    access=Access.ADMIN,
    mode=Mode.OWN,
    raises=(Reason.USER_MISSING, Reason.PASSWORD_WEAK),
)
async def password(call: Call, p: PasswordParams) -> PasswordAnswer:
    """Set a password, and sign the person out wherever the old one was used."""
    database = call.context.database
    user = await database.read(lambda tx: params.person(call.within(tx), p.id))
    if user.kind not in users.PEOPLE:
        raise ApiError(Reason.USER_MISSING)
    # Whose it is must be known before it can be judged, and hashing takes too long for a transaction.
    made = await asyncio.to_thread(hashed, p.password, users.known_words(user))
    await database.write(lambda tx: users.set_password(call.within(tx).tx, user.id, made.stored))
    return PasswordAnswer(made.made or None)


def _profile(p: Fields) -> Profile:
    names = Fields.__struct_fields__
    return Profile(**{name: getattr(p, name) for name in names if getattr(p, name) is not UNSET})


async def _departments(call: Call, wanted: list[int]) -> list[int]:
    known = {department.id for department in await stored_users.departments(call.tx)}
    if not set(wanted) <= known:
        raise ApiError(Reason.ARGUMENT, reason="DEPARTMENT must list departments that exist")
    return wanted


def _answer(call: Call, user: User) -> UserAnswer:
    clock = call.context.clock
    return UserAnswer(
        id=user.id,
        login=user.login,
        kind=user.kind,
        active=user.active,
        admin=user.admin,
        name=user.name,
        last_name=user.last_name,
        second_name=user.second_name,
        email=user.email,
        work_position=user.work_position,
        language=user.language,
        registered=call.atom(user.registered),
        last_login=clock.atom_or_none(user.last_login),
        last_activity=clock.atom_or_none(user.last_activity),
    )
