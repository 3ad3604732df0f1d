"""The family `im.v2.*`: its dialect, and how it tells the reasons that its methods meet."""

from __future__ import annotations

from botyard.errors import Reason, error
from botyard.rpc.family import Dialect, Family

IM_V2 = Family(
    Dialect.V2,
    {
        Reason.DIALOG_EMPTY: error("ACCESS_DENIED: Access denied", 403),
        Reason.DIALOG_CLOSED: error("ACCESS_DENIED: Access denied", 403),
        Reason.USER_MISSING: error("ACCESS_DENIED: Access denied", 403),
        Reason.FILE_EMPTY: error("FILE_EMPTY: File name and content are required"),
        Reason.FILE_CONTENT: error("FILE_INVALID_CONTENT: Invalid base64 content"),
        Reason.FILE_TOO_BIG: error("FILE_TOO_LARGE: File is too large"),
        Reason.FILE_FOLDER: error("FOLDER_ERROR: Failed to get chat folder"),
        Reason.FILE_REFUSED: error("UPLOAD_FAILED: File upload failed: {reason}"),
        Reason.FILE_NOT_STORED: error("UPLOAD_FAILED: File upload failed"),
        Reason.FILE_NOT_SENT: error("SEND_FAILED: Failed to send message"),
        Reason.FILE_MISSING: error("FILE_NOT_FOUND: File not found"),
        Reason.UPLOAD_CHAT: error("CHAT_NOT_FOUND: CHAT_NOT_FOUND"),
    },
)
method = IM_V2.method
