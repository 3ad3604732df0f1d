"""`botyard user`: add, list, deactivate and activate people, set passwords."""

from __future__ import annotations

import argparse
import asyncio
import sys

from botyard.commands import options
from botyard.commands.exit_codes import CommandError, ExitCode
from botyard.commands.open_portal import open_portal, person
from botyard.commands.table import moment, table, yes
from botyard.model.people import Profile, UserKind
from botyard.portal import departments, users
from botyard.portal.auth import passwords
from botyard.store.engines.db import Tx
from botyard.store.users import everyone

ABOUT = "Add and list people, set passwords, send people away and let them back."
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


def parser() -> options.Parser:
    """The command's options."""
    made = options.parser("user", ABOUT, EXAMPLES)
    verbs = made.add_subparsers(dest="verb", required=True, metavar="add|list|password|deactivate|activate")
    add = verbs.add_parser("add", help="add a person and print a password", allow_abbrev=False)
    add.add_argument("login", help="the name to sign in with")
    for name, meaning in _TEXTS.items():
        add.add_argument(f"--{name}", default="", metavar="TEXT", help=meaning)
    add.add_argument("--admin", action="store_true", help="with an administrator's rights")
    add.add_argument("--extranet", action="store_true", help="from outside: sees only the chats it is in")
    add.add_argument("--guest", action="store_true", help="without a login: LOGIN is the name then")
    listed = verbs.add_parser("list", help="list people", allow_abbrev=False)
    password = verbs.add_parser("password", help="set a new password", allow_abbrev=False)
    away = verbs.add_parser("deactivate", help="send somebody away, at once and everywhere", allow_abbrev=False)
    back = verbs.add_parser("activate", help="let somebody back in", allow_abbrev=False)
    for verb in (password, away, back):
        verb.add_argument("who", metavar="LOGIN", help="login or id")
    for verb in (add, password):
        verb.add_argument(
            "--password-stdin", action="store_true", help="read the password from standard input, print none"
        )
    for verb in (add, listed, password, away, back):
        options.add_place(verb)
    return made


def run(args: argparse.Namespace) -> int:
    """Do what was asked."""
    verbs = {"add": _add, "list": _list, "password": _password, "deactivate": _turn, "activate": _turn}
    return asyncio.run(verbs[args.verb](args))


def _chosen(args: argparse.Namespace) -> str:
    """The password to set: from standard input, or a new one."""
    return sys.stdin.readline().rstrip("\r\n") if args.password_stdin else passwords.new_password()


def _hashed(args: argparse.Namespace, password: str, own: list[str]) -> str:
    """A password as it is stored. Raises Failure for a weak one."""
    if args.password_stdin and (reason := passwords.weakness(password, own)):
        raise CommandError(f"{reason}.")
    return passwords.hashed(password)


def _show(args: argparse.Namespace, password: str) -> None:
    if not args.password_stdin:
        print(f"password: {password}   (it is not shown again)")


async def _add(args: argparse.Namespace) -> int:
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
    async with open_portal(options.place(args)) as open_:

        async def work(tx: Tx) -> int:
            if not args.guest and await users.find_login(tx, args.login):
                raise CommandError(f"The login {args.login!r} is taken.")
            return await users.add(
                tx,
                profile,
                login="" if args.guest else args.login,
                password_hash=stored,
                now=open_.now,
                kind=kind,
                admin=args.admin,
                departments=[await departments.named(tx, args.department)] if args.department else [],
            )

        user_id = await open_.database.write(work)
    print(f"id: {user_id}")
    if password:
        _show(args, password)
    return ExitCode.OK


async def _list(args: argparse.Namespace) -> int:
    async with open_portal(options.place(args)) as open_:
        everybody = [user for user in await open_.database.read(everyone) if not user.bot]
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


async def _password(args: argparse.Namespace) -> int:
    password = _chosen(args)
    async with open_portal(options.place(args)) as open_:
        user = await open_.database.read(lambda tx: person(tx, args.who))
        if not user.login:
            raise CommandError("A guest has no login, and so no password.")
        stored = _hashed(args, password, users.known_words(user))
        await open_.database.write(lambda tx: users.set_password(tx, user.id, stored))
    _show(args, password)
    return ExitCode.OK


async def _turn(args: argparse.Namespace) -> int:
    away = args.verb == "deactivate"
    async with open_portal(options.place(args)) as open_:

        async def work(tx: Tx) -> None:
            user = await person(tx, args.who)
            await (users.deactivate(tx, user, open_.now) if away else users.activate(tx, user, open_.now))

        await open_.database.write(work)
    print(f"{args.who} is {'not ' if away else ''}active now.")
    return ExitCode.OK
