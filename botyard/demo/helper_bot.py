"""The demo's Helper: a bot that answers, so that the first message to a new portal gets a reply.

It is an ordinary bot of the demo application that fetches its events, but for living inside the server.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from typing import Any

import msgspec

from botyard.demo import content
from botyard.errors import ApiError
from botyard.model import owners
from botyard.model.people import User
from botyard.portal import apps
from botyard.rpc.call import Context
from botyard.rpc.dispatch import run
from botyard.rpc.identity import Auth, Identity, scope_set
from botyard.store import bots, users
from botyard.store.engines.db import Tx, Unavailable

log = logging.getLogger(__name__)

WAIT = 25
"""Seconds that it waits for an event."""
PAUSE = 0.5
"""Seconds until it looks again when the portal did not let it wait."""

COMMANDS = {
    "help": "What I can do",
    "build": "The latest build",
    "ship": "",
    "hold": "",
    "again": "",
}
"""Its commands with their titles; those of buttons and menus have none and are hidden."""
_HELP = [
    {"TEXT": "Latest build", "COMMAND": "build", "BG_COLOR_TOKEN": "primary"},
    {"TEXT": "Help", "COMMAND": "help"},
    {"TYPE": "NEWLINE"},
    {"TEXT": "How bots are made", "LINK": "https://apidocs.bitrix24.com/api-reference/chat-bots/index.html"},
]
_WORDS: dict[str, dict[str, Any]] = {
    "help": {
        "message": "I repeat what I hear. [send=/build]/build[/send] shows a card, and these are buttons:",
        "keyboard": {"BUTTONS": _HELP},
    },
    "build": {"message": "The latest build:", "attach": content.BUILD},
    "ship": {"message": "Build 128 is on its way."},
    "hold": {"message": "Build 128 stays here for now."},
    "again": {"message": "Once more: I tell you about builds."},
}


async def find(context: Context) -> HelperBot | None:
    """The Helper of a demo portal; ``None`` where somebody has removed it, its application or its owner."""

    async def work(tx: Tx) -> HelperBot | None:
        bot = await bots.find_by_code(tx, content.HELPER)
        app = await apps.find(tx, owners.client_id(bot.owner)) if bot else None
        owner = await users.find_by_login(tx, content.ADMIN)
        if bot is None or app is None or not app.installed or owner is None or not owner.active:
            return None
        return HelperBot(context, _identity(owner, app.id, app.client_id, app.scopes), bot.user_id)

    return await context.database.read(work)


def _identity(owner: User, app_id: int, client_id: str, scopes: str) -> Identity:
    """Who calls: the application, in the administrator's name."""
    source = f"app:{app_id}:{owner.id}"
    return Identity(owner.id, Auth.OAUTH, owner.admin, owner.kind, scope_set(scopes), source, client_id, app_id)


class HelperBot:
    """Fetches events and answers them until it is cancelled, or its bot is removed."""

    def __init__(self, context: Context, identity: Identity, bot_id: int) -> None:
        self._context = context
        self._identity = identity
        self._bot_id = bot_id

    async def run(self) -> None:
        offset = 0
        registered = False
        while True:
            try:
                if not registered:
                    await self.register()
                    registered = True
                page = await self._call("imbot.v2.Event.get", offset=offset, wait=WAIT)
                for event in page["events"]:
                    await self._hear(event["type"], event["data"])
                offset = page["nextOffset"]
            except ApiError as refused:
                log.info("The demo's Helper has stopped: %s.", refused.text)
                return
            except Unavailable:
                page = {"events": []}
            if not page["events"]:
                await asyncio.sleep(PAUSE)

    async def _call(self, method: str, **params: Any) -> Any:
        call_params: Mapping[str, Any] = {
            "botid": self._bot_id,
            **{name.lower(): value for name, value in params.items()},
        }
        outcome = await run(self._context, self._identity, method, call_params, self._context.clock.now())
        return msgspec.to_builtins(outcome.result)

    async def register(self) -> None:
        """Register its commands, where they are not registered yet."""
        for command, title in COMMANDS.items():
            fields = {"command": command, "title": {"en": title or command.title()}, "hidden": not title}
            await self._call("imbot.v2.Command.register", fields=fields)

    async def _hear(self, event: str, data: dict[str, Any]) -> None:
        answer = _answer(event, data)
        if answer is None:
            return
        dialog_id = data.get("dialogId") or data["chat"]["dialogId"]
        try:
            await self._call("imbot.v2.Chat.Message.send", dialogId=dialog_id, fields=answer)
        except ApiError as refused:
            # Somebody has removed it from the chat meanwhile, or closed the chat.
            log.info("The demo's Helper could not answer in %s: %s.", dialog_id, refused.text)


def _answer(event: str, data: dict[str, Any]) -> dict[str, Any] | None:
    """What it says to an event; ``None`` for nothing."""
    if event == "ONIMBOTV2JOINCHAT":
        return {"message": "Hello! I repeat what I hear. Say [send=/help]/help[/send] to see what else I can do."}
    if event == "ONIMBOTV2COMMANDADD":
        return _WORDS.get(data["command"]["command"].removeprefix("/"))
    if event != "ONIMBOTV2MESSAGEADD":
        return None
    text = data["message"]["text"].strip()
    if text.startswith("/"):
        known = text[1:].partition(" ")[0] in COMMANDS
        return None if known else {"message": f"I do not know {text.partition(' ')[0]}. Say /help."}
    return {"message": f"You said: {text}" if text else "Thank you!"}
