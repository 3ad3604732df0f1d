"""`botyard token`: tokens without a consent page, and the secret by which events are known."""

from __future__ import annotations

import argparse
import asyncio

from botyard.commands import options
from botyard.commands.exit_codes import CommandError, ExitCode
from botyard.commands.open_portal import no_app, open_portal, person
from botyard.commands.permissions import scopes
from botyard.commands.table import moment
from botyard.model.apps import App
from botyard.model.bots import Bot
from botyard.portal import apps
from botyard.portal.auth import tokens
from botyard.store import bots
from botyard.store.engines.db import Tx

ABOUT = """Issue tokens: a pair for an application, or a person's own token that belongs to none. Show what the events
of an application or of a bot are signed with."""
EXAMPLES = """
botyard token issue admin --app local.0123456789abcd.12345678
botyard token issue admin --scope im --seconds 86400
botyard token signing --app local.0123456789abcd.12345678
botyard token signing --bot 1003
"""


def parser() -> options.Parser:
    """The command's options."""
    made = options.parser("token", ABOUT, EXAMPLES)
    verbs = made.add_subparsers(dest="verb", required=True, metavar="issue|signing")
    issue = verbs.add_parser("issue", help="issue tokens and print them, once", allow_abbrev=False)
    issue.add_argument("who", metavar="LOGIN", help="login or id of the person they call for")
    issue.add_argument("--app", default="", metavar="CLIENT_ID", help="the application that is to have them")
    issue.add_argument(
        "--scope",
        default="",
        metavar="im,imbot,…",
        help="permissions (default: the application's, or all that official clients know)",
    )
    issue.add_argument("--seconds", type=_seconds, default=0, help="life of a person's own token (default: one hour)")
    options.add_place(issue)
    signing = verbs.add_parser("signing", help="show what events are signed with", allow_abbrev=False)
    owner = signing.add_mutually_exclusive_group(required=True)
    owner.add_argument("--app", metavar="CLIENT_ID", help="those of an application, its handlers and bots")
    owner.add_argument(
        "--bot", type=options.number, metavar="BOT_ID", help="those of a bot, and of all others of its owner"
    )
    options.add_place(signing)
    return made


def _seconds(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 10**9):
        raise argparse.ArgumentTypeError(f"{text!r} is no number of seconds")
    return int(text)


def run(args: argparse.Namespace) -> int:
    """Do what was asked."""
    if args.verb == "signing":
        return asyncio.run(_signing(args))
    return asyncio.run(_for_application(args) if args.app else _own(args))


async def _for_application(args: argparse.Namespace) -> int:
    if args.seconds:
        raise CommandError(
            "--seconds is for a person's own token; those of applications live as long as all others.", ExitCode.USAGE
        )
    wanted = scopes(args.scope) if args.scope else None
    async with open_portal(options.place(args)) as open_:

        async def work(tx: Tx) -> tokens.TokenPair:
            user = await person(tx, args.who)
            app = await _app(tx, args.app)
            return await tokens.grant(tx, open_.ring, app=app, user_id=user.id, now=open_.now, scopes=wanted)

        pair = await open_.database.write(work)
    print(f"access_token: {pair.access}   (until {moment(pair.expires)} UTC)")
    print(f"refresh_token: {pair.refresh}")
    return ExitCode.OK


async def _own(args: argparse.Namespace) -> int:
    wanted = ",".join(scopes(args.scope))
    async with open_portal(options.place(args)) as open_:

        async def work(tx: Tx) -> tuple[str, int]:
            user = await person(tx, args.who)
            return await tokens.session(
                tx, open_.ring, user_id=user.id, scopes=wanted, now=open_.now, seconds=args.seconds
            )

        text, expires = await open_.database.write(work)
    print(f"access_token: {text}   (until {moment(expires)} UTC)")
    return ExitCode.OK


async def _signing(args: argparse.Namespace) -> int:
    async with open_portal(options.place(args)) as open_:

        async def work(tx: Tx) -> str:
            return (await _app(tx, args.app)).owner if args.app else (await _bot(tx, args.bot)).owner

        print(f"signing_secret: {open_.keys.signing_text(await open_.database.read(work))}")
    return ExitCode.OK


async def _app(tx: Tx, client_id: str) -> App:
    app = await apps.find(tx, client_id)
    if app is None:
        raise await no_app(tx, client_id)
    return app


async def _bot(tx: Tx, bot_id: int) -> Bot:
    bot = await bots.find(tx, bot_id)
    if bot is None:
        raise CommandError(f"There is no bot {bot_id}; 'botyard doctor' shows them.")
    return bot
