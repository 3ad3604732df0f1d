"""The image and the compose files: what they copy is there, what they run is taken, and no secret is in them.

Where Docker or Podman can build, the image is built and run, too.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any

import pytest
import yaml

from botyard import setting_values
from tests.commands.serving import run, serving
from tests.docs.blocks import blocks
from tests.docs.command_lines import require_parsed
from tests.packaging import dockerfile
from tests.postgres import Cluster

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "how-to" / "containers.md"
COMPOSED = [ROOT / "compose.yaml", ROOT / "compose.postgresql.yaml"]
VALUES = {"PUBLIC_URL": "https://chat.example.com", "POSTGRES_PASSWORD": "0123abcd"}
"""What the page has one write into .env."""
IMAGE = dockerfile.read(ROOT / "Dockerfile")
SECONDS = 60
BUILD_SECONDS = 900


def compose(path: Path) -> dict[str, Any]:
    """A compose file with its variables filled in."""
    text = re.sub(r"\$\{(\w+):\?[^}]*\}", lambda match: VALUES[match[1]], path.read_text())
    assert "${" not in text
    document: dict[str, Any] = yaml.safe_load(text)
    return document


def ours(path: Path) -> dict[str, Any]:
    """The one service of a compose file that runs the image."""
    (own,) = (service for service in compose(path)["services"].values() if service["image"] == "botyard")
    return dict(own)


def programs() -> list[list[str]]:
    """What the image runs by itself, and what the compose files have it run."""
    return [IMAGE.words("CMD"), *(ours(path)["command"] for path in COMPOSED)]


def test_everything_that_the_image_copies_is_there_and_let_into_the_build() -> None:
    assert "botyard" in IMAGE.copied()
    for name in IMAGE.copied():
        assert (ROOT / name).exists(), name
        assert not dockerfile.ignored(ROOT / ".dockerignore", name), name
    assert not dockerfile.ignored(ROOT / ".dockerignore", "botyard/store/migrations/0001_first.sql")


@pytest.mark.parametrize(
    "name", [".env", ".git/config", ".botyard/secret.key", ".venv/bin/python", "botyard/__pycache__/cli.pyc", "tests"]
)
def test_nothing_else_gets_into_the_build(name: str) -> None:
    assert dockerfile.ignored(ROOT / ".dockerignore", name)


def test_the_image_has_no_secret_and_is_not_run_by_root() -> None:
    assert IMAGE.last("USER") == "10001"
    assert IMAGE.texts("ARG") == []
    assert not re.search(r"secret|password|token|postgresql://", " ".join(IMAGE.texts("ENV")), re.IGNORECASE)
    assert [
        instruction.text for instruction in IMAGE.instructions if instruction.name == "COPY" and instruction.stage == 1
    ] == ["--from=build /opt/botyard /opt/botyard"]


def test_the_libraries_of_the_image_are_those_of_the_constraints() -> None:
    environment = " ".join(IMAGE.texts("ENV")).split()
    assert "PIP_CONSTRAINT=/src/constraints.txt" in environment
    assert "constraints.txt" in IMAGE.copied()


@pytest.mark.parametrize("words", programs(), ids=["image", "demo", "postgresql"])
def test_what_is_run_is_taken_and_reached_from_outside(words: list[str]) -> None:
    assert IMAGE.words("ENTRYPOINT") == ["botyard"]
    settings = require_parsed(words)
    assert settings is not None
    assert (str(settings.data), settings.host) == (IMAGE.last("VOLUME"), "0.0.0.0")
    assert str(settings.port) == IMAGE.last("EXPOSE")
    assert settings.random_keys or not settings.demo


@pytest.mark.parametrize("path", COMPOSED, ids=lambda path: path.name)
def test_a_compose_file_holds_together(path: Path) -> None:
    whole, service = compose(path), ours(path)
    port = IMAGE.last("EXPOSE")
    assert service["ports"] == [f"127.0.0.1:{port}:{port}"]
    assert service["build"] == "."
    assert [volume for volume in service["volumes"] if volume.endswith(f":{IMAGE.last('VOLUME')}")]
    named = {
        volume.partition(":")[0] for whole_service in whole["services"].values() for volume in whole_service["volumes"]
    }
    assert named == set(whole["volumes"])
    for needed in service.get("depends_on", {}):
        assert "healthcheck" in whole["services"][needed]


def test_the_portal_knows_its_database_and_believes_the_gateway_of_its_network() -> None:
    path = ROOT / "compose.postgresql.yaml"
    whole, service = compose(path), ours(path)
    assert setting_values.database(service["environment"]["BOTYARD_DATABASE"]).endswith(":0123abcd@database/botyard")
    assert whole["services"]["database"]["environment"]["POSTGRES_PASSWORD"] == "0123abcd"
    assert "0123abcd" not in path.read_text()
    (network,) = whole["networks"]["default"]["ipam"]["config"]
    settings = require_parsed(service["command"])
    assert settings is not None
    assert settings.trusted_proxies == (f"{network['gateway']}/32",)
    assert ip_address(network["gateway"]) in ip_network(network["subnet"])
    assert (settings.profile, settings.public_url) == ("prod", "https://chat.example.com")


def test_the_page_names_services_and_commands_that_there_are() -> None:
    services = {name for path in COMPOSED for name in compose(path)["services"]}
    ran = [line for block in blocks(PAGE) if block.language == "sh" for line in block.text.splitlines()]
    for line in ran:
        words = shlex.split(line)
        if words[:2] == ["docker", "compose"] and "-f" in words:
            assert ROOT / words[words.index("-f") + 1] in COMPOSED, line
        if "exec" in words:
            assert words[words.index("exec") + 1] in services, line
        if words[:2] == ["docker", "run"]:
            require_parsed(words[words.index("botyard") + 1 :])
        elif "run" in words:
            service, *command = words[words.index("--rm") + 1 :]
            assert service in services, line
            require_parsed(command)
    assert sum("run" in shlex.split(line) for line in ran) == 3


def healthy(port: str) -> bool:
    """What the check of the image says of a server on this machine."""
    python, *words = IMAGE.words("HEALTHCHECK")
    assert python == "python"
    moved = [word.replace(IMAGE.last("EXPOSE"), port) for word in words]
    ended = subprocess.run([sys.executable, *moved], capture_output=True, timeout=SECONDS, check=False)
    return ended.returncode == 0


def require_healthy_until_stopped(words: list[str], data: Path) -> None:
    """Run a command of a container on this machine, in another folder and at a free port."""
    there = {"--data", IMAGE.last("VOLUME"), "--host", "0.0.0.0"}
    with serving(data, *(word for word in words[1:] if word not in there)) as server:
        port = listening(server.process.pid)
        assert healthy(port)
        assert server.stop(signal.SIGTERM)[0] == 0
        assert not healthy(port)


@pytest.mark.live
@pytest.mark.slow
@pytest.mark.parametrize("words", [IMAGE.words("CMD"), ours(COMPOSED[0])["command"]], ids=["image", "demo"])
def test_what_is_run_is_healthy_until_it_is_told_to_stop(words: list[str], tmp_path: Path) -> None:
    require_healthy_until_stopped(words, tmp_path)


@pytest.mark.live
@pytest.mark.slow
@pytest.mark.postgresql
def test_with_postgresql_too_after_its_first_administrator_was_made(cluster: Cluster, tmp_path: Path) -> None:
    address = cluster.create_database()
    try:
        made = run("init", "--data", str(tmp_path), "--database", address)
        assert "password: " in made.stdout, made.stderr
        require_healthy_until_stopped([*ours(COMPOSED[1])["command"], "--database", address], tmp_path)
    finally:
        cluster.drop(address)


def listening(process: int) -> str:
    """The port that a process listens on: its public address may be another one."""
    inodes = {os.readlink(path) for path in Path(f"/proc/{process}/fd").iterdir() if path.is_symlink()}
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        fields = line.split()
        if fields[3] == "0A" and f"socket:[{fields[9]}]" in inodes:
            return str(int(fields[1].partition(":")[2], 16))
    raise AssertionError("it does not listen")


def builder() -> str:
    """The program that builds images here. Skips the test where there is none, or none has what it begins with."""
    base = IMAGE.last("FROM")
    working = [name for name in ("docker", "podman") if shutil.which(name) and succeeds(name, "info")]
    if not working:
        pytest.skip("neither `docker info` nor `podman info` succeeds here, so no image is built")
    for name in working:
        if succeeds(name, "image", "inspect", base) or succeeds(name, "pull", base):
            return name
    pytest.skip(f"{base} cannot be had here by {working[0]}, so no image is built")


def succeeds(*words: str) -> bool:
    """Whether a command ends well."""
    return subprocess.run(words, capture_output=True, timeout=BUILD_SECONDS, check=False).returncode == 0


@contextmanager
def container(program: str, *words: str) -> Iterator[str]:
    """A running container, removed with its volume at the end."""
    started = [program, "run", "--detach", "--publish", "127.0.0.1::8024", "botyard-test", *words]
    name = subprocess.run(started, capture_output=True, text=True, timeout=SECONDS, check=True).stdout.strip()
    try:
        yield name
    finally:
        subprocess.run([program, "rm", "--force", "--volumes", name], capture_output=True, timeout=SECONDS, check=False)


@pytest.mark.journey
def test_the_image_is_built_runs_and_stops() -> None:
    program = builder()
    built = subprocess.run(
        [program, "build", "--tag", "botyard-test", ROOT],
        capture_output=True,
        text=True,
        timeout=BUILD_SECONDS,
        check=False,
    )
    assert built.returncode == 0, built.stdout + built.stderr
    with container(program, *ours(ROOT / "compose.yaml")["command"]) as name:
        for _ in range(SECONDS):
            checked = [program, "exec", name, *IMAGE.words("HEALTHCHECK")]
            if succeeds(*checked):
                break
            time.sleep(1)
        else:
            pytest.fail(subprocess.run([program, "logs", name], capture_output=True, text=True, check=False).stderr)
        who = [program, "exec", name, "id", "-u"]
        assert subprocess.run(who, capture_output=True, text=True, check=True).stdout.strip() == "10001"
        subprocess.run([program, "stop", name], capture_output=True, timeout=SECONDS, check=True)
        state = [program, "inspect", "--format", "{{.State.ExitCode}}", name]
        assert subprocess.run(state, capture_output=True, text=True, check=True).stdout.strip() == "0"
