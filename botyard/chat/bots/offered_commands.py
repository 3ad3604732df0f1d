"""Slash commands as people are offered them while they write."""

from __future__ import annotations

from botyard.chat.bots.command_calls import without_slash
from botyard.model.bots import Command
from botyard.model.chats import Participant
from botyard.store import bot_commands, reach
from botyard.store.engines.db import Tx


async def offered(tx: Tx, who: Participant, *, find: str, limit: int) -> list[Command]:
    """The commands that somebody may call in a chat, as far as they are not hidden and begin so."""
    return await bot_commands.offered(
        tx,
        who.actor_id,
        who.chat.id,
        outside=await reach.outside(tx, who.actor_id),
        find=without_slash(find),
        limit=limit,
    )
