"""A bot that is well beside others that never answer, while people call: how long until it has an event."""

from __future__ import annotations

import asyncio
import contextlib
import json
import statistics
import threading
import time
import urllib.request

from botyard.rpc.call import Context
from botyard.store.engines.db import Tx
from scripts.benchmark.deliveries import arrived
from scripts.benchmark.load import Load, paced
from scripts.benchmark.portal import Portal, add_bot, chat
from scripts.benchmark.processes import child, pin

HANGING = 50
EVENTS = 40
PATIENCE_SECONDS = 10.0


async def _add(portal: Portal, handler: int) -> tuple[list[int], int]:
    """The chats of bots that hang, and that of one that is well; a supervisor each, so that they hear everything."""
    people = [portal.keys.user_id, portal.keys.user_id + 1]

    async def bot(context: Context, tx: Tx, name: str, path: str) -> int:
        owner = f"hook:{context.keys.hash(f'client:{name}')}"
        bot_id = await add_bot(tx, name, owner, name, "S")
        url = f"http://127.0.0.1:{handler}{path}"
        await tx.run("INSERT INTO bot_handlers (owner, message_add) VALUES (:owner, :url)", owner=owner, url=url)
        return await chat(tx, [*people, bot_id], 10)

    async def work(context: Context, tx: Tx) -> tuple[list[int], int]:
        hanging = [await bot(context, tx, f"hanging{number}", f"/hang/{number}") for number in range(HANGING)]
        return hanging, await bot(context, tx, "well", "/well")

    return await portal.write(work)


def _say(portal: Portal, port: int, chat_id: int) -> None:
    keys = portal.keys
    body = json.dumps({"DIALOG_ID": f"chat{chat_id}", "MESSAGE": "Hello there"}).encode()
    url = f"http://127.0.0.1:{port}/rest/{keys.user_id}/{keys.secret}/im.message.add"
    asked = urllib.request.Request(url, body, {"Content-Type": "application/json"})  # Our own server.
    with urllib.request.urlopen(asked) as answer:  # noqa: S310
        answer.read()


def _until_arrived(handler: int, count: int) -> float:
    """Milliseconds until so many events have arrived."""
    begun = time.perf_counter()
    while arrived(handler) < count:
        if time.perf_counter() > begun + PATIENCE_SECONDS:
            return PATIENCE_SECONDS * 1e3
        time.sleep(0.001)
    return (time.perf_counter() - begun) * 1e3


def _call(port: int, read: Load) -> None:
    """Call steadily until the server stops."""
    with contextlib.suppress(OSError):
        paced(port, read, 30.0)


def hanging(portal: Portal) -> None:
    """Print how long a bot that is well waits for its events beside those that hang."""
    with child("handler") as (pid, handler):
        pin(pid, 1)
        chats, well = asyncio.run(_add(portal, handler))
        keys = portal.keys
        read = Load("", f"/rest/{keys.user_id}/{keys.secret}/imbot.dialog.get?DIALOG_ID=chat{well}", "")
        with portal.served() as (_, port):
            for chat_id in chats:
                _say(portal, port, chat_id)
            calling = threading.Thread(target=_call, args=(port, read), daemon=True)
            calling.start()
            times = []
            for number in range(EVENTS):
                _say(portal, port, chats[number % HANGING])
                count = arrived(handler)
                _say(portal, port, well)
                times.append(_until_arrived(handler, count + 1))
            print(
                f"a bot that is well beside {HANGING} that hang, with calls: p50 {statistics.median(times):.0f} ms, "
                f"worst {max(times):.0f} ms of {EVENTS} events",
                flush=True,
            )
