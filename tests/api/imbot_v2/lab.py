"""A portal with bots of the second generation and the chats that they share with people."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable
from typing import Any

from botyard.chat.conversation import messages
from tests.world import Answer, AppKey, Person, World

TOKEN = "my_bot_token"


class Lab:
    """Ann and Bob with the bot Echo in `room`; the supervisor Eye is there too and hears everything."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.me = world.admin
        self.ann = world.person("Ann", "Smith")
        self.bob = world.person("Bob", "Jones")
        self.bot = self.registered("echo")
        self.eye = self.registered("eye", type="supervisor")
        self.room = world.chat(self.ann, [self.bob.id, self.bot, self.eye])
        self.flush()

    def registered(self, code: str, **fields: Any) -> int:
        """A new bot that fetches its events."""
        made = {"code": code, "properties": {"name": code.title()}, **fields}
        return int(self.world.call("imbot.v2.Bot.register", botToken=TOKEN, fields=made).result["bot"]["id"])

    def call(self, name: str, by: Person | AppKey | str | None = None, **params: Any) -> Answer:
        """A method of `imbot.v2` as Echo, unless `botId` names another bot."""
        return self.world.call(f"imbot.v2.{name}", by, {"botId": self.bot, "botToken": TOKEN, **params})

    def send(self, text: str = "hello", dialog: str = "", **fields: Any) -> int:
        """Echo says something in the room."""
        answer = self.call("Chat.Message.send", dialogId=dialog or self.dialog, fields={"message": text, **fields})
        return int(answer.result["id"])

    def say(self, text: str, by: Person | None = None, dialog: str = "") -> int:
        """Ann says something in the room."""
        said = {"DIALOG_ID": dialog or self.dialog, "MESSAGE": text}
        return int(self.world.call("im.message.add", by or self.ann, said).result)

    def edit(self, message_id: int, text: str, by: Person | None = None) -> None:
        """Ann changes what she said."""
        who = (by or self.ann).id
        self.world.write(lambda tx: messages.edit(tx, who, message_id, text=text, changed={}, window=None))

    def erase(self, message_id: int, by: Person | None = None, *, complete: bool = False) -> None:
        """Ann deletes what she said."""
        who = (by or self.ann).id
        self.world.write(lambda tx: messages.erase(tx, who, message_id, complete=complete, window=None))

    def like(self, message_id: int, by: Person | None = None) -> None:
        who = (by or self.ann).id
        self.world.write(lambda tx: messages.like(tx, who, message_id, "plus"))

    @property
    def dialog(self) -> str:
        return f"chat{self.room}"

    @property
    def mention(self) -> str:
        return f"[USER={self.bot}]Echo[/USER]"

    # Events.

    def get(self, bot: int = 0, by: Person | AppKey | str | None = None, **params: Any) -> dict[str, Any]:
        """A page of a bot's events."""
        result: dict[str, Any] = self.call("Event.get", by, botId=bot or self.bot, **params).result
        return result

    def flush(self) -> None:
        """Confirm everything that lies ready for the bots."""
        for bot in (self.bot, self.eye):
            self.get(bot, offset=self.get(bot, limit=1000)["nextOffset"])

    def news(self, bot: int = 0) -> list[tuple[str, dict[str, Any]]]:
        """``(type, data)`` of what lies ready for a bot, which is confirmed."""
        page = self.get(bot)
        self.get(bot, offset=page["nextOffset"])
        return [(one["type"], one["data"]) for one in page["events"]]

    # Several calls at once.

    async def asked(self, method: str, by: Person, **params: Any) -> Any:
        """The body of an answer, within a running loop."""
        body = json.dumps(params).encode()
        kind = {"content-type": "application/json"}
        _, _, raw = await self.world.exchange("POST", f"{by.path}/{method}", [body], kind, "http")
        return json.loads(raw)

    def together(self, *work: Awaitable[Any]) -> list[Any]:
        async def whole() -> list[Any]:
            return list(await asyncio.gather(*work))

        return self.world.run(whole())
