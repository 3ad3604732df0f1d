"""The furnished portal, once for each test file and engine."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.casts import MOST_BOTS, SecondCast
from tests.portals import ENGINES, opened


@pytest.fixture(scope="module", params=ENGINES)
def cast(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SecondCast]:
    """A portal with everything that an error needs. Tests leave it as it is."""
    with opened(request, request.param, tmp_path_factory.mktemp("cast"), max_bots=MOST_BOTS) as world:
        yield SecondCast(world)
