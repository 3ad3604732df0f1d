"""`botyard app`: applications that call by OAuth."""

from __future__ import annotations

import argparse
import asyncio

from botyard.commands import options
from botyard.commands.failing import Exit, Failure
from botyard.commands.house import house, person
from botyard.commands.permissions import scopes
from botyard.commands.table import brief, moment, table, yes
from botyard.portal import apps
from botyard.portal.apps import Registered
from botyard.store.apps import all_apps
from botyard.store.db import Tx

ABOUT = "Register, list, block and restrict applications that call by OAuth."
EXAMPLES = """
botyard app add 'Support bot' --scope im,imbot
botyard app list
botyard app block local.0123456789abcd.12345678
botyard app restrict local.0123456789abcd.12345678 ann ben
botyard app restrict local.0123456789abcd.12345678 --everybody
"""


def parser() -> options.Parser:
    """The command's options."""
    made = options.parser("app", ABOUT, EXAMPLES)
    verbs = made.add_subparsers(dest="verb", required=True, metavar="add|list|block|unblock|restrict")
    add = verbs.add_parser("add", help="register one and print its secret, once", allow_abbrev=False)
    add.add_argument("title", help="what people call it")
    add.add_argument("--scope", default="", metavar="im,imbot,…", help="its permissions (default: all)")
    listed = verbs.add_parser("list", help="list applications", allow_abbrev=False)
    block = verbs.add_parser("block", help="answer its calls OVERLOAD_LIMIT", allow_abbrev=False)
    unblock = verbs.add_parser("unblock", help="answer its calls again", allow_abbrev=False)
    restrict = verbs.add_parser("restrict", help="open it to some people only", allow_abbrev=False)
    for verb in (block, unblock, restrict):
        verb.add_argument("client_id", metavar="CLIENT_ID")
    restrict.add_argument("people", nargs="*", metavar="LOGIN", help="logins or ids of those it is open to")
    restrict.add_argument("--everybody", action="store_true", help="open it to everybody again")
    for verb in (add, listed, block, unblock, restrict):
        options.add_place(verb)
    return made


def run(given: argparse.Namespace) -> int:
    """Do what was asked."""
    verbs = {"add": _add, "list": _list, "block": _block, "unblock": _block, "restrict": _restrict}
    return asyncio.run(verbs[given.verb](given))


async def _add(given: argparse.Namespace) -> int:
    wanted = scopes(given.scope)
    async with house(options.place(given)) as open_:

        async def work(tx: Tx) -> Registered:
            return await apps.register(tx, open_.keys, title=given.title, scopes=wanted, now=open_.now)

        made = await open_.database.write(work)
    print(f"client_id: {made.app.client_id}")
    print(f"client_secret: {made.secret}   (it is not shown again)")
    return Exit.OK


async def _list(given: argparse.Namespace) -> int:
    async with house(options.place(given)) as open_:
        listed = await open_.database.read(all_apps)
    rows = [
        (app.client_id, moment(app.created), yes(app.blocked), yes(app.restricted), app.title, brief(app.scopes))
        for app in listed
    ]
    print(table(("CLIENT_ID", "CREATED (UTC)", "BLOCKED", "RESTRICTED", "TITLE", "PERMISSIONS"), rows))
    return Exit.OK


async def _block(given: argparse.Namespace) -> int:
    blocked = given.verb == "block"
    async with house(options.place(given)) as open_:

        async def work(tx: Tx) -> bool:
            return await apps.block(tx, given.client_id, blocked)

        _require_found(await open_.database.write(work), given.client_id)
    print(f"{given.client_id} is {'blocked' if blocked else 'not blocked'} now.")
    return Exit.OK


async def _restrict(given: argparse.Namespace) -> int:
    if bool(given.people) == given.everybody:
        raise Failure("Name the people that the application is open to, or say --everybody.", Exit.USAGE)
    async with house(options.place(given)) as open_:

        async def work(tx: Tx) -> bool:
            ids = [(await person(tx, who)).id for who in given.people]
            return await apps.restrict(tx, given.client_id, None if given.everybody else ids)

        _require_found(await open_.database.write(work), given.client_id)
    print(f"{given.client_id} is open to {'everybody' if given.everybody else ', '.join(given.people)} now.")
    return Exit.OK


def _require_found(found: bool, client_id: str) -> None:
    if not found:
        raise Failure(f"There is no application {client_id!r}; 'botyard app list' shows them.")
