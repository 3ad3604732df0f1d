"""disk.folder.*: files in the folders of chats, also those that no message has brought yet; on both engines."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.disk.drive import Drive, refusal
from tests.conftest import MakeWorld
from tests.world import World
from tests.worlds.pictures import picture

WRONG = (400, "ERROR_ARGUMENT", "Invalid value of parameter {Parameter #1}")
DENIED = (400, "ACCESS_DENIED", "Access denied")
UNSAVED = (400, "ERROR_COULD_NOT_SAVE_FILE", "Could not save file")


def missing(folder_id: int) -> tuple[int, str, str]:
    """The refusal of a folder that is not there, or not open to the caller."""
    return 400, "ERROR_NOT_FOUND", f"Could not find entity with id {folder_id}"


@pytest.fixture
def world(file_world: World) -> World:
    return file_world


@pytest.fixture
def drive(world: World) -> Drive:
    return Drive(world)


def test_a_file_in_the_folder_of_a_chat(drive: Drive) -> None:
    uploaded = drive.upload("a.txt", b"hello").result
    assert (uploaded["NAME"], uploaded["SIZE"], uploaded["PARENT_ID"]) == ("a.txt", "5", str(drive.folder))
    assert drive.world.download(uploaded["DOWNLOAD_URL"]).body == b"hello"
    shown = drive.world.call("disk.file.get", id=uploaded["ID"]).result
    assert {name: shown[name] for name in ("NAME", "SIZE", "PARENT_ID", "STORAGE_ID")} == {
        name: uploaded[name] for name in ("NAME", "SIZE", "PARENT_ID", "STORAGE_ID")
    }
    assert drive.names() == ["a.txt"]


def test_nobody_else_has_it_before_it_is_sent(drive: Drive) -> None:
    file = drive.kept()
    assert drive.names(drive.world.ann) == []
    for who in (drive.world.ann, drive.world.admin):
        listed = drive.world.call("botyard.chat.file.list", who, DIALOG_ID=drive.world.dialog).result
        assert listed["FILES"] == []
    assert refusal(drive.world.call("disk.file.get", drive.world.ann, id=file)) == DENIED
    drive.commit(UPLOAD_ID=file)
    assert drive.names(drive.world.ann) == ["a.txt"]
    assert drive.world.call("disk.file.get", drive.world.ann, id=file).result["NAME"] == "a.txt"


def test_a_file_that_is_sent_late_is_not_hidden_by_one_that_is_older(drive: Drive) -> None:
    world = drive.world
    late = drive.kept()
    world.add_file("old.txt", b"old")
    world.call("im.chat.user.add", CHAT_ID=world.room, USERS=[world.eve.id])
    drive.commit(UPLOAD_ID=late)
    listing = world.call("botyard.chat.file.list", world.eve, DIALOG_ID=world.dialog, LIMIT=1).result
    assert ([row["FILE"]["name"] for row in listing["FILES"]], listing["NEXT"]) == (["a.txt"], 0)


def test_a_file_ends_with_the_membership(drive: Drive) -> None:
    world = drive.world
    link = drive.upload("a.txt", b"hello", world.ann).result
    world.call("im.chat.leave", world.ann, CHAT_ID=world.room)
    assert world.download(link["DOWNLOAD_URL"]).status == 403
    assert refusal(world.call("disk.file.get", world.ann, id=link["ID"])) == DENIED


def test_strangers_see_no_folder(drive: Drive) -> None:
    eve = drive.world.eve
    for method in ("disk.folder.get", "disk.folder.getChildren"):
        assert refusal(drive.world.call(method, eve, id=drive.folder)) == missing(drive.folder)
    assert refusal(drive.upload("a.txt", b"x", eve)) == missing(drive.folder)
    assert refusal(drive.world.call("disk.folder.uploadFile", eve, id=drive.folder)) == missing(drive.folder)
    assert drive.world.no_files_left()


def test_what_is_older_than_the_membership_is_hidden(drive: Drive) -> None:
    world = drive.world
    world.add_file("old.txt", b"old")
    world.call("im.chat.user.add", CHAT_ID=world.room, USERS=[world.eve.id])
    world.add_file("new.txt", b"new")
    assert drive.names(world.eve) == ["new.txt"]
    assert drive.names(world.ann) == ["old.txt", "new.txt"]


def test_the_folder(drive: Drive) -> None:
    world = drive.world
    folder = world.call("disk.folder.get", world.ann, id=drive.folder).result
    shown = (folder["ID"], folder["TYPE"], folder["STORAGE_ID"], folder["CREATED_BY"])
    assert shown == (str(drive.folder), "folder", "1", str(world.admin.id))
    private = world.upload("a", b"x", dialog=str(world.ann.id)).result
    parent = world.call("disk.file.get", id=private["file"]["id"]).result["PARENT_ID"]
    assert world.call("disk.folder.get", id=parent).result["NAME"] == f"chat{private['chatId']}"


@pytest.mark.parametrize("method", ["disk.folder.get", "disk.folder.getChildren"])
@pytest.mark.parametrize("folder", [None, "", 0, "x"])
def test_no_id(world: World, method: str, folder: Any) -> None:
    assert refusal(world.call(method, id=folder)) == WRONG


@pytest.mark.parametrize("method", ["disk.folder.get", "disk.folder.getChildren"])
def test_a_folder_that_is_not_there(world: World, method: str) -> None:
    assert refusal(world.call(method, id=999_999)) == missing(999_999)


def test_errors_of_uploads(drive: Drive, monkeypatch: pytest.MonkeyPatch) -> None:
    call = drive.world.call
    assert refusal(call("disk.folder.uploadFile", data={"NAME": "a"})) == (*WRONG[:2], WRONG[2].replace("1", "0"))
    assert call("disk.folder.uploadFile", id=999_999, data={"NAME": "a"}, fileContent=["a", "eA=="]).error == (
        "ERROR_NOT_FOUND"
    )
    assert call("disk.folder.uploadFile", id=999_999).error == "ERROR_NOT_FOUND"
    unnamed = call("disk.folder.uploadFile", id=drive.folder, fileContent=["a", "eA=="])
    text = "Error: required parameter NAME (DISK_BASE_SERVICE_22001)"
    assert refusal(unnamed) == (400, "DISK_BASE_SERVICE_22001", text)
    for content in ("no base64!", ""):
        broken = call("disk.folder.uploadFile", id=drive.folder, data={"NAME": "a"}, fileContent=["a", content])
        assert refusal(broken) == UNSAVED
    assert refusal(drive.upload("../a", b"x")) == UNSAVED
    monkeypatch.setattr("botyard.chat.media.uploads.SIZE_MAX", 3)
    assert refusal(drive.upload("a", b"four")) == UNSAVED
    assert drive.world.no_files_left()


@pytest.mark.parametrize("rights", ["x", [1], [{"TASK_ID": 4}]])
def test_rights_that_are_none(drive: Drive, rights: Any) -> None:
    assert refusal(drive.upload("a", b"x", rights=rights)) == (400, "ERROR_ARGUMENT", "Invalid rights format")


def test_rights_are_taken_and_change_nothing(drive: Drive) -> None:
    drive.upload("a", b"x", rights=[{"TASK_ID": 42, "ACCESS_CODE": f"U{drive.world.eve.id}"}])
    assert drive.world.call("disk.folder.getChildren", drive.world.eve, id=drive.folder).error == "ERROR_NOT_FOUND"


def test_names_that_are_taken(drive: Drive) -> None:
    for _ in range(2):
        drive.upload("a.txt", b"x")
    for _ in range(2):
        drive.upload("a.txt", b"x", generateUniqueName=True)
    drive.upload("b", b"x", generateUniqueName="true")
    drive.upload("b", b"x", generateUniqueName="true")
    long = "ä" * 124 + ".txt"
    drive.upload(long, b"x")
    assert drive.upload(long, b"x", generateUniqueName=True).result["NAME"] == "ä" * 123 + " (1).txt"
    assert drive.names()[:6] == ["a.txt", "a.txt", "a (1).txt", "a (2).txt", "b", "b (1)"]


def test_who_may_not_write_may_not_upload(drive: Drive) -> None:
    world = drive.world

    async def work(tx: Any) -> None:
        await tx.run("UPDATE chats SET can_post = 'owner' WHERE id = :id", id=world.room)

    world.write(work)
    assert refusal(drive.upload("a.txt", b"x", world.ann)) == DENIED


def test_files_count_into_the_quota(make_world: MakeWorld) -> None:
    world = make_world(file_quota=1)
    world.open_file_room()
    drive = Drive(world)
    drive.upload("a.bin", b"x" * 700_000)
    assert refusal(drive.upload("b.bin", b"x" * 700_000)) == UNSAVED
    assert world.bytes_used == 700_000
    file = int(world.call("disk.folder.getChildren", id=drive.folder).result[0]["ID"])
    assert world.call("im.disk.file.delete", CHAT_ID=world.room, FILE_ID=file).result is True
    drive.upload("b.bin", b"x" * 700_000)


# Lists.


def test_pages(drive: Drive) -> None:
    for number in range(52):
        drive.kept(f"{number}.txt")
    first = drive.world.call("disk.folder.getChildren", id=drive.folder)
    assert (len(first.result), first.body["total"], first.body["next"]) == (50, 52, 50)
    rest = drive.world.call("disk.folder.getChildren", id=drive.folder, start=50)
    assert [file["NAME"] for file in rest.result] == ["50.txt", "51.txt"]
    assert rest.body["total"] == 52 and "next" not in rest.body
    uncounted = drive.world.call("disk.folder.getChildren", id=drive.folder, start=-1)
    assert len(uncounted.result) == 50 and "total" not in uncounted.body


def test_filters_and_orders(drive: Drive) -> None:
    ids = [drive.kept(name) for name in ("b.txt", "a.txt", "c.txt")]
    assert drive.names(order={"NAME": "ASC"}) == ["a.txt", "b.txt", "c.txt"]
    assert drive.names(order={"ID": "DESC"}) == ["c.txt", "a.txt", "b.txt"]
    assert drive.names(filter={">ID": ids[0]}) == ["a.txt", "c.txt"]
    assert drive.names(filter={"<=id": str(ids[1]), "TYPE": "file"}) == ["b.txt", "a.txt"]
    assert drive.names(filter={"NAME": "a.txt"}) == ["a.txt"]
    assert drive.names(filter={"!NAME": "a.txt", "SIZE": 5}) == ["b.txt", "c.txt"]
    assert drive.names(filter={">=CREATE_TIME": "2000-01-01T00:00:00Z", "CREATED_BY": drive.world.admin.id}) != []
    assert drive.names(filter={"TYPE": "folder"}) == []


@pytest.mark.parametrize(
    "wrong",
    [{"filter": {"COLOR": 1}}, {"filter": {"%NAME": "a"}}, {"filter": {"@ID": [1]}}, {"order": {"COLOR": "ASC"}}],
)
def test_what_cannot_be_asked_for_is_no_list_without_conditions(drive: Drive, wrong: dict[str, Any]) -> None:
    assert drive.world.call("disk.folder.getChildren", id=drive.folder, **wrong).error == "ERROR_ARGUMENT"


# In two steps.


def test_a_form_brings_the_file(drive: Drive) -> None:
    content = picture()
    uploaded = drive.send_form(drive.address(), "dot.png", content).result
    assert (uploaded["NAME"], uploaded["PARENT_ID"]) == ("dot.png", str(drive.folder))
    assert drive.world.download(uploaded["DOWNLOAD_URL"]).body == content
    assert drive.commit(UPLOAD_ID=uploaded["ID"]).result["FILES"][f"upload{uploaded['ID']}"]["type"] == "image"


def test_by_one_address_several_files(drive: Drive) -> None:
    path = drive.address(generateUniqueName=True)
    assert [drive.send_form(path).result["NAME"] for _ in range(2)] == ["b.txt", "b (1).txt"]


def test_a_large_form(drive: Drive) -> None:
    content = bytes(range(256)) * 4096 * 5
    uploaded = drive.send_form(drive.address(), content=content).result
    assert drive.world.download(uploaded["DOWNLOAD_URL"]).body == content


def test_a_form_without_the_field(drive: Drive) -> None:
    path = drive.address()
    assert drive.send_form(path, field="other").error == "INVALID_REQUEST"
    assert drive.world.post(path, b'{"file": "x"}').error == "INVALID_REQUEST"
    assert drive.world.get(path).status == 405
    assert refusal(drive.send_form(path, "../x")) == UNSAVED
    assert refusal(drive.send_form(path, content=b"")) == UNSAVED
    assert drive.world.no_files_left()


def test_an_address_is_for_nothing_else(drive: Drive) -> None:
    path = drive.address()
    assert drive.world.get(path.replace("upload.json", "download.json")).status == 403
    link = drive.upload("a.txt", b"x").result["DOWNLOAD_URL"].partition("?")[2]
    assert drive.send_form(f"/rest/upload.json?{link}").status == 403
    assert drive.send_form(path[:-1] + ("A" if path[-1] != "A" else "B")).status == 403
    assert drive.send_form("/rest/upload.json").status == 403
    assert drive.send_form(f"{path}&{'&'.join(['a=1'] * 20)}").status == 403


def test_an_address_ends_with_its_time_its_key_and_the_membership(drive: Drive) -> None:
    world = drive.world
    hook = world.add_webhook(world.ann.id, "disk,im")
    by_key = drive.address(hook)
    assert drive.send_form(by_key).status == 200
    newest = world.call("botyard.webhook.list").result[-1]["ID"]
    world.call("botyard.webhook.revoke", ID=newest)
    assert drive.send_form(by_key).status == 403
    own = drive.address(world.ann)
    world.call("im.chat.leave", world.ann, CHAT_ID=world.room)
    assert refusal(drive.send_form(own)) == missing(drive.folder)
    late = drive.address()
    world.wait(world.settings.link_seconds + 1)
    assert drive.send_form(late).status == 403
