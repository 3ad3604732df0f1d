"""Many rows of everything in a demo portal, so that what reads too much is seen to."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Final

import msgspec

from botyard.model.events import MessageSent
from botyard.store.engines.db import Tx, Value
from botyard.store.records import insert

PEOPLE: Final = range(10, 910)
"""The ids of people who are added; the ids of what is made next stay as they are."""
ROWS: Final = 2_000
TEXT: Final = "\U0001f600" * 20_000
WORDS: Final = "Word " * 50
BOT, CHAT, OWNER = 1002, 2001, 1

Rows = Iterable[dict[str, Value]]


async def fill(tx: Tx, app: str) -> None:
    """Add people to a chat of a demo portal, and rows to whatever is listed; ``app`` is its application's client id."""
    await _people(tx)
    await _messages(tx)
    await _events(tx)
    await _keys(tx, app)


async def _add(tx: Tx, table: str, rows: Rows) -> None:
    listed = list(rows)
    await tx.many(insert(table, tuple(listed[0])), listed)


async def _people(tx: Tx) -> None:
    await _add(
        tx,
        "users",
        (
            {
                "id": number,
                "kind": "employee",
                "login": f"p{number}",
                "name": f"Person {number}",
                "last_name": WORDS[:200],
                "full_name": f"Person {number} {WORDS[:200]}",
                "work_position": WORDS[:250],
                "email": f"p{number}@example.com",
                "registered": tx.now,
                "updated": tx.now,
            }
            for number in PEOPLE
        ),
    )
    row = await tx.one("SELECT last_message_id, counted FROM chats WHERE id = :id", id=CHAT)
    assert row is not None
    await _add(
        tx,
        "members",
        (
            {
                "chat_id": CHAT,
                "user_id": number,
                "role": "member",
                "joined": tx.now,
                "first_id": 0,
                "read_id": row[0] if number % 2 else 0,
                "read_counted": row[1] if number % 2 else 0,
                "read_at": tx.now,
                "opened": 1,
            }
            for number in PEOPLE
        ),
    )
    await tx.run("UPDATE chats SET members = members + :more WHERE id = :id", more=len(PEOPLE), id=CHAT)


async def _messages(tx: Tx) -> None:
    await tx.run("UPDATE messages SET text = :text, chat_id = :chat", text=TEXT, chat=CHAT)
    rows = await tx.all("SELECT id FROM messages")
    await tx.run("DELETE FROM reactions")
    await _add(
        tx,
        "reactions",
        (
            {"message_id": message, "user_id": number, "reaction": "like", "created": tx.now}
            for (message,) in rows
            for number in PEOPLE
        ),
    )


async def _events(tx: Tx) -> None:
    sent = MessageSent(
        actor_id=2,
        chat_id=CHAT,
        message_id=24,
        text=TEXT[:1_000],
        system=False,
        mentioned=(),
        params={},
        uuid="",
        reply_id=0,
        previous_id=0,
        members=6,
    )
    body = msgspec.json.encode(sent).decode()
    first = 1_000_000
    await _add(
        tx,
        "events",
        (
            {
                "id": first + number,
                "type": "MessageSent",
                "chat_id": CHAT,
                "actor_id": 2,
                "message_id": 24,
                "created": tx.now,
                "body": body,
                "caller_id": 2,
            }
            for number in range(ROWS)
        ),
    )
    await _add(
        tx,
        "deliveries",
        (
            {
                "event_id": first + number,
                "recipient": f"bot:{BOT}",
                "ordering_key": CHAT,
                "state": "fetch" if number % 2 else "failed",
                "queued": tx.now,
                "due": tx.now,
                "finished": None if number % 2 else tx.now,
            }
            for number in range(ROWS)
        ),
    )


async def _keys(tx: Tx, app: str) -> None:
    owner = f"app:{app}"
    value = json.dumps("x" * 60_000)
    kept = [(user, f"o{number}") for user in (0, OWNER) for number in range(16)]
    await _add(tx, "options", ({"owner": owner, "user_id": user, "name": name, "value": value} for user, name in kept))
    await _add(
        tx,
        "offline_events",
        (
            {
                "owner": owner,
                "connector": "",
                "event": "ONUSERADD",
                "subject": str(number),
                "data": '{"ID":1}',
                "changed": tx.now,
            }
            for number in range(ROWS)
        ),
    )
    await _add(
        tx,
        "bindings",
        (
            {
                "owner": owner,
                "event": "ONAPPTEST",
                "handler": f"http://localhost:9000/{number}",
                "user_id": 0,
                "created": tx.now,
            }
            for number in range(900)
        ),
    )
