"""`botyard user`: add and list people, set passwords, deactivate people."""

from __future__ import annotations

import sys
from types import SimpleNamespace

import click

from botyard.commands import options
from botyard.commands.exit_codes import CommandError, ExitCode
from botyard.commands.open_portal import open_portal, person
from botyard.commands.table import moment, table, yes
from botyard.model.people import Profile, UserKind
from botyard.portal import departments, users
from botyard.portal.auth import passwords
from botyard.store import users as stored_users
from botyard.store.engines.db import Tx

ABOUT = "Add and list people, set passwords, deactivate people and activate them again."
EXAMPLES = """
botyard user add ann --name Ann --last-name Lee --department Sales
botyard user add root --admin
botyard user add Gil --guest
botyard user list
botyard user deactivate ann
echo 'correct horse battery' | botyard user password ann --password-stdin
"""

_TEXTS = {
    "name": "first name (default: the login)",
    "last-name": "last name",
    "email": "address of e-mail",
    "position": "what they do",
    "department": "where they work; made when there is none of this name",
}


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
            *options.place(),
        ),
        options.verb("list", "List people.", _list, *options.place()),
        options.verb("password", "Set a new password of somebody.", _password, who, from_stdin, *options.place()),
        options.verb("deactivate", "Deactivate somebody, at once and everywhere.", _deactivate, who, *options.place()),
        options.verb("activate", "Let somebody in again.", _activate, who, *options.place()),
    )


def _chosen(args: SimpleNamespace) -> str:
    """The password to set: from standard input, or a new one."""
    return sys.stdin.readline().rstrip("\r\n") if args.password_stdin else passwords.new_password()


def _hashed(args: SimpleNamespace, password: str, own: list[str]) -> str:
    """A password as it is stored. Raises Failure for a weak one."""
    if args.password_stdin and (reason := passwords.weakness(password, own)):
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
            )

        user_id = await open_.write(work)
    print(f"id: {user_id}")
    if password:
        _show(args, password)
    return ExitCode.OK


async def _list(args: SimpleNamespace) -> int:
    async with open_portal(options.chosen(args)) as open_:
        everybody = [user for user in await open_.database.read(stored_users.everyone) if not user.bot]
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
        await open_.write(lambda tx: users.set_password(tx, user.id, stored))
    _show(args, password)
    return ExitCode.OK


async def _deactivate(args: SimpleNamespace) -> int:
    return await _set_active(args, active=False)


async def _activate(args: SimpleNamespace) -> int:
    return await _set_active(args, active=True)


async def _set_active(args: SimpleNamespace, *, active: bool) -> int:
    async with open_portal(options.chosen(args)) as open_:

        async def work(tx: Tx) -> None:
            user = await person(tx, args.who)
            await (users.activate(tx, user) if active else users.deactivate(tx, user))

        await open_.write(work)
    print(f"{args.who} is {'' if active else 'not '}active now.")
    return ExitCode.OK
