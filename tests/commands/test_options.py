"""Options of `serve`: what is taken, and what is said of the rest."""

from __future__ import annotations

from pathlib import Path

import pytest

from botyard import setting_values
from botyard.commands import exec_, options, serve
from botyard.commands.exit_codes import ExitCode
from botyard.config import Settings, variable
from tests.commands.shell import Shell, Words


@pytest.mark.parametrize("text", ["*", "localhost", "10.0.0.1/8", "127.0.0.1,", "::/0", "0.0.0.0/0"])
def test_proxies_that_are_none_are_a_usage_error(shell: Shell, text: str) -> None:
    assert "--trusted-proxies" in shell.refused("serve", "--trusted-proxies", text, code=ExitCode.USAGE)
    assert not shell.data.exists()


def test_proxies_are_addresses_and_networks() -> None:
    assert setting_values.proxies(" 127.0.0.1, 10.0.0.0/8,::1") == ("127.0.0.1/32", "10.0.0.0/8", "::1/128")
    assert setting_values.proxies("") == ()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["serve", "--port", "99999"], "'99999' is no port"),
        (["serve", "--port", "http"], "'http' is no port"),
        (["serve", "--limits", "tight"], "is not one of"),
        (["serve", "--public-url", "chat.example.com"], "is no address"),
        (["serve", "--public-url", "http://[::1"], "is no address"),
        (["serve", "--time-zone", "Mars/Base"], "no time zone"),
        (["serve", "--delivery", "twice"], "is not one of"),
        (["serve", "--delivery-timeout", "0"], "no number of seconds"),
        (["serve", "--delivery-timeout", "nan"], "no number of seconds"),
        (["serve", "--event-hours", "0"], "no number of hours"),
        (["serve", "--event-hours", "a day"], "no number of hours"),
        (["serve", "--file-quota", "-1"], "no number of mebibytes"),
        (["serve", "--database", "mysql://ann:secret@db/x"], "must start with postgresql://"),
        (["serve", "--dem"], "No such option"),
        (["exec"], "which command to run"),
        (["exec", "--"], "which command to run"),
        (["exec", "--port", "-1", "--", "true"], "'--port'"),
        (["user"], "Missing command"),
        (["webhook", "revoke", "one"], "'one' is no number"),
        (["webhook", "revoke", "9" * 19], "is no number"),
        (["token", "signing", "--bot", "9" * 30], "is no number"),
        (["app", "update", "local.1.2", "--version", "9" * 30], "is no number"),
        (["app", "update", "local.1.2", "--version", "0"], "'0' is no number"),
        (["doctor", "1", "9" * 30], "is no number"),
        (["doctor", "one"], "is no number"),
    ],
)
def test_a_wrong_option_is_told_in_one_line(shell: Shell, words: Words, sentence: str) -> None:
    assert shell.bare(*words) == ExitCode.USAGE
    assert sentence in shell.err
    assert shell.err.count("\n") == 1
    assert shell.err.startswith(f"botyard {words[0]}")
    assert "secret" not in shell.err


def test_how_much_is_kept_can_be_said() -> None:
    def read(*words: str) -> tuple[int, int]:
        wanted = options.chosen(options.parsed(serve.command(), words))
        return wanted.event_hours, wanted.file_quota

    assert read() == (24, 10_240)
    assert read("--event-hours", "72", "--file-quota", "0") == (72, 0)


def test_a_demo_is_not_opened_to_the_world(shell: Shell) -> None:
    assert "not for --profile prod" in shell.refused("serve", "--demo", "--profile", "prod", code=ExitCode.USAGE)


# Settings from the environment.


def settings_of(*words: str) -> Settings:
    return options.chosen(options.parsed(serve.command(), words))


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("port", "9000", 9000),
        ("demo", "1", True),
        ("demo", "no", False),
        ("limits", "cloud", "cloud"),
        ("trusted_proxies", "10.0.0.1", ("10.0.0.1/32",)),
        ("delivery_timeout", "2.5", 2.5),
        ("data", "/srv/chat", Path("/srv/chat")),
        ("port", "", 8024),
    ],
)
def test_a_variable_sets_a_setting(monkeypatch: pytest.MonkeyPatch, name: str, text: str, value: object) -> None:
    monkeypatch.setenv(variable(name), text)
    assert getattr(settings_of(), name) == value


def test_an_option_wins_over_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOTYARD_PORT", "9000")
    assert settings_of("--port", "9001").port == 9001


def test_a_wrong_variable_is_told_by_its_name(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOTYARD_PORT", "http")
    assert "BOTYARD_PORT" in shell.refused("serve", code=ExitCode.USAGE)


def test_exec_does_not_take_the_settings_of_another_portal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOTYARD_PROFILE", "prod")
    monkeypatch.setenv("BOTYARD_DATABASE", "postgresql://db/live")
    read = options.chosen(options.parsed(exec_.command(), ["--", "true"]))
    assert (read.profile, read.database) == ("dev", "")
