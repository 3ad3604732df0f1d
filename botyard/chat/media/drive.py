"""The drive: folders of chats with their files, also those that no message has brought yet.

There are no other folders. The folder of somebody's dialog with themselves is their own drive.
"""

from __future__ import annotations

import msgspec

from botyard.chat import rules
from botyard.chat.conversation import dialogs, messages
from botyard.chat.media import files
from botyard.chat.media.files import UploadContext
from botyard.chat.media.uploads import Upload
from botyard.chat.rules import Act
from botyard.errors import ApiError, Reason, raises
from botyard.model.chats import Participant
from botyard.model.files import NAME_MAX, File, Folder, StoredBlob
from botyard.model.messages import FILE_ID, Draft, file_ids
from botyard.store import chats, folders
from botyard.store import files as stored_files
from botyard.store import messages as stored_messages
from botyard.store.engines.db import Tx
from botyard.store.folders import Viewer

COMMITTED_MAX = 100
"""Files that one call may put into a message."""
NUMBERED_MAX = 1000
"""Names of the form "file (1).docx" that are tried."""
CHATS = 1
"""The storage that has the folders of all chats. Everybody's own follow: that of person 5 is 6."""
OWN_FOLDER = "Saved Files"
"""What the folder of one's own drive is called."""


@raises(Reason.DIALOG_CLOSED)
async def open_folder(tx: Tx, who: Participant) -> int:
    """The id of the folder of a chat that was found locked; it is made on first use.

    Raises DIALOG_CLOSED for those who only read the chat.
    """
    if who.member is None:
        raise ApiError(Reason.DIALOG_CLOSED, hint="who only reads a chat keeps no files in it")
    return await stored_files.folder(tx, who.chat.id)


@raises(Reason.FOLDER_MISSING)
async def get_folder(tx: Tx, user_id: int, folder_id: int, *, locked: bool = False) -> tuple[Folder, Participant]:
    """A folder that somebody may look into. Raises FOLDER_MISSING alike for none and for one that is closed."""
    folder = await folders.find(tx, folder_id)
    who = await chats.find(tx, folder.chat_id, user_id, locked=locked) if folder else None
    if folder is None or who is None or not await dialogs.visible(tx, who):
        raise ApiError(Reason.FOLDER_MISSING, id=folder_id)
    return folder, who


async def own_folder(tx: Tx, user_id: int) -> int:
    """The id of the folder of somebody's dialog with themselves; both are made on first use."""
    who = await dialogs.open_own(tx, user_id)
    return await stored_files.folder(tx, who.chat.id)


def owner(folder: Folder) -> int:
    """Whose own drive a folder is; 0 for a folder of others, too."""
    first, _, second = (folder.pair or "").partition(":")
    return int(first) if first and first == second else 0


def storage(folder: Folder) -> int:
    """The storage that a folder is in."""
    person = owner(folder)
    return person + CHATS if person else CHATS


def viewer(who: Participant) -> Viewer:
    """Somebody in a chat who looks into its folder."""
    return Viewer(who.actor_id, who.chat.id, who.member.first_id if who.member else 0)


@raises(files.keep, files.add, get_folder)
async def upload(desk: UploadContext, user_id: int, *, folder_id: int, upload: Upload, unique: bool) -> File:
    """Keep an upload in a folder; no message has it yet. ``unique`` numbers a name that is taken."""

    async def enter(tx: Tx) -> Participant:
        _, who = await get_folder(tx, user_id, folder_id, locked=True)
        return who

    async def attach(tx: Tx, kept: StoredBlob, name: str) -> File:
        folder = await folders.find(tx, folder_id) if unique else None
        free = await _free_name(tx, folder.chat_id, name) if folder else name
        saved, _ = await files.add(tx, desk, enter, kept=kept, name=free)
        return saved

    return await files.keep(desk, enter, upload=upload, attach=attach)


async def _free_name(tx: Tx, chat_id: int, name: str) -> str:
    if not await folders.names_taken(tx, chat_id, [name]):
        return name
    numbered = [_numbered(name, number) for number in range(1, NUMBERED_MAX + 1)]
    taken = await folders.names_taken(tx, chat_id, numbered)
    return next((free for free in numbered if free not in taken), name)


def _numbered(name: str, number: int) -> str:
    stem, dot, ending = name.rpartition(".")
    if not stem:
        stem, dot, ending = name, "", ""
    after = f" ({number}){dot}{ending}"
    room = NAME_MAX - len(after.encode())
    return stem.encode()[: max(room, 0)].decode(errors="ignore") + after


class Committed(msgspec.Struct, frozen=True):
    """Files in their message."""

    files: list[File]
    message_id: int


class Commit(msgspec.Struct, frozen=True):
    """What to put into a message: files by their ids, and a text beside them.

    ``as_file`` shows pictures as other files are shown. ``quota`` is what the files of one person may take, in bytes.
    """

    file_ids: tuple[int, ...]
    text: str = ""
    uuid: str | None = None
    as_file: bool = False
    quota: int = 0


@raises(*rules.reasons(Act.POST), Reason.FILES_MISSING, files.require_room)
async def commit(tx: Tx, who: Participant, plan: Commit) -> Committed:
    """Send a message with files that the actor has, into a chat that was found locked.

    What the actor has uploaded into its folder and not sent yet is taken; of any other file that the actor may see
    there is one more then, which counts among the actor's. Raises POST_DENIED, FILE_REFUSED, and FILES_MISSING where
    there is a file that the actor may not see.
    """
    rules.require(Act.POST, who)
    draft = Draft(text=plan.text, uuid=plan.uuid)
    if known := await messages.find_repeated(tx, who, draft):
        sent = await stored_messages.find(tx, known)
        return Committed(await files.of_messages(tx, [sent] if sent else []), known)
    ids = list(dict.fromkeys(plan.file_ids))
    if not ids or len(ids) > COMMITTED_MAX:
        raise ApiError(Reason.FILES_MISSING, hint=f"name 1 to {COMMITTED_MAX} files")
    own = [await _own(tx, who, file_id, quota=plan.quota) for file_id in ids]
    await stored_files.folder(tx, who.chat.id)
    if plan.as_file:
        for file_id in own:
            await stored_files.drop_picture(tx, file_id)
    message_id = await messages.send(tx, who, msgspec.structs.replace(draft, params={FILE_ID: own}))
    await stored_files.set_message(tx, own, message_id)
    return Committed(await stored_files.find_many(tx, own), message_id)


async def _own(tx: Tx, who: Participant, file_id: int, *, quota: int) -> int:
    """A file for a message of the actor's own: the one itself where it is free, or one more with the same bytes."""
    held = await files.find(tx, who.actor_id, file_id)
    if held is None or not held[1]:
        raise ApiError(Reason.FILES_MISSING, hint=f"there is no file {file_id} in a chat that the caller is in")
    file = held[0]
    if file.chat_id == who.chat.id and not file.message_id:
        return file.id
    return await _one_more(tx, who, file, quota=quota)


async def _one_more(tx: Tx, who: Participant, file: File, *, quota: int) -> int:
    made = await files.copy(tx, who, file.id, quota=quota)
    if made is None:
        raise ApiError(Reason.FILES_MISSING)
    return made


@raises(Reason.FILE_NOT_SAVED)
async def save(tx: Tx, user_id: int, file_id: int, *, quota: int) -> tuple[int, File]:
    """Keep a file that somebody may see on their own drive. Returns its folder and the file there."""
    held = await files.find(tx, user_id, file_id)
    if held is None or not held[1]:
        raise ApiError(Reason.FILE_NOT_SAVED, hint=f"there is no file {file_id} in a chat that the caller is in")
    who = await dialogs.open_own(tx, user_id)
    folder_id = await stored_files.folder(tx, who.chat.id)
    # It is kept although no message has it: who keeps files there sees them by the methods of the drive.
    try:
        made = await _one_more(tx, who, held[0], quota=quota)
    except ApiError as refused:
        raise ApiError(Reason.FILE_NOT_SAVED, hint=refused.text) from refused
    saved = await stored_files.find(tx, made)
    assert saved is not None
    return folder_id, saved


@raises(messages.edit)
async def delete(tx: Tx, user_id: int, *, chat_id: int, file_id: int) -> bool:
    """Delete a file that the user has sent, or not sent yet; its message goes where nothing else is in it.

    Returns whether there is such a file that the user may see. Others' files stay.
    """
    who = await chats.find(tx, chat_id, user_id, locked=True)
    held = await files.find(tx, user_id, file_id) if who is not None and who.member is not None else None
    if held is None or held[0].chat_id != chat_id or not held[1]:
        return False
    file, _ = held
    if file.author_id != user_id:
        return True
    message = await stored_messages.find(tx, file.message_id) if file.message_id else None
    if message is not None and not message.erased:
        rest = [other for other in file_ids(message.params) if other != file.id]
        changed = {FILE_ID: rest or None}
        await messages.edit(tx, user_id, message.id, text=None, changed=changed, window=None, marked=False)
    await stored_files.remove(tx, file.id)
    return True
