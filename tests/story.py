"""Short words for what people and bots do, so that a test reads like a story."""

from __future__ import annotations

from typing import Any

from botyard.store.engines.db import Tx, Value
from tests.world import AppKey, Person, World

CLIENT = "test-client"
"""The CLIENT_ID under which ``world.add_bot()`` registers bots."""


def says(world: World, who: Person, where: int | str, text: str = "hi", **more: Any) -> int:
    """A person writes into a dialog; the id of the message."""
    return int(world.call("im.message.add", who, {"DIALOG_ID": where, "MESSAGE": text, **more}).result)


def bot_says(world: World, where: int | str, text: str = "hi", **more: Any) -> int:
    """The (first) bot writes into a dialog; the id of the message."""
    params = {"CLIENT_ID": CLIENT, "DIALOG_ID": where, "MESSAGE": text, **more}
    return int(world.call("imbot.message.add", None, params).result)


def bot_does(world: World, method: str, **params: Any) -> Any:
    """A bot calls a method; the result."""
    return world.call(method, None, {"CLIENT_ID": CLIENT, **params}).result


def about(world: World, who: Person | AppKey, where: int | str) -> dict[str, Any]:
    """What somebody is told of a dialog."""
    dialog: dict[str, Any] = world.call("imbot.dialog.get", who, DIALOG_ID=where).result
    return dialog


def reads(world: World, who: Person, where: int | str, upto: int = 0) -> Any:
    """A person reads a dialog up to a message, or wholly."""
    return world.call("im.dialog.read", who, {"DIALOG_ID": where} | ({"MESSAGE_ID": upto} if upto else {})).result


def history(world: World, who: Person, where: int | str, **more: Any) -> list[dict[str, Any]]:
    """Messages of a dialog, newest first."""
    messages = world.call("im.dialog.messages.get", who, {"DIALOG_ID": where, **more}).result["messages"]
    return [dict(message) for message in messages]


def texts(world: World, who: Person, where: int | str, **more: Any) -> list[str]:
    """The same, only what they say."""
    return [str(message["text"]) for message in history(world, who, where, **more)]


def params_of(world: World, who: Person, where: int | str, message_id: int) -> Any:
    """What a message carries beside its text."""
    return next(message["params"] for message in history(world, who, where) if message["id"] == message_id)


def set_chat(world: World, chat_id: int, **columns: Value) -> None:
    """Set what no method sets yet."""
    sets = ", ".join(f"{name} = :{name}" for name in columns)

    async def work(tx: Tx) -> None:
        await tx.run(f"UPDATE chats SET {sets} WHERE id = :id", id=chat_id, **columns)

    world.write(work)


def happened(world: World, after: int, *types: str) -> list[dict[str, Any]]:
    """Events of these types since the event with number ``after``."""
    return [body for type_, body in world.events(after) if type_ in types]
