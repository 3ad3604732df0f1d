"""“Is typing”: an event for those who look on, never a message."""

from __future__ import annotations

from botyard.events import outbox
from botyard.model.chats import Participant
from botyard.model.events import Typing
from botyard.store.engines.db import Tx

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
    """Leave the event that somebody is typing in a chat, or does what one of ``CODES`` says, for so many seconds.

    A code that nobody knows is typing; 0 seconds leave it to whoever shows it.
    """
    code = code if code in CODES else ""
    seconds = min(max(seconds, 1), SECONDS_MAX) if seconds else 0
    event = Typing(actor_id=who.actor_id, chat_id=who.chat.id, code=code, seconds=seconds)
    await outbox.publish(tx, event, who)
