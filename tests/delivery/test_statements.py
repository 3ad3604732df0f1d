"""What a delivery costs the database, on both engines.

Counted are the statements that claim a delivery, render its payload, write its tokens and record what came of it. Not
counted are looks for what is due that find nothing: the scheduler makes them whether or not there are deliveries.
"""

from __future__ import annotations

from typing import cast

import msgspec
import pytest

from botyard.store.engines.db import Database
from tests.delivery.statements import Noted, NotedDatabase
from tests.world import AppKey, World

MOST = 6
FLEET = 10


class Counted:
    """A portal that delivers, and what that costs."""

    def __init__(self, world: World) -> None:
        self._plain = world.context.database
        self._database = NotedDatabase(self._plain)
        world.context = msgspec.structs.replace(world.context, database=cast(Database, self._database))
        self.world = world
        world.start_delivery()

    def bot(self, dialect: str, owner: AppKey | None, code: str = "echo") -> int:
        world, url = self.world, self.world.handler.url("/bot")
        if dialect == "v1":
            return world.add_bot(owner, code, type="S", EVENT_HANDLER=url)
        fields = {
            "code": code,
            "type": "supervisor",
            "properties": {"name": "Echo"},
            "eventMode": "webhook",
            "webhookUrl": url,
        }
        named = {} if owner else {"botToken": "0123456789abcdef"}
        registered = world.call("imbot.v2.Bot.register", owner, {"fields": fields, **named})
        return int(registered.result["bot"]["id"])

    def delivered(self, dialog: str) -> list[str]:
        """The statements that a message costs once it is sent, until nothing is under way."""
        self.rest()
        self.world.call("im.message.add", DIALOG_ID=dialog, MESSAGE="hello")
        self._database.statements.clear()
        self.rest()
        return [" ".join(noted.sql.split()) for noted in self._database.statements if not _is_look(noted)]

    def rest(self) -> None:
        sql = "SELECT 1 FROM deliveries WHERE state IN ('waiting', 'sending')"
        world = self.world
        world.run_until(lambda: not world.run(self._plain.read(lambda tx: tx.all(sql))))


def _is_look(noted: Noted) -> bool:
    """Whether a statement looks for what is due, and finds nothing."""
    return noted.sql.startswith("SELECT due FROM") or ("FROM deliveries" in noted.sql and noted.rows == 0)


@pytest.fixture
def counted(portal: World) -> Counted:
    return Counted(portal)


def owner_of(counted: Counted, kind: str) -> AppKey | None:
    return counted.world.add_app() if kind == "app" else None


@pytest.mark.parametrize("owner", ["app", "webhook"])
@pytest.mark.parametrize("dialect", ["v1", "v2"])
def test_one_delivery(counted: Counted, dialect: str, owner: str) -> None:
    bot = counted.bot(dialect, owner_of(counted, owner))
    counted.delivered(str(bot))
    statements = counted.delivered(str(bot))
    assert len(statements) <= MOST, statements
    counted.world.wait(1800)
    statements = counted.delivered(str(bot))
    assert len(statements) <= MOST + (owner == "app"), "the first of half an hour writes its tokens"


@pytest.mark.parametrize("owner", ["app", "webhook"])
@pytest.mark.parametrize("dialect", ["v1", "v2"])
def test_a_batch(counted: Counted, dialect: str, owner: str) -> None:
    app = owner_of(counted, owner)
    bots = [counted.bot(dialect, app, f"echo{number}") for number in range(FLEET)]
    chat = counted.world.add_chat(users=bots)
    for _ in range(2):
        statements = counted.delivered(f"chat{chat}")
    assert len(counted.world.handler.at("/bot")) == FLEET * 3, "each has heard that it came in, and both messages"
    # The handler responds to each on its own, and what came of it is recorded a few times a second.
    assert len(statements) <= FLEET * 2, statements
