"""Clients in other processes: installing them once into `.cache`, running them, reading the JSON that they print."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
CACHE = HERE.parent.parent / ".cache"
PATIENCE = 180
"""Seconds for an install."""


class Missing(Exception):
    """A client that this machine cannot have; the text is one clear sentence."""


def node_modules(name: str = "sdk-js", pins: Path = HERE / "js") -> Path:
    """Install what the `package-lock.json` of a folder pins, unless that was done before. Raises Missing."""

    def install(folder: Path) -> None:
        for file in ("package.json", "package-lock.json"):
            shutil.copy(pins / file, folder / file)
        _installed("npm", ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], folder)

    return _once(name, (pins / "package-lock.json").read_bytes(), install) / "node_modules"


def python_clients() -> Path:
    """Install the Python clients that bring a package named `tests`, beside the environment. Raises Missing."""
    pins = HERE / "python" / "requirements.txt"

    def install(folder: Path) -> None:
        options = ["--quiet", "--no-deps", "--target", str(folder / "packages"), "--requirement", str(pins)]
        if shutil.which("uv"):
            command = ["uv", "pip", "install", "--python", sys.executable]
        else:
            command = [sys.executable, "-m", "pip", "install", "--disable-pip-version-check"]
        _installed("pip", [*command, *options], folder)

    return _once("sdk-python", pins.read_bytes(), install) / "packages"


def beside(modules: Path, folder: Path) -> None:
    """Let scripts of a folder find the installed modules."""
    (folder / "node_modules").symlink_to(modules)


def run_node(modules: Path, folder: Path, script: str, **variables: str) -> Any:
    """Run `js/SCRIPT` beside the installed modules; what it printed."""
    beside(modules, folder)
    shutil.copy(HERE / "js" / script, folder / script)
    return _said(["node", "--no-deprecation", str(folder / script)], variables)


def run_php(php: str, script: str, **variables: str) -> Any:
    """Run `php/SCRIPT`; what it printed. What PHP complains about goes elsewhere."""
    return _said([php, "-d", "display_errors=stderr", str(HERE / "php" / script)], variables)


def run_python(packages: Path, script: str, **variables: str) -> Any:
    """Run `python/SCRIPT` with the packages at hand; what it printed."""
    return _said([sys.executable, str(HERE / "python" / script)], {"PYTHONPATH": str(packages), **variables})


def _said(command: list[str], variables: Mapping[str, str]) -> Any:
    done = subprocess.run(
        command, env={**os.environ, **variables}, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, f"{command[-1]} ended with {done.returncode}\n{done.stdout}\n{done.stderr}"
    return json.loads(done.stdout)


def _once(name: str, pins: bytes, install: Callable[[Path], None]) -> Path:
    """A folder of `.cache` that holds exactly these pins, filled if it does not yet."""
    folder = CACHE / name
    wanted = hashlib.sha256(pins).hexdigest()
    with _alone(name):
        stamp = folder / "stamp"
        if not (stamp.exists() and stamp.read_text() == wanted):
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            install(folder)
            stamp.write_text(wanted)
    return folder


@contextmanager
def _alone(name: str) -> Iterator[None]:
    """Processes of one run want the same folder at the same time."""
    CACHE.mkdir(exist_ok=True)
    with (CACHE / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _installed(tool: str, command: list[str], folder: Path) -> None:
    try:
        subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True, timeout=PATIENCE)
    except subprocess.TimeoutExpired as late:
        raise Missing(f"{tool} did not install the clients within {PATIENCE} seconds") from late
    except (OSError, subprocess.CalledProcessError) as problem:
        lines = (getattr(problem, "stderr", "") or str(problem)).strip().splitlines() or [""]
        raise Missing(f"{tool} could not install the clients: {lines[0][:200]}") from problem
