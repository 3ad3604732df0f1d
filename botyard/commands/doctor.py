"""`botyard doctor`: the state of all bots, and why a bot was not told of something."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from types import SimpleNamespace

import click

from botyard.chat.diagnostics import bot_health, delivery_diagnosis
from botyard.chat.diagnostics.bot_health import BotHealth, LastFailure
from botyard.chat.diagnostics.delivery_diagnosis import Case, Explained
from botyard.commands import options
from botyard.commands.exit_codes import CommandError, ExitCode
from botyard.commands.open_portal import OpenPortal, open_portal
from botyard.config import OPTIONS
from botyard.delivery.guard import AddressRefused, Guard, NameUnknown
from botyard.model.bots import EventMode
from botyard.model.deliveries import State
from botyard.portal import file_modes
from botyard.setting_values import number
from botyard.store import bots, server_settings
from botyard.store.engines.db import Tx
from botyard.store.ordering import ORDERINGS
from botyard.store.server_settings import ServerSettings

ABOUT = """Show the state of all bots: how each receives events, what is waiting, what failed last, and whether the
server may connect to its handlers. With a message and a bot, tell why that bot was not told of it, or when it was, and
the same of its edits, its deletion, reactions to it and commands in it."""
EXAMPLES = """
botyard doctor
botyard doctor 4711 1003
botyard doctor --profile prod
"""
DAY = 86_400
LOOKUP_SECONDS = 5.0


def command() -> click.Command:
    """The command with its options."""
    return options.command(
        "doctor",
        ABOUT,
        EXAMPLES,
        _run,
        options.argument("message_id", read=number, required=False),
        options.argument("bot_id", read=number, required=False),
        options.option(
            "profile",
            "the rules for addresses to judge by (default: those of the server that ran last)",
            choices=OPTIONS["profile"].choices,
        ),
        *options.place(),
    )


async def _run(args: SimpleNamespace) -> int:
    if args.message_id is not None and args.bot_id is None:
        raise options.usage("name the bot, too: botyard doctor MESSAGE_ID BOT_ID")
    return await (_overview(args) if args.message_id is None else _explain(args))


async def _explain(args: SimpleNamespace) -> int:
    async with open_portal(options.chosen(args)) as open_:

        async def work(tx: Tx) -> list[Explained] | None:
            server = await _server(tx)
            kept = open_.now - server.delivery_days * DAY
            case = Case(args.bot_id, "", kept, time.time(), ORDERINGS[server.delivery])
            topic = await delivery_diagnosis.topic(tx, args.message_id)
            if topic and await bots.find(tx, args.bot_id) is None:
                raise CommandError(f"There is no bot {args.bot_id}; 'botyard doctor' shows them.")
            return await delivery_diagnosis.explain(tx, topic, case) if topic else None

        explanations = await open_.database.read(work)
    if explanations is None:
        raise CommandError(f"There is no message {args.message_id}, or nothing is known of it any more.")
    for explanation in explanations:
        print(
            f"{explanation.name} of {_moment(explanation.what.created)}:"
            if explanation.what
            else f"{explanation.name}:"
        )
        for finding in explanation.findings:
            print(f"  {finding.sentence(_moment)}")
        for made in explanation.attempts:
            answer = f"status {made.status}" if made.status else made.problem
            print(f"  Attempt {made.number} at {_moment(made.started // 1000)}: {answer}, {made.took} ms.")
    return ExitCode.OK


async def _server(tx: Tx) -> ServerSettings:
    """What the server runs with that ran last; the defaults where none has run yet."""
    args = options.DEFAULTS
    return await server_settings.find(tx) or ServerSettings(
        args.delivery, args.delivery_timeout, args.delivery_days, args.profile
    )


async def _overview(args: SimpleNamespace) -> int:
    async with open_portal(options.chosen(args)) as open_:
        server = await open_.database.read(_server)
        health_of_bots = await open_.database.read(bot_health.overview)
        profile = args.profile or server.profile
        guard = Guard(profile)
        verdicts = await _verdicts(guard, {address for each in health_of_bots for address in each.addresses})
        lines = [line for health in health_of_bots for line in _told(open_, health, verdicts)]
        wide = file_modes.warnings(open_.settings.data) if profile == "prod" else []
    print("\n".join([*wide, _mode(server), *lines] if lines else [*wide, "There are no bots yet."]))
    return ExitCode.OK


def _mode(server: ServerSettings) -> str:
    return (
        f"Events are delivered in the mode {server.delivery}; a handler has {server.delivery_timeout:g} s to respond."
    )


async def _verdicts(guard: Guard, addresses: Iterable[str]) -> dict[str, str]:
    return {address: await _verdict(guard, address) for address in addresses}


async def _verdict(guard: Guard, address: str) -> str:
    """What the guard says of an address at this moment."""
    try:
        async with asyncio.timeout(LOOKUP_SECONDS):
            place = await guard.place(address)
    except AddressRefused as problem:
        return f"refused: {problem}"
    except NameUnknown as problem:
        return f"unknown: {problem}"
    except TimeoutError:
        return f"unknown: the name was not looked up within {LOOKUP_SECONDS:g} s"
    return f"allowed ({', '.join(place.addresses)})"


def _told(open_: OpenPortal, health: BotHealth, verdicts: dict[str, str]) -> Iterator[str]:
    """A bot in a few lines."""
    bot = health.bot
    fetches = bot.event_mode == EventMode.FETCH
    yield f"Bot {bot.user_id}, {bot.name} ({bot.code}), type {bot.type}, API {bot.dialect}: " + (
        "fetches its events." if fetches else "is called."
    )
    if health.closed:
        yield f"  Nothing reaches it: {health.closed}."
    for address in health.addresses:
        yield f"  {address}: {verdicts[address]}."
    if not fetches and not health.addresses:
        yield "  No handler is bound."
    if health.waiting:
        yield f"  {health.waiting.number} to be sent; the next is due {_when(health.waiting.due, open_.now)}."
    if health.sending:
        yield f"  {health.sending.number} being sent."
    if health.ready:
        yield f"  {health.ready.number} ready to be fetched, the oldest since {_moment(health.ready.due)}."
    if fetches:
        yield _visited(health)
    if health.trouble:
        yield f"  {_missed(health.trouble, open_.now)}."
    if health.unconfirmed:
        yield f"  {_unconfirmed(health.unconfirmed)}."


def _visited(health: BotHealth) -> str:
    """When a bot that fetches its events last came for them, to the minute."""
    if health.fetch_progress is None:
        return "  It has not asked for its events yet."
    offset = f" and was given the offset {health.fetch_progress.offset}" if health.fetch_progress.offset else ""
    return f"  It last asked at {_moment(health.fetch_progress.asked)}{offset}."


_MISSED: dict[str, str] = {
    State.DEAD: "Last given up",
    State.EXPIRED: "Last not fetched in time",
    State.SKIPPED: "Last not sent",
}


def _missed(failure: LastFailure, now: int) -> str:
    """The event that is tried again, or that the bot missed last, and why."""
    delivery = failure.logged.delivery
    reasons = "; ".join(filter(None, [failure.cause, delivery.reason]))
    if delivery.state not in _MISSED:
        then = "is being made" if delivery.state == State.SENDING else f"is due {_when(delivery.due, now)}"
        return f"Tried again: {_event(failure)}: {reasons}; its attempt {delivery.attempts + 1} {then}"
    return f"{_MISSED[delivery.state]}: {_event(failure)}" + (f": {reasons}" if reasons else "")


def _unconfirmed(failure: LastFailure) -> str:
    """What was sent to a bot last, and not confirmed: its handler may work for long before it responds."""
    return f"Last not confirmed: {_event(failure)}: {failure.cause}; it got the whole event, which is not sent again"


def _event(failure: LastFailure) -> str:
    return f"{failure.event} (delivery {failure.logged.delivery.id}) of {_moment(failure.logged.created)}"


def _when(due: float, now: int) -> str:
    return "now" if due <= now else f"at {_moment(due)}"


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(int(seconds), UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
