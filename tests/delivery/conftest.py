"""Fixtures of the delivery tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.conftest import MakeWorld
from tests.delivery.stage import Stage

MakeStage = Callable[..., Stage]


@pytest.fixture
def make_stage(make_world: MakeWorld) -> Iterator[MakeStage]:
    """Open stages with settings of their own."""
    made: list[Stage] = []

    def make(**settings: Any) -> Stage:
        made.append(Stage(make_world(**settings)))
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.fixture
def stage(make_stage: MakeStage) -> Stage:
    return make_stage()
