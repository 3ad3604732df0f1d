"""What calls and batches may cost: beyond it they are refused with OVERLOAD_LIMIT, and nothing of them is kept."""

from __future__ import annotations

import json
import tracemalloc
from typing import Any

import pytest

from botyard.config import Settings
from botyard.rpc import batch as batches
from botyard.rpc.limits import Costs, costs
from botyard.store.engines.budget import Budget, CostLimits
from tests.world import World
from tests.worlds.records import Answer

MIB = 1024 * 1024


def limited(world: World, **limits: int) -> World:
    """A portal whose calls may cost no more than this."""
    world.context.limits.costs = Costs(CostLimits(**limits), world.context.limits.costs.batch)
    return world


def limited_batch(world: World, **limits: int) -> World:
    """A portal whose batches may cost no more than this."""
    world.context.limits.costs = Costs(world.context.limits.costs.call, CostLimits(**limits))
    return world


def assert_refused(answer: Answer, *words: str) -> None:
    assert (answer.status, answer.body["error"]) == (503, "OVERLOAD_LIMIT")
    assert answer.body["error_description"] == "REST API is blocked due to overload"
    for word in words:
        assert word in answer.headers["botyard-hint"]


class TestCalls:
    def test_within_it(self, lab_on_each: World) -> None:
        assert limited(lab_on_each, rows=20).call("lab.cost", rows=10, statements=1).result == ""

    @pytest.mark.parametrize("method", ["lab.cost", "lab.change"])
    def test_too_many_rows(self, lab_on_each: World, method: str) -> None:
        answer = limited(lab_on_each, rows=500).call(method, rows=300, statements=2)
        assert_refused(answer, "more than 500 rows", "ask for less")

    @pytest.mark.parametrize("method", ["lab.cost", "lab.change"])
    def test_too_many_statements(self, lab_on_each: World, method: str) -> None:
        answer = limited(lab_on_each, statements=30).call(method, rows=1, statements=40)
        assert_refused(answer, "more than 30 SQL statements")

    def test_nothing_is_kept_of_a_refused_call(self, lab_on_each: World) -> None:
        before = lab_on_each.call("lab.title").result
        assert_refused(limited(lab_on_each, statements=30).call("lab.change", rows=1, statements=40))
        assert lab_on_each.call("lab.title").result == before

    def test_a_large_response(self, lab: World) -> None:
        assert_refused(limited(lab, response_bytes=10_000).call("lab.cost", characters=10_000), "10,000 bytes")
        assert lab.call("lab.cost", characters=9_000).result == "x" * 9_000

    def test_who_has_changed_something_is_told_of_it(self, lab: World) -> None:
        assert limited(lab, response_bytes=1000).call("lab.change", characters=10_000).result == "x" * 10_000

    def test_a_large_response_as_xml(self, lab: World) -> None:
        assert lab.get(f"{lab.admin.path}/lab.cost.xml?characters={MIB}").status == 503
        assert lab.get(f"{lab.admin.path}/lab.cost.xml?characters={MIB // 2}").status == 200

    def test_long_reads_leave_the_loop_and_are_counted_once(self, lab: World) -> None:
        reported: list[tuple[str, Budget]] = []
        lab.context.limits.on_cost = lambda name, budget: reported.append((name, budget))
        assert lab.call("lab.cost", rows=1000, statements=5).result == ""
        [(name, budget)] = reported
        assert (name, budget.rows >= 5000, budget.moved) == ("lab.cost", True, 1)
        assert budget.rows < 5020

    def test_the_settings_say_how_much(self) -> None:
        ours = costs(Settings(call_rows=7, call_memory=1, call_seconds=2.0))
        assert (ours.call.rows, ours.call.read_bytes, ours.call.response_bytes, ours.call.seconds) == (7, MIB, MIB, 2.0)
        assert (ours.batch.rows, ours.batch.response_bytes) == (35, MIB)


def batch(world: World, *commands: Any) -> dict[str, Any]:
    result: dict[str, Any] = world.call("batch", cmd={str(place): cmd for place, cmd in enumerate(commands, 1)}).result
    return result


def refused(result: dict[str, Any]) -> dict[str, str]:
    return {key: failure["error"] for key, failure in dict(result["result_error"]).items()}


class TestBatches:
    def test_one_command_beyond_its_limits_costs_itself_only(self, lab: World) -> None:
        limited(lab, statements=30)
        result = batch(lab, "lab.cost?rows=1&statements=2", "lab.change?rows=1&statements=40", "lab.title")
        assert refused(result) == {"2": "OVERLOAD_LIMIT"}
        assert result["result"]["3"] != "changed"

    def test_all_commands_together(self, lab: World) -> None:
        limited_batch(lab, rows=100)
        result = batch(lab, *["lab.cost?rows=45&statements=1"] * 4)
        assert refused(result) == {"3": "OVERLOAD_LIMIT", "4": "OVERLOAD_LIMIT"}

    def test_what_failed_has_cost_something_too(self, lab: World) -> None:
        limited(limited_batch(lab, statements=100), statements=60)
        result = batch(lab, *["lab.cost?rows=1&statements=70"] * 2, "lab.title")
        assert refused(result) == {"1": "OVERLOAD_LIMIT", "2": "OVERLOAD_LIMIT", "3": "OVERLOAD_LIMIT"}

    def test_results_that_come_to_too_much_are_not_built(self, lab: World) -> None:
        """Ten large answers by one small batch."""
        tracemalloc.start()
        result = batch(lab, *[f"lab.cost?characters={3 * MIB}"] * 10)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert list(refused(result)) == [str(number) for number in range(3, 11)]
        # Of these the client's share is more than the half.
        assert peak < 50 * MIB

    def test_a_command_that_would_have_no_room_for_its_result_is_not_run(self, lab: World) -> None:
        limited_batch(lab, response_bytes=1000)
        before = lab.call("lab.title").result
        result = batch(lab, "lab.change?characters=2000", "lab.title", ["lab.rename", {"TITLE": "again"}])
        # It was done before anybody could know how long its result is, so it is told.
        assert result["result"] == {"1": "x" * 2000}
        assert refused(result) == {"2": "OVERLOAD_LIMIT", "3": "OVERLOAD_LIMIT"}
        assert before != lab.call("lab.title").result == "changed"

    def test_others_have_the_loop_between_commands(self, lab: World, monkeypatch: pytest.MonkeyPatch) -> None:
        rests: list[int] = []
        real = batches.Batch.answer

        async def answer(self: batches.Batch, *words: Any) -> Any:
            outcome = await real(self, *words)
            rests.append(self.rests)
            return outcome

        monkeypatch.setattr(batches.Batch, "answer", answer)
        batch(lab, *["lab.title"] * 10)
        batch(lab, *["lab.cost?rows=300&statements=1"] * 10)
        batch(lab, *["lab.cost?characters=40000"] * 10)
        assert rests == [0, 5, 5]

    def test_rest_3(self, lab: World) -> None:
        path = f"/rest/api{lab.admin.path.removeprefix('/rest')}/batch"
        single = b'{"0":{"method":"rest.scope.list"}}'
        double = b'{"0":{"method":"rest.scope.list"},"1":{"method":"rest.scope.list"}}'
        room = len(json.dumps(lab.post(path, single).result[0], separators=(",", ":")))
        limited_batch(lab, response_bytes=room)
        assert [lab.post(path, body).status for body in (single, double)] == [200, 503]


class TestReferences:
    def test_a_result_that_is_named_often(self, lab: World) -> None:
        """Each command doubles what the one before it returned."""
        double = {"x": "$result[%d]", "y": "$result[%d]"}
        first = f"lab.cost?characters={100_000}"
        commands = [{"method": "lab.echo", "params": {k: v % n for k, v in double.items()}} for n in range(1, 30)]
        tracemalloc.start()
        result = batch(lab, first, *commands)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        # 200, 400, 800 thousand bytes; after that the references name nothing, and stay text.
        assert list(refused(result))[:1] == ["5"]
        assert set(refused(result).values()) <= {"INVALID_REQUEST"}
        assert peak < 40 * MIB

    def test_all_commands_together(self, lab: World) -> None:
        first = "lab.cost?characters=900000"
        result = batch(lab, first, *["lab.take?text=$result[1]"] * 3, *["lab.nothing?text=$result[1]"] * 12)
        assert list(refused(result)) == [str(number) for number in range(11, 17)]

    def test_a_result_that_is_too_large_to_be_taken_apart(self, lab: World) -> None:
        result = batch(lab, f"lab.cost?characters={3 * MIB}", "lab.echo?x=$result[1][NAME]", "lab.echo?x=1")
        assert refused(result) == {"2": "INVALID_REQUEST"}

    def test_each_command_may_name_the_one_before_it(self, lab: World) -> None:
        """As the lists of the Python SDK do, for fifty pages."""
        pages = [f"lab.echo?x=$result[{number}][ROWS][49][ID]" for number in range(1, 50)]
        commands = [command for page in pages[::2] for command in ("lab.tree", page)]
        result = batch(lab, *commands[:50])
        assert refused(result) == {}


_LONG = 8 * MIB


@pytest.mark.parametrize(
    "commands",
    [
        {"a": "profile?x=" + "a" * _LONG},
        {"a": "profile?x=" + "%41" * (_LONG // 3)},
        {f"k{number}": "profile?x=" + "%41" * (_LONG // 150) for number in range(50)},
        {f"k{number}": "profile?" + "&".join(f"a{n}=" + "%41" * 280 for n in range(190)) for number in range(50)},
        {"a": {"method": "profile", "params": {"x": "a" * _LONG}}},
        {"a": "im.message.add?ATTACH=" + "[" + "{%22a%22:1}," * 9000 + "1]&MESSAGE=" + "a" * _LONG},
    ],
    ids=["one text", "escapes", "fifty", "many names", "an object", "JSON in a text"],
)
def test_a_batch_takes_four_times_its_size_and_a_little(world: World, commands: dict[str, Any]) -> None:
    sent = json.dumps({"cmd": commands}).encode()
    world.call("profile")
    tracemalloc.start()
    answer = world.post(f"{world.admin.path}/batch", sent)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert answer.status == 200
    # A server lets the body go once it is read; here it stays, and is not counted.
    assert peak < 4 * len(sent) + 16 * MIB
