"""Forwards messages to another chat."""

from __future__ import annotations

import msgspec

from botyard.chat import rules
from botyard.chat.conversation import messages
from botyard.chat.media import files
from botyard.chat.rules import Act
from botyard.errors import ApiError, Reason, raises
from botyard.model.chats import Participant
from botyard.model.messages import FILE_ID, Draft, Message, file_ids
from botyard.store import files as stored_files
from botyard.store.engines.db import Tx

MOST = 100
"""Messages that one call may forward."""

ORIGIN = ("FORWARD_ID", "FORWARD_USER_ID", "FORWARD_CHAT_ID", "FORWARD_DATE")
"""The params that tell where a forwarded message was first written."""

# What goes along. A keyboard stays behind: its buttons speak to the bot of the chat that they stand in.
_CARRIED = ("ATTACH", "URL_ONLY", *ORIGIN)


@raises(messages.get_many_unlocked, *rules.reasons(Act.POST), messages.send, files.copy_to)
async def forward(tx: Tx, who: Participant, originals: dict[str, int], *, quota: int) -> dict[str, int]:
    """Write copies of messages into a chat that was found locked, in the order given: uuid of the copy → original.

    Returns uuid → id of the copy. Raises POST_DENIED, MESSAGE_MISSING for a message that the actor may not see, and
    FILE_REFUSED where files of theirs are more than ``quota``, in bytes, leaves room for.
    """
    made: dict[str, int] = {}
    seen = await messages.get_many_unlocked(tx, who.actor_id, list(originals.values())) if originals else {}
    for uuid, message_id in originals.items():
        message = seen[message_id]
        if message.erased:
            raise ApiError(Reason.MESSAGE_MISSING)
        # Each copy becomes the chat's last message, so the next one must see the chat as it is by then.
        made[uuid] = await _sent(tx, await messages.reloaded(tx, who), message, uuid=uuid, quota=quota)
    return made


async def _sent(tx: Tx, who: Participant, message: Message, *, uuid: str, quota: int) -> int:
    """Send a copy. Who may have a file depends on the chat that it is in, so a copy has files of its own."""
    draft = _copy(message, uuid)
    if not file_ids(message.params) or await messages.find_repeated(tx, who, draft):
        return await messages.send(tx, who, draft)
    rules.require(Act.POST, who)
    attached = await files.copy_to(tx, who, message, quota=quota)
    carrying = msgspec.structs.replace(draft, params=draft.params | {FILE_ID: attached})
    message_id = await messages.send(tx, who, carrying)
    await stored_files.set_message(tx, attached, message_id)
    return message_id


def _copy(message: Message, uuid: str) -> Draft:
    """A message as it is carried on: it names where it was first written, however often it was forwarded."""
    origin = dict(zip(ORIGIN, (message.id, message.author_id, message.chat_id, message.sent), strict=True))
    carried = {name: message.params[name] for name in _CARRIED if name in message.params}
    return Draft(text=message.text, uuid=uuid, params=origin | carried)
