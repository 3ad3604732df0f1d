"""Every code block of the documentation, run in order, in one shell, on a fresh demo portal."""

from __future__ import annotations

import ast
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.docs import shell
from tests.docs.blocks import Block, blocks
from tests.docs.shell import ROOT, Run, is_run, require_known

pytestmark = [pytest.mark.live, pytest.mark.slow]

PAGES = [
    ROOT / "README.md",
    ROOT / "examples" / "README.md",
    ROOT / "docs" / "quickstart.md",
    *sorted((ROOT / "docs" / "how-to").glob("*.md")),
]


# Pages that start many programs.
LONG = {ROOT / "examples" / "README.md"} | {
    ROOT / "docs" / "how-to" / name for name in ("command-line.md", "tests-in-any-language.md")
}
RUN = [page for page in PAGES if any(is_run(block) for block in blocks(page))]


def named(page: Path) -> str:
    return str(page.relative_to(ROOT))


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_a_page_says_what_becomes_of_its_blocks(page: Path) -> None:
    for block in blocks(page):
        _require_known(block)


@pytest.mark.parametrize(
    "page", [pytest.param(page, marks=pytest.mark.journey if page in LONG else ()) for page in RUN], ids=named
)
def test_what_a_page_shows_works(page: Path, tmp_path: Path) -> None:
    listed = blocks(page)
    for program in ("bash", "curl"):
        if shutil.which(program) is None:
            pytest.skip(f"there is no {program} on this machine")
    with shell.portal(tmp_path) as portal:
        ran = shell.run(portal, listed)
    for block, following in zip(listed, [*listed[1:], None], strict=True):
        if block.line in ran:
            shown = following if following and following.language in ("json", "text") and not following.file else None
            _require_shown(block, ran[block.line], shown)


def _require_known(block: Block) -> None:
    """Every block is run, written to a file, shown as what a command prints, or says why it is not.

    Also those that are not run hold only command lines that `botyard` takes.
    """
    require_known(block)
    if block.language == "python":
        ast.parse(block.text)
    if block.language not in ("sh", "json", "text", ""):
        assert block.file or block.why, f"line {block.line}: say what becomes of it"


def _require_shown(block: Block, ran: Run, shown: Block | None) -> None:
    where = f"line {block.line}: {ran.printed[-500:]}"
    if shown and '"error"' in shown.text:
        assert ran.statuses[-1] >= 400, where
    else:
        assert all(status < 400 for status in ran.statuses), where
    if shown and shown.language == "json":
        _require_alike(json.loads(shown.text), json.loads(ran.printed.strip().splitlines()[-1]), where)


def _require_alike(expected: Any, actual: Any, where: str) -> None:
    """What stands in the documentation is found, values too but for those with "…" in them."""
    if isinstance(expected, dict):
        for name, value in expected.items():
            if name != "…":
                assert name in actual, where
                _require_alike(value, actual[name], where)
    elif isinstance(expected, list):
        for item, other in zip(expected, actual, strict=False):
            _require_alike(item, other, where)
    elif isinstance(expected, str) and "…" not in expected:
        assert actual == expected, where
    elif isinstance(expected, bool):
        assert actual is expected, where
    elif isinstance(expected, int | float):
        assert isinstance(actual, int | float), where
