"""What was not foreseen: logged under an id that the answer repeats."""

from __future__ import annotations

import logging
import re
import secrets

from botyard.errors import Problem, Refused
from botyard.store.db import Unavailable

log = logging.getLogger("botyard.fault")

# What no name of a method holds: callers choose the name, so it must not break the lines of the log.
_ODD = re.compile(r"[^A-Za-z0-9_./-]")
_LONGEST = 100


def refusal(fault: Exception, method: str) -> Refused:
    """Any exception of a call as the error the caller sees; a ``Refused`` is itself."""
    if isinstance(fault, Refused):
        return fault
    if isinstance(fault, Unavailable) and fault.mark:
        return Refused(Problem.STORAGE, reason=fault.reason, id=fault.mark)
    mark = secrets.token_hex(4)
    if isinstance(fault, Unavailable):
        log.error("%s %s: %s", mark, _plain(method), fault.reason)
        return Refused(Problem.STORAGE, reason=fault.reason, id=mark)
    log.error("%s %s failed", mark, _plain(method), exc_info=fault)
    return Refused(Problem.INTERNAL, id=mark)


def unexpected_answer(fault: Exception, method: str) -> Refused:
    """A result that cannot be written to the wire."""
    mark = secrets.token_hex(4)
    log.error("%s %s answered what cannot be encoded", mark, _plain(method), exc_info=fault)
    return Refused(Problem.UNEXPECTED_ANSWER, id=mark)


def _plain(method: str) -> str:
    return _ODD.sub("?", method[:_LONGEST])
