"""The catalogue of problems: one row each, one column per dialect.

A verb raises ``ApiError(ErrorCode.X)`` and never knows a code or a status; the
family that called it picks the column. Rows follow the error tables of the
documented pages; ``_includes/system-errors.md`` is the source of the system rows.
"""

from __future__ import annotations

from enum import Enum, unique
from typing import NamedTuple


class ErrorResponse(NamedTuple):
    """What a caller of one dialect sees: HTTP status, code and text."""

    status: int
    code: str
    text: str


class ErrorRow(NamedTuple):
    """What a caller sees: HTTP status, code and text of v1 and of v2."""

    status: int
    code: str
    text: str
    status_v2: int
    code_v2: str
    text_v2: str

    def for_dialect(self, second: bool) -> ErrorResponse:
        """The half of the row that a dialect says: ``second`` is the one of `im.v2` and `imbot.v2`."""
        if second:
            return ErrorResponse(self.status_v2, self.code_v2, self.text_v2)
        return ErrorResponse(self.status, self.code, self.text)


def row(status: int, v1: str, v2: str | None = None, status_v2: int = 0) -> ErrorRow:
    """Build a row from ``"CODE: text"`` columns; what is not said of v2 is as in v1."""
    code, _, text = v1.partition(": ")
    code_v2, _, text_v2 = (v2 or v1).partition(": ")
    return ErrorRow(status, code, text, status_v2 or status, code_v2, text_v2)


@unique
class ErrorCode(Enum):
    """Every way in which a call can fail. Texts may hold ``{words}`` filled by ``ApiError``."""

    # The door: what arrived could not be read.
    HTTP_INVALID = row(400, "INVALID_REQUEST: This is not a valid HTTP request")
    HEAD_TIMEOUT = row(408, "INVALID_REQUEST: The request line and headers did not arrive within {limit} seconds")
    HEAD_TOO_BIG = row(431, "INVALID_REQUEST: The request line and headers are larger than {limit} bytes")
    BODY_MALFORMED = row(400, "INVALID_REQUEST: The request body could not be read: {reason}")
    BODY_NOT_UTF8 = row(400, "INVALID_REQUEST: The request is not valid UTF-8")
    BODY_SURROGATE = row(
        400, "INVALID_REQUEST: The request holds half a character, such as half of an emoji: a lone surrogate{place}"
    )
    BODY_NUL = row(400, "INVALID_REQUEST: NUL characters are not allowed in parameters")
    BODY_TOO_DEEP = row(400, "INVALID_REQUEST: Parameters are nested deeper than {limit} levels")
    BODY_TOO_MANY = row(400, "INVALID_REQUEST: More than {limit} parameters")
    BODY_TIMEOUT = row(408, "INVALID_REQUEST: The request body did not arrive within {limit} seconds")
    BODY_TOO_BIG = row(413, "INVALID_REQUEST: The request body is larger than {limit} bytes")
    BODY_TYPE = row(415, "INVALID_REQUEST: Content type {type} is not supported")
    BODY_ENCODING = row(415, "INVALID_REQUEST: Content encoding {encoding} is not supported")
    PATH_UNKNOWN = row(404, "INVALID_REQUEST: There is nothing at this address")
    LOOPBACK_ONLY = row(403, "INVALID_REQUEST: The published demo keys are for this machine only: {reason}")
    VERB_WRONG = row(405, "INVALID_REQUEST: This address answers {verbs} only")
    JSON_V3 = row(400, "BITRIX_REST_V3_EXCEPTION_INVALIDJSONEXCEPTION: The request body is not valid JSON")

    # The system: documented for every method.
    INTERNAL = row(500, "INTERNAL_SERVER_ERROR: Internal server error ({id})")
    STORAGE = row(500, "INTERNAL_SERVER_ERROR: {reason} ({id})")
    UNEXPECTED_ANSWER = row(500, "ERROR_UNEXPECTED_ANSWER: Server returned an unexpected response ({id})")
    PORTAL_DELETED = row(500, "PORTAL_DELETED: Portal was deleted")
    QUERY_LIMIT = row(503, "QUERY_LIMIT_EXCEEDED: Too many requests")
    OVERLOAD = row(503, "OVERLOAD_LIMIT: REST API is blocked due to overload")
    OPERATING_LIMIT = row(429, "OPERATION_TIME_LIMIT: Method is blocked due to operation time limit")
    BATCH_METHOD = row(405, "ERROR_BATCH_METHOD_NOT_ALLOWED: Method is not allowed for batch usage")
    BATCH_LENGTH = row(400, "ERROR_BATCH_LENGTH_EXCEEDED: Max batch length exceeded")
    METHOD_NOT_FOUND = row(404, "ERROR_METHOD_NOT_FOUND: Method not found!")
    METHOD_V3 = row(404, "BITRIX_REST_V3_EXCEPTION_METHODNOTFOUNDEXCEPTION: Method {method} was not found")
    MANIFEST = row(404, "ERROR_MANIFEST_IS_NOT_AVAILABLE: Manifest is not available")
    NO_AUTH = row(401, "NO_AUTH_FOUND: Wrong authorization data")
    TOKEN_INVALID = row(401, "invalid_token: Unable to get application by token")
    TOKEN_EXPIRED = row(401, "expired_token: The access token provided has expired")
    # The pages do not name these three; the classes of the official Python SDK do, with status and text.
    TOKEN_NOBODY = row(401, "authorization_error: Unable to authorize user")
    APP_UNINSTALLED = row(401, "ERROR_OAUTH: Application not installed")
    APP_DELETED = row(401, "APPLICATION_NOT_FOUND: Application not found")
    # The docs say 403; the official Python SDK's tests against real portals want 401 for these two.
    CREDENTIALS = row(401, "INVALID_CREDENTIALS: Invalid request credentials")
    SCOPE = row(401, "insufficient_scope: The request requires higher privileges than provided by the {auth} token")
    HTTPS_REQUIRED = row(400, "INVALID_REQUEST: Https required")
    REST_OFF = row(403, "ACCESS_DENIED: REST API is available only on commercial plans")
    USER_ACCESS = row(403, "user_access_error: The user does not have access to the application")
    AUTH_TYPE = row(403, "WRONG_AUTH_TYPE: Access for this method not allowed by session authorization.")
    GUEST = row(403, "AUTHORIZE_ERROR: Method not available for guest session.")
    ADMIN_ONLY = row(403, "ACCESS_DENIED: Access denied! Administrator rights required")
    APP_CONTEXT = row(403, "ACCESS_DENIED: Access denied! Application context required")
    CLIENT_UNNAMED = row(403, "ACCESS_DENIED: Access denied! Client ID not specified")
    ARGUMENT = row(400, "ERROR_ARGUMENT: {reason}")
    CODE_EMPTY = row(400, "CODE_EMPTY: CODE can't be empty")

    # Handlers of events, and what applications keep for themselves.
    EVENT_NOT_FOUND = row(400, "ERROR_EVENT_NOT_FOUND: Event not found")
    BIND_OFFLINE = row(403, "ACCESS_DENIED: Access denied! Offline events binding requires administrator access rights")
    BIND_AUTH_TYPE = row(
        403, "ACCESS_DENIED: Access denied! Event binding with AUTH_TYPE requires administrator access rights"
    )
    UNBIND_OFFLINE = row(
        403, "ACCESS_DENIED: Access denied! Offline events unbinding requires administrator access rights"
    )
    UNBIND_AUTH_TYPE = row(
        403, "ACCESS_DENIED: Access denied! Event unbinding with AUTH_TYPE requires administrator access rights"
    )
    QUEUE_CLOSED = row(403, "ACCESS_DENIED: Access denied!")
    OPTIONS_EMPTY = row(400, "ArgumentNullException: options is empty")
    OPTIONS_NO_APP = row(400, "AccessException: Application context required")
    OPTIONS_NO_USER = row(400, "AccessException: User authorization required")
    OPTIONS_NOT_ADMIN = row(400, "AccessException: Administrator authorization required")

    # Bots.
    BOT_NOT_FOUND = row(400, "BOT_ID_ERROR: Bot not found", "BOT_NOT_FOUND: Bot not found")
    BOT_NOT_YOURS = row(
        400,
        "APP_ID_ERROR: Bot was installed by another REST application",
        "BOT_OWNERSHIP_ERROR: Bot is registered by another application",
        403,
    )
    BOT_CODE = row(400, "CODE_ERROR: Bot code isn't specified", "BOT_CODE_REQUIRED: Bot code is required")
    BOT_NAME = row(400, "NAME_ERROR: Bot name isn't specified", "BOT_PROPERTIES_REQUIRED: Bot properties are required")
    BOT_COUNT = row(
        400,
        "MAX_COUNT_ERROR: Has reached the maximum number of bots for application (max: {max})",
        "BOT_LIMIT_EXCEEDED: Bot limit exceeded",
    )
    BOT_NOT_CREATED = row(400, "WRONG_REQUEST: Bot can't be created", "BOT_REGISTER_FAILED: Bot registration failed")
    CODE_TAKEN = row(400, "WRONG_REQUEST: Bot can't be created", "BOT_CODE_ALREADY_TAKEN: Bot code is already taken")
    BOT_NOT_UPDATED = row(400, "WRONG_REQUEST: Bot can't be updated")
    BOT_NOT_DELETED = row(
        400, "WRONG_REQUEST: Bot can't be deleted", "BOT_UNREGISTER_FAILED: Bot unregistration failed"
    )
    FIELDS_EMPTY = row(400, "WRONG_REQUEST: Update fields can't be empty")
    ON_MESSAGE_ADD_MISSING = row(400, 'EVENT_MESSAGE_ADD_ERROR: Handler for "Message add" event isn\'t specified')
    ON_MESSAGE_ADD_WRONG = row(400, "EVENT_MESSAGE_ADD_ERROR: Wrong handler URL")
    ON_MESSAGE_UPDATE_WRONG = row(400, "EVENT_MESSAGE_UPDATE_ERROR: Wrong handler URL")
    ON_MESSAGE_DELETE_WRONG = row(400, "EVENT_MESSAGE_DELETE_ERROR: Wrong handler URL")
    ON_WELCOME_MISSING = row(400, 'EVENT_WELCOME_MESSAGE_ERROR: Handler for "Welcome message" event isn\'t specified')
    ON_WELCOME_WRONG = row(400, "EVENT_WELCOME_MESSAGE_ERROR: Wrong handler URL")
    ON_BOT_DELETE_MISSING = row(400, 'EVENT_BOT_DELETE_ERROR: Handler for "Bot delete" event isn\'t specified')
    ON_BOT_DELETE_WRONG = row(400, "EVENT_BOT_DELETE_ERROR: Wrong handler URL")

    # Bots of the second generation.
    TOKEN_MISSING = row(400, "BOT_TOKEN_NOT_SPECIFIED: Bot token is not specified")
    TOKEN_TOO_LONG = row(400, "BOT_TOKEN_INVALID_LENGTH: Bot token is longer than {max} characters")
    TOKEN_NOT_ROTATED = row(400, "BOT_TOKEN_ROTATION_FAILED: Bot token rotation failed")
    BOT_UNNAMED = row(400, "BOT_ID_REQUIRED: Bot ID is required")
    BOT_PARAMS = row(400, "PARAMS_REQUIRED: Required parameters are missing")
    BOT_TYPE_WRONG = row(400, "BOT_INVALID_TYPE: Invalid bot type")
    EVENT_MODE_WRONG = row(400, "BOT_INVALID_EVENT_MODE: Invalid event mode")
    WEBHOOK_MISSING = row(400, "BOT_WEBHOOK_URL_REQUIRED: Webhook URL is required")
    WEBHOOK_WRONG = row(400, "BOT_INVALID_CALLBACK: Invalid callback URL")
    USER_IDS_EMPTY = row(400, "EMPTY_USER_IDS: Empty user IDs")

    # Commands and chat applications of bots.
    COMMAND_NOT_FOUND = row(400, "COMMAND_ID_ERROR: Command not found", "COMMAND_NOT_FOUND: Command not found")
    COMMAND_NOT_YOURS = row(400, "APP_ID_ERROR: Command was installed by another REST application")
    COMMAND_EMPTY = row(400, "COMMAND_ERROR: Command isn't specified", "COMMAND_REQUIRED: Command is required")
    LANG_EMPTY = row(400, "LANG_ERROR: Lang set can't be empty", "COMMAND_TITLE_REQUIRED: Command title is required")
    COMMAND_NOT_CREATED = row(
        400, "WRONG_REQUEST: Command can't be created", "COMMAND_REGISTER_FAILED: Command registration failed"
    )
    COMMAND_NOT_UPDATED = row(400, "WRONG_REQUEST: Command can't be updated")
    COMMAND_WORD = row(400, "WRONG_REQUEST: Command can't be updated", "COMMAND_NAME_INVALID: Command name is invalid")
    COMMAND_WORDLESS = row(400, "WRONG_REQUEST: Command can't be updated", "COMMAND_NAME_EMPTY: Command name is empty")
    COMMAND_TAKEN = row(
        400, "WRONG_REQUEST: Command can't be updated", "COMMAND_ALREADY_EXISTS: Command already exists"
    )
    COMMAND_UNANSWERED = row(400, "WRONG_REQUEST: Message isn't added", "COMMAND_ANSWER_FAILED: Command answer failed")
    ON_COMMAND_MISSING = row(400, 'EVENT_COMMAND_ADD_ERROR: Handler for "Command add" event isn\'t specified')
    ON_COMMAND_WRONG = row(400, "EVENT_COMMAND_ADD_ERROR: Wrong handler URL")
    CHAT_APP_NOT_FOUND = row(400, "CHAT_APP_ID_ERROR: Application not found")
    CHAT_APP_NOT_YOURS = row(400, "APP_ID_ERROR: Application was installed by another REST application")
    CHAT_APP_HTTPS = row(400, "IFRAME_HTTPS: Iframe link must use HTTPS")
    CHAT_APP_HASH = row(400, "HASH_ERROR: Hash isn't specified")
    CHAT_APP_PARAMS = row(400, "PARAMS_ERROR: Incorrect JS command or iframe parameters")
    CHAT_APP_WRONG = row(400, "WRONG_REQUEST: Application can't be {done}")

    # Chats and members.
    DIALOG_EMPTY = row(400, "DIALOG_ID_EMPTY: Dialog ID can't be empty", "ACCESS_DENIED: Access denied", 403)
    DIALOG_CLOSED = row(
        403, "ACCESS_ERROR: You do not have access to the specified dialog", "ACCESS_DENIED: Access denied"
    )
    CHAT_CLOSED = row(403, "ACCESS_ERROR: You don't have access to this chat", "ACCESS_DENIED: Access denied")
    CHAT_EMPTY = row(400, "CHAT_ID_EMPTY: Chat ID can't be empty")
    CHAT_KIND = row(400, "ACCESS_ERROR: Action unavailable", "ACCESS_DENIED: Access denied", 403)
    CHAT_MISSING = row(400, "WRONG_REQUEST: Chat doesn't exist", "ACCESS_DENIED: Access denied", 403)
    CHAT_NOT_CREATED = row(400, "WRONG_REQUEST: Chat can't be created")
    USER_EMPTY = row(400, "USER_ID_EMPTY: User ID can't be empty")
    USER_MISSING = row(400, "USER_NOT_FOUND: User not found", "ACCESS_DENIED: Access denied", 403)
    USERS_FORMAT = row(400, "INVALID_FORMAT: Parameter USERS has wrong type")
    USERS_NOT_ARRAY = row(400, "WRONG_REQUEST: User IDs must be passed in array format")
    MEMBER_EXISTS = row(
        400, "WRONG_REQUEST: You don't have access or user already member in chat", "ACCESS_DENIED: Access denied", 403
    )
    MEMBER_MISSING = row(
        400, "WRONG_REQUEST: You don't have access or user isn't a member in chat", "ACCESS_DENIED: Access denied", 403
    )
    EXTEND_FORBIDDEN = row(
        400, "ACCESS_ERROR: It is forbidden to add users to this chat", "ACCESS_DENIED: Access denied", 403
    )
    EXTEND_DENIED = row(
        403,
        "ACCESS_DENIED_EXTEND: Insufficient permissions to add participants to the chat",
        "ACCESS_DENIED: Access denied",
    )
    KICK_FORBIDDEN = row(
        400, "ACCESS_ERROR: It is forbidden to delete users of this chat", "ACCESS_DENIED: Access denied", 403
    )
    OWNER_MAY_NOT_LEAVE = row(400, "ACCESS_ERROR: LEAVE_OWNER_FORBIDDEN", "ACCESS_DENIED: Access denied", 403)
    RENAME_FORBIDDEN = row(400, "ACCESS_ERROR: This chat cannot be renamed", "ACCESS_DENIED: Access denied", 403)
    TITLE_EMPTY = row(400, "TITLE_EMPTY: Title can't be empty")
    COLOR_UNKNOWN = row(400, "WRONG_COLOR: This color currently unavailable")
    COLOR_SAME = row(
        400, "WRONG_REQUEST: This color currently set or chat doesn't exist", "ACCESS_DENIED: Access denied", 403
    )
    AVATAR_FORBIDDEN = row(
        400, "ACCESS_ERROR: The avatar of this chat cannot be changed", "ACCESS_DENIED: Access denied", 403
    )
    AVATAR_DENIED = row(403, "ACCESS_DENIED: Access denied")
    AVATAR_TYPE = row(400, "AVATAR_ERROR: Avatar incorrect type", "BOT_AVATAR_INCORRECT_TYPE: Avatar must be an image")
    AVATAR_SIZE = row(
        400,
        "AVATAR_ERROR: Avatar incorrect size (max 5000x5000)",
        "BOT_AVATAR_INCORRECT_SIZE: Avatar exceeds maximum size",
    )
    MANAGER_DENIED = row(
        400,
        "WRONG_REQUEST: Change manager can only owner and user must be member in chat",
        "ACCESS_DENIED: Access denied",
        403,
    )
    OWNER_DENIED = row(
        400,
        "WRONG_REQUEST: Change owner can only owner and user must be member in chat",
        "ACCESS_DENIED: Access denied",
        403,
    )

    # Messages.
    MESSAGE_EMPTY = row(400, "MESSAGE_EMPTY: Message can't be empty", "EMPTY_MESSAGE: Message is empty")
    MESSAGE_ID_WRONG = row(400, "MESSAGE_ID_ERROR: Message ID can't be empty")
    BOT_ID_EMPTY = row(400, "BOT_ID_ERROR: Bot ID can't be empty")
    COMMAND_NAMELESS = row(400, "COMMAND_ERROR: Command can't be empty")
    MESSAGE_ID_EMPTY = row(400, "MESSAGE_ID_EMPTY: Message ID can't be empty")
    MESSAGE_NOT_ADDED = row(400, "WRONG_REQUEST: Message isn't added", "SENDING_FAILED: Sending failed")
    MESSAGE_LOCKED = row(
        403,
        "CANT_EDIT_MESSAGE: Time has expired for modification or you don't have access",
        "ACCESS_DENIED: Access denied",
    )
    POST_DENIED = row(
        400, "ACCESS_ERROR: Action unavailable", "ACCESS_DENIED: You don't have access to post in this chat", 403
    )
    ATTACH_WRONG = row(400, "ATTACH_ERROR: Incorrect attach params", "SENDING_FAILED: Sending failed")
    ATTACH_TOO_BIG = row(
        400, "ATTACH_OVERSIZE: You have exceeded the maximum allowable size of attach", "SENDING_FAILED: Sending failed"
    )
    KEYBOARD_WRONG = row(400, "KEYBOARD_ERROR: Incorrect keyboard params", "SENDING_FAILED: Sending failed")
    KEYBOARD_TOO_BIG = row(
        400,
        "KEYBOARD_OVERSIZE: You have exceeded the maximum allowable size of keyboard",
        "SENDING_FAILED: Sending failed",
    )
    MENU_WRONG = row(400, "MENU_ERROR: Incorrect menu params")
    MENU_TOO_BIG = row(400, "MENU_OVERSIZE: You have exceeded the maximum allowable size of menu")
    PARAMS_WRONG = row(400, "PARAMS_ERROR: Incorrect params")
    REPLY_DENIED = row(400, "REPLY_ACCESS_ERROR: Action unavailable", "SENDING_FAILED: Sending failed")
    REPLY_ELSEWHERE = row(
        400,
        "REPLY_FROM_OTHER_CHAT_ERROR: You can only reply to a message within the same chat",
        "SENDING_FAILED: Sending failed",
    )
    CHAT_NOT_FOUND = row(400, "CHAT_ID: Error creating message")
    FIRST_ID_STRING = row(400, "FIRST_ID_STRING: First ID can't be string")
    LAST_ID_STRING = row(400, "LAST_ID_STRING: Last ID can't be string")
    NO_CHANGES = row(400, "WITHOUT_CHANGES: Action completed without changes")

    # Messages and events of the second generation.
    MESSAGE_MISSING = row(400, "MESSAGE_NOT_FOUND: Message not found")
    MESSAGE_CLOSED = row(403, "MESSAGE_ACCESS_DENIED: Message access denied")
    BOT_TYPE_DENIED = row(403, "BOT_TYPE_NOT_ALLOWED: Bot type not allowed")
    REACTION_UNKNOWN = row(400, "REACTION_NOT_FOUND: Reaction not found")
    REACTION_SET = row(400, "REACTION_ALREADY_SET: Reaction already set")
    SCOPE_OF_EVENTS = row(403, "SCOPE_ERROR: Scope error")
    USER_UNSUBSCRIBED = row(400, "USER_NOT_SUBSCRIBED: User not subscribed")

    # Files of bots, and where they have words of their own those of people.
    FILE_EMPTY = row(400, "FILE_EMPTY: File name or content is empty")
    FILE_CONTENT = row(400, "FILE_INVALID_CONTENT: Invalid base64 content")
    FILE_TOO_BIG = row(400, "FILE_TOO_LARGE: File is too large")
    FILE_FOLDER = row(400, "FILE_FOLDER_ERROR: Failed to get chat folder")
    FILE_NOT_STORED = row(400, "FILE_UPLOAD_FAILED: File upload failed")
    FILE_REFUSED = row(400, "FILE_UPLOAD_FAILED: File upload failed: {reason}")
    FILE_NOT_SENT = row(400, "FILE_SEND_FAILED: Failed to send message")
    FILE_MISSING = row(400, "FILE_NOT_FOUND: File not found")
    FILE_CLOSED = row(403, "FILE_ACCESS_ERROR: File access error")
    DISK_ARGUMENT = row(400, "ERROR_ARGUMENT: Invalid value of parameter {Parameter #0}")
    DISK_MISSING = row(400, "ERROR_NOT_FOUND: Could not find entity with id {id}")
    DISK_CLOSED = row(400, "ACCESS_DENIED: Access denied")
    UPLOAD_EMPTY = row(400, "FILE_EMPTY: File name and content are required")
    UPLOAD_CHAT = row(400, "CHAT_NOT_FOUND: CHAT_NOT_FOUND")
    UPLOAD_FOLDER = row(400, "FOLDER_ERROR: Failed to get chat folder")
    UPLOAD_NOT_STORED = row(400, "UPLOAD_FAILED: File upload failed")
    UPLOAD_REFUSED = row(400, "UPLOAD_FAILED: File upload failed: {reason}")
    UPLOAD_NOT_SENT = row(400, "SEND_FAILED: Failed to send message")

    # Links to files.
    LINK_BAD = row(403, "ACCESS_DENIED: This link is not valid, or not any more")
    RANGE_WRONG = row(416, "INVALID_REQUEST: The file has no such bytes")

    # Applications, webhooks and people, as administrators look after them.
    APP_MISSING = row(400, "APP_NOT_FOUND: Application not found")
    HOOK_MISSING = row(400, "WEBHOOK_NOT_FOUND: There is no such webhook that could be revoked")
    SWITCH_MISSING = row(400, "SWITCH_NOT_FOUND: There are the switches {names}")
    LOGIN_TAKEN = row(400, "LOGIN_TAKEN: The login is taken")
    PASSWORD_WEAK = row(400, "PASSWORD_WEAK: {reason}")
    SIGNING_CLOSED = row(
        403, "ACCESS_DENIED: Access denied! It takes a webhook, or an application with an administrator's token"
    )
    DELIVERY_MISSING = row(400, "DELIVERY_NOT_FOUND: There is no such delivery, or it is kept no longer")
    DEV_ONLY = row(403, "DEV_ONLY: This is for portals that run with --profile dev")
    SNAPSHOT_NAME = row(400, "SNAPSHOT_NAME: NAME must be 1 to 64 letters, digits, hyphens and underscores")
    SNAPSHOT_MISSING = row(
        400, "SNAPSHOT_NOT_FOUND: There is no snapshot of this name; they live as long as the server"
    )
    SNAPSHOT_TOO_MANY = row(400, "SNAPSHOT_TOO_MANY: There are {limit} snapshots already; take one of their names")
    SNAPSHOT_TOO_LARGE = row(
        400, "SNAPSHOT_TOO_LARGE: The portal has more than {limit} rows, too many to keep in memory"
    )
    LAST_ADMIN = row(400, "LAST_ADMIN: The portal needs an administrator who is active")


class ApiError(Exception):
    """A call that ends with a documented error.

    ``words`` fill the ``{places}`` of the problem's text. ``hint`` says more than the documented text does: what is
    wrong and what is known, in words that tell the caller nothing it may not know.
    """

    def __init__(self, problem: ErrorCode, *, hint: str = "", **words: object) -> None:
        super().__init__(problem.name)
        self.problem = problem
        self.words = words
        self.hint = hint
        self.explained = False

    @property
    def status(self) -> int:
        return self.problem.value.status

    @property
    def status_v2(self) -> int:
        """The status that goes with ``v2()``."""
        return self.problem.value.status_v2

    def v1(self) -> tuple[str, str]:
        """Code and text as `im`, `imbot` and the system methods say them."""
        error_row = self.problem.value
        return error_row.code, self._filled(error_row.text)

    def v2(self) -> tuple[str, str]:
        """Code and text as `im.v2` and `imbot.v2` say them."""
        error_row = self.problem.value
        return error_row.code_v2, self._filled(error_row.text_v2)

    def _filled(self, text: str) -> str:
        return text.format(**self.words) if self.words else text
