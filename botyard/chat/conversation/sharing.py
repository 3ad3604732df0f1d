"""Makes things of messages: a chat about one."""

from __future__ import annotations

from uuid import uuid4

from botyard.chat.content.plain_text import plain
from botyard.chat.conversation import chats, dialogs, forwarding
from botyard.chat.conversation.chats import NewChat
from botyard.errors import ApiError, Reason, raises
from botyard.model.chats import Participant
from botyard.store import chats as stored_chats
from botyard.store import members, messages
from botyard.store.engines.db import Tx

INVITED_MAX = 200
"""Members of a dialog who are brought into the new chat; from larger ones only the author of the message is."""
TITLE_MAX = 60


@raises(Reason.DIALOG_CLOSED, Reason.MESSAGE_MISSING, chats.add, forwarding.forward)
async def share_as_chat(tx: Tx, who: Participant, message_id: int, *, quota: int) -> int:
    """Make a chat about a message, with the members of its dialog and a copy of the message. Returns the chat's id.

    Raises DIALOG_CLOSED for who only reads the dialog, and MESSAGE_MISSING for what is no message of it that the actor
    may see. Raises FILE_REFUSED where ``quota``, in bytes, leaves no room for its files.
    """
    if who.member is None:
        raise ApiError(Reason.DIALOG_CLOSED, hint=dialogs.CLOSED)
    message = await messages.find(tx, message_id) if message_id >= who.member.first_id else None
    if message is None or message.chat_id != who.chat.id or message.erased:
        raise ApiError(Reason.MESSAGE_MISSING)
    few = who.chat.members <= INVITED_MAX
    invited = await members.ids(tx, who.chat.id) if few else [message.author_id]
    title = " ".join(plain(message.text).split())[:TITLE_MAX]
    plan = NewChat(title=title, user_ids=tuple(invited), alone=True)
    chat_id = await chats.add(tx, who.actor_id, plan)
    new = await stored_chats.find(tx, chat_id, who.actor_id, locked=True)
    assert new is not None
    await forwarding.forward(tx, new, {str(uuid4()): message_id}, quota=quota)
    return chat_id
