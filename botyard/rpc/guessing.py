"""Holds back callers who are told too often that a key was wrong, one by one or in batches."""

from __future__ import annotations

from botyard.errors import ApiError, ErrorCode, Reason
from botyard.portal.auth.throttle import Allowance, Guesses, Key, network

PER_CALLER = Allowance(burst=30, seconds=10)
"""Wrong keys of bots, for each webhook."""
PER_ADDRESS = Allowance(burst=300, seconds=1)
"""Calls with keys that open nothing, for each address."""

WRONG_KEY = frozenset(
    {
        Reason.BOT_NOT_YOURS,
        Reason.COMMAND_NOT_YOURS,
        Reason.CHAT_APP_NOT_YOURS,
        Reason.CODE_TAKEN,
        Reason.TOKEN_NOT_ROTATED,
    }
)
"""Refusals that tell whether a bot goes by the key that was given."""


class Guessing:
    """Counts refusals. One for each server; nothing is counted unless it is ``on``."""

    def __init__(self, *, on: bool = False) -> None:
        self._on = on
        self._guesses = Guesses()
        self.pending = self._guesses.free_at
        """Empty while nobody has anything to answer for."""

    def count(self, source: str, now: float) -> None:
        """Count one refusal of a key of bots that a caller gave."""
        if self._on:
            self._guesses.count(_caller(source), now=now)

    def require_patience(self, source: str, now: float) -> None:
        """Raise QUERY_LIMIT, without looking at the key, for a caller who has given too many wrong ones."""
        if wait := self._guesses.wait(_caller(source), now=now):
            raise ApiError(ErrorCode.QUERY_LIMIT, hint=f"too many wrong keys of bots; come again in {wait} s")

    def refusal(self, refused: ApiError, address: str, *, now: float) -> ApiError:
        """What a caller is told whose key opens nothing: after too many of them from its address not even that."""
        return self.limit(address, now=now) or refused

    def limit(self, address: str, *, now: float) -> ApiError | None:
        """Count a key that opens nothing; QUERY_LIMIT where there were too many from its address."""
        if not self._on:
            return None
        keys: tuple[Key, ...] = ((("address", network(address)), PER_ADDRESS),)
        if wait := self._guesses.wait(keys, now=now):
            return ApiError(
                ErrorCode.QUERY_LIMIT, hint=f"too many wrong keys from this address; come again in {wait} s"
            )
        self._guesses.count(keys, now=now)
        return None


def _caller(source: str) -> tuple[Key, ...]:
    return ((("caller", source), PER_CALLER),)
