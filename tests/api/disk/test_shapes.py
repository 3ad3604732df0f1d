"""Responses of the drive, held against its pages: their numbers are texts, as in the samples."""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest

from contract import pages
from tests.api.disk.drive import Drive
from tests.world import World
from tests.worlds.files import base64_of

PAGES = {page.method: page for page in pages.family("disk").methods}


@pytest.fixture
def drive(file_world: World) -> Drive:
    return Drive(file_world)


def differences(drive: Drive, method: str, params: dict[str, Any], page: str = "") -> list[str]:
    """In what a response differs from the page of its method, or from another one."""
    validator = jsonschema.Draft202012Validator(PAGES[page or method].result)
    return [error.message for error in validator.iter_errors(drive.world.call(method, params=params).result)]


def test_responses_are_those_of_the_pages(drive: Drive) -> None:
    file = drive.kept()
    own = drive.world.admin.id + 1
    upload = {"data": {"NAME": "b.txt"}, "fileContent": ["b.txt", base64_of(b"hello")]}
    calls: list[tuple[str, dict[str, Any]]] = [
        ("disk.file.get", {"id": file}),
        ("disk.folder.get", {"id": drive.folder}),
        ("disk.folder.getChildren", {"id": drive.folder}),
        ("disk.folder.uploadFile", {"id": drive.folder, **upload}),
        ("disk.folder.uploadFile", {"id": drive.folder}),
        ("disk.storage.get", {"id": own}),
        ("disk.storage.getList", {}),
        ("disk.storage.uploadFile", {"id": own, **upload}),
        ("disk.storage.getChildren", {"id": 1}),
    ]
    assert {method: more for method, params in calls if (more := differences(drive, method, params))} == {}
    # The page of storages shows folders only; files are as in the other list.
    assert differences(drive, "disk.storage.getChildren", {"id": own}, "disk.folder.getChildren") == []
