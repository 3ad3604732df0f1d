"""Chats of the bot Echo, for tests of what happens in them."""

from __future__ import annotations

from typing import Any

from tests.story import about, bot_does, bot_says, reads, set_chat
from tests.world import World

TITLE, NEWS = "Room", "News"


class BotRoom:
    """The bot Echo made a chat with Ann in it; Bob is not, unless ``others`` name him."""

    def __init__(self, world: World, *others: str, **chat: Any) -> None:
        self.world = world
        self.bot = world.add_bot()
        self.ann, self.bob = world.add_person("Ann"), world.add_person("Bob")
        members = [self.ann.id, *(getattr(self, name).id for name in others)]
        self.chat = int(bot_does(world, "imbot.chat.add", TITLE=TITLE, USERS=members, **chat))

    @property
    def dialog(self) -> str:
        return f"chat{self.chat}"

    def does(self, method: str, **params: Any) -> Any:
        """The bot does something to the chat."""
        return bot_does(self.world, method, CHAT_ID=self.chat, **params)

    def says(self, text: str = "hi") -> int:
        """The bot says something; the id of the message."""
        return bot_says(self.world, self.dialog, text)

    def erases(self, message_id: int, complete: str = "N") -> None:
        """The bot deletes what it said."""
        bot_does(self.world, "imbot.message.delete", MESSAGE_ID=message_id, COMPLETE=complete)

    def reads(self, who: str = "bob") -> None:
        """Somebody reads everything."""
        reads(self.world, getattr(self, who), self.dialog)

    def people(self) -> list[int]:
        """Who is in the chat."""
        members: list[int] = self.does("imbot.chat.user.list")
        return members

    def unread(self) -> tuple[int, int]:
        """How much Ann has not read, and from which message on."""
        seen = about(self.world, self.ann, self.dialog)
        return seen["counter"], seen["unread_id"]

    def set(self, **columns: Any) -> None:
        """Set what no method sets yet."""
        set_chat(self.world, self.chat, **columns)


class WatchedRoom(BotRoom):
    """Bob is in the chat as well, and watches: ``asked`` is the DIALOG_ID that he asks for."""

    def __init__(self, world: World) -> None:
        super().__init__(world, "bob", DESCRIPTION=NEWS, COLOR="GREEN")
        self.asked = self.dialog
        self.start = self.last = int(self.sees()["last_message_id"])

    def opens(self, **params: Any) -> int:
        """The bot makes one more chat, and Bob asks for that one from now on."""
        chat_id = int(bot_does(self.world, "imbot.chat.add", **{"USERS": [self.bob.id]} | params))
        self.asked = f"chat{chat_id}"
        return chat_id

    def sees(self) -> dict[str, Any]:
        """What Bob is told of the dialog that he asks for."""
        return about(self.world, self.bob, self.asked)
