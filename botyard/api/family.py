"""The family of the methods that belong to no part of the portal, `app.*`, `event.*`, `user.*`, `batch` and more."""

from __future__ import annotations

from botyard.errors import Reason, error
from botyard.rpc.family import Dialect, Family

SYSTEM = Family(
    Dialect.V1,
    {
        Reason.ARGUMENT: error("ERROR_ARGUMENT: {reason}"),
        Reason.EMAIL_WRONG: error("ERROR_ARGUMENT: wrong_email"),
        Reason.EMAIL_TAKEN: error("ERROR_ARGUMENT: A user with this email already exists"),
        Reason.GROUP_EMPTY: error("ERROR_GROUPID: Group code not specified"),
        Reason.GROUP_WRONG: error("ERROR_NO_GROUP: Group is specified incorrectly"),
        Reason.PLACE_EMPTY: error("ERROR_ARGUMENT: no_extranet_field"),
        # The page names the code and no text.
        Reason.FIELDS_WRONG: error("ERROR_CORE: "),
        Reason.DEPARTMENT_NAME: error("ERROR_CORE: Department name not provided.<br>"),
        Reason.DEPARTMENT_MISSING: error("ERROR_CORE: Department not found"),
        Reason.DEPARTMENT_PLACE: error(
            "ERROR_CORE: There can only be one top-level department in the company structure"
        ),
        # The pages name no error for it.
        Reason.DEPARTMENT_HEAD: error("ERROR_CORE: UF_HEAD is no employee of this portal"),
        Reason.FIELD_NAME_MISSING: error(": The 'FIELD_NAME' field is not found."),
        Reason.FIELD_TYPE_MISSING: error(": The 'USER_TYPE_ID' field is not found."),
        Reason.FIELD_TYPE_EMPTY: error("ERROR_ARGUMENT: Argument 'USER_TYPE_ID' is null or empty"),
        Reason.FIELD_TAKEN: error("ERROR_CORE: Field {name} for USER object already exists"),
        Reason.FIELD_NOT_MADE: error("ERROR_CORE: Fail to create new user field"),
        Reason.FIELD_MISSING: error(": Access denied."),
        Reason.FIELD_ID_WRONG: error(": ID is not defined or invalid"),
        Reason.CODE_EMPTY: error("CODE_EMPTY: CODE can't be empty"),
        Reason.OPTIONS_EMPTY: error("ArgumentNullException: options is empty"),
        Reason.OPTIONS_NO_APP: error("AccessException: Application context required"),
        Reason.OPTIONS_NO_USER: error("AccessException: User authorization required"),
        Reason.OPTIONS_NOT_ADMIN: error("AccessException: Administrator authorization required"),
        Reason.EVENT_NOT_FOUND: error("ERROR_EVENT_NOT_FOUND: Event not found"),
        Reason.BIND_OFFLINE: error(
            "ACCESS_DENIED: Access denied! Offline events binding requires administrator access rights", 403
        ),
        Reason.BIND_AUTH_TYPE: error(
            "ACCESS_DENIED: Access denied! Event binding with AUTH_TYPE requires administrator access rights", 403
        ),
        Reason.QUEUE_CLOSED: error("ACCESS_DENIED: Access denied!", 403),
        Reason.WIDGETS_CLOSED: error("ACCESS_DENIED: Access denied!", 403),
        Reason.ARGUMENT_MISSING: error("ERROR_ARGUMENT: Argument '{argument}' is null or empty"),
        Reason.ARGUMENT_NO_TEXT: error("ERROR_ARGUMENT: The value of an argument '{argument}' must be of type string"),
        # The pages name the codes of these, and the text of one.
        Reason.PLACE_UNKNOWN: error("ERROR_PLACEMENT_NOT_FOUND: Placement not found"),
        Reason.PLACE_TAKEN: error("ERROR_PLACEMENT_MAX_COUNT: A handler of this placement is bound already"),
        Reason.PLACE_NOT_PERSONAL: error("ERROR_PLACEMENT_USER_MODE: User mode is not available"),
        Reason.HANDLER_WRONG: error("ERROR_WRONG_HANDLER_URL: Wrong handler URL"),
        Reason.HANDLER_SCHEME: error("ERROR_UNSUPPORTED_PROTOCOL: Unsupported event handler protocol"),
        Reason.ERROR_HANDLER_EMPTY: error("EMPTY_ERROR_HANDLER_URL: OPTIONS[errorHandlerUrl] is empty"),
        Reason.CONTEXT: error("INVALID_ERROR_CONTEXT: Wrong value of OPTIONS[context]"),
        Reason.EXTRANET: error("INVALID_ERROR_EXTRANET: Wrong value of OPTIONS[extranet]"),
        Reason.ROLE: error("INVALID_ERROR_ROLE: Wrong value of OPTIONS[role]"),
    },
)
method = SYSTEM.method
