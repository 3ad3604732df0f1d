"""`botyard delivery`: lists deliveries and their attempts, and sends them again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from types import SimpleNamespace

import click

from botyard.chat.diagnostics import delivery_search, event_names
from botyard.commands import options
from botyard.commands.exit_codes import CommandError, ExitCode
from botyard.commands.open_portal import OpenPortal, open_portal
from botyard.commands.table import moment, table
from botyard.model import recipients
from botyard.model.deliveries import Attempt, State
from botyard.setting_values import number
from botyard.store import bots, deliveries, delivery_log
from botyard.store.delivery_log import ENDED, DeliveryFilter, LoggedDelivery
from botyard.store.engines.db import Tx
from botyard.store.ordering import NEVER
from botyard.wire import param_types

ABOUT = "List deliveries of events, show each attempt to make one, and send again what has ended."
EXAMPLES = """
botyard delivery list --bot 1001 --state missed
botyard delivery list --from 2026-09-21T12:00 --to 2026-09-21T13:00
botyard delivery show 815
botyard delivery resend 815
botyard delivery resend --bot 1001
botyard delivery resend --all --state dead
"""
PAGE = 50
BATCH = 500
"""Deliveries that are sent again in one transaction."""


def command() -> click.Command:
    """The command with its verbs."""
    return options.group(
        "delivery",
        ABOUT,
        EXAMPLES,
        options.verb(
            "list",
            "List deliveries, newest first.",
            _list,
            options.option(
                "limit", f"at most this many (default: {PAGE})", read=number, default=PAGE, metavar="NUMBER"
            ),
            options.option("before", "only older ones than this", read=number, default=0, metavar="ID"),
            *_filters(),
            *options.place(),
        ),
        options.verb(
            "show",
            "Show the delivery with this number, and each attempt to make it.",
            _show,
            options.argument("id", read=number),
            *options.place(),
        ),
        options.verb(
            "resend",
            "Send again one delivery, or what a bot or a time has missed.",
            _resend,
            options.argument("id", read=number, required=False),
            options.switch("all", "everything that was missed"),
            *_filters(),
            *options.place(),
        ),
    )


def _filters() -> list[click.Option]:
    states = delivery_search.WORDS
    return [
        options.option("bot", "those of a bot", read=number, metavar="BOT_ID"),
        options.option("recipient", "those of bot:1001, user:5 or binding:3", default="", metavar="KIND:ID"),
        options.option("state", "only those in this state", choices=states),
        options.option("from", "happened since then: Unix seconds or ISO 8601 in UTC", metavar="TIME", into="from_"),
        options.option("to", "happened before then: Unix seconds or ISO 8601 in UTC", metavar="TIME", into="to_"),
    ]


def _require_one_recipient(args: SimpleNamespace) -> None:
    if args.bot and args.recipient:
        raise options.usage("name a bot or a recipient, not both")


def _require_chosen(args: SimpleNamespace) -> None:
    filters = (args.bot, args.recipient, args.from_, args.to_)
    if args.id and (any(filters) or args.state or args.all):
        raise options.usage("an id names one delivery; leave out the rest")
    if not (args.id or args.all or any(filters)):
        raise options.usage("name a delivery, a bot, a recipient or a time, or say --all")


async def _wanted(tx: Tx, args: SimpleNamespace, state: str, limit: int) -> DeliveryFilter:
    if args.bot and await bots.find(tx, args.bot) is None:
        raise CommandError(f"There is no bot {args.bot}; 'botyard doctor' shows them.")
    recipient = recipients.bot(args.bot) if args.bot else recipients.named(args.recipient)
    if args.recipient and recipient is None:
        raise CommandError(
            f"{args.recipient!r} is not a recipient such as bot:1001, user:5 or binding:3.", ExitCode.USAGE
        )
    return DeliveryFilter(
        recipient or "",
        delivery_search.states(state),
        delivery_search.moment(param_types.moment(args.from_), 0),
        delivery_search.moment(param_types.moment(args.to_), NEVER),
        getattr(args, "before", 0),
        limit,
    )


async def _list(args: SimpleNamespace) -> int:
    _require_one_recipient(args)
    async with open_portal(options.chosen(args)) as open_:
        logged_deliveries, names, more = await open_.database.read(lambda tx: _listed(tx, args))
    rows = [_row(logged_delivery, name) for logged_delivery, name in zip(logged_deliveries, names, strict=True)]
    print(table(("ID", "EVENT", "HAPPENED (UTC)", "RECIPIENT", "STATE", "ATTEMPTS", "NEXT OR ENDED", "WHY"), rows))
    if more:
        print(f"There are more: --before {more}")
    return ExitCode.OK


async def _listed(tx: Tx, args: SimpleNamespace) -> tuple[list[LoggedDelivery], list[str], int]:
    wanted = await _wanted(tx, args, args.state or "", args.limit)
    logged_deliveries: list[LoggedDelivery] = []
    more = wanted.before
    # A page of everybody's deliveries may be short and yet not be the last.
    while True:
        page, more = await delivery_log.page(
            tx, wanted._replace(before=more, limit=wanted.limit - len(logged_deliveries))
        )
        logged_deliveries += page
        if not more or len(logged_deliveries) >= wanted.limit:
            return logged_deliveries, await event_names.of_deliveries(tx, logged_deliveries), more


def _row(logged: LoggedDelivery, name: str) -> tuple[object, ...]:
    delivery = logged.delivery
    due = int(delivery.due) if delivery.state == State.WAITING else delivery.finished
    return (
        delivery.id,
        name,
        moment(logged.created),
        delivery.recipient,
        delivery.state,
        delivery.attempts,
        moment(due),
        delivery.reason or "-",
    )


async def _show(args: SimpleNamespace) -> int:
    async def work(tx: Tx) -> tuple[LoggedDelivery, str, list[Attempt]]:
        logged = await _one(tx, args.id)
        return logged, await event_names.of_delivery(tx, logged), await deliveries.attempts(tx, args.id)

    async with open_portal(options.chosen(args)) as open_:
        logged, name, tried = await open_.database.read(work)
    print("\n".join(_told(logged, name, tried)))
    return ExitCode.OK


async def _one(tx: Tx, delivery_id: int) -> LoggedDelivery:
    logged = await delivery_log.find(tx, delivery_id)
    if logged is None:
        raise CommandError(
            f"There is no delivery {delivery_id}, or it is kept no longer; 'botyard delivery list' shows them."
        )
    return logged


def _told(logged: LoggedDelivery, name: str, tried: list[Attempt]) -> Iterator[str]:
    delivery = logged.delivery
    yield f"Delivery {delivery.id}: {name} of {moment(logged.created)} UTC, to {delivery.recipient}."
    yield f"  State: {delivery.state}" + (f", {delivery.reason}." if delivery.reason else ".")
    if delivery.state == State.WAITING:
        yield f"  Its turn comes at {moment(int(delivery.due))} UTC, or earlier."
    elif delivery.state == State.SENDING:
        yield f"  Attempt {delivery.attempts + 1} is being made."
    elif delivery.finished is not None:
        yield f"  Ended: {moment(delivery.finished)} UTC."
    for made in tried:
        started = datetime.fromtimestamp(made.started / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S")
        met = made.problem or f"status {made.status}"
        yield f"  Attempt {made.number} at {started} UTC: {met}, {made.took} ms."
        if made.answer:
            yield f"    {' '.join(made.answer.split())[:200]}"


async def _resend(args: SimpleNamespace) -> int:
    _require_one_recipient(args)
    _require_chosen(args)
    async with open_portal(options.chosen(args)) as open_:
        sent = await (_resend_one if args.id else _resend_missed)(open_, args)
    print(f"{sent} {'is' if sent == 1 else 'are'} sent again, by the server that runs or the next one.")
    return ExitCode.OK


async def _resend_one(open_: OpenPortal, args: SimpleNamespace) -> int:
    async def work(tx: Tx) -> int:
        if not await delivery_search.resend(tx, await _one(tx, args.id)):
            raise CommandError(f"Delivery {args.id} has not ended yet, so it cannot be sent again.")
        return 1

    return await open_.write(work)


async def _resend_missed(open_: OpenPortal, args: SimpleNamespace) -> int:
    """Send again what fits the filters, page by page: a transaction must not hold up a running server for long."""
    wanted = await open_.database.read(lambda tx: _wanted(tx, args, args.state or "missed", BATCH))
    if not wanted.states <= ENDED:
        raise CommandError("Only what has ended can be sent again.", ExitCode.USAGE)
    sent = 0
    while True:
        number, more = await open_.write(partial(_resend_page, wanted=wanted))
        sent += number
        if not more:
            return sent
        wanted = wanted._replace(before=more)


async def _resend_page(tx: Tx, *, wanted: DeliveryFilter) -> tuple[int, int]:
    logged_deliveries, more = await delivery_log.page(tx, wanted)
    return sum([await delivery_search.resend(tx, logged_delivery) for logged_delivery in logged_deliveries]), more
