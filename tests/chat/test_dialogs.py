"""DIALOG_ID taken apart, and the private dialogs it opens."""

from __future__ import annotations

import pytest

from botyard.chat.conversation import dialogs
from botyard.errors import ApiError, Reason
from botyard.store.engines.db import Tx
from tests.story import about, says
from tests.world import World

SPELLINGS = [
    ("17", ("", 17)),
    (" 17 ", ("", 17)),
    ("017", ("", 17)),
    ("chat42", ("chat", 42)),
    ("sg5", ("sg", 5)),
    ("999999999999999999", ("", 999999999999999999)),
]
NONE = ["", " ", "0", "chat", "chat0", "sg", "sg0", "Chat5", "chat 5", "chat5x", "-5", "5.0", "٥", "9" * 19, "user5"]


@pytest.mark.parametrize(("text", "parts"), SPELLINGS)
def test_dialog_ids(text: str, parts: tuple[str, int]) -> None:
    parsed = dialogs.parse(text)
    assert (parsed.prefix, parsed.number) == parts


@pytest.mark.parametrize("text", NONE)
def test_what_is_no_dialog_id(text: str) -> None:
    with pytest.raises(ApiError) as refused:
        dialogs.parse(text)
    assert refused.value.problem is Reason.DIALOG_EMPTY


def test_both_sides_open_the_same_dialog(portal: World) -> None:
    ann, bob = portal.add_person("Ann"), portal.add_person("Bob")

    async def open_both(tx: Tx) -> tuple[int, int]:
        hers = await dialogs.open_private(tx, ann.id, bob.id)
        his = await dialogs.open_private(tx, bob.id, ann.id)
        return hers.chat.id, his.chat.id

    hers, his = portal.write(open_both)
    assert hers == his


@pytest.mark.parametrize("kind", ["unknown", "inactive"])
def test_nobody_to_talk_to(portal: World, kind: str) -> None:
    ann, bob = portal.add_person("Ann"), portal.add_person("Bob")
    other = bob.id if kind == "inactive" else 987654
    portal.write(lambda tx: tx.run("UPDATE users SET active = 0 WHERE id = :id", id=bob.id))
    with pytest.raises(ApiError) as refused:
        portal.write(lambda tx: dialogs.open_private(tx, ann.id, other))
    assert refused.value.problem is Reason.USER_MISSING
    # Nothing is left of the attempt.
    assert portal.read(lambda tx: tx.all("SELECT id FROM chats")) == []


def test_an_old_dialog_outlives_a_person_who_leaves_the_house(portal: World) -> None:
    ann, bob = portal.add_person("Ann"), portal.add_person("Bob")
    says(portal, bob, ann.id, "bye")
    portal.write(lambda tx: tx.run("UPDATE users SET active = 0 WHERE id = :id", id=bob.id))
    assert about(portal, ann, bob.id)["name"] == "Bob Example"
    says(portal, ann, bob.id, "bye")
