"""`botyard portal`: its switches."""

from __future__ import annotations

from botyard.commands.exit_codes import ExitCode
from tests.commands.shell import Shell, word


def test_switches_are_shown_and_turned(portal_shell: Shell) -> None:
    assert word(portal_shell.done("portal", "switch"), "maintenance") == "off"
    assert word(portal_shell.done("portal", "switch", "maintenance", "on"), "maintenance") == "on"
    assert word(portal_shell.done("portal", "switch"), "maintenance") == "on"
    portal_shell.refused("portal", "switch", "maintenance", code=ExitCode.USAGE)
    portal_shell.refused("portal", "switch", "gravity", "off", code=ExitCode.USAGE)
