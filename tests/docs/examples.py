"""The worked examples of CONTRIBUTING.md: their blocks, applied to a copy of the package."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

from tests.world import LEDGER

ROOT = Path(__file__).resolve().parent.parent.parent
_BLOCK = re.compile(r"<!-- (new|above): ([^\s:]+)(?:: (.+?))? -->\n *```\w+\n(.*?)\n *```", re.DOTALL)


class Addition(NamedTuple):
    """Lines of a file, and the line that they go above; a new file has none."""

    file: str
    above: str
    code: str

    def apply(self, root: Path) -> None:
        """Write the lines to the copy at ``root``."""
        file = root / _numbered(root, self.file)
        if not self.above:
            assert not file.exists(), f"{self.file} is not new"
            file.write_text(self.code)
            return
        lines = file.read_text().splitlines(keepends=True)
        (place,) = [number for number, line in enumerate(lines) if line.strip().startswith(self.above)]
        lines.insert(place, self.code)
        file.write_text("".join(lines))


def _numbered(root: Path, file: str) -> str:
    """A file with the next free number of the migrations where its name leaves that open."""
    return file.replace("NNNN", f"{len(list((root / 'botyard/store/migrations').glob('*.sql'))) + 1:04}")


def additions(heading: str) -> list[Addition]:
    """What the example under a heading adds. Blocks stand in a list, and are as deep in it as its text."""
    page = (ROOT / "CONTRIBUTING.md").read_text()
    section = page.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    return [Addition(file, above, _dedented(code)) for _, file, above, code in _BLOCK.findall(section)]


def _dedented(code: str) -> str:
    """The code without the indentation of the list that it stands in, which is three."""
    return "\n".join(line[3:] for line in code.splitlines()) + "\n"


def run(folder: Path, added: list[Addition], program: str) -> Any:
    """Apply an example to a copy of the package; what a program in it prints last, as JSON.

    The program finds the folder of a portal in ``sys.argv[1]``.
    """
    for package in ("botyard", "scripts"):
        shutil.copytree(ROOT / package, folder / package, ignore=shutil.ignore_patterns("__pycache__"))
    for addition in added:
        addition.apply(folder)
    path = f"{folder}{os.pathsep}{ROOT}"
    # What an example adds is no part of the product, and not counted.
    done = subprocess.run(
        [sys.executable, "-c", program, str(folder / "portal")],
        cwd=folder,
        env={name: value for name, value in os.environ.items() if name != LEDGER} | {"PYTHONPATH": path},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    *_, last = done.stdout.splitlines()
    package, *lines = json.loads(last)
    assert package.startswith(str(folder)), "the copy, not what is installed"
    return lines
