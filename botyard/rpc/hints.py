"""Hints: what the documented text of an error leaves out. Made when a call has failed, and at no other time.

A hint is what the place that refused has said, or else what the table below knows of the problem, with whatever is
odd about the parameters behind it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from typing import Any, NamedTuple

import msgspec

from botyard.errors import ApiError, ErrorCode, Problem, Reason
from botyard.rpc.access import Access
from botyard.rpc.method import AnyParams, Method
from botyard.rpc.method_errors import CALLER, FAULTS, LOAD
from botyard.rpc.parameters import decoded, is_json_text, known, notes
from botyard.wire.coerce import says_nothing

NEAREST = 3
ALIKE = 0.6

_DIALOG = "17 (a person), chat42 (a chat) or sg5 (a workgroup)"
_ADDRESS = "an absolute http or https address"

# Parameters are named as both generations spell them, without case and underscores; those inside of others count, too.
# Of a problem that has a sentence below, too, only where nothing came: what was looked up is the better word otherwise.
NEEDS: dict[Problem, tuple[tuple[str, ...], str]] = {
    Reason.DIALOG_EMPTY: (("dialogid",), _DIALOG),
    Reason.CHAT_EMPTY: (("chatid",), "the number of a chat"),
    Reason.USER_EMPTY: (("userid",), "the number of a person"),
    Reason.MESSAGE_EMPTY: (("message",), "a text, or an attachment beside it"),
    Reason.MESSAGE_ID_WRONG: (("messageid",), "the number of a message"),
    Reason.TITLE_EMPTY: (("title",), "a text"),
    Reason.CODE_EMPTY: (("code",), "the code of a feature, such as rest_offline_extended"),
    Reason.BOT_CODE: (("code",), "a name of your choice for the bot"),
    Reason.BOT_NAME: (("name",), "the name that people see"),
    Reason.BOT_ID_EMPTY: (("botid",), "the number of a bot"),
    Reason.BOT_UNNAMED: (("botid",), "the number that the registration returned"),
    Reason.BOT_PARAMS: (("botid", "code"), "one of the two"),
    Reason.TOKEN_MISSING: (("bottoken",), "the key under which this webhook registers its bots, a text of your choice"),
    Reason.CLIENT_UNNAMED: (
        ("clientid",),
        "the key under which this webhook registers its bots, a text of your choice",
    ),
    Reason.ON_MESSAGE_ADD_MISSING: (("eventmessageadd", "eventhandler"), _ADDRESS),
    Reason.ON_WELCOME_MISSING: (("eventwelcomemessage", "eventhandler"), _ADDRESS),
    Reason.ON_BOT_DELETE_MISSING: (("eventbotdelete", "eventhandler"), _ADDRESS),
    Reason.ON_MESSAGE_ADD_WRONG: (("eventmessageadd", "eventhandler"), _ADDRESS),
    Reason.ON_MESSAGE_UPDATE_WRONG: (("eventmessageupdate", "eventhandler"), _ADDRESS),
    Reason.ON_MESSAGE_DELETE_WRONG: (("eventmessagedelete", "eventhandler"), _ADDRESS),
    Reason.ON_WELCOME_WRONG: (("eventwelcomemessage", "eventhandler"), _ADDRESS),
    Reason.ON_BOT_DELETE_WRONG: (("eventbotdelete", "eventhandler"), _ADDRESS),
    Reason.ON_COMMAND_MISSING: (("eventcommandadd",), _ADDRESS),
    Reason.ON_COMMAND_WRONG: (("eventcommandadd",), _ADDRESS),
    Reason.WEBHOOK_MISSING: (("webhookurl",), f"{_ADDRESS}, because eventMode is webhook"),
    Reason.WEBHOOK_WRONG: (("webhookurl",), _ADDRESS),
    Reason.USER_IDS_EMPTY: (("userids",), "a list of numbers of people"),
    Reason.USERS_FORMAT: (("users", "id"), "a list of numbers of people"),
    Reason.COMMAND_EMPTY: (("command",), "one word without spaces"),
    Reason.COMMAND_WORD: (("command",), "one word of up to 60 characters, without a slash inside"),
    Reason.COMMAND_WORDLESS: (("command",), "one word of up to 60 characters, without a slash inside"),
    Reason.FIRST_ID_STRING: (("firstid",), "a number"),
    Reason.LAST_ID_STRING: (("lastid",), "a number"),
    Reason.NOTIFICATION_EMPTY: (("notifyid",), "the number of a notification"),
    Reason.NOTIFICATION_UNNAMED: (("id", "tag", "subtag"), "one of the three"),
    Reason.NOTIFICATION_IDS: (("ids",), "a list of numbers of notifications"),
    Reason.ANSWER_EMPTY: (("answertext",), "a text"),
    Reason.BUTTON_EMPTY: (("notifyvalue",), "the value of a button"),
    Reason.CHAT_APP_HASH: (("hash",), "32 characters of your choice"),
    Reason.CHAT_APP_HTTPS: (("iframe",), "an absolute https address"),
    Reason.FILE_EMPTY: (("name", "content"), "both"),
    Reason.FILE_CONTENT: (("content",), "base64 without a data: prefix, or a file of a multipart form"),
    Reason.AVATAR_TYPE: (("avatar", "personalphoto"), "a PNG, JPEG, GIF or WEBP as base64"),
    Reason.OPTIONS_EMPTY: (("options",), "an object of names and values"),
    Reason.PARAMS_WRONG: (("dialogid",), _DIALOG),
    Reason.PULL_PEOPLE: (("userid",), "the numbers of people"),
    Reason.PULL_COMMAND: (("command",), "up to 255 letters, digits and _:|.-"),
    Reason.PULL_MODULE: (("moduleid",), "up to 255 small letters, digits and ._"),
    Reason.PULL_PARAMS: (("params",), "an object or a list of up to 65,536 bytes of JSON"),
    Reason.PULL_TEXT: (("text",), "what people should see"),
    Reason.FILE_ID_WRONG: (("id",), "the number of a file"),
    Reason.FILE_NAME: (("name",), "the name of the file"),
    Reason.FILE_UNNAMED: (("fileid", "diskid"), "the number of a file"),
    Reason.FILES_UNNAMED: (("fileid", "uploadid", "diskid"), "the number of a file, or a list of them"),
    Reason.FOLDER_WRONG: (("id",), "the number of a folder; of a storage where it is about those"),
    Reason.RIGHTS_FORMAT: (("rights",), "a list of objects, each with TASK_ID and ACCESS_CODE"),
    Reason.FILE_MISSING: (("fileid",), "the number of a file"),
    Reason.USER_MISSING: (("id",), "the number of a person"),
    Reason.STATUS_UNKNOWN: (("status",), "online, dnd, away or break"),
    Reason.DEPARTMENT_NAME: (("name",), "a name"),
    Reason.DEPARTMENT_MISSING: (("id",), "the number of a department"),
    Reason.DEPARTMENTS_FORMAT: (("id",), "a list of numbers of departments"),
    Reason.FIELD_NAME_MISSING: (("fields",), "FIELD_NAME, such as SKILLS, and USER_TYPE_ID, such as string"),
    Reason.FIELD_TYPE_MISSING: (("fields",), "USER_TYPE_ID, such as string"),
    Reason.FIELD_TYPE_EMPTY: (("fields",), "USER_TYPE_ID, such as string"),
    Reason.FIELD_ID_WRONG: (("id",), "the number of a field"),
    Reason.FIELD_MISSING: (("id",), "the number of a field"),
    Reason.EMAIL_WRONG: (("email",), "an address of e-mail"),
    Reason.MESSAGE_MISSING: (("messageid", "id"), "the number of a message"),
    Reason.HOOK_MISSING: (("id",), "the number of a webhook"),
    Reason.APP_MISSING: (("clientid",), "the client id of an application"),
    Reason.DELIVERY_MISSING: (("id",), "the number of a delivery"),
    Reason.CHAT_APP_NOT_FOUND: (("appid",), "the number of a chat application"),
}

SENTENCES: dict[Problem, str] = {
    ErrorCode.INTERNAL: "the log of the server has the details under this id",
    ErrorCode.UNEXPECTED_ANSWER: "the log of the server has the details under this id",
    ErrorCode.PORTAL_DELETED: "the portal is closed for maintenance; its administrator can open it",
    ErrorCode.REST_OFF: "the portal's administrator has switched the REST API off",
    ErrorCode.HTTPS_REQUIRED: "call the https address of the portal",
    ErrorCode.NO_AUTH: "neither a webhook's address (/rest/USER/SECRET/METHOD) nor a token came "
    "(parameter auth, or header Authorization: Bearer)",
    ErrorCode.CREDENTIALS: "there is no valid webhook with this user and secret: "
    "never issued, revoked, or the person is inactive",
    ErrorCode.TOKEN_INVALID: "the token is not valid: never issued, ended, or its application is not installed",
    ErrorCode.TOKEN_EXPIRED: "renew it at /oauth/token/ with grant_type=refresh_token",
    ErrorCode.USER_ACCESS: "the application is only open to other people",
    ErrorCode.BATCH_METHOD: "a batch cannot hold a batch",
    Reason.BIND_OFFLINE: "the caller is not an administrator",
    Reason.QUEUE_CLOSED: "the queue of offline events is for administrators",
    Reason.OPTIONS_NO_APP: "a person's own session belongs to no application",
    Reason.OPTIONS_NO_USER: "guests have no options",
    Reason.OPTIONS_NOT_ADMIN: "only administrators set options of the application itself",
    ErrorCode.APP_CONTEXT: "call with the token of an application",
    Reason.CHAT_CLOSED: "there is no such chat, or the caller is not in it",
    Reason.DIALOG_CLOSED: "there is no such dialog, or the caller is not in it",
    Reason.USER_MISSING: "there is no such person, or it is inactive or a guest",
    Reason.USER_CLOSED: "the caller is from outside and shares no chat with this person, or there is no such person",
    Reason.EMAIL_WRONG: "EMAIL is no address",
    Reason.EMAIL_TAKEN: "EMAIL is somebody's, whichever way its letters are written",
    Reason.PLACE_EMPTY: "UF_DEPARTMENT is missing; somebody from outside needs EXTRANET and SONET_GROUP_ID",
    Reason.GROUP_EMPTY: "SONET_GROUP_ID is missing; there are no groups here, and any number will do",
    Reason.GROUP_WRONG: "SONET_GROUP_ID is no number, and no list of them",
    Reason.DEPARTMENT_MISSING: "there is no department with this ID",
    ErrorCode.BODY_ESCAPES: "send texts in UTF-8 instead of as \\u and four digits, and files as base64",
    Reason.DEPARTMENT_HEAD: "UF_HEAD is the number of an employee, or 0 for nobody",
    Reason.MESSAGE_MISSING: "there is no such message in a chat that the caller is in",
    Reason.MESSAGE_CLOSED: "the caller is not in the chat, or joined it later",
    Reason.REPLY_DENIED: "there is no such message in a chat that the caller is in",
    Reason.FILE_TOO_BIG: "a file may have up to 100 MiB",
    Reason.FILE_MISSING: "there is no such file in a chat that the caller is in",
    Reason.FILES_MISSING: "there is no such file in a chat that the caller is in",
    Reason.FILE_NOT_SAVED: "there is no such file in a chat that the caller is in",
    Reason.FOLDER_MISSING: "there is no such folder, or the caller is not in its chat; im.disk.folder.get returns "
    "the folder of a chat",
    Reason.STORAGE_MISSING: "disk.storage.getList returns the storages of the caller",
    Reason.FILE_CLOSED: "the caller is not in the chat of the file",
    Reason.BOT_TYPE_DENIED: "only for bots of the types supervisor and personal",
    Reason.REACTION_SET: "the bot has set this reaction already",
    Reason.SCOPE_OF_EVENTS: "withUserEvents needs scope im",
    Reason.USER_UNSUBSCRIBED: "call im.v2.Event.subscribe first",
    ErrorCode.TOKEN_NOBODY: "the person of the token is not active any more",
    ErrorCode.APP_UNINSTALLED: "the administrator has uninstalled the application of the token",
    ErrorCode.APP_DELETED: "the application of the token was deleted",
    Reason.BIND_AUTH_TYPE: "auth_type names somebody else; only administrators may do that",
    Reason.BOT_NOT_YOURS: "the bot belongs to somebody else, or was registered under another key",
    Reason.LANG_EMPTY: "a title is missing: LANG[0][LANGUAGE_ID] with LANG[0][TITLE], in the second generation "
    "fields[title][en]; only hidden ones need none",
    Reason.COMMAND_NOT_UPDATED: "a command that is not hidden needs a title in at least one language",
    Reason.CHAT_APP_NOT_FOUND: "there is no chat application with this number",
    Reason.CHAT_APP_NOT_YOURS: "it was registered by somebody else or under another key",
    Reason.CHAT_APP_PARAMS: "a JS method needs its parameter, a frame its address and a size, both a known context",
    Reason.SHARE_WRONG: "TYPE: CHAT makes a chat; there are no tasks, posts and calendars here",
    Reason.REPLY_ELSEWHERE: "the quoted message is in another chat",
    Reason.FILE_NOT_STORED: "the server could not keep the file; its log says why",
    Reason.FILE_FOLDER: "there is no such dialog, or the caller is not in it",
    Reason.FILE_NOT_SENT: "the caller may not write in this chat",
    ErrorCode.PATH_UNKNOWN: "methods are at /rest/, tokens at /oauth/token/, the description of all methods "
    "at /openapi.json",
    Reason.BOT_NOT_DELETED: "the bot owns a chat that its owner may not leave: make somebody else the owner first",
    Reason.TOKEN_NOT_ROTATED: "the new botToken is too long, or bots are registered under it already",
    Reason.CODE_TAKEN: "a bot with this code exists, registered by somebody else or under another key",
    Reason.LOGIN_TAKEN: "somebody has this login",
    Reason.LAST_ADMIN: "make somebody else an administrator first",
    Reason.HOOK_MISSING: "botyard.webhook.list shows the numbers of valid webhooks",
    Reason.TOKEN_UNKNOWN: "botyard.token.list shows the numbers of valid tokens",
    Reason.CONSENT_MISSING: "botyard.consent.list shows the applications that have access",
    Reason.APP_MISSING: "botyard.app.list shows the client ids",
    Reason.DELIVERY_MISSING: "botyard.delivery.list shows their numbers",
    Reason.UPLOAD_CHAT: "there is no such dialog, or the caller is not in it",
    ErrorCode.LINK_BAD: "links expire: ask for a new one",
    ErrorCode.CHANNEL_BAD: "channels end after 12 hours and with their key: call pull.config.get for new ones",
    Reason.MENU_WRONG: "MENU: a list of items, each with TEXT and one of LINK, COMMAND, ACTION, APP_ID",
    Reason.KEYBOARD_WRONG: "KEYBOARD: a list of buttons, each with TEXT and one of LINK, COMMAND, ACTION, APP_ID",
    Reason.ATTACH_WRONG: "ATTACH: a list of blocks",
}

# Nothing about the parameters was looked at yet, or has to do with it.
_ELSEWHERE = frozenset(
    {
        *CALLER,
        *LOAD,
        *FAULTS,
        ErrorCode.SCOPE,
        ErrorCode.METHOD_NOT_FOUND,
        ErrorCode.METHOD_V3,
        ErrorCode.ADMIN_ONLY,
        ErrorCode.ACCOUNTS_CLOSED,
        ErrorCode.EMPLOYEES_ONLY,
    }
)


_CONTENT = re.compile(r"(?:ATTACH|KEYBOARD|MENU)\b")


class _ParameterPath(NamedTuple):
    """A parameter that a method has: its path, and whether something came for it."""

    path: str
    came: bool


def explain(refused: ApiError, method: Method, params: Mapping[str, Any]) -> None:
    """Complete the hint of a refusal; the innermost method that a call went through has the word."""
    if refused.explained:
        return
    refused.explained = True
    refused.response = method.respond(refused.problem)
    parts = [_spelt(_of_bot(hint_text(refused, method, params), method), method)]
    if refused.problem not in _ELSEWHERE and method.params is not AnyParams:
        parts += notes(method.params, params)
    refused.hint = "; ".join(filter(None, parts))


_UNKNOWN = re.compile(r"(unknown parameter )([^;\[]+)(?=;)")


def respell(refused: ApiError, names: Callable[[], Iterable[str]]) -> None:
    """Tell unknown parameters as the caller wrote them; the names of a call are looked at in lower case."""
    if not _UNKNOWN.search(refused.hint):
        return
    written = {name.lower(): name for name in names()}
    refused.hint = _UNKNOWN.sub(lambda match: match[1] + written.get(match[2].lower(), match[2]), refused.hint)


def _of_bot(words: str, method: Method) -> str:
    """A bot does what is called in its name: it, and not who calls, is or is not in a chat."""
    acts = method.access is Access.BOT_OWNER and "botid" in {key.replace("_", "") for key in known(method.params)}
    return words.replace("the caller", "the bot") if acts else words


def _spelt(words: str, method: Method) -> str:
    """Content is read without knowing how a method spells the parameter, such as ``fields[keyboard]``."""
    match = _CONTENT.match(words)
    places = find_places(method.params, {}, match[0].lower()) if match else []
    return places[0].path + words[len(match[0]) :] if match and places else words


def hint_text(refused: ApiError, method: Method | None = None, params: Mapping[str, Any] | None = None) -> str:
    """What was said where the call was refused, or else what is known of the problem.

    A problem may have taken the place of others, of which a page knows nothing; theirs are the better words.
    """
    chain = _chain(refused)
    for error in chain:
        if error.hint:
            return error.hint
    for error in reversed(chain):
        needed = _needed(error.problem, method, params or {}) if method else ""
        if needed or error.problem in SENTENCES:
            return needed or SENTENCES[error.problem]
    return ""


def _chain(refused: ApiError) -> list[ApiError]:
    errors = [refused]
    # One that was raised again may be its own cause.
    while isinstance(errors[-1].__cause__, ApiError) and errors[-1].__cause__ not in errors:
        errors.append(errors[-1].__cause__)
    return errors


def _needed(problem: Problem, method: Method, params: Mapping[str, Any]) -> str:
    names, expected = NEEDS.get(problem, ((), ""))
    places = [place for name in names for place in find_places(method.params, params, name)]
    if not places:
        return ""
    missing = [place.path for place in places if not place.came]
    if len(missing) == len(places):
        return f"{' or '.join(missing)} is missing; expected {expected}"
    if problem in SENTENCES:
        return ""
    wrong = missing if expected == "both" else [place.path for place in places if place.came]
    return f"{' or '.join(wrong)}: expected {expected}"


def find_places(struct: Any, params: Mapping[str, Any], name: str, inside: str = "") -> list[_ParameterPath]:
    """Where a method takes a parameter: beside the others, or else inside of one of them."""
    if struct is AnyParams:
        return []
    names = known(struct)
    lower = {str(key).lower(): value for key, value in params.items()}
    for key, parameter in names.items():
        if key.replace("_", "") == name:
            path = f"{inside}[{parameter.name}]" if inside else parameter.name
            return [_ParameterPath(path, _came(lower.get(key)))]
    for key, parameter in names.items():
        if isinstance(parameter.kind, type) and issubclass(parameter.kind, msgspec.Struct):
            value = decoded(lower.get(key))
            if is_json_text(value):
                # It is told as broken; nobody knows what it would have held.
                continue
            path = f"{inside}[{parameter.name}]" if inside else parameter.name
            parameter_paths = find_places(parameter.kind, value if isinstance(value, Mapping) else {}, name, path)
            if parameter_paths:
                return parameter_paths
    return []


def _came(value: Any) -> bool:
    return not says_nothing(value) if isinstance(value, str) else value not in (None, [], {})


def nearest(name: str, names: Iterable[str]) -> list[str]:
    """The names that are most alike to one that does not exist, in any case."""
    by_lower = {alike.lower(): alike for alike in names}
    close = get_close_matches(name.lower()[:100], by_lower, n=NEAREST, cutoff=ALIKE)
    return [by_lower[alike] for alike in close]


def no_method(name: str, names: Iterable[str]) -> str:
    """Of a method that does not exist: which ones are meant."""
    suggestion = nearest(name, names)
    return f"no method {name[:100]!r}; nearest: {', '.join(suggestion)}" if suggestion else f"no method {name[:100]!r}"
