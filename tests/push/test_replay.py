"""Who comes back is told what was missed, and nothing twice."""

from __future__ import annotations

import json
from typing import Any

import pytest

from botyard.model import mids
from botyard.model.mids import Position
from botyard.push import hub, replay
from botyard.web import socket as sockets
from tests.push.clients import channel_ids, config, listening
from tests.web.live import Live

EVENT = "pull.application.event.add"


def send(live: Live, app: Any, *names: str) -> None:
    for name in names:
        live.world.call(EVENT, app, COMMAND=name)


def test_what_was_missed_comes_first_and_then_what_is_new(live: Live) -> None:
    app = live.world.add_app()
    ids = channel_ids(config(live, app, of_app=True))
    with listening(live, channels=ids) as client:
        send(live, app, "a", "b")
        assert [client.next()["command"], client.next()["command"]] == ["a", "b"]
        first, last = client.mids
    send(live, app, "c", "d")
    with listening_again(live, ids, last) as client:
        send(live, app, "e")
        assert [client.next()["command"] for _ in range(3)] == ["c", "d", "e"]
        assert client.silent()
    with listening_again(live, ids, first) as client:
        assert [client.next()["command"] for _ in range(4)] == ["b", "c", "d", "e"]


def listening_again(live: Live, ids: str, mid: str) -> Any:
    """Come back; nothing is asked before, so that nothing is answered in between."""
    return listening(live, channels=ids, mid=mid)


def test_what_happens_between_asking_for_the_configuration_and_connecting_is_told(live: Live) -> None:
    app = live.world.add_app()
    send(live, app, "before")
    answer = config(live, app, of_app=True)
    send(live, app, "a", "b")
    with listening_again(live, channel_ids(answer), answer["mid"]) as client:
        send(live, app, "c")
        assert [client.next()["command"] for _ in range(3)] == ["a", "b", "c"]
        assert client.silent()


def test_who_is_ahead_of_the_server_waits_for_it(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    # It does not look by itself.
    monkeypatch.setattr(hub, "POLL_SECONDS", 1000)
    app = live.world.add_app()
    with listening(live, app, of_app=True) as first:
        send(live, app, "a", "b")
        answer = config(live, app, of_app=True)
        with listening_again(live, channel_ids(answer), answer["mid"]) as second:
            assert [first.next()["command"] for _ in range(2)] == ["a", "b"]
            assert second.silent()


def test_messages_of_chats_are_replayed_to_members_only(live: Live) -> None:
    world = live.world
    ann, bob = world.add_person(), world.add_person("Bob")
    with listening(live, ann) as client, listening(live, bob) as other:
        world.call("pull.application.push.add", world.add_app(), USER_ID=[ann.id, bob.id], TEXT="start")
        client.next(), other.next()
        hers, his = client.mids[-1], other.mids[-1]
    world.call("im.message.add", DIALOG_ID=ann.id, MESSAGE="secret")
    with listening_again(live, channel_ids(config(live, ann)), hers) as client:
        assert "secret" in json.dumps(client.next())
    with listening_again(live, channel_ids(config(live, bob)), his) as client:
        assert client.silent()


@pytest.mark.parametrize("mid", ["x", "f" * 20, "0" * 19, f"{2**60:016x}0000", "é" * 20])
def test_who_comes_with_an_impossible_number_begins_anew(live: Live, mid: str) -> None:
    app = live.world.add_app()
    send(live, app, "a")
    with listening_again(live, channel_ids(config(live, app, of_app=True)), mid) as client:
        message = client.next()
        assert (message["module_id"], message["command"]) == ("pull", "config_expire")
        send(live, app, "b")
        assert client.next()["command"] == "b"


def test_what_is_not_in_the_log_any_more_cannot_be_told(live: Live) -> None:
    world = live.world
    app = world.add_app()
    send(live, app, "a", "b")

    async def work(tx: Any) -> None:
        await tx.run("UPDATE event_log SET passed = 1, passed_id = 2")

    world.write(work)
    with listening_again(live, channel_ids(config(live, app, of_app=True)), mids.mid(Position(1))) as client:
        assert client.next()["command"] == "config_expire"


def test_whoever_missed_far_too_much_begins_anew(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replay, "MOST_MISSED", 2)
    app = live.world.add_app()
    ids = channel_ids(config(live, app, of_app=True))
    send(live, app, "a", "b", "c", "d")
    with listening_again(live, ids, mids.mid(Position(1))) as client:
        assert client.next()["command"] == "config_expire"
    with listening_again(live, ids, mids.mid(Position(3))) as client:
        assert client.next()["command"] == "d"


def test_a_long_absence_is_told_in_many_pieces(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replay, "WINDOW", 3)
    app = live.world.add_app()
    ids = channel_ids(config(live, app, of_app=True))
    send(live, app, "first")
    names = [f"c{number}" for number in range(20)]
    send(live, app, *names)
    with listening_again(live, ids, mids.mid(Position(1))) as client:
        assert [client.next()["command"] for _ in names] == names


def test_a_slow_client_is_disconnected_and_finds_everything_when_it_returns(
    live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sockets, "MAX_WAITING", 50_000)
    app = live.world.add_app()
    ids = channel_ids(config(live, app, of_app=True))
    with listening(live, channels=ids) as client:
        send(live, app, "first")
        client.next()
        mid = client.mids[-1]
        # It reads no more; first the buffers of the system fill.
        for number in range(300):
            live.world.call(EVENT, app, COMMAND=f"c{number}", PARAMS={"text": "x" * 60_000})
            if live.context.slots.sockets_of.taken == 0:
                break
        assert live.context.slots.sockets_of.taken == 0
    with listening_again(live, ids, mid) as client:
        assert client.next()["command"] == "c0"
