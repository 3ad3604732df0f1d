"""`botyard audit`: lists and exports the audit log."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterable
from functools import partial
from types import SimpleNamespace

import click
import msgspec

from botyard.chat.diagnostics import delivery_search
from botyard.commands import options
from botyard.commands.exit_codes import ExitCode
from botyard.commands.open_portal import open_portal, person
from botyard.commands.table import moment, table
from botyard.model.audit import COMMAND_LINE, AuditEntry, AuditEvent
from botyard.portal import audit
from botyard.portal.audit_writer import audit_fields
from botyard.setting_values import number
from botyard.store import audit as stored_audit
from botyard.store.audit import AuditFilter
from botyard.store.engines.db import Tx
from botyard.store.ordering import NEVER
from botyard.wire import param_types
from botyard.wire.visible import visible

ABOUT = "Show what happened to keys, people, applications and settings, and who did it; export it for other programs."
EXAMPLES = """
botyard audit list
botyard audit list --event sign_in.failed --from 2026-11-01
botyard audit list --person anna
botyard audit export --format csv > audit.csv
botyard audit events
"""
PAGE = 50
BATCH = 1000
EVENTS = ["", *(event.value for event in AuditEvent)]


def command() -> click.Command:
    """The command with its verbs."""
    return options.group(
        "audit",
        ABOUT,
        EXAMPLES,
        options.verb(
            "list",
            "List entries, newest first.",
            _list,
            options.option(
                "limit", f"at most this many (default: {PAGE})", read=number, default=PAGE, metavar="NUMBER"
            ),
            options.option("before", "only older ones than this", read=number, default=0, metavar="ID"),
            *_filters(),
            *options.place(),
        ),
        options.verb(
            "export",
            "Write all entries that fit, newest first, as JSON lines or CSV; that is put on record, too.",
            _export,
            options.option("format", "how they are written", default="json", choices=("json", "csv")),
            *_filters(),
            *options.place(),
        ),
        options.verb("events", "List what is recorded.", _events),
    )


def _filters() -> list[click.Option]:
    return [
        options.option("event", "only those of this event", default="", choices=EVENTS),
        options.option("person", "what this person did", default="", metavar="LOGIN"),
        options.option("subject", "what happened to user:5, webhook:3, app:1 …", default="", metavar="KIND:ID"),
        options.option("from", "since then: Unix seconds or ISO 8601 in UTC", metavar="TIME", into="from_"),
        options.option("to", "before then: Unix seconds or ISO 8601 in UTC", metavar="TIME", into="to_"),
    ]


async def _wanted(tx: Tx, args: SimpleNamespace, limit: int) -> AuditFilter:
    return AuditFilter(
        args.event,
        (await person(tx, args.person)).id if args.person else 0,
        args.subject,
        delivery_search.moment(param_types.moment(args.from_), 0),
        delivery_search.moment(param_types.moment(args.to_), NEVER),
        getattr(args, "before", 0),
        limit,
    )


async def _list(args: SimpleNamespace) -> int:
    async def work(tx: Tx) -> list[AuditEntry]:
        return await stored_audit.page(tx, await _wanted(tx, args, args.limit))

    async with open_portal(options.chosen(args)) as open_:
        entries = await open_.database.read(work)
    head = ("ID", "WHEN (UTC)", "EVENT", "SUBJECT", "BY", "VIA", "KEY", "ADDRESS", "DETAILS")
    print(table(head, map(_row, entries)))
    if len(entries) == args.limit and entries:
        print(f"There may be more: --before {entries[-1].id}")
    return ExitCode.OK


def _row(entry: AuditEntry) -> tuple[object, ...]:
    return (
        entry.id,
        moment(entry.happened),
        entry.event,
        visible(entry.subject) or "-",
        entry.user_id or "-",
        entry.via,
        visible(entry.access_key) or "-",
        visible(entry.address) or "-",
        "" if entry.details == "{}" else visible(entry.details),
    )


async def _export(args: SimpleNamespace) -> int:
    unwritten: OSError | None = None
    async with open_portal(options.chosen(args)) as open_:

        async def begin(tx: Tx) -> AuditFilter:
            await audit.record(tx, AuditEvent.AUDIT_EXPORTED, by=COMMAND_LINE)
            return await _wanted(tx, args, BATCH)

        wanted = await open_.write(begin)
        write = _FORMATS[args.format]
        first = True
        while True:
            # Page by page: a portal that runs meanwhile is not held up.
            entries = await open_.database.read(partial(stored_audit.page, wanted=wanted))
            try:
                write(entries, first=first)
            except OSError as problem:
                # The output's, and not the portal's.
                unwritten = problem
                break
            if len(entries) < BATCH:
                break
            wanted, first = wanted._replace(before=entries[-1].id), False
    if unwritten:
        raise unwritten
    return ExitCode.OK


def _json(entries: Iterable[AuditEntry], *, first: bool) -> None:
    for entry in entries:
        print(visible(msgspec.json.encode(audit_fields(entry)).decode()))


def _csv(entries: Iterable[AuditEntry], *, first: bool) -> None:
    writer = csv.writer(sys.stdout)
    for entry in entries:
        fields = audit_fields(entry) | {"details": entry.details}
        if first:
            writer.writerow(fields)
            first = False
        writer.writerow(map(_cell, fields.values()))


def _cell(value: object) -> object:
    """A cell that a spreadsheet does not take for a formula."""
    if not isinstance(value, str):
        return value
    return visible(f"'{value}" if value.startswith(("=", "+", "-", "@", "\t", "\r")) else value)


_FORMATS = {"json": _json, "csv": _csv}


def _events(args: SimpleNamespace) -> int:
    print(table(("EVENT", "MEANING"), [(event.value, event.about) for event in AuditEvent]))
    return ExitCode.OK
