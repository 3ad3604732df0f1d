"""What watchers are told: that a server lives, that it is ready, and what it has counted."""

from __future__ import annotations

import re
from typing import Any

import msgspec
import pytest

from botyard.rpc import metrics
from botyard.server import application
from botyard.store.engines import migrate
from botyard.store.engines.db import Unavailable
from botyard.web import health
from tests.conftest import MakeWorld
from tests.world import World


def scrape(world: World, **headers: str) -> dict[str, float]:
    answer = world.get("/metrics", **headers)
    assert answer.status == 200, answer
    text = answer.body.decode()
    assert text.endswith("\n")
    about, value = r"# (HELP|TYPE) botyard_\w+ .+", r'botyard_\w+(\{\w+="[^"]*"(,\w+="[^"]*")*\})? [0-9.e+-]+'
    for line in text.splitlines():
        assert re.fullmatch(f"{about}|{value}", line)
    return {
        metric.rpartition(" ")[0]: float(metric.rpartition(" ")[2]) for metric in text.splitlines() if metric[0] != "#"
    }


def test_a_server_lives_and_is_ready(portal: World) -> None:
    assert (portal.get("/health").status, portal.get("/health").body) == (200, {"status": "ok"})
    assert (portal.get("/ready").status, portal.get("/ready").body) == (200, {"status": "ready"})
    assert portal.get("/ready/x").status == portal.get("/health/x").status == portal.get("/metrics/x").status == 404
    assert portal.post("/health").status == 405


def test_a_server_whose_database_is_away_lives_and_is_not_ready(world: World) -> None:
    class Away:
        async def read(self, work: Any) -> Any:
            raise Unavailable("The PostgreSQL server cannot be reached.")

    world.app = application(msgspec.structs.replace(world.context, database=Away()))
    assert world.get("/health").status == 200
    answer = world.get("/ready")
    assert (answer.status, answer.body["reason"]) == (503, "The PostgreSQL server cannot be reached.")
    scraped = scrape(world)
    assert scraped["botyard_database_up"] == 0
    assert "botyard_deliveries_open" not in scraped


def test_a_database_of_another_version_is_not_ready(portal: World, monkeypatch: pytest.MonkeyPatch) -> None:
    newest = migrate.newest_known()
    monkeypatch.setattr(migrate, "newest_known", lambda: newest + 1)
    answer = portal.get("/ready")
    assert (answer.status, "another version" in answer.body["reason"]) == (503, True)


def test_a_server_that_stops_is_not_ready(world: World) -> None:
    world.context.long_poll.close()
    assert (world.get("/ready").status, world.get("/health").status) == (503, 200)


def test_calls_are_counted_by_method_and_status(portal: World) -> None:
    for _ in range(3):
        portal.call("profile")
    portal.get(f"{portal.admin.path}/PROFILE")
    portal.get("/rest/1/wrong/profile")
    portal.get(f"{portal.admin.path}/no.such.method")
    portal.get("/rest/secretsecretsecret")
    scraped = scrape(portal)
    assert scraped['botyard_calls_total{method="profile",status="200"}'] == 4
    assert scraped['botyard_calls_total{method="profile",status="401"}'] == 1
    assert sum(count for name, count in scraped.items() if name.startswith('botyard_calls_total{method="other"')) == 2
    assert scraped["botyard_call_seconds_count"] == scraped['botyard_call_seconds_bucket{le="+Inf"}'] == 7
    assert scraped["botyard_calls_in_flight"] == 0
    assert scraped["botyard_database_up"] == 1
    assert "secretsecretsecret" not in portal.get("/metrics").body.decode()


def test_names_that_callers_make_up_do_not_pile_up(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metrics, "NAMES_MAX", 5)
    for number in range(20):
        world.get(f"{world.admin.path}/made.up{number}")
    assert len(world.context.metrics.calls) <= 6
    assert sum(world.context.metrics.calls.values()) == 20


def test_durations_fall_into_classes() -> None:
    counted = metrics.Metrics()
    for seconds in (0.001, 0.005, 0.02, 1.0, 60.0):
        counted.called("profile", 200, seconds)
    assert dict(zip((*metrics.BOUNDS, "+Inf"), counted.cumulative(), strict=True)) == {
        0.005: 2,
        0.025: 3,
        0.1: 3,
        0.5: 3,
        2.0: 4,
        10.0: 4,
        "+Inf": 5,
    }
    assert counted.seconds == pytest.approx(61.026)


def test_open_deliveries_are_counted(portal: World) -> None:
    assert scrape(portal)["botyard_deliveries_open"] == 0
    room = portal.add_chat(portal.admin, [])
    words = {"CODE": "echo", "CLIENT_ID": "me", "EVENT_HANDLER": "http://127.0.0.1:9/", "PROPERTIES": {"NAME": "Echo"}}
    made = portal.call("imbot.register", None, words)
    portal.call("im.chat.user.add", CHAT_ID=room, USERS=[made.result])
    assert scrape(portal)["botyard_deliveries_open"] >= 1


@pytest.mark.parametrize("name", ["x_forwarded_for", "forwarded", "via", "x_real_ip"])
def test_strangers_behind_a_proxy_read_no_metrics(make_world: MakeWorld, name: str) -> None:
    world = make_world()
    assert world.get("/metrics", **{name: "192.0.2.1"}).status == 404
    assert world.get("/metrics").status == 200


def test_who_may_read_is_an_option(make_world: MakeWorld) -> None:
    assert make_world(metrics="off").get("/metrics").status == 404
    assert make_world(metrics="all").get("/metrics", via="proxy").status == 200


def test_other_machines_read_no_metrics() -> None:
    headers: list[Any] = []
    for address, may in (("127.0.0.1", True), ("::1", True), ("192.0.2.7", False), ("10.0.0.1", False)):
        assert health.may_read("loopback", {"client": (address, 1), "headers": headers}) is may
    assert not health.may_read("loopback", {"client": None, "headers": headers})
