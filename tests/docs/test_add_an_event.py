"""The worked example of CONTRIBUTING.md: its blocks, applied to a copy of the package, add an event that is told."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent.parent
_BLOCK = re.compile(r"<!-- above: (\S+): (.+?) -->\n *```python\n(.*?)\n *```", re.DOTALL)
PROGRAM = """
import json, sys
from pathlib import Path
from botyard import __file__ as package
from botyard.portal import users
from scripts.event_reference import event_pages
from tests.delivery.stage import Stage
from tests.world import World

stage = Stage(World(Path(sys.argv[1])))
world = stage.world
app, ben = world.oauth(), world.person("Ben")
world.call("event.bind", app, event="onUserDeactivate", handler=stage.handler.url("/app"))
async def deactivate(tx):
    await users.deactivate(tx, await users.find(tx, str(ben.id)))
world.write(deactivate)
stage.until(lambda: bool(stage.handler.at("/app")))
told = stage.handler.at("/app")[0].form
listed = [method for method in world.call("events", app).result if method == told["event"]]
pages = {path: parts for path, _, parts in event_pages()}
stage.close()
print(json.dumps([package, ben.id, told["event"], told["data"], listed, pages["events/ONUSERDEACTIVATE.md"]]))
"""


class Addition(NamedTuple):
    """Lines of code, and the line of a file that they go above."""

    file: str
    above: str
    code: str


def additions() -> list[Addition]:
    """What the example adds. Blocks stand in a list, and are as deep in it as its text."""
    page = (ROOT / "CONTRIBUTING.md").read_text()
    return [Addition(file, above, _dedented(code)) for file, above, code in _BLOCK.findall(page)]


def _dedented(code: str) -> str:
    """The code without the indentation of the list that it stands in, which is three."""
    return "\n".join(line[3:] for line in code.splitlines()) + "\n"


def apply(addition: Addition, root: Path) -> None:
    file = root / addition.file
    lines = file.read_text().splitlines(keepends=True)
    (place,) = [number for number, line in enumerate(lines) if line.strip().startswith(addition.above)]
    lines.insert(place, addition.code)
    file.write_text("".join(lines))


def test_the_example_adds_an_event(tmp_path: Path) -> None:
    for package in ("botyard", "scripts"):
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    added = additions()
    assert len({addition.file for addition in added}) == 3, "no more files than that, beside test and changelog"
    for addition in added:
        apply(addition, tmp_path)
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(tmp_path / "portal")],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}"},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert run.returncode == 0, run.stderr
    package, user_id, name, data, listed, page = json.loads(run.stdout.splitlines()[-1])
    assert package.startswith(str(tmp_path)), "the copy, not what is installed"
    assert (name, data, listed) == ("ONUSERDEACTIVATE", {"ID": str(user_id)}, ["ONUSERDEACTIVATE"])
    assert page[0].startswith("A person has been deactivated. Told: handlers that an application has bound")
    assert any('"ID": 2' in part for part in page)
