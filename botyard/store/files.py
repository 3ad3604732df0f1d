"""Files of messages, their folders, and how much each person stores."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import NamedTuple

import msgspec

from botyard.model.files import File, StoredBlob
from botyard.store.engines.db import Row, Tx, Value
from botyard.store.id_lists import id_list
from botyard.store.records import Record, insert, scalar

FILE = Record(File, "files f LEFT JOIN users u ON u.id = f.author_id", author_name="COALESCE(u.full_name, '')")
_BLOB = StoredBlob.__struct_fields__
_ADD = insert("files", ("chat_id", "author_id", "created", "name", *_BLOB, "charged"))
_COPY = f"""INSERT INTO files (chat_id, author_id, created, name, {", ".join(_BLOB)}, charged)
 SELECT :chat, :author, :now, name, {", ".join(_BLOB)}, size + preview_size FROM files WHERE id = :id
 RETURNING id, charged"""


class _Deleted(NamedTuple):
    """What must be let go with a file: its bytes, and what they cost its author."""

    blob: str
    preview: str
    author_id: int
    charged: int


_RETURNING = f"RETURNING {', '.join(_Deleted._fields)}"
_DELETE = f"DELETE FROM files WHERE id = :id {_RETURNING}"
_BY_ID = f"{FILE.select} WHERE f.id = :id"
_OF_CHAT = f"""{FILE.select} WHERE f.chat_id = :chat AND f.message_id >= :since
 AND (CAST(:before AS BIGINT) = 0 OR f.id < :before) ORDER BY f.id DESC LIMIT :limit"""
_DELETE_OF_MESSAGE = f"DELETE FROM files WHERE message_id = :message {_RETURNING}"
# Waits for whoever deletes these, or each of two would leave the bytes to the other.
_OTHERS = "SELECT blob, preview FROM files WHERE blob IN (SELECT value FROM {each}(:blobs)) ORDER BY id {for_update}"
_PENDING = "INSERT INTO pending_blobs (name, since) VALUES (:name, :since) ON CONFLICT (name) DO NOTHING"
_encode = msgspec.json.Encoder().encode
_DELETE_OF_CHAT = f"DELETE FROM files WHERE chat_id = :chat {_RETURNING}"


async def find(tx: Tx, file_id: int) -> File | None:
    return FILE.read(await tx.one(_BY_ID, id=file_id))


async def find_many(tx: Tx, ids: list[int]) -> list[File]:
    """The files with these ids, in id order; unknown ids are left out."""
    if not ids:
        return []
    listed, values = id_list(ids)
    return FILE.read_all(await tx.all(f"{FILE.select} WHERE f.id IN ({listed}) ORDER BY f.id", **values))


async def of_chat(tx: Tx, chat_id: int, *, since: int, before: int, limit: int) -> list[File]:
    """The files of a chat's messages from ``since`` on, those below a number (0: all), the newest first."""
    return FILE.read_all(await tx.all(_OF_CHAT, chat=chat_id, since=max(1, since), before=before, limit=limit))


async def add(tx: Tx, kept: StoredBlob, *, chat_id: int, author_id: int, name: str) -> int:
    """Insert a file that belongs to no message yet, and return its id."""
    return await tx.insert(
        _ADD,
        chat_id=chat_id,
        author_id=author_id,
        created=tx.now,
        name=name,
        charged=kept.size + kept.preview_size,
        **msgspec.structs.asdict(kept),
    )


class Copy(NamedTuple):
    """A file with the bytes of another, and what its author has to be charged for it."""

    file_id: int
    cost: int


async def copy(tx: Tx, file_id: int, *, chat_id: int, author_id: int) -> Copy | None:
    """Insert one more file with the same bytes; ``None`` where the first is gone."""
    # Held, so that it cannot be removed, and its bytes with it, while the copy is made.
    held = await tx.one("SELECT id FROM files WHERE id = :id {for_update}", id=file_id)
    if held is None:
        return None
    made = await tx.one(_COPY, chat=chat_id, author=author_id, now=tx.now, id=file_id)
    return Copy(*made) if made else None


async def set_message(tx: Tx, file_ids: list[int], message_id: int) -> None:
    """Say which message files came with."""
    for file_id in file_ids:
        await tx.run("UPDATE files SET message_id = :message WHERE id = :id", message=message_id, id=file_id)


async def drop_picture(tx: Tx, file_id: int) -> None:
    """Keep a picture as a file like any other, without its preview and what that cost."""
    row = await tx.one(
        "SELECT blob, preview, preview_size, author_id, charged FROM files WHERE id = :id {for_update}", id=file_id
    )
    if row is None:
        return
    blob, preview, size, author_id, charged = row
    returned = min(size, charged)
    sql = "UPDATE files SET width = 0, height = 0, preview = '', preview_size = 0, charged = :charged WHERE id = :id"
    await tx.run(sql, id=file_id, charged=charged - returned)
    # The file still has its bytes, so nothing but the preview is free.
    await _let_go(tx, [(blob, preview, author_id, returned)])


async def remove(tx: Tx, file_id: int) -> None:
    """Delete a file; bytes that nobody else has become pending."""
    await _let_go(tx, await tx.all(_DELETE, id=file_id))


async def remove_of_message(tx: Tx, message_id: int) -> None:
    """Delete the files of a message; bytes that nobody else has become pending."""
    await _let_go(tx, await tx.all(_DELETE_OF_MESSAGE, message=message_id))


async def remove_of_chat(tx: Tx, chat_id: int) -> None:
    """Delete a chat's folder and everything in it."""
    await _let_go(tx, await tx.all(_DELETE_OF_CHAT, chat=chat_id))
    await tx.run("DELETE FROM folders WHERE chat_id = :chat", chat=chat_id)


async def _let_go(tx: Tx, rows: list[Row]) -> None:
    """Return what deleted files cost, and note the bytes that nobody else has: with the same few statements for any."""
    deleted = [_Deleted(*row) for row in rows]
    returned: Counter[int] = Counter()
    for file in deleted:
        returned[file.author_id] += file.charged
    usage: list[Mapping[str, Value]] = [{"user": user, "size": returned[user]} for user in sorted(returned)]
    if any(returned.values()):
        await tx.many("UPDATE file_usage SET bytes = bytes - :size WHERE user_id = :user", usage)
    blobs = _encode(sorted({file.blob for file in deleted})).decode()
    kept = {name for names in await tx.all(_OTHERS, blobs=blobs) for name in names} if deleted else set()
    free = sorted({name for file in deleted for name in (file.blob, file.preview) if name} - kept)
    if free:
        # Since ever: nothing can come back for them, so they are due at once.
        await tx.many(_PENDING, [{"name": name, "since": 0} for name in free])


async def folder(tx: Tx, chat_id: int) -> int:
    """The id of a chat's folder, which is made on first use. The chat must be locked."""
    kept = scalar(await tx.one("SELECT id FROM folders WHERE chat_id = :chat", chat=chat_id), 0)
    if kept:
        return kept
    made = await tx.insert("INSERT INTO folders (chat_id, created) VALUES (:chat, :now)", chat=chat_id, now=tx.now)
    await tx.run("UPDATE chats SET disk_folder_id = :folder WHERE id = :id", folder=made, id=chat_id)
    return made


async def used(tx: Tx, user_id: int) -> int:
    """How many bytes a person keeps."""
    return scalar(await tx.one("SELECT bytes FROM file_usage WHERE user_id = :user", user=user_id), 0)


async def add_usage(tx: Tx, user_id: int, size: int) -> int:
    """Add to what a person keeps, and return how much that is by now."""
    row = await tx.one(
        """INSERT INTO file_usage (user_id, bytes) VALUES (:user, :size)
           ON CONFLICT (user_id) DO UPDATE SET bytes = file_usage.bytes + :size RETURNING bytes""",
        user=user_id,
        size=size,
    )
    return scalar(row, size)


async def mark_pending(tx: Tx, name: str, since: int) -> None:
    """Write down bytes that no file owns, or none yet."""
    await tx.run(_PENDING, name=name, since=since)


async def take(tx: Tx, name: str) -> bool:
    """Make bytes a file's own again; ``False`` when they were swept away meanwhile."""
    return await tx.run("DELETE FROM pending_blobs WHERE name = :name AND claimed = 0", name=name) > 0


async def renew(tx: Tx, names: Iterable[str]) -> None:
    """Have bytes count as pending from now on at the earliest: somebody may still come back for them."""
    rows: list[Mapping[str, Value]] = [{"name": name, "now": tx.now} for name in names]
    if rows:
        await tx.many("UPDATE pending_blobs SET since = :now WHERE name = :name AND claimed = 0", rows)


async def claim(tx: Tx, *, before: int, limit: int) -> list[str]:
    """Names of bytes that have been pending since ``before``: from now on nobody can take them.

    There are none while somebody holds on to all bytes, see ``hold``.
    """
    rows = await tx.all(
        """SELECT name FROM pending_blobs WHERE since <= :before
           AND NOT EXISTS (SELECT 1 FROM blob_holds WHERE until > :before)
           ORDER BY since LIMIT :limit {skip_locked}""",
        before=before,
        limit=limit,
    )
    for (name,) in rows:
        await tx.run("UPDATE pending_blobs SET claimed = 1 WHERE name = :name", name=name)
    return [name for (name,) in rows]


async def claim_named(tx: Tx, names: tuple[str, ...]) -> list[str]:
    """The same for bytes by their names, as far as they are pending."""
    claimed = []
    for name in names:
        if await tx.run("UPDATE pending_blobs SET claimed = 1 WHERE name = :name", name=name):
            claimed.append(name)
    return claimed


async def forget(tx: Tx, names: Iterable[str]) -> None:
    """Strike out names: their bytes are gone, or there never were any."""
    for name in names:
        await tx.run("DELETE FROM pending_blobs WHERE name = :name", name=name)


async def hold(tx: Tx, name: str, until: int) -> None:
    """Keep all bytes in place until then: a backup of the rows as they are now still needs them."""
    await tx.run(
        """INSERT INTO blob_holds (name, until) VALUES (:name, :until)
           ON CONFLICT (name) DO UPDATE SET until = excluded.until""",
        name=name,
        until=until,
    )


async def release(tx: Tx, name: str) -> None:
    """End a hold, and forget those whose time is over."""
    await tx.run("DELETE FROM blob_holds WHERE name = :name OR until <= :now", name=name, now=tx.now)
