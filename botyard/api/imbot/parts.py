"""What a message carries beside its text, as events of the first generation show it: its files and what it quotes.

The pages do not show them; the names are those that public bots read.
"""

from __future__ import annotations

from typing import Any

import msgspec

from botyard.api.shapes.files import shown
from botyard.rpc.call import Context
from botyard.store import files, messages
from botyard.store.engines.db import Tx

Data = dict[str, Any]


async def parts(tx: Tx, context: Context, bot_id: int, file_ids: tuple[int, ...], reply_id: int) -> Data:
    """The parameters FILES, REPLY_MESSAGE and PARAMS, as far as there are files or a quoted message.

    Links to files work for a while, as long as the bot is in the chat. What is quoted is
    left out where it is gone or hidden from the bot; its number stays.
    """
    message_parts: Data = {}
    inner: Data = {}
    if file_ids:
        now = int(context.clock.now())
        message_files = await files.find_many(tx, list(file_ids))
        message_parts["FILES"] = {
            file.id: msgspec.to_builtins(shown(context, file, bot_id, now)) for file in message_files
        }
        inner["FILE_ID"] = list(file_ids)
    if reply_id:
        quoted = await messages.find_seen(tx, reply_id, bot_id)
        inner["REPLY_ID"] = reply_id
        if quoted:
            text = "" if quoted.erased else quoted.text
            message_parts["REPLY_MESSAGE"] = {"ID": quoted.id, "AUTHOR_ID": quoted.author_id, "MESSAGE": text}
    return message_parts | {"PARAMS": inner} if inner else {}
