"""What a start says of addresses and of plain http, and what one that fails leaves behind."""

from __future__ import annotations

import re
import socket
import ssl
from pathlib import Path

import httpx
import pytest

from botyard.commands.exit_codes import ExitCode
from tests.commands.serving import run, serving

pytestmark = pytest.mark.live


def test_init_says_what_comes_next(tmp_path: Path) -> None:
    output = run("init", "--data", str(tmp_path)).stdout
    assert f"botyard serve --data {tmp_path}   starts it; sign in at /login" in output
    assert f"botyard webhook add admin --data {tmp_path}   prints an address" in output


def test_where_only_https_is_taken_webhooks_have_https_addresses(tmp_path: Path) -> None:
    with serving(tmp_path, "--tls", "--tls-port", "0") as server:
        https = server.word(r"Over https.*: (https\S+)")
        made = run("webhook", "add", "admin", "--data", str(tmp_path)).stdout
        assert f"address: {server.url}/rest/1/" in made
        assert run("portal", "switch", "https", "on", "--data", str(tmp_path)).returncode == ExitCode.OK
        address = run("webhook", "add", "admin", "--data", str(tmp_path)).stdout
        match = re.search(r"address: (\S+)", address)
        assert match
        assert match[1].startswith(f"{https}/rest/1/")
        ca_file = server.word(r"export SSL_CERT_FILE=(\S+)")
        with httpx.Client(verify=ssl.create_default_context(cafile=ca_file), trust_env=False) as client:
            assert client.get(match[1] + "profile").json()["result"]["ID"] == "1"
            more = client.get(match[1] + "botyard.webhook.add?SCOPE=im").json()["result"]
            assert more["URL"].startswith(f"{https}/rest/1/")
            assert client.get(https).json()["rest"] == f"{https}/rest/"
            assert client.get(server.url).json()["rest"] == f"{server.url}/rest/"


def test_a_webhook_that_https_alone_would_open_says_so(tmp_path: Path) -> None:
    run("init", "--data", str(tmp_path))
    run("portal", "switch", "https", "on", "--data", str(tmp_path))
    assert "The portal takes https only" in run("webhook", "add", "admin", "--data", str(tmp_path)).stdout
    safe = run("webhook", "add", "admin", "--data", str(tmp_path), "--public-url", "https://chat.example.com").stdout
    assert "https only" not in safe


@pytest.mark.parametrize(
    ("words", "expected", "unsaid"),
    [
        ((), [], ["plain http", "nobody can", "--public-url"]),
        (("--host", "0.0.0.0"), ["over plain http", "New webhooks and events name http://localhost"], ["nobody can"]),
        (("--host", "0.0.0.0", "--trusted-proxies", "127.0.0.1", "--public-url", "https://a.test"), [], ["plain http"]),
        (("--host", "0.0.0.0", "--public-url", "http://a.test"), ["over plain http"], ["New webhooks"]),
        (("--profile", "prod"), ["so nobody can: give it one"], ["plain http, where"]),
        (("--profile", "prod", "--tls", "--tls-port", "0"), [], ["nobody can"]),
        (("--profile", "prod", "--public-url", "https://a.test"), [], ["nobody can"]),
    ],
)
def test_a_start_warns_of_plain_http(
    tmp_path: Path, words: tuple[str, ...], expected: list[str], unsaid: list[str]
) -> None:
    with serving(tmp_path, *words) as server:
        printed = " ".join(server.printed.split())
        assert "/login; 'botyard webhook add admin' prints an address" in printed
        assert [phrase for phrase in expected if phrase not in printed] == []
        assert [phrase for phrase in unsaid if phrase in printed] == []
        assert server.stop()[0] == ExitCode.OK


@pytest.mark.parametrize("words", [("--port",), ("--port", "0", "--tls", "--tls-port")], ids=["http", "https"])
def test_a_start_that_fails_leaves_nothing_behind(tmp_path: Path, words: tuple[str, ...]) -> None:
    kept = tmp_path / "kept"
    kept.mkdir()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        for folder in (tmp_path / "new" / "portal", kept):
            assert run("serve", *words, port, "--data", str(folder)).returncode == ExitCode.ADDRESS
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]


def test_a_database_that_cannot_be_reached_leaves_nothing_behind(tmp_path: Path) -> None:
    for command in ("init", "serve"):
        words = ("--data", str(tmp_path / "new"), "--database", "postgresql://ann@127.0.0.1:1/x")
        assert run(command, *words).returncode == ExitCode.STORAGE
    assert not (tmp_path / "new").exists()
