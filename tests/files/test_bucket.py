"""The same in a bucket, on a server that speaks the S3 protocol."""

from __future__ import annotations

import http.client
import io
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from botyard.store.engines.blobs import CHUNK
from botyard.store.engines.bucket import Bucket
from botyard.store.engines.connect import open_blobs
from botyard.store.engines.db import Unavailable
from tests.conftest import MakeWorld
from tests.worlds.pictures import picture

pytest.importorskip("moto")
pytestmark = pytest.mark.slow

NAME = "0123456789abcdef0123456789abcdef"


@pytest.fixture(scope="module")
def server() -> Iterator[int]:
    """The port of a server with the bucket `chat`."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        assert _made(port, "chat")
        yield port
    finally:
        running.kill()
        running.wait()


def _made(port: int, bucket: str) -> bool:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            asked = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
            asked.request("PUT", f"/{bucket}", headers={"content-length": "0"})
            status = asked.getresponse().status
            asked.close()
            return status == 200
        except OSError:
            time.sleep(0.1)
    return False


@pytest.fixture(autouse=True)
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.delenv("HTTP_PROXY", raising=False)
    monkeypatch.delenv("http_proxy", raising=False)


@pytest.fixture
def address(server: int) -> str:
    return f"s3://chat/some/files?endpoint=http://127.0.0.1:{server}"


def test_bytes_come_back_as_they_went(address: str) -> None:
    bucket = Bucket(address)
    content = bytes(range(256)) * 40_000  # More than one part of an upload.
    bucket.check()
    bucket.put(NAME, io.BytesIO(content))
    assert bucket.read(NAME, 0, len(content)) == content
    assert bucket.read(NAME, 100, 50) == content[100:150]
    assert bucket.read(NAME, 0, 0) == b""
    bucket.put(NAME, io.BytesIO(b"again"))
    assert bucket.read(NAME, 0, 5) == b"again"
    bucket.delete(NAME)
    bucket.delete(NAME)
    with pytest.raises(FileNotFoundError):
        bucket.read(NAME, 0, 5)


def test_a_prefix_keeps_portals_apart(server: int) -> None:
    first, second = (Bucket(f"s3://chat/{name}?endpoint=http://127.0.0.1:{server}") for name in ("one", "two"))
    first.put(NAME, io.BytesIO(b"one"))
    with pytest.raises(FileNotFoundError):
        second.read(NAME, 0, 3)
    first.delete(NAME)


def test_a_portal_with_a_bucket(make_world: MakeWorld, address: str) -> None:
    world = make_world(files=address)
    world.open_file_room()
    content = picture("JPEG", (2000, 1000)) + bytes(2 * CHUNK)
    answer = world.upload("a.jpg", content).result
    file = answer["file"]
    assert world.blobs == []
    assert world.download(world.download_url(file)).body == content
    assert world.download(world.download_url(file), range=f"bytes=5-{CHUNK + 5}").body == content[5 : CHUNK + 6]
    assert world.download(file["urlPreview"]).headers["content-type"] == "image/jpeg"
    world.erase(answer["messageId"])
    assert world.sweep_files() == 2
    assert world.no_files_left()


def test_a_bucket_that_goes_away(make_world: MakeWorld, server: int) -> None:
    assert _made(server, "brief")
    world = make_world(files=f"s3://brief?endpoint=http://127.0.0.1:{server}")
    world.open_file_room()
    asked = http.client.HTTPConnection("127.0.0.1", server, timeout=10)
    asked.request("DELETE", "/brief")
    assert asked.getresponse().status == 204
    asked.close()
    answer = world.upload("a.txt", b"hello")
    assert (answer.error, answer.text) == ("UPLOAD_FAILED", "File upload failed")
    assert world.count("files") == 0


@pytest.mark.parametrize(
    ("place", "reason"),
    [
        ("s3://", "must look like"),
        ("s3://chat?colour=red", "must look like"),
        ("s3://chat?endpoint=http://127.0.0.1:1", "Files cannot be kept in s3://chat"),
        ("s3://nosuch?endpoint=http://127.0.0.1:{port}", "NoSuchBucket|404"),
    ],
)
def test_a_bucket_that_cannot_be_had_is_told_at_the_start(tmp_path: Path, server: int, place: str, reason: str) -> None:
    with pytest.raises(Unavailable, match=reason) as error:
        open_blobs(place.format(port=server), tmp_path)
    assert "secret" not in error.value.reason
    assert "\n" not in error.value.reason
