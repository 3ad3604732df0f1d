"""im.disk.*: from a folder into a message, onto one's own drive, and away; on both engines."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.disk.drive import Drive, refusal
from tests.conftest import MakeWorld
from tests.world import World
from tests.worlds.pictures import picture

CHAT_EMPTY = (400, "CHAT_ID_EMPTY", "Chat ID can't be empty")
DIALOG_EMPTY = (400, "DIALOG_ID_EMPTY", "Dialog ID can't be empty")
CLOSED = (403, "ACCESS_ERROR", "You do not have access to the specified dialog")
UNNAMED = (400, "FILE_ID_EMPTY", "File ID can't be empty")
NOT_ADDED = (400, "SAVE_ERROR", "Error during saving file to chat")
NOT_SAVED = (400, "FILE_SAVE_ERROR", "File ID can't be saved")


@pytest.fixture
def world(file_world: World) -> World:
    return file_world


@pytest.fixture
def drive(world: World) -> Drive:
    return Drive(world)


# The folder.


def test_a_chat_has_one_folder(drive: Drive) -> None:
    world = drive.world
    asked = {"CHAT_ID": world.room}, {"DIALOG_ID": f"chat{world.room}"}, {"CHAT_ID": world.room, "DIALOG_ID": "1"}
    assert {world.call("im.disk.folder.get", world.ann, named).result["ID"] for named in asked} == {drive.folder}
    assert world.call("im.dialog.get", DIALOG_ID=world.dialog).result["disk_folder_id"] == drive.folder


def test_private_dialogs_have_folders_too(world: World) -> None:
    world.call("im.message.add", DIALOG_ID=world.ann.id, MESSAGE="Hello")
    mine = world.call("im.disk.folder.get", DIALOG_ID=world.ann.id).result
    assert world.call("im.disk.folder.get", world.ann, DIALOG_ID=world.admin.id).result == mine
    own = world.call("im.disk.folder.get", DIALOG_ID=world.admin.id).result["ID"]
    storages = world.call("disk.storage.getList").result
    assert str(own) in [storage["ROOT_OBJECT_ID"] for storage in storages]


@pytest.mark.parametrize("method", ["im.disk.folder.get", "im.disk.file.commit"])
def test_no_dialog(world: World, method: str) -> None:
    assert refusal(world.call(method)) == CHAT_EMPTY
    assert refusal(world.call(method, CHAT_ID=0)) == CHAT_EMPTY
    assert refusal(world.call(method, DIALOG_ID="room")) == DIALOG_EMPTY
    assert refusal(world.call(method, world.eve, CHAT_ID=world.room)) == CLOSED
    assert refusal(world.call(method, CHAT_ID=999_999)) == CLOSED
    assert refusal(world.call(method, DIALOG_ID=world.eve.id)) == CLOSED


def test_readers_of_open_chats_make_no_folder(world: World) -> None:
    open_chat = world.add_chat(world.admin, [world.ann.id], TYPE="OPEN")
    for method in ("im.disk.folder.get", "im.disk.file.commit"):
        asked = {"CHAT_ID": open_chat, "FILE_ID": 1}
        assert refusal(world.call(method, world.eve, asked)) == CLOSED
    assert world.count("folders") == 0


# Commit.


def test_a_file_with_a_text(drive: Drive) -> None:
    world = drive.world
    file = drive.kept("dot.png", picture(size=(300, 200)))
    sent = drive.commit(UPLOAD_ID=file, MESSAGE="Look", SILENT_MODE="Y").result
    shown, model = sent["FILES"][f"upload{file}"], sent["FILE_MODELS"][f"upload{file}"]
    assert (sent["DISK_ID"], shown["type"], shown["image"]) == ([str(file)], "image", {"width": 300, "height": 200})
    assert (model["parentId"], model["storageId"], model["createdBy"]) == (drive.folder, 1, str(world.admin.id))
    assert world.download(model["links"]["download"]).body == picture(size=(300, 200))
    history = world.room_history(world.ann)
    assert (history["messages"][0]["id"], history["messages"][0]["text"]) == (sent["MESSAGE_ID"], "Look")
    assert history["messages"][0]["params"] == {"FILE_ID": [file]}
    assert [listed["id"] for listed in history["files"]] == [file]


def test_several_files_in_one_message(drive: Drive) -> None:
    ids = [drive.kept(f"{number}.txt") for number in range(3)]
    sent = drive.commit(UPLOAD_ID=[ids[2], ids[0], ids[2]]).result
    assert set(sent["DISK_ID"]) == {str(ids[0]), str(ids[2])}
    assert drive.world.room_history()["messages"][0]["params"]["FILE_ID"] == [ids[2], ids[0]]
    assert drive.names(drive.world.ann) == ["0.txt", "2.txt"]


def test_a_picture_as_a_file(drive: Drive) -> None:
    world = drive.world
    file = drive.kept("dot.png", picture(size=(2400, 1600)))
    used = world.bytes_used
    sent = drive.commit(UPLOAD_ID=file, AS_FILE="Y").result["FILES"][f"upload{file}"]
    assert (sent["type"], sent["image"], sent["urlPreview"]) == ("file", False, "")
    assert world.download(sent["urlDownload"]).body == picture(size=(2400, 1600))
    assert world.bytes_used < used
    assert world.sweep_files() == 1
    assert len(world.blobs) == 1


def test_as_file_is_of_uploads_only(drive: Drive) -> None:
    file = drive.kept("dot.png", picture())
    sent = drive.commit(FILE_ID=file, AS_FILE="Y").result["FILES"][f"upload{file}"]
    assert sent["type"] == "image"


def test_a_file_of_another_chat_is_copied(drive: Drive) -> None:
    world = drive.world
    elsewhere = world.add_chat(world.admin, [world.eve.id])
    file = int(world.upload("a.txt", b"hello", dialog=f"chat{elsewhere}").result["file"]["id"])
    [copied] = drive.commit(FILE_ID=file).result["DISK_ID"]
    assert copied != str(file)
    assert world.call("disk.file.get", world.ann, id=copied).result["NAME"] == "a.txt"
    assert world.call("disk.file.get", world.ann, id=file).error == "ACCESS_DENIED"
    # Each counts, for each keeps the bytes.
    assert world.bytes_used == 10
    assert world.call("im.disk.file.delete", CHAT_ID=elsewhere, FILE_ID=file).result is True
    assert world.bytes_used == 5
    world.sweep_files()
    assert world.download(world.call("disk.file.get", id=copied).result["DOWNLOAD_URL"]).body == b"hello"


def test_only_what_one_has_can_be_sent(drive: Drive) -> None:
    world = drive.world
    own = drive.kept()
    assert refusal(drive.commit(world.ann, UPLOAD_ID=own)) == NOT_ADDED
    secret = world.add_chat(world.eve, [])
    file = world.upload("s.txt", b"secret", world.eve, f"chat{secret}").result["file"]["id"]
    for named in ({"UPLOAD_ID": file}, {"FILE_ID": file}, {"DISK_ID": file}, {"UPLOAD_ID": [own, file]}):
        assert refusal(drive.commit(**named)) == NOT_ADDED
    assert world.room_history()["files"] == []
    drive.commit(UPLOAD_ID=own)


def test_no_files(drive: Drive) -> None:
    assert refusal(drive.commit()) == (400, "FILES_ERROR", "List of files is not specified")
    for empty in ("", [], 0, 999_999, "x", [999_999]):
        assert refusal(drive.commit(UPLOAD_ID=empty)) == NOT_ADDED
    assert refusal(drive.commit(FILE_ID=list(range(1, 102)))) == NOT_ADDED


def test_a_repeated_call_sends_nothing_again(drive: Drive) -> None:
    uuid = "9a3b0cde-0000-4000-8000-0123456789ab"
    file = drive.kept()
    first, again = (drive.commit(UPLOAD_ID=file, TEMPLATE_ID=uuid).result for _ in range(2))
    assert (again["MESSAGE_ID"], again["DISK_ID"]) == (first["MESSAGE_ID"], first["DISK_ID"])
    for named in ({"templateId": uuid}, {"template_id": uuid}, {"TEMPLATE_ID": f" {uuid.upper()} "}):
        assert drive.commit(None, UPLOAD_ID=file, **named).result["MESSAGE_ID"] == first["MESSAGE_ID"], named
    assert len(drive.world.room_history()["files"]) == 1


def test_copies_count_into_the_quota(make_world: MakeWorld) -> None:
    world = make_world(file_quota=1)
    world.open_file_room()
    file = world.add_file("a.bin", b"x" * 700_000)["id"]
    elsewhere = world.add_chat(world.admin, [world.eve.id])
    asked = {"CHAT_ID": elsewhere, "FILE_ID": file}
    assert refusal(world.call("im.disk.file.commit", params=asked)) == NOT_ADDED
    assert refusal(world.call("im.disk.file.save", FILE_ID=file)) == NOT_SAVED
    assert world.bytes_used == 700_000


def test_who_may_not_write_may_not_commit(drive: Drive) -> None:
    world = drive.world
    file = drive.kept(by=world.ann)

    async def work(tx: Any) -> None:
        await tx.run("UPDATE chats SET can_post = 'owner' WHERE id = :id", id=world.room)

    world.write(work)
    assert refusal(drive.commit(world.ann, UPLOAD_ID=file)) == CLOSED


# Save.


@pytest.mark.parametrize("name", ["FILE_ID", "DISK_ID"])
def test_a_file_onto_ones_own_drive(drive: Drive, name: str) -> None:
    world = drive.world
    file = world.add_file("a.txt", b"hello")["id"]
    saved = world.call("im.disk.file.save", world.ann, {name: file}).result
    assert (saved["folder"]["name"], saved["file"]["name"]) == ("Saved Files", "a.txt")
    listed = world.call("disk.folder.getChildren", world.ann, id=saved["folder"]["id"]).result
    assert [item["ID"] for item in listed] == [str(saved["file"]["id"])]
    # It stays when the chat has it no more.
    world.call("im.disk.file.delete", CHAT_ID=world.room, FILE_ID=file)
    world.sweep_files()
    link = world.call("disk.file.get", world.ann, id=saved["file"]["id"]).result["DOWNLOAD_URL"]
    assert world.download(link).body == b"hello"


def test_what_cannot_be_saved(world: World) -> None:
    file = world.add_file("a.txt", b"hello")["id"]
    for empty in ({}, {"FILE_ID": 0}, {"DISK_ID": ""}, {"FILE_ID": "x"}):
        assert refusal(world.call("im.disk.file.save", params=empty)) == UNNAMED
    assert refusal(world.call("im.disk.file.save", FILE_ID=999_999)) == NOT_SAVED
    assert refusal(world.call("im.disk.file.save", world.eve, FILE_ID=file)) == NOT_SAVED


# Delete.


def test_a_message_goes_with_its_only_file(drive: Drive) -> None:
    world = drive.world
    file = world.add_file("a.txt", b"hello")["id"]
    assert world.call("im.disk.file.delete", CHAT_ID=world.room, FILE_ID=file).result is True
    history = world.room_history()
    assert (history["messages"][0]["text"], history["messages"][0]["params"]) == (
        "This message was deleted",
        {"IS_DELETED": "Y"},
    )
    assert history["files"] == []
    assert world.bytes_used == 0
    world.sweep_files()
    assert world.blobs == []


def test_text_and_other_files_stay(drive: Drive) -> None:
    world = drive.world
    ids = [drive.kept(f"{number}.txt") for number in range(2)]
    drive.commit(UPLOAD_ID=ids, MESSAGE="Two")
    world.call("im.disk.file.delete", CHAT_ID=world.room, DISK_ID=ids[0])
    newest = world.room_history()["messages"][0]
    assert (newest["text"], newest["params"]["FILE_ID"]) == ("Two", [ids[1]])
    world.call("im.disk.file.delete", CHAT_ID=world.room, FILE_ID=ids[1])
    assert world.room_history()["messages"][0]["text"] == "Two"
    assert world.room_history()["files"] == []


def test_of_two_files_without_a_text_one_stays(drive: Drive) -> None:
    ids = [drive.kept(f"{number}.txt") for number in range(2)]
    drive.commit(UPLOAD_ID=ids)
    drive.world.call("im.disk.file.delete", CHAT_ID=drive.world.room, FILE_ID=ids[0])
    assert drive.world.room_history()["messages"][0]["params"]["FILE_ID"] == [ids[1]]


def test_a_file_that_was_not_sent(drive: Drive) -> None:
    world = drive.world
    file = drive.kept()
    assert world.call("im.disk.file.delete", world.ann, CHAT_ID=world.room, FILE_ID=file).result is False
    assert world.call("im.disk.file.delete", CHAT_ID=world.room, FILE_ID=file).result is True
    assert drive.names() == [] and world.bytes_used == 0


def test_others_files_stay(drive: Drive) -> None:
    world = drive.world
    file = world.add_file("a.txt", b"hello")["id"]
    assert world.call("im.disk.file.delete", world.ann, CHAT_ID=world.room, FILE_ID=file).result is True
    assert world.call("im.disk.file.delete", world.eve, CHAT_ID=world.room, FILE_ID=file).result is False
    assert world.call("im.disk.file.delete", CHAT_ID=999_999, FILE_ID=file).result is False
    assert world.call("im.disk.file.delete", CHAT_ID=world.room, FILE_ID=999_999).result is False
    assert [item["id"] for item in world.room_history()["files"]] == [file]


def test_what_names_nothing_to_delete(world: World) -> None:
    assert refusal(world.call("im.disk.file.delete", FILE_ID=1)) == CHAT_EMPTY
    assert refusal(world.call("im.disk.file.delete", CHAT_ID=world.room)) == UNNAMED
    assert refusal(world.call("im.disk.file.delete", CHAT_ID=0, DISK_ID=0)) == CHAT_EMPTY


def test_a_change_of_buttons_leaves_a_file_without_a_text(world: World) -> None:
    file = world.add_file("a.txt", b"hello")["id"]
    message = world.room_history()["messages"][0]["id"]
    world.call("im.message.update", MESSAGE_ID=message, KEYBOARD=[{"TEXT": "Go", "LINK": "https://example.com/"}])
    assert world.room_history()["messages"][0]["params"]["FILE_ID"] == [file]
