"""Addresses of the web in a message, as whoever reads it sees them as links."""

from __future__ import annotations

from collections.abc import Iterator

from botyard.chat.content.nodes import Branch, Link, Node, Quote
from botyard.chat.content.tree import parse

MOST = 50
"""Addresses of one message that are listed."""
LONGEST = 2000
"""Characters of an address; a longer one is not listed."""


def listed(text: str) -> list[str]:
    """The addresses that begin with ``http://`` or ``https://``, each once, in their order; none of what is quoted."""
    if "://" not in text:
        return []
    addresses = dict.fromkeys(url for url in _links(parse(text)) if len(url) <= LONGEST and _web(url))
    return list(addresses)[:MOST]


def _links(nodes: list[Node]) -> Iterator[str]:
    waiting = nodes[::-1]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Link):
            yield node.url
        elif isinstance(node, Branch) and not isinstance(node, Quote):
            waiting += node.children[::-1]


def _web(url: str) -> bool:
    return url.lower().startswith(("http://", "https://"))
