"""`--breached-passwords`: a sorted file of hashes, searched where it lies."""

from __future__ import annotations

import hashlib
import io
import math
from pathlib import Path

import pytest
from zxcvbn.frequency_lists import FREQUENCY_LISTS

from botyard.portal.auth.breached_passwords import BreachedPasswords
from botyard.portal.auth.passwords import weakness
from botyard.store.engines.db import FilesUnavailable
from tests.conftest import MakeWorld
from tests.web.browser import Browser, resident

LEAKED = ["correct horse battery staple", "собака на сене", "Tromsø in winter", *FREQUENCY_LISTS["passwords"][:2000]]


def digest(password: str) -> str:
    return hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper()


def written(folder: Path, passwords: list[str], end: str = "\r\n", *, counts: bool = True, last: bool = True) -> Path:
    """A file as it is published."""
    lines = [
        f"{line}:{number * 97 + 1}" if counts else line for number, line in enumerate(sorted(map(digest, passwords)))
    ]
    file = folder / "breached.txt"
    file.write_bytes((end.join(lines) + (end if last else "")).encode())
    return file


@pytest.mark.parametrize("end", ["\r\n", "\n"], ids=["crlf", "lf"])
@pytest.mark.parametrize("counts", [True, False])
@pytest.mark.parametrize("last", [True, False])
def test_every_line_is_found_and_nothing_else(tmp_path: Path, end: str, counts: bool, last: bool) -> None:
    for passwords in (LEAKED, LEAKED[:1], LEAKED[:2], LEAKED[:3]):
        listed = BreachedPasswords(written(tmp_path, passwords, end, counts=counts, last=last))
        assert [password for password in passwords if not listed.holds(password)] == []
        others = [f"{password}!" for password in LEAKED]
        assert [other for other in others if listed.holds(other)] == []


def test_lower_case_will_do(tmp_path: Path) -> None:
    file = written(tmp_path, LEAKED)
    file.write_bytes(file.read_bytes().lower())
    assert BreachedPasswords(file).holds(LEAKED[0])


class Counted(io.FileIO):
    """A file that counts how often it is read."""

    reads = 0

    def read(self, size: int | None = -1, /) -> bytes:
        Counted.reads += 1
        return super().read(size)


def test_a_look_up_reads_a_few_lines_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = written(tmp_path, LEAKED)
    listed = BreachedPasswords(file)
    monkeypatch.setattr(Path, "open", lambda path, mode: Counted(path))
    for password in ("nothing like it", LEAKED[0]):
        Counted.reads = 0
        listed.holds(password)
        assert 0 < Counted.reads <= math.log2(file.stat().st_size) + 1


@pytest.mark.parametrize(
    "content",
    [b"", b"password\n123456\n", b"a" * 32 + b":3\r\n", b"F" * 40 + b":1\r\n" + b"0" * 40 + b":1\r\n", b"\x00" * 500],
    ids=["empty", "plain", "ntlm", "unsorted", "binary"],
)
def test_another_file_is_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "other.txt"
    file.write_bytes(content)
    with pytest.raises(FilesUnavailable, match="sorted by hash"):
        BreachedPasswords(file)
    with pytest.raises(FilesUnavailable, match="cannot be read"):
        BreachedPasswords(tmp_path / "none.txt")


def test_a_password_that_leaked_is_refused_wherever_one_is_chosen(tmp_path: Path, make_world: MakeWorld) -> None:
    leaked = LEAKED[0]
    assert weakness(leaked) == ""
    world = make_world(breached_passwords=str(written(tmp_path, LEAKED)))
    answer = world.call("botyard.user.add", LOGIN="ben", PASSWORD=leaked)
    assert (answer.error, "published leak" in answer.text) == ("PASSWORD_WEAK", True)
    made = world.call("botyard.user.add", LOGIN="ben").result
    assert world.call("botyard.user.password", ID=made["ID"], PASSWORD=leaked).error == "PASSWORD_WEAK"
    resident(world, "ann")
    ann = Browser(world)
    ann.sign_in("ann")
    ann.get("/account/password")
    assert ann.post("/account/password", {**ann.fields, "present": "correct horse", "new": leaked}).status == 400
    assert "published leak" in ann.html
    path = world.call("botyard.user.password.link", ID=made["ID"]).result["LINK"].removeprefix("http://botyard.test")
    ann.get(path)
    assert ann.post("/account/reset", {**ann.fields, "new": leaked}).status == 400
    assert world.call("botyard.user.add", LOGIN="cid", PASSWORD="correct horse batteries").status == 200
