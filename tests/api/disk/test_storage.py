"""disk.storage.*: everybody's own storage, and the one with the folders of chats; on both engines."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.disk.drive import refusal
from tests.world import Person, World
from tests.worlds.files import base64_of

WRONG = (400, "ERROR_ARGUMENT", "Invalid value of parameter {Parameter #0}")
DENIED = (400, "ACCESS_DENIED", "Access denied")


@pytest.fixture
def world(file_world: World) -> World:
    return file_world


def own(world: World, by: Person) -> dict[str, Any]:
    """Somebody's own storage."""
    [storage] = [
        storage for storage in world.call("disk.storage.getList", by).result if storage["ENTITY_TYPE"] == "user"
    ]
    return dict(storage)


def keep(world: World, storage_id: Any, by: Person, name: str = "a.txt") -> Any:
    params = {"id": storage_id, "data": {"NAME": name}, "fileContent": [name, base64_of(b"hello")]}
    return world.call("disk.storage.uploadFile", by, params)


def test_ones_own_storage(world: World) -> None:
    storage = own(world, world.ann)
    assert (storage["ENTITY_ID"], storage["NAME"]) == (str(world.ann.id), "Saved Files")
    assert world.call("disk.storage.get", world.ann, id=storage["ID"]).result == storage
    file = keep(world, storage["ID"], world.ann).result
    assert (file["STORAGE_ID"], file["PARENT_ID"]) == (storage["ID"], storage["ROOT_OBJECT_ID"])
    assert world.download(file["DOWNLOAD_URL"]).body == b"hello"
    [listed] = world.call("disk.storage.getChildren", world.ann, id=storage["ID"]).result
    assert (listed["ID"], listed["NAME"], listed["TYPE"]) == (str(file["ID"]), "a.txt", "file")
    assert world.call("disk.folder.get", world.ann, id=storage["ROOT_OBJECT_ID"]).result["NAME"] == "Saved Files"


@pytest.mark.parametrize(
    ("params", "kinds"),
    [
        ({"filter": {"ENTITY_TYPE": "user"}}, ["user"]),
        ({"filter": {"!ENTITY_TYPE": "user"}}, ["common"]),
        ({"filter": {">ID": 1, "%NAME": "saved"}}, ["user"]),
        ({"filter": {"ENTITY_TYPE": ["group"]}}, []),
        ({"filter": {"ID": "--1"}}, []),
        ({"filter": {"ID": "\u00b2"}}, []),
        ({"order": {"ID": "DESC"}}, ["user", "common"]),
        ({"filter": {"NOTHING": 1}, "order": "id"}, ["common", "user"]),
    ],
)
def test_storages_are_filtered_and_sorted(world: World, params: dict[str, Any], kinds: list[str]) -> None:
    listed = world.call("disk.storage.getList", world.ann, params)
    assert [storage["ENTITY_TYPE"] for storage in listed.result] == kinds
    assert listed.body["total"] == len(kinds)


def test_the_folders_of_ones_chats(world: World) -> None:
    folder = world.call("im.disk.folder.get", CHAT_ID=world.room).result["ID"]
    shared = world.call("disk.storage.get", world.ann, id=1).result
    assert (shared["ENTITY_TYPE"], shared["ROOT_OBJECT_ID"]) == ("common", "0")
    listed = world.call("disk.storage.getChildren", world.ann, id=1)
    assert [(item["ID"], item["TYPE"]) for item in listed.result] == [(str(folder), "folder")]
    assert listed.body["total"] == 1
    assert world.call("disk.storage.getChildren", world.eve, id=1).result == []
    assert world.call("disk.storage.getChildren", world.ann, id=1, filter={"TYPE": "file"}).result == []
    assert world.call("disk.storage.getChildren", world.ann, id=1, filter={"NAME": "x"}).error == "ERROR_ARGUMENT"


def test_no_chats_folder_takes_files_by_its_storage(world: World) -> None:
    assert refusal(keep(world, 1, world.ann)) == DENIED


@pytest.mark.parametrize("method", ["disk.storage.get", "disk.storage.getChildren", "disk.storage.uploadFile"])
def test_storages_of_others(world: World, method: str) -> None:
    for storage in (own(world, world.ann)["ID"], 999_999):
        missing = (400, "ERROR_NOT_FOUND", f"Could not find entity with id {storage}")
        assert refusal(world.call(method, world.eve, id=storage)) == missing
    assert refusal(world.call(method, world.eve)) == WRONG


def test_in_two_steps(world: World) -> None:
    storage = own(world, world.ann)
    address = world.post(f"{world.ann.path}/disk.storage.uploadFile", b'{"id": %s}' % storage["ID"].encode()).result
    assert address["field"] == "file"


def test_what_is_kept_there_is_nobody_elses(world: World) -> None:
    storage = own(world, world.ann)
    file = keep(world, storage["ID"], world.ann).result["ID"]
    assert refusal(world.call("disk.file.get", world.admin, id=file)) == DENIED
    assert world.call("disk.folder.getChildren", id=storage["ROOT_OBJECT_ID"]).error == "ERROR_NOT_FOUND"


def test_it_can_be_sent_to_a_chat_and_stays(world: World) -> None:
    storage = own(world, world.ann)
    file = keep(world, storage["ID"], world.ann).result["ID"]
    sent = world.call("im.disk.file.commit", world.ann, CHAT_ID=world.room, FILE_ID=file).result
    assert sent["DISK_ID"] != [str(file)]
    assert world.call("disk.file.get", world.admin, id=sent["DISK_ID"][0]).result["NAME"] == "a.txt"
    assert world.call("disk.storage.getChildren", world.ann, id=storage["ID"]).body["total"] == 1
