"""`botyard token`: tokens, and what events are signed with."""

from __future__ import annotations

import re

from botyard.commands.exit_codes import ExitCode
from tests.commands.shell import Shell, application, word


def test_tokens_are_issued_for_an_application(portal_shell: Shell) -> None:
    client_id = application(portal_shell)
    made = portal_shell.done("token", "issue", "ann", "--app", client_id, "--scope", "im")
    assert word(made, "access_token") != word(made, "refresh_token")
    assert "may not have" in portal_shell.refused("token", "issue", "ann", "--app", client_id, "--scope", "user")
    assert "no application" in portal_shell.refused("token", "issue", "ann", "--app", "local.0.0")
    portal_shell.refused("token", "issue", "ann", "--app", client_id, "--seconds", "60", code=ExitCode.USAGE)


def test_a_person_gets_a_token_of_their_own(portal_shell: Shell) -> None:
    made = portal_shell.done("token", "issue", "ann", "--seconds", "86400")
    assert word(made, "access_token").isalnum()
    assert "refresh_token" not in made
    portal_shell.refused("token", "issue", "ann", "--seconds", "0", code=ExitCode.USAGE)


def test_what_events_are_signed_with_is_shown(portal_shell: Shell) -> None:
    client_id = application(portal_shell)
    secret = word(portal_shell.done("token", "signing", "--app", client_id), "signing_secret")
    assert re.fullmatch(r"whsec_[A-Za-z0-9+/]{43}=", secret)
    other = word(portal_shell.done("token", "signing", "--app", application(portal_shell)), "signing_secret")
    assert other != secret
    assert "no application" in portal_shell.refused("token", "signing", "--app", "local.0.0")
    assert "no bot 2" in portal_shell.refused("token", "signing", "--bot", "2")
    portal_shell.refused("token", "signing", code=ExitCode.USAGE)
    portal_shell.refused("token", "signing", "--app", client_id, "--bot", "2", code=ExitCode.USAGE)


def test_secrets_are_not_in_the_database(portal_shell: Shell) -> None:
    client_id = application(portal_shell)
    texts = [
        word(portal_shell.done("webhook", "add", "ann"), "address").split("/")[-2],
        word(portal_shell.done("token", "issue", "ann", "--app", client_id), "refresh_token"),
        word(portal_shell.done("user", "password", "ann"), "password"),
    ]
    kept = b"".join(file.read_bytes() for file in portal_shell.data.glob("botyard.db*"))
    assert client_id.encode() in kept
    assert not [text for text in texts if text.encode() in kept]


def test_tokens_are_listed_and_revoked(portal_shell: Shell) -> None:
    client_id = application(portal_shell)
    portal_shell.done("token", "issue", "ann", "--app", client_id)
    portal_shell.done("token", "issue", "ann", "--scope", "im")
    shown = portal_shell.done("token", "list", "--person", "ann")
    assert len(shown.splitlines()) == 3
    [number] = [line.split()[0] for line in shown.splitlines() if "(none)" in line]
    assert f"Token {number} is revoked" in portal_shell.done("token", "revoke", number)
    assert len(portal_shell.done("token", "list", "--app", client_id).splitlines()) == 2
    assert "no token" in portal_shell.refused("token", "revoke", number)
    assert "no application" in portal_shell.refused("token", "list", "--app", "local.0.0")


def test_a_persons_own_token_lives_for_a_year_at_most(portal_shell: Shell) -> None:
    portal_shell.refused("token", "issue", "ann", "--seconds", str(366 * 86_400))
    portal_shell.done("token", "issue", "ann", "--seconds", str(365 * 86_400))
