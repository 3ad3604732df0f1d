"""What became of deliveries: set without a handler to call, and asked for by botyard.delivery.*."""

from __future__ import annotations

from typing import Any

from botyard.model.deliveries import State
from botyard.store.engines.db import Row, Tx
from botyard.store.ordering import ORDERINGS
from tests.story import CLIENT
from tests.world import AppKey, Person, World

ORDERING = ORDERINGS["retry"]
"""As a server holds dialogs unless it is told otherwise."""


def sends(world: World, *, status: int = 200, problem: str = "", over: State = State.DONE, reason: str = "") -> int:
    """The first delivery to each bot and chat is sent with this result. How many that were."""
    now = int(world.time)

    async def work(tx: Tx) -> int:
        heads = await tx.all(
            """SELECT MIN(id) FROM deliveries WHERE state IN ('waiting', 'sending') AND due <= :now
               GROUP BY recipient, ordering_key""",
            now=now,
        )
        for (number,) in heads:
            await _ends(tx, number, over, reason, now)
            if over is not State.SKIPPED:
                await _tries(tx, number, status, problem, now)
        return len(heads)

    return world.write(work)


async def _ends(tx: Tx, number: int, over: State, reason: str, now: int) -> None:
    (kind,) = await _of(tx, number)
    await tx.run(
        """UPDATE deliveries SET holds_until = CASE WHEN holds_until = 0 THEN :hold ELSE holds_until END
           WHERE id = :id""",
        hold=ORDERING.until(kind, now),
        id=number,
    )
    await tx.run(
        """UPDATE deliveries SET state = :state, reason = :reason, due = :due, finished = :finished WHERE id = :id""",
        state=over.value,
        reason=reason,
        due=now + 5,
        finished=None if over is State.WAITING else now,
        id=number,
    )


async def _of(tx: Tx, number: int) -> Row:
    row = await tx.one("SELECT e.type FROM deliveries d JOIN events e ON e.id = d.event_id WHERE d.id = :id", id=number)
    assert row is not None
    return row


async def _tries(tx: Tx, number: int, status: int, problem: str, now: int) -> None:
    await tx.run("UPDATE deliveries SET attempts = attempts + 1 WHERE id = :id", id=number)
    await tx.run(
        """INSERT INTO attempts (delivery_id, number, started, took, status, answer, problem)
           SELECT id, attempts, :started, 12, :status, 'the answer', :problem FROM deliveries WHERE id = :id""",
        started=now * 1000,
        status=status,
        problem=problem,
        id=number,
    )


def sent(world: World, **more: Any) -> None:
    while sends(world, **more):
        pass


def explain(world: World, message: int, bot: int, by: Person | AppKey | None = None, **more: Any) -> Any:
    return world.call("botyard.delivery.explain", by, {"MESSAGE_ID": message, "BOT_ID": bot, **more}).result


def codes(world: World, message: int, bot: int, **more: Any) -> list[str]:
    """The reasons of the only event."""
    (event,) = explain(world, message, bot, **more)["EVENTS"]
    return [reason["CODE"] for reason in event["REASONS"]]


def listed(world: World, by: Person | AppKey | None = None, **more: Any) -> list[dict[str, Any]]:
    deliveries: list[dict[str, Any]] = world.call("botyard.delivery.list", by, more).result["DELIVERIES"]
    return deliveries


def second_bot(world: World, code: str = "two", **fields: Any) -> int:
    params = {"code": code, "properties": {"name": code}, "eventMode": "fetch", **fields}
    return int(world.call("imbot.v2.Bot.register", botToken=CLIENT, fields=params).result["bot"]["id"])
