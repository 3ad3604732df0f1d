"""Bots of both generations, and the events that they fetch."""

from __future__ import annotations

from typing import Any

from tests.worlds.chats import Chats
from tests.worlds.records import Answer, AppKey, Person

CLIENT, TOKEN = "test-client", "test-token"
"""The owner of bots, as the first and as the second generation names it."""


class Bots(Chats):
    """Bots in a portal; those of the second generation fetch their events."""

    echo = 0
    """The bot that acts unless a test names another."""
    eye = 0
    """A supervisor, which is told of everything in the room."""

    def add_bot(self, by: Person | AppKey | None = None, code: str = "echo", type: str = "B", **more: Any) -> int:
        """Register a bot of the first generation; its id."""
        params: dict[str, Any] = {
            "CODE": code,
            "TYPE": type,
            "EVENT_HANDLER": "http://localhost:9/bot",
            "PROPERTIES": {"NAME": code.title()},
            "CLIENT_ID": CLIENT,
            **more,
        }
        return int(self.call("imbot.register", by, params).result)

    def add_bot_v2(self, code: str = "echo", by: Person | AppKey | None = None, **fields: Any) -> int:
        """Register a bot of the second generation; its id."""
        made = {"code": code, "properties": {"name": code.title()}, **fields}
        return int(self.call("imbot.v2.Bot.register", by, botToken=TOKEN, fields=made).result["bot"]["id"])

    def open_bot_room(self) -> int:
        """Ann and Bob share the room with Echo and Eye."""
        self.ann, self.bob = self.add_person("Ann", "Smith"), self.add_person("Bob", "Jones")
        self.echo = self.add_bot_v2("echo")
        self.eye = self.add_bot_v2("eye", type="supervisor")
        self.open_room(self.ann, self.bob.id, self.echo, self.eye)
        self.confirm_events()
        return self.room

    @property
    def mention(self) -> str:
        """What a text says so that it is for Echo."""
        return f"[USER={self.echo}]Echo[/USER]"

    def call_as_bot(self, name: str, by: Person | AppKey | str | None = None, **params: Any) -> Answer:
        """Call a method of `imbot.v2` as Echo, unless `botId` names another bot."""
        return self.call(f"imbot.v2.{name}", by, {"botId": self.echo, "botToken": TOKEN, **params})

    def send_as_bot(self, text: str = "hello", dialog: str = "", **fields: Any) -> int:
        """Echo writes in the room; the id of the message."""
        fields = {"message": text, **fields}
        return int(self.call_as_bot("Chat.Message.send", dialogId=dialog or self.dialog, fields=fields).result["id"])

    def fetch_events(self, bot: int = 0, by: Person | AppKey | str | None = None, **params: Any) -> dict[str, Any]:
        """A page of a bot's events."""
        page: dict[str, Any] = self.call_as_bot("Event.get", by, botId=bot or self.echo, **params).result
        return page

    def take_events(self, bot: int = 0) -> list[tuple[str, dict[str, Any]]]:
        """``(type, data)`` of what lies ready for a bot, which is confirmed."""
        page = self.fetch_events(bot)
        self.fetch_events(bot, offset=page["nextOffset"])
        return [(event["type"], event["data"]) for event in page["events"]]

    def confirm_events(self) -> None:
        """Confirm everything that lies ready for Echo and Eye."""
        for bot in (self.echo, self.eye):
            self.fetch_events(bot, offset=self.fetch_events(bot, limit=1000)["nextOffset"])
