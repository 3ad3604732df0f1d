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


def run(given: argparse.Namespace) -> int:
    """Do what was asked."""
    others = {"add": _add, "list": _list, "block": _block, "unblock": _block, "restrict": _restrict}
    return asyncio.run(others.get(given.verb, _live)(given))


def _plan(given: argparse.Namespace, wanted: list[str] | None) -> NewApp:
    return NewApp(
        title=given.title,
        scopes=wanted,
        handler_url=given.handler,
        install_url=given.install,
        redirect_uri=given.redirect,
        wizard=given.wizard,
        version=getattr(given, "version", None),
    )


async def _add(given: argparse.Namespace) -> int:
    plan = _plan(given, scopes(given.scope or ""))
    async with open_portal(options.place(given)) as open_:

        async def work(tx: Tx) -> Registered:
            return await installations.add(tx, open_.keys, await actor(tx), plan, open_.now)

        made = await open_.database.write(work)
    print(f"client_id: {made.app.client_id}")
    print(f"client_secret: {made.secret}   (it is not shown again)")
    print(f"application_token: {open_.keys.application_token(made.app.owner)}")
    return ExitCode.OK


async def _live(given: argparse.Namespace) -> int:
    """Update, install, finish, uninstall or delete an application."""
    wanted = scopes(given.scope) if given.verb == "update" and given.scope else None
    async with open_portal(options.place(given)) as open_:

        async def work(tx: Tx) -> App:
            app = await apps.find(tx, given.client_id)
            if app is None:
                raise await no_app(tx, given.client_id)
            who, now = await actor(tx), open_.now
            if given.verb == "update":
                return await installations.update(tx, who, app, _plan(given, wanted), now)
            if given.verb == "uninstall":
                return await installations.uninstall(tx, who, app, now, clean=given.clean)
            if given.verb == "delete":
                await installations.delete(tx, who, app, now)
                return app
            return await (installations.finish if given.verb == "finish" else installations.install)(tx, who, app, now)

        app = await open_.database.write(work)
    if given.verb == "delete":
        print(f"{app.client_id} is deleted.")
    elif given.verb == "install" and not app.installed:
        print(f"{app.client_id} has a wizard, which says when it is installed; or say 'botyard app finish'.")
    else:
        print(f"{app.client_id} is {'' if app.installed else 'not '}installed, version {app.version}.")
    return ExitCode.OK


async def _list(given: argparse.Namespace) -> int:
    async with open_portal(options.place(given)) as open_:
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


async def _block(given: argparse.Namespace) -> int:
    blocked = given.verb == "block"
    async with open_portal(options.place(given)) as open_:

        async def work(tx: Tx) -> None:
            if not await apps.block(tx, given.client_id, blocked):
                raise await no_app(tx, given.client_id)

        await open_.database.write(work)
    print(f"{given.client_id} is {'blocked' if blocked else 'not blocked'} now.")
    return ExitCode.OK


async def _restrict(given: argparse.Namespace) -> int:
    if bool(given.people) == given.everybody:
        raise CommandError("Name the people that the application is open to, or say --everybody.", ExitCode.USAGE)
    async with open_portal(options.place(given)) as open_:

        async def work(tx: Tx) -> None:
            ids = [(await person(tx, who)).id for who in given.people]
            if not await apps.restrict(tx, given.client_id, None if given.everybody else ids):
                raise await no_app(tx, given.client_id)

        await open_.database.write(work)
    print(f"{given.client_id} is open to {'everybody' if given.everybody else ', '.join(given.people)} now.")
    return ExitCode.OK
