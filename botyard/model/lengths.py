"""How long the texts are that are stored beside messages: longer ones are cut.

The official pages name no limits for these.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

WORDS_MAX: Final = 255
"""Characters of a name, a title, a position, and of what an application notes of a chat."""
DESCRIPTION_MAX: Final = 2_000
"""Characters of the description of a chat."""
LANGUAGES_MAX: Final = 50
"""Languages in which a command or an application of a chat has texts."""


def phrases(lang: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Texts by language as they are stored."""
    return [_phrase(phrase) for phrase in lang[:LANGUAGES_MAX]]


def _phrase(phrase: Mapping[str, Any]) -> dict[str, Any]:
    return {name: text[:WORDS_MAX] if isinstance(text, str) else text for name, text in phrase.items()}
