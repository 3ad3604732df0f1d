"""Signals to a running `botyard serve`, and certificates that change under it."""

from __future__ import annotations

import contextlib
import importlib
import resource
import signal
import socket
import ssl
import time
from pathlib import Path
from typing import NoReturn
from urllib.parse import urlsplit

import httpx
import pytest
from trustme import CA

from botyard import cli
from botyard.web import descriptors
from tests.commands.serving import SECONDS, Serving, ask, run, serving

pytestmark = pytest.mark.live


def port(server: Serving) -> int:
    """Where it listens."""
    number = urlsplit(server.url).port
    assert number
    return number


def greeting(port: int) -> bytes:
    """The certificate that a connection is greeted with."""
    client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    client.check_hostname = False
    client.verify_mode = ssl.CERT_NONE
    with socket.create_connection(("127.0.0.1", port), SECONDS) as plain, client.wrap_socket(plain) as secure:
        shown = secure.getpeercert(binary_form=True)
    assert shown
    return shown


def put(authority: CA, cert: Path, key: Path) -> bytes:
    issued = authority.issue_cert("localhost")
    # As certbot does: the old file is replaced, not written over.
    for path, blob in ((cert, issued.cert_chain_pems[0]), (key, issued.private_key_pem)):
        draft = path.with_suffix(".new")
        draft.write_bytes(blob.bytes())
        draft.replace(path)
    return ssl.PEM_cert_to_DER_cert(issued.cert_chain_pems[0].bytes().decode())


def test_a_certificate_of_one_s_own_is_served_and_read_again_on_sighup(tmp_path: Path) -> None:
    authority, cert, key = CA(), tmp_path / "cert.pem", tmp_path / "key.pem"
    first = put(authority, cert, key)
    words = ("--tls-port", "0", "--tls-cert", str(cert), "--tls-key", str(key))
    with serving(tmp_path / "data", *words) as server:
        port = int(server.word(r"and at https://localhost:(\d+)"))
        assert "SSL_CERT_FILE" not in server.printed
        assert greeting(port) == first
        second = put(authority, cert, key)
        assert greeting(port) == first
        server.process.send_signal(signal.SIGHUP)
        end = time.monotonic() + SECONDS
        while (shown := greeting(port)) == first and time.monotonic() < end:
            time.sleep(0.02)
        assert shown == second
        assert ask(f"{server.url}/rest/server.time")["error"] == "NO_AUTH_FOUND"
        assert server.stop()[0] == 0
    assert not (tmp_path / "data" / "tls").exists()


def test_sighup_ends_nothing_without_certificates(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        for _ in range(3):
            server.process.send_signal(signal.SIGHUP)
        assert ask(f"{server.url}/rest/server.time")["error"] == "NO_AUTH_FOUND"
        assert server.stop(signal.SIGTERM)[0] == 0


def test_a_second_ctrl_c_ends_at_once_what_the_first_one_waits_for(tmp_path: Path) -> None:
    with serving(tmp_path) as server, socket.create_connection(("127.0.0.1", port(server))) as slow:
        # Half a request: the server waits for the rest of it when it is asked to stop.
        slow.sendall(b"POST /rest/server.time HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\nhalf")
        assert ask(f"{server.url}/rest/server.time")["error"] == "NO_AUTH_FOUND"
        server.process.send_signal(signal.SIGINT)
        with pytest.raises(OSError):
            # It takes no more connections: the first signal has been heard.
            while True:
                socket.create_connection(("127.0.0.1", port(server)), 1).close()
                time.sleep(0.01)
        assert server.process.poll() is None
        server.process.send_signal(signal.SIGINT)
        server.process.communicate(timeout=2)
        assert server.process.returncode == -signal.SIGINT


def test_a_certificate_needs_its_key(tmp_path: Path) -> None:
    ended = run("serve", "--port", "0", "--data", str(tmp_path), "--tls-cert", "cert.pem")
    assert (ended.returncode, ended.stderr) == (2, "botyard: --tls-cert and --tls-key go together.\n")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="only Linux limits a process that runs")
def test_descriptors_that_run_out_end_nothing(tmp_path: Path) -> None:
    """Connections for which there is no descriptor wait or are closed; the server goes on when some are free again."""
    server = Serving(tmp_path)
    try:
        resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE, (64, 64))
        held = [socket.create_connection(("127.0.0.1", port(server)), SECONDS) for _ in range(100)]
        time.sleep(2 * descriptors.SECONDS)
        for connection in held:
            connection.close()
        end = time.monotonic() + SECONDS
        while time.monotonic() < end:
            with contextlib.suppress(httpx.TransportError):
                assert ask(f"{server.url}/rest/server.time")["error"] == "NO_AUTH_FOUND"
                break
        else:
            raise AssertionError("it does not answer again")
        time.sleep(2 * descriptors.SECONDS)
        code, output = server.stop()
    finally:
        server.process.kill()
        server.process.communicate()
    assert code == 0
    assert "Traceback" not in output
    assert output.count("No file descriptors are left") == output.count("There are file descriptors again") == 1, output
    assert output.count("\n") < 10


def test_a_terminal_that_goes_away_is_ignored_before_the_command_is_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    handlers: list[object] = []

    def imported(_module: str) -> NoReturn:
        handlers.append(signal.getsignal(signal.SIGHUP))
        raise KeyboardInterrupt

    monkeypatch.setattr(importlib, "import_module", imported)
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    try:
        cli.main(["serve"])
        signal.signal(signal.SIGHUP, signal.SIG_DFL)
        cli.main(["init"])
    finally:
        signal.signal(signal.SIGHUP, before)
    assert handlers == [signal.SIG_IGN, signal.SIG_DFL]
