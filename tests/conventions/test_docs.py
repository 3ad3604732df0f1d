"""The documentation: its links lead somewhere, and what is written from the code is as the code is."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])

_FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
_FILE = re.compile(r"`([\w./-]+\.(?:py|md|sql|toml|txt|sh))`")


def name(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def anchors(page: Path) -> set[str]:
    """The fragments of a page's headings, as GitHub makes them."""
    slugs: set[str] = set()
    for heading in _HEADING.findall(_FENCE.sub("", page.read_text())):
        plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading)
        slug = re.sub(r"[^\w\- ]", "", plain.lower()).replace(" ", "-")
        copies = sum(other == slug or other.startswith(f"{slug}-") for other in slugs)
        slugs.add(f"{slug}-{copies}" if slug in slugs else slug)
    return slugs


def broken_links(page: Path) -> list[str]:
    broken = []
    for link in _LINK.findall(_FENCE.sub("", page.read_text())):
        if "://" in link or link.startswith("mailto:"):
            continue
        path, _, fragment = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (fragment and target.suffix == ".md" and fragment not in anchors(target)):
            broken.append(link)
    return broken


def test_links_lead_somewhere() -> None:
    assert {name(page): broken for page in PAGES if (broken := broken_links(page))} == {}


def test_every_page_can_be_reached() -> None:
    reached: set[Path] = set()
    waiting = [ROOT / "README.md", ROOT / "docs" / "index.md"]
    while waiting:
        page = waiting.pop()
        if page in reached or page.suffix != ".md" or not page.exists():
            continue
        reached.add(page)
        links = (link.partition("#")[0] for link in _LINK.findall(page.read_text()) if "://" not in link)
        waiting += [(page.parent / link).resolve() for link in links if link]
    assert [name(page) for page in PAGES if page not in reached and page.parent != ROOT] == []


def test_decisions_are_numbered_one_by_one_and_listed_in_order() -> None:
    records = sorted((ROOT / "docs" / "adr").glob("*.md"))
    assert [int(record.name[:4]) for record in records] == list(range(1, len(records) + 1))
    assert [record.name for record in records if not record.read_text().startswith(f"# {record.name[:4]}: ")] == []
    listed = re.findall(r"^(\d+)\. \[.+\]\(adr/(.+)\)$", (ROOT / "docs" / "index.md").read_text(), re.MULTILINE)
    assert listed == [(str(number), record.name) for number, record in enumerate(records, 1)]


def test_the_map_names_files_that_exist() -> None:
    named = set(_FILE.findall((ROOT / "docs" / "map.md").read_text()))
    anywhere = {file.name for file in (ROOT / "botyard").rglob("*.py")}
    missing = [file for file in named if not (ROOT / "botyard" / file).exists() and not (ROOT / file).exists()]
    assert [file for file in missing if file not in anywhere] == []


def test_the_reference_is_as_the_code_is() -> None:
    command = [sys.executable, "-m", "scripts.reference", "--check"]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, cwd=ROOT)
    assert (ran.returncode, ran.stderr) == (0, "")


def leftover_markup(page: Path) -> list[str]:
    markup = r"``|Docs:|chatXXX" + (r"|^\| \d+ .*\{\w+\}" if page.parent.name == "methods" else "")
    return [line for line in _FENCE.sub("", page.read_text()).splitlines() if re.search(markup, line)]


def test_no_markup_of_the_source_is_left_in_the_reference() -> None:
    pages = sorted((ROOT / "docs" / "reference").rglob("*.md"))
    assert len(pages) > 20
    assert {name(page): lines for page in pages if (lines := leftover_markup(page))} == {}
