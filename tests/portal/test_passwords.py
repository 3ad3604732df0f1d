"""Passwords that may be chosen, and those that may not."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest
from zxcvbn.frequency_lists import FREQUENCY_LISTS

from botyard.model.people import Profile
from botyard.portal import users
from botyard.portal.auth import passwords
from botyard.portal.auth.passwords import MINIMUM, weakness

KNOWN = [password for password in FREQUENCY_LISTS["passwords"] if len(password) >= MINIMUM]
OWN = users.known_words(Profile(name="Анна", last_name="Lindqvist", email="anna@harbour.example"), "anna.l")


def test_the_known_ones_are_many() -> None:
    assert len(KNOWN) > 3000
    assert KNOWN[:3] == ["password", "12345678", "123456789"]


@pytest.mark.parametrize("start", range(10))
def test_the_most_common_ones_are_refused(start: int) -> None:
    assert [password for password in KNOWN[start:3000:10] if not weakness(password)] == []


@pytest.mark.parametrize(
    "password",
    [
        "Password1",
        "P@ssw0rd!",
        "iloveyou2",
        "1q2w3e4r5t",
        "qwertyuiop",
        "zaq12wsx",
        "letmein123",
        "administrator1",
        "password" * 100,
        "abababababab",
        "19901990",
        "йцукенгш",
        "Пароль12",
        "привет123",
    ],
)
def test_those_much_like_them_are_refused(password: str) -> None:
    assert "first that are tried" in weakness(password)


@pytest.mark.parametrize(
    "password", ["anna.l-2024", "Lindqvist1985", "harbour-1234", "ЛиндАнна1985", "botyard-2026", "Bitrix24!!"]
)
def test_names_and_a_little_more_are_refused(password: str) -> None:
    reason = weakness(password, [*OWN, "Линд"])
    assert "name of its owner" in reason
    assert password not in reason


@pytest.mark.parametrize("password", ["", "short", "correct"])
def test_short_ones_are_refused(password: str) -> None:
    assert weakness(password) == "A password needs at least 8 characters"


def test_endless_ones_are_refused_at_once() -> None:
    assert weakness("x" * 1001) == "A password may have 1000 characters at most"


@pytest.mark.parametrize(
    "password",
    [
        "correct horse",
        "correct horse battery staple",
        "собака на сене",
        "Xk3-ff2a",
        "anna likes long walks",
        "Lindqvist fährt nach Tromsø",
    ],
)
def test_good_ones_may_be_chosen(password: str) -> None:
    assert weakness(password, OWN) == ""


def test_a_password_that_was_made_up_may_be_chosen() -> None:
    assert [weakness(passwords.new_password(), OWN) for _ in range(200)] == [""] * 200


def test_no_password_takes_long_to_judge() -> None:
    """Each of these signs may stand for several letters, and the library tries them all."""
    weakness("the library is loaded by this one")
    begun = time.process_time()
    weakness("4@8({[<369&#!1/|0$5+7%2" * 40)
    assert time.process_time() - begun < 3


def test_the_list_is_loaded_by_those_who_choose_a_password_only() -> None:
    script = """
import sys
from botyard.portal.auth import passwords
passwords.hashed_quickly(passwords.new_password())
assert "zxcvbn" not in sys.modules
passwords.weakness("correct horse")
assert "zxcvbn" in sys.modules
"""
    subprocess.run([sys.executable, "-c", script], check=True)
