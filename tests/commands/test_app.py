"""`botyard app`: applications from the first day to the last."""

from __future__ import annotations

from botyard.commands.exit_codes import ExitCode
from tests.commands.shell import Shell, application, word


def test_an_application_is_registered_blocked_and_unblocked(house: Shell) -> None:
    client_id = application(house)
    assert house.done("app", "block", client_id) == f"{client_id} is blocked now.\n"
    assert house.done("app", "list").splitlines()[1].split()[-5:] == ["yes", "no", "Support", "bot", "im,imbot"]
    assert house.done("app", "unblock", client_id) == f"{client_id} is not blocked now.\n"
    assert "no application" in house.refused("app", "block", "local.0.0")


def test_an_application_lives_through_everything_that_can_be_done_with_it(house: Shell) -> None:
    client_id = application(house)
    assert house.done("app", "update", client_id, "--version", "2") == f"{client_id} is installed, version 2.\n"
    assert house.done("app", "uninstall", client_id, "--clean") == f"{client_id} is not installed, version 2.\n"
    assert house.done("app", "install", client_id) == f"{client_id} is installed, version 2.\n"
    assert house.done("app", "delete", client_id) == f"{client_id} is deleted.\n"
    for verb in ("update", "install", "finish", "uninstall", "delete"):
        assert "no application" in house.refused("app", verb, client_id)
    assert len(house.done("app", "list").splitlines()) == 1


def test_an_application_with_a_wizard_is_not_installed_until_that_is_said(house: Shell) -> None:
    client_id = word(house.done("app", "add", "Robot", "--wizard", "--install", "https://app.example/"), "client_id")
    assert "wizard" in house.done("app", "install", client_id)
    assert house.done("app", "finish", client_id) == f"{client_id} is installed, version 1.\n"


def test_an_address_that_is_none_is_refused(house: Shell) -> None:
    assert "REDIRECT_URI" in house.refused("app", "add", "Robot", "--redirect", "javascript:alert(1)")


def test_an_application_is_opened_to_some_or_to_everybody(house: Shell) -> None:
    client_id = application(house)
    assert house.done("app", "restrict", client_id, "ann", "1") == f"{client_id} is open to ann, 1 now.\n"
    assert house.done("app", "restrict", client_id, "--everybody") == f"{client_id} is open to everybody now.\n"
    house.refused("app", "restrict", client_id, code=ExitCode.USAGE)
    house.refused("app", "restrict", client_id, "ann", "--everybody", code=ExitCode.USAGE)
    assert "'bob'" in house.refused("app", "restrict", client_id, "bob")
