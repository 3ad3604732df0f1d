"""im.counters.*: what the calling person has not read."""

from __future__ import annotations

import msgspec

from botyard.api.im.family import method
from botyard.chat.conversation import recent
from botyard.rpc.call import Call
from botyard.rpc.method import NoParams
from botyard.store import notifications

Counts = dict[str, int] | list[int]
"""Numbers of messages by ids; PHP writes none of them as a list."""


class Totals(msgspec.Struct, frozen=True, rename="upper"):
    """Numbers of messages of each kind, those of muted chats left out; MESSENGER is all but NOTIFY."""

    all: int
    notify: int
    chat: int
    lines: int
    dialog: int
    messenger: int


class CountersAnswer(msgspec.Struct, frozen=True, rename="upper"):
    """Numbers of unread messages: DIALOG by people, the others by chats. CHAT_UNREAD and DIALOG_UNREAD are ids."""

    type: Totals
    chat: Counts
    chat_muted: Counts
    chat_unread: list[int]
    lines: Counts
    dialog: Counts
    dialog_unread: list[int]


@method("im.counters.get")
async def get(call: Call, p: NoParams) -> CountersAnswer:
    """Count the messages and notifications that the caller has not read.

    Docs: api-reference/chats/im-counters-get.md
    """
    unread = await recent.counters(call.tx, call.user_id)
    chats, lines, dialogs = (sum(part.values()) for part in (unread.chats, unread.lines, unread.dialogs))
    messenger = chats + lines + dialogs
    notify = (await notifications.count(call.tx, call.user_id)).unread
    return CountersAnswer(
        Totals(messenger + notify, notify, chats, lines, dialogs, messenger),
        _counts(unread.chats),
        _counts(unread.muted),
        unread.marked_chats,
        _counts(unread.lines),
        _counts(unread.dialogs),
        unread.marked_dialogs,
    )


def _counts(counted: dict[int, int]) -> Counts:
    return {str(number): counter for number, counter in counted.items()} or []
