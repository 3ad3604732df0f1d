"""Connections give way to new ones: those that idle, of whoever has most of them, the oldest first."""

from __future__ import annotations

import pytest

from botyard.web import crowd
from botyard.web.crowd import Crowd, room
from tests.web.live import Live, request, until


class Idle:
    """A connection that notes that it had to go."""

    def __init__(self, address: str, since: float | None, gone: list[str], name: str) -> None:
        self.address = address
        self.idle_since = since
        self._gone = gone
        self._name = name

    def give_way(self) -> None:
        self._gone.append(self._name)


def test_nobody_gives_way_while_there_is_room() -> None:
    gone: list[str] = []
    some = Crowd(3)
    for number in range(3):
        some.join(Idle("a", number, gone, str(number)))
    assert (len(some), gone) == (3, [])


def test_the_oldest_of_the_address_with_most_idle_ones_gives_way() -> None:
    gone: list[str] = []
    some = Crowd(5)
    members = [("a", 1.0), ("b", 5.0), ("b", 4.0), ("b", None), ("a", None)]
    for number, (address, since) in enumerate(members):
        some.join(Idle(address, since, gone, f"{address}{number}"))
    some.join(Idle("c", 9.0, gone, "c"))
    assert gone == ["b2"]
    assert len(some) == 5


def test_what_is_at_work_stays() -> None:
    gone: list[str] = []
    some = Crowd(2)
    for number in range(4):
        some.join(Idle("a", None, gone, str(number)))
    assert (len(some), gone) == (4, [])


def test_a_part_of_many_gives_way_at_once() -> None:
    gone: list[str] = []
    some = Crowd(100)
    for number in range(101):
        some.join(Idle("a", float(number), gone, str(number)))
    assert gone == ["0", "1", "2", "3", "4"]


def test_deliveries_keep_half_of_the_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crowd, "open_files", lambda: 4096)
    assert room() == 2048 - crowd.RESERVED
    monkeypatch.setattr(crowd, "open_files", lambda: 100)
    assert room() == 1


def test_a_new_connection_is_served_though_others_take_up_all_room(live: Live) -> None:
    """Idle ones, heads by half, and one that waits for the rest of a refused body."""
    live.crowd.most = 6
    others = [live.connect() for _ in range(6)]
    others[1].send(b"GET / HTTP/1.1\r\nhost: a")
    others[2].send(request("PUT", f"{live.path}/profile", b"{", content_length="1000"))
    assert others[2].answer().status == 405
    for _ in range(6):
        live.alive()
    assert sum(wire.ended() for wire in others[:1]) == 1
    for wire in others:
        wire.__exit__()
    live.crowd.most = room()


def test_a_call_under_way_is_not_ended(live: Live) -> None:
    until(lambda: live.listener.under_way == 0)
    live.crowd.most = 1
    with live.connect() as busy:
        busy.send(request("POST", f"{live.path}/profile", b"{", content_type="application/json", content_length="2"))
        until(lambda: live.listener.under_way == 1)
        live.alive()
        live.alive()
        busy.send(b"}")
        assert busy.answer().status == 200
    live.crowd.most = room()
