"""`botyard serve` as a process of its own: what it prints, and what opens it."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from botyard.commands.exit_codes import ExitCode
from tests.commands.serving import BOTYARD, SECONDS, ask, run, serving

pytestmark = pytest.mark.live


def test_tokens_are_renewed_over_http_by_get_and_by_post(tmp_path: Path) -> None:
    with serving(tmp_path, "--demo") as server:
        words = {name: server.word(name + r" +(\S+)") for name in ("client_id", "client_secret", "refresh_token")}
        words["grant_type"] = "refresh_token"
        for path in ("/oauth/token/", "//oauth/token/", "/rest//oauth/token/", "/rest/oauth/token"):
            fresh = httpx.get(server.url + path, params=words, trust_env=False).json()
            assert fresh["client_endpoint"] == f"{server.url}/rest/"
        posted = httpx.post(f"{server.url}/oauth/token/", data=words, trust_env=False).json()
        assert ask(f"{server.url}/rest/profile", auth=posted["access_token"])["result"]["ID"] == "1"
        _, output = server.stop()
        for name in ("client_secret", "refresh_token", "access_token"):
            assert server.word(name + r" +(\S+)") not in output


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
        match = re.search(r"address: (\S+)", made.stdout)
        assert match, made.stderr
        assert match[1].startswith(server.url + "/rest/1/")
        assert ask(match[1] + "profile")["result"]["ID"] == "1"
        assert run("portal", "switch", "maintenance", "on", "--data", str(tmp_path)).returncode == ExitCode.OK
        assert ask(match[1] + "profile")["error"] == "PORTAL_DELETED"


def test_a_named_proxy_is_believed_that_a_call_came_over_https(tmp_path: Path) -> None:
    headers = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.1"}
    for proxies, error in (("127.0.0.1", "NO_AUTH_FOUND"), ("192.0.2.1,::1", "INVALID_REQUEST")):
        with serving(tmp_path, "--trusted-proxies", proxies) as server:
            assert run("portal", "switch", "https", "on", "--data", str(tmp_path)).returncode == ExitCode.OK
            url = f"{server.url}/rest/profile".replace("localhost", "127.0.0.1")
            assert httpx.get(url, headers=headers, trust_env=False).json()["error"] == error
            assert httpx.get(url, trust_env=False).json()["error"] == "INVALID_REQUEST"


def test_https_is_served_beside_http_and_clients_are_told_how_to_trust_it(tmp_path: Path) -> None:
    with serving(tmp_path, "--demo", "--tls", "--tls-port", "0") as server:
        https = server.word(r"Over https.*: (https\S+)")
        ca_file = server.word(r"export SSL_CERT_FILE=(\S+)")
        assert ca_file.endswith("ca-bundle.pem")
        assert server.word(r"(127\.0\.0\.1 oauth\S+ \S+ api\.bitrix24\.com)")
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
        response = ask(f"{hook}im.chat.add", USERS=[])
        assert response["error"] == "INTERNAL_SERVER_ERROR"
        assert "botyard.db was removed or replaced while the server ran" in response["error_description"]
        assert "removed or replaced" in ask(f"{hook}profile")["error_description"]
        (tmp_path / "away").rename(folder)
        until = time.monotonic() + SECONDS
        while "error" in ask(f"{hook}im.chat.add", USERS=[]):
            assert time.monotonic() < until
            time.sleep(0.1)
        _, output = server.stop()
    mark = response["error_description"].rpartition("(")[2].rstrip(")")
    assert len(re.findall(rf"{mark} .* was removed or replaced", output)) == 1
    assert len(re.findall(rf"{mark} The database is back after", output)) == 1


@pytest.mark.parametrize("moment", [0.1, 0.2, 0.3])
def test_ctrl_c_while_starting_leaves_no_traceback(tmp_path: Path, moment: float) -> None:
    words = [*BOTYARD, "serve", "--demo", "--port", "0", "--data", str(tmp_path)]
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    wait_for_work(process.pid, moment)
    process.send_signal(signal.SIGINT)
    _, output = process.communicate(timeout=SECONDS)
    assert process.returncode == ExitCode.OK, output
    assert "Traceback" not in output


_COMPILING = """
import sys, types
from botyard import cli
trial = types.ModuleType("botyard.commands.trial")
trial.command = lambda: exec("raise KeyboardInterrupt")
sys.modules[trial.__name__] = trial
cli.COMMANDS["serve"] = cli.CommandSpec("trial", "", "")
sys.exit(cli.main(["serve"]))
"""


def test_ctrl_c_while_text_is_carried_out_ends_no_otherwise(tmp_path: Path) -> None:
    """Modules make named tuples and data classes of text while they are imported."""
    (tmp_path / "script.py").write_text(_COMPILING)
    words = [sys.executable, "-m", "script"]
    ended = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, timeout=SECONDS)
    assert (ended.returncode, ended.stderr) == (ExitCode.OK, "")


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
