"""Every method says of itself what is true, and what its official page says."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, get_args

import msgspec
import pytest

from botyard.api import MODULES
from botyard.errors import ErrorCode, Problem, Reason
from botyard.rpc.method import AnyParams, Method
from botyard.rpc.method_errors import of_method
from botyard.rpc.registry import Registry
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
    "imbot.register": {Reason.AVATAR_TYPE, Reason.AVATAR_SIZE},  # A refused picture is told as BOT_NOT_CREATED.
    "imbot.update": {
        Reason.AVATAR_TYPE,  # A refused picture is told as BOT_NOT_UPDATED.
        Reason.AVATAR_SIZE,
        Reason.ON_MESSAGE_ADD_MISSING,  # Handlers that are left out stay as they are.
        Reason.ON_WELCOME_MISSING,
        Reason.ON_BOT_DELETE_MISSING,
    },
    "imbot.unregister": {Reason.MEMBER_MISSING},  # The bot leaves chats of which it was just found to be a member.
    "imbot.v2.Bot.unregister": {Reason.MEMBER_MISSING},  # The same.
    "imbot.v2.Chat.update": {Reason.TITLE_EMPTY},  # An empty title is passed over.
    "imbot.v2.Command.register": {Reason.COMMAND_TAKEN},  # The same word is that command, and is left as it is.
    "imbot.app.register": {Reason.AVATAR_TYPE, Reason.AVATAR_SIZE},  # A refused icon is told as CHAT_APP_WRONG.
    "imbot.app.update": {Reason.AVATAR_TYPE, Reason.AVATAR_SIZE},
    "imbot.chat.add": {Reason.AVATAR_TYPE, Reason.AVATAR_SIZE},  # A refused picture is told as CHAT_NOT_CREATED.
    "imbot.chat.sendTyping": {Reason.DIALOG_CLOSED},  # The default of a parameter that is given here.
    "imbot.chat.setManager": {Reason.CHAT_KIND},  # The same.
    "imbot.command.register": {
        Reason.COMMAND_WORD,
        Reason.COMMAND_TAKEN,
    },  # The same word is that command itself.
    "imbot.message.add": {Reason.REPLY_DENIED, Reason.REPLY_ELSEWHERE},  # Bots of this generation do not reply.
    "botyard.app.delete": {Reason.MEMBER_MISSING},  # The bots leave chats of which they were just found to be members.
    "botyard.app.uninstall": {Reason.MEMBER_MISSING},
    "im.chat.add": {Reason.AVATAR_TYPE, Reason.AVATAR_SIZE},  # A refused picture is left out.
    "imbot.v2.Chat.Message.send": {Reason.MENU_WRONG, Reason.MENU_TOO_BIG},  # There are no menus here.
    "imbot.v2.Chat.Message.update": {
        Reason.ATTACH_WRONG,  # Refused content is told as MESSAGE_LOCKED.
        Reason.ATTACH_TOO_BIG,
        Reason.KEYBOARD_WRONG,
        Reason.KEYBOARD_TOO_BIG,
        Reason.MENU_WRONG,
        Reason.MENU_TOO_BIG,
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


def test_methods_say_what_they_do() -> None:
    for one in METHODS:
        assert one.summary.endswith("."), f"{one.name}: the first line of the docstring is a sentence"
        assert len(one.summary) <= 120, one.name
        has_page = one.docs.endswith(".md") or one.name.startswith(WITHOUT_A_PAGE)
        assert has_page, f"{one.name}: the docstring ends with its Docs: line"


def possible(one: Method) -> frozenset[Problem]:
    """The problems that a method can raise."""
    found = raised((one.function.__module__, one.function.__name__))
    if one.before is None:
        return found
    return found | raised((one.before.__module__, one.before.__name__))


def names(problems: Iterable[Problem]) -> list[str]:
    return sorted(problem.name for problem in problems)


def test_what_is_raised_is_declared() -> None:
    unseen = {one.name: possible(one) - set(of_method(one)) - NOT_RAISED.get(one.name, set()) for one in METHODS}
    assert {name: names(problems) for name, problems in unseen.items() if problems} == {}


def test_what_is_declared_is_raised() -> None:
    never = {
        one.name: set(one.raises) - possible(one) - {one.access.value.problem} - OUT_OF_SIGHT.get(one.name, set())
        for one in METHODS
    }
    assert {name: names(problems) for name, problems in never.items() if problems} == {}


def test_the_pages_are_the_documented_ones() -> None:
    for one in DOCUMENTED:
        documented = CONTRACT.methods[one.name]
        assert one.docs == documented.page, one.name
        assert set(one.scopes) == set(documented.scope) - {"basic"}, one.name
        assert bool(one.deprecated) == documented.deprecated, one.name
        assert not one.deprecated or one.deprecated in documented.replaced_by, one.name


def test_only_our_own_methods_have_no_page() -> None:
    others = [one.name for one in METHODS if one not in DOCUMENTED and not one.name.startswith(WITHOUT_A_PAGE)]
    assert others == [*NAMED_ELSEWHERE]


def test_every_documented_parameter_is_a_field() -> None:
    lacking = {}
    for one in DOCUMENTED:
        documented = CONTRACT.methods[one.name]
        listed = [*documented.params, *(param for table in documented.variants for param in table)]
        lacking[one.name] = [] if one.params is AnyParams else missing(one.params, listed)
    assert {name: params for name, params in lacking.items() if params} == {}


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


def test_every_documented_error_is_declared() -> None:
    absent = {}
    for one in DOCUMENTED:
        declared = {said(one, problem)[1] for problem in of_method(one)}
        codes = CONTRACT.methods[one.name].codes - declared
        absent[one.name] = {code for code in codes if (one.name, code) not in CANNOT_HAPPEN}
    assert {name: codes for name, codes in absent.items() if codes} == {}


def test_errors_have_the_documented_status_and_text() -> None:
    for one in DOCUMENTED:
        declared = [said(one, problem) for problem in of_method(one)]
        for documented in CONTRACT.methods[one.name].errors:
            code, status, text = documented.code, documented.status, documented.message
            mine = [row for row in declared if row[1] == code]
            if not mine or (one.name, code) in SAID_OTHERWISE:
                continue
            assert status is None or status in {row[0] for row in mine}, (one.name, code)
            # Pages differ in capitals and full stops.
            assert text is None or folded(text) in {folded(row[2]) for row in mine}, (one.name, code)


def folded(text: str) -> str:
    return text.lower().rstrip(".")


def said(one: Method, problem: Problem) -> tuple[int, str, str]:
    """Status, code and text of a problem in the method's dialect."""
    return one.respond(problem)


@pytest.mark.parametrize(
    "table",
    [CANNOT_HAPPEN, SAID_OTHERWISE, dict.fromkeys((name, "") for name in NOT_RAISED)],
    ids=["code", "text", "raised"],
)
def test_exceptions_name_methods_that_exist(table: dict[tuple[str, str], Any]) -> None:
    known = {one.name for one in METHODS}
    assert [name for name, _ in table if name not in known] == []
