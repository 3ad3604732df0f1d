"""`botyard app`: applications from the first day to the last."""

from __future__ import annotations

from botyard.commands.exit_codes import ExitCode
from botyard.model.apps import MESSENGER
from tests.commands.shell import Shell, application, word


def test_an_application_is_registered_blocked_and_unblocked(portal_shell: Shell) -> None:
    client_id = application(portal_shell)
    assert portal_shell.done("app", "block", client_id) == f"{client_id} is blocked now.\n"
    assert portal_shell.done("app", "list").splitlines()[-1].split()[-5:] == ["yes", "no", "Support", "bot", "im,imbot"]
    assert portal_shell.done("app", "unblock", client_id) == f"{client_id} is not blocked now.\n"
    assert "no application" in portal_shell.refused("app", "block", "local.0.0")


def test_an_application_lives_through_everything_that_can_be_done_with_it(portal_shell: Shell) -> None:
    client_id = application(portal_shell)
    assert portal_shell.done("app", "update", client_id, "--version", "2") == f"{client_id} is installed, version 2.\n"
    assert portal_shell.done("app", "uninstall", client_id, "--clean") == f"{client_id} is not installed, version 2.\n"
    assert portal_shell.done("app", "install", client_id) == f"{client_id} is installed, version 2.\n"
    assert portal_shell.done("app", "delete", client_id) == f"{client_id} is deleted.\n"
    for verb in ("update", "install", "finish", "uninstall", "delete"):
        assert "no application" in portal_shell.refused("app", verb, client_id)
    # What comes with the portal stays.
    assert len(portal_shell.done("app", "list").splitlines()) == 2


def test_an_application_gets_another_secret(portal_shell: Shell) -> None:
    client_id = application(portal_shell)
    first, second = (word(portal_shell.done("app", "secret-rotate", client_id), "client_secret") for _ in range(2))
    assert first != second


def test_an_application_with_a_wizard_is_not_installed_until_that_is_said(portal_shell: Shell) -> None:
    client_id = word(
        portal_shell.done("app", "add", "Robot", "--wizard", "--install", "https://app.example/"), "client_id"
    )
    assert "wizard" in portal_shell.done("app", "install", client_id)
    assert portal_shell.done("app", "finish", client_id) == f"{client_id} is installed, version 1.\n"


def test_what_comes_with_the_portal_can_only_be_blocked(portal_shell: Shell) -> None:
    for verb in ("update", "uninstall", "delete", "secret-rotate"):
        assert "comes with the portal" in portal_shell.refused("app", verb, MESSENGER)
    assert portal_shell.done("app", "block", MESSENGER) == f"{MESSENGER} is blocked now.\n"


def test_an_address_that_is_none_is_refused(portal_shell: Shell) -> None:
    assert "REDIRECT_URI" in portal_shell.refused("app", "add", "Robot", "--redirect", "javascript:alert(1)")


def test_an_application_is_opened_to_some_or_to_everybody(portal_shell: Shell) -> None:
    client_id = application(portal_shell)
    assert portal_shell.done("app", "restrict", client_id, "ann", "1") == f"{client_id} is open to ann, 1 now.\n"
    assert portal_shell.done("app", "restrict", client_id, "--everybody") == f"{client_id} is open to everybody now.\n"
    portal_shell.refused("app", "restrict", client_id, code=ExitCode.USAGE)
    portal_shell.refused("app", "restrict", client_id, "ann", "--everybody", code=ExitCode.USAGE)
    assert "'bob'" in portal_shell.refused("app", "restrict", client_id, "bob")
