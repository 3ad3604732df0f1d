"""`botyard delivery`: lists deliveries and their attempts, and sends them again."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial

from botyard.chat.diagnostics import delivery_search, event_names
from botyard.commands import options
from botyard.commands.exit_codes import CommandError, ExitCode
from botyard.commands.open_portal import OpenPortal, open_portal
from botyard.commands.table import moment, table
from botyard.model import deliveries as recipients
from botyard.model.deliveries import Attempt, State
from botyard.store import bots, deliveries, delivery_log
from botyard.store.delivery_log import ENDED, DeliveryFilter, LoggedDelivery
from botyard.store.engines.db import Tx
from botyard.store.ordering import NEVER

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


def parser() -> options.Parser:
    """The command's options."""
    made = options.parser("delivery", ABOUT, EXAMPLES)
    verbs = made.add_subparsers(dest="verb", required=True, metavar="list|show|resend")
    listed = verbs.add_parser("list", help="list deliveries, newest first", allow_abbrev=False)
    listed.add_argument(
        "--limit", type=options.number, default=PAGE, metavar="NUMBER", help=f"at most so many (default: {PAGE})"
    )
    listed.add_argument("--before", type=options.number, default=0, metavar="ID", help="only older ones than this")
    show = verbs.add_parser("show", help="show a delivery and each attempt to make it", allow_abbrev=False)
    show.add_argument("id", type=options.number, help="its number in the list")
    resend = verbs.add_parser("resend", help="send again one, or what a bot or a time has missed", allow_abbrev=False)
    resend.add_argument("id", type=options.number, nargs="?", help="its number in the list")
    resend.add_argument("--all", action="store_true", help="everything that was missed")
    for verb in (listed, resend):
        _add_filters(verb)
    for verb in (listed, show, resend):
        options.add_place(verb)
    return made


def _add_filters(made: argparse.ArgumentParser) -> None:
    whose = made.add_mutually_exclusive_group()
    whose.add_argument("--bot", type=options.number, metavar="BOT_ID", help="those of a bot")
    whose.add_argument("--recipient", default="", metavar="KIND:ID", help="those of bot:1001, user:5 or binding:3")
    made.add_argument(
        "--state", choices=delivery_search.WORDS, metavar="STATE", help=f"one of {', '.join(delivery_search.WORDS)}"
    )
    for name, meaning in (("from", "happened since then"), ("to", "happened before then")):
        made.add_argument(
            f"--{name}", dest=f"{name}_", metavar="TIME", help=f"{meaning}: Unix seconds or ISO 8601 in UTC"
        )


def run(given: argparse.Namespace) -> int:
    """Do what was asked."""
    verbs = {"list": _list, "show": _show, "resend": _resend}
    if given.verb == "resend":
        _require_chosen(given)
    return asyncio.run(verbs[given.verb](given))


def _require_chosen(given: argparse.Namespace) -> None:
    filters = (given.bot, given.recipient, given.from_, given.to_)
    if given.id and (any(filters) or given.state or given.all):
        parser().error("an id names one delivery; leave out the rest")
    if not (given.id or given.all or any(filters)):
        parser().error("name a delivery, a bot, a recipient or a time, or say --all")


async def _wanted(tx: Tx, given: argparse.Namespace, state: str, limit: int) -> DeliveryFilter:
    if given.bot and await bots.find(tx, given.bot) is None:
        raise CommandError(f"There is no bot {given.bot}; 'botyard doctor' shows them.")
    recipient = recipients.bot(given.bot) if given.bot else given.recipient
    kind, _, number = recipient.partition(":")
    if recipient and (kind not in ("bot", "user", "binding") or not number.isdecimal()):
        raise CommandError(f"{recipient!r} is no recipient such as bot:1001, user:5 or binding:3.", ExitCode.USAGE)
    return DeliveryFilter(
        recipient,
        delivery_search.states(state),
        delivery_search.moment(given.from_, 0),
        delivery_search.moment(given.to_, NEVER),
        getattr(given, "before", 0),
        limit,
    )


async def _list(given: argparse.Namespace) -> int:
    async with open_portal(options.place(given)) as open_:
        found, names, more = await open_.database.read(lambda tx: _listed(tx, given))
    rows = [_row(one, name) for one, name in zip(found, names, strict=True)]
    print(table(("ID", "EVENT", "HAPPENED (UTC)", "RECIPIENT", "STATE", "ATTEMPTS", "NEXT OR ENDED", "WHY"), rows))
    if more:
        print(f"There are more: --before {more}")
    return ExitCode.OK


async def _listed(tx: Tx, given: argparse.Namespace) -> tuple[list[LoggedDelivery], list[str], int]:
    wanted = await _wanted(tx, given, given.state or "", given.limit)
    found: list[LoggedDelivery] = []
    more = wanted.before
    # A page of everybody's deliveries may be short and yet not be the last.
    while True:
        page, more = await delivery_log.page(tx, wanted._replace(before=more, limit=wanted.limit - len(found)))
        found += page
        if not more or len(found) >= wanted.limit:
            return found, await event_names.of_deliveries(tx, found), more


def _row(logged: LoggedDelivery, name: str) -> tuple[object, ...]:
    one = logged.delivery
    due = int(one.due) if one.state == State.WAITING else one.finished
    return one.id, name, moment(logged.created), one.recipient, one.state, one.attempts, moment(due), one.reason or "-"


async def _show(given: argparse.Namespace) -> int:
    async def work(tx: Tx) -> tuple[LoggedDelivery, str, list[Attempt]]:
        logged = await _one(tx, given.id)
        return logged, await event_names.of_delivery(tx, logged), await deliveries.attempts(tx, given.id)

    async with open_portal(options.place(given)) as open_:
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
    one = logged.delivery
    yield f"Delivery {one.id}: {name} of {moment(logged.created)} UTC, to {one.recipient}."
    yield f"  State: {one.state}" + (f", {one.reason}." if one.reason else ".")
    if one.state == State.WAITING:
        yield f"  Its turn comes at {moment(int(one.due))} UTC, or earlier."
    elif one.state == State.SENDING:
        yield f"  Attempt {one.attempts + 1} is being made."
    elif one.finished is not None:
        yield f"  Ended: {moment(one.finished)} UTC."
    for made in tried:
        started = datetime.fromtimestamp(made.started / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S")
        met = made.problem or f"status {made.status}"
        yield f"  Attempt {made.number} at {started} UTC: {met}, {made.took} ms."
        if made.answer:
            yield f"    {' '.join(made.answer.split())[:200]}"


async def _resend(given: argparse.Namespace) -> int:
    async with open_portal(options.place(given)) as open_:
        sent = await (_resend_one if given.id else _resend_missed)(open_, given)
    print(f"{sent} {'is' if sent == 1 else 'are'} sent again, by the server that runs or the next one.")
    return ExitCode.OK


async def _resend_one(open_: OpenPortal, given: argparse.Namespace) -> int:
    async def work(tx: Tx) -> int:
        if not await delivery_search.resend(tx, await _one(tx, given.id), open_.now):
            raise CommandError(f"Delivery {given.id} has not ended yet, so it cannot be sent again.")
        return 1

    return await open_.database.write(work)


async def _resend_missed(open_: OpenPortal, given: argparse.Namespace) -> int:
    """Send again what fits the filters, page by page: a transaction must not hold up a running server for long."""
    wanted = await open_.database.read(lambda tx: _wanted(tx, given, given.state or "missed", BATCH))
    if not wanted.states <= ENDED:
        raise CommandError("Only what has ended can be sent again.", ExitCode.USAGE)
    sent = 0
    while True:
        number, more = await open_.database.write(partial(_resend_page, wanted=wanted, now=open_.now))
        sent += number
        if not more:
            return sent
        wanted = wanted._replace(before=more)


async def _resend_page(tx: Tx, *, wanted: DeliveryFilter, now: int) -> tuple[int, int]:
    found, more = await delivery_log.page(tx, wanted)
    return sum([await delivery_search.resend(tx, one, now) for one in found]), more
