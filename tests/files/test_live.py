"""Uploads and downloads over a real connection."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator

import pytest

from tests.web.live import Live, chunked, request
from tests.worlds.files import base64_of

pytestmark = pytest.mark.live

CONTENT = bytes(range(256)) * 20_000
UPLOAD = "im.v2.File.upload"


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    server = Live(tmp_path_factory.mktemp("live"))
    yield server
    server.close()


def body(live: Live) -> bytes:
    room = live.world.add_chat()
    fields = {"name": "a.bin", "content": base64_of(CONTENT)}
    return json.dumps({"dialogId": f"chat{room}", "fields": fields}).encode()


def test_a_file_in_chunks_and_back_in_parts(live: Live) -> None:
    raw = body(live)
    parts = [raw[start : start + 70_001] for start in range(0, len(raw), 70_001)]
    head = {"content_type": "application/json", "transfer_encoding": "chunked"}
    file = live.ask(request("POST", f"{live.path}/{UPLOAD}", chunked(*parts), **head)).result["file"]
    path = file["urlDownload"].partition("//botyard.test")[2]
    with live.connect() as wire:
        wire.send(request("GET", path))
        assert hashlib.sha256(wire.answer("GET").body).digest() == hashlib.sha256(CONTENT).digest()
        wire.send(request("GET", path, range="bytes=1000000-2000000"))
        assert wire.answer("GET").body == CONTENT[1_000_000:2_000_001]
        wire.send(request("HEAD", path))
        assert wire.answer("HEAD").headers["content-length"] == str(len(CONTENT))
    live.alive()


def test_a_wrong_key_is_told_before_the_body_is_sent(live: Live) -> None:
    size = str(100 * 1024 * 1024)
    head = request("POST", f"/rest/1/wrong/{UPLOAD}", content_type="application/json", content_length=size)
    assert live.ask(head).error == "INVALID_CREDENTIALS"


def test_a_connection_that_breaks_off(live: Live) -> None:
    raw = body(live)
    head = request("POST", f"{live.path}/{UPLOAD}", content_type="application/json", content_length=str(len(raw)))
    with live.connect() as wire:
        wire.send(head + raw[:2_000_000])
    live.alive()
    assert list((live.world.settings.data / "files" / "incoming").iterdir()) == []
