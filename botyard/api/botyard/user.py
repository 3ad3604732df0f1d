"""`botyard.user.*`: the people of the portal, as administrators look after them."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import NamedTuple

import msgspec
from msgspec import UNSET, UnsetType

from botyard.api.botyard import params
from botyard.api.botyard.family import method
from botyard.chat import people
from botyard.errors import ApiError, ErrorCode, Reason
from botyard.model.people import Profile, User, UserKind
from botyard.portal import departments, mail, users
from botyard.portal.auth import password_changes, passwords, second_factors, sessions
from botyard.portal.auth.password_changes import ResetLink
from botyard.rpc.access import Access, require
from botyard.rpc.call import Call
from botyard.rpc.method import Mode, Params, ResultPage
from botyard.store import portal
from botyard.store import users as stored_users
from botyard.store.engines.db import Duplicate, T, Tx, Work

PAGE = 50
KINDS = {kind.value: kind for kind in UserKind if kind not in (UserKind.BOT, UserKind.DELETED)}


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
    """DEPARTMENT are all departments from now on."""

    id: int = 0
    login: str | UnsetType = UNSET
    admin: bool | UnsetType = UNSET
    department: list[int] | UnsetType = UNSET


class Named(Params, frozen=True, rename="upper"):
    id: int = 0


class Listed(Params, frozen=True, rename="upper"):
    kind: str = ""
    start: int = 0


class PasswordParams(Params, frozen=True, rename="upper"):
    """Without PASSWORD one is made up."""

    id: int = 0
    password: str = ""


class LinkParams(Params, frozen=True, rename="upper"):
    """With MAIL the link is sent to the person's address of e-mail, and not returned."""

    id: int = 0
    mail: bool = False


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


class LinkAnswer(msgspec.Struct, frozen=True, rename="upper"):
    """LINK is null where it was sent by mail; it is never shown again. MAILED_TO is null where it was not."""

    link: str | None
    expires: str
    mailed_to: str | None


class Hashed(NamedTuple):
    """A password that was made up (``""`` for one that was given), and how it is stored."""

    made: str
    stored: str


async def hashed(call: Call, password: str, own: list[str]) -> Hashed:
    """Hash a password, or a new one where none is given, which takes a while. Raises PASSWORD_WEAK."""
    made = "" if password else passwords.new_password()
    return Hashed(made, await call.context.password_rules.hashed(password or made, own))


@method(
    "botyard.user.add",
    access=Access.ADMIN,
    mode=Mode.OWN,
    raises=(Reason.ARGUMENT, Reason.LOGIN_TAKEN, Reason.PASSWORD_WEAK, ErrorCode.ACCOUNTS_CLOSED),
)
async def add(call: Call, p: Added) -> AddedAnswer:
    """Add a person, tell ONUSERADD, and return the password if none was given.

    It has to be changed when the person first signs in. An application adds no administrators.
    """
    if p.admin:
        require(Access.ACCOUNTS, call.identity, action="add administrators")
    # Hashing takes too long for a transaction; those without a login have no password.
    made = await hashed(call, p.password, users.known_words(profile(p), p.login)) if p.login else Hashed("", "")
    try:
        return await call.context.database.write(lambda tx: _add(call.within(tx), p, made))
    except Duplicate:
        raise ApiError(Reason.LOGIN_TAKEN) from None


async def _add(call: Call, p: Added, made: Hashed) -> AddedAnswer:
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
    known = profile(p)
    user_id = await users.add(
        call.tx,
        msgspec.structs.replace(known, name=known.name or login),
        login=login,
        password_hash=made.stored,
        kind=kind,
        admin=p.admin and kind is UserKind.EMPLOYEE,
        departments=await _departments(call, p.department),
        initial=True,
    )
    [added] = await stored_users.find_many(call.tx, [user_id])
    return AddedAnswer(**msgspec.structs.asdict(answer(call, added)), password=made.made or None)


@method("botyard.user.list", access=Access.ADMIN)
async def list_(call: Call, p: Listed) -> ResultPage[list[UserAnswer]]:
    """List people of all kinds, including deactivated ones, 50 at a time by id."""
    start = min(max(p.start, 0), 2**31)
    people = await stored_users.people_after(call.tx, p.kind.lower(), start, limit=PAGE)
    total = await stored_users.count_people(call.tx, p.kind.lower())
    return ResultPage([answer(call, user) for user in people], total, start + PAGE if start + PAGE < total else None)


@method("botyard.user.get", access=Access.ADMIN, raises=(Reason.USER_MISSING,))
async def get(call: Call, p: Named) -> UserAnswer:
    """Tell about a person."""
    return answer(call, await params.person(call, p.id))


@method(
    "botyard.user.update",
    access=Access.ADMIN,
    mode=Mode.WRITE,
    raises=(users.set_admin, users.set_login, Reason.USER_MISSING, Reason.ARGUMENT, ErrorCode.ACCOUNTS_CLOSED),
)
async def update(call: Call, p: Updated) -> UserAnswer:
    """Change what is known of a person, the login and the departments, and whether an employee is an administrator.

    An application changes nobody's EMAIL, and ADMIN of nobody but the person in whose name it calls.
    """
    user = await params.person(call, p.id)
    if p.email is not UNSET or (p.admin is not UNSET and user.id != call.user_id):
        require(Access.ACCOUNTS, call.identity, action="change EMAIL, and ADMIN of somebody else")
    if p.login is not UNSET and p.login != user.login:
        await _set_login(call, user, p.login.strip())
    if p.department is not UNSET:
        await users.set_departments(call.tx, user.id, await _departments(call, p.department))
    await users.change(call.tx, user.id, profile(p))
    if p.admin is not UNSET and user.kind == UserKind.EMPLOYEE and p.admin != user.admin:
        await users.set_admin(call.tx, user, bool(p.admin))
    return answer(call, await params.person(call, p.id))


async def _set_login(call: Call, user: User, login: str) -> None:
    if not login or user.kind not in users.PEOPLE:
        raise ApiError(Reason.ARGUMENT, reason="LOGIN belongs to employee and extranet, who have one always")
    if reason := users.login_problem(login):
        raise ApiError(Reason.ARGUMENT, reason=reason)
    await users.set_login(call.tx, user, login)


@method("botyard.user.delete", access=Access.ADMIN, mode=Mode.OWN, raises=(people.delete, Reason.USER_MISSING))
async def delete(call: Call, p: Named) -> bool:
    """Delete a person's account: keys and bots end, the login is free, what is known of the person is forgotten.

    Messages stay, written by a deleted person. It cannot be undone.
    """

    def write(work: Work[T]) -> Awaitable[T]:
        return call.context.database.write(lambda tx: work(call.within(tx).tx))

    await call.context.database.read(lambda tx: params.person(call.within(tx), p.id))
    await people.delete(write, p.id, actor_id=call.user_id)
    return True


@method(
    "botyard.user.deactivate",
    access=Access.ADMIN,
    mode=Mode.WRITE,
    raises=(users.deactivate, Reason.USER_MISSING),
)
async def deactivate(call: Call, p: Named) -> bool:
    """Deactivate a person: signed out everywhere, and calls refused with INVALID_CREDENTIALS.

    What the person registered stops: bots, handlers, subscriptions and links to files. Bots can be handed over by
    `botyard.bot.reassign`.
    """
    await users.deactivate(call.tx, await params.person(call, p.id))
    return True


@method("botyard.user.activate", access=Access.ADMIN, mode=Mode.WRITE, raises=(Reason.USER_MISSING,))
async def activate(call: Call, p: Named) -> bool:
    """Let a person back in, with the keys that were not revoked meanwhile."""
    await users.activate(call.tx, await params.person(call, p.id))
    return True


@method(
    "botyard.user.password",
    access=Access.ACCOUNTS,
    mode=Mode.OWN,
    raises=(Reason.USER_MISSING, Reason.PASSWORD_WEAK),
)
async def password(call: Call, p: PasswordParams) -> PasswordAnswer:
    """Set a password, and sign the person out wherever the old one was used. It has to be changed after signing in."""
    database = call.context.database
    user = await database.read(lambda tx: params.person(call.within(tx), p.id))
    if user.kind not in users.PEOPLE:
        raise ApiError(Reason.USER_MISSING)
    # Whose it is must be known before it can be judged, and hashing takes too long for a transaction.
    made = await hashed(call, p.password, users.known_words(user))
    await database.write(lambda tx: users.set_password(call.within(tx).tx, user.id, made.stored, initial=True))
    return PasswordAnswer(made.made or None)


@method(
    "botyard.user.password.link",
    access=Access.ACCOUNTS,
    mode=Mode.OWN,
    raises=(password_changes.make_link, mail.send, Reason.USER_MISSING, Reason.MAIL_NO_ADDRESS),
)
async def password_link(call: Call, p: LinkParams) -> LinkAnswer:
    """Make a link by which a person chooses a new password, once and within a day; an earlier one ends.

    The present password works until then.
    """
    context = call.context
    if p.mail:
        mail.require(context.settings)

    async def work(tx: Tx) -> tuple[User, ResetLink]:
        user = await params.person(call.within(tx), p.id)
        if p.mail and not user.email:
            raise ApiError(Reason.MAIL_NO_ADDRESS)
        return user, await password_changes.make_link(tx, context.keys, user)

    user, link = await context.database.write(work)
    known = await context.database.read(portal.get)
    url = context.settings.working_url(https_required=known is not None and known.https_required) + link.path
    if p.mail:
        await password_changes.mail_link(context.settings, user.email, url=url)
    return LinkAnswer(None if p.mail else url, call.atom(link.expires), user.email if p.mail else None)


@method("botyard.user.signout", access=Access.ADMIN, mode=Mode.WRITE, raises=(Reason.USER_MISSING,))
async def signout(call: Call, p: Named) -> int:
    """Sign a person out in all browsers, and return in how many. Keys and tokens stay."""
    user = await params.person(call, p.id)
    return await sessions.end_all(call.tx, user.id)


@method(
    "botyard.user.second.factor.reset",
    access=Access.ACCOUNTS,
    mode=Mode.WRITE,
    raises=(Reason.USER_MISSING,),
)
async def second_factor_reset(call: Call, p: Named) -> bool:
    """Turn off the second factor of a person who has lost it, and sign the person out; false where there was none."""
    return await second_factors.reset(call.tx, await params.person(call, p.id))


def profile(p: Fields) -> Profile:
    """What a call says of a person."""
    names = Fields.__struct_fields__
    return Profile(**{name: getattr(p, name) for name in names if getattr(p, name) is not UNSET})


async def _departments(call: Call, wanted: list[int]) -> list[int]:
    if await departments.unknown(call.tx, wanted):
        raise ApiError(Reason.ARGUMENT, reason="DEPARTMENT must list departments that exist")
    return list(dict.fromkeys(wanted))


def answer(call: Call, user: User) -> UserAnswer:
    """A person as the methods return one."""
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
