"""Callers who ask for too much, too often or for too long, through the whole pipeline."""

from __future__ import annotations

import asyncio

import msgspec
import pytest

from tests.conftest import MakeWorld
from tests.rpc.lab import furnish, hooks
from tests.world import Answer, World


class TestRates:
    @pytest.mark.parametrize(("profile", "burst", "drain"), [("cloud", 50, 2), ("enterprise", 250, 5)])
    def test_too_many_requests(self, make_world: MakeWorld, profile: str, burst: int, drain: int) -> None:
        world = make_world(limits=profile)

        def let_in() -> int:
            count = 0
            while (answer := world.call("server.time")).status == 200:
                count += 1
            assert (answer.status, answer.error, answer.text) == (503, "QUERY_LIMIT_EXCEEDED", "Too many requests")
            return count

        world.time = float(int(world.time))
        assert let_in() == burst
        world.wait(1)
        assert let_in() == drain
        world.wait(3)
        assert let_in() == 3 * drain
        # Counted by key: another webhook of the same person and an application of theirs have buckets of their own.
        assert world.call("server.time", world.add_webhook(1)).status == 200
        key = world.add_app()
        assert world.call("server.time", key).status == 200
        world.wait(1000)
        assert let_in() == burst

    def test_unknown_callers_are_told_so_and_not_counted(self, make_world: MakeWorld) -> None:
        world = make_world(limits="cloud")
        for _ in range(60):
            assert world.get("/rest/1/wrong/profile").error == "INVALID_CREDENTIALS"
        assert world.call("profile").status == 200

    def test_unknown_methods_are_counted(self, make_world: MakeWorld) -> None:
        world = make_world(limits="cloud")
        world.time = float(int(world.time))
        codes = [world.call("no.such").error for _ in range(51)]
        assert codes == ["ERROR_METHOD_NOT_FOUND"] * 50 + ["QUERY_LIMIT_EXCEEDED"]

    def test_a_request_is_counted_once_where_its_work_runs_twice(self, make_world: MakeWorld) -> None:
        world = furnish(make_world(limits="cloud"))
        clumsy = world.add_webhook(1)
        runs: list[str] = []
        hooks.during = lambda: runs.append("again")

        async def asked(path: str) -> int:
            return (await world.exchange("GET", path, [b""], {}, "http"))[0]

        async def both() -> list[int]:
            # They share a transaction, which is taken back when the second one breaks after a change.
            calls = [f"{world.admin.path}/lab.rename?TITLE=new", f"{clumsy.path}/lab.rename?TITLE=lost&FAIL=Y"]
            return list(await asyncio.gather(*map(asked, calls)))

        world.time = float(int(world.time))
        assert [world.run(both()) for _ in range(25)] == [[200, 500]] * 25
        assert len(runs) == 75
        statuses = [world.call("server.time").status for _ in range(26)]
        assert statuses == [200] * 25 + [503]

    def test_off_means_off(self, world: World) -> None:
        assert {world.call("server.time").status for _ in range(300)} == {200}


class TestOperatingTime:
    def test_the_page_s_walk(self, make_world: MakeWorld) -> None:
        """Calls of 20 seconds: the one that passes 480 ends, the next is blocked until a minute is forgotten."""
        world = furnish(make_world(limits="cloud"))
        hooks.during = lambda: world.wait(19.99)
        first = world.call("lab.during").body["time"]
        for _ in range(24):
            time = world.call("lab.during").body["time"]
        assert 480 < time["operating"] < 501
        answer = world.call("lab.during")
        assert (answer.status, answer.error) == (429, "OPERATION_TIME_LIMIT")
        assert answer.text == "Method is blocked due to operation time limit"
        assert world.call("lab.during", world.add_webhook(1)).status == 200
        assert world.call("lab.tree").status == 200
        result = world.call("batch", cmd={"a": "lab.during", "b": "lab.tree"}).result
        assert result["result_error"]["a"]["error"] == "OPERATION_TIME_LIMIT"
        assert list(result["result"]) == ["b"]
        assert time["operating_reset_at"] == first["operating_reset_at"]
        world.time = float(time["operating_reset_at"])
        assert world.call("lab.during").status == 200

    def test_failing_calls_count(self, make_world: MakeWorld) -> None:
        world = furnish(make_world(limits="enterprise"))

        def slow_failure() -> None:
            world.wait(500)
            raise RuntimeError

        hooks.during = slow_failure
        assert world.call("lab.during").error == "INTERNAL_SERVER_ERROR"
        assert world.call("lab.during").error == "OPERATION_TIME_LIMIT"


def test_more_calls_at_once_than_the_server_takes(make_world: MakeWorld) -> None:
    world = furnish(make_world(max_in_flight=2))

    async def ask(method: str) -> Answer:
        status, headers, raw = await world.exchange("GET", f"{world.admin.path}/{method}", [b""], {}, "http")
        return Answer(status, msgspec.json.decode(raw), headers)

    async def crowd() -> tuple[list[Answer], Answer, Answer]:
        hooks.gate = asyncio.Event()
        waiting = [asyncio.create_task(ask("lab.wait")) for _ in range(2)]
        await asyncio.sleep(0.01)
        refused = await ask("profile")
        hooks.gate.set()
        let_in = [await task for task in waiting]
        return let_in, refused, await ask("profile")

    let_in, refused, after = world.run(crowd())
    assert [answer.status for answer in let_in] == [200, 200]
    assert (refused.status, refused.error) == (503, "OVERLOAD_LIMIT")
    assert after.status == 200
    assert world.context.limits.in_flight == 0
