"""DIALOG_ID: ``"17"``, ``"chat42"``, ``"sg5"`` ↔ a chat; opening private dialogs."""

from __future__ import annotations

import re
from collections.abc import Awaitable
from functools import lru_cache

import msgspec

from botyard.errors import ApiError, Reason, raises
from botyard.events import outbox
from botyard.model.chats import Chat, Kind, Participant, Role
from botyard.model.events import ChatAdded, MemberJoined
from botyard.model.people import User
from botyard.store import bots, chats, members, reach, users
from botyard.store.engines.db import Tx

_DIALOG = re.compile(r"(chat|sg)?([0-9]{1,18})")
CLOSED = "there is no such dialog, or the caller is not in it"
OPEN = frozenset({Kind.OPEN, Kind.OPEN_CHANNEL})
"""Chats that all but outsiders and their bots may see without being in them."""
WORKGROUP = "SONET_GROUP"


class DialogRef(msgspec.Struct, frozen=True, gc=False):
    """A parsed DIALOG_ID: ``prefix`` is ``""`` for a person, ``chat`` or ``sg``."""

    prefix: str
    number: int


@raises(Reason.DIALOG_EMPTY)
def parse(text: str) -> DialogRef:
    """Read a DIALOG_ID. Raises DIALOG_EMPTY for what is none."""
    return _parsed(text.strip())


# Only what can be read is kept, and that is short.
@lru_cache(maxsize=1024)
def _parsed(text: str) -> DialogRef:
    match = _DIALOG.fullmatch(text)
    number = int(match.group(2)) if match else 0
    if match is None or number == 0:
        raise ApiError(Reason.DIALOG_EMPTY)
    return DialogRef(match.group(1) or "", number)


def means(dialog: DialogRef, chat: Chat) -> bool:
    """Whether an id means this chat, for any of its members."""
    if dialog.prefix == "sg":
        return chat.entity_type == WORKGROUP and chat.entity_id == str(dialog.number)
    if dialog.prefix == "chat":
        return chat.id == dialog.number
    return chat.pair is not None and str(dialog.number) in chat.pair.split(":")


def find(tx: Tx, user_id: int, dialog: DialogRef, *, locked: bool = False) -> Awaitable[Participant | None]:
    """The chat that a dialog id means for this user, whether or not it is open to the user."""
    if dialog.prefix == "chat":
        return chats.find(tx, dialog.number, user_id, locked=locked)
    if dialog.prefix == "sg":
        return chats.find_entity(tx, WORKGROUP, str(dialog.number), user_id=user_id, locked=locked)
    return chats.find_pair(tx, user_id, dialog.number, user_id=user_id, locked=locked)


async def visible(tx: Tx, who: Participant) -> bool:
    """Members see their chats; open chats are open to all but outsiders and their bots."""
    if who.member is not None:
        return True
    return who.chat.kind in OPEN and not await reach.outside(tx, who.actor_id)


@raises(Reason.DIALOG_EMPTY, Reason.DIALOG_CLOSED)
async def get(tx: Tx, user_id: int, text: str, *, locked: bool = False) -> Participant:
    """The chat of a DIALOG_ID that this user may see.

    Raises DIALOG_EMPTY, and DIALOG_CLOSED both where access is missing and where
    there is no such chat, so that nobody can probe.
    """
    who = await find(tx, user_id, parse(text), locked=locked)
    # Nearly always a member looks, of whom nothing has to be asked.
    if who is None or (who.member is None and not await visible(tx, who)):
        raise ApiError(Reason.DIALOG_CLOSED, hint=CLOSED)
    return who


def own(user_id: int, text: str) -> bool:
    """Whether a DIALOG_ID means the user's dialog with themselves, which exists before its first message."""
    return parse(text) == DialogRef("", user_id)


@raises(parse, Reason.DIALOG_CLOSED, Reason.USER_MISSING)
async def open_(tx: Tx, user_id: int, text: str) -> Participant:
    """The chat of a DIALOG_ID to write into; a private dialog is made on first use.

    Raises DIALOG_EMPTY, USER_MISSING for a stranger, DIALOG_CLOSED.
    """
    dialog = parse(text)
    who = await find(tx, user_id, dialog, locked=True)
    if who is None and not dialog.prefix:
        return await open_private(tx, user_id, dialog.number)
    if who is None or who.member is None:
        raise ApiError(Reason.DIALOG_CLOSED)
    return who


async def open_own(tx: Tx, user_id: int) -> Participant:
    """The user's dialog with themselves, created on first use."""
    who = await chats.find_pair(tx, user_id, user_id, user_id=user_id, locked=True)
    if who is None:
        await _add_private(tx, user_id, user_id, people=await users.find_many(tx, [user_id]))
        who = await chats.find_pair(tx, user_id, user_id, user_id=user_id, locked=True)
    assert who is not None
    return who


@raises(Reason.USER_MISSING)
async def open_private(tx: Tx, user_id: int, other_id: int) -> Participant:
    """The private dialog of two people, created on first use.

    Raises USER_MISSING, also for guests, who talk where they were let in and open no dialogs of their own, and for
    outsiders who may not know of the other one.
    """
    who = await chats.find_pair(tx, user_id, other_id, user_id=user_id, locked=True)
    if who is None:
        await _make_private(tx, user_id, other_id)
        who = await chats.find_pair(tx, user_id, other_id, user_id=user_id, locked=True)
    assert who is not None
    return who


@raises(Reason.USER_MISSING)
async def open_between(tx: Tx, bot_id: int, *, first_id: int, second_id: int) -> Participant:
    """The private dialog of two others, for a bot to announce something in it; ``first_id`` acts.

    One with an outsider is not created, and an outsider's bot is let into its own dialogs only. Raises USER_MISSING.
    """
    if bot_id not in (first_id, second_id) and await reach.outside(tx, bot_id):
        raise ApiError(Reason.USER_MISSING)
    who = await chats.find_pair(tx, first_id, second_id, user_id=first_id, locked=True)
    if who is not None:
        return who
    if await reach.outside(tx, first_id) or await reach.outside(tx, second_id):
        raise ApiError(Reason.USER_MISSING)
    return await open_private(tx, first_id, second_id)


async def _make_private(tx: Tx, user_id: int, other_id: int) -> None:
    people = await reach.known(tx, user_id, [user_id, other_id])
    if {person.id for person in people} != {user_id, other_id} or not all(person.active for person in people):
        raise ApiError(Reason.USER_MISSING)
    if await reach.guest(tx, user_id):
        raise ApiError(Reason.USER_MISSING)
    await _add_private(tx, user_id, other_id, people=people)


async def _add_private(tx: Tx, user_id: int, other_id: int, *, people: list[User]) -> None:
    chat_id = await chats.add_private(tx, user_id, other_id)
    if chat_id is None:
        return
    for person in people:
        await members.add(
            tx,
            chat_id,
            person.id,
            role=Role.MEMBER,
            first_id=0,
            read_id=0,
            read_counted=0,
            bot=person.bot,
        )
        if person.bot:
            await bots.count(tx, person.id, chats=1, people=sum(not user.bot for user in people))
    await chats.count_members(
        tx,
        chat_id,
        members=len(people),
        guests=sum(person.outside for person in people),
        bots=sum(person.bot for person in people),
    )
    await outbox.publish(tx, ChatAdded(actor_id=user_id, chat_id=chat_id, kind=Kind.PRIVATE, title=""))
    who = await chats.find(tx, chat_id, user_id)
    assert who is not None
    await _greet(tx, who, people)


async def _greet(tx: Tx, who: Participant, people: list[User]) -> None:
    """A bot is told when a private dialog with it is first opened, as if it had joined a chat."""
    for person in people:
        if person.bot and person.id != who.actor_id:
            event = MemberJoined(actor_id=who.actor_id, chat_id=who.chat.id, user_id=person.id, history=True)
            await outbox.publish(tx, event, who.chat)
