"""Families of methods: what a declaration brings along, and what it must say."""

from __future__ import annotations

from typing import Annotated, Any

import pytest

from botyard.errors import ErrorCode, ErrorResponse, Reason, error, problems, raises
from botyard.rpc.access import Access
from botyard.rpc.family import Dialect, Family
from botyard.rpc.method import Method, Mode, NoParams
from botyard.rpc.resolver import Resolver
from tests.world import World

FAMILY = Family(Dialect.V1, {Reason.BOT_NOT_FOUND: error("BOT_ID_ERROR: Bot not found"), Reason.CHAT_EMPTY: error("C")})


def declared(function: Any) -> Method:
    method = function.__method__
    assert isinstance(method, Method)
    return method


async def number(call: Any, p: Any) -> int:
    return 20


async def sum_(call: Any, p: Any, first: int) -> int:
    return first + 3


Bot = Annotated[int, Resolver(number, raises=(Reason.BOT_NOT_FOUND,), access=Access.BOT_OWNER)]
Chat = Annotated[int, Resolver(sum_, raises=(Reason.CHAT_EMPTY,), mode=Mode.WRITE)]


def test_a_reason_that_a_family_does_not_tell_cannot_be_declared() -> None:
    with pytest.raises(LookupError, match=r"im\.x raises what its family has no response for: TITLE_EMPTY"):

        @FAMILY.method("im.x", raises=(Reason.TITLE_EMPTY, ErrorCode.SCOPE))
        async def x(call: Any, p: NoParams) -> int:
            """X."""
            return 1


def test_a_method_may_tell_a_reason_in_its_own_way() -> None:
    @FAMILY.method("im.x", raises=(Reason.BOT_NOT_FOUND,), errors={Reason.BOT_NOT_FOUND: error("OTHER: Text", 403)})
    async def x(call: Any, p: NoParams) -> int:
        """X."""
        return 1

    assert declared(x).respond(Reason.BOT_NOT_FOUND) == ErrorResponse(403, "OTHER", "Text")
    assert declared(x).respond(ErrorCode.SCOPE) is ErrorCode.SCOPE.value


def test_a_method_may_tell_a_reason_like_another_one() -> None:
    @FAMILY.method("im.x", raises=(Reason.TITLE_EMPTY,), errors={Reason.TITLE_EMPTY: Reason.CHAT_EMPTY})
    async def x(call: Any, p: NoParams) -> int:
        """X."""
        return 1

    assert declared(x).respond(Reason.TITLE_EMPTY) == ErrorResponse(400, "C", "")


def test_a_method_may_tell_several_causes_like_one_of_its_family() -> None:
    @raises(Reason.TITLE_EMPTY, Reason.USER_MISSING)
    def verb() -> None: ...

    problem = FAMILY.errors[Reason.CHAT_EMPTY]
    assert FAMILY.like(Reason.CHAT_EMPTY, verb) == {Reason.TITLE_EMPTY: problem, Reason.USER_MISSING: problem}


def test_a_parameter_brings_its_refusals_access_and_mode_along() -> None:
    @FAMILY.method("im.x")
    async def x(call: Any, bot: Bot, chat: Chat, p: NoParams) -> tuple[int, int]:
        """X."""
        return bot, chat

    method = declared(x)
    assert method.raises == (Reason.BOT_NOT_FOUND, Reason.CHAT_EMPTY)
    assert (method.access, method.mode) == (Access.BOT_OWNER, Mode.WRITE)


def test_parameters_are_looked_up_one_after_another(lab: World) -> None:
    assert lab.call("lab.found").result == [20, 23]
    assert lab.call("batch", cmd={"x": "lab.found"}).result["result"]["x"] == [20, 23]


def test_a_parameter_without_a_resolver_cannot_be_declared() -> None:
    with pytest.raises(LookupError, match="has no resolver"):

        @FAMILY.method("im.x")
        async def x(call: Any, bot: int, p: NoParams) -> int:
            """X."""
            return bot


def test_verbs_hand_on_what_the_verbs_below_them_raise() -> None:
    @raises(Reason.CHAT_EMPTY)
    def below() -> None: ...

    @raises(below, Reason.BOT_NOT_FOUND, Reason.CHAT_EMPTY)
    def above() -> None: ...

    assert problems(above, ErrorCode.SCOPE) == (Reason.CHAT_EMPTY, Reason.BOT_NOT_FOUND, ErrorCode.SCOPE)
    with pytest.raises(KeyError):
        problems(problems)


def test_the_row_of_the_callers_names_the_permission() -> None:
    @FAMILY.method("botyard.lab.own", access=Access.SELF)
    async def own(call: Any, p: NoParams) -> bool:
        """X."""
        return True

    @FAMILY.method("botyard.lab.all", access=Access.ADMIN)
    async def every(call: Any, p: NoParams) -> bool:
        """X."""
        return True

    assert declared(own).scopes == ("botyard.self",)
    assert declared(every).scopes == ("botyard",)
