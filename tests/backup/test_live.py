"""A backup of a portal that is written to all the while, restored elsewhere, where everything is found again."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.backup.test_backup import address as address
from tests.commands.serving import SECONDS, Serving, ask, run, serving
from tests.portals import ENGINES
from tests.postgres import Cluster

pytestmark = pytest.mark.live


@pytest.fixture(params=ENGINES)
def origin(request: pytest.FixtureRequest) -> Iterator[str]:
    """The database of the portal that is backed up."""
    if request.param == "sqlite":
        yield ""
        return
    cluster: Cluster = request.getfixturevalue("cluster")
    url = cluster.create_database()
    yield url
    cluster.drop(url)


def words(data: Path, address: str) -> list[str]:
    return ["--data", str(data), *(["--database", address] if address else [])]


def hook_of(data: Path, address: str) -> str:
    """The path of a new webhook."""
    made = run("webhook", "add", "admin", *words(data, address))
    match = re.search(r"address: http://[^/]+(/rest/\S+)", made.stdout)
    assert match, made.stderr
    return match[1]


class Writer(threading.Thread):
    """Sends numbered messages and files until told to stop, and knows which were accepted."""

    def __init__(self, url: str, number: int) -> None:
        super().__init__()
        self.url, self.number = url, number
        made = ask(f"{url}im.chat.add", TYPE="CHAT", TITLE=f"Writer {number}", USERS=[])
        self.chat = int(made["result"])
        self.accepted: list[int] = []
        self.ended = threading.Event()

    def run(self) -> None:
        with httpx.Client(timeout=SECONDS, trust_env=False) as client:
            count = 0
            while not self.ended.is_set() and count < 2000:
                count += 1
                text = f"{self.number}:{count}"
                if count % 10 == 0:
                    fields = {"name": f"{text}.txt", "content": "SGVsbG8h", "message": text}
                    params: dict[str, Any] = {"dialogId": f"chat{self.chat}", "fields": fields}
                    answer = client.post(f"{self.url}im.v2.File.upload", json=params).json()
                else:
                    params = {"DIALOG_ID": f"chat{self.chat}", "MESSAGE": text}
                    answer = client.post(f"{self.url}im.message.add", json=params).json()
                assert "error" not in answer, answer
                self.accepted.append(count)


def texts(database: Path | str, chat: int) -> list[str]:
    """What stands in a chat, in order."""
    import asyncio

    from botyard.store.engines.connect import open_database
    from botyard.store.engines.db import Tx

    async def read() -> list[str]:
        opened = await open_database(database)

        async def work(tx: Tx) -> list[str]:
            rows = await tx.all("SELECT text FROM messages WHERE chat_id = :chat AND system = 0 ORDER BY id", chat=chat)
            return [str(row[0]) for row in rows]

        try:
            return await opened.read(work)
        finally:
            await opened.close()

    return asyncio.run(read())


def waited(writers: list[Writer], count: int) -> None:
    """Wait until each writer has got so far."""
    clock = threading.Event()
    for _ in range(SECONDS * 50):
        if all(len(writer.accepted) >= count or not writer.is_alive() for writer in writers):
            return
        clock.wait(0.02)


PG = pytest.mark.postgresql


@pytest.mark.journey
@pytest.mark.parametrize(
    ("origin", "address"),
    [
        pytest.param("sqlite", "postgresql", marks=PG),
        pytest.param("postgresql", "sqlite", marks=PG),
        ("sqlite", "sqlite"),
        pytest.param("postgresql", "postgresql", marks=PG),
    ],
    indirect=True,
)
def test_a_portal_is_backed_up_while_it_is_written_to_and_restored_elsewhere(
    origin: str, address: str, tmp_path: Path
) -> None:
    old, new, target = tmp_path / "old", tmp_path / "new", tmp_path / "portal.tar"
    with serving(old, *words(old, origin)[2:]) as server:
        hook = hook_of(old, origin)
        url = server.url + hook
        writers = [Writer(url, number) for number in range(3)]
        for writer in writers:
            writer.start()
        try:
            waited(writers, 25)
            before = [len(writer.accepted) for writer in writers]
            made = run("backup", str(target), *words(old, origin))
            assert made.returncode == 0, made.stderr
            after = [len(writer.accepted) for writer in writers]
        finally:
            for writer in writers:
                writer.ended.set()
                writer.join()
        assert server.stop()[0] == 0
    # They went on writing while it was made.
    assert min(before) >= 25
    assert after > before
    restored = run("restore", str(target), *words(new, address))
    assert restored.returncode == 0, restored.stderr
    with serving(new, *words(new, address)[2:]) as server:
        counts = [check(server, hook, writer) for writer in writers]
    place: Path | str = address or new / "botyard.db"
    for writer, least in zip(writers, before, strict=True):
        stored = texts(place, writer.chat)
        # All that was accepted before it began, and nothing without what came before it.
        assert stored == [f"{writer.number}:{count}" for count in range(1, len(stored) + 1)]
        assert least <= len(stored)
    assert min(counts) >= 2


def check(server: Serving, hook: str, writer: Writer) -> int:
    """The old webhook opens the new portal, and each file of a writer has its bytes; how many there are."""
    url = server.url + hook
    assert ask(f"{url}profile")["result"]["ID"] == "1"
    count = 0
    asked = ask(f"{url}im.dialog.messages.get", DIALOG_ID=f"chat{writer.chat}", LIMIT=50)
    listed = asked.get("result", {}).get("files", [])
    for file in listed:
        link = ask(f"{url}im.v2.File.download", dialogId=f"chat{writer.chat}", fileId=file["id"])
        got = httpx.get(link["result"]["downloadUrl"].replace("http://localhost:8024", server.url), trust_env=False)
        assert got.content == b"Hello!"
        count += 1
    return count


def test_commands_refuse_in_a_sentence(tmp_path: Path) -> None:
    data, target = tmp_path / "data", tmp_path / "portal.tar"
    assert run("init", "--data", str(data)).returncode == 0
    assert run("backup", str(target), "--data", str(data)).returncode == 0
    again = run("backup", str(target), "--data", str(data))
    assert (again.returncode, again.stderr) == (
        1,
        f"botyard: The backup could not be made: {target}: there is such a file already. Nothing was left behind.\n",
    )
    nowhere = run("backup", str(tmp_path / "none" / "x.tar"), "--data", str(data))
    assert (nowhere.returncode, nowhere.stderr.count("\n")) == (1, 1)
    busy = run("restore", str(target), "--data", str(data))
    assert (busy.returncode, busy.stderr) == (
        1,
        f"botyard: {data} is not empty; a backup is restored into a new folder only.\n",
    )
    missing = run("restore", str(tmp_path / "none.tar"), "--data", str(tmp_path / "new"))
    assert (missing.returncode, missing.stderr.count("\n")) == (1, 1)
    target.write_bytes(target.read_bytes()[:-20_000])
    torn = run("restore", str(target), "--data", str(tmp_path / "new"))
    assert (torn.returncode, torn.stderr) == (
        1,
        f"botyard: {target} is no whole backup: it is damaged, or was cut off.\n",
    )
    assert not (tmp_path / "new").exists()
