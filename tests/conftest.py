"""Fixtures of the whole suite, and the ledger at its end."""

from __future__ import annotations

import contextlib
import gc
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Protocol, TypeVar

import pytest

from botyard.rpc import error_handling
from tests import refusals
from tests.portals import ENGINES, Databases, opened
from tests.postgres import Cluster, available, shared
from tests.world import LEDGER, World, ledger
from tests.worlds.furnished import MOST_BOTS, FurnishedV1, FurnishedV2

W = TypeVar("W", bound=World)

ROOT = Path(__file__).parents[1]


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
    # What is collected stays to the end. To look through all of it for garbage takes a fifth of a run.
    gc.disable()
    refusals.watch()
    if not (ROOT / "docs" / "reference" / "errors.md").exists():
        subprocess.run([sys.executable, "-m", "scripts.reference"], cwd=ROOT, check=True)
    # The process that starts the run makes the folder; its workers find it in their environment.
    if "PYTEST_XDIST_WORKER" not in os.environ:
        # Started in the background, a shell makes everything below it deaf to Ctrl-C, which some tests press.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        os.environ[LEDGER] = tempfile.mkdtemp(prefix="botyard-ledger-")


def pytest_collection_finish() -> None:
    gc.collect()
    gc.freeze()
    gc.enable()


def pytest_unconfigure(config: pytest.Config) -> None:
    if "PYTEST_XDIST_WORKER" not in os.environ:
        shutil.rmtree(os.environ[LEDGER], ignore_errors=True)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    if left_out := list(skipped(terminalreporter.stats.get("skipped", []))):
        terminalreporter.section("left out here")
        for line in left_out:
            terminalreporter.write_line(line)
    terminalreporter.section("contract ledger")
    for line in ledger():
        terminalreporter.write_line(line)


def skipped(reports: list[pytest.TestReport]) -> Iterator[str]:
    """A line for each reason why tests were skipped."""
    files: dict[str, list[str]] = {}
    for report in reports:
        reason = str(report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr)
        files.setdefault(reason.removeprefix("Skipped: "), []).append(report.nodeid.partition("::")[0])
    for reason, listed in sorted(files.items()):
        yield f"{len(listed)} in {', '.join(sorted(set(listed)))}: {reason}"


@pytest.fixture(autouse=True)
def _refusals_are_declared() -> Iterator[None]:
    """No method refuses in a way that it does not declare."""
    refusals.undeclared.clear()
    yield
    assert refusals.undeclared == []


MakeWorld = Callable[..., World]


class MakePortal(Protocol):
    """The type of the fixture below."""

    def __call__(self, kind: type[W]) -> W: ...


@pytest.fixture
def make_world(tmp_path: Path) -> Iterator[MakeWorld]:
    """Open portals with settings of their own."""
    made: list[World] = []

    def make(**settings: Any) -> World:
        made.append(World(tmp_path / f"portal{len(made)}", **settings))
        return made[-1]

    yield make
    for started in made:
        started.close()


@pytest.fixture
def world(make_world: MakeWorld) -> World:
    """A portal on SQLite with one administrator."""
    return make_world()


@pytest.fixture
def empty_world(tmp_path: Path) -> Iterator[World]:
    """A database on SQLite without a portal."""
    world = World(tmp_path / "empty", as_is=True)
    yield world
    world.close()


@pytest.fixture
def make_delivery_world(make_world: MakeWorld) -> MakeWorld:
    """Open portals that deliver, with settings of their own."""

    def make(**settings: Any) -> World:
        world = make_world(**settings)
        world.start_delivery()
        return world

    return make


@pytest.fixture
def delivery_world(make_delivery_world: MakeWorld) -> World:
    """A portal on SQLite that delivers to a handler on the loopback."""
    return make_delivery_world()


@pytest.fixture(params=ENGINES)
def portal(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    """A portal with one administrator, on each engine in turn."""
    with opened(request, request.param, tmp_path / "portal", World) as world:
        yield world


@pytest.fixture(params=ENGINES)
def make_portal(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[MakePortal]:
    """Open a portal of some kind of world, on each engine in turn."""
    with contextlib.ExitStack() as stack:

        def make(kind: type[W]) -> W:
            return stack.enter_context(opened(request, request.param, tmp_path / "portal", kind))

        yield make


@pytest.fixture
def bot_world(portal: World) -> World:
    """A portal on each engine in which Ann, Bob and the bots Echo and Eye share a room."""
    portal.open_bot_room()
    return portal


@pytest.fixture
def file_world(portal: World) -> World:
    """A portal on each engine in which the administrator and Ann share a room for files."""
    portal.open_file_room()
    return portal


@pytest.fixture(scope="module", params=ENGINES)
def furnished_v1(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[FurnishedV1]:
    """A world with everything that an error needs, once for each file of tests, which leave it as it is."""
    with opened(request, request.param, tmp_path_factory.mktemp("v1"), FurnishedV1, max_bots=MOST_BOTS) as world:
        yield world


@pytest.fixture(scope="module", params=ENGINES)
def furnished_v2(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[FurnishedV2]:
    """The same with bots of the second generation."""
    with opened(request, request.param, tmp_path_factory.mktemp("v2"), FurnishedV2, max_bots=MOST_BOTS) as world:
        yield world


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
    prepared = Databases(cluster)
    yield prepared
    prepared.drop()


@pytest.fixture(autouse=True)
def faults_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test logs what lasts for the first time."""
    monkeypatch.setattr(error_handling, "repeated_faults", error_handling.RepeatedFaults())
