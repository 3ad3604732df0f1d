"""disk.file.get: files of chats by their id, for those who may see them; on both engines."""

from __future__ import annotations

from types import NoneType
from typing import Any

import pytest

from botyard.chat.conversation import members
from botyard.store import chats
from botyard.store.engines.db import Tx
from contract import pages
from tests.world import Answer, Person, World


@pytest.fixture
def world(file_world: World) -> World:
    return file_world


def asked(world: World, file_id: Any, by: Person | None = None) -> Answer:
    return world.call("disk.file.get", by or world.admin, id=file_id)


def refusal(answer: Answer) -> tuple[int, str, str]:
    return answer.status, answer.error, answer.text


def test_a_file_and_a_link_to_it(world: World) -> None:
    file = world.add_file("a.txt", b"hello")
    details = asked(world, file["id"], world.ann).result
    assert (details["ID"], details["NAME"], details["SIZE"], details["TYPE"]) == (str(file["id"]), "a.txt", "5", "file")
    assert (details["CREATED_BY"], details["DELETED_TYPE"], details["DELETE_TIME"]) == (str(world.admin.id), "0", None)
    assert details["PARENT_ID"] == str(world.call("im.dialog.get", DIALOG_ID=world.dialog).result["disk_folder_id"])
    assert world.download(details["DOWNLOAD_URL"]).body == b"hello"
    assert world.download(details["DETAIL_URL"]).status == 200


def test_its_fields_are_those_of_the_page(world: World) -> None:
    page = next(page for page in pages.family("disk").methods if page.method == "disk.file.get")
    details = asked(world, world.add_file("a.txt", b"hello")["id"]).result
    documented = (page.result or {})["properties"]
    # The page allows numbers for ids; its sample has none.
    shown = dict.fromkeys(documented, str) | {"CODE": NoneType, "DELETE_TIME": NoneType}
    assert {name: type(value) for name, value in details.items()} == shown


@pytest.mark.parametrize("file_id", [None, "", 0, -1, "x"])
def test_no_id(world: World, file_id: Any) -> None:
    assert refusal(asked(world, file_id)) == (400, "ERROR_ARGUMENT", "Invalid value of parameter {Parameter #0}")


def test_a_file_that_is_not_there(world: World) -> None:
    assert refusal(asked(world, 999_999)) == (400, "ERROR_NOT_FOUND", "Could not find entity with id 999999")


def test_a_stranger_is_refused(world: World) -> None:
    file = world.add_file("a.txt", b"hello")
    assert refusal(asked(world, file["id"], world.eve)) == (400, "ACCESS_DENIED", "Access denied")


def test_so_is_whom_the_history_is_hidden_from(world: World) -> None:
    file = world.add_file("a.txt", b"hello")

    async def work(tx: Tx) -> None:
        me = await chats.find(tx, world.room, world.admin.id)
        assert me is not None
        await members.add(tx, me, [world.eve.id], hide_history=True)

    world.write(work)
    assert asked(world, file["id"], world.eve).error == "ACCESS_DENIED"
    assert asked(world, world.add_file("b.txt", b"later")["id"], world.eve).result["NAME"] == "b.txt"


def test_a_link_ends_with_the_membership(world: World) -> None:
    url = asked(world, world.add_file("a.txt", b"hello")["id"], world.ann).result["DOWNLOAD_URL"]

    async def leave(tx: Tx) -> None:
        ann = await chats.find(tx, world.room, world.ann.id)
        assert ann is not None
        await members.leave(tx, ann)

    world.write(leave)
    assert world.download(url).status == 403


def test_it_takes_the_permission(world: World) -> None:
    file = world.add_file("a.txt", b"hello")
    assert asked(world, file["id"], world.add_webhook(world.admin.id, "im")).error == "insufficient_scope"


class Inbox:
    """A file that Ann has sent to a bot of the administrator's webhook, who is not in that dialog."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.bot = world.add_bot(code="reader")
        self.file = int(world.upload("a.txt", b"hello", world.ann, str(self.bot)).result["file"]["id"])

    def asked(self, by: Person | None = None, **named: Any) -> Answer:
        return self.world.call("disk.file.get", by or self.world.admin, id=self.file, **named)


@pytest.fixture
def inbox(world: World) -> Inbox:
    return Inbox(world)


@pytest.mark.parametrize("which", ["both", "word"])
def test_a_webhooks_bot_in_the_chat_counts(inbox: Inbox, which: str) -> None:
    number: dict[str, Any] = {"BOT_ID": inbox.bot} if which == "both" else {}
    inbox.world.add_bot(code="elsewhere")
    details = inbox.asked(CLIENT_ID="test-client", **number).result
    assert inbox.world.download(details["DOWNLOAD_URL"]).body == b"hello"
    assert inbox.world.download(details["DETAIL_URL"]).status == 200


def test_an_applications_bot_counts_by_its_number(inbox: Inbox) -> None:
    app = inbox.world.add_app()
    bot = inbox.world.add_bot(app, code="of-the-application")
    file = inbox.world.upload("b.txt", b"more", inbox.world.ann, str(bot)).result["file"]["id"]
    assert inbox.world.call("disk.file.get", app, {"id": file}).error == "ACCESS_DENIED"
    assert inbox.world.call("disk.file.get", app, {"id": file, "BOT_ID": bot}).result["NAME"] == "b.txt"


def test_a_bot_that_is_not_the_callers_or_not_there_does_not(inbox: Inbox) -> None:
    other = inbox.world.add_bot(code="other", CLIENT_ID="other-client")
    refused: list[dict[str, Any]] = [
        {},
        {"BOT_ID": inbox.bot},
        {"BOT_ID": inbox.bot, "CLIENT_ID": "other-client"},
        {"BOT_ID": other, "CLIENT_ID": "other-client"},
        {"BOT_ID": other, "CLIENT_ID": "test-client"},
    ]
    for named in refused:
        assert refusal(inbox.asked(**named)) == (400, "ACCESS_DENIED", "Access denied")


def test_it_takes_the_permission_for_bots(inbox: Inbox) -> None:
    hook = inbox.world.add_webhook(inbox.world.admin.id, "disk")
    assert inbox.asked(hook, CLIENT_ID="test-client").error == "ACCESS_DENIED"
    both = inbox.world.add_webhook(inbox.world.admin.id, "disk,imbot")
    assert inbox.asked(both, CLIENT_ID="test-client").result["NAME"] == "a.txt"
