"""Messages that were found, as `im.dialog.messages.search` writes them: in the names of the second generation."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from botyard.api.im.shapes import Phones, StaffPhones, UserShape, message, staff
from botyard.api.shapes import entities
from botyard.api.shapes.entities import Forward
from botyard.api.shapes.files import ShownFile, shown_of
from botyard.chat.conversation.reactions import LIKE
from botyard.model.chats import Participant
from botyard.model.messages import Message
from botyard.rpc.call import Call
from botyard.store import messages, search_index, users
from botyard.store.messages import Reacted


class FoundMessage(msgspec.Struct, frozen=True, gc=False):
    """A message; the chat and the author stand there in both spellings, as on the page."""

    id: int
    chat: int = msgspec.field(name="chatId")
    chat_id: int
    author: int = msgspec.field(name="authorId")
    author_id: int
    date: str
    text: str
    is_system: bool = msgspec.field(name="isSystem")
    uuid: str | None
    forward: Forward | None
    params: dict[str, Any] | list[Any]
    viewed_by_others: bool = msgspec.field(name="viewedByOthers")
    block: None
    unread: bool
    viewed: bool
    viewed_count: int = msgspec.field(name="viewedCount")


class FoundUser(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """A person or bot beside messages. `False` stands for what is not known."""

    id: int
    active: bool
    name: str
    first_name: str
    last_name: str
    work_position: str
    color: str
    avatar: str
    avatar_hr: str
    gender: str
    birthday: str
    extranet: bool
    network: bool
    bot: bool
    connector: bool
    external_auth_id: str
    status: str
    idle: bool
    last_activity_date: str
    mobile_last_date: bool | str
    desktop_last_date: bool | str
    absent: bool
    departments: list[int]
    phones: Phones
    bot_data: None
    type: str
    website: str
    email: str


class ReactionsShape(msgspec.Struct, frozen=True, rename="camel"):
    """Reactions to one message by their names, and those of the caller."""

    message_id: int
    reaction_counters: dict[str, int]
    reaction_users: dict[str, list[int]]
    own_reactions: list[str]


class ShortUser(msgspec.Struct, frozen=True):
    """Somebody who reacted."""

    id: int
    name: str
    avatar: str


class TariffRestrictions(msgspec.Struct, frozen=True, rename="camel"):
    """There is no tariff here, and so no part of the history that it hides."""

    is_history_limit_exceeded: bool = False


class FoundAnswer(msgspec.Struct, frozen=True, rename="camel"):
    """Messages with their authors, their files, what they quote, and who reacted to them."""

    users: list[FoundUser]
    files: list[ShownFile]
    additional_messages: list[FoundMessage]
    copilot: None
    stickers: list[None]
    reactions: list[ReactionsShape]
    tariff_restrictions: TariffRestrictions
    users_short: list[ShortUser]
    messages: list[FoundMessage]


async def found_answer(call: Call, who: Participant, listed: list[Message]) -> FoundAnswer:
    """What the page says of messages that were found."""
    if not listed:
        return FoundAnswer([], [], [], None, [], [], TariffRestrictions(), [], [])
    quoted = await _quoted(call, who, listed)
    shown = [*listed, *quoted]
    reacted = await messages.reactions_to(call.tx, (entry.id for entry in shown))
    viewers = await messages.viewers_of(call.tx, (entry.id for entry in shown))
    people = await staff(call, (entry.author_id for entry in shown if entry.author_id))
    liked = {entry.message_id: entry.user_ids for entry in reacted if entry.reaction == LIKE}
    shapes = [_message(call, who, entry, liked.get(entry.id), viewers.get(entry.id, 0)) for entry in shown]
    return FoundAnswer(
        [_user(person) for person in people.values()],
        await shown_of(call, shown),
        shapes[len(listed) :],
        None,
        [],
        _reactions(reacted, call.user_id),
        TariffRestrictions(),
        await _short(call, reacted),
        shapes[: len(listed)],
    )


async def _quoted(call: Call, who: Participant, listed: list[Message]) -> list[Message]:
    """The messages that others reply to, as far as the caller may see them, but for those that are there already."""
    first = who.member.first_id if who.member else 0
    wanted = {entry.reply_id for entry in listed if entry.reply_id >= max(first, 1)} - {entry.id for entry in listed}
    return await search_index.messages(call.tx, who.chat.id, wanted) if wanted else []


def _message(call: Call, who: Participant, entry: Message, liked: list[int] | None, viewers: int) -> FoundMessage:
    shape = message(call, entry, who.member, liked)
    return FoundMessage(
        entry.id,
        entry.chat_id,
        entry.chat_id,
        entry.author_id,
        entry.author_id,
        shape.date,
        shape.text,
        entry.system,
        entry.uuid,
        entities.forward(call.context, entry.params),
        shape.params,
        viewers > 0,
        None,
        shape.unread,
        who.member is not None and entry.id <= who.member.read_id,
        viewers,
    )


def _user(person: UserShape) -> FoundUser:
    """Numbers are an object here and never `False`, and moments of absence are flags."""
    fields = {name: getattr(person, name) for name in UserShape.__struct_fields__}
    phones = person.phones if isinstance(person.phones, Phones) else StaffPhones()
    return FoundUser(**fields | {"idle": bool(person.idle), "absent": bool(person.absent), "phones": phones})


def _reactions(reacted: Iterable[Reacted], viewer_id: int) -> list[ReactionsShape]:
    shapes: dict[int, ReactionsShape] = {}
    for message_id, reaction, user_ids in reacted:
        shape = shapes.setdefault(message_id, ReactionsShape(message_id, {}, {}, []))
        shape.reaction_counters[reaction] = len(user_ids)
        shape.reaction_users[reaction] = user_ids
        if viewer_id in user_ids:
            shape.own_reactions.append(reaction)
    return list(shapes.values())


async def _short(call: Call, reacted: Iterable[Reacted]) -> list[ShortUser]:
    ids = sorted({user_id for entry in reacted for user_id in entry.user_ids})
    known = await users.find_many(call.tx, ids)
    return [ShortUser(person.id, person.full_name, call.context.url(person.avatar)) for person in known]
