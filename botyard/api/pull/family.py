"""The family `pull.*`: its dialect, and how it tells the reasons that its methods meet."""

from __future__ import annotations

from botyard.errors import Reason, error
from botyard.rpc.family import Dialect, Family

PULL = Family(
    Dialect.V1,
    {
        Reason.PULL_NO_APP: error(
            "WRONG_AUTH_TYPE: Get access to application config available only for application authorization.", 403
        ),
        Reason.PULL_USER_DENIED: error("USER_ID_ACCESS_ERROR: Only admin can send notifications to other channels"),
        Reason.PULL_MODULE: error("MODULE_ID_ERROR: Module ID format error"),
        Reason.PULL_COMMAND: error("COMMAND_ERROR: Command format error"),
        Reason.PULL_PARAMS: error("PARAMS_ERROR: Params format error"),
        Reason.PULL_DENIED: error("ACCESS_ERROR: You do not have access to send push notifications"),
        # The page calls USER_ID required and names no error of its own for it.
        Reason.PULL_PEOPLE: error("ACCESS_ERROR: You do not have access to send push notifications"),
        Reason.PULL_TEXT: error("TEXT_ERROR: Text can't be empty"),
        Reason.PULL_APP_NAME: error("EMPTY_APP_NAME: For send push-notification application name can't be empty"),
    },
)
method = PULL.method
