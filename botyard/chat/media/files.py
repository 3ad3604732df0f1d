"""Files in chats: store, send with a message, find, delete what nothing refers to."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Collection, Iterable
from typing import NamedTuple, TypeAlias, TypeVar

import msgspec

from botyard.chat import rules
from botyard.chat.conversation import dialogs, messages
from botyard.chat.media import uploads
from botyard.chat.media.uploads import Names, Upload
from botyard.chat.rules import Act
from botyard.clock import Clock
from botyard.errors import ApiError, Reason, raises
from botyard.model.chats import Chat, Participant
from botyard.model.files import File, StoredBlob
from botyard.model.messages import FILE_ID, Draft, Message, file_ids
from botyard.slow_work import run_to_end
from botyard.store import chats, files, users
from botyard.store import messages as stored_messages
from botyard.store.engines.blobs import Blobs, FileStorage
from botyard.store.engines.db import Database, Tx

log = logging.getLogger("botyard.files")

PENDING_SECONDS = 3600
"""Bytes that belong to nobody for so long were left behind by an upload that broke off."""
SWEEP_SECONDS = 600
SWEPT_AT_ONCE = 200


T = TypeVar("T")
Enter = Callable[[Tx], Awaitable[Participant]]
"""Says who sends into which chat; the chat is locked."""
Attach: TypeAlias = Callable[[Tx, StoredBlob, str], Awaitable[T]]
"""Makes a file of stored bytes and a name."""


class SentFile(NamedTuple):
    """A file in its chat."""

    file: File
    message_id: int
    chat: Chat


class OnceSent(NamedTuple):
    """A message that was sent with a file, now or before; the file may be gone."""

    message_id: int
    chat_id: int
    file: File | None


class _Repeated(Exception):
    """Not an error: the message is there already."""

    def __init__(self, message_id: int, chat_id: int) -> None:
        super().__init__(message_id)
        self.message_id, self.chat_id = message_id, chat_id


class _Admission(Exception):
    """Not an error: it takes back a transaction that was only to see whether it would do."""


class UploadContext(NamedTuple):
    """What taking in a file needs beside the file itself. ``quota`` is in bytes, 0 for none."""

    database: Database
    storage: FileStorage
    quota: int
    now: int


@raises(uploads.put, Reason.FILE_NOT_STORED, Reason.FILE_FOLDER, Reason.FILE_NOT_SENT)
async def send(desk: UploadContext, enter: Enter, *, upload: Upload, draft: Draft) -> SentFile:
    """Save a file and send it to a chat with the text of a draft.

    ``enter`` says where to, and raises what stands in the way; it is asked before the work begins and again when the
    message is written. The bytes are durable before any row tells of them, and whatever breaks off leaves nothing:
    no message, no private dialog, and names of bytes that are swept away. Raises FILE_CONTENT, FILE_TOO_BIG,
    FILE_REFUSED, FILE_NOT_STORED, FILE_FOLDER and FILE_NOT_SENT.
    """

    async def attach(tx: Tx, kept: StoredBlob, name: str) -> SentFile:
        saved, who = await add(tx, desk, enter, kept=kept, name=name)
        await users.seen(tx, who.actor_id)
        message_id = await messages.insert(tx, who, msgspec.structs.replace(draft, params={FILE_ID: [saved.id]}))
        await files.set_message(tx, [saved.id], message_id)
        return SentFile(msgspec.structs.replace(saved, message_id=message_id), message_id, who.chat)

    return await keep(desk, enter, upload=upload, attach=attach)


@raises(send, messages.require_reply)
async def send_once(desk: UploadContext, enter: Enter, *, upload: Upload, draft: Draft) -> OnceSent:
    """The same, unless the sender's message with the ``uuid`` of the draft is in the chat already: then that one.

    Also raises REPLY_DENIED and REPLY_ELSEWHERE.
    """

    async def enter_once(tx: Tx) -> Participant:
        who = await enter(tx)
        if known := await messages.find_repeated(tx, who, draft):
            raise _Repeated(known, who.chat.id)
        if draft.reply_id:
            await messages.require_reply(tx, who, draft.reply_id)
        return who

    try:
        sent = await send(desk, enter_once, upload=upload, draft=draft)
    except _Repeated as repeated:
        message_id, chat_id = repeated.message_id, repeated.chat_id
        return await desk.database.read(lambda tx: _sent_before(tx, message_id, chat_id=chat_id))
    return OnceSent(sent.message_id, sent.chat.id, sent.file)


async def _sent_before(tx: Tx, message_id: int, *, chat_id: int) -> OnceSent:
    known = await stored_messages.find(tx, message_id)
    listed = await of_messages(tx, [known]) if known else []
    return OnceSent(message_id, chat_id, listed[0] if listed else None)


@raises(uploads.put, Reason.FILE_NOT_STORED)
async def keep(desk: UploadContext, enter: Enter, *, upload: Upload, attach: Attach[T]) -> T:
    """Store the bytes of an upload, and have ``attach`` make a file of them in the transaction that takes them.

    ``enter`` is asked before the work begins. Whatever breaks off leaves no bytes behind.
    """
    upload = Upload(uploads.check_name(upload.name), upload.content)
    await _rehearse(desk, enter, size=uploads.least(upload.content))
    names = uploads.new_names()
    await desk.database.write(lambda tx: _reserve(tx, names))
    try:
        kept = await _put(desk.storage, upload, names=names)

        async def take(tx: Tx) -> T:
            await _take(tx, names, kept)
            return await attach(tx, kept, upload.name)

        return await desk.database.write(take)
    except BaseException:
        await asyncio.shield(_discard(desk, names))
        raise


async def _rehearse(desk: UploadContext, enter: Enter, *, size: int) -> None:
    """Do all but the work, in a transaction that is taken back: most refusals cost nothing then."""

    async def work(tx: Tx) -> None:
        who = await enter(tx)
        _require_posting(who)
        require_room(await files.used(tx, who.actor_id) + size, quota=desk.quota)
        raise _Admission

    with contextlib.suppress(_Admission):
        await desk.database.write(work)


async def _reserve(tx: Tx, names: Names) -> None:
    for name in names.all:
        await files.mark_pending(tx, name, since=tx.now)


async def _put(storage: FileStorage, upload: Upload, *, names: Names) -> StoredBlob:
    try:
        return await run_to_end(uploads.put, storage.blobs, upload, incoming=storage.incoming, names=names)
    except OSError as error:
        log.error("a file could not be stored: %s", error)
        raise ApiError(Reason.FILE_NOT_STORED) from error


async def _take(tx: Tx, names: Names, kept: StoredBlob) -> None:
    """Make the bytes a file's own. Raises FILE_NOT_STORED where they were swept away because it took so long."""
    for name in kept.names:
        if not await files.take(tx, name):
            raise ApiError(Reason.FILE_NOT_STORED)
    await files.forget(tx, names.all)


@raises(Reason.FILE_FOLDER, Reason.FILE_NOT_SENT, Reason.FILE_REFUSED)
async def add(tx: Tx, desk: UploadContext, enter: Enter, *, kept: StoredBlob, name: str) -> tuple[File, Participant]:
    """A file of stored bytes in the folder of a chat, which no message has yet; and who is where.

    Raises FILE_FOLDER, FILE_NOT_SENT and FILE_REFUSED.
    """
    try:
        actor_id, chat, _ = who = await enter(tx)
    except ApiError as refused:
        # It was open when the upload began.
        raise ApiError(Reason.FILE_FOLDER) from refused
    _require_posting(who)
    require_room(await files.add_usage(tx, actor_id, kept.size + kept.preview_size), quota=desk.quota)
    await files.folder(tx, chat.id)
    file_id = await files.add(tx, kept, chat_id=chat.id, author_id=actor_id, name=name)
    saved = await files.find(tx, file_id)
    assert saved is not None
    return saved, who


@raises(Reason.FILE_REFUSED)
def require_room(size: int, *, quota: int) -> None:
    """Raise FILE_REFUSED where all files of a person would take more than the quota, in bytes; 0 is no quota."""
    if 0 < quota < size:
        most = f"all files of one person may take {quota // 1024**2} MiB"
        raise ApiError(Reason.FILE_REFUSED, reason=most, hint=most)


def _require_posting(who: Participant) -> None:
    if not rules.allowed(Act.POST, who):
        raise ApiError(Reason.FILE_NOT_SENT)


async def _discard(desk: UploadContext, names: Names) -> None:
    """Remove what an upload left behind. What cannot be removed now is swept later."""
    try:
        claimed = await desk.database.write(lambda tx: files.claim_named(tx, names.all))
        await _remove(desk.database, desk.storage.blobs, names=claimed)
    except Exception as error:
        log.warning("what is left of an upload waits to be swept: %s", error)


async def sweep(database: Database, blobs: Blobs, *, now: int, spared: Collection[str] = ()) -> int:
    """Remove bytes that no file owns any more, or never did. Returns how many names that were.

    Those that are ``spared`` have no owner now, and will have one again when the portal is set back.
    """
    swept = 0

    async def claim(tx: Tx) -> list[str]:
        await files.renew(tx, spared)
        return await files.claim(tx, before=now - PENDING_SECONDS, limit=SWEPT_AT_ONCE)

    while True:
        claimed = await database.write(claim)
        await _remove(database, blobs, names=claimed)
        swept += len(claimed)
        if len(claimed) < SWEPT_AT_ONCE:
            return swept


async def run_sweeper(database: Database, blobs: Blobs, *, clock: Clock, spared: Callable[[], Collection[str]]) -> None:
    """Sweep now and then, until cancelled. A storage that is away now is asked again later."""
    while True:
        try:
            swept = await sweep(database, blobs, now=int(clock.settled()), spared=spared())
            if swept:
                log.info("removed the bytes under %d names that no file owns", swept)
        except Exception as error:
            if not getattr(error, "mark", ""):
                log.warning("what no file owns could not be removed: %s", error)
        await asyncio.sleep(SWEEP_SECONDS)


async def _remove(database: Database, blobs: Blobs, *, names: list[str]) -> None:
    if not names:
        return

    def remove() -> None:
        for name in names:
            blobs.delete(name)

    await asyncio.to_thread(remove)
    await database.write(lambda tx: files.forget(tx, names))


async def find(tx: Tx, user_id: int, file_id: int) -> tuple[File, bool] | None:
    """A file, and whether the user may have it: only members who see its message, and readers of open chats.

    What no message has yet is its author's, who has to be a member. Nobody may who is deactivated, a bot that has
    stopped among them.
    """
    file = await files.find(tx, file_id)
    who = await chats.find(tx, file.chat_id, user_id) if file else None
    if file is None or who is None:
        return None
    if file.message_id:
        seen = who.member is None or file.message_id >= who.member.first_id
    else:
        seen = who.member is not None and file.author_id == user_id
    user = await users.find(tx, user_id)
    return file, seen and user is not None and user.active and await dialogs.visible(tx, who)


async def of_messages(tx: Tx, source_messages: Iterable[Message]) -> list[File]:
    """The files of messages, each once, in id order; those that are gone are left out."""
    with_params = [message.params for message in source_messages if message.params and not message.erased]
    ids = {file_id for params in with_params for file_id in file_ids(params)}
    return await files.find_many(tx, sorted(ids))


@raises(require_room)
async def copy(tx: Tx, who: Participant, file_id: int, *, quota: int) -> int | None:
    """One more file with the same bytes, in the actor's chat and at the actor's cost; ``None`` where the first is gone.

    Raises FILE_REFUSED. The bytes are stored once, and yet everybody pays for them: else they would be kept at nobody's
    cost where whoever sent them first deletes them.
    """
    made = await files.copy(tx, file_id, chat_id=who.chat.id, author_id=who.actor_id)
    if made is None:
        return None
    require_room(await files.add_usage(tx, who.actor_id, made.cost), quota=quota)
    return made.file_id


@raises(copy)
async def copy_to(tx: Tx, who: Participant, message: Message, *, quota: int) -> list[int]:
    """Files of a message once more, for a copy that somebody sends into another chat.

    Access goes by the chat that a file is in, so a forwarded message needs files of its own; the bytes are shared.
    Say afterwards which message they are of, by ``store.files.set_message``. Raises FILE_REFUSED.
    """
    ids = [await copy(tx, who, file_id, quota=quota) for file_id in file_ids(message.params)]
    made = [file_id for file_id in ids if file_id is not None]
    if made:
        await files.folder(tx, who.chat.id)
    return made
