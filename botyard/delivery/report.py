"""Logs attempts: a record for each, and a line when a recipient starts or stops accepting events."""

from __future__ import annotations

import logging
from typing import NamedTuple

from botyard.model.deliveries import Ended, State
from botyard.model.recipients import Recipient

attempts_log = logging.getLogger("botyard.delivery.attempts")
"""Every attempt at level DEBUG; the record's ``attempt`` is an ``AttemptRecord``. Nobody listens unless it is asked
to."""
log = logging.getLogger("botyard.delivery")

REMEMBERED = 10_000
TRIED_SECONDS = 120
"""An event that was refused, and of whose next attempt nothing is known so long after it was due, is one no more."""


_THEN = {State.DONE: "", State.UNCONFIRMED: ", received but not confirmed", State.DEAD: ", given up"}


class AttemptRecord(NamedTuple):
    """An attempt that was made: for whom, of what, where, and what came of it.

    ``recipient`` is `bot:1008` or `binding:3`. ``outcome`` is the delivery's next state: done, unconfirmed, waiting
    or dead. ``again`` are the seconds until the next attempt; ``None`` for none. ``status`` is 0 where there was no
    answer, and ``problem`` then says why.
    """

    recipient: Recipient
    event: str
    address: str
    outcome: State
    number: int
    status: int
    problem: str
    milliseconds: int
    again: int | None
    delivery: int = 0

    @property
    def met(self) -> str:
        """What it met, in a few words."""
        return self.problem or f"status {self.status}"

    @property
    def line(self) -> str:
        """The attempt in one line, without secrets: the query of an address may hold some."""
        then = _THEN.get(self.outcome, f", again in {self.again} s")
        return f"{self.recipient} ← {self.event} {self.address.partition('?')[0]} {self.met}{then}"


def attempt_record(ended: Ended, event: str, address: str, now: float) -> AttemptRecord | None:
    """The attempt that has ended so; ``None`` where none was made."""
    attempt = ended.attempt
    if attempt is None:
        return None
    return AttemptRecord(
        recipient=ended.delivery.recipient,
        event=event,
        address=address,
        outcome=ended.state,
        number=attempt.number,
        status=attempt.status,
        problem=attempt.problem,
        milliseconds=attempt.took,
        again=max(0, round(ended.due - now)) if ended.state is State.WAITING else None,
        delivery=ended.delivery.id,
    )


class Report:
    """Writes the log of one server's attempts, and knows which recipients fail."""

    def __init__(self) -> None:
        # Of each recipient that fails: the events that are refused again and again, and by when each was tried again.
        self._failing: dict[str, dict[int, float]] = {}
        self._lacking = False

    def own_fault(self, problem: str, *, stopping: bool) -> None:
        """Note that this server could not make an attempt: one line until it can again."""
        if not self._lacking and not stopping:
            log.error("This server cannot call handlers: %s", problem)
        self._lacking = not stopping

    def over(self, recipient: Recipient, delivery: int) -> None:
        """Note that a delivery has ended without an attempt."""
        self._failing.get(recipient, {}).pop(delivery, None)

    def attempt(self, record: AttemptRecord, now: float = 0.0) -> None:
        """Note an attempt that has ended now."""
        self._lacking = False
        if attempts_log.isEnabledFor(logging.DEBUG):
            attempts_log.debug("%s", record.line, extra={"attempt": record})
        refused = self._failing.get(record.recipient)
        if refused is not None:
            refused.pop(record.delivery, None)
        if record.outcome is State.DONE:
            if refused is not None and not any(until > now for until in refused.values()):
                del self._failing[record.recipient]
                log.info("Events are accepted by their handler again: %s", record.line)
            return
        if refused is None:
            if len(self._failing) >= REMEMBERED:
                self._failing.pop(next(iter(self._failing)))
            refused = self._failing[record.recipient] = {}
            verb = "confirmed by" if record.outcome is State.UNCONFIRMED else "accepted by"
            log.warning("Events are not %s their handler: %s", verb, record.line)
        # While one event is refused again and again, others that are accepted are no news.
        if record.status and record.outcome is State.WAITING and len(refused) < REMEMBERED:
            # Another server may try it again, and tells nobody here.
            refused[record.delivery] = now + (record.again or 0) + TRIED_SECONDS
