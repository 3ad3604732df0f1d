"""Words as they are searched for: case and accents do not matter, in any alphabet."""

from __future__ import annotations

import pytest

from botyard.model import words


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("Hello, WORLD! foo_bar 12", ["hello", "world", "foo", "bar", "12"]),
        ("Привет, Ёлка и йод", ["привет", "елка", "и", "иод"]),
        ("Crème brûlée, Straße, İstanbul", ["creme", "brulee", "strasse", "istanbul"]),
        ("Ο Άγγελος είδε ΤΗΣ της", ["ο", "αγγελοσ", "ειδε", "τησ"]),
        ("مُحَمَّد", ["محمد"]),
        ("नमस्ते दुनिया", ["नमस्ते", "दुनिया"]),
        ("co\u00adop ﬁle Ⅷ", ["coop", "file", "viii"]),
        ("天气很好", ["天气很好", "气很好", "很好", "好"]),
        ("go天气", ["go", "天气", "气"]),
        ("one One ONE", ["one"]),
        ("x" * 50, ["x" * 32]),
        (" … — ! ", []),
        ("", []),
    ],
)
def test_what_a_text_is_found_by(text: str, terms: list[str]) -> None:
    assert words.terms(text) == terms


@pytest.mark.parametrize(
    ("text", "phrase", "has"),
    [
        ("Project Chat", "proj", True),
        ("Project Chat", "roject", False),
        ("Project Chat", "chat proj", True),
        ("Project Chat", "chat proj more", False),
        ("Ёлка", "ЕЛК", True),
        ("STRASSE", "straß", True),
        ("strasse", "Straße", True),
        ("今天天气很好", "天气很", True),
        ("今天天气很好", "今天天气很好", True),
        ("今天天气很好", "今天天气不好", False),
        ("한국어 테스트", "한국", True),
        ("한국어", "하", True),
        ("x" * 50, "x" * 40, True),
        ("x" * 20, "x" * 40, False),
    ],
)
def test_a_phrase_is_words_and_their_beginnings(text: str, phrase: str, has: bool) -> None:
    assert words.has(text, words.beginnings(phrase)) is has


def test_only_so_many_words_count() -> None:
    assert len(words.beginnings(" ".join(map(str, range(100))))) == words.WORDS_MAX
    assert words.beginnings("!? … —") == ()
    assert words.beginnings("a" * 900 + " " + "b" * 900) == ("a" * 32, "b" * 32)
