"""The clock as servers have noted it, and what a clock that was set back does to deliveries."""

from __future__ import annotations

from typing import NamedTuple

from botyard.jumps import STEP
from botyard.model.deliveries import EndReason
from botyard.store.engines.db import Tx
from botyard.store.ordering import NEVER
from botyard.store.records import Record, scalar

# As in the conditions of the indexes, word for word: otherwise the engines would scan.
_OPEN = "state IN ('waiting', 'sending')"


class Noted(NamedTuple):
    """The portal's clock, and the one by which ages are judged."""

    moment: int
    settled: int


_NOTED = Record(Noted, "clock c")
_LAST_NOTED = f"{_NOTED.select} WHERE c.id = 1"


async def noted(tx: Tx) -> Noted | None:
    """What a server has noted last."""
    return _NOTED.read(await tx.one(_LAST_NOTED))


async def note(tx: Tx, now: Noted) -> None:
    await tx.run(
        """INSERT INTO clock (id, moment, settled) VALUES (1, :moment, :settled)
           ON CONFLICT (id) DO UPDATE SET moment = :moment, settled = :settled""",
        moment=now.moment,
        settled=now.settled,
    )


async def moved(tx: Tx) -> float:
    """How far what waits has been moved by jumps of the clock, in all."""
    return scalar(await tx.one("SELECT seconds FROM jumps WHERE id = 1"), 0.0)


async def move(tx: Tx, by: float, seen: float, *, now: float) -> float:
    """Move what waits to be sent along with a clock that has jumped; how far it has been moved in all.

    ``seen`` is how far that was when this server saw it last: what others on the same machine have moved it since, for
    the same jump, is not done again. ``now`` is the moment after the jump.
    """
    await tx.run("INSERT INTO jumps (id, seconds) VALUES (1, 0) ON CONFLICT DO NOTHING")
    before = scalar(await tx.one("SELECT seconds FROM jumps WHERE id = 1 {for_update}"), 0.0)
    rest = by - (before - seen)
    if abs(rest) < STEP:
        return before
    await tx.run("UPDATE jumps SET seconds = :seconds WHERE id = 1", seconds=before + rest)
    await tx.run(
        f"""UPDATE deliveries SET due = due + :rest,
                holds_until = CASE WHEN holds_until > 0 AND holds_until < :never THEN holds_until + :rest
                              ELSE holds_until END
            WHERE {_OPEN} AND (state = 'sending' OR holds_until > 0)""",
        rest=rest,
        never=NEVER,
    )
    if rest < 0:
        # What has not been tried yet is due at once or soon, and loses nothing if it is looked at early.
        await tx.run(
            f"UPDATE deliveries SET due = :now WHERE {_OPEN} AND due > :now AND state = 'waiting' AND holds_until = 0",
            now=now,
        )
    return before + rest


async def pull_forward(tx: Tx, tried: int, due: float) -> None:
    """What was tried so often, and is put off for longer than until ``due``, is due then."""
    await tx.run(
        f"""UPDATE deliveries SET due = :due
            WHERE {_OPEN} AND due > :due AND state = 'waiting' AND attempts - resent_after = :tried""",
        tried=tried,
        due=due,
    )


async def shorten_leases(tx: Tx, until: float) -> None:
    """No lease is longer than until a moment."""
    await tx.run(
        f"UPDATE deliveries SET due = :until WHERE {_OPEN} AND due > :until AND state = 'sending'", until=until
    )


async def shorten_holds(tx: Tx, until: float) -> None:
    """Nothing holds its dialog for longer than until a moment."""
    await tx.run(
        f"UPDATE deliveries SET holds_until = :until WHERE {_OPEN} AND holds_until > :until AND holds_until < :never",
        until=until,
        never=NEVER,
    )


async def take_up(tx: Tx) -> None:
    """What was given up for its age in a time that has not come yet is not given up; nothing is younger than now."""
    await tx.run(
        """UPDATE deliveries SET state = 'fetch', mark = 0, finished = NULL, queued = :now
           WHERE finished IS NOT NULL AND finished > :now AND state = 'expired'""",
        now=tx.now,
    )
    await tx.run(
        """UPDATE deliveries SET state = 'waiting', finished = NULL, reason = '', queued = :now, due = :due
           WHERE finished IS NOT NULL AND finished > :now AND state = 'dead' AND reason = :reason""",
        now=tx.now,
        due=tx.now,
        reason=EndReason.TOO_OLD.value,
    )
    await tx.run("UPDATE deliveries SET queued = :now WHERE state = 'fetch' AND queued > :now", now=tx.now)
