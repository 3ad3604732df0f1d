"""Files that are written once and trusted are there whole, or as they were before."""

from __future__ import annotations

import errno
import os
import resource
from collections.abc import Callable
from pathlib import Path

import pytest

from botyard import atomic_file

WRITERS = [atomic_file.create, atomic_file.replace]


def full(_descriptor: int) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.parametrize("write", WRITERS)
def test_a_new_file_is_whole_and_its_owners(tmp_path: Path, write: Callable[[Path, bytes], object]) -> None:
    write(tmp_path / "one", b"content")
    assert [(file.name, file.read_bytes()) for file in tmp_path.iterdir()] == [("one", b"content")]
    assert (tmp_path / "one").stat().st_mode & 0o777 == 0o600


def test_a_file_that_is_there_is_replaced_or_left(tmp_path: Path) -> None:
    atomic_file.replace(tmp_path / "one", b"first")
    assert atomic_file.create(tmp_path / "one", b"second") is False
    assert (tmp_path / "one").read_bytes() == b"first"
    atomic_file.replace(tmp_path / "one", b"third")
    assert [(file.name, file.read_bytes()) for file in tmp_path.iterdir()] == [("one", b"third")]


@pytest.mark.parametrize("write", WRITERS)
def test_a_disk_that_is_full_leaves_what_was_there(
    tmp_path: Path, write: Callable[[Path, bytes], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    if write is atomic_file.replace:
        write(tmp_path / "one", b"first")
    before = [(file.name, file.read_bytes()) for file in tmp_path.iterdir()]
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write(tmp_path / "one", b"second")
    assert [(file.name, file.read_bytes()) for file in tmp_path.iterdir()] == before


@pytest.mark.parametrize("write", WRITERS)
def test_a_file_that_may_not_grow_leaves_what_was_there(tmp_path: Path, write: Callable[[Path, bytes], object]) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4, hard))
    try:
        with pytest.raises(OSError, match="too large"):
            write(tmp_path / "one", b"longer than that")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert list(tmp_path.iterdir()) == []


def test_the_content_is_on_the_disk_before_the_name_and_the_name_before_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    synced, linked, replaced = os.fsync, os.link, os.replace

    def fsync(descriptor: int) -> None:
        done.append("folder" if os.path.isdir(f"/proc/self/fd/{descriptor}") else "file")
        synced(descriptor)

    def link(*words: object) -> None:
        done.append("name")
        linked(*words)  # type: ignore[arg-type]

    def replace(*words: object) -> None:
        done.append("name")
        replaced(*words)  # type: ignore[arg-type]

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(os, "link", link)
    monkeypatch.setattr(os, "replace", replace)
    atomic_file.create(tmp_path / "one", b"content")
    atomic_file.replace(tmp_path / "one", b"content")
    assert done == ["file", "name", "folder"] * 2


def test_where_there_are_no_links_the_file_is_made_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def link(*_words: object) -> None:
        raise OSError(errno.EPERM, os.strerror(errno.EPERM))

    monkeypatch.setattr(os, "link", link)
    assert atomic_file.create(tmp_path / "one", b"content") is True
    assert [(file.name, file.read_bytes()) for file in tmp_path.iterdir()] == [("one", b"content")]
