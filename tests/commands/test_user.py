"""`botyard user`: people, their passwords, guests."""

from __future__ import annotations

import io
import sys

import pytest

from botyard.commands.exit_codes import ExitCode
from tests.commands.shell import Shell, word


def test_people_are_added_and_listed(house: Shell) -> None:
    made = house.done("user", "add", "eve", "--email", "eve@partner.example", "--department", "Sales", "--extranet")
    assert word(made, "id") == "3"
    lines = [line.split() for line in house.done("user", "list").splitlines()]
    assert [line[:5] for line in lines[1:]] == [
        ["1", "admin", "employee", "yes", "yes"],
        ["2", "ann", "employee", "no", "yes"],
        ["3", "eve", "extranet", "no", "yes"],
    ]


def test_a_login_is_given_once_and_never_empty(house: Shell) -> None:
    assert house.refused("user", "add", "ann") == "botyard: The login 'ann' is taken."
    assert "empty" in house.refused("user", "add", " ", code=ExitCode.USAGE)
    assert "50 characters" in house.refused("user", "add", "x" * 51, code=ExitCode.USAGE)
    assert "cannot be seen" in house.refused("user", "add", "ann\x1b[2J", code=ExitCode.USAGE)


def test_a_password_is_set_anew_and_may_come_from_a_pipe(house: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    first = word(house.done("user", "password", "ann"), "password")
    assert word(house.done("user", "password", "2"), "password") != first
    monkeypatch.setattr(sys, "stdin", io.StringIO("correct horse\n"))
    assert house.done("user", "password", "ann", "--password-stdin") == ""
    monkeypatch.setattr(sys, "stdin", io.StringIO("short\n"))
    assert "at least 8" in house.refused("user", "password", "ann", "--password-stdin")
    assert "'bob'" in house.refused("user", "password", "bob")


@pytest.mark.parametrize(
    ("password", "reason"), [("qwertyuiop", "first that are tried"), ("AnnLee1985", "name of its owner")]
)
def test_a_password_that_is_tried_first_is_refused(
    house: Shell, monkeypatch: pytest.MonkeyPatch, password: str, reason: str
) -> None:
    new = ["user", "add", "annie", "--name", "Ann", "--last-name", "Lee", "--password-stdin"]
    for words in (new, ["user", "password", "ann", "--password-stdin"]):
        monkeypatch.setattr(sys, "stdin", io.StringIO(f"{password}\n"))
        assert reason in house.refused(*words)
        assert password not in house.err
    assert "annie" not in house.done("user", "list")


def test_somebody_is_sent_away_and_let_back_in(house: Shell) -> None:
    assert house.done("user", "deactivate", "ann") == "ann is not active now.\n"
    assert house.done("user", "list").splitlines()[2].split()[:5] == ["2", "ann", "employee", "no", "no"]
    assert house.done("user", "activate", "ann") == "ann is active now.\n"
    assert "administrator" in house.refused("user", "deactivate", "admin")


def test_a_guest_has_a_name_and_no_login(house: Shell) -> None:
    made = house.done("user", "add", "Gil", "--guest")
    assert "password" not in made
    assert house.done("user", "list").splitlines()[-1].split()[:3] == [word(made, "id"), "-", "guest"]
    assert word(house.done("webhook", "add", word(made, "id")), "address")
    assert "guest" in house.refused("user", "password", word(made, "id"))
    house.refused("user", "add", "Gil", "--guest", "--admin", code=ExitCode.USAGE)
