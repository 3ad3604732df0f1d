"""Who may do what in a chat, as its owner has it."""

from __future__ import annotations

import msgspec

from botyard.chat import rules
from botyard.chat.rules import Act
from botyard.errors import ApiError, Reason, raises
from botyard.events import outbox
from botyard.model.chats import SETTABLE, ChatPermissions, Participant
from botyard.model.events import ChatChanged
from botyard.store import chats
from botyard.store.engines.db import Tx


@raises(*rules.reasons(Act.SET_PERMISSIONS), Reason.ARGUMENT)
async def set_(tx: Tx, who: Participant, wanted: ChatPermissions) -> bool:
    """Set the weakest roles for some things; ``False`` where all of them are so already.

    Raises PERMISSIONS_DENIED, and ARGUMENT for what is no role.
    """
    rules.require(Act.SET_PERMISSIONS, who)
    named = {name: role for name, role in msgspec.structs.asdict(wanted).items() if role is not None}
    for name, role in named.items():
        if role not in SETTABLE:
            raise ApiError(Reason.ARGUMENT, reason=f"{name.upper()} must be {', '.join(SETTABLE)}")
    changed = {name: role for name, role in named.items() if getattr(who.chat, name) != role}
    if not changed:
        return False
    await chats.set_permissions(tx, who.chat.id, changed)
    value = " ".join(f"{name}={role}" for name, role in changed.items())
    event = ChatChanged(actor_id=who.actor_id, chat_id=who.chat.id, field="permissions", value=value)
    await outbox.publish(tx, event, who)
    return True
