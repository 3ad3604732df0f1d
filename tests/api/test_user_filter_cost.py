"""Filters of many values: one text of the statement for any number of them, and one pass over the people."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

import pytest

from botyard.model.people import Profile, UserKind
from botyard.store import users
from botyard.store.engines.budget import Budget
from botyard.store.engines.db import Tx
from botyard.store.user_filter import FIELDS, MAX_TESTS, UserFilter
from tests.world import World
from tests.worlds.records import Answer

PEOPLE = 300
MANY = MAX_TESTS - 1
UTC = ZoneInfo("UTC")


def crowded(world: World) -> World:
    """A portal of some hundred people."""

    async def work(tx: Tx) -> None:
        for number in range(PEOPLE):
            await users.add(tx, UserKind.EMPLOYEE, Profile(name=f"Name{number}", last_name=f"Last{number}"))

    world.write(work)
    return world


def cost(world: World, method: str, **params: Any) -> tuple[Answer, Budget]:
    budgets: list[Budget] = []
    world.context.limits.on_cost = lambda _, budget: budgets.append(budget)
    answer = world.call(method, **params)
    world.context.limits.on_cost = None
    return answer, budgets[-1]


@pytest.mark.parametrize(
    "key", ["ID", "!ID", ">ID", "NAME", "!NAME", ">NAME", "%NAME", "!%NAME", "=%NAME", "PERSONAL_BIRTHDAY"]
)
def test_the_text_does_not_depend_on_how_many_values_there_are(key: str) -> None:
    texts = set()
    for number in (2, 3, 50, MANY):
        made = UserFilter(FIELDS, 0, UTC)
        made.add(key, ["2020-01-01" if "BIRTHDAY" in key else f"{place}%" for place in range(1, number + 1)])
        texts.add(made.sql)
    assert len(texts) == 1


@pytest.mark.parametrize("key", ["%NAME", "!%NAME", "=%NAME", "NAME", ">NAME", "ID", "%UF_DEPARTMENT_NAME"])
def test_many_values_take_as_many_steps_as_one(world: World, key: str) -> None:
    crowded(world)
    _, single = cost(world, "user.get", FILTER={key: ["zz%"]})
    answer, many = cost(world, "user.get", FILTER={key: [f"zz{number}%" for number in range(MANY)]})
    assert answer.status == 200
    # A comparison for each value and person would be nine hundred thousand steps.
    assert many.steps < single.steps + 40_000
    assert many.statements == single.statements


def test_what_is_found_by_many(portal: World) -> None:
    """On each engine."""
    crowded(portal)
    wanted = [f"name{number}" for number in range(0, PEOPLE, 3)]

    def total(**condition: Any) -> int:
        answer = portal.call("user.get", FILTER=condition)
        assert answer.status == 200, answer.body
        return int(answer.body["total"])

    everybody = total()
    assert total(NAME=wanted) == len(wanted)
    assert total(**{"!NAME": wanted}) == everybody - len(wanted)
    assert total(**{"=%NAME": [f"{name}%" for name in wanted[-40:]]}) == 40
    assert total(**{"%NAME": ["ame1", "AME29"]}) == sum(
        "ame1" in f"name{n}" or "ame29" in f"name{n}" for n in range(PEOPLE)
    )
    assert total(**{"%LAST_NAME": ["%", "_"]}) == 0
    assert total(**{">ID": [5, 10, 100]}) == total(**{">ID": 5})
    assert total(**{"<ID": [5, 10, 100]}) == total(**{"<ID": 100})
    assert total(**{">=NAME": ["name298", "name299"]}) == total(**{">=NAME": "name298"})
