"""Every way in which a call can fail whatever its method; the rows are those of ``_includes/system-errors.md``."""

from __future__ import annotations

from enum import Enum, unique
from typing import NamedTuple


class ErrorResponse(NamedTuple):
    """What a caller sees: HTTP status, code and text. Texts may hold ``{words}`` filled by ``ApiError``."""

    status: int
    code: str
    text: str


def error(spelled: str, status: int = 400) -> ErrorResponse:
    """Build a response from ``"CODE: text"``."""
    code, _, text = spelled.partition(": ")
    return ErrorResponse(status, code, text)


@unique
class ErrorCode(Enum):
    """Every way in which a call can fail whatever its method."""

    # The request could not be read.
    HTTP_INVALID = error("INVALID_REQUEST: This is not a valid HTTP request")
    HEAD_TIMEOUT = error("INVALID_REQUEST: The request line and headers did not arrive within {limit} seconds", 408)
    HEAD_TOO_BIG = error("INVALID_REQUEST: The request line and headers are larger than {limit} bytes", 431)
    HOST_WRONG = error("INVALID_REQUEST: A request of HTTP/1.1 needs one Host, which names a server")
    BODY_MALFORMED = error("INVALID_REQUEST: The request body could not be read: {reason}")
    BODY_NOT_UTF8 = error("INVALID_REQUEST: The request is not valid UTF-8")
    BODY_SURROGATE = error(
        "INVALID_REQUEST: The request holds half a character, such as half of an emoji: a lone surrogate{place}"
    )
    BODY_NUL = error("INVALID_REQUEST: NUL characters are not allowed in parameters")
    BODY_TOO_DEEP = error("INVALID_REQUEST: Parameters are nested deeper than {limit} levels")
    BODY_ESCAPES = error("INVALID_REQUEST: More than {limit} escapes in the JSON")
    BODY_TOO_MANY = error("INVALID_REQUEST: More than {limit} parameters")
    BODY_TIMEOUT = error("INVALID_REQUEST: The request body did not arrive within {limit} seconds", 408)
    BODY_SLOW = error("INVALID_REQUEST: The request body came slower than {limit} bytes a second", 408)
    BODY_TOO_BIG = error("INVALID_REQUEST: The request body is larger than {limit} bytes", 413)
    BODY_TYPE = error("INVALID_REQUEST: Content type {type} is not supported", 415)
    BODY_ENCODING = error("INVALID_REQUEST: Content encoding {encoding} is not supported", 415)
    PATH_UNKNOWN = error("INVALID_REQUEST: There is nothing at this address", 404)
    LOOPBACK_ONLY = error("INVALID_REQUEST: The published demo keys are for this machine only: {reason}", 403)
    VERB_WRONG = error("INVALID_REQUEST: This address answers {verbs} only", 405)
    JSON_V3 = error("BITRIX_REST_V3_EXCEPTION_INVALIDJSONEXCEPTION: The request body is not valid JSON")

    # The system: documented for every method.
    INTERNAL = error("INTERNAL_SERVER_ERROR: Internal server error ({id})", 500)
    STORAGE = error("INTERNAL_SERVER_ERROR: {reason} ({id})", 500)
    UNEXPECTED_ANSWER = error("ERROR_UNEXPECTED_ANSWER: Server returned an unexpected response ({id})", 500)
    PORTAL_DELETED = error("PORTAL_DELETED: Portal was deleted", 500)
    QUERY_LIMIT = error("QUERY_LIMIT_EXCEEDED: Too many requests", 503)
    OVERLOAD = error("OVERLOAD_LIMIT: REST API is blocked due to overload", 503)
    OPERATING_LIMIT = error("OPERATION_TIME_LIMIT: Method is blocked due to operation time limit", 429)
    BATCH_METHOD = error("ERROR_BATCH_METHOD_NOT_ALLOWED: Method is not allowed for batch usage", 405)
    BATCH_LENGTH = error("ERROR_BATCH_LENGTH_EXCEEDED: Max batch length exceeded")
    METHOD_NOT_FOUND = error("ERROR_METHOD_NOT_FOUND: Method not found!", 404)
    METHOD_V3 = error("BITRIX_REST_V3_EXCEPTION_METHODNOTFOUNDEXCEPTION: Method {method} was not found", 404)
    MANIFEST = error("ERROR_MANIFEST_IS_NOT_AVAILABLE: Manifest is not available", 404)
    NO_AUTH = error("NO_AUTH_FOUND: Wrong authorization data", 401)
    TOKEN_INVALID = error("invalid_token: Unable to get application by token", 401)
    TOKEN_EXPIRED = error("expired_token: The access token provided has expired", 401)
    # The pages do not name these three; the classes of the official Python SDK do, with status and text.
    TOKEN_NOBODY = error("authorization_error: Unable to authorize user", 401)
    APP_UNINSTALLED = error("ERROR_OAUTH: Application not installed", 401)
    APP_DELETED = error("APPLICATION_NOT_FOUND: Application not found", 401)
    # The docs say 403; the official Python SDK's tests against real portals want 401 for these two.
    CREDENTIALS = error("INVALID_CREDENTIALS: Invalid request credentials", 401)
    SCOPE = error("insufficient_scope: The request requires higher privileges than provided by the {auth} token", 401)
    HTTPS_REQUIRED = error("INVALID_REQUEST: Https required")
    REST_OFF = error("ACCESS_DENIED: REST API is available only on commercial plans", 403)
    USER_ACCESS = error("user_access_error: The user does not have access to the application", 403)
    AUTH_TYPE = error("WRONG_AUTH_TYPE: Access for this method not allowed by session authorization.", 403)
    GUEST = error("AUTHORIZE_ERROR: Method not available for guest session.", 403)
    ADMIN_ONLY = error("ACCESS_DENIED: Access denied! Administrator rights required", 403)
    EMPLOYEES_ONLY = error("ACCESS_DENIED: Access denied! This is for people with an account of their own", 403)
    APP_CONTEXT = error("ACCESS_DENIED: Access denied! Application context required", 403)
    OWN_CLIENT_ONLY = error("ACCESS_DENIED: Access denied! The portal's own client opens applications", 403)
    WIDGETS_AUTH = error(
        "WRONG_AUTH_TYPE: Current authorization type is denied for this method Application context required", 403
    )
    PEOPLE_CLOSED = error("ERROR_CORE: access_denied")
    STRUCTURE_CLOSED = error("ERROR_CORE: Access denied")
    # The pages have no code.
    FIELDS_CLOSED = error(": Access denied.")
    INTRANET_ONLY = error("ACCESS_ERROR: Only intranet users have access to this method", 403)

    # Channels of the push server.
    CHANNEL_BAD = error("WRONG_CHANNEL_ID: The channel is not valid, or no longer", 403)

    # Links to files.
    LINK_BAD = error("ACCESS_DENIED: This link is not valid, or no longer", 403)
    RANGE_WRONG = error("INVALID_REQUEST: The file has no such bytes", 416)

    # Applications, webhooks and people, as administrators look after them.
    SIGNING_CLOSED = error(
        "ACCESS_DENIED: Access denied! This needs a webhook, or an application with an administrator's token", 403
    )
    ACCOUNTS_CLOSED = error("ACCESS_DENIED: Access denied! This needs a key of an administrator's own", 403)
