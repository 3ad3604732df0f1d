"""Every method with values that some part behind it cannot store, compare or count with, on each engine.

They are laid over the example calls of the reference, one parameter at a time, and nothing of them is kept.
"""

from __future__ import annotations

import copy
import json
import logging
from collections.abc import Iterator
from typing import Any, cast

import msgspec
import pytest

from botyard.commands.permissions import usual_scopes
from botyard.demo.known_keys import KnownKeys
from botyard.demo.provisioning import DemoPortal, provision
from botyard.rpc.method import V3, Method, Mode
from botyard.server import application
from botyard.store.engines.db import Database
from scripts import samples
from scripts.benchmark.worst import ordered
from scripts.benchmark.worst_inputs import places, put
from tests.conftest import MakePortal
from tests.rpc.test_worst_inputs import OnceOnly
from tests.world import Person, World

FEW: tuple[Any, ...] = (2**63 - 1, ["\0", 2**63], "a\0\ud800")
MANY: tuple[Any, ...] = (
    *(2**31, 2**63, "9223372036854775808", 2**64, -(2**63), -1, 0, 1e308, 0.5, None, True, [], {}),
    *("9999999999999999999", "-9223372036854775809", "1e400", "NaN", "chat9223372036854775808", "chat-1", "\u0661"),
    *("0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "99999-01-01", "0000-00-00", "99999999999999999"),
    *("%", "\\", "'", "{each}", "{0}", "%s", "\uffff", "\U0010ffff", "\u0130" * 300, "x" * 70_000),
    *("http://[::1", "http://a:99999/", "http://\u2100/", "[", '["\\u0000"]', '{"\\u0000":1}', "[9223372036854775808]"),
    *([[]], [None], {"a": {"b": [1]}}, {"\0": "\0"}, [-1], [1, 1, 1], [2**63 - 1, 2**31], {">ID": "\0"}, {"@ID": "x"}),
    *("--1", "+-1", "\u00b2", "1_0", " 1", {"ID": "--1"}, {"!ID": ["\u00b2"]}, {">DATE_REGISTER": "--1"}),
    *({"=ID": [2**64]}, {"ID": "DESC\0"}, ["a.txt", "===="], [{"LANGUAGE_ID": "\0", "TITLE": "\ud800"}]),
    {"BLOCKS": [{"IMAGE": {"LINK": "http://x/\0", "WIDTH": 2**70}}, {"USER": {"NAME": "\0", "USER_ID": 2**63}}]},
    {"BUTTONS": [{"TEXT": "\0", "APP_ID": 2**63, "WIDTH": 2**70}]},
)
LEFT_OUT = ("botyard.app.block", "botyard.portal.switch", "botyard.portal.reset", "botyard.portal.snapshot", "wait")
"""What closes the portal or the application for all calls that follow, and a parameter by which a call waits."""


class Attacked(World):
    """A demo portal that keeps nothing of what is called, so that each call finds the same."""

    def make_portal(self) -> Person:
        place = DemoPortal(self.context.database, self.context.keys, self.settings, usual_scopes())
        shown = self.run(provision(place, keyset=KnownKeys())).credentials
        self.token = shown.application.access_token
        self.own_token = self.add_token(shown.people[0].id, None)
        self.noted = OnceOnly(self.context.database)
        self.context = msgspec.structs.replace(self.context, database=cast(Database, self.noted))
        self.app = application(self.context)
        return Person(shown.people[0].id, shown.people[0].webhook)

    def status(self, method: Method, params: dict[str, Any]) -> int:
        self.noted.statements.clear()
        # What goes on from one transaction to the next would never come to an end.
        self.noted.keeps = method.mode is Mode.OWN
        path = f"{self.admin.path}/{method.name.removeprefix(V3)}"
        if samples.needs_token(method):
            path = f"/rest/{method.name}?auth={self.token}"
        if samples.needs_own_token(method):
            path = f"/rest/{method.name}?auth={self.own_token}"
        if method.name.startswith(V3):
            path = path.replace("/rest/", "/rest/api/")
        return self.post(path, json.dumps(params).encode()).status


def hostile(method: Method, values: tuple[Any, ...]) -> Iterator[tuple[str, Any, dict[str, Any]]]:
    """The name of a parameter, what it is, and the whole call."""
    sample = samples.of(method)
    if not isinstance(sample, dict):
        return
    for path, _ in places(method.params):
        if path[-1].lower() in LEFT_OUT:
            continue
        for value in values:
            params = copy.deepcopy(sample)
            if put(params, path, value):
                yield ".".join(path), value, params


@pytest.mark.parametrize("values", [FEW, pytest.param(MANY, marks=pytest.mark.journey)], ids=["few", "many"])
def test_no_value_is_too_much(
    make_portal: MakePortal, values: tuple[Any, ...], caplog: pytest.LogCaptureFixture
) -> None:
    """A value is right or wrong; it is never a fault of the server."""
    attacked = make_portal(Attacked)
    caplog.set_level(logging.ERROR)
    faults = [
        (method.name, name, repr(value)[:60], status)
        for method in ordered()
        if method.name not in LEFT_OUT
        for name, value, params in hostile(method, values)
        if (status := attacked.status(method, params)) >= 500
    ]
    assert faults == [], "\n".join(map(str, faults)) + caplog.text[-4_000:]
