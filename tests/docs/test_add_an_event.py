"""The worked example of CONTRIBUTING.md: its blocks, applied to a copy of the package, add an event that is told."""

from __future__ import annotations

from pathlib import Path

from tests.docs import examples

PROGRAM = """
import json, sys
from pathlib import Path
from botyard import __file__ as package
from botyard.portal import users
from scripts.event_reference import event_pages
from tests.world import World

world = World(Path(sys.argv[1]), anew=True)
world.start_delivery()
app, ben = world.add_app(), world.add_person("Ben")
world.call("event.bind", app, event="onUserDeactivate", handler=world.handler.url("/app"))
async def deactivate(tx):
    await users.deactivate(tx, await users.find(tx, str(ben.id)))
world.write(deactivate)
world.run_until(lambda: bool(world.handler.at("/app")))
told = world.handler.at("/app")[0].form
listed = [method for method in world.call("events", app).result if method == told["event"]]
pages = {path: parts for path, _, parts in event_pages()}
world.close()
print(json.dumps([package, ben.id, told["event"], told["data"], listed, pages["events/ONUSERDEACTIVATE.md"]]))
"""


def test_the_example_adds_an_event(tmp_path: Path) -> None:
    added = examples.additions("How an event is added")
    assert len({addition.file for addition in added}) == 3, "no more files than that, beside test and changelog"
    user_id, name, data, listed, page = examples.run(tmp_path, added, PROGRAM)
    assert (name, data, listed) == ("ONUSERDEACTIVATE", {"ID": str(user_id)}, ["ONUSERDEACTIVATE"])
    assert page[0].startswith("A person has been deactivated. Who is told: handlers that an application has bound")
    assert any('"ID": 2' in part for part in page)
