"""Notifications of people."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from botyard.model.notifications import (
    KEPT,
    Notification,
    NotificationCount,
    NotificationDraft,
    NotificationFilter,
    NotificationKind,
)
from botyard.store import chats
from botyard.store.engines.db import Tx, Value
from botyard.store.engines.like_any import escaped
from botyard.store.id_lists import id_list
from botyard.store.ordering import NEVER
from botyard.store.records import Record, insert, scalar

_NOTIFICATION = Record(Notification, "notifications n")
_COUNT = Record(
    NotificationCount,
    "users u",
    total="(SELECT COUNT(*) FROM notifications n WHERE n.user_id = u.id)",
    unread="(SELECT COUNT(*) FROM notifications n WHERE n.user_id = u.id AND n.unread = 1)",
)
_ADD = insert("notifications", ("sent", *NotificationDraft.__struct_fields__))
_MINE = f"{_NOTIFICATION.select} WHERE n.user_id = :user AND n.id = :id"
_PAGE = f"{_NOTIFICATION.select} WHERE n.user_id = :user AND n.id < :before"
_CONFIRM = int(NotificationKind.CONFIRM)
_CONFIRMATIONS = f"{_PAGE} AND n.kind = {_CONFIRM} ORDER BY n.id DESC LIMIT :limit"
_REGULAR = f"{_PAGE} AND n.kind <> {_CONFIRM} ORDER BY n.id DESC LIMIT :limit"
_CHAT = "SELECT chat_id FROM notification_chats WHERE user_id = :user"
_ADD_CHAT = """INSERT INTO notification_chats (user_id, chat_id) VALUES (:user, :chat)
    ON CONFLICT (user_id) DO NOTHING"""
_TRIM_AT_ONCE = 50

_encode = msgspec.json.Encoder().encode


async def chat_of(tx: Tx, user_id: int) -> int:
    """The number that a person's notifications have as a chat; 0 before the first one."""
    return scalar(await tx.one(_CHAT, user=user_id), 0)


async def lock_chat(tx: Tx, user_id: int) -> int:
    """The same, made on first use; nobody else adds to these notifications until the transaction ends."""
    locked = f"{_CHAT} {{for_update}}"
    chat_id = scalar(await tx.one(locked, user=user_id), 0)
    if chat_id:
        return chat_id
    await tx.run(_ADD_CHAT, user=user_id, chat=await chats.reserve_id(tx))
    return scalar(await tx.one(locked, user=user_id), 0)


async def add(tx: Tx, draft: NotificationDraft) -> int:
    """Add a notification in the place of the person's one with the same tag, and return its id."""
    if draft.tag:
        sql = "DELETE FROM notifications WHERE tag = :tag AND tag <> '' AND user_id = :user"
        await tx.run(sql, tag=draft.tag, user=draft.user_id)
    notification_id = await tx.insert(
        _ADD,
        sent=tx.now,
        user_id=draft.user_id,
        author_id=draft.author_id,
        kind=int(draft.kind),
        module=draft.module,
        event=draft.event,
        tag=draft.tag,
        sub_tag=draft.sub_tag,
        title=draft.title,
        text=draft.text,
        text_out=draft.text_out,
        unread=int(draft.unread),
        buttons=_encode(draft.buttons).decode() if draft.buttons else "",
        params=_encode(draft.params).decode() if draft.params else "",
    )
    await tx.run(
        f"""DELETE FROM notifications WHERE id IN (
            SELECT id FROM notifications WHERE user_id = :user ORDER BY id DESC LIMIT {_TRIM_AT_ONCE} OFFSET {KEPT})""",
        user=draft.user_id,
    )
    return notification_id


async def find(tx: Tx, user_id: int, notification_id: int) -> Notification | None:
    """One of a person's own notifications."""
    return _NOTIFICATION.read(await tx.one(_MINE, user=user_id, id=notification_id))


async def confirmations(tx: Tx, user_id: int, *, before: int, limit: int) -> list[Notification]:
    """What asks a person for a confirmation, newest first, from before an id; 0 is the newest on."""
    return _NOTIFICATION.read_all(await tx.all(_CONFIRMATIONS, user=user_id, before=before or NEVER, limit=limit))


async def regular(tx: Tx, user_id: int, *, before: int, limit: int) -> list[Notification]:
    """All else that a person is told, in the same way."""
    return _NOTIFICATION.read_all(await tx.all(_REGULAR, user=user_id, before=before or NEVER, limit=limit))


async def count(tx: Tx, user_id: int) -> NotificationCount:
    """How many notifications a person has."""
    return _COUNT.read(await tx.one(f"{_COUNT.select} WHERE u.id = :user", user=user_id)) or NotificationCount(0, 0)


async def unread_of(tx: Tx, user_ids: Iterable[int]) -> dict[int, int]:
    """How many notifications of several people are unread; those without any are left out."""
    listed, values = id_list(user_ids)
    sql = f"""SELECT n.user_id, COUNT(*) FROM notifications n
        WHERE n.user_id IN ({listed}) AND n.unread = 1 GROUP BY n.user_id"""
    return dict(await tx.all(sql, **values))


async def mark(tx: Tx, user_id: int, ids: Iterable[int], *, unread: bool) -> list[int]:
    """Mark some of a person's own notifications as read or unread; those that changed."""
    listed, values = id_list(ids)
    rows = await tx.all(
        f"""UPDATE notifications SET unread = {int(unread)}
            WHERE user_id = :user AND id IN ({listed}) AND unread = {int(not unread)} RETURNING id""",
        user=user_id,
        **values,
    )
    return sorted(number for (number,) in rows)


async def mark_from(tx: Tx, user_id: int, first_id: int, *, unread: bool) -> bool:
    """Mark those of a person's own notifications from an id on; whether any changed."""
    kept, other = int(unread), int(not unread)
    changed = await tx.run(
        f"UPDATE notifications SET unread = {kept} WHERE user_id = :user AND id >= :first AND unread = {other}",
        user=user_id,
        first=first_id,
    )
    return changed > 0


async def delete(tx: Tx, user_id: int, notification_id: int) -> bool:
    """Delete one of a person's own notifications; whether there was one."""
    sql = "DELETE FROM notifications WHERE id = :id AND user_id = :user"
    return await tx.run(sql, id=notification_id, user=user_id) > 0


async def delete_tagged(tx: Tx, *, tag: str = "", sub_tag: str = "") -> dict[int, list[int]]:
    """Delete what has a tag, or a further tag, whoever has it. Returns the ids by who had them."""
    column, value = ("tag", tag) if tag else ("sub_tag", sub_tag)
    # In one order, so that two who delete do not wait for each other.
    sql = f"""DELETE FROM notifications WHERE id IN (
        SELECT id FROM notifications WHERE {column} = :value AND {column} <> '' ORDER BY id {{for_update}})
        RETURNING user_id, id"""
    deleted: dict[int, list[int]] = {}
    for user_id, notification_id in sorted(await tx.all(sql, value=value)):
        deleted.setdefault(user_id, []).append(notification_id)
    return deleted


async def search(
    tx: Tx, user_id: int, wanted: NotificationFilter, *, before: int = 0, limit: int = 50
) -> list[Notification]:
    """A person's own notifications that pass a filter, newest first."""
    where, values = _where(wanted)
    sql = f"{_PAGE} {where} ORDER BY n.id DESC LIMIT :limit"
    return _NOTIFICATION.read_all(await tx.all(sql, user=user_id, before=before or NEVER, limit=limit, **values))


async def count_found(tx: Tx, user_id: int, wanted: NotificationFilter) -> int:
    """How many of a person's own notifications pass a filter."""
    where, values = _where(wanted)
    sql = f"SELECT COUNT(*) FROM notifications n WHERE n.user_id = :user {where}"
    return scalar(await tx.one(sql, user=user_id, **values), 0)


def _where(wanted: NotificationFilter) -> tuple[str, dict[str, Value]]:
    tests: list[str] = []
    values: dict[str, Value] = {}
    if wanted.types:
        listed = "(SELECT CAST(value AS TEXT) FROM {each}(:types))"
        tests.append(f"(n.module IN {listed} OR n.module || '|' || n.event IN {listed})")
        values["types"] = _encode(wanted.types).decode()
    if wanted.authors:
        tests.append("n.author_id IN (SELECT CAST(value AS BIGINT) FROM {each}(:authors))")
        values["authors"] = _encode(wanted.authors).decode()
    if wanted.sub_tags:
        tests.append("n.sub_tag IN (SELECT CAST(value AS TEXT) FROM {each}(:sub_tags))")
        values["sub_tags"] = _encode(wanted.sub_tags).decode()
    if wanted.since is not None:
        tests.append("n.sent >= :since")
        values["since"] = wanted.since
    if wanted.until is not None:
        tests.append("n.sent < :until")
        values["until"] = wanted.until
    if wanted.text:
        # Last, for it is the only one that reads the text.
        tests.append("lower(n.text) {like_any} :patterns {end}")
        values["patterns"] = _encode([f"%{escaped(wanted.text.lower())}%"]).decode()
    return "".join(f" AND {test}" for test in tests), values


async def forget(tx: Tx, before: int, limit: int) -> int:
    """Delete notifications from before a moment; how many."""
    sql = """DELETE FROM notifications WHERE id IN
        (SELECT id FROM notifications WHERE sent < :before ORDER BY sent, id LIMIT :limit)"""
    return await tx.run(sql, before=before, limit=limit)
