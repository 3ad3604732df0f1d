"""Short words for what bots of the second generation do."""

from __future__ import annotations

from typing import Any

from tests.world import AppKey, Person, World

TOKEN = "test-token"


def registered(world: World, code: str = "echo", by: Person | AppKey | None = None, **fields: Any) -> dict[str, Any]:
    """A bot as its registration tells it."""
    params = {"code": code, "botToken": TOKEN, "properties": {"name": code.title()}, **fields}
    result: dict[str, Any] = world.call("imbot.v2.Bot.register", by, fields=params).result
    return result


def made(world: World, code: str = "echo", by: Person | AppKey | None = None, **fields: Any) -> int:
    """Register a bot; its id."""
    return int(registered(world, code, by, **fields)["bot"]["id"])


def does(world: World, method: str, bot: int, **params: Any) -> Any:
    """A bot calls a method of `imbot.v2`; the result."""
    return world.call(f"imbot.v2.{method}", None, {"botToken": TOKEN, "botId": bot, **params}).result


def room(world: World, bot: int, *people: int, **fields: Any) -> int:
    """Make a chat of a bot; its id."""
    return int(does(world, "Chat.add", bot, fields={"title": "Room", "userIds": list(people), **fields})["chat"]["id"])


def about(world: World, bot: int, dialog_id: str) -> dict[str, Any]:
    """What a bot is told of a dialog."""
    chat: dict[str, Any] = does(world, "Chat.get", bot, dialogId=dialog_id)["chat"]
    return chat


def in_chat(world: World, bot: int, chat: int, **more: Any) -> list[int]:
    """Ids of who is in a chat."""
    return [user["id"] for user in does(world, "Chat.User.list", bot, dialogId=f"chat{chat}", **more)]
