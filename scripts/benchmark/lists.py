"""What a person's client asks for again and again: the list of chats, counters, and messages that are searched for."""

from __future__ import annotations

import asyncio
import json
import statistics
import time

from botyard.chat.conversation import indexing
from botyard.config import Settings
from botyard.rpc.call import Context
from botyard.server import open_context
from botyard.store.engines.db import Tx
from scripts.benchmark.load import Load, line, measure, median
from scripts.benchmark.portal import Portal, chat
from scripts.benchmark.processes import child

CHATS = 5_000


def lists(portal: Portal, seconds: float, rounds: int) -> None:
    """Print what they cost a person who is in five thousand chats, and in one with very many messages."""
    asyncio.run(portal.write(lambda context, tx: _filled(context, tx, portal)))
    begun = time.perf_counter()
    asyncio.run(_indexed(portal))
    print(f"indexed {max(portal.keys.by_messages):,} messages and others in {time.perf_counter() - begun:.0f} s")
    floor = Load("", "/", json.dumps({"DIALOG_ID": "chat1"}))
    with portal.served() as (pid, port), child("echo") as (echo_pid, echo_port):
        for load in loads(portal):
            pairs = []
            for _ in range(rounds):
                base = measure(echo_pid, echo_port, floor, seconds).micros
                pairs.append((base, measure(pid, port, load, seconds)))
            ratio = statistics.median(figure.micros / base for base, figure in pairs)
            line(load.name, median([figure for _, figure in pairs]), ratio)


def loads(portal: Portal) -> list[Load]:
    keys = portal.keys
    hook = f"/rest/{keys.user_id}/{keys.secret}"
    most = max(keys.by_messages)
    dialog = f"chat{keys.by_messages[most]}"

    def searched(name: str, words: str) -> Load:
        body = json.dumps({"CHAT_ID": keys.by_messages[most], "SEARCH_MESSAGE": words, "LIMIT": 50})
        return Load(f"search {most:,}: {name}", f"{hook}/im.dialog.messages.search", body, clients=1)

    return [
        Load(f"recent list, 50 of {CHATS:,}", f"{hook}/im.recent.list", json.dumps({"LIMIT": 50})),
        Load(f"its last page, 50 of {CHATS:,}", f"{hook}/im.recent.list", json.dumps({"LIMIT": 50, "OFFSET": CHATS})),
        Load(f"unread chats, 50 of {CHATS:,}", f"{hook}/im.recent.list", json.dumps({"LIMIT": 50, "UNREAD_ONLY": "Y"})),
        Load(f"counters, {CHATS:,} chats", f"{hook}/im.counters.get", "{}"),
        Load("history of 50, to the last", f"{hook}/im.dialog.messages.get", json.dumps({"DIALOG_ID": dialog})),
        searched("a word of each", "number"),
        searched("a word of few", f"{most // 2}"),
        searched("beginnings of two", f"mess {str(most)[:3]}"),
        searched("nothing", "nowhere"),
    ]


async def _filled(_: Context, tx: Tx, portal: Portal) -> None:
    user_id = portal.keys.user_id
    for _number in range(CHATS):
        await chat(tx, [user_id, user_id + 1], 2)


async def _indexed(portal: Portal) -> None:
    context = await open_context(Settings(data=portal.folder, database=portal.database))
    await indexing.catch_up(context.database)
    await context.database.close()
