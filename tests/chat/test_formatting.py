"""The formatting language as a tree: the texts of formatting.json, which the web client is held against too."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from botyard.chat.content.html import html
from botyard.chat.content.nodes import Branch, Icon, Image, Link, Node
from botyard.chat.content.plain_text import plain, words
from botyard.chat.content.tree import DEPTH_MAX, LENGTH_MAX, parse

ROWS = json.loads((Path(__file__).parent / "formatting.json").read_text(encoding="utf-8"))
EVERY = [*ROWS["texts"], *ROWS["attacks"]]
HARMLESS = re.compile(r"(?i)(https?://[^/]|mailto:.|tel:.|/(?![/\\]))")


@pytest.mark.parametrize("row", EVERY, ids=lambda row: ascii(row["text"])[:60])
def test_tree_and_words_of(row: dict[str, Any]) -> None:
    assert msgspec.to_builtins(parse(row["text"])) == row["tree"]
    assert plain(row["text"]) == row["plain"]


@pytest.mark.parametrize("row", EVERY, ids=lambda row: ascii(row["text"])[:60])
def test_html_of_any_text_is_harmless(row: dict[str, Any]) -> None:
    page = _Elements()
    page.feed(html(row["text"]))
    page.close()
    assert set(page.names) <= {"b", "i", "u", "s", "code", "a", "br", "blockquote"}
    assert all(name in ("href", "rel") for name, _ in page.attributes)
    assert all(HARMLESS.match(value or "") for name, value in page.attributes if name == "href")


def test_what_a_quote_becomes_in_html() -> None:
    assert html(">>a\n>>b\nc") == "<blockquote>a<br>b</blockquote>c"
    assert html("------\nAnn <x> [12:30]\na\n------") == "<blockquote><b>Ann &lt;x&gt;</b><br>a</blockquote>"
    assert html("[code]a\nb[/code] [disk=1] [icon=https://a.example/i.png title=<x>]") == (
        "<code>a<br>b</code> [File] &lt;x&gt;"
    )
    assert html("[timestamp=1645844720]") == "2022-02-26 03:05 UTC"


def test_a_quote_is_searched_but_not_shown_beside_an_answer() -> None:
    text = "------\nAnn [12:30]\nquoted\n------\nmine"
    assert (plain(text), words(text)) == ("mine", "quoted mine")


def test_a_text_beyond_the_limit_is_shown_as_it_is() -> None:
    text = "[b]x[/b]" + "x" * LENGTH_MAX
    assert parse(text) == [text]


PIECES = st.sampled_from(
    (
        *("[", "]", "/", "=", " ", "\n", ">>", "------", "(", ")", ".", "x", "ſ", "https://a.example/", "mailto:a@b"),
        *("[b]", "[/b]", "[i]", "[/i]", "[user=5]", "[/user]", "[url]", "[url=/x]", "[/url]", "[img]", "[/img]"),
        *("[br]", "[code]", "[/code]", "[send]", "[/send]", "[size=9]", "[/size]", "[color=#fff]", "[/color]"),
        *("\n------\n", "Ann [1] #5/6\n", "\n>>", "[timestamp=1]", "[disk=1]", "[icon=https://a.example/i title=x]"),
    )
)
TEXTS = st.lists(PIECES, max_size=60).map("".join) | st.text(max_size=60)


@settings(max_examples=300, deadline=None)
@given(TEXTS)
def test_no_text_leads_astray(text: str) -> None:
    for node, depth in _nodes(parse(text)):
        assert node not in ("", [])
        # What is quoted within what is quoted, and the links in it.
        assert depth <= DEPTH_MAX + 3
        if isinstance(node, (Link, Image, Icon)):
            assert HARMLESS.match(node.url)
    assert plain(text) == " ".join(plain(text).split())


@pytest.mark.parametrize(
    "piece",
    [
        *(
            "[",
            "[b]",
            "[/b]",
            "[b",
            "[code]",
            "[/code]",
            "[url=",
            "[url]",
            "[user=5]",
            "[url]x[/url]",
            "[b]x[i][/b][/i]",
        ),
        *(
            ">>",
            ">>\n",
            "------\n",
            "\n",
            "------\nx [1]\n",
            "https://",
            "https://a.example",
            "mailto:",
            "tel:1",
            "(",
            ")",
        ),
        *(
            "https://a.example/))))",
            "[icon=https://a size=",
            "[icon= size= size=]",
            "[img][url]",
            "[send][b]",
            "[br]",
            "-",
        ),
    ],
)
def test_time_grows_with_the_length_only(piece: str) -> None:
    text = piece * (LENGTH_MAX // len(piece))
    halves = text + "x" + "[/b][/url][/img][/send]" * 400
    begun = time.process_time()
    parse(text)
    parse(halves[:LENGTH_MAX])
    html(text)
    plain(text)
    # Takes a fraction of a second; anything quadratic would take minutes.
    assert time.process_time() - begun < 5


class _Elements(HTMLParser):
    """Names and attributes of the elements of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.append(tag)
        self.attributes += attrs


def _nodes(nodes: list[Node], depth: int = 0) -> Iterator[tuple[Node, int]]:
    for node in nodes:
        yield node, depth
        if isinstance(node, Branch):
            yield from _nodes(node.children, depth + 1)
