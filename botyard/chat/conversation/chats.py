"""Group chats: create, rename, colour, picture."""

from __future__ import annotations

import msgspec

from botyard.chat import rules
from botyard.chat.conversation import members, messages
from botyard.chat.conversation.colors import COLORS, color_for, hex_of, name_of
from botyard.chat.media import pictures
from botyard.chat.media.pictures import NamedPicture
from botyard.chat.rules import Act
from botyard.errors import ApiError, Reason, raises
from botyard.events import outbox
from botyard.model.chats import LINES, Kind, Participant
from botyard.model.events import ChatAdded, ChatChanged
from botyard.model.lengths import DESCRIPTION_MAX, WORDS_MAX
from botyard.model.messages import Draft
from botyard.model.people import User
from botyard.store import chats, reach, users
from botyard.store.engines.db import Tx

NAMED = 5
"""People that the title of a chat names when it was given none."""
MEMBERS_MAX = 10_000
"""People that one call may bring into a new chat."""


class NewChat(msgspec.Struct, frozen=True, kw_only=True):
    """The properties of a new chat. ``color`` is a HEX value or empty, ``avatar`` a path below the portal's address.

    ``owner_id`` 0 is whoever makes it. ``alone``: it is made even where nobody of those named exists.
    """

    kind: Kind = Kind.GROUP
    title: str = ""
    description: str = ""
    color: str = ""
    avatar: str = ""
    entity_type: str = ""
    entity_id: str = ""
    entity_data: tuple[str, str, str] = ("", "", "")
    message: str = ""
    user_ids: tuple[int, ...] = ()
    manager_ids: frozenset[int] = frozenset()
    owner_id: int = 0
    alone: bool = False


def entity_named(entity_type: str) -> str:
    """The type of what a chat belongs to; that of open lines is known in any case."""
    return LINES if entity_type.upper() == LINES else entity_type


def kind_of(type_: str, entity_type: str) -> Kind:
    """The kind of a new chat of a TYPE; one of an open line is of its own."""
    if entity_named(entity_type) == LINES:
        return Kind.LINES
    return Kind.OPEN if type_.upper() == "OPEN" else Kind.GROUP


@raises(Reason.CHAT_NOT_CREATED)
async def add(tx: Tx, actor_id: int, plan: NewChat) -> int:
    """Make a group chat, owned by the actor unless the plan says otherwise. Returns its id.

    Unknown and inactive people are passed over, also as owners, and so is whom an outsider may not know of. Raises
    CHAT_NOT_CREATED when more than ``MEMBERS_MAX`` are asked for or none of those named exists.
    """
    wanted = list(dict.fromkeys(plan.user_ids))
    if len(wanted) > MEMBERS_MAX:
        raise ApiError(Reason.CHAT_NOT_CREATED, hint=f"{len(wanted)} people came, {MEMBERS_MAX} are the most")
    people = [user for user in await reach.known(tx, actor_id, [actor_id, plan.owner_id, *wanted]) if user.active]
    present = {person.id for person in people}
    if actor_id not in present or (wanted and not plan.alone and not present & set(wanted)):
        raise ApiError(Reason.CHAT_NOT_CREATED, hint="none of the people who are named exists and is active")
    title = plan.title.strip()[:WORDS_MAX] or _chat_with([user for user in people if user.id != actor_id])
    first, second, third = plan.entity_data
    chat_id = await chats.add(
        tx,
        kind=plan.kind,
        title=title,
        description=plan.description[:DESCRIPTION_MAX],
        owner_id=plan.owner_id if plan.owner_id in present else actor_id,
        avatar=plan.avatar,
        color=plan.color,
        entity_type=plan.entity_type[:WORDS_MAX],
        entity_id=plan.entity_id[:WORDS_MAX],
        entity_data=(first[:WORDS_MAX], second[:WORDS_MAX], third[:WORDS_MAX]),
    )
    if not title:
        title = _numbered(chat_id, plan.color)
        await chats.set_title(tx, chat_id, title)
    await outbox.publish(tx, ChatAdded(actor_id=actor_id, chat_id=chat_id, kind=plan.kind, title=title))
    maker = Participant(actor_id, await chats.reload(tx, chat_id), None)
    # History is open to the first members: there is none yet that could be hidden from them.
    await members.join(tx, maker, people, hide_history=False, managers=plan.manager_ids)
    await _note_made(tx, maker, people)
    if plan.message:
        await messages.insert(tx, await messages.reloaded(tx, maker), Draft(text=plan.message))
    return chat_id


async def _note_made(tx: Tx, maker: Participant, people: list[User]) -> None:
    """Say in a new chat who made it, and whom they invited."""
    name = next(members.mention(person) for person in people if person.id == maker.actor_id)
    await messages.add_system_message(tx, maker, f"{name} created the chat", code="CHAT_CREATE")
    invited = ", ".join(members.mention(person) for person in people if person.id != maker.actor_id)
    if invited:
        await messages.add_system_message(tx, maker, f"{name} invited {invited} to the chat", code="CHAT_JOIN")


def _chat_with(people: list[User]) -> str:
    """The title of a chat that was given none, as im-chat-add.md writes it; nothing for a chat without others."""
    names = ", ".join(person.full_name for person in people[:NAMED] if person.full_name)
    return f"Chat with {names}"[:WORDS_MAX] if names else ""


def _numbered(chat_id: int, color: str) -> str:
    """The same for a chat without others: "Light blue chat №17"."""
    name = name_of(color or color_for(chat_id)) or ""
    return f"{name.replace('_', ' ').capitalize()} chat №{chat_id}"


@raises(*rules.reasons(Act.RENAME), Reason.TITLE_EMPTY)
async def rename(tx: Tx, who: Participant, title: str) -> None:
    """Set the title of a chat. Raises RENAME_FORBIDDEN, CHAT_KIND, TITLE_EMPTY."""
    if not title.strip():
        raise ApiError(Reason.TITLE_EMPTY)
    rules.require(Act.RENAME, who)
    new = title.strip()[:WORDS_MAX]
    if new == who.chat.title:
        return
    await chats.set_title(tx, who.chat.id, new)
    done = f'changed the title of the chat to "{new}"'
    await _changed(tx, who, field="title", value=new, done=done, code="CHAT_RENAME")


@raises(Reason.COLOR_UNKNOWN, *rules.reasons(Act.COLOR), Reason.COLOR_SAME)
async def set_named_color(tx: Tx, who: Participant, color: str) -> None:
    """Set the colour of a chat by its documented name. Raises COLOR_UNKNOWN, COLOR_SAME."""
    value = hex_of(color)
    if value is None:
        raise ApiError(Reason.COLOR_UNKNOWN, hint=f"known colours: {', '.join(COLORS)}")
    await set_color(tx, who, value)


@raises(*rules.reasons(Act.COLOR), Reason.COLOR_SAME)
async def set_color(tx: Tx, who: Participant, value: str) -> None:
    """Set the colour of a chat by its HEX value. Raises COLOR_SAME."""
    rules.require(Act.COLOR, who)
    if value == who.chat.color:
        raise ApiError(Reason.COLOR_SAME, hint="the chat has this colour already")
    await chats.set_color(tx, who.chat.id, value)
    await _changed(tx, who, field="color", value=value, done="changed the color of the chat", code="CHAT_COLOR")


@raises(*rules.reasons(Act.DESCRIBE))
async def describe(tx: Tx, who: Participant, text: str) -> None:
    """Set the description of a chat; an empty one removes it. Raises CHAT_KIND."""
    rules.require(Act.DESCRIBE, who)
    text = text[:DESCRIPTION_MAX]
    if text == who.chat.description:
        return
    await chats.set_description(tx, who.chat.id, text)
    done = "changed the description of the chat"
    await _changed(tx, who, field="description", value=text, done=done, code="CHAT_DESCRIPTION")


async def set_text_field(tx: Tx, who: Participant, *, on: bool) -> None:
    """Show or hide the text field: any member may, and no system message is written."""
    if on == who.chat.text_field:
        return
    await chats.set_text_field(tx, who.chat.id, on)
    event = ChatChanged(actor_id=who.actor_id, chat_id=who.chat.id, field="text_field", value="Y" if on else "N")
    await outbox.publish(tx, event, who)


@raises(*rules.reasons(Act.AVATAR))
def require_avatar(who: Participant) -> None:
    """Whether the picture may be changed, before one is stored. Raises AVATAR_FORBIDDEN, AVATAR_DENIED."""
    rules.require(Act.AVATAR, who)


@raises(require_avatar)
async def set_avatar(tx: Tx, who: Participant, avatar: str) -> None:
    """Set the picture of a chat, which is stored already. Raises AVATAR_FORBIDDEN, AVATAR_DENIED."""
    require_avatar(who)
    await chats.set_avatar(tx, who.chat.id, avatar)
    await _changed(tx, who, field="avatar", value=avatar, done="changed the picture of the chat", code="CHAT_AVATAR")


@raises(set_avatar, pictures.unwrap)
async def set_picture(tx: Tx, who: Participant, ready: NamedPicture | ApiError | None, *, quota: int) -> None:
    """Store what ``pictures.prepare`` made of a parameter and give it to a chat.

    Raises AVATAR_FORBIDDEN and AVATAR_DENIED before what is wrong with the picture, AVATAR_TYPE and AVATAR_SIZE.
    """
    require_avatar(who)
    picture = pictures.unwrap(ready)
    if picture is None:
        raise ApiError(Reason.AVATAR_TYPE)
    await set_avatar(tx, who, await pictures.store(tx, picture, quota=quota))


async def _changed(tx: Tx, who: Participant, *, field: str, value: str, done: str, code: str) -> None:
    event = ChatChanged(actor_id=who.actor_id, chat_id=who.chat.id, field=field, value=value)
    await outbox.publish(tx, event, who)
    person = await users.find(tx, who.actor_id)
    name = members.mention(person) if person else "Somebody"
    await messages.add_system_message(tx, who, f"{name} {done}", code=code)
