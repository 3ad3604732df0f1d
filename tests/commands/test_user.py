"""`botyard user`: people, their passwords, guests."""

from __future__ import annotations

import io
import sys

import pytest

from botyard.commands.exit_codes import ExitCode
from tests.commands.shell import Shell, word


def test_people_are_added_and_listed(portal_shell: Shell) -> None:
    made = portal_shell.done(
        "user", "add", "eve", "--email", "eve@partner.example", "--department", "Sales", "--extranet"
    )
    assert word(made, "id") == "3"
    lines = [line.split() for line in portal_shell.done("user", "list").splitlines()]
    assert [line[:5] for line in lines[1:]] == [
        ["1", "admin", "employee", "yes", "yes"],
        ["2", "ann", "employee", "no", "yes"],
        ["3", "eve", "extranet", "no", "yes"],
    ]


def test_a_login_is_given_once_and_never_empty(portal_shell: Shell) -> None:
    assert portal_shell.refused("user", "add", "ann") == "botyard: The login 'ann' is taken."
    assert "empty" in portal_shell.refused("user", "add", " ", code=ExitCode.USAGE)
    assert "50 characters" in portal_shell.refused("user", "add", "x" * 51, code=ExitCode.USAGE)
    assert "cannot be seen" in portal_shell.refused("user", "add", "ann\x1b[2J", code=ExitCode.USAGE)


def test_a_password_is_set_anew_and_may_come_from_a_pipe(portal_shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    first = word(portal_shell.done("user", "password", "ann"), "password")
    assert word(portal_shell.done("user", "password", "2"), "password") != first
    monkeypatch.setattr(sys, "stdin", io.StringIO("correct horse\n"))
    assert portal_shell.done("user", "password", "ann", "--password-stdin") == ""
    monkeypatch.setattr(sys, "stdin", io.StringIO("short\n"))
    assert "at least 8" in portal_shell.refused("user", "password", "ann", "--password-stdin")
    assert "'bob'" in portal_shell.refused("user", "password", "bob")


@pytest.mark.parametrize(
    ("password", "reason"), [("qwertyuiop", "first that are tried"), ("AnnLee1985", "name of its owner")]
)
def test_a_password_that_is_tried_first_is_refused(
    portal_shell: Shell, monkeypatch: pytest.MonkeyPatch, password: str, reason: str
) -> None:
    new = ["user", "add", "annie", "--name", "Ann", "--last-name", "Lee", "--password-stdin"]
    for words in (new, ["user", "password", "ann", "--password-stdin"]):
        monkeypatch.setattr(sys, "stdin", io.StringIO(f"{password}\n"))
        assert reason in portal_shell.refused(*words)
        assert password not in portal_shell.err
    assert "annie" not in portal_shell.done("user", "list")


def test_somebody_is_sent_away_and_let_back_in(portal_shell: Shell) -> None:
    assert portal_shell.done("user", "deactivate", "ann") == "ann is not active now.\n"
    assert portal_shell.done("user", "list").splitlines()[2].split()[:5] == ["2", "ann", "employee", "no", "no"]
    assert portal_shell.done("user", "activate", "ann") == "ann is active now.\n"
    assert "administrator" in portal_shell.refused("user", "deactivate", "admin")


def test_a_guest_has_a_name_and_no_login(portal_shell: Shell) -> None:
    made = portal_shell.done("user", "add", "Gil", "--guest")
    assert "password" not in made
    assert portal_shell.done("user", "list").splitlines()[-1].split()[:3] == [word(made, "id"), "-", "guest"]
    assert word(portal_shell.done("webhook", "add", word(made, "id")), "address")
    assert "guest" in portal_shell.refused("user", "password", word(made, "id"))
    portal_shell.refused("user", "add", "Gil", "--guest", "--admin", code=ExitCode.USAGE)
