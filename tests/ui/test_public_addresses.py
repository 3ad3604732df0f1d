"""The web client is a plain client of the public API: it calls documented methods at documented addresses only."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from botyard.api import MODULES
from botyard.rpc.openapi_text import other_addresses
from botyard.rpc.registry import Registry

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ROOT / "ui" / "src"
GENERATED = SOURCES / "api" / "methods.ts"

# What opens a connection, and where that may stand.
CONNECTS = re.compile(r"\b(?:fetch\(|new WebSocket\(|new XMLHttpRequest\(|new EventSource\(|sendBeacon\()")
CONNECTING_FOLDERS = {"api"}
SHOWN_ONLY = {Path("welcome/recipes.ts")}
"""Code that people copy, and the client never runs: test_recipes.py does."""

CALL = re.compile(r"\b(?:call|answer)(?:<[^;()]*?>)?\(\s*['\"]([\w.]+)['\"]")
IN_BATCH = re.compile(
    r"\[\s*['\"]((?:im|imbot|user|department|disk|pull|botyard|placement|app|profile)(?:\.\w+)*)['\"]\s*[,\]]"
)
ADDRESS = re.compile(r"['\"`](/(?:rest|oauth|login|logout|account|avatar|picture|bitrix|api)(?:/[\w./-]*)?)")


def sources() -> Iterator[tuple[Path, str]]:
    for path in sorted(SOURCES.rglob("*")):
        if path.suffix in {".ts", ".vue"} and not path.name.endswith(".test.ts") and path != GENERATED:
            yield path.relative_to(SOURCES), path.read_text()


def documents() -> str:
    pages = [page.read_text() for page in (ROOT / "docs").rglob("*.md")]
    return "\n".join([*pages, (ROOT / "README.md").read_text(), *other_addresses("")])


def test_every_method_that_the_client_calls_is_in_the_reference() -> None:
    methods = {method.name for method in Registry(MODULES)}
    called = {(name, str(path)) for path, text in sources() for name in [*CALL.findall(text), *IN_BATCH.findall(text)]}
    assert len({name for name, _ in called}) > 8
    assert sorted((name, path) for name, path in called if name not in methods) == []


def test_every_address_that_the_client_opens_is_documented() -> None:
    text = documents()
    opened = {(address, str(path)) for path, source in sources() for address in ADDRESS.findall(source)}
    assert {"/oauth/token/", "/oauth/authorize/", "/rest/"} <= {address for address, _ in opened}
    assert sorted((address, path) for address, path in opened if address.rstrip("/") not in text) == []


def test_only_the_folder_api_opens_connections() -> None:
    others = [
        str(path)
        for path, text in sources()
        if CONNECTS.search(text) and path.parts[0] not in CONNECTING_FOLDERS and path not in SHOWN_ONLY
    ]
    assert others == []


def test_nothing_is_rendered_from_strings_of_html() -> None:
    wrong = re.compile(r"\bv-html\b|\binnerHTML\b|\bouterHTML\b|insertAdjacentHTML|document\.write\b")
    assert [str(path) for path, text in sources() if wrong.search(text)] == []
