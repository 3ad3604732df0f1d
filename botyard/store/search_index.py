"""The full text of messages: by the words of each chat, and how far the index has got.

A term is a word with its chat and its stretch of that chat in front, so that a search reads what is in the stretches
that it looks at, however much there is in other chats and before. The index is behind the messages: ``search_changes``
and ``search_progress`` say what it does not know yet.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import msgspec

from botyard.model.messages import Message
from botyard.store import message_references
from botyard.store.engines.db import Tx
from botyard.store.id_lists import id_list
from botyard.store.message_references import Place, References
from botyard.store.records import Record, scalar

STRETCH = 16_384
"""Counted messages of one stretch of a chat: a search for a common word reads what one stretch has of it."""

_MESSAGE = Record(Message, "messages m")


class IndexState(NamedTuple):
    """The last message in the index, and which messages of a chat are not in it as they are now."""

    last_id: int
    changed: list[int]


class Text(NamedTuple):
    """What the index needs to know of a message."""

    id: int
    chat_id: int
    author_id: int
    counted: int
    system: bool
    text: str


class Entry(NamedTuple):
    """A message with its terms and what it refers to."""

    message: Text
    terms: Sequence[str]
    references: References


class Batch(NamedTuple):
    """What is to be indexed: ``places`` of messages that are not what they were when they were put in, and new ones.

    ``numbers`` are those of the rows that told of changes, ``last_id`` is the last message in the index so far.
    """

    last_id: int
    numbers: list[int]
    places: list[Place]
    changed: list[Text]
    new: list[Text]


class Span(NamedTuple):
    """Messages of a chat from one id to another, both included."""

    chat_id: int
    first_id: int
    last_id: int


class Stretches(NamedTuple):
    """Some neighbouring stretches of a chat, by their numbers, both included."""

    chat_id: int
    first: int
    last: int


CHANGED_MAX = 1000
"""Changed messages of one chat that a search looks at; an index that lags behind by more has been off."""
_TEXT = Record(Text, "messages m")
_NEXT = f"{_TEXT.select} WHERE m.id > :last ORDER BY m.id LIMIT :limit"
_PROGRESS = "COALESCE((SELECT message_id FROM search_progress), 0)"
_STATE = f"""SELECT {_PROGRESS}, (SELECT string_agg(CAST(c.message_id AS TEXT), ',') FROM (
    SELECT message_id FROM search_changes WHERE chat_id = :chat ORDER BY message_id DESC LIMIT {CHANGED_MAX}) AS c)"""
# Each row is one text, the id in so many digits and the terms behind it: one statement for all of them.
_DIGITS = 19
_ADD = f"""INSERT INTO search_index (rowid, terms)
 SELECT CAST(substr(value, 1, {_DIGITS}) AS BIGINT), {{terms}} substr(value, {_DIGITS + 1}) {{end_terms}}
 FROM {{each}}(:rows)"""
_HITS = """SELECT rowid FROM search_index WHERE {matches} :query {end_matches} AND rowid BETWEEN :first AND :last
 ORDER BY rowid"""
_NEWEST_HITS, _OLDEST_HITS = f"{_HITS} DESC LIMIT :limit", f"{_HITS} LIMIT :limit"
_SPAN = f"""{_MESSAGE.select} WHERE m.chat_id = :chat AND m.id BETWEEN :first AND :last
 AND m.erased = 0 AND m.sent BETWEEN :since AND :until ORDER BY m.id"""
_NEWEST, _OLDEST = f"{_SPAN} DESC LIMIT :limit", f"{_SPAN} LIMIT :limit"
# The first id whose message is no older than a moment, halved down to: ids of a chat rise with their moments. SQLite
# wants the recursive table alone behind FROM, so each row has what the next one needs: when the middle was sent.
_MIDDLE = "(p.low + p.high) / 2"
_AT = """COALESCE((SELECT m.sent FROM messages m WHERE m.chat_id = :chat AND m.id >= {id} ORDER BY m.id LIMIT 1),
 CAST(:moment AS BIGINT))"""
_SENT = _AT.format(id=f"CASE WHEN p.sent < :moment THEN ({_MIDDLE} + 1 + p.high) / 2 ELSE (p.low + {_MIDDLE}) / 2 END")
_SINCE = f"""WITH RECURSIVE part(low, high, sent) AS (
    SELECT CAST(:first AS BIGINT), CAST(:last AS BIGINT) + 1, {
    _AT.format(id="(CAST(:first AS BIGINT) + CAST(:last AS BIGINT) + 1) / 2")
}
    UNION ALL
    SELECT CASE WHEN p.sent < :moment THEN {_MIDDLE} + 1 ELSE p.low END,
           CASE WHEN p.sent < :moment THEN p.high ELSE {_MIDDLE} END, {_SENT}
    FROM part p WHERE p.low < p.high
) SELECT low FROM part WHERE low >= high"""


async def state(tx: Tx, chat_id: int) -> IndexState:
    """How far the index has got, and what has changed in a chat since."""
    row = await tx.one(_STATE, chat=chat_id)
    assert row is not None
    last_id, changed = row
    return IndexState(last_id, list(map(int, changed.split(","))) if changed else [])


async def hits(
    tx: Tx, within: Stretches, wanted: Sequence[str], *, span: Span, descending: bool, limit: int
) -> list[int]:
    """Ids of indexed messages in which words have all these beginnings, in some stretches and a span of a chat."""
    query = " OR ".join(
        "(" + " AND ".join(f"{_prefix(within.chat_id, stretch)}{beginning}*" for beginning in wanted) + ")"
        for stretch in range(within.first, within.last + 1)
    )
    rows = await tx.all(
        _NEWEST_HITS if descending else _OLDEST_HITS,
        query=query,
        first=span.first_id,
        last=span.last_id,
        limit=limit,
    )
    return [message_id for (message_id,) in rows]


async def messages(tx: Tx, chat_id: int, ids: Iterable[int]) -> list[Message]:
    """Messages of a chat by their ids, in their order; what is gone is left out."""
    listed, values = id_list(ids)
    sql = f"{_MESSAGE.select} WHERE m.id IN ({listed}) AND m.chat_id = :chat ORDER BY m.id"
    return _MESSAGE.read_all(await tx.all(sql, chat=chat_id, **values))


async def page(tx: Tx, span: Span, *, since: int, until: int, descending: bool, limit: int) -> list[Message]:
    """The newest or the oldest messages of a span and a time that are not erased."""
    rows = await tx.all(
        _NEWEST if descending else _OLDEST,
        chat=span.chat_id,
        first=span.first_id,
        last=span.last_id,
        since=since,
        until=until,
        limit=limit,
    )
    return _MESSAGE.read_all(rows)


async def first_since(tx: Tx, span: Span, moment: int) -> int:
    """The lowest id from which on the messages of a span are no older than a moment."""
    chat_id, first, last = span
    row = await tx.one(_SINCE, chat=chat_id, first=first, last=last, moment=moment)
    return int(scalar(row, first))


async def note_change(tx: Tx, message_id: int, text: str) -> None:
    """Have a message indexed again, whose text becomes this one; nothing where it is the same."""
    await tx.run(
        """INSERT INTO search_changes (chat_id, message_id)
           SELECT m.chat_id, m.id FROM messages m WHERE m.id = :id AND m.text <> :text""",
        id=message_id,
        text=text,
    )


async def note_removal(tx: Tx, chat_id: int, message_id: int | None = None) -> None:
    """Have a message that goes taken out of the index, or all messages of a chat."""
    await tx.run(
        """INSERT INTO search_changes (chat_id, message_id) SELECT m.chat_id, m.id FROM messages m
           WHERE m.chat_id = :chat AND (CAST(:id AS BIGINT) IS NULL OR m.id = :id)""",
        chat=chat_id,
        id=message_id,
    )


async def next_batch(tx: Tx, *, limit: int) -> Batch:
    """What is to be indexed next."""
    last_id = int(scalar(await tx.one(f"SELECT {_PROGRESS}"), 0))
    changes = await tx.all("SELECT id, chat_id, message_id FROM search_changes ORDER BY id LIMIT :limit", limit=limit)
    places = sorted({Place(chat_id, message_id) for _, chat_id, message_id in changes if message_id <= last_id})
    changed: list[Text] = []
    if places:
        listed, values = id_list(message_id for _, message_id in places)
        changed = _TEXT.read_all(await tx.all(f"{_TEXT.select} WHERE m.id IN ({listed})", **values))
    new = _TEXT.read_all(await tx.all(_NEXT, last=last_id, limit=limit))
    return Batch(last_id, [number for number, _, _ in changes], places, changed, new)


async def store(tx: Tx, batch: Batch, *, changed: Iterable[Entry], new: Sequence[Entry]) -> bool:
    """Put a batch into the index by the terms of its messages; false where another process has, or is about to.

    What changed after the batch was read is noted in ``search_changes`` once more.
    """
    if await _claim(tx) != batch.last_id:
        return False
    if batch.numbers:
        listed, values = id_list(batch.numbers)
        await tx.run(f"DELETE FROM search_changes WHERE id IN ({listed})", **values)
        await tx.many(
            "DELETE FROM search_index WHERE rowid = :id", [{"id": place.message_id} for place in batch.places]
        )
        await message_references.forget(tx, batch.places)
    entries = [*changed, *new]
    await _add(tx, entries)
    await message_references.add(tx, [entry.references for entry in entries])
    if new:
        await tx.run("UPDATE search_progress SET message_id = :last", last=new[-1].message.id)
    return True


async def _claim(tx: Tx) -> int | None:
    """The last message in the index, held until the transaction ends; ``None`` while another process indexes."""
    row = await tx.one("SELECT message_id FROM search_progress {skip_locked}")
    if row is not None:
        return int(scalar(row, 0))
    added = await tx.run("INSERT INTO search_progress (id, message_id) VALUES (1, 0) ON CONFLICT DO NOTHING")
    return 0 if added else None


async def _add(tx: Tx, entries: Iterable[Entry]) -> None:
    """Insert messages; one without terms is found by nothing and not put in."""
    rows = []
    for message, terms, _ in entries:
        if terms:
            front = _prefix(message.chat_id, message.counted // STRETCH)
            rows.append(f"{message.id:0{_DIGITS}}{front}{f' {front}'.join(terms)}")
    if rows:
        await tx.run(_ADD, rows=msgspec.json.encode(rows).decode())


async def clear(tx: Tx) -> None:
    """Forget everything, for messages that are others now."""
    for table in ("search_index", "search_changes", "search_progress"):
        await tx.run(f"DELETE FROM {table}")
    await message_references.clear(tx)


def _prefix(chat_id: int, stretch: int) -> str:
    return f"{chat_id}_{stretch}_"
