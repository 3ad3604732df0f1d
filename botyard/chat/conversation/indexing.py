"""Brings the full text of messages up to date, behind the messages: sending one costs nothing for it.

Several servers may share a database; one of them indexes at a time.
"""

from __future__ import annotations

import asyncio
import logging

from botyard.chat.content import plain_text, web_addresses
from botyard.chat.conversation.mentions import mentioned
from botyard.model import words
from botyard.portal import name_filling
from botyard.store import search_index
from botyard.store.engines.db import Database, Unavailable
from botyard.store.message_references import Place, References
from botyard.store.search_index import Entry, Text

log = logging.getLogger(__name__)

BATCH = 200
"""Messages of one transaction, new ones and changed ones each: on SQLite the event loop does nothing else meanwhile."""
EVERY_SECONDS = 5.0
"""How long new messages wait, so that many are indexed at once; searches look at those that wait one by one."""
PAUSE_SECONDS = 0.01
"""Between two batches of a database that has many messages to index."""


async def run(database: Database) -> None:
    """Index what there is and what comes, until cancelled."""
    woken = asyncio.Event()
    woken.set()
    filled = False
    database.on_commit(woken.set)
    while True:
        await woken.wait()
        await asyncio.sleep(EVERY_SECONDS)
        woken.clear()
        try:
            filled = filled or await _fill_names(database)
            await catch_up(database)
        except Unavailable as problem:
            if not problem.mark:
                log.warning("New messages are not indexed for now: %s", problem.reason)
            woken.set()
        except Exception:
            # What cannot be indexed now is looked at again: nothing else would start this anew.
            log.exception("New messages could not be indexed.")
            woken.set()


async def _fill_names(database: Database) -> bool:
    await name_filling.fill(database)
    return True


async def catch_up(database: Database) -> None:
    """Index everything that the index does not know, or what another process has left of it."""
    while True:
        batch = await database.read(lambda tx: search_index.next_batch(tx, limit=BATCH))
        if not batch.numbers and not batch.new:
            return
        # Beside the transaction, which would keep others waiting.
        changed, new = entries(batch.changed), entries(batch.new)
        if not await database.write_unordered(lambda tx: search_index.store(tx, batch, changed=changed, new=new)):  # noqa: B023  # Awaited now.
            return
        await asyncio.sleep(PAUSE_SECONDS)


def entries(messages: list[Text]) -> list[Entry]:
    """Messages as the index keeps them."""
    return [Entry(message, words.terms(searched(message.text)), _references(message)) for message in messages]


def _references(message: Text) -> References:
    return References(
        Place(message.chat_id, message.id),
        message.author_id,
        linking=bool(web_addresses.listed(message.text)),
        mentioned=() if message.system else mentioned(message.text),
    )


def searched(text: str) -> str:
    """What of a message is searched: what people read of it, without BB codes."""
    return plain_text.words(text)
