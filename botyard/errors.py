"""Why calls fail: reasons in the terms of the domain, and codes of the system, which are the same everywhere.

A verb raises ``ApiError(Reason.X)`` and knows no code and no status: each family of methods has a table of how it tells
the reasons that its methods meet (``botyard/api/*/family.py``). What goes wrong before a method runs is an
``ErrorCode`` and told by all in the same way; those are in ``error_codes.py``, and imported from here.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum, unique
from typing import Any, TypeVar

from botyard.error_codes import ErrorCode, ErrorResponse, error

__all__ = ["ApiError", "Cause", "ErrorCode", "ErrorResponse", "Problem", "Reason", "error", "problems", "raises"]


@unique
class Reason(Enum):
    """Why a verb or a method refuses; the value says it in plain words, for those who know no family."""

    # People whom an administrator invites.
    EMAIL_WRONG = "The address of e-mail is missing, or is none"
    EMAIL_TAKEN = "Somebody has this address of e-mail"
    GROUP_EMPTY = "Somebody from outside needs a group"
    GROUP_WRONG = "The groups are not a list of ids"
    PLACE_EMPTY = "An employee needs a department"
    FIELDS_WRONG = "A field of the person cannot be set"

    # The company structure.
    DEPARTMENT_NAME = "The name of the department is missing"
    DEPARTMENT_MISSING = "There is no such department"
    DEPARTMENT_PLACE = "The department cannot be there in the company structure"
    DEPARTMENT_HEAD = "The head of a department has to be an employee"
    FIELD_NAME_MISSING = "The name of the field is missing"
    FIELD_TYPE_MISSING = "The type of the field is missing"
    FIELD_TYPE_EMPTY = "The type of the field is empty"
    FIELD_TAKEN = "There is a field {name} already"
    FIELD_NOT_MADE = "The field cannot be made"
    FIELD_MISSING = "There is no such field"
    FIELD_ID_WRONG = "The id of the field is missing"
    DEPARTMENTS_FORMAT = "The departments are not a list of ids"

    # Applications and the options that they keep.
    ARGUMENT = "{reason}"
    APP_MISSING = "There is no such application"
    APP_BUILT_IN = "The application comes with the portal"
    APP_NOT_READY = "The application is not installed yet"
    PAGE_MISSING = "The application has no page there"
    CONSENT_NARROWER = "The caller has agreed to less: {scopes}"
    CODE_EMPTY = "The code is missing"
    OPTIONS_EMPTY = "There are no options"
    OPTIONS_NO_APP = "Options belong to an application"
    OPTIONS_NO_USER = "Options belong to a person"
    OPTIONS_NOT_ADMIN = "Options of an application are set by administrators"

    # Handlers of events.
    EVENT_NOT_FOUND = "There is no such event"
    BIND_OFFLINE = "Queues of offline events are for administrators"
    BIND_AUTH_TYPE = "Handlers in another person's name are for administrators"
    QUEUE_CLOSED = "Offline events are for administrators"

    # Pages of applications at placements.
    WIDGETS_CLOSED = "Pages of applications are bound by administrators"
    ARGUMENT_MISSING = "{argument} is empty"
    ARGUMENT_NO_TEXT = "{argument} is no text"
    PLACE_UNKNOWN = "There is no such placement, or the application lacks the permission for it"
    PLACE_TAKEN = "One handler only can be bound to this placement"
    PLACE_NOT_PERSONAL = "Handlers of this placement are for everybody"
    HANDLER_WRONG = "The handler is no address of a page"
    HANDLER_SCHEME = "The handler is neither at an http nor at an https address"
    ERROR_HANDLER_EMPTY = "The address for errors is missing"
    CONTEXT = "The context is none of those that there are"
    EXTRANET = "The word for outsiders is neither Y nor N"
    ROLE = "The role is neither USER nor ADMIN"
    SCOPE_OF_EVENTS = "Events of a person need the scope of chats"
    USER_UNSUBSCRIBED = "The person has not subscribed to events"
    EVENT_MODE_WRONG = "There is no such way to get events"
    WEBHOOK_MISSING = "The address of the handler is missing"
    WEBHOOK_WRONG = "The handler is not an address"
    ON_MESSAGE_ADD_MISSING = "The handler of new messages is missing"
    ON_MESSAGE_ADD_WRONG = "The handler of new messages is not an address"
    ON_MESSAGE_UPDATE_WRONG = "The handler of changed messages is not an address"
    ON_MESSAGE_DELETE_WRONG = "The handler of deleted messages is not an address"
    ON_WELCOME_MISSING = "The handler of welcomes is missing"
    ON_WELCOME_WRONG = "The handler of welcomes is not an address"
    ON_BOT_DELETE_MISSING = "The handler of the bot's removal is missing"
    ON_BOT_DELETE_WRONG = "The handler of the bot's removal is not an address"
    ON_COMMAND_MISSING = "The handler of commands is missing"
    ON_COMMAND_WRONG = "The handler of commands is not an address"

    # Bots.
    CLIENT_UNNAMED = "The key of the bot's owner is missing"
    TOKEN_MISSING = "The token of the bot's owner is missing"
    TOKEN_UNKNOWN = "There is no such token that works"
    CONSENT_MISSING = "The application has no access in the person's name"
    TOKEN_TOO_SHORT = "The token of the bot's owner has fewer than {min} characters"
    TOKEN_TOO_LONG = "The token of the bot's owner has more than {max} characters"
    TOKEN_NOT_ROTATED = "The token of the bot's owner cannot become that one"
    BOT_UNNAMED = "The id of the bot is missing"
    BOT_ID_EMPTY = "The id of the bot that has the command is missing"
    BOT_PARAMS = "Neither the id nor the code of the bot came"
    BOT_NOT_FOUND = "There is no such bot"
    BOT_NOT_YOURS = "The bot is somebody else's"
    BOT_CODE = "The code of the bot is missing"
    BOT_NAME = "The name of the bot is missing"
    BOT_TYPE_WRONG = "There is no such type of bots"
    BOT_TYPE_DENIED = "Bots of this type may not do it"
    BOT_COUNT = "There are {max} bots already"
    BOT_NOT_CREATED = "The bot cannot be made"
    BOT_NOT_UPDATED = "The bot cannot be changed"
    BOT_NOT_DELETED = "The bot cannot be removed"
    CODE_TAKEN = "Another bot has the code"
    FIELDS_EMPTY = "There is nothing to change"

    # Commands and chat applications of bots.
    COMMAND_NOT_FOUND = "There is no such command"
    COMMAND_NOT_YOURS = "The command is somebody else's"
    COMMAND_EMPTY = "The command is missing"
    COMMAND_WORD = "The command is not a single word"
    COMMAND_WORDLESS = "The new word of the command is empty"
    COMMAND_TAKEN = "The bot has this command already"
    COMMAND_NOT_CREATED = "The command cannot be made"
    COMMAND_NOT_UPDATED = "The command cannot be changed"
    COMMAND_UNANSWERED = "The command cannot be answered"
    LANG_EMPTY = "There is no title"
    CHAT_APP_NOT_FOUND = "There is no such chat application"
    CHAT_APP_NOT_YOURS = "The chat application is somebody else's"
    CHAT_APP_HTTPS = "The address of the frame is not https"
    CHAT_APP_HASH = "The hash is missing"
    CHAT_APP_PARAMS = "The script or the frame is incomplete"
    CHAT_APP_WRONG = "The chat application is wrong"

    # Chats and members.
    DIALOG_EMPTY = "The id of the dialog is missing"
    DIALOG_CLOSED = "There is no such dialog, or the caller is not in it"
    CHAT_CLOSED = "There is no such chat, or the caller is not in it"
    CHAT_EMPTY = "The id of the chat is missing"
    CHAT_KIND = "Chats of this kind do not allow it"
    CHAT_NOT_CREATED = "The chat cannot be made"
    USER_EMPTY = "The id of the person is missing"
    USER_MISSING = "There is no such person"
    USER_CLOSED = "The caller may not know of the person"
    STATUS_UNKNOWN = "There is no such status"
    USERS_FORMAT = "The people are not a list"
    USER_IDS_EMPTY = "There are no people"
    MEMBER_EXISTS = "The caller may not add members, or all are members already"
    MEMBER_MISSING = "The caller may not remove the member, or there is none"
    EXTEND_FORBIDDEN = "Members cannot be added to chats of this kind"
    KICK_FORBIDDEN = "Members cannot be removed from chats of this kind"
    OWNER_MAY_NOT_LEAVE = "The owner cannot leave the chat"
    RENAME_FORBIDDEN = "Chats of this kind cannot be renamed"
    TITLE_EMPTY = "The title is empty"
    COLOR_UNKNOWN = "There is no such color"
    COLOR_SAME = "The chat has this color, or the caller may not change it"
    AVATAR_FORBIDDEN = "The picture of chats of this kind cannot be changed"
    AVATAR_DENIED = "The caller may not change the picture"
    AVATAR_TYPE = "It is not a picture"
    AVATAR_SIZE = "The picture is too large"
    MANAGER_DENIED = "The caller may not name managers, or that is no member"
    OWNER_DENIED = "The caller may not name the owner, or that is no member"
    INVITATIONS_MANY = "There are {limit} links into the chat already"
    PERMISSIONS_DENIED = "The caller may not say who may do what in the chat"

    # Messages.
    MESSAGE_EMPTY = "The message is empty"
    MESSAGE_ID_WRONG = "There is no such message of the caller's"
    MESSAGE_MISSING = "There is no such message"
    MESSAGE_CLOSED = "The caller cannot see the message"
    MESSAGE_NOT_ADDED = "The message cannot be sent"
    MESSAGE_LOCKED = "The caller may not change the message, or no longer"
    POST_DENIED = "The caller may not write in the chat"
    ATTACH_WRONG = "The attachment cannot be read"
    ATTACH_TOO_BIG = "The attachment is too large"
    KEYBOARD_WRONG = "The keyboard cannot be read"
    KEYBOARD_TOO_BIG = "The keyboard is too large"
    MENU_WRONG = "The menu cannot be read"
    MENU_TOO_BIG = "The menu is too large"
    SHARE_WRONG = "There is nothing of the kind that could be made of a message"
    PARAMS_WRONG = "There is no such command under the message"
    REPLY_DENIED = "The caller cannot see the message that is replied to"
    REPLY_ELSEWHERE = "The message that is replied to is in another chat"
    FIRST_ID_STRING = "The first id is not a number"
    LAST_ID_STRING = "The last id is not a number"
    NO_CHANGES = "Nothing changes"
    REACTION_UNKNOWN = "There is no such reaction"
    PIN_DENIED = "The caller may not pin messages in the chat"
    PINS_MANY = "There are {limit} messages pinned in the chat already"
    REACTION_SET = "The reaction is set already"

    # Notifications.
    NOTIFICATION_EMPTY = "The id of the notification is missing"
    NOTIFICATION_UNNAMED = "Neither the id nor a tag of the notification came"
    NOTIFICATION_IDS = "The notifications are not a list of ids"
    ANSWER_EMPTY = "The answer is empty"
    BUTTON_EMPTY = "The value of the button is missing"
    PHRASE_TOO_SHORT = "The phrase to be found is missing, or has fewer than 2 characters"
    SEARCH_TOO_SHORT = "The text to be found has fewer than 3 characters"
    CURSOR_INCOMPLETE = "Of the last id and its type only one came"

    # Files.
    FILE_EMPTY = "The name or the content of the file is missing"
    FILE_NAME = "The name of the file is missing"
    FILE_UNNAMED = "The id of the file is missing"
    FILES_UNNAMED = "The ids of the files are missing"
    FILES_MISSING = "There is a file that the caller does not have"
    FILE_NOT_SAVED = "The file cannot be saved"
    FOLDER_WRONG = "The id of the folder is not a number"
    FOLDER_MISSING = "There is no such folder, or the caller is not in its chat"
    STORAGE_MISSING = "There is no such storage of the caller's"
    STORAGE_CLOSED = "The storage takes no files"
    RIGHTS_FORMAT = "The rights are not a list of access codes"
    FILE_ID_WRONG = "The id of the file is not a number"
    FILE_CONTENT = "The content of the file is not base64"
    FILE_TOO_BIG = "The file is too large"
    FILE_FOLDER = "There is no such dialog for files"
    FILE_REFUSED = "The file cannot be kept: {reason}"
    FILE_NOT_STORED = "The file cannot be kept"
    FILE_NOT_SENT = "The message with the file cannot be sent"
    FILE_MISSING = "There is no such file"
    FILE_CLOSED = "The caller cannot see the file"
    UPLOAD_CHAT = "There is no such dialog to upload to"

    # Live events of applications.
    PULL_NO_APP = "Only applications have live events"
    PULL_USER_DENIED = "Only administrators may send something to other people's channels"
    PULL_MODULE = "The name of the module has other characters"
    PULL_COMMAND = "The command is missing, or has other characters"
    PULL_PARAMS = "The parameters of the command are no object, or too large"
    PULL_DENIED = "Only administrators may send what people should see at once"
    PULL_PEOPLE = "There are no people to send it to"
    PULL_TEXT = "The text is empty"
    PULL_APP_NAME = "The application has no name"

    # What administrators look after.
    HOOK_MISSING = "There is no such webhook that could be revoked"
    SWITCH_MISSING = "There is no such switch; the switches are {names}"
    LOGIN_TAKEN = "The login is taken"
    PASSWORD_WEAK = "The password is weak: {reason}"
    PASSWORD_WRONG = "The present password is wrong"
    CODE_WRONG = "The code of the second factor is missing or wrong"
    PASSWORD_SAME = "The new password is the present one"
    ATTEMPTS = "There were too many attempts; try again in {wait} seconds"
    RESET_LINK_ENDED = "The link has expired, or was used before"
    MAIL_OFF = "The portal sends no mail: it was started without --smtp-url and --smtp-from"
    MAIL_FAILED = "The mail could not be sent: {reason}"
    MAIL_NO_ADDRESS = "The person has no address of e-mail"
    LAST_ADMIN = "The portal needs an administrator who is active"
    DELIVERY_MISSING = "There is no such delivery, or it is not kept any more"
    DEV_ONLY = "This is for portals that run with --profile dev"
    SNAPSHOT_NAME = "NAME must be 1 to 64 letters, digits, hyphens and underscores"
    SNAPSHOT_MISSING = "There is no snapshot of this name"
    SNAPSHOT_TOO_MANY = "There are {limit} snapshots already"
    SNAPSHOT_TOO_LARGE = "The portal has more than {limit} rows, too many to keep in memory"


Problem = ErrorCode | Reason

F = TypeVar("F", bound=Callable[..., Any])
Cause = Problem | Callable[..., Any]
"""What can be refused: a problem, or a verb that says by ``raises`` which ones it raises."""


def raises(*causes: Cause) -> Callable[[F], F]:
    """Say which reasons the verb below raises, by itself or from the verbs that it calls."""

    def declare(verb: F) -> F:
        verb.__raises__ = problems(*causes)  # type: ignore[attr-defined]  # Functions take attributes; no type for it.
        return verb

    return declare


def problems(*causes: Cause) -> tuple[Problem, ...]:
    """The problems of causes, each once. Raises KeyError for a verb that says nothing of itself."""
    collected: dict[Problem, None] = {}
    for cause in causes:
        collected |= dict.fromkeys([cause] if isinstance(cause, Problem) else vars(cause)["__raises__"])
    return tuple(collected)


class ApiError(Exception):
    """A call that ends with a documented error.

    ``words`` fill the ``{places}`` of the text. ``hint`` says more than the documented text does: what is wrong and
    what is known, in words that tell the caller nothing it may not know. ``response`` is what the caller is told; of a
    reason it is known once the error leaves the method, see ``Method.respond``.
    """

    def __init__(self, problem: Problem, *, hint: str = "", **words: object) -> None:
        super().__init__(problem.name)
        self.problem = problem
        self.words = words
        self.hint = hint
        self.explained = False
        value = problem.value
        self.response = value if isinstance(value, ErrorResponse) else ErrorResponse(400, problem.name, value)

    @property
    def status(self) -> int:
        """The HTTP status."""
        return self.response.status

    @property
    def code(self) -> str:
        """The code, as clients compare it."""
        return self.response.code

    @property
    def text(self) -> str:
        """The text, with its words filled in."""
        return self.response.text.format(**self.words) if self.words else self.response.text
