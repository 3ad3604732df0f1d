"""Chats and what people write in them, and the events of that."""

from __future__ import annotations

from typing import Any

import msgspec

from botyard.chat.conversation import messages, reactions
from botyard.chat.conversation.reactions import LIKE
from botyard.store.engines.db import Row, Tx
from tests.worlds.calls import Calls
from tests.worlds.records import Person


class Chats(Calls):
    """People who write to each other, in `room` unless a test names another dialog."""

    room = 0
    """The chat that `open_room` made."""
    owner: Person
    """Whose room it is, and who acts unless a test names another."""
    ann: Person
    bob: Person
    eve: Person

    def add_chat(self, by: Person | None = None, users: list[int] | None = None, **more: Any) -> int:
        """Add a group chat; its id."""
        return int(self.call("im.chat.add", by, {"TITLE": "Room", "USERS": users or [], **more}).result)

    def open_room(self, owner: Person, *members: int) -> int:
        """Make the chat in which a test takes place."""
        self.owner = owner
        self.room = self.add_chat(owner, list(members))
        return self.room

    @property
    def dialog(self) -> str:
        """The DIALOG_ID of the room."""
        return f"chat{self.room}"

    def send(self, text: str, by: Person | None = None, dialog: str = "") -> int:
        """The owner writes in the room; the id of the message."""
        params = {"DIALOG_ID": dialog or self.dialog, "MESSAGE": text}
        return int(self.call("im.message.add", by or self.owner, params).result)

    def send_to(self, bot_id: int, text: str, by: Person | None = None) -> int:
        """The administrator writes to a bot in the private dialog; the id of the message."""
        return self.send(text, by or self.admin, str(bot_id))

    # There are no methods for these yet.

    def edit(self, message_id: int, text: str, by: Person | None = None) -> None:
        """The owner edits a message."""
        who = (by or self.owner).id
        self.write(lambda tx: messages.edit(tx, who, message_id, text=text, changed={}, window=None))

    def erase(self, message_id: int, by: Person | None = None, *, complete: bool = False) -> None:
        """The owner deletes a message."""
        who = (by or self.owner).id
        self.write(lambda tx: messages.erase(tx, who, message_id, complete=complete, window=None))

    def like(self, message_id: int, by: Person | None = None) -> None:
        """The owner likes a message."""
        who = (by or self.owner).id

        async def work(tx: Tx) -> None:
            message, liking = await messages.get(tx, who, message_id)
            assert await reactions.set(tx, liking, message, reaction=LIKE, on=True)

        self.write(work)

    # Events.

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
