"""The command line, command by command, within this process."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from botyard import __version__
from botyard.cli import COMMANDS, main
from botyard.commands import options, serve
from botyard.commands.exit_codes import CommandError, ExitCode, storage_errors
from botyard.config import Settings
from botyard.store.engines.db import FilesUnavailable
from tests.portals import Databases


class Shell:
    """Runs commands on one portal and remembers what they print."""

    def __init__(self, data: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.data = data
        self._capsys = capsys
        self.out = ""
        self.err = ""

    def run(self, *words: str, database: str = "") -> int:
        """Run a command on the portal; its exit code."""
        more = ["--database", database] if database else []
        return self.bare(*words, "--data", str(self.data), *more)

    def bare(self, *words: str) -> int:
        """Run a command as it is given."""
        try:
            code = main(words)
        except SystemExit as end:
            code = int(end.code or 0)
        self.out, self.err = self._capsys.readouterr()
        assert "Traceback" not in self.err
        return code

    def done(self, *words: str) -> str:
        """Run a command that must succeed; what it prints."""
        assert self.run(*words) == ExitCode.OK, self.err
        assert self.err == ""
        return self.out

    def refused(self, *words: str, code: ExitCode = ExitCode.FAILURE) -> str:
        """Run a command that must fail; the one sentence that it says."""
        assert self.run(*words) == code
        assert self.err.count("\n") == 1
        return self.err.strip()


@pytest.fixture
def shell(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Shell:
    """A shell where no portal was made yet."""
    return Shell(tmp_path / "portal", capsys)


@pytest.fixture
def house(shell: Shell) -> Shell:
    """A shell with a portal and two people in it: admin and ann."""
    shell.done("init")
    shell.done("user", "add", "ann", "--name", "Ann", "--last-name", "Lee")
    return shell


def word(text: str, name: str) -> str:
    """The value that follows ``name:`` in what was printed."""
    found = re.search(rf"^{name}: (\S+)", text, re.MULTILINE)
    assert found, text
    return found[1]


# The top.


def test_without_a_command_all_of_them_are_listed(shell: Shell) -> None:
    assert shell.bare() == ExitCode.OK
    for name, command in COMMANDS.items():
        assert f"  {name} " in shell.out
        assert command.about in shell.out


def test_the_version_is_told(shell: Shell) -> None:
    assert shell.bare("--version") == ExitCode.OK
    assert shell.out == f"botyard {__version__}\n"


@pytest.mark.parametrize("words", [["launch"], ["--demo"], ["--demo", "serve"]])
def test_an_unknown_command_is_a_usage_error(shell: Shell, words: list[str]) -> None:
    assert shell.bare(*words) == ExitCode.USAGE
    assert shell.err.startswith("botyard: there is no command")


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself_with_examples(shell: Shell, name: str) -> None:
    assert shell.bare(name, "--help") == ExitCode.OK
    assert shell.out.startswith(f"usage: botyard {name}")
    assert f"botyard {name}" in shell.out.partition("examples:")[2]


@pytest.mark.parametrize("code", ExitCode)
def test_every_exit_code_is_documented(code: ExitCode) -> None:
    page = Path(__file__).parents[1] / "docs" / "reference" / "exit-codes.md"
    assert f"\n| {int(code)} " in page.read_text()


@pytest.mark.parametrize(
    ("module", "spared"),
    [
        ("cli", {"botyard.api", "msgspec", "asyncio", "uvicorn"}),
        ("commands.user", {"botyard.api", "uvicorn", "asyncpg", "cryptography", "PIL", "zxcvbn"}),
        ("commands.serve", {"asyncpg", "cryptography", "trustme", "PIL", "zxcvbn"}),
        ("commands.exec_", {"asyncpg", "cryptography", "trustme", "PIL", "zxcvbn"}),
    ],
)
def test_nothing_heavy_is_imported_without_need(module: str, spared: set[str]) -> None:
    script = f"import sys, botyard.{module}; print(*sorted({spared!r} & sys.modules.keys()))"
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == ""


# Making a portal.


def test_a_portal_is_made_once(shell: Shell) -> None:
    assert word(shell.done("init"), "login") == "admin"
    assert len(word(shell.out, "password")) >= 16
    assert shell.refused("init") == "botyard: There is a portal already; nothing was changed."


def test_a_command_needs_a_portal_and_makes_none(shell: Shell) -> None:
    assert "There is no portal" in shell.refused("user", "list")
    assert not shell.data.exists()


def test_an_empty_database_is_no_portal_yet(shell: Shell) -> None:
    assert "applied 0001_people" in shell.done("migrate")
    assert shell.done("migrate") == "The database is up to date.\n"
    assert "There is no portal" in shell.refused("user", "list")


def test_a_database_of_another_version_is_not_touched(house: Shell) -> None:
    import apsw

    connection = apsw.Connection(str(house.data / "botyard.db"))
    connection.execute("DELETE FROM migrations WHERE number = (SELECT MAX(number) FROM migrations)")
    connection.close()
    assert "'botyard migrate'" in house.refused("user", "list", code=ExitCode.STORAGE)


def test_a_file_that_is_no_database_is_named(house: Shell) -> None:
    file = house.data / "botyard.db"
    file.write_bytes(b"garbage" * 1000)
    assert str(file) in house.refused("user", "list", code=ExitCode.STORAGE)


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("")
    shell = Shell(tmp_path / "file" / "portal", capsys)
    sentence = f"botyard: The data folder {shell.data} cannot be used: there is a file in its place."
    assert shell.refused("init", code=ExitCode.STORAGE) == sentence


def test_a_place_for_files_that_cannot_be_had_is_not_taken_for_the_database() -> None:
    with pytest.raises(CommandError, match=r"^Files cannot be kept in s3://chat\.$"), storage_errors(Settings()):
        raise FilesUnavailable("Files cannot be kept in s3://chat.")


def test_a_server_that_is_not_there_is_told_without_the_password(shell: Shell) -> None:
    assert shell.run("init", database="postgresql://ann:secret@127.0.0.1:1/x") == ExitCode.STORAGE
    assert shell.err.startswith("botyard: ")
    assert "secret" not in shell.err


def test_the_database_may_come_from_the_environment(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOTYARD_DATABASE", "mysql://ann:secret@db/x")
    assert shell.run("init") == ExitCode.USAGE
    assert "BOTYARD_DATABASE" in shell.err
    assert "secret" not in shell.err


@pytest.mark.postgresql
def test_a_portal_is_looked_after_on_postgresql(shell: Shell, databases: Databases) -> None:
    with databases.lent() as address:
        assert shell.run("user", "list", database=address) == ExitCode.FAILURE
        assert shell.run("init", database=address) == ExitCode.OK
        assert shell.run("user", "list", database=address) == ExitCode.OK
        assert "admin" in shell.out
        assert shell.run("init", database=address) == ExitCode.FAILURE


# People.


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


# Starting a server.


@pytest.mark.parametrize("text", ["*", "localhost", "10.0.0.1/8", "127.0.0.1,", "::/0", "0.0.0.0/0"])
def test_proxies_that_are_none_are_a_usage_error(shell: Shell, text: str) -> None:
    assert "--trusted-proxies" in shell.refused("serve", "--trusted-proxies", text, code=ExitCode.USAGE)
    assert not shell.data.exists()


def test_proxies_are_addresses_and_networks() -> None:
    assert options.proxies(" 127.0.0.1, 10.0.0.0/8,::1") == ("127.0.0.1/32", "10.0.0.0/8", "::1/128")
    assert options.proxies("") == ()


# Keys.


def test_a_webhook_is_issued_listed_and_revoked(house: Shell) -> None:
    made = house.done("webhook", "add", "ann", "--title", "Backup", "--scope", "im, user")
    address = word(made, "address")
    found = re.fullmatch(r"http://localhost:8024/rest/2/([0-9a-f]{32})/", address)
    assert found
    secret = found[1]
    listed = house.done("webhook", "list")
    assert f"{secret[:4]}…" in listed
    assert secret not in listed
    assert "Ann Lee" in listed
    assert "im,user" in listed
    assert house.done("webhook", "revoke", "1") == "Webhook 1 is revoked.\n"
    assert "no webhook 1" in house.refused("webhook", "revoke", "1")


def test_a_webhook_has_every_permission_unless_told_otherwise(house: Shell) -> None:
    house.done("webhook", "add", "ann", "--public-url", "https://chat.example.com/")
    assert word(house.out, "address").startswith("https://chat.example.com/rest/2/")
    assert " permissions" in house.done("webhook", "list")


def test_an_unknown_permission_is_a_usage_error(house: Shell) -> None:
    assert "There is no permission 'nope'" in house.refused(
        "webhook", "add", "ann", "--scope", "nope", code=ExitCode.USAGE
    )


def application(house: Shell) -> str:
    """Register an application and answer its client id."""
    made = house.done("app", "add", "Support bot", "--scope", "im,imbot")
    assert len(word(made, "client_secret")) == 32
    return word(made, "client_id")


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


def test_tokens_are_issued_for_an_application(house: Shell) -> None:
    client_id = application(house)
    made = house.done("token", "issue", "ann", "--app", client_id, "--scope", "im")
    assert word(made, "access_token") != word(made, "refresh_token")
    assert "may not have" in house.refused("token", "issue", "ann", "--app", client_id, "--scope", "user")
    assert "no application" in house.refused("token", "issue", "ann", "--app", "local.0.0")
    house.refused("token", "issue", "ann", "--app", client_id, "--seconds", "60", code=ExitCode.USAGE)


def test_a_person_gets_a_token_of_their_own(house: Shell) -> None:
    made = house.done("token", "issue", "ann", "--seconds", "86400")
    assert word(made, "access_token").isalnum()
    assert "refresh_token" not in made
    house.refused("token", "issue", "ann", "--seconds", "0", code=ExitCode.USAGE)


def test_what_events_are_signed_with_is_shown(house: Shell) -> None:
    client_id = application(house)
    secret = word(house.done("token", "signing", "--app", client_id), "signing_secret")
    assert re.fullmatch(r"whsec_[A-Za-z0-9+/]{43}=", secret)
    other = word(house.done("token", "signing", "--app", application(house)), "signing_secret")
    assert other != secret
    assert "no application" in house.refused("token", "signing", "--app", "local.0.0")
    assert "no bot 2" in house.refused("token", "signing", "--bot", "2")
    house.refused("token", "signing", code=ExitCode.USAGE)
    house.refused("token", "signing", "--app", client_id, "--bot", "2", code=ExitCode.USAGE)


def test_switches_are_shown_and_turned(house: Shell) -> None:
    assert word(house.done("portal", "switch"), "maintenance") == "off"
    assert word(house.done("portal", "switch", "maintenance", "on"), "maintenance") == "on"
    assert word(house.done("portal", "switch"), "maintenance") == "on"
    house.refused("portal", "switch", "maintenance", code=ExitCode.USAGE)
    house.refused("portal", "switch", "gravity", "off", code=ExitCode.USAGE)


def test_secrets_are_not_in_the_database(house: Shell) -> None:
    client_id = application(house)
    texts = [
        word(house.done("webhook", "add", "ann"), "address").split("/")[-2],
        word(house.done("token", "issue", "ann", "--app", client_id), "refresh_token"),
        word(house.done("user", "password", "ann"), "password"),
    ]
    kept = b"".join(file.read_bytes() for file in house.data.glob("botyard.db*"))
    assert client_id.encode() in kept
    assert not [text for text in texts if text.encode() in kept]


# What the portal answers.


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


# Options that are wrong.

Words = list[str]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["serve", "--port", "99999"], "'99999' is no port"),
        (["serve", "--port", "http"], "'http' is no port"),
        (["serve", "--limits", "tight"], "invalid choice"),
        (["serve", "--public-url", "chat.example.com"], "is no address"),
        (["serve", "--public-url", "http://[::1"], "is no address"),
        (["serve", "--time-zone", "Mars/Base"], "no time zone"),
        (["serve", "--delivery", "twice"], "invalid choice"),
        (["serve", "--delivery-timeout", "0"], "no number of seconds"),
        (["serve", "--delivery-timeout", "nan"], "no number of seconds"),
        (["serve", "--event-hours", "0"], "no number of hours"),
        (["serve", "--event-hours", "a day"], "no number of hours"),
        (["serve", "--file-quota", "-1"], "no number of mebibytes"),
        (["serve", "--database", "mysql://ann:secret@db/x"], "must start with postgresql://"),
        (["serve", "--dem"], "unrecognized arguments"),
        (["exec"], "which command to run"),
        (["exec", "--"], "which command to run"),
        (["exec", "--port", "-1", "--", "true"], "argument --port"),
        (["user"], "required"),
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


def test_a_word_that_is_not_utf_8_is_told(house: Shell) -> None:
    assert (
        house.refused("user", "add", "udo", "--name", "\udcff", code=ExitCode.USAGE)
        == "botyard: A word on the command line is not UTF-8."
    )


@pytest.mark.parametrize("words", [["--help"], ["exec", "--help"], ["methods", "imbot.dialog"]])
def test_what_a_terminal_cannot_write_is_no_error(words: Words) -> None:
    told = {**os.environ, "PYTHONIOENCODING": "ascii"}
    ended = subprocess.run([sys.executable, "-m", "botyard", *words], capture_output=True, env=told, check=False)
    assert (ended.returncode, ended.stderr) == (ExitCode.OK, b"")


def test_how_much_is_kept_can_be_said() -> None:
    def read(*words: str) -> tuple[int, int]:
        wanted = serve.settings(serve.parser().parse_args(list(words)))
        return wanted.event_hours, wanted.file_quota

    assert read() == (24, 10_240)
    assert read("--event-hours", "72", "--file-quota", "0") == (72, 0)


def test_a_demo_is_not_opened_to_the_world(shell: Shell) -> None:
    assert "not for --profile prod" in shell.refused("serve", "--demo", "--profile", "prod", code=ExitCode.USAGE)


def test_ctrl_c_ends_a_command_without_a_traceback(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(given: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr("botyard.commands.reference.methods_run", interrupted)
    assert shell.bare("methods") == ExitCode.INTERRUPTED
    assert shell.err == ""
