"""“Is typing”: a signal for those who look on, which nobody keeps."""

from __future__ import annotations

from typing import Any

from botyard.events import signals
from botyard.model.chats import Chat, Kind, Participant
from botyard.model.people import User
from botyard.model.push import MODULE, PushMessage
from botyard.store import users
from botyard.store.engines.db import Tx

COMMAND = "startWriting"

CODES = frozenset(
    f"IMBOT_AGENT_ACTION_{doing}"
    for doing in (
        "THINKING",
        "SEARCHING",
        "GENERATING",
        "ANALYZING",
        "PROCESSING",
        "TRANSLATING",
        "CONNECTING",
        "CHECKING",
        "CALCULATING",
        "READING_DOCS",
        "COMPOSING",
    )
)
"""What a bot may be shown to do instead of typing (chat-input-action-notify.md)."""
SECONDS_MAX = 600


async def start(tx: Tx, who: Participant, code: str = "", *, seconds: int = 0) -> None:
    """Tell people in a chat who are connected that somebody is typing, or does what one of ``CODES`` says, for a while.

    A code that nobody knows is typing; 0 seconds leave it to whoever shows it.
    """
    code = code if code in CODES else ""
    seconds = min(max(seconds, 1), SECONDS_MAX) if seconds else 0
    if who.chat.kind == Kind.SYSTEM:
        return
    user = await users.find(tx, who.actor_id)
    if user is not None:
        signals.publish(tx, _message(who.chat, user, code=code, seconds=seconds))


def _message(chat: Chat, user: User, *, code: str, seconds: int) -> PushMessage:
    """`startWriting`: in a private dialog for the other person, who knows it by who is typing."""
    params: dict[str, Any] = {
        "chatId": chat.id,
        "dialogId": str(user.id) if chat.private else f"chat{chat.id}",
        "userId": user.id,
        "userName": user.full_name,
        "statusMessageCode": code,
        "duration": seconds,
    }
    recipients = (chat.counterpart(user.id),) if chat.private else None
    return PushMessage(module_id=MODULE, command=COMMAND, params=params, chat_id=chat.id, user_ids=recipients)
