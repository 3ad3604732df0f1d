"""`botyard methods` and `botyard openapi`."""

from __future__ import annotations

import re

from botyard.commands.exit_codes import ExitCode
from tests.commands.shell import Shell


def test_methods_are_listed_with_their_permission(shell: Shell) -> None:
    assert shell.bare("methods", "imbot.dialog") == ExitCode.OK
    assert re.search(r"^imbot\.dialog\.get +imbot +", shell.out, re.MULTILINE)
    assert "im.chat.add" not in shell.out


def test_the_description_is_json(shell: Shell) -> None:
    import json

    assert shell.bare("openapi", "--public-url", "https://chat.example.com") == ExitCode.OK
    described = json.loads(shell.out)
    assert described["openapi"].startswith("3.1")
    assert "https://chat.example.com" in shell.out
