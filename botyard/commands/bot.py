"""`botyard bot`: the bots of the portal, and whose they are."""

from __future__ import annotations

from types import SimpleNamespace

import click

from botyard.chat.bots import bots
from botyard.commands import options
from botyard.commands.exit_codes import CommandError, ExitCode
from botyard.commands.open_portal import open_portal, person
from botyard.commands.table import table, yes
from botyard.errors import ApiError
from botyard.model.bots import Bot
from botyard.model.people import User
from botyard.portal import users
from botyard.setting_values import number
from botyard.store import bots as stored_bots
from botyard.store import users as stored_users
from botyard.store.engines.db import Tx

ABOUT = "List the bots, and hand them over to another person."
EXAMPLES = """
botyard bot list
botyard bot reassign 1001 --to ann
botyard bot reassign --from bob --to ann
"""


def command() -> click.Command:
    """The command with its verbs."""
    return options.group(
        "bot",
        ABOUT,
        EXAMPLES,
        options.verb("list", "List the bots, and who registered them.", _list, *options.place()),
        options.verb(
            "reassign",
            "Hand a bot, or all bots that somebody registered, over to another person.",
            _reassign,
            options.argument("id", read=number, required=False),
            options.option("from", "a login or id: all bots that this person registered", default="", metavar="LOGIN"),
            options.option("to", "the login or id of the person who gets them", default="", metavar="LOGIN"),
            *options.place(),
        ),
    )


async def _list(args: SimpleNamespace) -> int:
    async with open_portal(options.chosen(args)) as open_:
        listed = await open_.database.read(stored_bots.all_bots)
        names = {user.id: users.display_name(user) for user in await open_.database.read(stored_users.everyone)}
    rows = [(bot.user_id, bot.code, bot.name, names.get(bot.registrant, "-"), yes(bot.active)) for bot in listed]
    print(table(("ID", "CODE", "NAME", "REGISTERED BY", "ACTIVE"), rows))
    return ExitCode.OK


async def _reassign(args: SimpleNamespace) -> int:
    whose: str = getattr(args, "from")
    if bool(args.id) == bool(whose) or not args.to:
        raise options.usage("name one bot by its number, or a person by --from, and by --to who gets them")
    async with open_portal(options.chosen(args)) as open_:

        async def work(tx: Tx) -> list[Bot]:
            person_ = await person(tx, args.to)
            registered = await _found(tx, args.id, whose)
            await _hand_over(tx, registered, person_)
            return registered

        done = await open_.write(work)
    print("\n".join(f"Bot {bot.user_id} ({bot.code}) is handed over to {args.to}." for bot in done))
    return ExitCode.OK


async def _found(tx: Tx, bot_id: int | None, whose: str) -> list[Bot]:
    if bot_id:
        bot = await stored_bots.find(tx, bot_id)
        if bot is None:
            raise CommandError(f"There is no bot {bot_id}; 'botyard bot list' shows them.")
        return [bot]
    registered = await stored_bots.of_registrant(tx, (await person(tx, whose)).id)
    if not registered:
        raise CommandError(f"{whose} registered no bots.")
    return registered


async def _hand_over(tx: Tx, registered: list[Bot], to: User) -> None:
    try:
        for bot in registered:
            await bots.reassign(tx, bot, to)
    except ApiError as refused:
        raise CommandError(f"{users.display_name(to)} is not active, or has no account.") from refused
