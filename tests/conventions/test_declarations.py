"""Every method says of itself what is true, and what its official page says."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, get_args

import msgspec
import pytest

from botyard.api import MODULES
from botyard.errors import ErrorCode
from botyard.rpc.method import AnyParams, Method
from botyard.rpc.method_errors import of_method
from botyard.rpc.registry import Registry
from botyard.wire.names import is_v2
from contract.pages import Param
from tests.conventions.raised import raised
from tests.world import CONTRACT

METHODS = sorted(Registry(MODULES), key=lambda one: one.name.lower())
DOCUMENTED = [one for one in METHODS if one.name in CONTRACT.methods]

# Our own methods, and those of REST 3.0, have no page of their own.
WITHOUT_A_PAGE = ("botyard.", "api/")
# Another page names it, with its parameters.
NAMED_ELSEWHERE = ("disk.file.get", "im.v2.Chat.Bot.sendContext")

NOT_RAISED = {
    # The reader of the source sees a way to raise these, the reader of the code that it is never taken.
    "imbot.register": {ErrorCode.AVATAR_TYPE, ErrorCode.AVATAR_SIZE},  # A refused picture is told as BOT_NOT_CREATED.
    "imbot.update": {
        ErrorCode.AVATAR_TYPE,  # A refused picture is told as BOT_NOT_UPDATED.
        ErrorCode.AVATAR_SIZE,
        ErrorCode.ON_MESSAGE_ADD_MISSING,  # Handlers that are left out stay as they are.
        ErrorCode.ON_WELCOME_MISSING,
        ErrorCode.ON_BOT_DELETE_MISSING,
    },
    "imbot.unregister": {ErrorCode.MEMBER_MISSING},  # The bot leaves chats of which it was just found to be a member.
    "imbot.v2.Bot.unregister": {ErrorCode.MEMBER_MISSING},  # The same.
    "imbot.v2.Chat.update": {ErrorCode.TITLE_EMPTY},  # An empty title is passed over.
    "imbot.v2.Command.register": {ErrorCode.COMMAND_TAKEN},  # The same word is that command, and is left as it is.
    "imbot.app.register": {ErrorCode.AVATAR_TYPE, ErrorCode.AVATAR_SIZE},  # A refused icon is told as CHAT_APP_WRONG.
    "imbot.app.update": {ErrorCode.AVATAR_TYPE, ErrorCode.AVATAR_SIZE},
    "imbot.chat.add": {ErrorCode.AVATAR_TYPE, ErrorCode.AVATAR_SIZE},  # A refused picture is told as CHAT_NOT_CREATED.
    "imbot.chat.sendTyping": {ErrorCode.DIALOG_CLOSED},  # The default of a parameter that is given here.
    "imbot.chat.setManager": {ErrorCode.CHAT_KIND},  # The same.
    "imbot.command.register": {
        ErrorCode.COMMAND_WORD,
        ErrorCode.COMMAND_TAKEN,
    },  # The same word is that command itself.
    "imbot.message.add": {ErrorCode.REPLY_DENIED, ErrorCode.REPLY_ELSEWHERE},  # Bots of this generation do not reply.
    "botyard.app.delete": {
        ErrorCode.MEMBER_MISSING
    },  # The bots leave chats of which they were just found to be members.
    "botyard.app.uninstall": {ErrorCode.MEMBER_MISSING},
    "im.chat.add": {ErrorCode.AVATAR_TYPE, ErrorCode.AVATAR_SIZE},  # A refused picture is left out.
    "imbot.v2.Chat.Message.send": {ErrorCode.MENU_WRONG, ErrorCode.MENU_TOO_BIG},  # There are no menus here.
    "imbot.v2.Chat.Message.update": {
        ErrorCode.ATTACH_WRONG,  # Refused content is told as MESSAGE_LOCKED.
        ErrorCode.ATTACH_TOO_BIG,
        ErrorCode.KEYBOARD_WRONG,
        ErrorCode.KEYBOARD_TOO_BIG,
        ErrorCode.MENU_WRONG,
        ErrorCode.MENU_TOO_BIG,
    },
}

OUT_OF_SIGHT = {
    # Declared, though the source of the method does not show it.
    "batch": {ErrorCode.BATCH_METHOD, ErrorCode.BATCH_LENGTH},  # Told inside the answer, each for its command.
    "api/batch": {ErrorCode.METHOD_V3},  # The dispatcher raises it for a command.
}

CANNOT_HAPPEN = {
    # Documented codes that nothing here can lead to.
    ("imbot.v2.Event.get", "AUTH_ERROR"): "a call without a user is refused at the door",
    ("imbot.app.unregister", "WRONG_REQUEST"): "an application that was found can be taken away",
    ("imbot.command.unregister", "WRONG_REQUEST"): "a command that was found can be taken away",
}

SAID_OTHERWISE = {
    # Where a page has a status or a text of its own.
    ("app.info", "ACCESS_DENIED"): "the table of system errors has 403 for this code",
    ("imbot.register", "MAX_COUNT_ERROR"): "N stands for the number",
    ("imbot.chat.user.delete", "WRONG_REQUEST"): "the page of imbot.chat.leave has the same sentence as `in chat`",
    ("im.message.add", "ACCESS_ERROR"): "the page has two sentences for the code, one for chats and one for actions",
}


def ids(one: Any) -> str:
    return one.name if isinstance(one, Method) else str(one)


@pytest.mark.parametrize("one", METHODS, ids=ids)
def test_a_method_says_what_it_does(one: Method) -> None:
    assert one.summary.endswith("."), "the first line of the docstring is a sentence"
    assert len(one.summary) <= 120
    assert one.docs.endswith(".md") or one.name.startswith(WITHOUT_A_PAGE), "the docstring ends with its Docs: line"


@pytest.mark.parametrize("one", METHODS, ids=ids)
def test_what_is_raised_is_declared(one: Method) -> None:
    possible = raised((one.handler.__module__, one.handler.__name__))
    if one.before is not None:
        possible |= raised((one.before.__module__, one.before.__name__))
    unseen = possible - set(of_method(one)) - NOT_RAISED.get(one.name, set())
    assert not unseen, f"{one.name} does not declare {sorted(problem.name for problem in unseen)}"


@pytest.mark.parametrize("one", METHODS, ids=ids)
def test_what_is_declared_is_raised(one: Method) -> None:
    possible = raised((one.handler.__module__, one.handler.__name__)) | {one.access.value.problem}
    if one.before is not None:
        possible |= raised((one.before.__module__, one.before.__name__))
    never = set(one.raises) - possible - OUT_OF_SIGHT.get(one.name, set())
    assert not never, f"{one.name} declares {sorted(problem.name for problem in never)}, which nothing in it raises"


@pytest.mark.parametrize("one", DOCUMENTED, ids=ids)
def test_the_page_is_the_documented_one(one: Method) -> None:
    documented = CONTRACT.methods[one.name]
    assert one.docs == documented.page
    assert set(one.scopes) == set(documented.scope) - {"basic"}
    assert bool(one.deprecated) == documented.deprecated
    assert not one.deprecated or one.deprecated in documented.replaced_by


def test_only_our_own_methods_have_no_page() -> None:
    others = [one.name for one in METHODS if one not in DOCUMENTED and not one.name.startswith(WITHOUT_A_PAGE)]
    assert others == [*NAMED_ELSEWHERE]


@pytest.mark.parametrize("one", DOCUMENTED, ids=ids)
def test_every_documented_parameter_is_a_field(one: Method) -> None:
    documented = CONTRACT.methods[one.name]
    listed = [*documented.params, *(param for table in documented.variants for param in table)]
    assert one.params is AnyParams or missing(one.params, listed) == []


def missing(struct: type[msgspec.Struct], listed: Iterable[Param]) -> list[str]:
    """Documented names that the struct lacks, those inside other parameters too."""
    fields = {field.encode_name.lower(): field.type for field in msgspec.structs.fields(struct)}
    found = []
    for param in listed:
        # Outdated pages write `TITLE (LANG)` for the TITLE inside LANG.
        name, _, outer = param.name.rstrip(")").partition(" (")
        spellings = {name.lower(), *(alias.lower() for alias in param.aliases)}
        if outer:
            inner = struct_in(fields.get(outer.lower()))
            known = inner is None or not missing(inner, [Param(name, ())])
        else:
            known = spellings <= fields.keys()
        if not known:
            found.append(param.name)
        inner = struct_in(fields.get(name.lower()))
        if inner is not None and not outer:
            children = [child for child in param.children if not child.name.startswith("{")]
            found += [f"{param.name}[{child}]" for child in missing(inner, children)]
    return found


def struct_in(kind: Any) -> type[msgspec.Struct] | None:
    """The struct that a field holds, by itself or in a list; ``None`` where anything goes."""
    if isinstance(kind, type) and not get_args(kind):
        return kind if issubclass(kind, msgspec.Struct) else None
    return next((found for found in map(struct_in, get_args(kind)) if found is not None), None)


@pytest.mark.parametrize("one", DOCUMENTED, ids=ids)
def test_every_documented_error_is_declared(one: Method) -> None:
    declared = {said(one, problem)[1] for problem in of_method(one)}
    absent = {code for code in CONTRACT.methods[one.name].codes - declared if (one.name, code) not in CANNOT_HAPPEN}
    assert not absent


@pytest.mark.parametrize("one", DOCUMENTED, ids=ids)
def test_errors_have_the_documented_status_and_text(one: Method) -> None:
    for documented in CONTRACT.methods[one.name].errors:
        code, status, text = documented.code, documented.status, documented.message
        rows = [said(one, problem) for problem in of_method(one)]
        mine = [row for row in rows if row[1] == code]
        if not mine or (one.name, code) in SAID_OTHERWISE:
            continue
        assert status is None or status in {row[0] for row in mine}, code
        # Pages differ in capitals and full stops.
        assert text is None or folded(text) in {folded(row[2]) for row in mine}, code


def folded(text: str) -> str:
    return text.lower().rstrip(".")


def said(one: Method, problem: ErrorCode) -> tuple[int, str, str]:
    """Status, code and text of a problem in the method's dialect."""
    return problem.value.for_dialect(is_v2(one.name))


@pytest.mark.parametrize(
    "table",
    [CANNOT_HAPPEN, SAID_OTHERWISE, dict.fromkeys((name, "") for name in NOT_RAISED)],
    ids=["code", "text", "raised"],
)
def test_exceptions_name_methods_that_exist(table: dict[tuple[str, str], Any]) -> None:
    names = {one.name for one in METHODS}
    assert [name for name, _ in table if name not in names] == []
