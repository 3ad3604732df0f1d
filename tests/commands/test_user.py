"""`botyard user`: people, their passwords, guests."""

from __future__ import annotations

import hashlib
import io
import sys
from pathlib import Path

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


def test_people_are_changed(portal_shell: Shell) -> None:
    portal_shell.done("user", "add", "eve", "--extranet")
    changes = ("--login", "anna", "--name", "Anna", "--admin")
    assert portal_shell.done("user", "update", "ann", *changes) == "ann is changed.\n"
    assert portal_shell.done("user", "list").splitlines()[2].split()[:4] == ["2", "anna", "employee", "yes"]
    portal_shell.done("user", "update", "anna", "--no-admin", "--department", "Sales", "--position", "Boss")
    assert portal_shell.done("user", "list").splitlines()[2].split()[3] == "no"
    assert "taken" in portal_shell.refused("user", "update", "anna", "--login", "eve")
    assert "administrator" in portal_shell.refused("user", "update", "admin", "--no-admin")
    assert "employees" in portal_shell.refused("user", "update", "eve", "--admin")
    for login in ("", "x" * 51, " ann"):
        assert "login" in portal_shell.refused("user", "update", "anna", "--login", login, code=ExitCode.USAGE)


def test_somebody_is_deleted(portal_shell: Shell) -> None:
    assert portal_shell.done("user", "delete", "ann") == "ann is deleted.\n"
    assert len(portal_shell.done("user", "list").splitlines()) == 2
    assert "nobody" in portal_shell.refused("user", "delete", "2")
    assert "administrator" in portal_shell.refused("user", "delete", "admin")
    assert word(portal_shell.done("user", "add", "ann"), "id") == "3"


def test_a_link_for_a_password_is_printed(portal_shell: Shell) -> None:
    first = word(portal_shell.done("user", "password-link", "ann"), "address")
    assert "/account/reset?key=" in first
    public = ("--public-url", "https://chat.example.com")
    second = word(portal_shell.done("user", "password-link", "2", *public), "address")
    assert second.startswith("https://chat.example.com/account/reset?key=")
    assert second.rpartition("=")[2] != first.rpartition("=")[2]
    guest = word(portal_shell.done("user", "add", "Gil", "--guest"), "id")
    assert "guest" in portal_shell.refused("user", "password-link", guest)


def test_a_link_is_not_mailed_without_a_server_or_an_address(portal_shell: Shell) -> None:
    assert "--smtp-url" in portal_shell.refused("user", "password-link", "ann", "--mail")
    alone = ("--mail", "--smtp-from", "botyard@a.test")
    assert "go together" in portal_shell.refused("user", "password-link", "ann", *alone, code=ExitCode.USAGE)
    both = (*alone, "--smtp-url", "smtp://user:word@127.0.0.1:1")
    assert "no address" in portal_shell.refused("user", "password-link", "ann", *both)
    portal_shell.done("user", "update", "ann", "--email", "ann@a.test")
    assert "cannot be reached" in portal_shell.refused("user", "password-link", "ann", *both)
    wrong = (*alone, "--smtp-url", "http://user:word@a.test")
    assert "smtps://" in portal_shell.refused("user", "password-link", "ann", *wrong, code=ExitCode.USAGE)
    assert "word" not in portal_shell.err.replace("password", "")


def test_somebody_is_signed_out(portal_shell: Shell) -> None:
    assert portal_shell.done("user", "signout", "ann") == "ann is signed out; sessions: 0\n"
    assert "nobody" in portal_shell.refused("user", "signout", "bob")


def test_a_second_factor_that_is_not_there_cannot_be_reset(portal_shell: Shell) -> None:
    assert portal_shell.refused("user", "second-factor-reset", "ann") == "botyard: ann has no second factor."


def test_a_password_that_leaked_is_refused(
    portal_shell: Shell, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    leaked = tmp_path / "leaked.txt"
    digest = hashlib.sha1(b"correct horse", usedforsecurity=False).hexdigest().upper()
    leaked.write_text(f"{digest}:7\n")
    words = ("user", "password", "ann", "--password-stdin", "--breached-passwords")
    monkeypatch.setattr(sys, "stdin", io.StringIO("correct horse\n"))
    assert "published leak" in portal_shell.refused(*words, str(leaked))
    monkeypatch.setattr(sys, "stdin", io.StringIO("correct horse\n"))
    assert "cannot be read" in portal_shell.refused(*words, str(tmp_path / "none"), code=ExitCode.STORAGE)
