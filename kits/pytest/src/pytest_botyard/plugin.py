"""The fixtures, and what failing tests report."""

from __future__ import annotations

import os
import shlex
from collections.abc import Generator, Iterator
from typing import Any

import pytest

from pytest_botyard.portal import Portal
from pytest_botyard.process import NotStarted, botyard, exec_
from pytest_botyard.report import sections

_MARK = "botyard(reset=True): with reset=False the portal is not set back after this test"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addini("botyard_program", "the program botyard, if it is not on the PATH", default="")
    parser.addini("botyard_options", "options of 'botyard exec', such as --limits cloud", default="")
    parser.addini("botyard_seed", "YAML or JSON with more people, chats and messages", default="")
    parser.addini("botyard_reset", "set the portal back after each test", type="bool", default=True)


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", _MARK)


@pytest.fixture(scope="session")
def portal(request: pytest.FixtureRequest) -> Iterator[Portal]:
    """A portal for all tests of this process: the one that `botyard exec -- pytest` runs beside, or a new one."""
    # Workers of pytest-xdist have one each: a test that sets it back must not disturb another one.
    if "BOTYARD_WEBHOOK_URL" in os.environ and "PYTEST_XDIST_WORKER" not in os.environ:
        yield Portal(os.environ)
        return
    config = request.config
    options = shlex.split(config.getini("botyard_options"))
    if seed := config.getini("botyard_seed"):
        options += ["--seed", str(config.rootpath / seed)]
    try:
        program = botyard(config.getini("botyard_program"))
        with exec_(program, options) as variables:
            yield Portal(variables)
    except NotStarted as problem:
        pytest.fail(str(problem), pytrace=False)


@pytest.fixture(autouse=True)
def _set_back(request: pytest.FixtureRequest) -> Iterator[None]:
    """Undo what a test does. What fixtures of a wider scope have made stays: it was there when the test began."""
    mark = request.node.get_closest_marker("botyard")
    wanted = mark.kwargs.get("reset", True) if mark else request.config.getini("botyard_reset")
    if not wanted or "portal" not in request.fixturenames:
        yield
        return
    served: Portal = request.getfixturevalue("portal")
    served.keep()
    yield
    served.reset()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, Any, Any]:
    report = yield
    served = getattr(item, "funcargs", {}).get("portal")
    if isinstance(served, Portal) and report.when in ("setup", "call") and report.failed:
        report.sections += sections(served)
    # What fixtures have ended by then belongs to no later test either.
    if isinstance(served, Portal) and report.when == "teardown":
        served.ended.clear()
    return report
