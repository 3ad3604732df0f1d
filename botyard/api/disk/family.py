"""The family `disk.*`: its dialect, and how it tells the reasons that its methods meet."""

from __future__ import annotations

from botyard.errors import Reason, error
from botyard.rpc.family import Dialect, Family

DISK = Family(
    Dialect.V1,
    {
        Reason.FILE_ID_WRONG: error("ERROR_ARGUMENT: Invalid value of parameter {Parameter #0}"),
        Reason.FILE_MISSING: error("ERROR_NOT_FOUND: Could not find entity with id {id}"),
        Reason.FILE_CLOSED: error("ACCESS_DENIED: Access denied"),
    },
)
method = DISK.method
