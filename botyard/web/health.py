"""Monitoring: whether the server lives, whether it is ready, and its metrics."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import Response

from botyard import __version__
from botyard.errors import ApiError, ErrorCode
from botyard.rpc.call import Context
from botyard.rpc.metrics import BOUNDS
from botyard.store import deliveries
from botyard.store.engines import migrate
from botyard.store.engines.db import Tx, Unavailable
from botyard.web import responses
from botyard.web.http import Scope, header
from botyard.web.loopback_only import is_loopback

TEXT = "text/plain; version=0.0.4; charset=utf-8"
_FORWARDED = (b"x-forwarded-for", b"x-real-ip", b"forwarded", b"via")


async def health(context: Context, request: Request) -> Response:
    """The process responds: that is all that is said, whatever the database does."""
    return responses.json({"status": "ok"})


async def ready(context: Context, request: Request) -> Response:
    """Whether calls would be carried out: the database is there and of this version, and the server is not stopping."""
    reason = await _not_ready(context)
    if reason:
        return responses.json({"status": "not ready", "reason": reason}, 503)
    return responses.json({"status": "ready"})


async def _not_ready(context: Context) -> str:
    if context.long_poll.closed:
        return "The server is stopping."
    try:
        number, name = await context.database.read(migrate.newest)
    except Unavailable as problem:
        return problem.reason
    if number != migrate.newest_known():
        return f"The database is of another version of Botyard; its last migration is {name or 'none'}."
    return ""


async def metrics(context: Context, request: Request) -> Response:
    """What was counted, in the text format of Prometheus; where ``--metrics`` does not allow it, no such page."""
    if not may_read(context.settings.metrics, request.scope):
        raise ApiError(ErrorCode.PATH_UNKNOWN)
    return responses.plain(_text(await _families(context)).encode(), TEXT)


def may_read(allowed: str, scope: Scope) -> bool:
    """Whether the caller may read the metrics, by the setting that says who may."""
    if allowed != "loopback":
        return allowed == "all"
    # A proxy on this machine calls from loopback too, on behalf of anybody.
    client = scope.get("client")
    return client is not None and is_loopback(str(client[0])) and not any(header(scope, name) for name in _FORWARDED)


class Family(NamedTuple):
    """A metric: what it is, and its values, each by the end of its name and its labels."""

    name: str
    kind: str
    help: str
    values: list[tuple[str, Mapping[str, object], float]]


async def _families(context: Context) -> list[Family]:
    counted, settings = context.metrics, context.settings
    known = {method.name.lower(): method.name for method in context.registry}
    calls = sorted(counted.by_method(known).items())
    cumulative = counted.cumulative()
    buckets: list[tuple[str, Mapping[str, object], float]] = [
        ("_bucket", {"le": bound}, count) for bound, count in zip((*BOUNDS, "+Inf"), cumulative, strict=True)
    ]
    up, seconds, waiting = await _database(context)
    return [
        Family("botyard_info", "gauge", "The version.", [("", {"version": __version__}, 1)]),
        Family(
            "botyard_calls_total",
            "counter",
            "Calls of /rest that were answered.",
            [("", {"method": name or "other", "status": status}, count) for (name, status), count in calls],
        ),
        Family(
            "botyard_call_seconds",
            "histogram",
            "How long they took.",
            [*buckets, ("_sum", {}, counted.seconds), ("_count", {}, cumulative[-1])],
        ),
        Family("botyard_calls_in_flight", "gauge", "Calls under way.", [("", {}, context.limits.in_flight)]),
        Family("botyard_calls_in_flight_max", "gauge", "How many may be.", [("", {}, settings.max_in_flight)]),
        Family(
            "botyard_delivery_attempts_total",
            "counter",
            "Attempts to deliver an event, by what the delivery is then: done, waiting for the next one, or dead.",
            [("", {"outcome": outcome}, counted.attempts[outcome]) for outcome in ("done", "waiting", "dead")],
        ),
        Family(
            "botyard_deliveries_open",
            "gauge",
            f"Deliveries that wait or are under way, up to {deliveries.OPEN_MAX}.",
            [("", {}, waiting)] if up else [],
        ),
        Family("botyard_database_up", "gauge", "Whether the database answers.", [("", {}, up)]),
        Family("botyard_database_seconds", "gauge", "How long it took to answer just now.", [("", {}, seconds)]),
    ]


async def _database(context: Context) -> tuple[int, float, int]:
    """Whether the database answers, how long that took, and how many deliveries are open."""

    async def work(tx: Tx) -> int:
        return await deliveries.open_count(tx)

    begun = time.perf_counter()
    try:
        waiting = await context.database.read(work)
    except Unavailable:
        return 0, time.perf_counter() - begun, 0
    return 1, time.perf_counter() - begun, waiting


def _text(families: Iterable[Family]) -> str:
    lines: list[str] = []
    for family in families:
        lines += [f"# HELP {family.name} {family.help}", f"# TYPE {family.name} {family.kind}"]
        for end, labels, value in family.values:
            listed = ",".join(f'{name}="{label}"' for name, label in labels.items())
            lines.append(f"{family.name}{end}{f'{{{listed}}}' if listed else ''} {value:.10g}")
    return "\n".join(lines) + "\n"
