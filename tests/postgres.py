"""A throwaway PostgreSQL server for the tests, where its programs are installed.

    reason = available()                    # None, or why the tests must be skipped
    with shared(folder) as cluster:         # one server for all workers of a test run
        url = cluster.create_database()
        cluster.drop(url)

With ``BOTYARD_TEST_PG_URL`` set (the address of a superuser), that server is used and nothing is started.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import json
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

VARIABLE = "BOTYARD_TEST_PG_URL"
ACCOUNT = "postgres"  # the server refuses to run as root
SECONDS = 60
# Speed instead of safety: the data does not outlive the tests.
SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "200",
    "shared_buffers": "64MB",
    "deadlock_timeout": "100ms",
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
}


class Programs(NamedTuple):
    """The folder of the server's programs, and the words that run them as an unprivileged user."""

    folder: Path
    prefix: tuple[str, ...]

    def run(self, name: str, *words: str) -> None:
        """Run one of them to its end."""
        # The server inherits what pg_ctl has open: a pipe here would not end before the server does.
        with tempfile.TemporaryFile() as output:
            ended = subprocess.run(
                [*self.prefix, str(self.folder / name), *words],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd="/",
                timeout=SECONDS,
                check=False,
            )
            output.seek(0)
            if ended.returncode:
                raise RuntimeError(f"{name} failed:\n{output.read().decode(errors='replace')}")


def available() -> str | None:
    """``None`` when a server can be had, otherwise the sentence for the skip."""
    if os.environ.get(VARIABLE):
        return None
    programs = _programs()
    return programs if isinstance(programs, str) else None


@lru_cache(1)
def _programs() -> Programs | str:
    on_path = (Path(folder) for folder in os.environ.get("PATH", "").split(os.pathsep) if folder)
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: path.parent.name.zfill(4))
    for folder in (*on_path, *reversed(versions)):
        if not (folder / "initdb").is_file() or not (folder / "pg_ctl").is_file():
            continue
        prefix = _unprivileged()
        if prefix is None:
            return f"PostgreSQL does not run as root, and there is no account {ACCOUNT} to run it as."
        return Programs(folder, prefix)
    return f"PostgreSQL is not installed (Debian package postgresql), and {VARIABLE} is not set."


def _unprivileged() -> tuple[str, ...] | None:
    if os.geteuid() != 0:
        return ()
    setpriv = shutil.which("setpriv")
    with contextlib.suppress(KeyError):
        entry = pwd.getpwnam(ACCOUNT)
        if setpriv:
            return (setpriv, f"--reuid={entry.pw_uid}", f"--regid={entry.pw_gid}", "--clear-groups", "--")
    return None


class Cluster:
    """A running server. ``url`` is the address of its superuser; ``folder`` holds its files if it is ours to stop."""

    def __init__(self, url: str, folder: Path | None = None) -> None:
        self.url = url
        self.folder = folder

    @classmethod
    def start(cls) -> Cluster:
        """Start a server on a free port of the loopback, or use the one named in the environment."""
        if url := os.environ.get(VARIABLE):
            return cls(url)
        programs = _programs()
        if isinstance(programs, str):
            raise RuntimeError(programs)
        folder = Path(tempfile.mkdtemp(prefix="botyard-postgres-"))
        if programs.prefix:
            shutil.chown(folder, ACCOUNT)
        port = _free_port()
        settings = {**SETTINGS, "port": str(port)}
        try:
            programs.run(
                *("initdb", "--pgdata", str(folder / "data"), "--username", ACCOUNT, "--auth", "trust"),
                *("--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync"),
            )
            with (folder / "data" / "postgresql.conf").open("a") as file:
                file.write("".join(f"\n{name} = '{value}'" for name, value in settings.items()))
            programs.run("pg_ctl", "start", "-D", str(folder / "data"), "-l", str(folder / "log"), "-w")
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        return cls(f"postgresql://{ACCOUNT}@127.0.0.1:{port}/postgres", folder)

    def create_database(self, template: str | None = None) -> str:
        """A new database, empty or a copy of the one at the address ``template``; its address."""
        name = f"botyard_{uuid4().hex[:12]}"
        self.run(f'CREATE DATABASE "{name}" TEMPLATE "{_name(template) if template else "template0"}"')
        return urlunsplit(urlsplit(self.url)._replace(path=f"/{name}"))

    def drop(self, url: str) -> None:
        """Remove a database, whoever is still connected to it."""
        self.run(f'DROP DATABASE IF EXISTS "{_name(url)}" WITH (FORCE)')

    def clear(self, url: str) -> None:
        """Empty a database, which is quicker than a new one."""
        self.run("DROP SCHEMA public CASCADE; CREATE SCHEMA public", url)

    def run(self, sql: str, url: str | None = None) -> None:
        """Run SQL as superuser, in the database at ``url`` if given, outside of any event loop."""
        # Slow to import, and most tests do without.
        import asyncpg

        async def work() -> None:
            connection = await asyncpg.connect(url or self.url, timeout=SECONDS)
            try:
                await connection.execute(sql)
            finally:
                await connection.close()

        asyncio.run(work())

    def halt(self) -> None:
        """Stop the server as its administrator would, for a while."""
        self._control("stop", "-m", "fast")

    def resume(self) -> None:
        """Start it again."""
        assert self.folder is not None
        self._control("start", "-l", str(self.folder / "log"))

    def _control(self, verb: str, *words: str) -> None:
        programs = _programs()
        assert self.folder is not None and not isinstance(programs, str)
        programs.run("pg_ctl", verb, "-D", str(self.folder / "data"), "-w", *words)

    def stop(self) -> None:
        """Stop the server that ``start`` started, break its connections and remove its files."""
        programs = _programs()
        if self.folder is None or isinstance(programs, str):
            return
        # It finds the server by the process id written in its folder.
        programs.run("pg_ctl", "stop", "-D", str(self.folder / "data"), "-m", "fast", "-w")
        shutil.rmtree(self.folder, ignore_errors=True)


@contextlib.contextmanager
def shared(folder: Path) -> Iterator[Cluster]:
    """One server for all worker processes of a test run; ``folder`` is common to them.

    The first worker starts it and the last one stops it.
    """
    with _state(folder) as state:
        if not state:
            own = Cluster.start()
            state.update(url=own.url, folder=str(own.folder) if own.folder else None, workers=[])
        state["workers"].append(os.getpid())
        cluster = Cluster(state["url"], Path(state["folder"]) if state["folder"] else None)
    try:
        yield cluster
    finally:
        with _state(folder) as state:
            # Once: this process may have come in by several doors.
            state["workers"].remove(os.getpid())
            state["workers"] = [pid for pid in state["workers"] if _alive(pid)]
            if not state["workers"]:
                state.clear()
                cluster.stop()


@contextlib.contextmanager
def _state(folder: Path) -> Iterator[dict[str, Any]]:
    """What the workers know in common, read and written by one at a time."""
    with (folder / "postgres.json").open("a+", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        state = json.loads(file.read() or "{}")
        yield state
        file.seek(0)
        file.truncate()
        file.write(json.dumps(state))


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def _name(url: str) -> str:
    return urlsplit(url).path.strip("/")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
