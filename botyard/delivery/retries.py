"""What follows an attempt: when to retry, and when to give up."""

from __future__ import annotations

import math
from email.utils import parsedate_to_datetime
from typing import NamedTuple

from botyard.model.deliveries import Attempt, Delivery, Ended, EndReason, State
from botyard.store.ordering import ORDERINGS, Ordering

MINUTE, HOUR = 60, 3600

SCHEDULE = (0, 5, 30, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR)
"""Seconds to wait before each attempt."""
OWN_FAULT_SECONDS = 5
"""Until the next attempt after one that failed for want of something on this side."""
RETRY_AFTER_MAX = HOUR
# Responses of class 4xx that only say "not now"; the others mean that trying again is of no use.
REFUSED_FOR_NOW = frozenset({408, 425, 429})
# A proxy passed the request on, and the handler did not respond in time: it has it.
UNANSWERED = frozenset({504, 524})


class RetryPolicy(NamedTuple):
    """How events reach handlers. ``repeats`` what was received and not confirmed."""

    schedule: tuple[int, ...]
    repeats: bool
    ordering: Ordering


RETRY_POLICIES: dict[str, RetryPolicy] = {
    "retry": RetryPolicy(SCHEDULE, repeats=False, ordering=ORDERINGS["retry"]),
    "strict": RetryPolicy(SCHEDULE, repeats=True, ordering=ORDERINGS["strict"]),
    # A single attempt, as the vendor makes it.
    "compat": RetryPolicy((0,), repeats=False, ordering=ORDERINGS["compat"]),
}


class HandlerResponse(NamedTuple):
    """What came back: ``status`` 0 and a ``problem`` where it was no response; ``body`` is how it begins.

    ``written`` says that the whole request had left, so that the handler may have it. ``ours`` is a failure of this
    server's own, which does not count.
    """

    status: int
    body: str = ""
    retry_after: str = ""
    problem: str = ""
    written: bool = False
    ours: bool = False


def judged(
    delivery: Delivery,
    made: Attempt,
    answer: HandlerResponse,
    mode: RetryPolicy,
    now: float,
    settled: float = 0,
    wall: float = 0,
) -> Ended:
    """What an attempt makes of a delivery: 2xx ends it, what has not arrived is tried again while there is time.

    A delivery that has waited behind another for longer than the whole schedule gets one attempt. Its age is judged
    by ``settled``, and what a handler says of dates is read by ``wall``, where these are not ``now``.
    """
    if 200 <= answer.status < 300:
        return Ended(delivery, State.DONE, attempt=made)
    if not mode.repeats and _unconfirmed(answer):
        return Ended(delivery, State.UNCONFIRMED, reason=EndReason.UNCONFIRMED, attempt=made)
    if 400 <= answer.status < 500 and answer.status not in REFUSED_FOR_NOW:
        return Ended(delivery, State.DEAD, reason=EndReason.FINAL, attempt=made)
    tried = made.number - delivery.resent_after
    if tried >= len(mode.schedule):
        return Ended(delivery, State.DEAD, reason=EndReason.USED_UP, attempt=made)
    if (settled or now) - delivery.queued > sum(mode.schedule):
        return Ended(delivery, State.DEAD, reason=EndReason.TOO_OLD, attempt=made)
    pause = max(mode.schedule[tried], asked_pause(answer.retry_after, wall or now))
    return Ended(delivery, State.WAITING, due=now + pause, attempt=made)


def _unconfirmed(answer: HandlerResponse) -> bool:
    """Whether the handler has the event, as far as anybody can know, and has not said so."""
    return answer.status in UNANSWERED or (answer.status == 0 and answer.written)


def asked_pause(retry_after: str, now: float) -> int:
    """Seconds of a Retry-After header, a number or a date; 0 for none or nonsense."""
    text = retry_after.strip()
    if text.isascii() and text.isdigit():
        # Longer than any sensible number, and slow to read.
        return RETRY_AFTER_MAX if len(text) > len(str(RETRY_AFTER_MAX)) else min(int(text), RETRY_AFTER_MAX)
    try:
        moment = parsedate_to_datetime(text).timestamp()
    except (ValueError, OverflowError):
        return 0
    return max(0, min(math.ceil(moment - now), RETRY_AFTER_MAX))
