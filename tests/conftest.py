"""Fixtures of the whole suite, and the ledger at its end."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from botyard.rpc import error_handling
from tests import world as worlds
from tests.portals import ENGINES, Databases, opened
from tests.postgres import Cluster, available, shared
from tests.world import World


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--journeys", action="store_true", help="run the journeys: what is too long for every run")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the journeys, or all else, to another run; a test that is named with its file is run anyway."""
    if any("::" in word for word in config.args):
        return
    wanted = config.getoption("--journeys")
    left = [item for item in items if (item.get_closest_marker("journey") is not None) != wanted]
    items[:] = [item for item in items if (item.get_closest_marker("journey") is not None) == wanted]
    config.hook.pytest_deselected(items=left)


def pytest_configure(config: pytest.Config) -> None:
    # The process that starts the run makes the folder; its workers find it in their environment.
    if "PYTEST_XDIST_WORKER" not in os.environ:
        # Started in the background, a shell makes everything below it deaf to Ctrl-C, which some tests press.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        os.environ[worlds.LEDGER] = tempfile.mkdtemp(prefix="botyard-ledger-")


def pytest_unconfigure(config: pytest.Config) -> None:
    if "PYTEST_XDIST_WORKER" not in os.environ:
        shutil.rmtree(os.environ[worlds.LEDGER], ignore_errors=True)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    if left_out := list(skipped(terminalreporter.stats.get("skipped", []))):
        terminalreporter.section("left out here")
        for line in left_out:
            terminalreporter.write_line(line)
    terminalreporter.section("contract ledger")
    for line in worlds.ledger():
        terminalreporter.write_line(line)


def skipped(reports: list[pytest.TestReport]) -> Iterator[str]:
    """A line for each reason why tests were skipped."""
    files: dict[str, list[str]] = {}
    for report in reports:
        reason = str(report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr)
        files.setdefault(reason.removeprefix("Skipped: "), []).append(report.nodeid.partition("::")[0])
    for reason, listed in sorted(files.items()):
        yield f"{len(listed)} in {', '.join(sorted(set(listed)))}: {reason}"


MakeWorld = Callable[..., World]


@pytest.fixture
def make_world(tmp_path: Path) -> Iterator[MakeWorld]:
    """Open portals with settings of their own."""
    made: list[World] = []

    def make(**settings: Any) -> World:
        made.append(World(tmp_path / f"portal{len(made)}", **settings))
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.fixture
def world(make_world: MakeWorld) -> World:
    """A portal on SQLite with one administrator."""
    return make_world()


@pytest.fixture(params=ENGINES)
def portal(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    """A portal with one administrator, on each engine in turn."""
    with opened(request, request.param, tmp_path / "portal") as found:
        yield found


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A PostgreSQL server, one for the whole test run."""
    if reason := available():
        pytest.skip(reason)
    base = tmp_path_factory.getbasetemp()
    # Each worker has a folder of its own below the common one.
    with shared(base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) as running:
        yield running


@pytest.fixture(scope="session")
def databases(cluster: Cluster) -> Iterator[Databases]:
    """PostgreSQL databases for portals."""
    found = Databases(cluster)
    yield found
    found.drop()


@pytest.fixture(autouse=True)
def faults_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test logs what lasts for the first time."""
    monkeypatch.setattr(error_handling, "repeated_faults", error_handling.RepeatedFaults())
