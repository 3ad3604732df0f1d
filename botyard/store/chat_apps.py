"""Applications of bots in chats."""

from __future__ import annotations

from botyard.model.bots import ChatApp
from botyard.store import columns
from botyard.store.engines.db import Row, Tx

_COLUMNS = """id, owner, bot_id, code, iframe, iframe_width, iframe_height, iframe_popup, js_method, js_param, hash,
 icon, context, hidden, extranet, livechat, lang"""


def _chat_app(row: Row) -> ChatApp:
    flags = (row[13] == 1, row[14] == 1, row[15] == 1)
    return ChatApp(*(*row[:7], row[7] == 1, *row[8:13], *flags, columns.phrases.decode(row[16])))


async def find(tx: Tx, chat_app_id: int) -> ChatApp | None:
    row = await tx.one(f"SELECT {_COLUMNS} FROM chat_apps WHERE id = :id", id=chat_app_id)
    return _chat_app(row) if row else None


async def find_by_code(tx: Tx, bot_id: int, code: str) -> ChatApp | None:
    row = await tx.one(f"SELECT {_COLUMNS} FROM chat_apps WHERE bot_id = :bot AND code = :code", bot=bot_id, code=code)
    return _chat_app(row) if row else None


async def count(tx: Tx, bot_id: int) -> int:
    row = await tx.one("SELECT COUNT(*) FROM chat_apps WHERE bot_id = :bot", bot=bot_id)
    return int(row[0]) if row else 0


async def add(tx: Tx, app: ChatApp) -> int:
    """Insert a chat application (its ``id`` is ignored) and return its id."""
    values = columns.of(app)
    names = ", ".join(values)
    places = ", ".join(f":{name}" for name in values)
    return await tx.insert(f"INSERT INTO chat_apps ({names}) VALUES ({places})", **values)


async def change(tx: Tx, app: ChatApp) -> None:
    values = columns.of(app)
    sets = ", ".join(f"{name} = :{name}" for name in values)
    await tx.run(f"UPDATE chat_apps SET {sets} WHERE id = :id", id=app.id, **values)


async def remove(tx: Tx, chat_app_id: int) -> None:
    await tx.run("DELETE FROM chat_apps WHERE id = :id", id=chat_app_id)
