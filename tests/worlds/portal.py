"""A portal in a real database: opening and closing, transactions, its clock, its people and their keys."""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
from collections.abc import Awaitable, Callable
from functools import cache
from pathlib import Path
from typing import Any, Protocol, TypeVar

from botyard.ages import Ages
from botyard.clock import Clock
from botyard.config import Settings
from botyard.jumps import Jumps
from botyard.model.apps import App
from botyard.model.people import Profile, UserKind
from botyard.portal import apps as applications
from botyard.portal import messenger
from botyard.portal import users as people
from botyard.portal.auth.keys import new_client_id, new_secret
from botyard.portal.auth.tokens import Keyring
from botyard.rpc.call import Context
from botyard.server import application, open_context
from botyard.store import app_tokens, apps, incoming_webhooks, portal, users
from botyard.store.engines.db import Database, Tx
from tests.loops import Loop
from tests.worlds.ledger import LEDGER
from tests.worlds.records import AppKey, Person

T = TypeVar("T")

START = 1_790_000_000.0
"""What the clock shows at first."""
ALL_SCOPES = "basic,user,user.userfield,department,im,imbot,botyard,pull,disk"


class OpenDatabase(Protocol):
    """A database that is open already, and stays so, with the loop on which it lives."""

    url: str
    loop: Loop
    database: Database


class Portal:
    """A new portal with one administrator. On SQLite it is a copy of one that was made once, unless ``anew``.

    With ``as_is`` the database is left as it was found: an empty one has no portal.
    """

    admin: Person

    def __init__(
        self,
        folder: Path,
        database: str | OpenDatabase | None = "",
        *,
        anew: bool = False,
        as_is: bool = False,
        **settings: Any,
    ) -> None:
        kept = None if database is None or isinstance(database, str) else database
        self._owned = kept is None
        self.loop = kept.loop if kept else Loop()
        self.time = START
        self.passed = 0.0
        copied = None
        if not (anew or as_is or database) and type(self).make_portal is Portal.make_portal:
            copied = copy_portal(folder)
        address = kept.url if kept else str(database or "")
        self.settings = Settings(data=folder, database=address, **{"public_url": "http://botyard.test", **settings})
        self.context: Context = self.run(
            open_context(self.settings, Clock("UTC", self.now), kept.database if kept else None)
        )
        self.app = application(self.context)
        if not as_is:
            self.admin = copied or self.make_portal()
            self.set_up()

    def make_portal(self) -> Person:
        """Make the portal in the empty database; its administrator."""

        async def work(tx: Tx) -> None:
            await portal.add(tx, "Test", "0123456789abcdef0123456789abcdef")
            await messenger.put(tx)

        self.write(work)
        return self.add_person("Ada", "Admin", admin=True)

    def set_up(self) -> None:
        """What a subclass adds to a new portal."""

    def close(self) -> None:
        if not self._owned:
            return
        self.run(self.context.database.close())
        self.loop.close()

    # Time.

    def now(self) -> float:
        """Read the clock. It stands still unless the test moves it, yet no two readings are the same."""
        self.time += 0.000_1
        return self.time

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.passed += seconds
        self.time += seconds

    def set_clock(self, seconds: float) -> None:
        """Set the clock ahead, or back, while no time passes."""
        self.time += seconds

    def steady(self) -> float:
        """The seconds that have passed, whatever the clock shows."""
        return self.passed

    def watch_clock(self, *, jumps: bool = True) -> None:
        """Let the portal tell jumps of the clock from time that passes."""
        clock = self.context.clock
        clock.ages = Ages(self.now, self.steady)
        clock.jumps = Jumps(self.now, self.steady) if jumps else None

    def other_clock(self) -> Clock:
        """The clock of one more server on the same machine."""
        return Clock("UTC", self.now, self.steady)

    # Work.

    def run(self, work: Awaitable[T]) -> T:
        """Run a coroutine on the portal's event loop."""

        async def whole() -> T:
            return await work

        return self.loop.run(whole())

    def gather(self, *work: Awaitable[Any]) -> list[Any]:
        """Run several coroutines at once."""

        async def whole() -> list[Any]:
            return list(await asyncio.gather(*work))

        return self.run(whole())

    def write(self, work: Callable[[Tx], Awaitable[T]]) -> T:
        """Run a verb in a transaction."""
        return self.run(self.context.database.write(work))

    def read(self, work: Callable[[Tx], Awaitable[T]]) -> T:
        """Run a verb that only reads in a transaction."""
        return self.run(self.context.database.read(work))

    def count(self, table: str) -> int:
        """How many rows a table has."""
        row = self.read(lambda tx: tx.one(f"SELECT COUNT(*) FROM {table}"))
        assert row is not None
        return int(row[0])

    # People and keys.

    def add_person(
        self, name: str = "Ann", last: str = "Example", *, admin: bool = False, kind: UserKind = UserKind.EMPLOYEE
    ) -> Person:
        """Add a person with a webhook of every scope."""
        secret = new_secret()

        async def work(tx: Tx) -> int:
            profile = Profile(name=name, last_name=last)
            user_id = await users.add(tx, kind, profile, admin=admin)
            await incoming_webhooks.add(
                tx, user_id, self.context.keys.hash(secret), prefix=secret[:4], title=name, scopes=ALL_SCOPES
            )
            return user_id

        return Person(self.write(work), secret)

    def add_user(self, login: str, *, admin: bool = False) -> int:
        """Add somebody with a login and without a webhook; the id."""
        profile = Profile(name=login.title(), last_name="Test")
        return self.write(lambda tx: people.add(tx, profile, login=login, password_hash="", admin=admin))

    def add_webhook(self, user_id: int, scopes: str = ALL_SCOPES) -> Person:
        """Add one more webhook of somebody."""
        secret = new_secret()

        async def work(tx: Tx) -> None:
            hashed = self.context.keys.hash(secret)
            await incoming_webhooks.add(tx, user_id, hashed, prefix=secret[:4], title="more", scopes=scopes)

        self.write(work)
        return Person(user_id, secret)

    def add_app(self, user_id: int = 0, scopes: str = ALL_SCOPES, title: str = "App") -> AppKey:
        """Add an application with a token of somebody."""
        client_id, secret = new_client_id(), new_secret()

        async def work(tx: Tx) -> int:
            return await apps.add(tx, client_id, self.context.keys.hash(secret), title=title, scopes=scopes)

        app_id = self.write(work)
        holder = user_id or self.admin.id
        token = self.add_token(holder, app_id, scopes)
        refresh = self.add_token(holder, app_id, scopes, kind="refresh", life=10**7)
        return AppKey(app_id, client_id, secret, token, refresh, holder)

    def register_app(self, scopes: str = "im,imbot", title: str = "Test") -> tuple[App, str]:
        """Add an application without a token; its secret."""
        made = self.write(
            lambda tx: applications.register(tx, self.context.keys, title=title, scopes=scopes.split(","))
        )
        return made.app, made.secret

    @property
    def keyring(self) -> Keyring:
        """What issuing a token needs."""
        return Keyring(self.context.keys, self.settings)

    def add_token(
        self, user_id: int, app_id: int | None, scopes: str = ALL_SCOPES, *, kind: str = "access", life: int = 3600
    ) -> str:
        """Add a token; without an application it is a personal session."""
        token = new_secret()

        async def work(tx: Tx) -> None:
            row = app_tokens.NewToken(
                hash=self.context.keys.hash(token),
                kind=kind,
                app_id=app_id,
                user_id=user_id,
                scopes=scopes,
                family=token[:8],
                created=tx.now,
                expires=int(self.time) + life,
            )
            await app_tokens.add(tx, [row])

        self.write(work)
        return token


@cache
def _template() -> tuple[Path, Person]:
    """A portal with one administrator, made once in each process."""
    place = os.environ.get(LEDGER) or tempfile.mkdtemp(prefix="botyard-template-")
    folder = Path(place) / f"portal-{os.getpid()}"
    made = Portal(folder, anew=True)
    made.close()
    return folder, made.admin


def copy_portal(folder: Path) -> Person | None:
    """Copy the template to ``folder``, unless there is a portal already; its administrator."""
    if (folder / "botyard.db").exists():
        return None
    template, admin = _template()
    shutil.copytree(template, folder, dirs_exist_ok=True)
    return admin
