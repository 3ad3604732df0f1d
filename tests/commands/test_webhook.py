"""`botyard webhook`: issued, listed, revoked."""

from __future__ import annotations

import re

from botyard.commands.exit_codes import ExitCode
from tests.commands.shell import Shell, word


def test_a_webhook_is_issued_listed_and_revoked(portal_shell: Shell) -> None:
    made = portal_shell.done("webhook", "add", "ann", "--title", "Backup", "--scope", "im, user")
    address = word(made, "address")
    match = re.fullmatch(r"http://localhost:8024/rest/2/([0-9a-f]{32})/", address)
    assert match
    secret = match[1]
    listed = portal_shell.done("webhook", "list")
    assert f"{secret[:4]}…" in listed
    assert secret not in listed
    assert "Ann Lee" in listed
    assert "im,user" in listed
    assert portal_shell.done("webhook", "revoke", "1") == "Webhook 1 is revoked.\n"
    assert "no webhook 1" in portal_shell.refused("webhook", "revoke", "1")


def test_a_webhook_has_every_permission_unless_told_otherwise(portal_shell: Shell) -> None:
    portal_shell.done("webhook", "add", "ann", "--public-url", "https://chat.example.com/")
    assert word(portal_shell.out, "address").startswith("https://chat.example.com/rest/2/")
    assert " permissions" in portal_shell.done("webhook", "list")


def test_an_unknown_permission_is_a_usage_error(portal_shell: Shell) -> None:
    assert "There is no permission 'nope'" in portal_shell.refused(
        "webhook", "add", "ann", "--scope", "nope", code=ExitCode.USAGE
    )


def test_only_administrators_have_keys_that_administer(portal_shell: Shell) -> None:
    assert "administrators" in portal_shell.refused(
        "webhook", "add", "ann", "--scope", "im,botyard", code=ExitCode.USAGE
    )
    assert "administrators" in portal_shell.refused("token", "issue", "ann", "--scope", "botyard", code=ExitCode.USAGE)
    portal_shell.done("webhook", "add", "ann")
    portal_shell.done("webhook", "add", "admin", "--scope", "im,botyard")
