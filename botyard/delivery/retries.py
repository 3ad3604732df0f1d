"""When to try again, and when to give up."""

from __future__ import annotations

from email.utils import parsedate_to_datetime
from typing import NamedTuple

from botyard.model.deliveries import Attempt, Delivery, Ended, Reason, State

MINUTE, HOUR = 60, 3600

SCHEDULES: dict[str, tuple[int, ...]] = {
    "retry": (0, 5, 30, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR),
    "strict": (0, 5, 30, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR),
    "compat": (0,),
}
"""Seconds to wait before each attempt. ``compat`` is a single one, as the vendor makes it."""
RETRY_AFTER_MAX = HOUR
# Answers of class 4xx that only say "not now"; the others mean that trying again is of no use.
PASSING = frozenset({408, 425, 429})


class Answer(NamedTuple):
    """What came back: ``status`` 0 and a ``problem`` where it was no answer; ``body`` is how it begins."""

    status: int
    body: str = ""
    retry_after: str = ""
    problem: str = ""


def judged(delivery: Delivery, made: Attempt, answer: Answer, schedule: tuple[int, ...], now: int) -> Ended:
    """What an attempt makes of a delivery: 2xx ends it, the rest is tried again while there is time.

    A delivery that has waited behind another for longer than the whole schedule gets one attempt.
    """
    if 200 <= answer.status < 300:
        return Ended(delivery, State.DONE, attempt=made)
    if 400 <= answer.status < 500 and answer.status not in PASSING:
        return Ended(delivery, State.DEAD, reason=Reason.FINAL, attempt=made)
    tried = made.number - delivery.resent_after
    if tried >= len(schedule):
        return Ended(delivery, State.DEAD, reason=Reason.USED_UP, attempt=made)
    if now - delivery.queued > sum(schedule):
        return Ended(delivery, State.DEAD, reason=Reason.TOO_OLD, attempt=made)
    pause = max(schedule[tried], asked_pause(answer.retry_after, now))
    return Ended(delivery, State.WAITING, due=now + pause, attempt=made)


def asked_pause(retry_after: str, now: int) -> int:
    """Seconds of a Retry-After header, a number or a date; 0 for none or nonsense."""
    text = retry_after.strip()
    if text.isascii() and text.isdigit():
        # Longer than any sensible number, and slow to read.
        return RETRY_AFTER_MAX if len(text) > len(str(RETRY_AFTER_MAX)) else min(int(text), RETRY_AFTER_MAX)
    try:
        moment = parsedate_to_datetime(text).timestamp()
    except (ValueError, OverflowError):
        return 0
    return max(0, min(int(moment) - now, RETRY_AFTER_MAX))
