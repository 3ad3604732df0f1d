"""`botyard app`: applications that call by OAuth."""

from __future__ import annotations

import argparse
import asyncio

from botyard.chat.bots import installations
from botyard.chat.bots.installations import NewApp
from botyard.commands import options
from botyard.commands.exit_codes import CommandError, ExitCode
from botyard.commands.open_portal import actor, no_app, open_portal, person
from botyard.commands.permissions import scopes
from botyard.commands.table import brief, moment, table, yes
from botyard.model.apps import App
from botyard.portal import apps
from botyard.portal.apps import Registered
from botyard.store.apps import all_apps
from botyard.store.engines.db import Tx

ABOUT = "Register, install, block and restrict applications that call by OAuth."
EXAMPLES = """
botyard app add 'Support bot' --scope im,imbot
botyard app add Helper --scope im --install https://app.example.com/install --redirect https://app.example.com/back
botyard app list
botyard app update local.0123456789abcd.12345678 --version 2
botyard app uninstall local.0123456789abcd.12345678
botyard app block local.0123456789abcd.12345678
botyard app restrict local.0123456789abcd.12345678 ann ben
botyard app restrict local.0123456789abcd.12345678 --everybody
"""

_VERBS = {
    "add": "register one, install it, and print its secret, once",
    "list": "list applications",
    "update": "change one; it is told of a new version",
    "install": "install one that was uninstalled",
    "finish": "say that one with a wizard is installed",
    "uninstall": "end its tokens, remove its bots and handlers",
    "delete": "uninstall one and forget it",
    "block": "answer its calls OVERLOAD_LIMIT",
    "unblock": "answer its calls again",
    "restrict": "open it to some people only",
}
_ADDRESSES = {
    "handler": "its own page",
    "install": "called when it is installed, with tokens; with --wizard a page that is opened instead",
    "redirect": "where people are sent back to with a code (default: its own page)",
}


def parser() -> options.Parser:
    """The command's options."""
    made = options.parser("app", ABOUT, EXAMPLES)
    under = made.add_subparsers(dest="verb", required=True, metavar="|".join(_VERBS))
    verbs = {name: under.add_parser(name, help=text, allow_abbrev=False) for name, text in _VERBS.items()}
    verbs["add"].add_argument("title", help="what people call it")
    verbs["update"].add_argument("client_id", metavar="CLIENT_ID")
    verbs["update"].add_argument("--title", metavar="TEXT", help="what people call it")
    verbs["update"].add_argument("--version", type=options.number, metavar="NUMBER", help="its new version")
    for name in ("add", "update"):
        default = " (default: all that official clients know)" if name == "add" else ""
        verbs[name].add_argument("--scope", metavar="im,imbot,…", help=f"its permissions{default}")
        verbs[name].add_argument(
            "--wizard", action="store_true", default=None, help="it says itself when its installation is finished"
        )
        for word, meaning in _ADDRESSES.items():
            verbs[name].add_argument(f"--{word}", metavar="URL", help=meaning)
    for name in ("install", "finish", "uninstall", "delete", "block", "unblock", "restrict"):
        verbs[name].add_argument("client_id", metavar="CLIENT_ID")
    verbs["uninstall"].add_argument("--clean", action="store_true", help="forget what it has kept, too")
    restrict = verbs["restrict"]
    restrict.add_argument("people", nargs="*", metavar="LOGIN", help="logins or ids of those it is open to")
    restrict.add_argument("--everybody", action="store_true", help="open it to everybody again")
    for verb in verbs.values():
        options.add_place(verb)
    return made


def run(args: argparse.Namespace) -> int:
    """Do what was asked."""
    others = {"add": _add, "list": _list, "block": _block, "unblock": _block, "restrict": _restrict}
    return asyncio.run(others.get(args.verb, _live)(args))


def _plan(args: argparse.Namespace, wanted: list[str] | None) -> NewApp:
    return NewApp(
        title=args.title,
        scopes=wanted,
        handler_url=args.handler,
        install_url=args.install,
        redirect_uri=args.redirect,
        wizard=args.wizard,
        version=getattr(args, "version", None),
    )


async def _add(args: argparse.Namespace) -> int:
    plan = _plan(args, scopes(args.scope or ""))
    async with open_portal(options.place(args)) as open_:

        async def work(tx: Tx) -> Registered:
            return await installations.add(tx, open_.keys, await actor(tx), plan, open_.now)

        made = await open_.database.write(work)
    print(f"client_id: {made.app.client_id}")
    print(f"client_secret: {made.secret}   (it is not shown again)")
    print(f"application_token: {open_.keys.application_token(made.app.owner)}")
    return ExitCode.OK


async def _live(args: argparse.Namespace) -> int:
    """Update, install, finish, uninstall or delete an application."""
    wanted = scopes(args.scope) if args.verb == "update" and args.scope else None
    async with open_portal(options.place(args)) as open_:

        async def work(tx: Tx) -> App:
            app = await apps.find(tx, args.client_id)
            if app is None:
                raise await no_app(tx, args.client_id)
            who, now = await actor(tx), open_.now
            if args.verb == "update":
                return await installations.update(tx, who, app, _plan(args, wanted), now)
            if args.verb == "uninstall":
                return await installations.uninstall(tx, who, app, now, clean=args.clean)
            if args.verb == "delete":
                await installations.delete(tx, who, app, now)
                return app
            return await (installations.finish if args.verb == "finish" else installations.install)(tx, who, app, now)

        app = await open_.database.write(work)
    if args.verb == "delete":
        print(f"{app.client_id} is deleted.")
    elif args.verb == "install" and not app.installed:
        print(f"{app.client_id} has a wizard, which says when it is installed; or say 'botyard app finish'.")
    else:
        print(f"{app.client_id} is {'' if app.installed else 'not '}installed, version {app.version}.")
    return ExitCode.OK


async def _list(args: argparse.Namespace) -> int:
    async with open_portal(options.place(args)) as open_:
        listed = await open_.database.read(all_apps)
    rows = [
        (
            app.client_id,
            moment(app.created),
            yes(app.installed),
            yes(app.blocked),
            yes(app.restricted),
            app.title,
            brief(app.scopes),
        )
        for app in listed
    ]
    print(table(("CLIENT_ID", "CREATED (UTC)", "INSTALLED", "BLOCKED", "RESTRICTED", "TITLE", "PERMISSIONS"), rows))
    return ExitCode.OK


async def _block(args: argparse.Namespace) -> int:
    blocked = args.verb == "block"
    async with open_portal(options.place(args)) as open_:

        async def work(tx: Tx) -> None:
            if not await apps.block(tx, args.client_id, blocked):
                raise await no_app(tx, args.client_id)

        await open_.database.write(work)
    print(f"{args.client_id} is {'blocked' if blocked else 'not blocked'} now.")
    return ExitCode.OK


async def _restrict(args: argparse.Namespace) -> int:
    if bool(args.people) == args.everybody:
        raise CommandError("Name the people that the application is open to, or say --everybody.", ExitCode.USAGE)
    async with open_portal(options.place(args)) as open_:

        async def work(tx: Tx) -> None:
            ids = [(await person(tx, who)).id for who in args.people]
            if not await apps.restrict(tx, args.client_id, None if args.everybody else ids):
                raise await no_app(tx, args.client_id)

        await open_.database.write(work)
    print(f"{args.client_id} is open to {'everybody' if args.everybody else ', '.join(args.people)} now.")
    return ExitCode.OK
