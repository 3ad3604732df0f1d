"""`botyard token`: tokens without a consent page, for tests and scripts."""

from __future__ import annotations

import argparse
import asyncio

from botyard.commands import options
from botyard.commands.failing import Exit, Failure
from botyard.commands.house import house, person
from botyard.commands.permissions import scopes
from botyard.commands.table import moment
from botyard.portal import apps, tokens
from botyard.store.db import Tx

ABOUT = "Issue tokens: a pair for an application, or a person's own token that belongs to none."
EXAMPLES = """
botyard token issue admin --app local.0123456789abcd.12345678
botyard token issue admin --scope im --seconds 86400
"""


def parser() -> options.Parser:
    """The command's options."""
    made = options.parser("token", ABOUT, EXAMPLES)
    verbs = made.add_subparsers(dest="verb", required=True, metavar="issue")
    issue = verbs.add_parser("issue", help="issue tokens and print them, once", allow_abbrev=False)
    issue.add_argument("who", metavar="LOGIN", help="login or id of the person they call for")
    issue.add_argument("--app", default="", metavar="CLIENT_ID", help="the application that is to have them")
    issue.add_argument("--scope", default="", metavar="im,imbot,…", help="permissions (default: all that are possible)")
    issue.add_argument("--seconds", type=_seconds, default=0, help="life of a person's own token (default: one hour)")
    options.add_place(issue)
    return made


def _seconds(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 10**9):
        raise argparse.ArgumentTypeError(f"{text!r} is no number of seconds")
    return int(text)


def run(given: argparse.Namespace) -> int:
    """Do what was asked."""
    return asyncio.run(_for_application(given) if given.app else _own(given))


async def _for_application(given: argparse.Namespace) -> int:
    async with house(options.place(given)) as open_:

        async def work(tx: Tx) -> tokens.Pair:
            found = await person(tx, given.who)
            app = await apps.find(tx, given.app)
            if app is None:
                raise Failure(f"There is no application {given.app!r}; 'botyard app list' shows them.")
            wanted = scopes(given.scope) if given.scope else app.scopes.split(",")
            beyond = set(wanted) - set(app.scopes.split(","))
            if beyond:
                raise Failure(f"The application may not have the permission {min(beyond)!r}.")
            return await tokens.issue(tx, open_.ring, app=app, user_id=found.id, now=open_.now, scopes=",".join(wanted))

        pair = await open_.database.write(work)
    print(f"access_token: {pair.access}   (until {moment(pair.expires)} UTC)")
    print(f"refresh_token: {pair.refresh}")
    return Exit.OK


async def _own(given: argparse.Namespace) -> int:
    wanted = ",".join(scopes(given.scope))
    async with house(options.place(given)) as open_:

        async def work(tx: Tx) -> tuple[str, int]:
            found = await person(tx, given.who)
            return await tokens.session(
                tx, open_.ring, user_id=found.id, scopes=wanted, now=open_.now, seconds=given.seconds
            )

        text, expires = await open_.database.write(work)
    print(f"access_token: {text}   (until {moment(expires)} UTC)")
    return Exit.OK
