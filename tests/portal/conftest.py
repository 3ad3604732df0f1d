"""A migrated, empty database in a temporary folder, and a portal in it with one person and one application."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest

from botyard.config import Settings
from botyard.model.apps import App
from botyard.model.people import Profile
from botyard.portal import apps, creation, users
from botyard.portal.auth.keys import Keys
from botyard.portal.auth.tokens import Keyring
from botyard.store.engines.connect import open_database
from botyard.store.engines.db import Database, Tx
from botyard.store.engines.migrate import migrate

T = TypeVar("T")
NOW = 1_800_000_000


class House:
    """A portal whose verbs are called one after the other, each in a transaction of its own."""

    def __init__(self, runner: asyncio.Runner, database: Database, ring: Keyring) -> None:
        self._runner = runner
        self.database = database
        self.ring = ring
        self.keys = ring.keys
        self.now = NOW
        database.now = lambda: self.now

    def write(self, work: Callable[[Tx], Awaitable[T]]) -> T:
        return self._runner.run(self.database.write(work))

    def read(self, work: Callable[[Tx], Awaitable[T]]) -> T:
        return self._runner.run(self.database.read(work))

    def person(self, login: str, *, admin: bool = False) -> int:
        """Add somebody and answer the id."""
        profile = Profile(name=login.title(), last_name="Test")
        return self.write(lambda tx: users.add(tx, profile, login=login, password_hash="", admin=admin))

    def app(self, scopes: str = "im,imbot", title: str = "Test") -> tuple[App, str]:
        """Register an application and answer it with its secret."""
        made = self.write(lambda tx: apps.register(tx, self.keys, title=title, scopes=scopes.split(",")))
        return made.app, made.secret


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[House]:
    """A database without a portal."""
    with asyncio.Runner() as runner:

        async def opened() -> Database:
            database = await open_database(tmp_path / "botyard.db")
            await migrate(database)
            return database

        database = runner.run(opened())
        yield House(runner, database, Keyring(Keys(b"pepper"), Settings(data=tmp_path)))
        runner.run(database.close())


@pytest.fixture
def house(empty: House) -> House:
    """A portal with nobody in it."""
    empty.write(lambda tx: creation.create_portal(tx))
    return empty
