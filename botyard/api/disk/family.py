"""The family `disk.*`: its dialect, and how it tells the reasons that its methods meet."""

from __future__ import annotations

from botyard.errors import Reason, error
from botyard.rpc.family import Dialect, Family

_WRONG = error("ERROR_ARGUMENT: Invalid value of parameter {Parameter #0}")
_MISSING = error("ERROR_NOT_FOUND: Could not find entity with id {id}")
_DENIED = error("ACCESS_DENIED: Access denied")
_UNSAVED = error("ERROR_COULD_NOT_SAVE_FILE: Could not save file")

DISK = Family(
    Dialect.V1,
    {
        Reason.FILE_ID_WRONG: _WRONG,
        Reason.FILE_MISSING: _MISSING,
        Reason.FILE_CLOSED: _DENIED,
        Reason.FILE_NAME: error("DISK_BASE_SERVICE_22001: Error: required parameter NAME (DISK_BASE_SERVICE_22001)"),
        Reason.FILE_EMPTY: _UNSAVED,
        Reason.FILE_CONTENT: _UNSAVED,
        Reason.FILE_TOO_BIG: _UNSAVED,
        Reason.FILE_REFUSED: _UNSAVED,
        Reason.FILE_NOT_STORED: _UNSAVED,
        Reason.FILE_FOLDER: _DENIED,
        Reason.FILE_NOT_SENT: _DENIED,
        Reason.FOLDER_WRONG: _WRONG,
        Reason.FOLDER_MISSING: _MISSING,
        Reason.STORAGE_MISSING: _MISSING,
        Reason.STORAGE_CLOSED: _DENIED,
        Reason.ARGUMENT: error("ERROR_ARGUMENT: {reason}"),
        # The page has this text without a code.
        Reason.RIGHTS_FORMAT: error("ERROR_ARGUMENT: Invalid rights format"),
    },
)
method = DISK.method
