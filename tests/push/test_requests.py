"""What clients say: requests over the socket, and how they are refused."""

from __future__ import annotations

import contextlib
import json
import logging
import time

import pytest
from websockets.exceptions import ConnectionClosed

from botyard.model.people import UserKind
from botyard.push import presence, rates
from botyard.push.rates import Rates
from botyard.push.request_errors import Refused
from botyard.web import frame_pace
from botyard.web.frame_pace import FramePace
from tests.push.clients import channel_ids, code_of, config, listening
from tests.web.live import Live

FRAME = b"\x81\x81\0\0\0\0{"
"""A text frame of a client with what is no request."""


def test_clients_write_to_one_another(live: Live) -> None:
    world = live.world
    ann = world.add_person()
    body = {"module_id": "im", "command": "hello", "params": {"a": 1}}
    with listening(live) as sender, listening(live, ann) as client:
        assert sender.ask("publish", userList=[ann.id], body=body) == {}
        message = client.next()
        assert (message["module_id"], message["command"], message["params"]) == ("im", "hello", {"a": 1})
        assert message["sender"]["type"] == 1
        public = config(live, ann)["publicChannels"][str(ann.id)]
        for channel in (
            f"{public['public_id']}.{public['signature']}",
            {"publicId": public["public_id"], "signature": public["signature"]},
        ):
            assert sender.ask("publish", channelList=[channel], body=body) == {}
            assert client.next()["command"] == "hello"
        assert sender.silent()


def test_clients_of_an_application_write_to_its_clients_only(live: Live) -> None:
    world = live.world
    app, ann = world.add_app(), world.add_person()
    hers = world.add_token(ann.id, app.id)
    body = {"module_id": "application", "command": "hello"}
    with (
        listening(live, app, of_app=True) as sender,
        listening(live, hers, of_app=True) as client,
        listening(live, ann) as person,
    ):
        assert sender.ask("publish", userList=[ann.id], body=body) == {}
        assert client.next()["command"] == "hello"
        assert person.silent()


def test_what_cannot_be_published(live: Live) -> None:
    world = live.world
    ann = world.add_person()
    good = {"module_id": "x", "command": "y"}
    with listening(live) as sender:
        for params in (
            {"body": good},
            {"userList": "1", "body": good},
            {"userList": [ann.id]},
            {"userList": [ann.id], "body": {"module_id": "pull", "command": "config_expire"}},
            {"userList": [ann.id], "body": {"module_id": "Online", "command": "x"}},
            {"userList": [ann.id], "body": {"module_id": "x", "command": 1}},
            {"userList": [ann.id], "body": {"module_id": "im", "command": "messageChat", "params": {}}},
            {"userList": [ann.id], "body": {"module_id": "IM", "command": "MessageChat", "params": {}}},
            {"userList": [ann.id], "body": {"module_id": "im", "command": "startWriting", "params": {}}},
            {"userList": [ann.id], "body": {"module_id": "x", "command": "y", "params": {"a": "b" * 8000}}},
            {"userList": [True], "body": good},
            {"channelList": ["x.y"], "body": good},
            {"channelList": [config(live)["channels"]["private"]["id"]], "body": good},
            {"channelList": [1], "body": good},
        ):
            assert sender.ask("publish", **params)["code"] == -32602, params


def test_outsiders_do_not_write_to_strangers(live: Live) -> None:
    outsider = live.world.add_person("Out", "Sider", kind=UserKind.EXTRANET)
    with listening(live) as client, listening(live, outsider) as sender:
        sender.ask("publish", userList=[live.world.admin.id], body={"module_id": "x", "command": "y"})
        assert client.silent()
        assert sender.ask("getUsersLastSeen", userList=[live.world.admin.id]) == {}
        assert sender.ask("subscribeStatusChange", userId=live.world.admin.id)["code"] == -32602


def test_small_requests(live: Live) -> None:
    answer = config(live)
    with listening(live) as client:
        assert client.ask("ping") == {}
        assert client.ask("listChannels") == [answer["channels"][kind]["id"] for kind in ("private", "shared")]
        assert client.ask("destroy")["code"] == -32601


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{", -32700),
        ("[" * 5000, -32700),
        ('{"jsonrpc": "2.0", "method": "ping", "id": 1, "params": {"a": ' + "[" * 900 + "]" * 900 + "}}", -32700),
        ("1", -32600),
        ('{"jsonrpc": "2.0", "method": 1, "id": 1}', -32600),
        ('{"jsonrpc": "2.0", "method": "ping", "params": [1], "id": 1}', -32600),
        ('{"jsonrpc": "2.0", "id": 1}', -32600),
        ('{"jsonrpc": "2.0", "method": "ping", "id": {}}', -32600),
        ('{"jsonrpc": "2.0", "method": "ping", "id": [1]}', -32600),
        ('{"jsonrpc": "2.0", "method": "ping", "id": true}', -32600),
        ("[]", -32600),
        (json.dumps([{"jsonrpc": "2.0", "method": "ping", "id": 1}] * 17), -32600),
    ],
)
def test_what_is_no_request(live: Live, text: str, code: int) -> None:
    with listening(live) as client:
        client.socket.send(text)
        assert json.loads(client.socket.recv(timeout=10))["error"]["code"] == code
        assert client.ask("ping") == {}


def test_batches_and_notifications(live: Live) -> None:
    with listening(live) as client:
        asked = [{"jsonrpc": "2.0", "method": "ping", "id": number} for number in (1, 2)]
        client.socket.send(json.dumps([*asked, {"jsonrpc": "2.0", "method": "ping"}]))
        assert [answer["id"] for answer in json.loads(client.socket.recv(timeout=10))] == [1, 2]
        client.socket.send('{"jsonrpc": "2.0", "result": 1, "id": 3}')
        assert client.silent()


def test_requests_are_limited_by_key(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rates, "BURST", 3)
    with listening(live) as client:
        answers = [client.ask("ping") for _ in range(5)]
        assert answers[-1]["code"] == -32000


def test_who_says_too_much_is_read_later(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    """Frames cost time of the event loop, however small they are; all of a person count together."""
    monkeypatch.setattr(frame_pace, "BURST", 10)
    monkeypatch.setattr(frame_pace, "PER_SECOND", 1000)
    ids = channel_ids(config(live))
    with listening(live, channels=ids) as client:
        begun = time.monotonic()
        for _ in range(3):
            client.socket.socket.sendall((FRAME * 20 + b"\x8a\x80\0\0\0\0" * 400) * 2)
        # Nobody else waits for them.
        live.alive()
        waited = time.monotonic() - begun
        assert client.ask("ping") == {}
        assert time.monotonic() - begun > max(1, 2 * waited)


def test_strangers_hold_up_no_handshake(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even one that is longer than what is read at once."""
    monkeypatch.setattr(frame_pace, "BURST", 20)
    monkeypatch.setattr(frame_pace, "PER_SECOND", 0.001)
    ids = channel_ids(config(live))
    for _ in range(20):
        assert code_of(live, "x") == 4010
    with listening(live, channels=ids, headers={"X-Long": "x" * 3 * frame_pace.PIECE}) as client:
        assert client.ask("ping") == {}


def test_the_pace_is_that_of_a_person() -> None:
    pace = FramePace()
    assert pace.spend(1, frame_pace.BURST, now=0.0) == 0
    assert pace.spend(1, frame_pace.PER_SECOND, now=0.0) == 1
    assert pace.spend(2, 1, now=0.0) == 0
    # What was said is made up for by waiting, and no more than a burst is saved.
    assert pace.spend(1, 1, now=2.0) == 0
    assert pace.spend(1, frame_pace.BURST + frame_pace.PER_SECOND, now=1000.0) == 1


def test_a_crowd_makes_nobody_forgotten_who_has_just_spoken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frame_pace, "MOST_PEOPLE", 10)
    monkeypatch.setattr(rates, "MOST_KEYS", 10)
    pace, requests = FramePace(), Rates(lambda: 0.0)

    def is_held(key: int) -> bool:
        try:
            requests.spend(f"t{key}")
        except Refused:
            return pace.spend(key, 1, now=0.0) > 0
        return False

    for key in range(10):
        pace.spend(key, frame_pace.BURST, now=0.0)
        for _ in range(rates.BURST):
            requests.spend(f"t{key}")
    pace.spend(10, 1, now=0.0)
    requests.spend("t10")
    assert [is_held(key) for key in range(1, 10)] == [True] * 9


def test_connections_leave_no_lines_in_the_log(live: Live, caplog: pytest.LogCaptureFixture) -> None:
    """Neither of strangers, who could fill the disk with them, nor with the keys in their addresses."""
    caplog.set_level(logging.DEBUG)
    with listening(live) as client:
        assert client.ask("ping") == {}
    with contextlib.suppress(ConnectionClosed), listening(live, channels="x"):
        pass
    assert [record.getMessage() for record in caplog.records if record.name.startswith("websockets.server")] == []


def test_frames_that_are_too_long_or_in_pieces_end_the_connection(live: Live) -> None:
    with listening(live) as client:
        # The server may have closed before all of it is sent.
        with contextlib.suppress(ConnectionClosed):
            client.socket.send("x" * 70_000)
        assert client.ended() == 1009
    with listening(live) as client:
        with contextlib.suppress(ConnectionClosed):
            client.socket.send(["a", "b"])
        assert client.ended() == 1009


def test_who_is_there(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(presence, "GRACE_SECONDS", 0.05)
    world = live.world
    ann, bob = world.add_person(), world.add_person("Bob")
    with listening(live) as client:
        assert client.ask("subscribeStatusChange", userId=ann.id) == {}
        with listening(live, ann):
            message = client.next()
            assert (message["module_id"], message["command"]) == ("online", "userStatusChange")
            assert message["params"] == {"user_id": ann.id, "online": True}
            assert client.ask("getUsersLastSeen", userList=[ann.id, bob.id, 4711]) == {str(ann.id): 0}
        assert client.next()["params"] == {"user_id": ann.id, "online": False}
        assert client.ask("getUsersLastSeen", userList=[ann.id])[str(ann.id)] < 5
        assert client.ask("unsubscribeStatusChange", userId=ann.id) == {}
        with listening(live, ann):
            assert client.silent()


def test_who_comes_back_at_once_was_not_away(live: Live) -> None:
    ann = live.world.add_person()
    with listening(live) as client:
        client.ask("subscribeStatusChange", userId=ann.id)
        with listening(live, ann):
            assert client.next()["params"]["online"]
        with listening(live, ann):
            assert client.silent()
