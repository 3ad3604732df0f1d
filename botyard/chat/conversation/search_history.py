"""The dialogs that somebody has searched for last."""

from __future__ import annotations

from typing import NamedTuple

from botyard.chat.conversation import dialogs
from botyard.chat.conversation.dialogs import DialogRef
from botyard.model.chats import Kind
from botyard.model.people import UserKind
from botyard.store import reach, search_history
from botyard.store.engines.db import Tx
from botyard.store.search_history import Searched


class _Target(NamedTuple):
    """A person, or a group chat; the other one is 0."""

    person_id: int
    chat_id: int


async def listed(tx: Tx, user_id: int) -> list[Searched]:
    """What somebody has searched for last and may still see, the latest first."""
    entries = await search_history.of_user(tx, user_id)
    if not entries:
        return []
    known = await reach.known(tx, user_id, [entry.person_id for entry in entries if entry.person_id])
    people = {person.id for person in known if person.kind != UserKind.DELETED}
    outside = await reach.outside(tx, user_id)
    return [entry for entry in entries if entry.person_id in people or _shown(entry, outside=outside)]


def _shown(entry: Searched, *, outside: bool) -> bool:
    if entry.chat is None:
        return False
    return entry.member is not None or (entry.chat.kind in dialogs.OPEN and not outside)


async def add(tx: Tx, user_id: int, dialog: DialogRef) -> bool:
    """Put a dialog first. False for what the person may not see."""
    target = await _target(tx, user_id, dialog)
    if target is None:
        return False
    if target.person_id:
        known = await reach.known(tx, user_id, [target.person_id])
        if not any(person.kind != UserKind.DELETED for person in known):
            return False
    await search_history.add(tx, user_id, person_id=target.person_id, chat_id=target.chat_id)
    return True


async def remove(tx: Tx, user_id: int, dialog: DialogRef) -> bool:
    """Take a dialog out, also one that the person may not see any more. False where it is not there."""
    if dialog.prefix == "chat" and await search_history.remove(tx, user_id, chat_id=dialog.number):
        return True
    target = await _target(tx, user_id, dialog)
    if target is None:
        return False
    return await search_history.remove(tx, user_id, person_id=target.person_id, chat_id=target.chat_id)


async def _target(tx: Tx, user_id: int, dialog: DialogRef) -> _Target | None:
    """What a dialog id means; ``None`` for a chat that the person may not see. People are not looked up."""
    if not dialog.prefix:
        return _Target(dialog.number, 0)
    who = await dialogs.find(tx, user_id, dialog)
    if who is None or who.chat.kind == Kind.SYSTEM or not await dialogs.visible(tx, who):
        return None
    return _Target(who.chat.counterpart(user_id), 0) if who.chat.private else _Target(0, who.chat.id)
