"""Deliveries: events for recipients that must not miss them, and the attempts to send them."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from botyard.model.recipients import Recipient


class State(StrEnum):
    """Where a delivery stands; the migration 0006 says what each means.

    UNCONFIRMED: the handler was sent all of it and did not respond, so it has it, as far as anybody can know.
    """

    WAITING = "waiting"
    SENDING = "sending"
    DONE = "done"
    UNCONFIRMED = "unconfirmed"
    DEAD = "dead"
    SKIPPED = "skipped"
    FETCH = "fetch"
    FETCHED = "fetched"
    EXPIRED = "expired"


ToldRecipient = tuple[Recipient, State]
"""Who is told, and how the delivery begins: it is sent (WAITING), or lies ready (FETCH)."""


class EndReason(StrEnum):
    """Why a delivery has ended without being accepted."""

    UNCONFIRMED = "it was received, but not confirmed"
    USED_UP = "the last attempt failed"
    FINAL = "the handler's answer was final"
    TOO_OLD = "the time for attempts is over"
    NOT_INSTALLED = "the application is not installed"
    BLOCKED = "the application is blocked"
    NO_SCOPE = "the application lacks the permission"
    NO_HANDLER = "no handler is bound"
    NO_BOT = "the bot is gone"
    STOPPED = "the person who registered it is deactivated"
    NO_WORDS = "there was nothing to tell"
    RESET = "the portal was set back"
    NO_WRITER = "nobody writes to such a recipient"


class Delivery(msgspec.Struct, frozen=True, gc=False):
    """One event for one recipient.

    ``attempts`` have begun so far, the next one is made at ``due``. Those up to ``resent_after`` do not count: they
    belong to the time before somebody had it sent once more, at ``queued``, or a server died while it made them, or
    were made early because the recipient was back.
    It holds those behind it in its dialog until ``holds_until``, which is 0 before its first attempt.
    """

    id: int
    event_id: int
    recipient: Recipient
    ordering_key: int
    state: str
    attempts: int
    resent_after: int
    queued: int
    due: float
    finished: int | None
    reason: str
    holds_until: float = 0

    @property
    def fresh(self) -> bool:
        """Whether no attempt is on record since it was queued."""
        return self.attempts == self.resent_after

    def late(self, created: int, now: float) -> bool:
        """Whether later events of the dialog may have arrived before an attempt that begins now."""
        resent = self.resent_after > 0 and self.queued > created
        return resent or (self.attempts > 0 and now >= self.holds_until)


NO_CONNECTION = "no connection"
UNKNOWN_NAME = "unknown name"
TLS_FAILED = "TLS failed"
NOBODY_THERE = (NO_CONNECTION, UNKNOWN_NAME, TLS_FAILED)
"""How the problem of an attempt begins that found nobody there."""


class Attempt(msgspec.Struct, frozen=True, gc=False):
    """One attempt to send: ``started`` in Unix milliseconds, ``took`` milliseconds.

    ``status`` is 0 where no response came; ``problem`` then says why not. ``answer`` is how the response begins.
    """

    number: int
    started: int
    took: int
    status: int
    answer: str
    problem: str


class Ended(msgspec.Struct, frozen=True, gc=False):
    """What came of a leased delivery: its next state, and the attempt that was made, if one was.

    ``due`` counts while it waits, ``reason`` once it has ended.
    """

    delivery: Delivery
    state: State
    due: float = 0
    reason: str = ""
    attempt: Attempt | None = None
