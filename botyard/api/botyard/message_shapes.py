"""Messages as `botyard.message.*` and `botyard.chat.*` list them: with authors, files and reactions."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from botyard.api.shapes import entities, files
from botyard.api.shapes.entities import MessageShape, UserShape
from botyard.api.shapes.files import ShownFile
from botyard.model.messages import Message
from botyard.rpc.call import Call
from botyard.store import reactions


class Reactions(msgspec.Struct, frozen=True, rename="upper"):
    """How many reacted to a message in one way, and whether the caller did."""

    message_id: int
    reaction: str
    count: int
    own: bool


class Listed(msgspec.Struct, frozen=True, rename="upper"):
    """Messages with what is shown beside them. Messages, people and files look as in the second generation."""

    messages: list[MessageShape]
    users: list[UserShape]
    files: list[ShownFile]
    reactions: list[Reactions]


async def listed(call: Call, messages: Sequence[Message]) -> Listed:
    """What is shown of messages that the caller sees: five statements, however many they are."""
    people = await entities.people(call.tx, call.context, [message.author_id for message in messages])
    return Listed(
        [entities.message(call.context, message, entities.UNSEEN) for message in messages],
        [people[user_id] for user_id in sorted(people)],
        await files.shown_of(call, messages),
        await reactions_to(call, [message.id for message in messages]),
    )


async def reactions_to(call: Call, message_ids: Sequence[int]) -> list[Reactions]:
    """The reactions to messages, as far as the caller sees them."""
    if not message_ids:
        return []
    counts = await reactions.counts(call.tx, message_ids, viewer_id=call.user_id)
    return [Reactions(count.message_id, count.reaction, count.number, count.own == 1) for count in counts]
