"""Hints: a header beside the documented error, which says what is wrong and what is known."""

from __future__ import annotations

import gzip
import re
from typing import Any

import pytest

from botyard.api import MODULES
from botyard.errors import ApiError, ErrorCode, Reason
from botyard.rpc import hints, parameters
from botyard.rpc.access import Access
from botyard.rpc.registry import Registry
from botyard.wire.hint import MAX, one_line
from tests.world import Answer, World

REGISTRY = Registry(MODULES)


def hint(answer: Answer) -> str:
    """The hint of a failed call, which pages of other origins may read."""
    assert answer.headers["access-control-expose-headers"] == "Botyard-Hint"
    return answer.headers["botyard-hint"]


def test_a_success_has_none(world: World) -> None:
    answer = world.call("profile")
    assert answer.status == 200
    assert "botyard-hint" not in answer.headers
    assert "access-control-expose-headers" not in answer.headers


def test_text_and_code_stay_as_documented(world: World) -> None:
    answer = world.call("imbot.nosuch")
    assert (answer.status, answer.error, answer.text) == (404, "ERROR_METHOD_NOT_FOUND", "Method not found!")


def test_an_unknown_method_is_compared_with_the_known_ones(world: World) -> None:
    assert hint(world.call("imbot.mesage.add")) == (
        "no method 'imbot.mesage.add'; nearest: imbot.message.add, im.message.add, imbot.message.update"
    )
    assert hint(world.call("qqqqqqqqqqqqqqqq")) == "no method 'qqqqqqqqqqqqqqqq'"


def test_a_missing_permission_is_named(world: World) -> None:
    narrow = world.add_webhook(world.admin.id, "user")
    answer = world.call("imbot.bot.list", narrow)
    assert (answer.status, hint(answer)) == (401, "needs scope imbot")
    assert hint(world.call("botyard.delivery.list", narrow)) == "needs scope botyard or imbot"


def test_the_kind_of_caller_is_named(world: World) -> None:
    session = world.add_token(world.admin.id, None)
    assert hint(world.call("imbot.bot.list", session)) == (
        "The application or webhook that registered the bot may call it; this call came with a person's own session"
    )
    assert hint(world.call("botyard.user.list", world.add_person())) == (
        "An administrator may call it; the caller is no administrator"
    )


@pytest.mark.parametrize("secret", ["right", "nearly", "nobody", "revoked"])
def test_of_a_webhook_that_does_not_work_all_is_alike(world: World, secret: str) -> None:
    """Whether a secret was nearly right, or was right once, is nobody's business."""
    good = world.admin.secret
    tried = {"right": f"1{good[1:]}x", "nearly": good[:-1] + ("0" if good[-1] != "0" else "1"), "nobody": "x" * 32}
    if secret == "revoked":
        person = world.add_person()
        world.call("botyard.user.deactivate", ID=person.id)
        answer = world.get(f"{person.path}/profile")
    else:
        answer = world.get(f"/rest/{world.admin.id}/{tried[secret]}/profile")
    assert answer.status == 401
    assert hint(answer) == hints.SENTENCES[ErrorCode.CREDENTIALS]


def test_a_call_without_credentials_is_told_where_they_go(world: World) -> None:
    answer = world.get("/rest/profile")
    assert answer.error == "NO_AUTH_FOUND"
    assert hint(answer).startswith("neither a webhook's address (/rest/USER/SECRET/METHOD) nor a token came")


def test_a_missing_parameter_is_named_as_the_method_spells_it(world: World) -> None:
    bot = world.add_bot()
    named = {"CLIENT_ID": "test-client", "BOT_ID": bot}
    expected = "expected 17 (a person), chat42 (a chat) or sg5 (a workgroup)"
    assert hint(world.call("imbot.message.add", params=named, MESSAGE="x")) == f"DIALOG_ID is missing; {expected}"
    wrong = world.call("imbot.message.add", params=named, MESSAGE="x", DIALOG_ID="everywhere")
    assert hint(wrong) == f"DIALOG_ID: {expected}"
    assert hint(world.call("imbot.v2.Bot.list")).startswith("botToken is missing; expected the key")


def test_a_misspelt_parameter_is_told_only_where_the_call_fails(world: World) -> None:
    bot = world.add_bot()
    named = {"CLIENT_ID": "test-client", "BOT_ID": bot, "DIALOGID": "chat1", "MESSAGE": "x"}
    assert hint(world.call("imbot.message.add", params=named)) == (
        "DIALOG_ID is missing; expected 17 (a person), chat42 (a chat) or sg5 (a workgroup); "
        "unknown parameter DIALOGID; did you mean DIALOG_ID?"
    )
    assert "botyard-hint" not in world.call("imbot.bot.list", CLIENTID="test-client").headers


def test_a_misspelt_parameter_inside_of_another_has_its_path(world: World) -> None:
    answer = world.call("imbot.register", CODE="x", CLIENT_ID="c", EVENT_HANDLER="http://x/", PROPERTIES={"NAMME": "E"})
    assert answer.error == "NAME_ERROR"
    assert hint(answer) == (
        "PROPERTIES[NAME] is missing; expected the name that people see; "
        "unknown parameter PROPERTIES[NAMME]; did you mean PROPERTIES[NAME]?"
    )


def test_of_a_mistyped_value_the_type_is_told_and_never_the_value(world: World) -> None:
    answer = world.call("imbot.message.add", BOT_ID={"x": "s3cret"}, CLIENT_ID=["s3cret"], DIALOG_ID="chat1")
    assert "BOT_ID: expected a whole number, got an object" in hint(answer)
    assert "CLIENT_ID: expected a text, got a list" in hint(answer)
    assert "s3cret" not in str(answer.headers)


_MEANT: dict[Any, list[Any]] = {
    int: [17, "17", " 17 ", "-1", 17.0, True, None, "", "None"],
    str: ["text", 1, 1.5, True, None],
    bool: ["Y", "n", "1", "true", 0, 1, True, None, ""],
    list: [[1], {"0": 1}, "[1]", "1", 1],
    dict: [{"a": 1}, '{"a":1}', [], "[]"],
}


@pytest.mark.parametrize(("kind", "value"), [(kind, value) for kind, values in _MEANT.items() for value in values])
def test_what_is_read_as_it_was_meant_is_no_mistake(kind: Any, value: Any) -> None:
    assert list(parameters.mistyped(parameters.Known("X", kind), value, "X")) == []


def test_many_odd_parameters_do_not_fill_the_line(world: World) -> None:
    odd = {name: {"no": "number"} for name in ("BOT_ID", "CHAT_ID", "USER_ID", "CLIENT_ID")}
    answer = world.call("imbot.chat.setOwner", params={**odd, "BOTTID": 1, "USSER_ID": 1, "CHATT_ID": 2})
    assert len(hint(answer)) <= MAX


def test_a_batch_tells_the_hints_of_its_commands_under_their_names(world: World) -> None:
    answer = world.call("batch", cmd={"one": "profile", "two": "imbot.nosuch", "three": "imbot.message.add?BOT_ID=x"})
    assert answer.status == 200
    assert list(answer.body["result"]["result_error"]) == ["two", "three"]
    two, three = hint(answer).split(" | ")
    assert two.startswith("two: no method 'imbot.nosuch'")
    assert three.startswith("three: ")
    assert "BOT_ID: expected a whole number, got a text" in three
    assert "botyard-hint" not in world.call("batch", cmd={"one": "profile"}).headers


def test_a_batch_that_is_too_long_says_how_long_it_is(world: World) -> None:
    answer = world.call("batch", cmd={str(number): "server.time" for number in range(52)})
    assert hint(answer) == ("50: 52 commands came, 50 are carried out | 51: 52 commands came, 50 are carried out")


def test_what_is_too_much_says_how_much_came(world: World) -> None:
    path = f"{world.admin.path}/profile"
    many = world.post(path, b"a=1&" * 10_000 + b"b=1", "application/x-www-form-urlencoded")
    assert (many.status, hint(many)) == (400, "10001 came")
    announced = world.post(path, b"{}", **{"content-length": "99999999"})
    assert (announced.status, hint(announced)) == (413, "the body is 99999999 bytes")
    packed = world.post(path, gzip.compress(bytes(40_000_000)), **{"content-encoding": "gzip"})
    assert packed.status == 413
    assert re.fullmatch(r"unpacked it is 33\d{6} bytes or more", hint(packed))


def test_rest_3_says_what_cannot_be_read(world: World) -> None:
    answer = world.post(f"/rest/api/{world.admin.id}/{world.admin.secret}/rest.scope.list", b'{"a": ')
    assert answer.status == 400
    assert "JSON" in hint(answer)


def test_hints_come_with_xml_as_well(world: World) -> None:
    answer = world.get(f"{world.admin.path}/imbot.nosuch.xml")
    assert answer.headers["content-type"].startswith("application/xml")
    assert hint(answer).startswith("no method 'imbot.nosuch'")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("plain", "plain"),
        ("two\r\nSet-Cookie: x=1\n lines", "two Set-Cookie: x=1 lines"),
        ("caf\u00e9 \U0001f600", "caf\\u00e9 \\ud83d\\ude00"),
        ("nul \0 and \x7f", "nul \\u0000 and \\u007f"),
        ("half \ud83d", "half \\ud83d"),
    ],
)
def test_a_hint_is_one_line_of_ascii(text: str, line: str) -> None:
    assert one_line(text) == line


@pytest.mark.parametrize("sign", ["x", "\u00e9", "\U0001f600"])
def test_a_hint_that_is_too_long_is_cut_between_two_signs(sign: str) -> None:
    line = one_line(sign * 1000)
    assert MAX - 12 < len(line) <= MAX
    assert line.endswith("...")
    assert line.removesuffix("...") == one_line(sign * 1000, 10_000_000)[: len(line) - 3]
    assert (len(line) - 3) % len(one_line(sign)) == 0


def test_needs_name_parameters_that_some_method_has() -> None:
    """A row of the table that fits no method would be dead."""
    for problem, (names, _) in hints.NEEDS.items():
        users = [method for method in REGISTRY if problem in method.raises or problem is method.access.value.problem]
        addressed = [user.name for user in users for name in names if hints.find_places(user.params, {}, name)]
        assert addressed, problem


def test_the_first_hint_of_a_chain_has_the_word() -> None:
    try:
        try:
            raise ApiError(Reason.DIALOG_CLOSED, hint="inner")
        except ApiError as inner:
            raise ApiError(Reason.MESSAGE_NOT_ADDED) from inner
    except ApiError as outer:
        assert hints.hint_text(outer) == "inner"


def test_every_kind_of_caller_has_a_sentence() -> None:
    assert all(kind.value.sentence for kind in Access)


def test_a_misspelt_name_is_told_as_it_was_written_and_as_it_is_documented(world: World) -> None:
    bot = world.add_bot()
    words = "unknown parameter dialogIdd; did you mean dialogId?"
    named = {"botId": bot, "botToken": "test-client", "dialogIdd": "chat1", "fields": {"message": "x"}}
    assert hint(world.call("imbot.v2.Chat.Message.send", params=named)).endswith(words)
    query = f"botId={bot}&botToken=test-client&dialogIdd=chat1&fields[message]=x"
    address = f"/rest/{world.admin.id}/{world.admin.secret}/imbot.v2.Chat.Message.send"
    assert hint(world.get(f"{address}?{query}")).endswith(words)
    form = world.post(address, query.encode(), "application/x-www-form-urlencoded")
    assert hint(form).endswith(words)
    batched = world.call("batch", cmd={"one": f"imbot.v2.Chat.Message.send?{query}"})
    assert hint(batched).endswith(words)
    listed = world.call("batch", cmd=[["imbot.v2.Chat.Message.send", named]])
    assert hint(listed).endswith(words)
    odd = world.call("imbot.message.add", CLIENT_ID="test-client", dialogID="chat1", MESSAGE="x")
    assert "unknown parameter dialogID; did you mean DIALOG_ID?" in hint(odd)


@pytest.mark.parametrize("command", ["\ufeffuser.get?ID=1", "user.get?%EF%BB%BFID=1", "user.get?\ufeffID=1"])
def test_the_mark_of_utf_8_in_a_batch_is_no_part_of_a_name(world: World, command: str) -> None:
    world.add_person()
    answer = world.call("batch", cmd={"one": command})
    assert [person["ID"] for person in answer.result["result"]["one"]] == ["1"]
    text = "\ufeff" + '{"one": "user.get?ID=1"}'
    assert world.call("batch", cmd=text).result["result"].keys() == {"one"}
