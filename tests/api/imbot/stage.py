"""A bot's chat, watched by one of its members."""

from __future__ import annotations

from typing import Any

from tests.story import about, bot_does, bot_says, reads, set_chat
from tests.world import World

TITLE, NEWS = "Room", "News"


class Stage:
    """The bot Echo made a chat with Ann and Bob. Bob watches: ``asked`` is the DIALOG_ID that he asks for."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.bot = world.bot()
        self.ann, self.bob = world.person("Ann"), world.person("Bob")
        people = [self.ann.id, self.bob.id]
        self.chat = self.opens(TITLE=TITLE, DESCRIPTION=NEWS, COLOR="GREEN", USERS=people)
        self.start = self.last = int(self.sees()["last_message_id"])

    def opens(self, **params: Any) -> int:
        """The bot makes one more chat, and Bob asks for that one from now on."""
        chat_id = int(bot_does(self.world, "imbot.chat.add", **{"USERS": [self.bob.id]} | params))
        self.asked = f"chat{chat_id}"
        return chat_id

    def sees(self) -> dict[str, Any]:
        return about(self.world, self.bob, self.asked)

    def does(self, method: str, **params: Any) -> None:
        """The bot does something to the chat."""
        bot_does(self.world, method, CHAT_ID=self.chat, **params)

    def says(self, text: str = "hi") -> int:
        """The bot says something; the id of the message."""
        return bot_says(self.world, f"chat{self.chat}", text)

    def reads(self, who: str = "bob") -> None:
        reads(self.world, getattr(self, who), f"chat{self.chat}")

    def set(self, **columns: Any) -> None:
        """Set what no method sets yet."""
        set_chat(self.world, self.chat, **columns)
