"""Every method says of itself what is true, and what its official page says."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, get_args

import msgspec
import pytest

from botyard.api import MODULES
from botyard.errors import Problem
from botyard.rpc.method import AnyParams, Method
from botyard.rpc.method_errors import of_method
from botyard.rpc.registry import Registry
from contract.pages import Param
from tests.world import CONTRACT

METHODS = sorted(Registry(MODULES), key=lambda method: method.name.lower())
DOCUMENTED = [method for method in METHODS if method.name in CONTRACT.methods]

# Our own methods, and those of REST 3.0, have no page of their own.
WITHOUT_A_PAGE = ("botyard.", "api/")
# Another page names it, with its parameters.
NAMED_ELSEWHERE = (
    "disk.file.get",
    "disk.folder.get",
    "disk.folder.getChildren",
    "disk.folder.uploadFile",
    "disk.storage.get",
    "disk.storage.getChildren",
    "disk.storage.getList",
    "disk.storage.uploadFile",
    "im.v2.Chat.Bot.sendContext",
    "pull.channel.public.list",
    "pull.config.get",
    "pull.watch.extend",
)

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
    ("im.dialog.users.list", "ACCESS_ERROR"): "the page has two sentences for the code, and both mean the same chat",
    **{
        ("placement.bind", code): "an error with status 200 is taken for a result by one of the clients (fast_bitrix24)"
        for code in (
            "ERROR_ARGUMENT",
            "ERROR_PLACEMENT_MAX_COUNT",
            "ERROR_PLACEMENT_USER_MODE",
            "EMPTY_ERROR_HANDLER_URL",
        )
    },
    ("placement.unbind", "ERROR_ARGUMENT"): "the text has a place for the name of the parameter",
    ("user.add", "ERROR_ARGUMENT"): "there is no limit to people that could be exceeded",
    ("user.userfield.add", "ERROR_ARGUMENT"): "HANDLER is of types that applications bring, which there are none of",
    ("user.userfield.add", "ERROR_CORE"): "the asterisk stands for the name of the field",
    ("user.userfield.list", ""): "no id is taken, so that none can be wrong",
}


def test_methods_say_what_they_do() -> None:
    for method in METHODS:
        assert method.summary.endswith("."), f"{method.name}: the first line of the docstring is a sentence"
        assert len(method.summary) <= 120, method.name
        has_page = method.docs.endswith(".md") or method.name.startswith(WITHOUT_A_PAGE)
        assert has_page, f"{method.name}: the docstring ends with its Docs: line"


def test_the_pages_are_the_documented_ones() -> None:
    for method in DOCUMENTED:
        documented = CONTRACT.methods[method.name]
        assert method.docs == documented.page, method.name
        assert set(method.scopes) == set(documented.scope) - {"basic"}, method.name
        assert (method.deprecated is not None) == documented.deprecated, method.name
        assert not method.deprecated or method.deprecated in documented.replaced_by, method.name


def test_only_our_own_methods_have_no_page() -> None:
    others = [
        method.name for method in METHODS if method not in DOCUMENTED and not method.name.startswith(WITHOUT_A_PAGE)
    ]
    assert others == [*NAMED_ELSEWHERE]


def test_every_documented_parameter_is_a_field() -> None:
    lacking = {}
    for method in DOCUMENTED:
        documented = CONTRACT.methods[method.name]
        listed = [*documented.params, *(param for table in documented.variants for param in table)]
        lacking[method.name] = [] if method.params is AnyParams else missing(method.params, listed)
    assert {name: params for name, params in lacking.items() if params} == {}


def missing(struct: type[msgspec.Struct], listed: Iterable[Param]) -> list[str]:
    """Documented names that the struct lacks, those inside other parameters too."""
    fields = {field.encode_name.lower(): field.type for field in msgspec.structs.fields(struct)}
    names = []
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
            names.append(param.name)
        inner = struct_in(fields.get(name.lower()))
        if inner is not None and not outer:
            children = [child for child in param.children if not child.name.startswith("{")]
            names += [f"{param.name}[{child}]" for child in missing(inner, children)]
    return names


def struct_in(kind: Any) -> type[msgspec.Struct] | None:
    """The struct that a field holds, by itself or in a list; ``None`` where anything goes."""
    if isinstance(kind, type) and not get_args(kind):
        return kind if issubclass(kind, msgspec.Struct) else None
    return next((struct for struct in map(struct_in, get_args(kind)) if struct is not None), None)


def test_every_documented_error_is_declared() -> None:
    absent = {}
    for method in DOCUMENTED:
        declared = {described(method, problem)[1] for problem in of_method(method)}
        codes = CONTRACT.methods[method.name].codes - declared
        absent[method.name] = {code for code in codes if (method.name, code) not in CANNOT_HAPPEN}
    assert {name: codes for name, codes in absent.items() if codes} == {}


def test_errors_have_the_documented_status_and_text() -> None:
    for method in DOCUMENTED:
        declared = [described(method, problem) for problem in of_method(method)]
        for documented in CONTRACT.methods[method.name].errors:
            code, status, text = documented.code, documented.status, documented.message
            mine = [row for row in declared if row[1] == code]
            if not mine or (method.name, code) in SAID_OTHERWISE:
                continue
            assert status is None or status in {row[0] for row in mine}, (method.name, code)
            # Pages differ in capitals and full stops.
            assert text is None or folded(text) in {folded(row[2]) for row in mine}, (method.name, code)


def folded(text: str) -> str:
    return text.lower().rstrip(".")


def described(method: Method, problem: Problem) -> tuple[int, str, str]:
    """Status, code and text of a problem in the method's dialect."""
    return method.respond(problem)


@pytest.mark.parametrize("table", [CANNOT_HAPPEN, SAID_OTHERWISE], ids=["code", "text"])
def test_exceptions_name_methods_that_exist(table: dict[tuple[str, str], Any]) -> None:
    known = {method.name for method in METHODS}
    assert [name for name, _ in table if name not in known] == []
