"""ejabberd beside the portal, where it is installed: messages that it archives in the same PostgreSQL.

Debian packages ejabberd and erlang-p1-pgsql. Its own interface responds before a message is in the archive, so what
counts is the number of rows there, over the time until there are no more.
"""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from scripts.benchmark.load import Load, run_here, run_wrk
from scripts.benchmark.processes import cpu_seconds, database_seconds, pin

DATABASE = "botyard_bench_ejabberd"
SCHEMA = Path("/usr/share/ejabberd/sql/pg.sql")
ROOMS = 100
START_SECONDS = 30.0
IDLE_SECONDS = 1.0
"""No row has come for so long: none is left."""

CONFIG = """
hosts: [localhost]
loglevel: warning
listen:
  - port: {port}
    ip: "127.0.0.1"
    module: ejabberd_http
    request_handlers: {{/api: mod_http_api}}
api_permissions:
  bench: {{who: all, what: "*"}}
default_db: sql
sql_type: pgsql
sql_server: "{host}"
sql_port: {database_port}
sql_database: "{database}"
sql_username: "{user}"
sql_password: "{password}"
sql_pool_size: 10
modules:
  mod_admin_extra: {{}}
  mod_http_api: {{}}
  mod_mam: {{default: always, db_type: sql, compress_xml: false}}
  mod_muc:
    db_type: sql
    access: all
    access_create: all
    access_admin: all
    default_room_options: {{persistent: true, mam: true, members_only: false}}
  mod_muc_admin: {{}}
"""


def missing() -> str:
    """Why there is nothing to compare with; ``""`` where there is."""
    if not shutil.which("ejabberdctl") or not shutil.which("erl") or not SCHEMA.exists():
        return "ejabberd is not installed (Debian packages ejabberd and erlang-p1-pgsql)"
    return ""


def archived(database: str, folder: Path, seconds: float) -> None:
    """Print how many messages ejabberd archives in a second, in the server of ``database``."""
    if reason := missing():
        print(f"  {reason}")
        return
    address = urlsplit(database)
    own = urlunsplit(address._replace(path=f"/{DATABASE}"))
    asyncio.run(_made_anew(database, own, SCHEMA.read_text()))
    try:
        with _served(folder, own) as (pid, port):
            for clients in (16, 64):
                _measure(pid, port, own, clients, seconds)
    finally:
        asyncio.run(_dropped(database))


def _measure(pid: int, port: int, address: str, clients: int, seconds: float) -> None:
    bodies = {
        "type": "groupchat",
        "from": "ada@localhost/bench",
        "to": "CHAT@conference.localhost",
        "subject": "",
        "body": "Hello there",
    }
    load = Load("", "/api/send_message", json.dumps(bodies), clients=clients, chats=tuple(range(1, ROOMS + 1)))
    run = run_wrk if shutil.which("wrk") else run_here
    run(port, load, 1)
    before = _settled(address)
    spent, beside, begun = cpu_seconds(pid), database_seconds(DATABASE), time.perf_counter()
    run(port, load, seconds)
    count = _settled(address) - before
    took = time.perf_counter() - begun - IDLE_SECONDS
    micros, database = (cpu_seconds(pid) - spent) / count * 1e6, (database_seconds(DATABASE) - beside) / count * 1e6
    name = f"ejabberd, {ROOMS} rooms, archived · {clients}"
    print(f"{name:34}{count / took:>9,.0f}{micros:>9.0f}{'':>32}{database:>10.0f}", flush=True)


def _settled(address: str) -> int:
    """How many messages are in the archive once no more come."""
    last, since = -1, time.perf_counter()
    while time.perf_counter() < since + IDLE_SECONDS:
        time.sleep(0.05)
        if (count := asyncio.run(_count(address))) != last:
            last, since = count, time.perf_counter()
    return last


async def _count(address: str) -> int:
    connection = await asyncpg.connect(address)
    try:
        return int(await connection.fetchval("SELECT COUNT(*) FROM archive"))
    finally:
        await connection.close()


async def _made_anew(database: str, own: str, schema: str) -> None:
    await _dropped(database)
    connection = await asyncpg.connect(database)
    await connection.execute(f"CREATE DATABASE {DATABASE}")
    await connection.close()
    connection = await asyncpg.connect(own)
    await connection.execute(schema)
    await connection.close()


async def _dropped(database: str) -> None:
    connection = await asyncpg.connect(database)
    await connection.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
    await connection.close()


@contextlib.contextmanager
def _served(folder: Path, address: str) -> Iterator[tuple[int, int]]:
    parts = urlsplit(address)
    port = _free_port()
    home = folder / "ejabberd"
    home.mkdir(exist_ok=True)
    (home / "ejabberd.yml").write_text(
        CONFIG.format(
            port=port,
            host=parts.hostname,
            database_port=parts.port or 5432,
            database=DATABASE,
            user=parts.username,
            password=parts.password or "",
        )
    )
    libraries = sorted(Path("/usr/lib").glob("*/ejabberd-*/ebin"))
    command = [
        "erl",
        "+S",
        "1:1",
        "-noinput",
        "-pa",
        *map(str, libraries),
        "-mnesia",
        "dir",
        f'"{home}"',
        "-s",
        "ejabberd",
    ]
    settings = {"EJABBERD_CONFIG_PATH": str(home / "ejabberd.yml"), "EJABBERD_LOG_PATH": str(home / "ejabberd.log")}
    server = subprocess.Popen(
        command,
        env=os.environ | settings | {"HOME": str(home)},
        cwd=home,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        pin(server.pid, 0)
        _await(lambda: _call(port, "status", {}))
        for number in range(1, ROOMS + 1):
            room = {"name": f"chat{number}", "service": "conference.localhost"}
            _call(port, "create_room", {**room, "host": "localhost"})
            for option in ("persistent", "mam"):
                _call(port, "change_room_option", {**room, "option": option, "value": "true"})
            _call(port, "set_room_affiliation", {**room, "jid": "ada@localhost", "affiliation": "owner"})
        yield server.pid, port
    finally:
        os.killpg(server.pid, signal.SIGKILL)
        server.wait()


def _await(call: Any) -> None:
    until = time.perf_counter() + START_SECONDS
    while True:
        try:
            call()
            return
        except OSError:
            if time.perf_counter() > until:
                raise
            time.sleep(0.2)


def _call(port: int, name: str, params: dict[str, str]) -> Any:
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
        connection.request("POST", f"/api/{name}", json.dumps(params), {"Content-Type": "application/json"})
        response = connection.getresponse()
        body = response.read()
        if response.status != 200:
            raise SystemExit(f"ejabberd: {name} returned {response.status}: {body[:200]!r}")
        return json.loads(body)


def _free_port() -> int:
    with contextlib.closing(socket.socket()) as bound:
        bound.bind(("127.0.0.1", 0))
        return int(bound.getsockname()[1])
