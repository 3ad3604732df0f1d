"""`im.message.update`, `.delete`, `.like` and `im.dialog.writing`: people change what they said."""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest

from tests.story import history
from tests.world import Answer, Person, World


class Talk(NamedTuple):
    """Ann has said something to Bob in a chat; Cid is not in it."""

    world: World
    dialog: str
    message: int
    ann: Person
    bob: Person
    cid: Person

    def call(self, method: str, by: Person | None = None, /, **params: Any) -> Answer:
        return self.world.call(f"im.message.{method}", by or self.ann, {"MESSAGE_ID": self.message, **params})

    def shown(self) -> dict[str, Any]:
        return dict(next(entry for entry in history(self.world, self.bob, self.dialog) if entry["id"] == self.message))


@pytest.fixture
def talk(portal: World) -> Talk:
    ann, bob, cid = (portal.add_person(name) for name in ("Ann", "Bob", "Cid"))
    dialog = f"chat{portal.add_chat(ann, [bob.id])}"
    message = int(portal.call("im.message.add", ann, DIALOG_ID=dialog, MESSAGE="hello").result)
    return Talk(portal, dialog, message, ann, bob, cid)


def test_a_text_is_changed(talk: Talk) -> None:
    assert talk.call("update", MESSAGE="good morning").result is True
    assert (talk.shown()["text"], talk.shown()["params"]) == ("good morning", {"IS_EDITED": "Y"})


def test_what_is_no_text_may_change_without_a_mark(talk: Talk) -> None:
    attach = [{"ID": 1, "COLOR_TOKEN": "primary", "BLOCKS": [{"MESSAGE": "more"}]}]
    assert talk.call("update", ATTACH=attach, IS_EDITED="N").result is True
    assert "ATTACH" in talk.shown()["params"]
    assert "IS_EDITED" not in talk.shown()["params"]
    assert talk.call("update", MESSAGE="new", IS_EDITED="N").result is True
    assert talk.shown()["params"]["IS_EDITED"] == "Y"


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"ATTACH": "x"}, "ATTACH_ERROR"),
        ({"ATTACH": [{"BLOCKS": [{"MESSAGE": "x" * 61_000}]}]}, "ATTACH_OVERSIZE"),
        ({"KEYBOARD": "x"}, "KEYBOARD_ERROR"),
        ({"KEYBOARD": [{"TEXT": "x" * 61_000}]}, "KEYBOARD_OVERSIZE"),
        ({"MENU": "x"}, "menu_ERROR"),
        ({"MENU": [{"TEXT": "x" * 61_000}]}, "MENU_OVERSIZE"),
    ],
)
def test_content_that_cannot_be_read(talk: Talk, params: dict[str, Any], code: str) -> None:
    assert talk.call("update", **params).error == code
    assert talk.shown()["text"] == "hello"


@pytest.mark.parametrize("method", ["update", "delete"])
def test_only_ones_own_and_not_for_ever(talk: Talk, method: str) -> None:
    for by, message in ((talk.bob, talk.message), (talk.cid, talk.message), (talk.ann, 10**9)):
        assert talk.call(method, by, MESSAGE_ID=message, MESSAGE="x").error == "CANT_EDIT_MESSAGE"
    assert talk.call(method, MESSAGE_ID=0, MESSAGE="x").error == "MESSAGE_ID_ERROR"


def test_a_message_is_deleted(talk: Talk) -> None:
    assert talk.call("delete").result is True
    assert talk.shown()["params"]["IS_DELETED"] == "Y"
    assert talk.call("delete").error == "CANT_EDIT_MESSAGE"


def test_a_like_is_given_and_taken_back(talk: Talk) -> None:
    assert talk.call("like", talk.bob).result is True
    assert talk.shown()["params"]["LIKE"] == [talk.bob.id]
    assert talk.call("like", talk.bob, ACTION="plus").error == "WITHOUT_CHANGES"
    assert talk.call("like", talk.bob, ACTION="minus").result is True
    assert talk.call("like", talk.bob, ACTION="auto").result is True
    for by, message in ((talk.cid, talk.message), (talk.bob, 0), (talk.bob, 10**9)):
        assert talk.call("like", by, MESSAGE_ID=message).error == "MESSAGE_ID_ERROR"
    talk.call("delete")
    assert talk.call("like", talk.bob).error == "WITHOUT_CHANGES"


def test_writing_is_shown(talk: Talk) -> None:
    def write(by: Person, dialog: object) -> Answer:
        return talk.world.call("im.dialog.writing", by, DIALOG_ID=dialog)

    assert write(talk.ann, talk.dialog).result is True
    assert write(talk.ann, talk.bob.id).result is True
    assert write(talk.ann, "x").error == "DIALOG_ID_EMPTY"
    for dialog in (talk.dialog, "chat999999999", 10**9):
        refused = write(talk.cid, dialog)
        assert (refused.error, refused.text) == ("ACCESS_ERROR", "Action unavailable")
