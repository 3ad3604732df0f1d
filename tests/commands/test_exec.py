"""`botyard exec`: a portal for one command, gone with it."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
from pathlib import Path

import httpx
import pytest

from botyard.commands.exec_ import VARIABLES
from botyard.commands.exit_codes import ExitCode
from tests.commands.serving import BOTYARD, SECONDS, ask, python, run
from tests.postgres import Cluster

pytestmark = pytest.mark.live

SHOW = """
import json, os
print(json.dumps({name: os.environ[name] for name in os.environ if "BOTYARD_" in name and "_TEST_" not in name}))
"""

CALL = """
import json, os, ssl, sys, urllib.request
ca = os.environ.get("BOTYARD_CA_FILE")
trust = ssl.create_default_context(cafile=ca) if ca else None
print(urllib.request.urlopen(sys.argv[1].format(**os.environ), context=trust).read().decode())
"""


def test_the_command_finds_every_variable_and_they_work() -> None:
    ended = run("exec", "--", *python(SHOW))
    environment = json.loads(ended.stdout)
    assert set(environment) == set(VARIABLES) - {"BOTYARD_HTTPS_URL", "BOTYARD_CA_FILE"}
    assert (
        environment["BOTYARD_WEBHOOK_URL"]
        == f"{environment['BOTYARD_URL']}/rest/1/{environment['BOTYARD_WEBHOOK_URL'][-33:]}"
    )
    assert environment["BOTYARD_WEBHOOK_URL"].endswith("/")
    hooks = json.loads(environment["BOTYARD_WEBHOOKS"])
    assert sorted(hooks) == ["1", "2", "3", "4", "5"]
    assert hooks[environment["BOTYARD_USER_ID"]] == environment["BOTYARD_WEBHOOK_URL"]
    for name in ("BOTYARD_CLIENT_SECRET", "BOTYARD_ACCESS_TOKEN", "BOTYARD_REFRESH_TOKEN", "BOTYARD_MEMBER_ID"):
        assert re.fullmatch("[0-9a-f]{32}", environment[name])
    # The portal went with its command.
    with pytest.raises(httpx.ConnectError):
        ask(environment["BOTYARD_URL"])


@pytest.mark.parametrize(
    "url",
    [
        "{BOTYARD_WEBHOOK_URL}imbot.dialog.get?DIALOG_ID=chat2001",
        "{BOTYARD_URL}/rest/imbot.dialog.get?DIALOG_ID=chat2001&auth={BOTYARD_ACCESS_TOKEN}",
        "{BOTYARD_HTTPS_URL}/rest/imbot.dialog.get?DIALOG_ID=chat2001&auth={BOTYARD_ACCESS_TOKEN}",
    ],
)
def test_the_command_can_call(url: str) -> None:
    ended = run("exec", *(["--tls"] if "HTTPS" in url else []), "--", *python(CALL), url)
    assert json.loads(ended.stdout)["result"]["name"] == "Release 1.0", ended.stderr


def test_the_portal_is_served_as_the_options_say() -> None:
    """The zone, the request limits and the rules for handlers are those of the command line."""
    script = """
import json, os, urllib.request
def call(method, **params):
    body, head = json.dumps(params).encode(), {"Content-Type": "application/json"}
    request = urllib.request.Request(os.environ["BOTYARD_WEBHOOK_URL"] + method, body, head)
    try:
        return json.load(urllib.request.urlopen(request))
    except urllib.error.HTTPError as refused:
        return json.load(refused)
print(json.dumps([
    call("server.time")["result"],
    call("botyard.portal.get")["result"],
    next(filter(None, (call("profile").get("error", "") for _ in range(1000))), ""),
]))
"""
    words = ["--time-zone", "Asia/Tokyo", "--limits", "cloud", "--profile", "prod", "--delivery", "compat"]
    ended = run("exec", *words, "--", *python(script))
    time_, switches, last = json.loads(ended.stdout)
    assert time_.endswith("+09:00")
    assert switches["rest"] is True
    assert last == "QUERY_LIMIT_EXCEEDED"


def test_exec_says_nothing_of_calls_unless_it_is_asked_to() -> None:
    words = ["--", *python(CALL), "{BOTYARD_WEBHOOK_URL}server.time"]
    assert run("exec", *words).stderr == ""
    assert "server.time" in run("exec", "--log-level", "info", *words).stderr
    assert '"server.time"' in run("exec", "--log-format", "json", *words).stderr


@pytest.mark.postgresql
def test_a_portal_on_postgresql_leaves_nothing_in_the_database(cluster: Cluster) -> None:
    address = cluster.create_database()
    ended = run("exec", "--database", address, "--", *python(CALL), "{BOTYARD_WEBHOOK_URL}user.get?ID=2")
    assert json.loads(ended.stdout)["result"][0]["NAME"] == "Ben", ended.stderr
    cluster.run(
        "DO $$ BEGIN IF (SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'botyard%') > 0 "
        "THEN RAISE EXCEPTION 'left behind'; END IF; END $$",
        address,
    )
    cluster.drop(address)


@pytest.mark.parametrize("status", [0, 7, 255])
def test_the_status_of_the_command_is_passed_on(status: int) -> None:
    assert run("exec", "--", *python(f"raise SystemExit({status})")).returncode == status


def test_a_command_that_a_signal_ended_counts_as_in_a_shell() -> None:
    kill = "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"
    assert run("exec", "--", *python(kill)).returncode == ExitCode.SIGNAL + signal.SIGKILL


def test_a_command_that_cannot_be_run_is_told(tmp_path: Path) -> None:
    missing = run("exec", "--", "no-such-command")
    assert (missing.returncode, missing.stderr) == (
        ExitCode.NOT_FOUND,
        "botyard: There is no command 'no-such-command'.\n",
    )
    plain = tmp_path / "plain"
    plain.write_text("no program")
    assert run("exec", "--", str(plain)).returncode == ExitCode.NOT_EXECUTABLE


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_signals_reach_the_command_and_nothing_is_left(tmp_path: Path, number: signal.Signals) -> None:
    waiting = """
import signal, sys, time
def told(number, frame):
    print("heard", number, flush=True)
    sys.exit(9)
for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
    signal.signal(number, told)
print("ready", flush=True)
time.sleep(30)
"""
    process = subprocess.Popen(
        [*BOTYARD, "exec", "--", *python(waiting)],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"TMPDIR": str(tmp_path)},
        # Away from any terminal: Ctrl-C of a terminal is not passed on, it has reached the command already.
        start_new_session=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    assert len(list(tmp_path.iterdir())) == 1
    process.send_signal(number)
    heard, _ = process.communicate(timeout=SECONDS)
    assert heard == f"heard {int(number)}\n"
    assert process.returncode == 9
    assert list(tmp_path.iterdir()) == []


def test_a_portal_within_a_portal_has_variables_of_its_own() -> None:
    inner = [*BOTYARD, "exec", "--", *python(SHOW)]
    script = f"import os, subprocess; print(os.environ['BOTYARD_URL'], flush=True); subprocess.run({inner!r})"
    outer, shown = run("exec", "--tls", "--", *python(script)).stdout.splitlines()
    environment = json.loads(shown)
    assert environment["BOTYARD_URL"] != outer
    assert "BOTYARD_CA_FILE" not in environment


def test_a_port_may_be_asked_for() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        assert run("exec", "--port", port, "--", "true").returncode == ExitCode.ADDRESS
    ended = run("exec", "--port", port, "--", *python(SHOW))
    assert json.loads(ended.stdout)["BOTYARD_URL"] == f"http://127.0.0.1:{port}"


def test_a_seed_is_planted_and_its_ids_are_told(tmp_path: Path) -> None:
    file = tmp_path / "seed.json"
    file.write_text(json.dumps({"people": [{"login": "zoe"}], "chats": [{"owner": "zoe", "title": "Planning"}]}))
    environment = json.loads(run("exec", "--seed", str(file), "--", *python(SHOW)).stdout)
    seeded = json.loads(environment["BOTYARD_SEEDED"])
    assert str(seeded["people"]["zoe"]) in json.loads(environment["BOTYARD_WEBHOOKS"])
    assert len(seeded["chats"]) == 1


@pytest.mark.parametrize("text", ["{", '{"folk": []}', '{"chats": [{"owner": "nobody"}]}'])
def test_a_wrong_seed_keeps_the_command_from_running(tmp_path: Path, text: str) -> None:
    file = tmp_path / "seed.json"
    file.write_text(text)
    ended = run("exec", "--seed", str(file), "--", *python("print('ran')"))
    assert (ended.returncode, ended.stdout) == (ExitCode.SEED, "")
    assert ended.stderr.count("\n") == 1
