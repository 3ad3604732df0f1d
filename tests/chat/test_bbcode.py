"""BB codes: the samples of the documentation, and texts that nobody should have to read."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from botyard.chat.content import bbcode


@pytest.mark.parametrize(
    ("text", "user_ids"),
    [
        ("hello", ()),
        ("[USER=567]NewBot[/USER] , how to", (567,)),
        ("[user=5]A[/user] and [USER=6]B[/User], [USER=5]A[/USER]", (5, 6)),
        ("[USER=503 REPLACE]Klaus Weber[/USER] invited [USER=547 REPLACE]Anna[/USER]", (503, 547)),
        ("[b][user=1]x[/user][/b]", (1,)),
        ("[USER=1][USER=2]x[/USER][/USER]", (1, 2)),
        ("[USER=5]never closed", ()),
        ("[/USER][USER=5]", ()),
        ("[USER]5[/USER]", ()),
        ("[USER=]x[/USER] [USER=0]x[/USER] [USER=-1]x[/USER] [USER=abc]x[/USER]", ()),
        ("[USER=٥]x[/USER]", ()),
        (f"[USER={'9' * 19}]x[/USER]", ()),
        ("[USER=all]Everyone[/USER]", ()),
        ("[code][USER=5]x[/USER][/code]", ()),
        ("[code][USER=5]x[/USER]", (5,)),
        ("[USER=5[USER=6]x[/USER]", (6,)),
    ],
)
def test_mentions(text: str, user_ids: tuple[int, ...]) -> None:
    assert bbcode.mentions(text) == user_ids


@pytest.mark.parametrize(
    ("text", "read"),
    [
        # The two samples of ONIMBOTMESSAGEADD and ONIMBOTMESSAGEUPDATE.
        ("[USER=5]NewBot[/USER] , how to set up the left menu", ", how to set up the left menu"),
        ("[USER=5]NewBot[/USER], create a task list", "create a task list"),
        ("[USER=5]Bot[/USER] /help ", "/help "),
        ("/help ", "/help "),
        ("say hi, [USER=5]Bot[/USER]", "say hi, "),
        ("hey [user=5]Bot[/user] and [USER=6]Anna[/USER]", "hey and "),
        ("[USER=5]Bot[/USER], [USER=6]Anna[/USER]: is she in?", ": is she in?"),
        ("[USER=5]Bot[/USER] [USER=all]everybody[/USER] be quick", "be quick"),
        ("[USER=5]Bot[/USER][USER=5]Bot[/USER] x", "x"),
        ("[USER=5][b]Bot[/b][/USER][b]x[/b]", "[b]x[/b]"),
        ("[USER=6]Anna[/USER]", ""),
        ("[USER=]x[/USER] [USER=abc]y[/USER]", "[USER=]x[/USER] [USER=abc]y[/USER]"),
        ("[USER=5]unclosed", "[USER=5]unclosed"),
        ("[code][USER=5]x[/USER][/code]", "[code][USER=5]x[/USER][/code]"),
    ],
)
def test_without_mentions(text: str, read: str) -> None:
    assert bbcode.without_mentions(text) == read


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("[b]bold[/b] [I]it[/I] [u]u[/u] [s]s[/s]", "bold it u s"),
        ("[size=20]large[/size] [color=#ff0000]red[/color]", "large red"),
        ("[url]https://e.com[/url] [url=https://e.com]text[/url]", "https://e.com text"),
        ("[user=123]John[/user] [user=all]Everyone[/user]", "John Everyone"),
        ("[chat=456]Group[/chat] [chat=imol|789]Line[/chat]", "Group Line"),
        ("[context=chat123/456]link[/context]", "link"),
        ("[put=/help]Help[/put] [send=/start]Start[/send] [send]x[/send]", "Help Start x"),
        ("[call=+1999]Call[/call] [call]+1999[/call]", "Call +1999"),
        ("[img size=medium]https://e.com/pic.jpg [/img]", "https://e.com/pic.jpg "),
        ("[icon=https://e.com/i.png size=20 title=smile] [disk=123]", " "),
        ("[timestamp=1645844720 format=SHORT_TIME_FORMAT]", ""),
        ("one[br]two[BR]three", "onetwothree"),
        ("[b]un[i]bal[/b]anced[/i]", "unbalanced"),
        ("[b]unclosed", "[b]unclosed"),
        ("a[i] = b[u] + c[0]", "a[i] = b[u] + c[0]"),
        ("[foo]x[/foo] [b x]y[/b] [url x]", "[foo]x[/foo] [b x]y[/b] [url x]"),
        ("[code]a[i] = [b]1[/b][/code]", "a[i] = [b]1[/b]"),
        ("[code][code]x[/code]", "[code]x"),
        ("[/code]x[code]", "[/code]x[code]"),
        ("[[b]x[/b]]", "[x]"),
        ("", ""),
        ("[", "["),
        ("[]", "[]"),
    ],
)
def test_what_is_a_code_and_what_is_text(text: str, left: str) -> None:
    pieces = list(bbcode.tokens(text))
    codes = {place for pair in bbcode.pairs(pieces).items() for place in pair}
    codes |= {place for place, piece in enumerate(pieces) if piece.name in bbcode.SINGLE}
    assert "".join(piece.raw for place, piece in enumerate(pieces) if place not in codes) == left


@pytest.mark.parametrize(
    ("text", "calls"),
    [
        ("/echo test", [("echo", "test")]),
        ("/help", [("help", "")]),
        ("/help ", [("help", "")]),
        ("/echo   two  words ", [("echo", "two  words")]),
        ("/echo\ttab", [("echo", "tab")]),
        ("/one a\r\n/two b\ntext\n/three", [("one", "a"), ("two", "b"), ("three", "")]),
        ("/one[br]/two x", [("one", ""), ("two", "x")]),
        ("say /echo test", []),
        ("[send=/help]Help[/send]", []),
        ("// a remark\n/ alone\n/", []),
        ("[code]\n/rm -rf\n[/code]", []),
        ("/run [code]a\n/b[/code]\n/next", [("run", "[code]a\n/b[/code]"), ("next", "")]),
        ("/find [USER=5]Anna[/USER]", [("find", "[USER=5]Anna[/USER]")]),
        ("/команда да", [("команда", "да")]),
        (">>/quoted", []),
        ("", []),
    ],
)
def test_commands(text: str, calls: list[tuple[str, str]]) -> None:
    assert bbcode.commands(text) == calls


PIECES = st.sampled_from(
    (
        *("[", "]", "/", "=", " ", "\n", ",", "b", "5", "İ", "[b]", "[/b]", "[user=5]", "[/user]", "[USER=6 REPLACE]"),
        *("[br]", "[code]", "[/code]", "[CODE]", "[url=", "[img size=small]", "[timestamp=1 format=x]"),
    )
)
TEXTS = st.lists(PIECES, max_size=40).map("".join) | st.text(max_size=60)


@settings(max_examples=400, deadline=None)
@given(TEXTS)
def test_tokens_lose_nothing_and_every_code_is_closed(text: str) -> None:
    pieces = list(bbcode.tokens(text))
    assert "".join(piece.raw for piece in pieces) == text
    ends = bbcode.pairs(pieces)
    codes = [index for index, piece in enumerate(pieces) if piece.name == "code"]
    assert set(codes) == {place for pair in ends.items() for place in pair if pieces[place].name == "code"}
    assert all(start < end and pieces[end].closing for start, end in ends.items())


@settings(max_examples=400, deadline=None)
@given(TEXTS)
def test_readers_survive_anything(text: str) -> None:
    user_ids = bbcode.mentions(text)
    assert set(bbcode.mentions(bbcode.without_mentions(text))) <= set(user_ids)
    assert all(number > 0 for number in user_ids)
    assert all(name and not name[0].isspace() for name, _ in bbcode.commands(text))


@pytest.mark.parametrize(
    "piece",
    ["[", "]", "[b", "[b]", "[/b]", "[code]", "[/code]", "[user=5]", "[/user]", "[url=", "[user=5]x[/user]", "/a[br]"],
)
def test_time_grows_with_the_length_only(piece: str) -> None:
    text = piece * (60_000 // len(piece))
    start = time.perf_counter()
    bbcode.mentions(text)
    bbcode.without_mentions(text)
    bbcode.commands(text)
    # Takes a fraction of a second; anything quadratic would take minutes.
    assert time.perf_counter() - start < 10
