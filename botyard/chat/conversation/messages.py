"""Messages: send, edit, erase, read the history."""

from __future__ import annotations

import re
from typing import Any

import msgspec

from botyard.chat import rules
from botyard.chat.bots import command_calls
from botyard.chat.content import bbcode
from botyard.chat.content.texts import MESSAGE_MAX, clipped
from botyard.chat.rules import Act
from botyard.errors import ApiError, Reason, raises
from botyard.events import outbox
from botyard.model.chats import Member, Participant
from botyard.model.events import MessageEdited, MessageErased, MessageSent
from botyard.model.lengths import WORDS_MAX
from botyard.model.messages import FILE_ID, Draft, Message
from botyard.store import bots, chats, files, members, messages, pins, users
from botyard.store.engines.db import Tx

HISTORY_MAX = 50

# Bots send all sorts of words as templateId; only what is made to be unique tells a repeated call.
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


@raises(*rules.reasons(Act.POST), Reason.REPLY_DENIED, Reason.REPLY_ELSEWHERE)
async def send(tx: Tx, who: Participant, draft: Draft) -> int:
    """Add a message to a chat that was found locked. Returns its id.

    A person who sends is seen, and calls the commands in the text: bots that have them here are told.
    The same ``uuid`` again is a repeated call: it returns the id of the message that is there.
    Raises POST_DENIED, and REPLY_DENIED or REPLY_ELSEWHERE for a wrong ``reply_id``.
    """
    rules.require(Act.POST, who)
    if draft.uuid and (known := await find_repeated(tx, who, draft)):
        return known
    if draft.reply_id:
        await require_reply(tx, who, draft.reply_id)
    message_id = await insert(tx, who, draft)
    if who.member is None or not who.member.bot:
        await users.seen(tx, who.actor_id)
        if "/" in draft.text and not draft.system:
            await command_calls.call(tx, who, _fitting(draft), message_id=message_id)
    return message_id


@raises(*rules.reasons(Act.POST), Reason.REPLY_DENIED, Reason.REPLY_ELSEWHERE)
async def announce(tx: Tx, who: Participant, draft: Draft) -> int:
    """Write a message in the name of somebody who is not there: they are not seen by it, have read nothing by it, and
    call no commands.

    Raises POST_DENIED, and REPLY_DENIED or REPLY_ELSEWHERE for a wrong ``reply_id``.
    """
    rules.require(Act.POST, who)
    if draft.reply_id:
        await require_reply(tx, who, draft.reply_id)
    return await insert(tx, who, draft, present=False)


async def insert(tx: Tx, who: Participant, draft: Draft, *, present: bool = True) -> int:
    """Write a message without checking the rules: for system messages. The chat must be fresh and locked.

    A system message has no author, but its cause, who is ``present``, has read it. What is too long is cut, see
    ``texts``.
    """
    draft = _fitting(draft)
    actor_id, chat, member = who
    counted = chat.counted + draft.counted
    message_id = await messages.add(
        tx,
        chat_id=chat.id,
        author_id=0 if draft.system else actor_id,
        sent=tx.now,
        text=draft.text,
        counted=counted,
        system=draft.system,
        reply_id=draft.reply_id,
        uuid=draft.uuid,
        params=messages.written(draft.params),
    )
    await chats.count_message(tx, chat.id, message_id, author_id=actor_id, counted=counted)
    if not draft.system:
        await members.mark_sent(tx, chat.id, actor_id, message_id=message_id, counted=counted)
        if chat.bots and (member is None or member.bot):
            await bots.count_message(tx, actor_id)
    elif present:
        await members.mark_read(tx, chat.id, actor_id, message_id=message_id, counted=counted)
    event = MessageSent(
        actor_id=actor_id,
        chat_id=chat.id,
        message_id=message_id,
        text=draft.text,
        system=draft.system,
        mentioned=() if draft.system else _mentioned(draft.text),
        params=draft.params,
        uuid=draft.uuid or "",
        reply_id=draft.reply_id,
        previous_id=chat.last_message_id,
        members=chat.members,
    )
    await outbox.publish(tx, event, who)
    return message_id


def _fitting(draft: Draft) -> Draft:
    """The draft with a text and a uuid as they may be stored."""
    if len(draft.text) <= MESSAGE_MAX and (draft.uuid is None or len(draft.uuid) <= WORDS_MAX):
        return draft
    return msgspec.structs.replace(draft, text=clipped(draft.text), uuid=draft.uuid and draft.uuid[:WORDS_MAX])


async def reloaded(tx: Tx, who: Participant) -> Participant:
    """Somebody in a chat, locked, as the chat is after earlier statements of this transaction."""
    return who._replace(chat=await chats.reload(tx, who.chat.id))


async def add_system_message(tx: Tx, who: Participant, text: str, *, code: str) -> int:
    """Write a system message ("X invited Y"); unread counters stay as they are."""
    params: dict[str, Any] = {"CODE": [code], "NOTIFY": "N"}
    draft = Draft(text=text, system=True, counted=False, params=params)
    return await insert(tx, await reloaded(tx, who), draft)


@raises(Reason.MESSAGE_MISSING)
async def get(tx: Tx, user_id: int, message_id: int) -> tuple[Message, Participant]:
    """A message in a chat that the user is in, the chat locked. Raises MESSAGE_MISSING for none and for no access."""
    message = await messages.find(tx, message_id)
    who = await chats.find(tx, message.chat_id, user_id, locked=True) if message else None
    if message is None or who is None or who.member is None or message_id < who.member.first_id:
        raise ApiError(Reason.MESSAGE_MISSING, hint=_unseen(message_id))
    return message, who


@raises(Reason.MESSAGE_MISSING)
async def get_unlocked(tx: Tx, user_id: int, message_id: int) -> tuple[Message, Member]:
    """A message in a chat that the user is in, to look at. Raises MESSAGE_MISSING for none and for no access."""
    message = await messages.find(tx, message_id)
    member = await members.find(tx, message.chat_id, user_id) if message else None
    if message is None or member is None or message_id < member.first_id:
        raise ApiError(Reason.MESSAGE_MISSING, hint=_unseen(message_id))
    return message, member


@raises(Reason.MESSAGE_MISSING)
async def get_many_unlocked(tx: Tx, user_id: int, ids: list[int]) -> dict[int, Message]:
    """Messages in chats that the user is in, to look at. Raises MESSAGE_MISSING if one is not there, or not seen."""
    known = {message.id: message for message in await messages.find_many(tx, ids)}
    places = await members.of_user(tx, user_id, [message.chat_id for message in known.values()])
    for message_id in ids:
        message = known.get(message_id)
        member = places.get(message.chat_id) if message else None
        if member is None or message_id < member.first_id:
            raise ApiError(Reason.MESSAGE_MISSING, hint=_unseen(message_id))
    return known


def _unseen(message_id: int) -> str:
    # What is hidden must not be told apart from what does not exist.
    return f"there is no message {message_id} in a chat that the caller is in" if message_id > 0 else ""


@raises(Reason.MESSAGE_MISSING)
async def require_in_chat(tx: Tx, who: Participant, message_id: int) -> None:
    """Raise MESSAGE_MISSING for what is no message of this chat that the member may see."""
    if not await _visible(tx, who, message_id):
        raise ApiError(Reason.MESSAGE_MISSING)


@raises(get, Reason.MESSAGE_LOCKED)
async def edit(
    tx: Tx,
    actor_id: int,
    message_id: int,
    *,
    text: str | None,
    changed: dict[str, Any],
    window: int | None,
    marked: bool = True,
) -> None:
    """Change one's own message within ``window`` seconds of its publication (``None``: at any time).

    ``text=None`` keeps the text; in ``changed`` a ``None`` takes a param away. An empty text erases
    the message unless an attachment comes with it, and so does taking the last of text, attachment and files. Another
    text is always ``marked`` as edited. Raises MESSAGE_MISSING, MESSAGE_LOCKED.
    """
    message, who = await get(tx, actor_id, message_id)
    if message.author_id != actor_id or message.system or message.erased or _late(message, window, now=tx.now):
        raise ApiError(Reason.MESSAGE_LOCKED, hint=_locked(message, actor_id, window=window, now=tx.now))
    if text is None and not changed:
        return
    new_text = message.text if text is None else clipped(text)
    params = {name: value for name, value in {**message.params, **changed}.items() if value is not None}
    kept = changed if text is not None else params
    if not new_text and not kept.get("ATTACH") and not kept.get(FILE_ID):
        await _erase(tx, who, message, complete=False)
        return
    edited = marked or message.edited or new_text != message.text
    await messages.change(tx, message_id, text=new_text, params=messages.written(params), edited=edited, erased=False)
    event = MessageEdited(
        actor_id=actor_id,
        chat_id=who.chat.id,
        message_id=message_id,
        text=new_text,
        mentioned=_mentioned(new_text),
        params=params,
        reply_id=message.reply_id,
        members=who.chat.members,
    )
    await outbox.publish(tx, event, who)


@raises(get, *rules.reasons(Act.ERASE_OTHERS), Reason.MESSAGE_LOCKED)
async def erase(tx: Tx, actor_id: int, message_id: int, *, complete: bool, window: int | None) -> None:
    """Delete one's own message within ``window`` seconds (``None``: at any time), or as a manager anybody's.

    ``complete`` leaves no mark. Raises MESSAGE_MISSING, MESSAGE_LOCKED.
    """
    message, who = await get(tx, actor_id, message_id)
    own = message.author_id == actor_id and not message.system and not _late(message, window, now=tx.now)
    if not own:
        rules.require(Act.ERASE_OTHERS, who)
    if message.erased and not complete:
        raise ApiError(Reason.MESSAGE_LOCKED, hint="the message is deleted already")
    await _erase(tx, who, message, complete=complete)


async def _erase(tx: Tx, who: Participant, message: Message, *, complete: bool) -> None:
    actor_id, chat, _ = who
    await pins.remove(tx, chat.id, message.id)
    if FILE_ID in message.params:
        await files.remove_of_message(tx, message.id)
    if complete:
        raised = await messages.counted_at(tx, chat.id, message.id - 1)
        if message.counted > (raised[1] if raised else 0):
            await messages.leave_gap(tx, chat.id, message.counted)
        await messages.remove(tx, message)
        await chats.recount(tx, chat.id)
    else:
        await messages.change(tx, message.id, text="", params="", edited=message.edited, erased=True)
    event = MessageErased(
        actor_id=actor_id,
        chat_id=chat.id,
        message_id=message.id,
        complete=complete,
        mentioned=_mentioned(message.text),
        author_id=message.author_id,
        sent=message.sent,
    )
    await outbox.publish(tx, event, who)


class History(msgspec.Struct, frozen=True):
    """A window of a chat's messages, newest first, and who likes which."""

    messages: list[Message]
    liked: dict[int, list[int]]


async def history(tx: Tx, who: Participant, *, older_than: int = 0, newer_than: int = 0, limit: int = 20) -> History:
    """Messages that the member may see: the latest, or those on one side of another message.

    At most ``HISTORY_MAX``; beside a message that is not there is nothing.
    """
    _, chat, member = who
    size = max(1, min(limit, HISTORY_MAX))
    first = member.first_id if member else 0
    beside = newer_than or older_than
    if beside and not await _visible(tx, who, beside):
        return History([], {})
    if newer_than:
        page = await messages.after(tx, chat.id, newer_than, first_id=first, limit=size)
    elif older_than:
        page = await messages.before(tx, chat.id, older_than, first_id=first, limit=size)
    else:
        page = await messages.newest(tx, chat.id, first_id=first, limit=size)
    liked = await messages.liked_by(tx, chat.id, first=page[-1].id, last=page[0].id) if page else {}
    return History(page, liked)


class Around(msgspec.Struct, frozen=True):
    """Messages around one of them, oldest first, who looks, and whether there are others before and behind."""

    messages: list[Message]
    member: Member
    earlier: bool
    later: bool


@raises(Reason.MESSAGE_MISSING, Reason.MESSAGE_CLOSED)
async def around(tx: Tx, user_id: int, message_id: int, *, each: int) -> Around:
    """A message with up to ``each`` neighbours on either side, as far as the user may see them.

    Raises MESSAGE_MISSING, and MESSAGE_CLOSED where the chat or the time is hidden from the user.
    """
    message = await messages.find(tx, message_id)
    if message is None:
        raise ApiError(Reason.MESSAGE_MISSING)
    member = await members.find(tx, message.chat_id, user_id)
    if member is None or message_id < member.first_id:
        raise ApiError(Reason.MESSAGE_CLOSED)
    # One more on each side tells whether the window is all there is.
    older = await messages.before(tx, message.chat_id, message_id, first_id=member.first_id, limit=each + 1)
    newer = await messages.after(tx, message.chat_id, message_id, first_id=member.first_id, limit=each + 1)
    window = [*reversed(older[:each]), message, *reversed(newer[max(0, len(newer) - each) :])]
    return Around(window, member, len(older) > each, len(newer) > each)


async def find_repeated(tx: Tx, who: Participant, draft: Draft) -> int:
    """The message of this author and chat with the same uuid; 0 for none, or where the name is no UUID."""
    if draft.uuid is None or not _UUID.fullmatch(draft.uuid):
        return 0
    return await messages.with_uuid(tx, who.chat.id, 0 if draft.system else who.actor_id, uuid=draft.uuid)


def _locked(message: Message, actor_id: int, *, window: int | None, now: int) -> str:
    """Why a message that the actor sees cannot be changed."""
    if message.author_id != actor_id or message.system:
        return "the message is somebody else's, or a system message"
    if message.erased:
        return "the message is deleted"
    return f"it was sent {(now - message.sent) // 3600} hours ago; messages are open for {(window or 0) // 3600} hours"


def _late(message: Message, window: int | None, *, now: int) -> bool:
    return window is not None and message.sent + window < now


def _mentioned(text: str) -> tuple[int, ...]:
    return bbcode.mentions(text) if "[" in text else ()


async def _visible(tx: Tx, who: Participant, message_id: int) -> bool:
    first_id = who.member.first_id if who.member else 0
    message = await messages.find(tx, message_id) if message_id >= first_id else None
    return message is not None and message.chat_id == who.chat.id


@raises(Reason.REPLY_DENIED, Reason.REPLY_ELSEWHERE)
async def require_reply(tx: Tx, who: Participant, reply_id: int) -> None:
    """Raise REPLY_DENIED for a message that the member does not see, REPLY_ELSEWHERE for one of another chat."""
    message = await messages.find(tx, reply_id)
    if message is None:
        raise ApiError(Reason.REPLY_DENIED)
    here = message.chat_id == who.chat.id
    member = who.member if here else await members.find(tx, message.chat_id, who.actor_id)
    # What is hidden and what is in a stranger's chat must not be told apart from what does not exist.
    if member is None or reply_id < member.first_id:
        raise ApiError(Reason.REPLY_DENIED)
    if not here:
        raise ApiError(Reason.REPLY_ELSEWHERE)
