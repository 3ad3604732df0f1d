"""`$result[…]`: what a command takes from those before it."""

from __future__ import annotations

import threading
import tracemalloc
from typing import Any

import pytest

from botyard.wire import forms
from tests.rpc.lab import LONG
from tests.world import World


def echoed(world: World, value: Any, **before: str) -> Any:
    """What `lab.echo` is given of this parameter, after `lab.tree` as `a` and other commands."""
    commands = {"a": "lab.tree", **before, "last": {"method": "lab.echo", "params": {"x": value}}}
    result = world.call("batch", cmd=commands).result
    assert result["result_error"] == []
    return result["result"]["last"]["x"]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("$result[a][ID]", 7),
        ("$result[a][NAME]", "Ada"),
        ("$result[a][YES]", True),
        ("$result[a][NO]", False),
        ("$result[a][RATE]", 1.5),
        ("$result[a][3]", "three"),
        ("$result[a][LIST]", [10, {"ID": "20"}, [30]]),
        ("$result[a][LIST][0]", 10),
        ("$result[a][LIST][1]", {"ID": "20"}),
        ("$result[a][LIST][1][ID]", "20"),
        ("$result[a][LIST][2][0]", 30),
        ("$result[a][ROWS][49][ID]", "50"),
    ],
)
def test_a_parameter_that_is_a_reference(lab: World, value: str, expected: Any) -> None:
    """It becomes the value itself, of whatever shape."""
    assert echoed(lab, value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("id $result[a][ID]!", "id 7!"),
        ("$result[a][ID]$result[a][NAME]", "7Ada"),
        ("$result[a][ID] and $result[a][LIST][1][ID] and $result[a][ID]", "7 and 20 and 7"),
        ("yes: $result[a][YES]", "yes: 1"),
        ("no: $result[a][NO].", "no: ."),
        ("$result[a][RATE]x", "1.5x"),
        ("$result[a][ID]]", "7]"),
        ("[$result[a][ID]]", "[7]"),
        ("$$result[a][ID]", "$7"),
    ],
)
def test_references_inside_of_a_text(lab: World, value: str, expected: str) -> None:
    assert echoed(lab, value) == expected


@pytest.mark.parametrize(
    "value",
    [
        "$result",
        "$result[",
        "$result[]",
        "$result[a",
        "$result[b][ID]",
        "$result[last]",
        "$result[failed][ID]",
        "$result[a][NULL]",
        "$result[a][NULL][x]",
        "$result[none]",
        "$result[a][MISSING]",
        "$result[a][LIST][3]",
        "$result[a][LIST][-1]",
        "$result[a][LIST][x]",
        "$result[a][LIST][²]",
        "$result[a][LIST][99999999999999999999]",
        "$result[a][ID][0]",
        "$result[a][NAME][0]",
        "$result[a][]",
        "$result [a][ID]",
        "$Result[a][ID]",
        "$result[A][ID]",
        "$result[a].ID",
        "$result" + "[a]" * 100_000,
        "list: $result[a][LIST]",
        "map: $result[a][LIST][1]",
        "null: $result[none]",
    ],
)
def test_what_cannot_be_resolved_stays_text(lab: World, value: str) -> None:
    """Mistake 2: never a 500, and never an error."""
    commands = {"a": "lab.tree", "failed": "lab.fail", "none": "lab.nothing"}
    result = lab.call("batch", cmd={**commands, "last": {"method": "lab.echo", "params": {"x": value}}}).result
    assert result["result"]["last"]["x"] == value


def test_in_every_place_of_the_parameters(lab: World) -> None:
    value = {"deep": [{"x": ["$result[a][ID]", "n$result[a][NAME]"]}], "$result[a][ID]": 1, "n": 5, "z": None}
    assert echoed(lab, value) == {"deep": [{"x": [7, "nAda"]}], "$result[a][ID]": 1, "n": 5, "z": None}


class TestThroughQueries:
    """Read after the command's own query was decoded."""

    def test_encoded_and_bare(self, lab: World) -> None:
        cmd = {
            "a": "lab.tree",
            "bare": "lab.take?NUMBER=$result[a][ID]&MANY[]=$result[a][LIST][0]&MANY[]=2",
            "encoded": "lab.take?NUMBER=%24result%5Ba%5D%5BID%5D",
            "sum": "lab.echo?t=$result[bare][NUMBER]/$result[encoded][NUMBER]",
        }
        result = lab.call("batch", cmd=cmd).result["result"]
        assert (result["bare"]["NUMBER"], result["bare"]["MANY"]) == (7, [10, 2])
        assert result["encoded"]["NUMBER"] == 7
        assert result["sum"] == {"t": "7/7"}

    def test_lists_of_commands_are_named_by_their_places(self, lab: World) -> None:
        result = lab.call("batch", cmd=["lab.tree", "lab.echo?x=$result[0][ID]", "lab.echo?y=$result[1][x]"]).result
        assert result["result"][1:] == [{"x": 7}, {"y": 7}]

    def test_the_page_s_example(self, world: World) -> None:
        """An ID found by one command is the filter of the next."""
        ann = world.add_person("Ann", "Linked")
        cmd = {
            "by_name": "user.search?FILTER[LAST_NAME]=Linked",
            "found": "user.get?FILTER[ID]=$result[by_name][0][ID]",
        }
        result = world.call("batch", cmd=cmd).result
        assert [row["ID"] for row in result["result"]["found"]] == [str(ann.id)]
        assert result["result_total"] == {"by_name": 1, "found": 1}

    def test_call_list_fast_of_pysdk(self, world: World) -> None:
        """Keys from 1 on, each page after the last ID of the one before; the reference past the end reads as 0."""
        pages = {"1": "user.get?order[ID]=ASC&filter[>ID]=0&start=-1"}
        for number in range(2, 6):
            last = f"$result[{number - 1}][49][ID]"
            pages[str(number)] = f"user.get?order%5BID%5D=ASC&filter%5B%3EID%5D={last}&start=-1"
        result = world.call("batch", cmd=pages).result
        assert result["result_error"] == []
        assert list(result["result"]) == ["1", "2", "3", "4", "5"]
        assert [[row["ID"] for row in rows] for rows in result["result"].values()] == [["1"]] * 5


def test_a_result_that_fails_is_no_source(lab: World) -> None:
    result = lab.call("batch", cmd={"a": "lab.odd", "b": "lab.echo?x=$result[a]"}).result
    assert result["result"] == {"b": {"x": "$result[a]"}}


def test_one_long_result_named_often_does_not_fill_the_memory(lab: World) -> None:
    """A command of some kilobytes would otherwise grow to gigabytes."""
    named = "$result[a][LONG]." * 4000
    cmd = {"a": "lab.tree", "bomb": f"lab.echo?x={named}", "spread": ["lab.echo", {"x": [named[:3400]] * 20}]}
    tracemalloc.start()
    result = lab.call("batch", cmd={**cmd, "fine": "lab.echo?x=$result[a][LONG]"}).result
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert {key: failure["error"] for key, failure in result["result_error"].items()} == {
        "bomb": "INVALID_REQUEST",
        "spread": "INVALID_REQUEST",
    }
    assert result["result"]["fine"] == {"x": LONG}
    assert peak < 400_000_000


@pytest.mark.parametrize(
    "value",
    ["$result[z]" * 11_000, "$result[a][ID]" * 11_000, "$result[" * 140_000, ["$result[" * 16_000] * 9],
    ids=["unknown", "known", "none", "spread"],
)
def test_what_takes_long_to_look_through_is_refused(lab: World, value: Any) -> None:
    """Megabytes of references that lead nowhere would hold the event loop for seconds."""
    cmd = {"a": "lab.tree", "long": {"method": "lab.echo", "params": {"x": value}}, "fine": "lab.echo?x=1"}
    result = lab.call("batch", cmd=cmd).result
    assert result["result_error"]["long"]["error"] == "INVALID_REQUEST"
    assert result["result"]["fine"] == {"x": "1"}


def test_a_batch_of_long_texts_with_references_leaves_the_loop_to_others(lab: World) -> None:
    long = {"method": "lab.echo", "params": {"x": "$result[" * 120_000}}
    result = lab.call("batch", cmd=[long] * 10).result
    assert [failure["error"] for failure in result["result_error"].values()] == ["INVALID_REQUEST"] * 2


def test_a_long_command_is_read_beside_the_loop(lab: World, monkeypatch: pytest.MonkeyPatch) -> None:
    threads: list[str] = []
    parse = forms.parse

    def noted(raw: bytes) -> dict[str, Any]:
        threads.append(threading.current_thread().name.partition("_")[0])
        return parse(raw)

    monkeypatch.setattr(forms, "parse", noted)
    result = lab.call("batch", cmd={"long": "lab.echo?x=" + "%41" * 30_000}).result
    assert result["result"]["long"] == {"x": "A" * 30_000}
    assert "slow" in threads
