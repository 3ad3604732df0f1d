"""Whatever is sent as content, the answer is a shape that can be stored, or a documented refusal."""

from __future__ import annotations

from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from botyard.chat.content import content
from botyard.chat.content.blocks import FILE, GRID, IMAGE, KINDS, LINK, USER
from botyard.chat.content.buttons import BUTTON
from botyard.chat.content.content import Blank, Content
from botyard.errors import ApiError, Reason

NAMES = sorted(
    {"BLOCKS", "BUTTONS", "ITEMS", "ID", "TEXT", "TYPE", "COMMAND", "COMMAND_PARAMS", "ACTION", "ACTION_VALUE"}
    | {"APP_ID", "APP_PARAMS", "SIZE", "0", "1", "text", "blocks"}
    | {name for table in (KINDS, USER, LINK, GRID, IMAGE, FILE, BUTTON) for name in table}
)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(["N", "Y", "", "/x", "https://e.com", "javascript:x", "#fff", "base", "PUT", "NEWLINE", "[]"])
    | st.just(10**4000)
    | st.just("\ud800")
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(NAMES), inner, max_size=5)
        | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=25,
)
WORDS = st.sampled_from(["a", "/x", "https://e.com", "base", "5", "PUT"])
# Mostly right, so that the fuzz gets past the first check.
PLAUSIBLE = st.dictionaries(st.sampled_from(sorted({*USER, *LINK, *GRID})), WORDS, min_size=2)
BLOCKS = st.lists(st.dictionaries(st.sampled_from(sorted(KINDS)), PLAUSIBLE | WORDS, min_size=1, max_size=2))
BUTTONS = st.lists(
    st.fixed_dictionaries({"TEXT": WORDS}, optional={name: WORDS for name in NAMES if name != "TEXT"}), max_size=4
)


def settled(read: Any, value: Any, *, problems: set[Reason]) -> None:
    try:
        parsed: Content = read(value)
    except ApiError as refusal:
        assert refusal.problem in problems
        return
    if isinstance(parsed, Blank):
        return
    assert parsed
    stored = msgspec.json.decode(msgspec.json.encode(parsed))
    assert stored == parsed
    assert "javascript" not in str([block.get("LINK") for block in parsed]).lower()
    assert read(stored) == parsed


@settings(max_examples=250, deadline=None)
@given(VALUES | BLOCKS)
def test_attach(value: Any) -> None:
    settled(content.attach, value, problems={Reason.ATTACH_WRONG, Reason.ATTACH_TOO_BIG})


@settings(max_examples=250, deadline=None)
@given(VALUES | BUTTONS)
def test_keyboard(value: Any) -> None:
    problems = {Reason.KEYBOARD_WRONG, Reason.KEYBOARD_TOO_BIG}
    settled(lambda sent: content.keyboard(sent, bot_id=5), value, problems=problems)


@settings(max_examples=250, deadline=None)
@given(VALUES | BUTTONS)
def test_menu(value: Any) -> None:
    settled(lambda sent: content.menu(sent, bot_id=5), value, problems={Reason.MENU_WRONG, Reason.MENU_TOO_BIG})


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=60), st.sampled_from(["", "[", "{", '[{"TEXT":"', '{"BLOCKS":[']))
def test_json_texts(text: str, start: str) -> None:
    settled(content.attach, start + text, problems={Reason.ATTACH_WRONG})
