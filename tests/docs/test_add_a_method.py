"""The worked example of CONTRIBUTING.md: its blocks, applied to a copy of the package, add a method that works."""

from __future__ import annotations

from pathlib import Path

from tests.docs import examples

PROGRAM = """
import json, sys
from pathlib import Path
from botyard import __file__ as package
from botyard.store import members
from scripts import reference
from tests.world import World

world = World(Path(sys.argv[1]), anew=True)
ann = world.add_person("Ann")
chat = world.call("im.chat.add", ann, users=[world.admin.id]).result

def noted():
    sql = "SELECT note FROM members WHERE chat_id = :chat AND user_id = :user"
    return world.read(lambda tx: tx.one(sql, chat=chat, user=ann.id))[0]

told = [world.call("im.note.set", ann, dialog_id=f"chat{chat}", note="Call back").result, noted()]
told += [world.call("im.note.set", ann, dialog_id=f"chat{chat}").result, noted()]
for dialog in ("", "chat999999"):
    answer = world.call("im.note.set", ann, dialog_id=dialog)
    told.append([answer.status, answer.error, answer.text])
page = dict(reference.pages())["methods/im.md"].partition("## im.note.set")[2].partition("## ")[0]
world.close()
print(json.dumps([package, *told, page]))
"""


def test_the_example_adds_a_method(tmp_path: Path) -> None:
    added = examples.additions("How a method is added")
    assert len({addition.file for addition in added}) == 4, "no more files than that, beside test and changelog"
    *lines, page = examples.run(tmp_path, added, PROGRAM)
    assert lines == [
        *(True, "Call back", True, ""),
        [400, "DIALOG_ID_EMPTY", "Dialog ID can't be empty"],
        [400, "ACCESS_ERROR", "You don't have permission to note this chat"],
    ]
    assert "The note, in place of the one before." in page
    assert '"DIALOG_ID": "chat2001"' in page
    assert "You don't have permission to note this chat" in page
