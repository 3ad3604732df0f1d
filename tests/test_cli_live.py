"""`botyard serve` and `botyard exec` as processes of their own: addresses, signals, what is left behind."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shlex
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from botyard.commands.exec_ import VARIABLES
from botyard.commands.exit_codes import ExitCode
from tests.postgres import Cluster

pytestmark = pytest.mark.live

BOTYARD = [sys.executable, "-m", "botyard"]
SECONDS = 30


def ask(url: str, ca_file: str = "", **params: Any) -> Any:
    """Call a method by its whole address; the body, of an error too."""
    trust = ssl.create_default_context(cafile=ca_file) if ca_file else True
    return httpx.post(url, json=params, timeout=SECONDS, verify=trust, trust_env=False).json()


class Serving:
    """A running `botyard serve`, and what it printed until it was ready."""

    def __init__(self, data: Path, *words: str) -> None:
        self.process = subprocess.Popen(
            [*BOTYARD, "serve", "--port", "0", "--data", str(data), *words],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        lines = []
        for line in self.process.stdout:
            lines.append(line)
            if line.startswith("Press Ctrl-C"):
                break
        self.printed = "".join(lines)
        self.url = self.word(r"runs at (\S+)")

    def word(self, pattern: str) -> str:
        """What a pattern finds in the printed text."""
        found = re.search(pattern, self.printed)
        assert found, self.printed
        return found[1]

    def stop(self, number: signal.Signals = signal.SIGINT) -> tuple[int, str]:
        """Ask it to end; exit code and everything it said on standard error."""
        self.process.send_signal(number)
        _, said = self.process.communicate(timeout=SECONDS)
        return self.process.returncode, said


@contextlib.contextmanager
def serving(data: Path, *words: str) -> Iterator[Serving]:
    """Run a server, and end it whatever happens."""
    made = Serving(data, *words)
    try:
        yield made
    finally:
        if made.process.poll() is None:
            made.process.kill()
            made.process.communicate()


def run(*words: str, **options: Any) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    return subprocess.run([*BOTYARD, *words], capture_output=True, text=True, timeout=SECONDS, check=False, **options)


def python(script: str) -> list[str]:
    """A command that runs a script with the Python of these tests."""
    return [sys.executable, "-c", script]


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


# botyard serve


def test_a_demo_portal_shows_keys_that_work_and_the_same_ones_again(tmp_path: Path) -> None:
    with serving(tmp_path, "--demo") as server:
        hook = server.word(r"(http\S+/rest/1/\w+/) +Alice")
        assert ask(hook + "profile")["result"]["ADMIN"] is True
        token = server.word(r"access_token +(\w+)")
        assert ask(f"{server.url}/rest/app.info", auth=token)["result"]["CODE"] == server.word(r"client_id +(\S+)")
        curl = shlex.split(server.word(r"(curl .*)"))
        assert ask(curl[1])["result"]["dialog_id"] == "chat2001"
        code, said = server.stop()
        assert (code, "Traceback" in said) == (ExitCode.OK, False)
    with serving(tmp_path, "--demo") as again:
        for pattern in (r"1 +alice +(\S+)", r"/rest/2/(\w+)/", r"client_secret +(\w+)", r"access_token +(\w+)"):
            assert again.word(pattern) == server.word(pattern)
        assert ask(again.word(r"(http\S+/rest/1/\w+/) +Alice") + "profile")["result"]["ID"] == "1"
        code, said = again.stop(signal.SIGTERM)
        assert (code, "Traceback" in said) == (ExitCode.OK, False)


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
        told = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True, env=environment)
        dialog, alice, ben, webhook = told.stdout.splitlines()
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
            heard += [one["data"]["message"]["text"] for one in page["events"] if "message" in one["data"]]
            offset = page["nextOffset"]
        assert "You said: Anybody there?" in heard
        code, said = server.stop()
        assert (code, "Traceback" in said) == (ExitCode.OK, False)


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


def test_tokens_are_renewed_over_http_by_get_and_by_post(tmp_path: Path) -> None:
    with serving(tmp_path, "--demo") as server:
        words = {name: server.word(name + r" +(\S+)") for name in ("client_id", "client_secret", "refresh_token")}
        words["grant_type"] = "refresh_token"
        for path in ("/oauth/token/", "//oauth/token/", "/rest//oauth/token/", "/rest/oauth/token"):
            fresh = httpx.get(server.url + path, params=words, trust_env=False).json()
            assert fresh["client_endpoint"] == f"{server.url}/rest/"
        posted = httpx.post(f"{server.url}/oauth/token/", data=words, trust_env=False).json()
        assert ask(f"{server.url}/rest/profile", auth=posted["access_token"])["result"]["ID"] == "1"
        _, said = server.stop()
        for name in ("client_secret", "refresh_token", "access_token"):
            assert server.word(name + r" +(\S+)") not in said


def test_a_plain_portal_is_made_with_an_administrator_shown_once(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        assert len(server.word(r"Login: admin, password: (\S+)")) >= 16
        assert ask(f"{server.url}/rest/server.time")["error"] == "NO_AUTH_FOUND"
        assert server.stop()[0] == ExitCode.OK
    with serving(tmp_path) as again:
        assert "password" not in again.printed
        assert again.stop()[0] == ExitCode.OK
    with serving(tmp_path, "--demo") as demo:
        assert "was not made with --demo" in demo.printed
        assert demo.stop()[0] == ExitCode.OK


def test_keys_that_are_made_beside_the_server_work_at_once(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        made = run("webhook", "add", "admin", "--data", str(tmp_path))
        found = re.search(r"address: (\S+)", made.stdout)
        assert found, made.stderr
        assert found[1].startswith(server.url + "/rest/1/")
        assert ask(found[1] + "profile")["result"]["ID"] == "1"
        assert run("portal", "switch", "maintenance", "on", "--data", str(tmp_path)).returncode == ExitCode.OK
        assert ask(found[1] + "profile")["error"] == "PORTAL_DELETED"


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


def test_a_named_proxy_is_believed_that_a_call_came_over_https(tmp_path: Path) -> None:
    said = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.1"}
    for proxies, error in (("127.0.0.1", "NO_AUTH_FOUND"), ("192.0.2.1,::1", "INVALID_REQUEST")):
        with serving(tmp_path, "--trusted-proxies", proxies) as server:
            assert run("portal", "switch", "https", "on", "--data", str(tmp_path)).returncode == ExitCode.OK
            url = f"{server.url}/rest/profile".replace("localhost", "127.0.0.1")
            assert httpx.get(url, headers=said, trust_env=False).json()["error"] == error
            assert httpx.get(url, trust_env=False).json()["error"] == "INVALID_REQUEST"


def test_https_is_served_beside_http_and_clients_are_told_how_to_trust_it(tmp_path: Path) -> None:
    with serving(tmp_path, "--demo", "--tls", "--tls-port", "0") as server:
        https = server.word(r"Over https.*: (https\S+)")
        ca_file = server.word(r"export SSL_CERT_FILE=(\S+)")
        assert ca_file.endswith("ca-bundle.pem")
        assert ask(f"{https}/rest/server.time", ca_file)["error"] == "NO_AUTH_FOUND"
        assert server.stop()[0] == ExitCode.OK


def test_a_second_server_on_one_folder_is_refused_and_commands_are_not(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        again = subprocess.run(
            [*BOTYARD, "serve", "--port", "0", "--data", str(tmp_path)], capture_output=True, text=True, check=False
        )
        assert again.returncode == ExitCode.STORAGE
        assert again.stderr == (
            f"botyard: A server is running already on {tmp_path} (process {server.process.pid}); "
            "stop it first, or name another folder with --data.\n"
        )
        for words in (["user", "list"], ["webhook", "add", "admin"], ["doctor"], ["migrate"]):
            ran = subprocess.run([*BOTYARD, *words, "--data", str(tmp_path)], capture_output=True, check=False)
            assert ran.returncode == ExitCode.OK
        server.process.kill()
        server.process.communicate(timeout=SECONDS)
    with serving(tmp_path) as server:
        assert server.stop()[0] == ExitCode.OK


def test_a_data_folder_that_is_removed_ends_in_refusals(tmp_path: Path) -> None:
    folder = tmp_path / "portal"
    with serving(folder, "--demo") as server:
        hook = server.word(r"(http://localhost:\d+/rest/\d+/\w+/)")
        assert "result" in ask(f"{hook}im.chat.add", USERS=[])
        folder.rename(tmp_path / "away")
        told = ask(f"{hook}im.chat.add", USERS=[])
        assert told["error"] == "INTERNAL_SERVER_ERROR"
        assert "botyard.db was removed or replaced while the server ran" in told["error_description"]
        assert "removed or replaced" in ask(f"{hook}profile")["error_description"]
        (tmp_path / "away").rename(folder)
        until = time.monotonic() + SECONDS
        while "error" in ask(f"{hook}im.chat.add", USERS=[]):
            assert time.monotonic() < until
            time.sleep(0.1)
        _, said = server.stop()
    mark = told["error_description"].rpartition("(")[2].rstrip(")")
    assert len(re.findall(rf"{mark} .* was removed or replaced", said)) == 1
    assert len(re.findall(rf"{mark} The database is back after", said)) == 1


def test_a_taken_port_is_told_in_one_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        ended = run("serve", "--port", port, "--data", str(tmp_path / "portal"))
    assert ended.returncode == ExitCode.ADDRESS
    assert ended.stderr.startswith(f"botyard: Port {port} of 127.0.0.1 is taken;")
    assert ended.stderr.count("\n") == 1


def test_a_taken_port_for_https_is_told_with_its_option(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        ended = run("serve", "--port", "0", "--tls", "--tls-port", port, "--data", str(tmp_path / "portal"))
    assert ended.returncode == ExitCode.ADDRESS
    assert ended.stderr == (
        f"botyard: Port {port} of 127.0.0.1 is taken; choose another one with --tls-port, or 0 for any that is free.\n"
    )


def test_an_address_of_another_machine_is_told_in_one_sentence(tmp_path: Path) -> None:
    ended = run("serve", "--host", "192.0.2.1", "--data", str(tmp_path))
    assert ended.returncode == ExitCode.ADDRESS
    assert ended.stderr.count("\n") == 1


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_without_rights_is_told_in_one_sentence(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    ended = run("serve", "--port", "0", "--data", str(tmp_path / "portal"))
    assert ended.returncode == ExitCode.STORAGE
    assert ended.stderr.count("\n") == 1


@pytest.mark.parametrize("moment", [0.1, 0.2, 0.3])
def test_ctrl_c_while_starting_leaves_no_traceback(tmp_path: Path, moment: float) -> None:
    words = [*BOTYARD, "serve", "--demo", "--port", "0", "--data", str(tmp_path)]
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    wait_for_work(process.pid, moment)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=SECONDS)
    assert process.returncode == ExitCode.OK
    assert "Traceback" not in said


def wait_for_work(pid: int, seconds: float) -> None:
    """Wait until a process has had so much of the processor: on a busy machine, 0.1 s may not even start Python."""
    stat = Path(f"/proc/{pid}/stat")
    if not stat.exists():
        time.sleep(seconds)
        return
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        user, system = stat.read_text().rpartition(")")[2].split()[11:13]
        if (int(user) + int(system)) / os.sysconf("SC_CLK_TCK") >= seconds:
            return
        time.sleep(0.005)


def test_a_seed_is_planted_into_a_new_demo_portal_and_no_other(tmp_path: Path) -> None:
    file, data = tmp_path / "seed.yaml", tmp_path / "data"
    file.write_text("people:\n  - {login: zoe, name: Zoe}\n")
    assert run("serve", "--seed", str(file), "--data", str(data)).returncode == ExitCode.USAGE
    for said in (False, True):
        with serving(data, "--demo", "--seed", str(file)) as server:
            assert "zoe" in server.printed
            assert ("nothing of the seed was planted" in server.printed) is said


# botyard exec


def test_the_command_finds_every_variable_and_they_work() -> None:
    ended = run("exec", "--", *python(SHOW))
    told = json.loads(ended.stdout)
    assert set(told) == set(VARIABLES) - {"BOTYARD_HTTPS_URL", "BOTYARD_CA_FILE"}
    assert told["BOTYARD_WEBHOOK_URL"] == f"{told['BOTYARD_URL']}/rest/1/{told['BOTYARD_WEBHOOK_URL'][-33:]}"
    assert told["BOTYARD_WEBHOOK_URL"].endswith("/")
    hooks = json.loads(told["BOTYARD_WEBHOOKS"])
    assert sorted(hooks) == ["1", "2", "3", "4", "5"]
    assert hooks[told["BOTYARD_USER_ID"]] == told["BOTYARD_WEBHOOK_URL"]
    for name in ("BOTYARD_CLIENT_SECRET", "BOTYARD_ACCESS_TOKEN", "BOTYARD_REFRESH_TOKEN", "BOTYARD_MEMBER_ID"):
        assert re.fullmatch("[0-9a-f]{32}", told[name])
    # The portal went with its command.
    with pytest.raises(httpx.ConnectError):
        ask(told["BOTYARD_URL"])


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
    [call("profile").get("error", "") for _ in range(60)][-1],
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
    outer, told = run("exec", "--tls", "--", *python(script)).stdout.splitlines()
    found = json.loads(told)
    assert found["BOTYARD_URL"] != outer
    assert "BOTYARD_CA_FILE" not in found


def test_a_port_may_be_asked_for() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        assert run("exec", "--port", port, "--", "true").returncode == ExitCode.ADDRESS
    ended = run("exec", "--port", port, "--", *python(SHOW))
    assert json.loads(ended.stdout)["BOTYARD_URL"] == f"http://127.0.0.1:{port}"


def test_a_seed_is_planted_and_its_ids_are_told(tmp_path: Path) -> None:
    file = tmp_path / "seed.json"
    file.write_text(json.dumps({"people": [{"login": "zoe"}], "chats": [{"owner": "zoe", "title": "Planning"}]}))
    told = json.loads(run("exec", "--seed", str(file), "--", *python(SHOW)).stdout)
    seeded = json.loads(told["BOTYARD_SEEDED"])
    assert str(seeded["people"]["zoe"]) in json.loads(told["BOTYARD_WEBHOOKS"])
    assert len(seeded["chats"]) == 1


@pytest.mark.parametrize("text", ["{", '{"folk": []}', '{"chats": [{"owner": "nobody"}]}'])
def test_a_wrong_seed_keeps_the_command_from_running(tmp_path: Path, text: str) -> None:
    file = tmp_path / "seed.json"
    file.write_text(text)
    ended = run("exec", "--seed", str(file), "--", *python("print('ran')"))
    assert (ended.returncode, ended.stdout) == (ExitCode.SEED, "")
    assert ended.stderr.count("\n") == 1
