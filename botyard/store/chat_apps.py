"""Applications of bots in chats."""

from __future__ import annotations

from botyard.model.bots import ChatApp
from botyard.store import avatars
from botyard.store.engines.db import Tx
from botyard.store.records import Record, scalar

_CHAT_APP = Record(ChatApp, "chat_apps a")
_ADD = _CHAT_APP.insert()
_CHANGE = f"{_CHAT_APP.update()} WHERE id = :id"
_BY_ID = f"{_CHAT_APP.select} WHERE a.id = :id"
_BY_CODE = f"{_CHAT_APP.select} WHERE a.bot_id = :bot AND a.code = :code"


async def find(tx: Tx, chat_app_id: int) -> ChatApp | None:
    return _CHAT_APP.read(await tx.one(_BY_ID, id=chat_app_id))


async def find_by_code(tx: Tx, bot_id: int, code: str) -> ChatApp | None:
    return _CHAT_APP.read(await tx.one(_BY_CODE, bot=bot_id, code=code))


async def count(tx: Tx, bot_id: int) -> int:
    return scalar(await tx.one("SELECT COUNT(*) FROM chat_apps WHERE bot_id = :bot", bot=bot_id), 0)


async def add(tx: Tx, app: ChatApp) -> int:
    """Insert a chat application (its ``id`` is ignored) and return its id."""
    return await tx.insert(_ADD, **_CHAT_APP.values(app))


async def change(tx: Tx, app: ChatApp) -> None:
    replaced = await _hold_icon(tx, app.id)
    await tx.run(_CHANGE, **_CHAT_APP.values(app))
    if replaced != app.icon:
        await avatars.release(tx, replaced)


async def remove(tx: Tx, chat_app_id: int) -> None:
    replaced = await _hold_icon(tx, chat_app_id)
    await tx.run("DELETE FROM chat_apps WHERE id = :id", id=chat_app_id)
    await avatars.release(tx, replaced)


async def remove_of_bot(tx: Tx, bot_id: int) -> None:
    """Delete all applications of a bot."""
    rows = await tx.all("DELETE FROM chat_apps WHERE bot_id = :id RETURNING icon", id=bot_id)
    await avatars.release(tx, *(icon for (icon,) in rows))


async def _hold_icon(tx: Tx, chat_app_id: int) -> str:
    """The icon of an application, which nobody else replaces until the transaction ends."""
    return scalar(await tx.one("SELECT icon FROM chat_apps WHERE id = :id {for_update}", id=chat_app_id), "")
