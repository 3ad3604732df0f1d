"""`botyard portal`: its switches."""

from __future__ import annotations

from botyard.commands.exit_codes import ExitCode
from tests.commands.shell import Shell, word


def test_switches_are_shown_and_turned(house: Shell) -> None:
    assert word(house.done("portal", "switch"), "maintenance") == "off"
    assert word(house.done("portal", "switch", "maintenance", "on"), "maintenance") == "on"
    assert word(house.done("portal", "switch"), "maintenance") == "on"
    house.refused("portal", "switch", "maintenance", code=ExitCode.USAGE)
    house.refused("portal", "switch", "gravity", "off", code=ExitCode.USAGE)
