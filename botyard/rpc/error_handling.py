"""Unexpected errors: logged under an id that the response repeats."""

from __future__ import annotations

import errno
import logging
import re
import secrets
import time
from collections.abc import Callable

from botyard.errors import ApiError, ErrorCode
from botyard.store.engines.budget import OverBudget
from botyard.store.engines.db import Unavailable
from botyard.wire.envelope import TooLarge

log = logging.getLogger("botyard.fault")

# What no name of a method holds: callers choose the name, so it must not break the lines of the log.
_ODD = re.compile(r"[^A-Za-z0-9_./-]")
_LONGEST = 100

_FULL = "The disk is full."
_OPEN = "Too many files and connections are open."
_RUN_OUT = {
    errno.ENOSPC: _FULL,
    errno.EDQUOT: _FULL,
    errno.EMFILE: _OPEN,
    errno.ENFILE: _OPEN,
    errno.ENOMEM: "There is not enough memory.",
}


def to_api_error(fault: Exception, method: str) -> ApiError:
    """Any exception of a call as the error the caller sees; an ``ApiError`` is itself."""
    if isinstance(fault, ApiError):
        return fault
    if isinstance(fault, OverBudget):
        return ApiError(ErrorCode.OVERLOAD, hint=f"the call costs too much: {fault.excess}; ask for less at a time")
    if isinstance(fault, TooLarge):
        hint = f"the response would have more than {fault.limit:,} bytes; ask for less at a time"
        return ApiError(ErrorCode.OVERLOAD, hint=hint)
    if isinstance(fault, Unavailable) and fault.mark:
        return ApiError(ErrorCode.STORAGE, reason=fault.reason, id=fault.mark)
    reason = fault.reason if isinstance(fault, Unavailable) else _run_out(fault)
    if reason:
        return ApiError(ErrorCode.STORAGE, reason=reason, id=repeated_faults.mark(reason, method))
    mark = secrets.token_hex(4)
    if isinstance(fault, ImportError):
        # A part of the program is missing or cannot be read: where it was asked for helps nobody.
        log.error("%s %s: %s", mark, _plain(method), fault)
        return ApiError(ErrorCode.INTERNAL, id=mark)
    log.error("%s %s failed", mark, _plain(method), exc_info=fault)
    return ApiError(ErrorCode.INTERNAL, id=mark)


class RepeatedFaults:
    """What lasts, a full disk for example, is one line of the log a minute, whoever meets it meanwhile."""

    SECONDS = 60.0

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._logged: dict[str, tuple[float, str]] = {}

    def mark(self, reason: str, method: str) -> str:
        """The number under which the log tells of it; it is logged if it was not in the last minute."""
        now = self._clock()
        since, mark = self._logged.get(reason, (0.0, ""))
        if not mark or now >= since + self.SECONDS:
            # Reasons that name a file or a place are few; those of long ago are not kept.
            self._logged = {cause: entry for cause, entry in self._logged.items() if now < entry[0] + self.SECONDS}
            mark = secrets.token_hex(4)
            self._logged[reason] = (now, mark)
            log.error("%s %s: %s", mark, _plain(method), reason)
        return mark


repeated_faults = RepeatedFaults()


def _run_out(fault: Exception) -> str:
    """What the machine has run out of, in a sentence; a traceback would say no more."""
    return _RUN_OUT.get(fault.errno or 0, "") if isinstance(fault, OSError) else ""


def unexpected_answer(fault: Exception, method: str) -> ApiError:
    """A result that cannot be written to the wire."""
    mark = secrets.token_hex(4)
    log.error("%s %s answered what cannot be encoded", mark, _plain(method), exc_info=fault)
    return ApiError(ErrorCode.UNEXPECTED_ANSWER, id=mark)


def _plain(method: str) -> str:
    return _ODD.sub("?", method[:_LONGEST])
