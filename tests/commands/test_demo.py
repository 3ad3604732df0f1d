"""`botyard serve --demo`: its keys, its first message, who may use them, seeds."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import time
from pathlib import Path

import httpx
import pytest

from botyard.commands.exit_codes import ExitCode
from tests.commands.serving import SECONDS, ask, run, serving

pytestmark = pytest.mark.live


def test_a_demo_portal_shows_keys_that_work_and_the_same_ones_again(tmp_path: Path) -> None:
    with serving(tmp_path, "--demo") as server:
        hook = server.word(r"(http\S+/rest/1/\w+/) +Alice")
        assert ask(hook + "profile")["result"]["ADMIN"] is True
        token = server.word(r"access_token +(\w+)")
        assert ask(f"{server.url}/rest/app.info", auth=token)["result"]["CODE"] == server.word(r"client_id +(\S+)")
        curl = shlex.split(server.word(r"(curl .*)"))
        assert ask(curl[1])["result"]["dialog_id"] == "chat2001"
        code, output = server.stop()
        assert (code, "Traceback" in output) == (ExitCode.OK, False)
    with serving(tmp_path, "--demo") as again:
        for pattern in (r"1 +alice +(\S+)", r"/rest/2/(\w+)/", r"client_secret +(\w+)", r"access_token +(\w+)"):
            assert again.word(pattern) == server.word(pattern)
        assert ask(again.word(r"(http\S+/rest/1/\w+/) +Alice") + "profile")["result"]["ID"] == "1"
        code, output = again.stop(signal.SIGTERM)
        assert (code, "Traceback" in output) == (ExitCode.OK, False)


def test_a_demo_portal_prints_lines_that_work_when_pasted(tmp_path: Path) -> None:
    with serving(tmp_path, "--demo", "--tls", "--tls-port", "0") as server:
        lines = [line.strip() for line in server.printed.splitlines()]
        assert lines[0].startswith("Botyard")
        pasted = "\n".join(line for line in lines if line.startswith(("export ", "curl ")))
        script = f"""{pasted.replace("curl ", "curl -fsS ")}
echo; curl -fsS "${{WEBHOOK}}profile"; echo; curl -fsS "${{PERSON}}profile"; echo; echo "$WEBHOOK"
"""
        # What was pasted last is https, with the portal's own authority.
        environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}
        ended = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True, env=environment)
        dialog, alice, ben, webhook = ended.stdout.splitlines()
        assert json.loads(dialog)["result"]["dialog_id"] == "chat2001"
        assert json.loads(alice)["result"]["ID"] == "1"
        assert json.loads(ben)["result"]["ID"] == "2"
        assert webhook.startswith("https://localhost:")


def test_the_first_message_to_the_demo_gets_a_reply(tmp_path: Path) -> None:
    with serving(tmp_path, "--demo") as server:
        person = server.word(r"export PERSON=(\S+)")
        helper = server.word(r"(\d+) +Helper")
        ask(person + "im.v2.Event.subscribe")
        ask(person + "im.message.add", DIALOG_ID=helper, MESSAGE="Anybody there?")
        offset, heard = 0, []
        end = time.monotonic() + SECONDS
        while "You said: Anybody there?" not in heard and time.monotonic() < end:
            page = ask(person + "im.v2.Event.get", offset=offset, wait=5)["result"]
            heard += [event["data"]["message"]["text"] for event in page["events"] if "message" in event["data"]]
            offset = page["nextOffset"]
        assert "You said: Anybody there?" in heard
        code, output = server.stop()
        assert (code, "Traceback" in output) == (ExitCode.OK, False)


def test_what_opens_nothing_any_more_is_not_printed_again(tmp_path: Path) -> None:
    with serving(tmp_path, "--demo") as server:
        hook = server.word(r"export PERSON=(\S+)")
        assert run("webhook", "revoke", "2", "--data", str(tmp_path)).returncode == ExitCode.OK
        assert run("user", "deactivate", "clara", "--data", str(tmp_path)).returncode == ExitCode.OK
        assert server.stop()[0] == ExitCode.OK
    with serving(tmp_path, "--demo") as again:
        assert hook.rsplit("/", 2)[1] not in again.printed
        assert "clara" not in again.printed
        assert "/rest/4/" in again.word(r"export PERSON=(\S+)")


def test_the_published_keys_are_for_this_machine_only(tmp_path: Path) -> None:
    for words in (["--host", "0.0.0.0"], ["--public-url", "https://chat.example.com"]):
        ended = run("serve", "--demo", "--port", "0", "--data", str(tmp_path), *words)
        assert (ended.returncode, ended.stderr.count("\n")) == (ExitCode.USAGE, 1)
        assert words[0] in ended.stderr and "--random-keys" in ended.stderr
    with serving(tmp_path, "--demo") as server:
        page = {"Origin": "https://example.com"}
        answer = httpx.get(server.word(r"export WEBHOOK=(\S+)") + "profile", headers=page, trust_env=False)
        assert (answer.status_code, answer.json()["error"]) == (403, "INVALID_REQUEST")
        assert "Everybody knows the keys" in server.printed
    # It stays so without --demo, whatever the command line says.
    assert run("serve", "--host", "0.0.0.0", "--port", "0", "--data", str(tmp_path)).returncode == ExitCode.USAGE
    assert run("serve", "--demo", "--random-keys", "--port", "0", "--data", str(tmp_path)).returncode == ExitCode.USAGE


def test_a_demo_with_random_keys_is_for_everybody_who_is_told(tmp_path: Path) -> None:
    with serving(tmp_path, "--demo", "--random-keys", "--host", "0.0.0.0") as server:
        hook = server.word(r"export WEBHOOK=(\S+)")
        assert "0123456789abcdef" not in hook
        page = {"Origin": "https://example.com", "Host": "chat.example.com"}
        answer = httpx.get(hook + "profile", headers=page, trust_env=False)
        assert (answer.status_code, answer.headers["Access-Control-Allow-Origin"]) == (200, "*")


def test_a_demo_portal_is_never_served_to_the_world(tmp_path: Path) -> None:
    prod = ["serve", "--profile", "prod", "--port", "0", "--data", str(tmp_path)]
    assert run(*prod, "--demo").returncode == ExitCode.USAGE
    assert list(tmp_path.iterdir()) == []
    with serving(tmp_path, "--demo") as server:
        password = server.word(r"1 +alice +(\S+)")
        assert server.stop()[0] == ExitCode.OK
    ended = run(*prod)
    assert (ended.returncode, ended.stdout) == (ExitCode.USAGE, "")
    assert ended.stderr.startswith("botyard: A portal that was made with --demo is not for --profile prod")
    assert str(tmp_path / "demo.json") in ended.stderr
    assert ended.stderr.count("\n") == 1
    assert password not in ended.stderr
    # Another one in the same place, made in earnest, is served.
    with serving(tmp_path / "real", "--profile", "prod") as real:
        assert real.stop()[0] == ExitCode.OK


def test_a_seed_is_planted_into_a_new_demo_portal_and_no_other(tmp_path: Path) -> None:
    file, data = tmp_path / "seed.yaml", tmp_path / "data"
    file.write_text("people:\n  - {login: zoe, name: Zoe}\n")
    assert run("serve", "--seed", str(file), "--data", str(data)).returncode == ExitCode.USAGE
    for planted in (False, True):
        with serving(data, "--demo", "--seed", str(file)) as server:
            assert "zoe" in server.printed
            assert ("nothing of the seed was planted" in server.printed) is planted
