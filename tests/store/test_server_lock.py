"""One server for one SQLite folder: a second one is refused for as long as the first one lives, and no longer."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from botyard.store.engines.db import FolderUnusable
from botyard.store.engines.server_lock import FILE, only_server
from botyard.store.engines.sqlite_file import connect

DATABASE = "botyard.db"
HOLDING = """
import sys, time
from pathlib import Path
from botyard.store.engines.server_lock import only_server

with only_server(Path(sys.argv[1]) / 'botyard.db'):
    print("held", flush=True)
    time.sleep(60)
"""


@contextlib.contextmanager
def another_server(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """A process that holds the lock."""
    child = subprocess.Popen([sys.executable, "-c", HOLDING, str(folder)], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    try:
        assert child.stdout.readline() == "held\n"
        yield child
    finally:
        child.kill()
        child.communicate(timeout=30)


def test_a_second_server_is_refused_and_told_of_the_first(tmp_path: Path) -> None:
    with another_server(tmp_path) as child:
        for _ in range(2):
            with pytest.raises(FolderUnusable) as caught, only_server(tmp_path / DATABASE):
                raise AssertionError("both have it")
            assert caught.value.reason == (
                f"A server is running already on {tmp_path} (process {child.pid}); "
                "stop it first, or name another folder with --data."
            )


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_server_that_was_killed_is_in_nobodys_way(tmp_path: Path, number: signal.Signals) -> None:
    with another_server(tmp_path) as child:
        child.send_signal(number)
        child.wait(30)
        with only_server(tmp_path / DATABASE):
            assert (tmp_path / FILE).read_text() == f"{os.getpid()}\n"


def test_it_may_be_taken_again_and_again(tmp_path: Path) -> None:
    for _ in range(2):
        with only_server(tmp_path / DATABASE), pytest.raises(FolderUnusable), only_server(tmp_path / DATABASE):
            raise AssertionError("both have it")


def test_a_program_that_the_server_starts_does_not_inherit_it(tmp_path: Path) -> None:
    with only_server(tmp_path / DATABASE):
        child = subprocess.Popen(["sleep", "30"], close_fds=False)
    try:
        with only_server(tmp_path / DATABASE):
            pass
    finally:
        child.kill()
        child.wait(30)


def test_a_lock_file_that_was_removed_lets_no_second_server_in(tmp_path: Path) -> None:
    with another_server(tmp_path):
        (tmp_path / FILE).unlink()
        for _ in range(2):
            with pytest.raises(FolderUnusable) as caught, only_server(tmp_path / DATABASE):
                raise AssertionError("both have it")
            assert caught.value.reason == (
                f"A server is running already on {tmp_path}; stop it first, or name another folder with --data."
            )
    with only_server(tmp_path / DATABASE):
        pass


def test_a_folder_whose_database_is_a_link_has_the_lock_of_what_it_leads_to(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    first.mkdir()
    second.mkdir()
    (first / DATABASE).touch()
    (second / DATABASE).symlink_to(first / DATABASE)
    for holder, other in ((first, second), (second, first)):
        with (
            another_server(holder) as child,
            pytest.raises(FolderUnusable, match=f"already on {first} .process {child.pid}"),
            only_server(other / DATABASE),
        ):
            raise AssertionError("both have it")


def test_a_database_with_two_names_is_not_opened(tmp_path: Path) -> None:
    path = tmp_path / DATABASE
    connect(path, busy_timeout=0).close()
    os.link(path, tmp_path / "second.db")
    for place in (path, tmp_path / "second.db"):
        with pytest.raises(FolderUnusable, match=f"{place} has another name"):
            connect(place, busy_timeout=0)
    (tmp_path / "second.db").unlink()
    connect(path, busy_timeout=0).close()
