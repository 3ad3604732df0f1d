"""Ports and folders that a server cannot have."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from botyard.commands.exit_codes import ExitCode
from tests.commands.serving import run

pytestmark = pytest.mark.live


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
