"""How long the text of a message may be.

Docs: chat-bots/chat-bots-v2/imbot.v2/messages/chat-message-send.md.
"""

from __future__ import annotations

from typing import Final

MESSAGE_MAX: Final = 20_000
"""Characters of a message, whichever method or file it comes from."""
_CUT: Final = " (...)"


def clipped(text: str) -> str:
    """A text as it is stored: of a longer one the beginning, and a mark that there was more."""
    return text if len(text) <= MESSAGE_MAX else text[: MESSAGE_MAX - len(_CUT)] + _CUT
