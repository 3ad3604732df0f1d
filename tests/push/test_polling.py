"""Clients without WebSockets, and those of earlier versions."""

from __future__ import annotations

import http.client
import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from websockets.sync.client import connect

from botyard.push import protobuf
from botyard.store.engines.db import Unavailable
from botyard.web import push_http
from tests.push.clients import address, channel_ids, config, listening
from tests.web.live import Live

EVENT = "pull.application.event.add"


def get(live: Live, ids: str, verb: str = "GET", body: bytes = b"", path: str = "", **query: Any) -> Any:
    link = address(live, ids, path or "/bitrix/sub/", **query).partition(f":{live.port}")[2]
    connection = http.client.HTTPConnection("127.0.0.1", live.port, timeout=20)
    try:
        connection.request(verb, link, body or None)
        response = connection.getresponse()
        return response.status, dict(response.getheaders()), response.read()
    finally:
        connection.close()


def test_a_poll_without_news(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(push_http, "POLL_SECONDS", 0.05)
    status, headers, body = get(live, channel_ids(config(live)))
    assert (status, body) == (304, b"")
    assert headers["expires"] == "Thu, 01 Jan 1973 11:11:01 GMT"
    assert headers["access-control-expose-headers"] == "Last-Message-Id, Expires"
    assert len(headers["last-message-id"]) == 20


QUERIES: dict[str, dict[str, Any]] = {
    "jsonRpc": {"jsonRpc": "true"},
    "text": {"jsonRpc": ""},
    "json": {"jsonRpc": "", "format": "json"},
}


@pytest.mark.parametrize("form", list(QUERIES))
def test_nothing_is_lost_between_polls(live: Live, monkeypatch: pytest.MonkeyPatch, form: str) -> None:
    monkeypatch.setattr(push_http, "POLL_SECONDS", 0.05)
    app = live.world.add_app()
    ids = channel_ids(config(live, app, of_app=True))
    query = QUERIES[form]
    mid = get(live, ids, **query)[1]["last-message-id"]
    for name in ("a", "b"):
        live.world.call(EVENT, app, COMMAND=name)
    status, headers, body = get(live, ids, mid=mid, **query)
    assert status == 200
    assert names(form, body) == ["a", "b"]
    assert get(live, ids, mid=headers["last-message-id"], **query)[0] == 304


def names(form: str, body: bytes) -> list[str]:
    """The commands in a response."""
    if form == "jsonRpc":
        return [each["params"]["body"]["command"] for each in json.loads(body)]
    if form == "json":
        return [each["text"]["command"] for each in json.loads(body)]
    parts = body.decode().split("#!NGINXNMS!#")[1:]
    return [json.loads(part.removesuffix("#!NGINXNME!#"))["text"]["command"] for part in parts]


def test_a_poll_ends_with_the_first_message(live: Live) -> None:
    app = live.world.add_app()
    ids = channel_ids(config(live, app, of_app=True))
    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(get, live, ids)
        while not live.context.slots.sockets_of.taken:
            time.sleep(0.01)
        live.world.call(EVENT, app, COMMAND="now")
        status, _, body = waiting.result(20)
    assert (status, names("jsonRpc", body)) == (200, ["now"])


def test_large_news_come_in_several_responses(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(push_http, "MOST_BYTES", 10_000)
    monkeypatch.setattr(push_http, "POLL_SECONDS", 0.05)
    app = live.world.add_app()
    ids = channel_ids(config(live, app, of_app=True))
    mid = get(live, ids)[1]["last-message-id"]
    sent = [f"c{number}" for number in range(6)]
    for name in sent:
        live.world.call(EVENT, app, COMMAND=name, PARAMS={"text": "x" * 4000})
    received: list[str] = []
    while True:
        status, headers, body = get(live, ids, mid=mid)
        mid = headers["last-message-id"]
        if status == 304:
            break
        received += names("jsonRpc", body)
    assert received == sent


def test_wrong_channels(live: Live) -> None:
    status, _, body = get(live, "x")
    assert (status, json.loads(body)["error"]) == (403, "WRONG_CHANNEL_ID")
    assert get(live, "x", "POST", b"{}", "/bitrix/rest/")[0] == 403
    assert get(live, "x", "POST")[0] == 405


def test_a_client_of_version_4(live: Live) -> None:
    app = live.world.add_app()
    ids = channel_ids(config(live, app, of_app=True))
    with connect(address(live, ids, jsonRpc="", binaryMode="true"), compression=None, proxy=None) as socket:
        socket.ping().wait(10)
        live.world.call(EVENT, app, COMMAND="four", PARAMS={"a": 1})
        frame = socket.recv(timeout=10)
    assert isinstance(frame, bytes)
    batch = fields(frame)
    message = fields(fields(fields(batch[1])[1])[1])
    body = json.loads(message[2])
    assert (body["module_id"], body["command"], body["params"]) == ("application", "four", {"a": 1})
    assert message[1].hex()[:16] == f"{1:016x}"
    assert fields(message[5]) == {1: 2}


def fields(data: Any) -> Any:
    """The fields of a message of protocol buffers."""
    values: dict[int, Any] = {}
    place = 0

    def varint() -> int:
        nonlocal place
        value, shift = 0, 0
        while True:
            byte = int(data[place])
            place += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    while place < len(data):
        key = varint()
        if key & 7 == 0:
            values[key >> 3] = varint()
            continue
        size = varint() if key & 7 == 2 else 4
        values[key >> 3] = data[place : place + size]
        place += size
    return values


def written(*parts: tuple[int, bytes]) -> bytes:
    """A message of fields of bytes."""
    out = b""
    for number, value in parts:
        size = len(value)
        length = bytes([size]) if size < 128 else bytes([size & 127 | 128, size >> 7])
        out += bytes([number << 3 | 2]) + length + value
    return out


def publishing(public: dict[str, str], body: bytes) -> bytes:
    """A request of version 4 to tell a public channel something."""
    receiver = written((1, bytes.fromhex(public["public_id"])), (3, bytes.fromhex(public["signature"])))
    return written((1, written((1, written((1, written((1, receiver), (3, body))))))))


def test_what_cannot_be_passed_on_is_let_go(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = channel_ids(config(live))
    public = config(live)["publicChannels"][str(live.world.admin.id)]
    asked = threading.Event()

    async def away(work: object) -> None:
        asked.set()
        raise Unavailable("The database is away.")

    with connect(address(live, ids, jsonRpc="", binaryMode="true"), compression=None, proxy=None) as socket:
        socket.ping().wait(10)
        monkeypatch.setattr(live.context.database, "write_unordered", away)
        socket.send(publishing(public, b'{"module_id": "x", "command": "y"}'))
        socket.ping().wait(10)
        assert asked.wait(10)
        socket.ping().wait(10)
    assert [line for line in live.lines if "never retrieved" in line] == []


def test_publishing_by_post(live: Live) -> None:
    world = live.world
    ann = world.add_person()
    ids = channel_ids(config(live))
    public = config(live, ann)["publicChannels"][str(ann.id)]
    body = json.dumps({"module_id": "im", "command": "hello", "params": {}}).encode()
    request = publishing(public, body)
    asked = {"userList": [ann.id], "body": json.loads(body)}
    text = json.dumps([{"jsonrpc": "2.0", "method": "publish", "params": asked, "id": 1}]).encode()
    with listening(live, ann) as client:
        assert get(live, ids, "POST", request, "/bitrix/rest/")[0] == 200
        assert client.next()["command"] == "hello"
        status, _, answer = get(live, ids, "POST", text, "/bitrix/rest/")
        assert (status, json.loads(answer)) == (200, [{"jsonrpc": "2.0", "id": 1, "result": {}}])
        assert client.next()["sender"]["type"] == 1
        assert get(live, ids, "POST", b"x" * 70_000, "/bitrix/rest/")[0] == 413


@pytest.mark.parametrize(
    "data", [b"\xff", b"\x0a\xff", b"\x0a\x05ab", b"\x0b", b"\x08" + b"\xff" * 11, b"\x0a\x02\x0a\x09"]
)
def test_what_is_no_protocol_buffer(data: bytes) -> None:
    with pytest.raises(protobuf.Malformed):
        protobuf.incoming(data)
