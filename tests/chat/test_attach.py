"""Attachments: every spelling becomes one shape, and only harmless links get through."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from botyard.chat.content import content
from botyard.chat.content.content import ABSENT, ATTACH_LIMIT, ATTACH_LIMIT_V1, CLEARED
from botyard.errors import ApiError, Problem, Reason

HELLO = [{"ID": 1, "COLOR_TOKEN": "base", "BLOCKS": [{"MESSAGE": "Hello"}]}]


def blocks(value: Any) -> Any:
    attaches = content.attach(value)
    assert isinstance(attaches, list) and len(attaches) == 1
    return attaches[0]["BLOCKS"]


def refused(value: Any, **options: Any) -> Problem:
    with pytest.raises(ApiError) as caught:
        content.attach(value, **options)
    return caught.value.problem


@pytest.mark.parametrize("nothing", ["", " ", "N", "n", None, False, "0", 0, [], {}, "[]", "{}", {"BLOCKS": []}, [[]]])
def test_not_given_is_not_the_same_as_given_empty(nothing: Any) -> None:
    assert content.attach(msgspec.UNSET) is ABSENT
    assert content.attach(nothing) is CLEARED


@pytest.mark.parametrize(
    "spelling",
    [
        {"BLOCKS": [{"MESSAGE": "Hello"}]},
        [{"MESSAGE": "Hello"}],
        {"MESSAGE": "Hello"},
        {"0": {"MESSAGE": "Hello"}},
        {"BLOCKS": {"0": {"MESSAGE": "Hello"}}},
        {"BLOCKS": {"MESSAGE": "Hello"}},
        {"blocks": [{"message": "Hello"}]},
        {"ID": "1", "COLOR_TOKEN": "base", "BLOCKS": [{"MESSAGE": "Hello"}]},
        {"ID": 1, "COLOR": "no colour", "BLOCKS": [{"MESSAGE": "Hello"}], "SHADOW": "deep"},
        '{"BLOCKS":[{"MESSAGE":"Hello"}]}',
        ' [{"MESSAGE":"Hello"}]',
        {"BLOCKS": '[{"MESSAGE":"Hello"}]'},
        [{"ID": 1, "BLOCKS": [{"MESSAGE": "Hello"}]}],
        [[{"MESSAGE": "Hello"}]],
        HELLO,
    ],
)
def test_every_spelling_is_one_attachment(spelling: Any) -> None:
    assert content.attach(spelling) == HELLO


def test_head_of_the_full_form() -> None:
    params = {"ID": "7", "COLOR": "29619B", "COLOR_TOKEN": "Primary", "BLOCKS": [{"MESSAGE": "x"}]}
    assert content.attach(params) == [
        {"ID": 7, "COLOR_TOKEN": "primary", "COLOR": "#29619b", "BLOCKS": [{"MESSAGE": "x"}]}
    ]
    assert content.attach({"COLOR": "alert", "BLOCKS": [{"MESSAGE": "x"}]}) == [
        {"ID": 1, "COLOR_TOKEN": "alert", "BLOCKS": [{"MESSAGE": "x"}]}
    ]


def test_several_attachments_are_numbered() -> None:
    attaches = content.attach([{"BLOCKS": [{"MESSAGE": "a"}]}, {"MESSAGE": "b"}, {"MESSAGE": "c"}])
    assert isinstance(attaches, list)
    assert [(attach["ID"], len(attach["BLOCKS"])) for attach in attaches] == [(1, 1), (2, 2)]


def test_form_order_is_by_number() -> None:
    numbered = {str(number): {"MESSAGE": str(number)} for number in (10, 2, 1, 0)}
    assert [block["MESSAGE"] for block in blocks(numbered)] == ["0", "1", "2", "10"]


FULL_USER = {
    "NAME": "John Smith",
    "AVATAR": "https://example.com/a.png",
    "LINK": "/company/personal/user/1/",
    "USER_ID": 1,
    "CHAT_ID": 2,
    "BOT_ID": 3,
    "NETWORK_ID": "n4",
    "AVATAR_TYPE": "BOT",
}
FULL_LINK = {
    "LINK": "https://api.bitrix24.com/",
    "NAME": "Ticket #12345",
    "DESC": "Soon!",
    "HTML": "<b>Soon</b>",
    "PREVIEW": "https://example.com/logo.png",
    "WIDTH": 1000,
    "HEIGHT": 638,
    "USER_ID": 1,
    "CHAT_ID": 2,
    "NETWORK_ID": "n4",
}
FULL_CELL = {
    "DISPLAY": "TABLE",
    "NAME": "Priority",
    "VALUE": "High",
    "WIDTH": 250,
    "HEIGHT": 20,
    "COLOR_TOKEN": "alert",
    "COLOR": "#f00",
    "LINK": "http://example.com",
    "USER_ID": 1,
    "CHAT_ID": 2,
}
FULL_IMAGE = {
    "PREVIEW": "/s.jpg",
    "LINK": "https://example.com/mantis.jpg",
    "NAME": "Mantis",
    "WIDTH": 1000,
    "HEIGHT": 638,
}
FULL_FILE = {"LINK": "https://example.com/mantis.jpg", "NAME": "mantis.jpg", "SIZE": 1_500_000}


@pytest.mark.parametrize(
    ("block", "stored"),
    [
        ({"MESSAGE": "[B]im[/B]"}, [{"MESSAGE": "[B]im[/B]"}]),
        ({"MESSAGE": 5}, [{"MESSAGE": "5"}]),
        ({"USER": FULL_USER}, [{"USER": FULL_USER}]),
        ({"USER": {"NAME": "A", "AVATAR": "", "USER_ID": "x", "AGE": 9}}, [{"USER": {"NAME": "A"}}]),
        ({"USER": [{"NAME": "A"}, {"NAME": "B"}]}, [{"USER": {"NAME": "A"}}, {"USER": {"NAME": "B"}}]),
        ({"LINK": FULL_LINK}, [{"LINK": FULL_LINK}]),
        ({"LINK": {"LINK": "/x"}}, [{"LINK": {"LINK": "/x", "NAME": "/x"}}]),
        ({"LINK": "https://e.com"}, [{"LINK": {"LINK": "https://e.com", "NAME": "https://e.com"}}]),
        ({"LINK": {"NAME": "Me", "USER_ID": "5"}}, [{"LINK": {"NAME": "Me", "USER_ID": 5}}]),
        ({"RICH_LINK": {"LINK": "/x", "NAME": "X"}}, [{"RICH_LINK": {"LINK": "/x", "NAME": "X"}}]),
        ({"GRID": [FULL_CELL]}, [{"GRID": [FULL_CELL]}]),
        ({"GRID": {"0": {"VALUE": "v"}}}, [{"GRID": [{"DISPLAY": "BLOCK", "VALUE": "v"}]}]),
        ({"GRID": {"NAME": "n", "DISPLAY": "column"}}, [{"GRID": [{"DISPLAY": "ROW", "NAME": "n"}]}]),
        ({"GRID": [{"NAME": "n", "VALUE": "", "WIDTH": "100px"}]}, None),
        ({"IMAGE": [FULL_IMAGE]}, [{"IMAGE": [FULL_IMAGE]}]),
        ({"IMAGE": {"LINK": "/i.png"}}, [{"IMAGE": [{"PREVIEW": "/i.png", "LINK": "/i.png"}]}]),
        ({"IMAGE": "/i.png"}, [{"IMAGE": [{"PREVIEW": "/i.png", "LINK": "/i.png"}]}]),
        ({"FILE": [FULL_FILE]}, [{"FILE": [FULL_FILE]}]),
        ({"FILE": {"LINK": "/f", "SIZE": "big"}}, [{"FILE": [{"LINK": "/f"}]}]),
        ({"DELIMITER": {"SIZE": 300, "COLOR": "#C6C6C6"}}, [{"DELIMITER": {"SIZE": 300, "COLOR": "#c6c6c6"}}]),
        ({"DELIMITER": {"SIZE": -1, "COLOR": "grey"}}, [{"DELIMITER": {"SIZE": 200}}]),
        ({"DELIMITER": True}, [{"DELIMITER": {"SIZE": 200}}]),
        ({"DELIMITER": []}, [{"DELIMITER": {"SIZE": 200}}]),
        ({"MESSAGE": "a", "DELIMITER": {}}, [{"MESSAGE": "a"}, {"DELIMITER": {"SIZE": 200}}]),
    ],
)
def test_blocks(block: Any, stored: Any) -> None:
    wanted = stored or [{"GRID": [{"DISPLAY": "BLOCK", "NAME": "n", "VALUE": "", "WIDTH": 100}]}]
    assert blocks([block]) == wanted
    # What was stored may be sent again and stays what it is.
    assert blocks(content.attach([block])) == wanted


@pytest.mark.parametrize(
    "wrong",
    [
        "hello",
        "{not json",
        "[" * 100_000,
        17,
        True,
        ["hello"],
        [None],
        [[[{"MESSAGE": "too deep"}]]],
        {"ID": 1, "COLOR": "#fff"},
        {"BLOCKS": "hello"},
        [{"SONG": "la"}],
        [{"MESSAGE": "fine"}, {"SONG": "la"}],
        [{"MESSAGE": {"a": 1}}],
        [{"MESSAGE": None}],
        [{"MESSAGE": 10**5000}],
        [{"MESSAGE": "half a \ud83d pair"}],
        [{"USER": {"AVATAR": "/a.png"}}],
        [{"USER": {}}],
        [{"USER": 5}],
        [{"LINK": {"NAME": "nowhere"}}],
        [{"LINK": {"LINK": {"USER_ID": 1}}}],
        [{"GRID": []}],
        [{"GRID": [{"DISPLAY": "ROW"}]}],
        [{"GRID": ["a", "b"]}],
        [{"IMAGE": [{"NAME": "no link"}]}],
        [{"FILE": {"NAME": "no link"}}],
    ],
)
def test_wrong_structures(wrong: Any) -> None:
    assert refused(wrong) is Reason.ATTACH_WRONG


HOSTILE = [
    "javascript:alert(1)",
    " JavaScript:alert(1)",
    "java\tscript:alert(1)",
    "\x01javascript:alert(1)",
    "data:text/html,<script>",
    "vbscript:x",
    "file:///etc/passwd",
    "ftp://example.com/",
    "mailto:a@example.com",
    "//evil.example",
    "/\\evil.example",
    "/\t/evil.example",
    "http://",
    "https:///path",
    "http:\\\\evil.example",
    "https://a\\@b/",
    "http://[::1",
    "https://e.com/\n<script>",
    "example.com",
    "#top",
    "?x=1",
]


@pytest.mark.parametrize("address", HOSTILE)
@pytest.mark.parametrize(
    "place",
    [
        lambda address: {"LINK": {"LINK": address}},
        lambda address: {"LINK": {"LINK": "/ok", "PREVIEW": address}},
        lambda address: {"USER": {"NAME": "a", "AVATAR": address}},
        lambda address: {"USER": {"NAME": "a", "LINK": address}},
        lambda address: {"GRID": [{"NAME": "a", "LINK": address}]},
        lambda address: {"IMAGE": {"LINK": address}},
        lambda address: {"IMAGE": {"LINK": "/ok", "PREVIEW": address}},
        lambda address: {"FILE": {"LINK": address}},
    ],
)
def test_hostile_links_make_the_structure_wrong(address: str, place: Any) -> None:
    assert refused([place(address)]) is Reason.ATTACH_WRONG


@pytest.mark.parametrize("address", ["https://e.com/a b", "HTTP://E.com", "/", "/x?y#z", "https://дом.рф/", " /x "])
def test_harmless_links(address: str) -> None:
    assert blocks([{"FILE": address}]) == [{"FILE": [{"LINK": address.strip()}]}]


def test_limit_of_v1_counts_bytes_and_that_of_the_others_characters() -> None:
    frame = len(msgspec.json.encode({"MESSAGE": ""}))
    assert content.attach({"MESSAGE": "x" * (30_720 - frame)})
    assert refused({"MESSAGE": "x" * (30_721 - frame)}) is Reason.ATTACH_TOO_BIG
    assert refused({"MESSAGE": "ж" * 20_000}, limit=ATTACH_LIMIT_V1) is Reason.ATTACH_TOO_BIG
    assert content.attach({"MESSAGE": "ж" * (60_000 - frame)}, limit=ATTACH_LIMIT)
    assert refused({"MESSAGE": "ж" * (60_001 - frame)}, limit=ATTACH_LIMIT) is Reason.ATTACH_TOO_BIG


def test_what_is_too_large_is_not_read() -> None:
    """A size is found out sooner than a mistake, for looking through all of it may take long."""
    assert refused([{"MESSAGE": "x" * 60_000}, {"WRONG": 1}], limit=ATTACH_LIMIT) is Reason.ATTACH_TOO_BIG


@pytest.mark.parametrize("value", ["[" + "1," * 20_000 + "1]", '[{"MESSAGE":' + "[" * 100 + "]" * 100 + "}]"])
def test_json_text_has_the_limits_of_a_body(value: str) -> None:
    assert refused(value, limit=ATTACH_LIMIT) is Reason.ATTACH_WRONG
