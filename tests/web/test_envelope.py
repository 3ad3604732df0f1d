"""The answer around a result (0.3), its headers, and the form of what the portal makes up (0.7)."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest

from botyard.clock import Clock
from botyard.model.people import Profile, UserKind
from botyard.server import application
from botyard.store import users
from botyard.store.engines.db import Tx
from tests.rpc.lab import hooks
from tests.world import World

TIME = {"start", "finish", "duration", "processing", "date_start", "date_finish", "operating_reset_at", "operating"}


class TestTime:
    """Every success carries eight keys, and they are true."""

    def test_they_tell_when_it_was(self, lab: World) -> None:
        hooks.during = lambda: lab.wait(2.5)
        before = lab.time
        time = lab.call("lab.during").body["time"]
        assert set(time) == TIME
        assert before < time["start"] < time["finish"] <= lab.time
        assert time["duration"] == time["finish"] - time["start"]
        assert 2.5 <= time["processing"] <= time["duration"] < 2.6
        assert datetime.fromisoformat(time["date_start"]).timestamp() == int(time["start"])
        assert datetime.fromisoformat(time["date_finish"]).timestamp() == int(time["finish"])

    def test_operating_adds_up_and_says_when_it_is_forgotten(self, lab: World) -> None:
        hooks.during = lambda: lab.wait(2.5)
        first = lab.call("lab.during").body["time"]
        second = lab.call("lab.during").body["time"]
        assert first["operating"] == pytest.approx(2.5, abs=0.01)
        assert second["operating"] == pytest.approx(5.0, abs=0.01)
        # Counted from the beginning of the first call, as the page says, and not from its end.
        assert first["operating_reset_at"] == second["operating_reset_at"] == int(first["start"]) + 600

    def test_types(self, world: World) -> None:
        time = world.call("profile").body["time"]
        numbers = ("start", "finish", "duration", "processing", "operating")
        assert all(type(time[name]) is float for name in numbers)
        assert type(time["operating_reset_at"]) is int
        assert time["operating"] >= 0
        assert time["operating_reset_at"] > time["finish"]

    def test_writing_counts_up_to_the_commit(self, lab: World) -> None:
        time = lab.call("lab.rename", TITLE="New").body["time"]
        assert time["start"] < time["finish"]
        assert 0 < time["operating"] <= time["duration"]

    def test_dates_are_in_the_portal_s_zone(self, world: World) -> None:
        clock = Clock("Asia/Kolkata", world.context.clock.now)
        world.app = application(msgspec.structs.replace(world.context, clock=clock))
        time = world.call("profile").body["time"]
        assert datetime.fromisoformat(time["date_start"]).utcoffset() == timedelta(hours=5.5)
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+05:30", time["date_finish"])

    @pytest.mark.parametrize("path", ["profile", "batch", "methods", "server.time"])
    def test_every_kind_of_method_has_them(self, world: World, path: str) -> None:
        """Mistake 5: without them jssdk is unusable."""
        assert set(world.call(path).body["time"]) == TIME

    def test_rest_3_has_them(self, world: World) -> None:
        path = f"/rest/api/{world.admin.id}/{world.admin.secret}/rest.scope.list"
        assert set(world.get(path).body["time"]) == TIME


class TestPages:
    """`total` is a number, `next` is one as well and absent on the last page; a page is 50 rows."""

    def pages(self, world: World, method: str, **params: Any) -> list[tuple[int, Any, Any]]:
        pages: list[tuple[int, Any, Any]] = []
        start: Any = 0
        while start is not None:
            body = world.call(method, start=start, **params).body
            pages.append((len(body["result"]), body.get("total"), body.get("next")))
            start = body.get("next")
        return pages

    def test_pages_of_the_lab(self, lab: World) -> None:
        assert self.pages(lab, "lab.page") == [(50, 120, 50), (50, 120, 100), (20, 120, None)]
        assert "next" not in lab.call("lab.page", start=100).body
        assert "total" not in lab.call("lab.tree").body

    def test_pages_of_people(self, world: World) -> None:
        async def work(tx: Tx) -> None:
            for number in range(59):
                await users.add(tx, UserKind.EMPLOYEE, Profile(name=f"N{number}"))

        world.write(work)
        assert self.pages(world, "user.get") == [(50, 60, 50), (10, 60, None)]
        assert self.pages(world, "user.get", FILTER={"<=ID": 50}) == [(50, 50, None)]
        body = world.call("user.get", start=-1).body
        assert {"total", "next"}.isdisjoint(body)
        assert [int(row["ID"]) for row in body["result"]] == list(range(1, 51))
        last = world.call("user.get", start=-1, FILTER={">ID": body["result"][-1]["ID"]}).body
        assert [int(row["ID"]) for row in last["result"]] == list(range(51, 61))


def test_null_stays_null(lab: World) -> None:
    body = lab.call("lab.nothing").body
    assert (body["result"], set(body)) == (None, {"result", "time"})


def test_headers_of_every_kind_of_answer(lab: World) -> None:
    """Nothing is kept by caches, guessed, loaded or framed by browsers, or handed on in a referrer."""
    path = lab.admin.path
    answers = [
        lab.get(f"{path}/profile"),
        lab.get(f"{path}/profile.xml"),
        lab.get(f"{path}/lab.fail"),
        lab.get(f"{path}/lab.odd"),
        lab.get("/rest/profile"),
        lab.get("/rest/api/x"),
        lab.request("PUT", "/rest/profile"),
        lab.post(f"{path}/profile", b"{"),
        lab.get("/oauth/token/"),
        lab.get("/nowhere"),
        lab.get("/openapi.json"),
        lab.get("/"),
        lab.request("OPTIONS", "/rest/profile"),
    ]
    for answer in answers:
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
        assert answer.headers["cache-control"] == "no-store"
        assert int(answer.headers["content-length"]) >= 0
    kinds = {answer.headers["content-type"] for answer in answers if not isinstance(answer.body, bytes)}
    assert kinds == {"application/json; charset=utf-8"}


class TestMadeUp:
    """0.7: SDKs check the form of keys."""

    def test_keys(self, world: World) -> None:
        key = world.add_app()
        assert re.fullmatch(r"[a-zA-Z0-9]+", world.admin.secret)
        assert re.fullmatch(r"local\.[0-9a-f]+\.[0-9]+", key.client_id)
        for made in (key.client_secret, key.token, key.refresh):
            assert re.fullmatch(r"[a-zA-Z0-9.]+", made)
            assert len(made) >= 32

    def test_profile(self, world: World) -> None:
        profile = world.call("profile").result
        assert set(profile) >= {"ID", "ADMIN", "NAME", "LAST_NAME", "PERSONAL_GENDER", "TIME_ZONE"}
        assert profile["ADMIN"] is True
        assert profile["ID"] == "1"
        assert profile["PERSONAL_GENDER"] in ("", "F", "M")
        assert world.call("profile", world.add_person()).result["ADMIN"] is False

    def test_time(self, world: World) -> None:
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d", world.call("server.time").result)

    def test_numbers(self, world: World) -> None:
        """People are numbered in texts, chats and messages in numbers."""
        assert world.call("user.get").result[0]["ID"] == "1"
        chat = world.call("im.chat.add", TITLE="Room").result
        message = world.call("im.message.add", DIALOG_ID=f"chat{chat}", MESSAGE="hi").result
        assert (type(chat), type(message)) == (int, int)
