"""Keyboards and context menus: every spelling becomes one list, each press does one thing."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from botyard.chat.content import content
from botyard.chat.content.content import ABSENT, CLEARED, KEYBOARD_LIMIT, KEYBOARD_LIMIT_V1, MENU_LIMIT
from botyard.errors import ApiError, Reason

SITE = {"TEXT": "Site", "LINK": "https://example.com/"}
LOOK = {"BLOCK": "N", "CONTEXT": "ALL", "DISABLED": "N", "DISPLAY": "BLOCK", "BG_COLOR_TOKEN": "base"}
STORED_BUTTON = {"BOT_ID": 39, **SITE, **LOOK}
STORED_ITEM = {"BOT_ID": 39, **SITE, "CONTEXT": "ALL", "DISABLED": "N"}


def button(**options: Any) -> Any:
    keyboard = content.keyboard([{"TEXT": "Go", **options}], bot_id=39)
    assert isinstance(keyboard, list)
    return keyboard[0]


def test_not_given_is_not_the_same_as_given_empty() -> None:
    assert content.keyboard(msgspec.UNSET, bot_id=1) is ABSENT
    assert content.menu(msgspec.UNSET, bot_id=1) is ABSENT


@pytest.mark.parametrize(
    "nothing", ["", "N", None, False, [], {}, "[]", {"BUTTONS": []}, {"BUTTONS": "N", "BOT_ID": 5}]
)
def test_an_empty_keyboard(nothing: Any) -> None:
    assert content.keyboard(nothing, bot_id=1) is CLEARED


@pytest.mark.parametrize("nothing", ["", "N", None, {"ITEMS": ""}, '{"ITEMS":[]}'])
def test_an_empty_menu(nothing: Any) -> None:
    assert content.menu(nothing, bot_id=1) is CLEARED


def spellings(root: str) -> list[Any]:
    return [
        {root: [SITE]},
        [SITE],
        SITE,
        {"0": SITE},
        {root: {"0": SITE}},
        {root: SITE},
        {root.lower(): [{"text": "Site", "link": "https://example.com/"}]},
        {"BOT_ID": "39", root: [SITE]},
        {"BOT_ID": 0, root: [SITE]},
        msgspec.json.encode({root: [SITE]}).decode(),
        msgspec.json.encode([SITE]).decode(),
        {root: msgspec.json.encode([SITE]).decode()},
        [[SITE]],
        {"0": {"0": SITE}},
        [{**SITE, "TYPE": "BUTTON", "GLITTER": "Y"}],
    ]


@pytest.mark.parametrize("spelling", spellings("BUTTONS"))
def test_every_spelling_is_one_keyboard(spelling: Any) -> None:
    assert content.keyboard(spelling, bot_id=39) == [STORED_BUTTON]


@pytest.mark.parametrize("spelling", spellings("ITEMS"))
def test_every_spelling_is_one_menu(spelling: Any) -> None:
    assert content.menu(spelling, bot_id=39) == [STORED_ITEM]


def test_rows_of_a_keyboard_may_be_lists() -> None:
    rows = [SITE, {"TYPE": "NEWLINE"}, [SITE, SITE]]
    assert content.keyboard(rows, bot_id=39) == [
        STORED_BUTTON,
        {"TYPE": "NEWLINE"},
        STORED_BUTTON,
        STORED_BUTTON,
    ]


BREAK = {"TYPE": "NEWLINE"}
A, B, C = ({"TEXT": name, "LINK": "/x"} for name in "ABC")


@pytest.mark.parametrize(
    ("sent", "rows"),
    [
        ([[A, B], [C]], "AB|C"),
        ([[A], [B], [C]], "A|B|C"),
        ([[A, B, C]], "ABC"),
        ([[], [A], [], [B]], "A|B"),
        ({"BUTTONS": [[A, B], [C]]}, "AB|C"),
        ({"BUTTONS": {"0": {"0": A, "1": B}, "1": {"0": C}}}, "AB|C"),
        ({"0": [A, B], "1": [C]}, "AB|C"),
        (msgspec.json.encode([[A, B], [C]]).decode(), "AB|C"),
        ([A, [B, C]], "A|BC"),
        ([[A, B], C], "AB|C"),
        ([[A], BREAK, [B]], "A|B"),
        ([[A, BREAK], [B]], "A|B"),
        ([[A], [BREAK, B]], "A|B"),
        ([A, B, BREAK, C], "AB|C"),
        ([A, BREAK, BREAK, B], "A||B"),
    ],
)
def test_rows_keep_their_lines(sent: Any, rows: str) -> None:
    """As keyboards of Telegram are written: a list of rows."""
    keyboard = content.keyboard(sent, bot_id=39)
    assert isinstance(keyboard, list)
    assert "".join(item.get("TEXT", "|") for item in keyboard) == rows
    assert content.keyboard(keyboard, bot_id=39) == keyboard


def test_a_menu_has_no_lines() -> None:
    menu = content.menu([[A, B], [C]], bot_id=39)
    assert isinstance(menu, list)
    assert [item["TEXT"] for item in menu] == ["A", "B", "C"]


WORDS = ["None", "null", "undefined", "NULL", "none", " undefined ", "Undefined"]


@pytest.mark.parametrize("word", WORDS)
def test_words_for_nothing_are_absent(word: str) -> None:
    """`str(None)` of Python, and what a form of JavaScript makes of null and undefined. What is there stays."""
    assert content.keyboard(word, bot_id=1) is ABSENT
    assert content.menu(word, bot_id=1) is ABSENT
    assert content.attach(word) is ABSENT


@pytest.mark.parametrize("word", WORDS)
def test_the_same_words_within_are_no_buttons(word: str) -> None:
    assert content.keyboard({"BUTTONS": word, "BOT_ID": 5}, bot_id=1) is CLEARED


def test_newline_needs_nothing_else() -> None:
    assert content.keyboard([{"type": "newline", "TEXT": "ignored"}], bot_id=1) == [{"TYPE": "NEWLINE"}]


def test_look_of_a_button() -> None:
    look = {
        "BLOCK": "Y",
        "CONTEXT": "MOBILE",
        "DISABLED": "Y",
        "DISPLAY": "LINE",
        "WIDTH": 200,
        "BG_COLOR": "#29619b",
        "BG_COLOR_TOKEN": "primary",
        "TEXT_COLOR": "#fff",
        "OFF_BG_COLOR": "#000000",
        "OFF_TEXT_COLOR": "#eee",
    }
    deed = {"COMMAND": "echo", "COMMAND_PARAMS": ""}
    assert button(**look, COMMAND="echo") == {"BOT_ID": 39, "TEXT": "Go", **deed, **look}


@pytest.mark.parametrize(
    ("options", "stored"),
    [
        ({"DISABLED": True}, {"DISABLED": "Y"}),
        ({"DISABLED": "y"}, {"DISABLED": "Y"}),
        ({"DISABLED": 1}, {"DISABLED": "Y"}),
        ({"DISABLED": "true"}, {"DISABLED": "Y"}),
        ({"DISABLED": "no"}, {"DISABLED": "N"}),
        ({"DISABLED": {}}, {"DISABLED": "N"}),
        ({"DISPLAY": "line"}, {"DISPLAY": "LINE"}),
        ({"DISPLAY": "SQUARE"}, {"DISPLAY": "BLOCK"}),
        ({"CONTEXT": "desktop"}, {"CONTEXT": "DESKTOP"}),
        ({"BG_COLOR_TOKEN": "purple"}, {"BG_COLOR_TOKEN": "base"}),
        ({"WIDTH": "120"}, {"WIDTH": 120}),
        ({"WIDTH": "wide"}, {}),
        ({"WIDTH": 10**5000}, {}),
        ({"DISABLED": 10**5000}, {}),
        ({"BG_COLOR": "29619B"}, {"BG_COLOR": "#29619b"}),
        ({"BG_COLOR": "red;background:url(x)"}, {}),
        ({"BLOCK": "Y"}, {"BLOCK": "N"}),
    ],
)
def test_lenient_values(options: dict[str, Any], stored: dict[str, Any]) -> None:
    assert button(LINK="/x", **options) == {"BOT_ID": 39, "TEXT": "Go", "LINK": "/x", **LOOK, **stored}


@pytest.mark.parametrize(
    ("options", "deed"),
    [
        ({"LINK": "/x"}, {"LINK": "/x"}),
        ({"COMMAND": "help"}, {"COMMAND": "help", "COMMAND_PARAMS": ""}),
        ({"COMMAND": "/help", "COMMAND_PARAMS": 5}, {"COMMAND": "help", "COMMAND_PARAMS": "5"}),
        ({"COMMAND": "echo repeat"}, {"COMMAND": "echo", "COMMAND_PARAMS": "repeat"}),
        ({"COMMAND": "a", "COMMAND_PARAMS": {"b": 1}}, {"COMMAND": "a", "COMMAND_PARAMS": '{"b":1}'}),
        ({"ACTION": "put", "ACTION_VALUE": "/help"}, {"ACTION": "PUT", "ACTION_VALUE": "/help"}),
        ({"ACTION": "SEND", "ACTION_VALUE": "Hi"}, {"ACTION": "SEND", "ACTION_VALUE": "Hi"}),
        ({"ACTION": "COPY", "ACTION_VALUE": 1}, {"ACTION": "COPY", "ACTION_VALUE": "1"}),
        ({"ACTION": "CALL", "ACTION_VALUE": "+1999"}, {"ACTION": "CALL", "ACTION_VALUE": "+1999"}),
        ({"ACTION": "DIALOG", "ACTION_VALUE": "chat5"}, {"ACTION": "DIALOG", "ACTION_VALUE": "chat5"}),
        ({"APP_ID": "11"}, {"APP_ID": 11}),
        ({"APP_ID": 11, "APP_PARAMS": "x"}, {"APP_ID": 11, "APP_PARAMS": "x"}),
        ({"LINK": "", "COMMAND": "help"}, {"COMMAND": "help", "COMMAND_PARAMS": ""}),
        ({"LINK": "/x", "COMMAND": "help"}, {"LINK": "/x"}),
    ],
)
def test_a_press_does_one_thing(options: dict[str, Any], deed: dict[str, Any]) -> None:
    stored = button(**options)
    assert stored == {"BOT_ID": 39, "TEXT": "Go", **deed, **LOOK}
    item = content.menu({"TEXT": "Go", **options}, bot_id=39)
    assert item == [{"BOT_ID": 39, "TEXT": "Go", **deed, "CONTEXT": "ALL", "DISABLED": "N"}]
    # What was stored may be sent again, by anybody, and still reaches the same bot.
    assert content.keyboard([stored], bot_id=0) == [stored]
    assert content.menu(item, bot_id=0) == item


def test_bot_within_the_keyboard_wins() -> None:
    keyboard = content.keyboard({"BUTTONS": [SITE, {**SITE, "BOT_ID": 7}], "BOT_ID": "5"}, bot_id=39)
    assert isinstance(keyboard, list)
    assert [item["BOT_ID"] for item in keyboard] == [5, 7]


@pytest.mark.parametrize(
    "wrong",
    [
        "hello",
        "{BUTTONS:",
        17,
        [5],
        [None],
        [{}],
        {"BOT_ID": 5},
        {"FIRST": SITE},
        [{"TEXT": "no action"}],
        [{"LINK": "/no-text"}],
        [{"TEXT": "  ", "LINK": "/x"}],
        [{"TEXT": ["a"], "LINK": "/x"}],
        [{"TEXT": "a", "ACTION": "DANCE", "ACTION_VALUE": "x"}],
        [{"TEXT": "a", "ACTION": "SEND"}],
        [{"TEXT": "a", "ACTION_VALUE": "x"}],
        [{"TEXT": "a", "COMMAND": " / "}],
        [{"TEXT": "a", "COMMAND_PARAMS": "x"}],
        [{"TEXT": "a", "APP_ID": "eleven"}],
        [{"TEXT": "a", "LINK": "javascript:alert(1)"}],
        [{"TEXT": "a", "LINK": "javascript:alert(1)", "COMMAND": "help"}],
        [SITE, {"TEXT": "half a \udc00 pair", "LINK": "/x"}],
        [[[SITE]]],
    ],
)
def test_wrong_structures(wrong: Any) -> None:
    with pytest.raises(ApiError) as caught:
        content.keyboard(wrong, bot_id=1)
    assert caught.value.problem is Reason.KEYBOARD_WRONG
    with pytest.raises(ApiError) as caught:
        content.menu(wrong, bot_id=1)
    assert caught.value.problem is Reason.MENU_WRONG


def test_limits() -> None:
    big = [{"TEXT": "ж" * 20_000, "LINK": "/x"}]
    with pytest.raises(ApiError) as caught:
        content.keyboard(big, bot_id=1)
    assert caught.value.problem is Reason.KEYBOARD_TOO_BIG
    with pytest.raises(ApiError) as caught:
        content.menu(big, bot_id=1)
    assert caught.value.problem is Reason.MENU_TOO_BIG
    assert content.keyboard(big, bot_id=1, limit=KEYBOARD_LIMIT)
    assert content.menu(big, bot_id=1, limit=MENU_LIMIT)
    with pytest.raises(ApiError):
        content.keyboard(big * 3, bot_id=1, limit=KEYBOARD_LIMIT)


def test_sizes_are_those_of_what_was_sent() -> None:
    """190 buttons of 13 KB are more than 30 KB with what is filled in."""
    plain = [{"TEXT": f"Button number {n:04}", "COMMAND": "do", "COMMAND_PARAMS": f"{n:04}"} for n in range(190)]
    assert len(msgspec.json.encode(plain)) < 14_000
    keyboard = content.keyboard(plain, bot_id=39)
    assert isinstance(keyboard, list)
    assert (len(keyboard), len(msgspec.json.encode(keyboard)) > KEYBOARD_LIMIT_V1) == (190, True)
    assert isinstance(content.keyboard(msgspec.json.encode({"BUTTONS": plain}).decode(), bot_id=39), list)
    assert isinstance(content.menu(plain, bot_id=39), list)


def test_a_limit_is_met_to_the_byte() -> None:
    frame = len(msgspec.json.encode([{"TEXT": "", "LINK": "/x"}]))
    fits = [{"TEXT": "x" * (KEYBOARD_LIMIT_V1 - frame), "LINK": "/x"}]
    assert content.keyboard(fits, bot_id=1)
    assert content.keyboard(f" {msgspec.json.encode(fits).decode()} ", bot_id=1), "blanks around JSON text do not count"
    fits[0]["TEXT"] += "x"
    with pytest.raises(ApiError) as caught:
        content.keyboard(fits, bot_id=1)
    assert caught.value.problem is Reason.KEYBOARD_TOO_BIG
    assert caught.value.hint == "KEYBOARD is 30721 bytes of JSON; the limit is 30720"


def test_merge_sets_takes_away_or_keeps() -> None:
    stored = {"LIKE": [1], "KEYBOARD": [STORED_BUTTON], "MENU": [STORED_ITEM]}
    attach = content.attach("[]")
    assert content.merge(stored, attach=attach, keyboard=CLEARED) == {"LIKE": [1], "MENU": [STORED_ITEM]}
    assert content.merge({}, menu=[STORED_ITEM]) == {"MENU": [STORED_ITEM]}
    assert content.merge(stored) == stored and "KEYBOARD" in stored
