"""A portal for tests: real database, real pipeline, real ASGI application, no network.

Every answer passes through the contract check, and into the ledger that the
suite prints at its end.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import tempfile
from collections.abc import Awaitable, Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple, Protocol, TypeVar

import msgspec

from botyard.clock import Clock
from botyard.config import Settings
from botyard.model.people import Profile, UserKind
from botyard.portal.auth.keys import new_client_id, new_secret
from botyard.rpc.call import Context
from botyard.server import application, open_context
from botyard.store import app_tokens, apps, incoming_webhooks, portal, users
from botyard.store.engines.db import Database, Row, Tx
from contract.checker import contract, is_error
from contract.ledger import Ledger

T = TypeVar("T")

LEDGER = "BOTYARD_TEST_LEDGER"
"""Names the folder in which the processes of one run keep what they saw."""
ALL_SCOPES = "basic,user,department,im,imbot,botyard,pull,disk"


CONTRACT = contract()


class Answer(NamedTuple):
    """What came back: status and decoded body."""

    status: int
    body: Any
    headers: dict[str, str] = {}

    @property
    def result(self) -> Any:
        assert "error" not in self.body, self.body
        return self.body["result"]

    @property
    def error(self) -> str:
        """The error code; the call must have failed."""
        assert "error" in self.body, self.body
        return str(self.body["error"])

    @property
    def text(self) -> str:
        return str(self.body["error_description"])


class Person(NamedTuple):
    """Somebody with a webhook of every scope."""

    id: int
    secret: str

    @property
    def path(self) -> str:
        return f"/rest/{self.id}/{self.secret}"


class AppKey(NamedTuple):
    """An application and a token of it for one person."""

    id: int
    client_id: str
    client_secret: str
    token: str
    refresh: str
    user_id: int


class OpenDatabase(Protocol):
    """A database that is open already, and stays so, with the loop on which it lives."""

    url: str
    runner: asyncio.Runner
    database: Database


class World:
    """One portal and its people; ``world.call("imbot.dialog.get", DIALOG_ID="chat2001")`` is its administrator.

    On SQLite it is a copy of a portal that was made once, unless ``anew``.
    """

    def __init__(
        self, folder: Path, database: str | OpenDatabase | None = "", *, anew: bool = False, **settings: Any
    ) -> None:
        kept = None if database is None or isinstance(database, str) else database
        self._owned = kept is None
        self.runner = kept.runner if kept else asyncio.Runner()
        self.time = 1_790_000_000.0
        copied = None
        if not (anew or database) and type(self)._founded is World._founded:
            copied = copy_portal(folder)
        address = kept.url if kept else str(database or "")
        self.settings = Settings(data=folder, database=address, public_url="http://botyard.test", **settings)
        clock = Clock("UTC", self._now)
        self.context: Context = self.run(open_context(self.settings, clock, kept.database if kept else None))
        self.app = application(self.context)
        self.admin = copied or self._founded()

    def _now(self) -> float:
        # Time stands still within a test unless the test moves it, yet no two readings are the same.
        self.time += 0.000_1
        return self.time

    def run(self, work: Awaitable[T]) -> T:
        async def whole() -> T:
            return await work

        return self.runner.run(whole())

    def close(self) -> None:
        if not self._owned:
            return
        self.run(self.context.database.close())
        self.runner.close()

    def write(self, work: Callable[[Tx], Awaitable[T]]) -> T:
        """Run a verb in a transaction."""
        return self.run(self.context.database.write(work))

    def read(self, work: Callable[[Tx], Awaitable[T]]) -> T:
        return self.run(self.context.database.read(work))

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.time += seconds

    # People and keys.

    def _founded(self) -> Person:
        async def work(tx: Tx) -> None:
            await portal.add(tx, "Test", "0123456789abcdef0123456789abcdef")

        self.write(work)
        return self.person("Ada", "Admin", admin=True)

    def person(
        self, name: str = "Ann", last: str = "Example", *, admin: bool = False, kind: UserKind = UserKind.EMPLOYEE
    ) -> Person:
        """A new person with a webhook of every scope."""
        secret = new_secret()

        async def work(tx: Tx) -> int:
            profile = Profile(name=name, last_name=last)
            user_id = await users.add(tx, kind, profile, admin=admin)
            await incoming_webhooks.add(
                tx, user_id, self.context.keys.hash(secret), prefix=secret[:4], title=name, scopes=ALL_SCOPES
            )
            return user_id

        return Person(self.write(work), secret)

    def webhook(self, user_id: int, scopes: str = ALL_SCOPES) -> Person:
        """One more webhook of somebody."""
        secret = new_secret()

        async def work(tx: Tx) -> None:
            hashed = self.context.keys.hash(secret)
            await incoming_webhooks.add(tx, user_id, hashed, prefix=secret[:4], title="more", scopes=scopes)

        self.write(work)
        return Person(user_id, secret)

    def oauth(self, user_id: int = 0, scopes: str = ALL_SCOPES, title: str = "App") -> AppKey:
        """A new application with a token of somebody."""
        client_id, secret = new_client_id(), new_secret()

        async def work(tx: Tx) -> int:
            return await apps.add(tx, client_id, self.context.keys.hash(secret), title=title, scopes=scopes)

        app_id = self.write(work)
        who = user_id or self.admin.id
        token, refresh = self.token(who, app_id, scopes), self.token(who, app_id, scopes, kind="refresh", life=10**7)
        return AppKey(app_id, client_id, secret, token, refresh, who)

    def token(
        self, user_id: int, app_id: int | None, scopes: str = ALL_SCOPES, *, kind: str = "access", life: int = 3600
    ) -> str:
        """A token; without an application it is a personal session."""
        made = new_secret()

        async def work(tx: Tx) -> None:
            token = app_tokens.NewToken(
                hash=self.context.keys.hash(made),
                kind=kind,
                app_id=app_id,
                user_id=user_id,
                scopes=scopes,
                family=made[:8],
                created=tx.now,
                expires=int(self.time) + life,
            )
            await app_tokens.add(tx, [token])

        self.write(work)
        return made

    # Calls.

    def call(
        self,
        method: str,
        by: Person | AppKey | str | None = None,
        params: Mapping[str, Any] | None = None,
        **named: Any,
    ) -> Answer:
        """Call a method by JSON POST as a person (webhook), an application or a bare token, and check the answer."""
        who = by or self.admin
        body = {**(params or {}), **named}
        path = f"{who.path}/{method}" if isinstance(who, Person) else f"/rest/{method}"
        if isinstance(who, AppKey):
            body["auth"] = who.token
        if isinstance(who, str):
            body["auth"] = who
        answer = self.post(path, json.dumps(body).encode(), "application/json")
        check(method, answer)
        return answer

    def post(self, path: str, body: bytes = b"", kind: str = "application/json", **headers: str) -> Answer:
        return self.request("POST", path, body, {"content-type": kind, **headers} if kind else headers)

    def get(self, path: str, **headers: str) -> Answer:
        return self.request("GET", path, b"", headers)

    def request(
        self, verb: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None, scheme: str = "http"
    ) -> Answer:
        """One request through the ASGI application; header names may be written with underscores."""
        status, sent, raw = self.run(self.exchange(verb, path, [body], headers or {}, scheme))
        kind = sent.get("content-type", "")
        return Answer(status, json.loads(raw) if kind.startswith("application/json") else raw, sent)

    async def exchange(
        self, verb: str, path: str, parts: list[bytes], headers: Mapping[str, str], scheme: str
    ) -> tuple[int, dict[str, str], bytes]:
        location, _, query = path.partition("?")
        named = [(k.replace("_", "-").lower().encode(), v.encode("latin-1")) for k, v in headers.items()]
        scope = {
            "type": "http",
            "method": verb,
            "scheme": scheme,
            "path": location,
            "raw_path": location.encode(),
            "query_string": query.encode(),
            "headers": named,
            "client": ("127.0.0.1", 1),
            "server": ("botyard.test", 80),
        }
        queue = list(parts)
        sent: list[Any] = []

        async def receive() -> dict[str, Any]:
            if queue:
                part = queue.pop(0)
                return {"type": "http.request", "body": part, "more_body": bool(queue)}
            return {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            sent.append(message)

        await self.app(scope, receive, send)
        started = next(one for one in sent if one["type"] == "http.response.start")
        raw = b"".join(one.get("body", b"") for one in sent if one["type"] == "http.response.body")
        return started["status"], {k.decode(): v.decode("latin-1") for k, v in started["headers"]}, raw

    # What happened.

    def events(self, after: int = 0) -> list[tuple[str, dict[str, Any]]]:
        """``(type, body)`` of everything in the event log."""
        sql = "SELECT type, body FROM events WHERE id > :after ORDER BY id"
        rows: list[Row] = self.read(lambda tx: tx.all(sql, after=after))
        return [(row[0], msgspec.json.decode(row[1])) for row in rows]

    def last_event(self) -> int:
        """The number of the newest event."""
        rows: list[Row] = self.read(lambda tx: tx.all("SELECT COALESCE(MAX(id), 0) FROM events"))
        return int(rows[0][0])

    def due(self, bot_id: int) -> list[tuple[str, dict[str, Any]]]:
        """``(type, body)`` of what waits for a bot."""
        sql = """SELECT e.type, e.body FROM deliveries d JOIN events e ON e.id = d.event_id
                 WHERE d.recipient = :bot AND d.state IN ('waiting', 'sending', 'fetch') ORDER BY e.id"""
        rows: list[Row] = self.read(lambda tx: tx.all(sql, bot=f"bot:{bot_id}"))
        return [(row[0], msgspec.json.decode(row[1])) for row in rows]

    def bot(self, by: Person | AppKey | None = None, code: str = "echo", type: str = "B", **more: Any) -> int:
        """Register a bot and answer its id."""
        params: dict[str, Any] = {
            "CODE": code,
            "TYPE": type,
            "EVENT_HANDLER": "http://localhost:9/bot",
            "PROPERTIES": {"NAME": code.title()},
            "CLIENT_ID": "test-client",
            **more,
        }
        return int(self.call("imbot.register", by, params).result)

    def chat(self, by: Person | None = None, users: list[int] | None = None, **more: Any) -> int:
        """Make a group chat and answer its id."""
        return int(self.call("im.chat.add", by, {"TITLE": "Room", "USERS": users or [], **more}).result)


@cache
def _template() -> tuple[Path, Person]:
    """A portal with one administrator, made once in each process."""
    place = os.environ.get(LEDGER) or tempfile.mkdtemp(prefix="botyard-template-")
    folder = Path(place) / f"portal-{os.getpid()}"
    world = World(folder, anew=True)
    world.close()
    return folder, world.admin


def copy_portal(folder: Path) -> Person | None:
    """Copy the template to ``folder``, unless there is a portal already; its administrator."""
    if (folder / "botyard.db").exists():
        return None
    template, admin = _template()
    shutil.copytree(template, folder, dirs_exist_ok=True)
    return admin


def check(method: str, answer: Answer) -> None:
    """Hold an answer against the contract and enter it into the ledger."""
    if method not in CONTRACT.methods:
        return
    problems = CONTRACT.problems(method, answer.body)
    assert not problems, problems
    note(method, answer.status, answer.body)


_noted: set[tuple[str, str]] = set()


def note(method: str, status: int, body: Any) -> None:
    """Keep what was seen for the ledger, which is printed once by the process that runs the suite."""
    folder = os.environ.get(LEDGER)
    if not folder or (status != 200 and not is_error(body)):
        return
    seen = (method, str(body["error"]) if is_error(body) else "")
    if seen in _noted:
        return
    _noted.add(seen)
    with (Path(folder) / f"{os.getpid()}.jsonl").open("a") as out:
        out.write(json.dumps(seen) + "\n")


def ledger() -> Iterator[str]:
    """The lines of the ledger of this run; families of which nothing was seen are left out."""
    found = Ledger(CONTRACT)
    for file in sorted(Path(os.environ[LEDGER]).glob("*.jsonl")):
        for line in file.read_text().splitlines():
            method, code = json.loads(line)
            if code:
                found.saw_error(method, code)
            else:
                found.saw_success(method)
    yield from found.lines()
