"""`botyard token`: tokens without a consent page, and the secret by which events are known."""

from __future__ import annotations

from types import SimpleNamespace

import click

from botyard.commands import options
from botyard.commands.exit_codes import CommandError, ExitCode
from botyard.commands.open_portal import no_app, open_portal, person
from botyard.commands.permissions import for_person, scopes
from botyard.commands.table import brief, moment, table
from botyard.errors import ApiError
from botyard.model.access_lists import TokenLine
from botyard.model.apps import App
from botyard.model.bots import Bot
from botyard.model.owners import Owner
from botyard.portal import apps, users
from botyard.portal.auth import tokens
from botyard.setting_values import number, whole_seconds
from botyard.store import bots, token_lists
from botyard.store.engines.db import Tx

ABOUT = """Issue tokens: a pair for an application, or a person's own token that belongs to none. List and revoke those
that work. Show what the events of an application or of a bot are signed with."""
EXAMPLES = """
botyard token issue admin --app local.0123456789abcd.12345678
botyard token issue admin --scope im --seconds 86400
botyard token list --person admin
botyard token revoke 3
botyard token signing --app local.0123456789abcd.12345678
botyard token signing --bot 1003
"""


def command() -> click.Command:
    """The command with its verbs."""
    issue = options.verb(
        "issue",
        "Issue tokens that call for LOGIN, a login or id, and print them, once.",
        _issue,
        options.argument("who", metavar="LOGIN"),
        options.option("app", "the application that gets them", default="", metavar="CLIENT_ID"),
        options.option(
            "scope",
            "permissions (default: the application's, or all that official clients know)",
            default="",
            metavar="im,imbot,…",
        ),
        options.option(
            "seconds",
            "life of a person's own token, a year at most (default: one hour)",
            read=whole_seconds,
            default=0,
            metavar="SECONDS",
        ),
        *options.place(),
    )
    signing = options.verb(
        "signing",
        "Show what events are signed with: those of an application, or of a bot and all others of its owner.",
        _signing,
        options.option("app", "those of an application, its handlers and bots", metavar="CLIENT_ID"),
        options.option("bot", "those of a bot, and of all others of its owner", read=number, metavar="BOT_ID"),
        *options.place(),
    )
    listed = options.verb(
        "list",
        "List the tokens that work, the newest first; those that events carry are not among them.",
        _list,
        options.option("person", "those that call for this person", metavar="LOGIN"),
        options.option("app", "those of this application", metavar="CLIENT_ID"),
        *options.place(),
    )
    revoke = options.verb(
        "revoke",
        "End the token with this number in the list at once, with all that it was renewed to.",
        _revoke,
        options.argument("id", read=number),
        *options.place(),
    )
    return options.group("token", ABOUT, EXAMPLES, issue, listed, revoke, signing)


async def _issue(args: SimpleNamespace) -> int:
    return await (_for_application(args) if args.app else _own(args))


async def _for_application(args: SimpleNamespace) -> int:
    if args.seconds:
        raise CommandError(
            "--seconds is for a person's own token; those of applications live as long as all others.", ExitCode.USAGE
        )
    wanted = scopes(args.scope) if args.scope else None
    async with open_portal(options.chosen(args)) as open_:

        async def work(tx: Tx) -> tokens.TokenPair:
            user = await person(tx, args.who)
            app = await _app(tx, args.app)
            own = for_person(user, wanted or app.scopes.split(","), named=bool(args.scope))
            return await tokens.grant(tx, open_.ring, app=app, user_id=user.id, scopes=own)

        pair = await open_.write(work)
    print(f"access_token: {pair.access}   (until {moment(pair.expires)} UTC)")
    print(f"refresh_token: {pair.refresh}")
    return ExitCode.OK


async def _own(args: SimpleNamespace) -> int:
    wanted = scopes(args.scope)
    async with open_portal(options.chosen(args)) as open_:

        async def work(tx: Tx) -> tuple[str, int]:
            user = await person(tx, args.who)
            own = ",".join(for_person(user, wanted, named=bool(args.scope)))
            return await tokens.session(tx, open_.ring, user_id=user.id, scopes=own, seconds=args.seconds)

        text, expires = await open_.write(work)
    print(f"access_token: {text}   (until {moment(expires)} UTC)")
    return ExitCode.OK


async def _list(args: SimpleNamespace) -> int:
    async with open_portal(options.chosen(args)) as open_:

        async def work(tx: Tx) -> tuple[list[TokenLine], dict[int, str]]:
            user_id = (await person(tx, args.person)).id if args.person else 0
            app_id = (await _app(tx, args.app)).id if args.app else 0
            lines: list[TokenLine] = []
            while page := await token_lists.page(tx, user_id=user_id, app_id=app_id, start=len(lines)):
                lines += page
            return lines, {user.id: users.display_name(user) for user in await users.people(tx)}

        lines, names = await open_.database.read(work)
    rows = [
        (
            line.id,
            names.get(line.user_id, line.user_id),
            moment(line.granted),
            moment(line.expires),
            moment(line.last_used),
            line.title or "(none)",
            brief(line.scopes),
        )
        for line in lines
    ]
    head = ("ID", "PERSON", "SINCE (UTC)", "UNTIL", "LAST USED", "APPLICATION", "PERMISSIONS")
    print(table(head, rows))
    return ExitCode.OK


async def _revoke(args: SimpleNamespace) -> int:
    async with open_portal(options.chosen(args)) as open_:
        try:
            await open_.write(lambda tx: tokens.revoke(tx, args.id))
        except ApiError as refused:
            raise CommandError(
                f"There is no token {args.id} that could be revoked; 'botyard token list' shows them."
            ) from refused
    print(f"Token {args.id} is revoked.")
    return ExitCode.OK


async def _signing(args: SimpleNamespace) -> int:
    if bool(args.app) == bool(args.bot):
        raise options.usage("name an application by --app, or a bot by --bot")
    async with open_portal(options.chosen(args)) as open_:

        async def work(tx: Tx) -> Owner:
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
