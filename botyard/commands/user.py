"""`botyard user`: add, list, change and delete people, set passwords, deactivate people."""

from __future__ import annotations

import sys
from types import SimpleNamespace

import click

from botyard.chat import people
from botyard.commands import options
from botyard.commands.exit_codes import CommandError, ExitCode, storage_errors
from botyard.commands.open_portal import actor, open_portal, person
from botyard.commands.table import moment, table, yes
from botyard.model.people import Profile, User, UserKind
from botyard.portal import departments, mail, users
from botyard.portal.auth import password_changes, passwords, second_factors, sessions
from botyard.portal.auth.breached_passwords import opened_list
from botyard.portal.auth.password_changes import ResetLink
from botyard.store import bots, portal
from botyard.store import users as stored_users
from botyard.store.engines.db import Tx

ABOUT = "Add, list, change and delete people, set passwords, deactivate people and activate them again."
EXAMPLES = """
botyard user add ann --name Ann --last-name Lee --department Sales
botyard user add root --admin
botyard user add Gil --guest
botyard user list
botyard user update ann --position Director --admin
botyard user password-link ann
botyard user deactivate ann
botyard user delete ann
echo 'correct horse battery' | botyard user password ann --password-stdin
"""

_TEXTS = {
    "name": "first name (default: the login)",
    "last-name": "last name",
    "email": "address of e-mail",
    "position": "what they do",
    "department": "where they work; made when there is none of this name",
}
_CHANGES = {"login": "what they sign in with", **_TEXTS, "name": "first name"}


def command() -> click.Command:
    """The command with its verbs."""
    who = options.argument("who", metavar="LOGIN_OR_ID")
    from_stdin = options.switch("password-stdin", "read the password from standard input, print none")
    return options.group(
        "user",
        ABOUT,
        EXAMPLES,
        options.verb(
            "add",
            "Add a person and print a password.",
            _add,
            options.argument("login"),
            *(options.option(name, meaning, default="") for name, meaning in _TEXTS.items()),
            options.switch("admin", "with an administrator's rights"),
            options.switch("extranet", "from outside: sees only the chats it is in"),
            options.switch("guest", "without a login: LOGIN is the name then"),
            from_stdin,
            options.setting("breached_passwords"),
            *options.place(),
        ),
        options.verb("list", "List people.", _list, *options.place()),
        options.verb(
            "update",
            "Change what is known of somebody; what is left out stays.",
            _update,
            who,
            *(options.option(name, meaning) for name, meaning in _CHANGES.items()),
            options.switch("admin/--no-admin", "with an administrator's rights, or without", default=None),
            *options.place(),
        ),
        options.verb("delete", "Delete somebody's account for good; messages stay.", _delete, who, *options.place()),
        options.verb(
            "password",
            "Set a new password of somebody, which has to be changed after signing in.",
            _password,
            who,
            from_stdin,
            options.setting("breached_passwords"),
            *options.place(),
        ),
        options.verb(
            "password-link",
            "Print an address by which somebody chooses a password, once and within a day.",
            _password_link,
            who,
            options.switch("mail", "send it to the person, and print none"),
            # Without it the address is the one at which the portal was last served.
            options.setting("public_url", default=None),
            *options.settings(("smtp_url", "smtp_from")),
            *options.place(),
        ),
        options.verb("signout", "Sign somebody out in all browsers.", _signout, who, *options.place()),
        options.verb(
            "second-factor-reset",
            "Turn off the second factor of somebody who has lost it.",
            _second_factor_reset,
            who,
            *options.place(),
        ),
        options.verb("deactivate", "Deactivate somebody, at once and everywhere.", _deactivate, who, *options.place()),
        options.verb("activate", "Let somebody in again.", _activate, who, *options.place()),
    )


def _chosen(args: SimpleNamespace) -> str:
    """The password to set: from standard input, or a new one."""
    return sys.stdin.readline().rstrip("\r\n") if args.password_stdin else passwords.new_password()


def _hashed(args: SimpleNamespace, password: str, own: list[str]) -> str:
    """A password as it is stored. Raises Failure for a weak one."""
    if not args.password_stdin:
        return passwords.hashed(password)
    settings = options.chosen(args)
    with storage_errors(settings):
        breached = opened_list(settings)
    if reason := passwords.weakness(password, own, breached=breached):
        raise CommandError(f"{reason}.")
    return passwords.hashed(password)


def _show(args: SimpleNamespace, password: str) -> None:
    if not args.password_stdin:
        print(f"password: {password}   (it is not shown again)")


async def _add(args: SimpleNamespace) -> int:
    if not args.login.strip():
        raise CommandError("A login may not be empty.", ExitCode.USAGE)
    if not args.guest and (reason := users.login_problem(args.login)):
        raise CommandError(f"{reason[0].upper()}{reason[1:]}.", ExitCode.USAGE)
    if args.guest and (args.admin or args.extranet or args.password_stdin):
        raise CommandError("A guest has no login, no password and no rights.", ExitCode.USAGE)
    profile = Profile(
        name=args.name or args.login, last_name=args.last_name, email=args.email, work_position=args.position
    )
    kind = UserKind.GUEST if args.guest else UserKind.EXTRANET if args.extranet else UserKind.EMPLOYEE
    password = "" if args.guest else _chosen(args)
    stored = "" if args.guest else _hashed(args, password, users.known_words(profile, args.login))
    async with open_portal(options.chosen(args)) as open_:

        async def work(tx: Tx) -> int:
            if not args.guest and await users.find_login(tx, args.login):
                raise CommandError(f"The login {args.login!r} is taken.")
            return await users.add(
                tx,
                profile,
                login="" if args.guest else args.login,
                password_hash=stored,
                kind=kind,
                admin=args.admin,
                departments=[await departments.named(tx, args.department)] if args.department else [],
                initial=True,
            )

        user_id = await open_.write(work)
    print(f"id: {user_id}")
    if password:
        _show(args, password)
    return ExitCode.OK


async def _list(args: SimpleNamespace) -> int:
    async with open_portal(options.chosen(args)) as open_:
        everybody = [
            user for user in await open_.database.read(stored_users.everyone) if not (user.bot or user.deleted)
        ]
    rows = [
        (
            user.id,
            user.login or "-",
            user.kind,
            yes(user.admin),
            yes(user.active),
            moment(user.last_activity),
            users.display_name(user),
        )
        for user in everybody
    ]
    print(table(("ID", "LOGIN", "KIND", "ADMIN", "ACTIVE", "LAST SEEN (UTC)", "NAME"), rows))
    return ExitCode.OK


async def _password(args: SimpleNamespace) -> int:
    password = _chosen(args)
    async with open_portal(options.chosen(args)) as open_:
        user = await open_.database.read(lambda tx: person(tx, args.who))
        if not user.login:
            raise CommandError("A guest has no login, and so no password.")
        stored = _hashed(args, password, users.known_words(user))
        await open_.write(lambda tx: users.set_password(tx, user.id, stored, initial=True))
    _show(args, password)
    return ExitCode.OK


async def _update(args: SimpleNamespace) -> int:
    if args.login is not None and (reason := users.login_problem(args.login) or ("" if args.login else "it is empty")):
        raise CommandError(f"This cannot be a login: {reason}.", ExitCode.USAGE)
    profile = Profile(name=args.name, last_name=args.last_name, email=args.email, work_position=args.position)
    async with open_portal(options.chosen(args)) as open_:

        async def work(tx: Tx) -> None:
            user = await person(tx, args.who)
            if args.login is not None and not user.login:
                raise CommandError("A guest has no login.")
            if args.admin is not None and user.kind != UserKind.EMPLOYEE:
                raise CommandError("Only employees are administrators.")
            await users.change(tx, user.id, profile)
            if args.login is not None:
                await users.set_login(tx, user, args.login)
            if args.department is not None:
                wanted = [await departments.named(tx, args.department)] if args.department else []
                await users.set_departments(tx, user.id, wanted)
            if args.admin is not None and args.admin != user.admin:
                await users.set_admin(tx, user, args.admin)

        await open_.write(work)
    print(f"{args.who} is changed.")
    return ExitCode.OK


async def _delete(args: SimpleNamespace) -> int:
    async with open_portal(options.chosen(args)) as open_:
        user = await open_.database.read(lambda tx: person(tx, args.who))
        await people.delete(open_.write, user.id, actor_id=await open_.database.read(actor))
    print(f"{args.who} is deleted.")
    return ExitCode.OK


async def _password_link(args: SimpleNamespace) -> int:
    settings = options.chosen(args)
    async with open_portal(settings) as open_:
        if args.mail:
            mail.require(settings)

        async def work(tx: Tx) -> tuple[User, ResetLink]:
            user = await person(tx, args.who)
            if args.mail and not user.email:
                raise CommandError(f"{args.who} has no address of e-mail.")
            if not user.login or not user.active:
                raise CommandError(f"{args.who} cannot sign in: a guest, or deactivated.")
            return user, await password_changes.make_link(tx, open_.keys, user)

        user, link = await open_.write(work)
        known = await open_.database.read(portal.get)
        url = (args.public_url or (known.url if known else "") or settings.public_url) + link.path
        if args.mail:
            await password_changes.mail_link(settings, user.email, url=url)
    print(f"sent to: {user.email}" if args.mail else f"address: {url}   (it is not shown again, and good for a day)")
    return ExitCode.OK


async def _signout(args: SimpleNamespace) -> int:
    async with open_portal(options.chosen(args)) as open_:

        async def work(tx: Tx) -> int:
            user = await person(tx, args.who)
            return await sessions.end_all(tx, user.id)

        ended = await open_.write(work)
    print(f"{args.who} is signed out; sessions: {ended}")
    return ExitCode.OK


async def _second_factor_reset(args: SimpleNamespace) -> int:
    async with open_portal(options.chosen(args)) as open_:

        async def work(tx: Tx) -> None:
            if not await second_factors.reset(tx, await person(tx, args.who)):
                raise CommandError(f"{args.who} has no second factor.")

        await open_.write(work)
    print(f"The second factor of {args.who} is off.")
    return ExitCode.OK


async def _deactivate(args: SimpleNamespace) -> int:
    return await _set_active(args, active=False)


async def _activate(args: SimpleNamespace) -> int:
    return await _set_active(args, active=True)


async def _set_active(args: SimpleNamespace, *, active: bool) -> int:
    async with open_portal(options.chosen(args)) as open_:

        async def work(tx: Tx) -> int:
            user = await person(tx, args.who)
            await (users.activate(tx, user) if active else users.deactivate(tx, user))
            return len(await bots.of_registrant(tx, user.id))

        stopped = await open_.write(work)
    print(f"{args.who} is {'' if active else 'not '}active now.")
    if stopped and not active:
        handing = f"'botyard bot reassign --from {args.who} --to …' hands them over"
        print(f"Bots that stop with {args.who}: {stopped}. {handing}.")
    return ExitCode.OK
