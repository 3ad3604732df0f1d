"""Members of group chats: add, remove, leave, roles."""

from __future__ import annotations

from botyard.chat import rules
from botyard.chat.conversation import dialogs, messages
from botyard.chat.rules import Act
from botyard.errors import ApiError, Reason, raises
from botyard.events import outbox
from botyard.model.chats import Chat, Participant, Role
from botyard.model.events import ChatChanged, MemberJoined, MemberLeft, RoleChanged
from botyard.model.people import User, UserKind
from botyard.model.personal_events import ChatMuted
from botyard.store import bots as stored_bots
from botyard.store import chats, joining, members, reach, users
from botyard.store.engines.db import Tx
from botyard.store.joining import NewMembers
from botyard.store.members import MemberPage


@raises(Reason.CHAT_EMPTY, Reason.CHAT_CLOSED, Reason.CHAT_KIND)
async def get_group(tx: Tx, user_id: int, chat_id: int, *, locked: bool = True) -> Participant:
    """A group chat to act upon, or not ``locked`` to look at.

    Raises CHAT_EMPTY for id 0, CHAT_KIND for the user's private dialog, and CHAT_CLOSED alike
    for no chat and for one that is closed to the user, so that nobody can probe.
    """
    if chat_id <= 0:
        raise ApiError(Reason.CHAT_EMPTY)
    who = await chats.find(tx, chat_id, user_id, locked=locked)
    if who is None or not await dialogs.visible(tx, who):
        raise ApiError(Reason.CHAT_CLOSED, hint="there is no such group chat, or the caller is not in it")
    if who.chat.private:
        raise ApiError(Reason.CHAT_KIND, hint="it is a private dialog, and this is for group chats")
    return who


@raises(*rules.reasons(Act.ADD_MEMBER), Reason.MEMBER_EXISTS)
async def add(tx: Tx, who: Participant, user_ids: list[int], *, hide_history: bool) -> list[int]:
    """Add people; unknown and inactive ones are passed over, and for outsiders whom they may not know of.

    Returns the ids of those who are new.

    Raises EXTEND_FORBIDDEN, and MEMBER_EXISTS where the role is too low or nobody is new.
    """
    added = await invite(tx, who, user_ids, hide_history=hide_history)
    if not added:
        raise ApiError(Reason.MEMBER_EXISTS, hint="all of them are in the chat already, or do not exist")
    return added


@raises(*rules.reasons(Act.ADD_MEMBER))
async def invite(tx: Tx, who: Participant, user_ids: list[int], *, hide_history: bool) -> list[int]:
    """Add people; nothing happens when nobody is new. Raises EXTEND_FORBIDDEN, and MEMBER_EXISTS for too low a role."""
    rules.require(Act.ADD_MEMBER, who)
    people = [person for person in await reach.known(tx, who.actor_id, user_ids) if person.active]
    added = await join(tx, who, people, hide_history=hide_history, shown_from=first_seen(who))
    if not added:
        return []
    invited = ", ".join(mention(person) for person in added)
    text = f"{await _name(tx, who.actor_id)} invited {invited} to the chat"
    await messages.add_system_message(tx, who, text, code="CHAT_JOIN")
    return [person.id for person in added]


async def join(
    tx: Tx,
    who: Participant,
    people: list[User],
    *,
    hide_history: bool,
    shown_from: int = 0,
    managers: frozenset[int] = frozenset(),
) -> list[User]:
    """Add people as members, publish an event for each, and update the chat's counters. Members are passed over.

    Unless the history is hidden they see it from the message ``shown_from`` on: nobody shows others more than is seen.
    """
    chat = who.chat
    hidden = hide_history and chat.last_message_id > 0
    coming = NewMembers(
        [person.id for person in people],
        chat.owner_id,
        managers,
        first_id=chat.last_message_id + 1 if hidden else shown_from,
        read_id=chat.last_message_id,
        read_counted=chat.counted,
    )
    new = await joining.add_all(tx, chat.id, coming) if people else set()
    added = [person for person in people if person.id in new]
    if not added:
        return []
    bots = [person.id for person in added if person.bot]
    if bots:
        await stored_bots.count_chat(tx, bots)
    guests = sum(person.outside for person in added)
    await chats.count_members(tx, chat.id, members=len(added), guests=guests, bots=len(bots))
    joined = (
        MemberJoined(
            actor_id=who.actor_id,
            chat_id=chat.id,
            user_id=person.id,
            history=not hide_history,
            first_id=0 if hide_history else shown_from,
        )
        for person in added
    )
    await outbox.publish_all(tx, joined, await chats.reload(tx, chat.id))
    return added


def first_seen(who: Participant) -> int:
    """The first message that a member sees."""
    return who.member.first_id if who.member else 0


@raises(*rules.reasons(Act.REMOVE_MEMBER), Reason.OWNER_MAY_NOT_LEAVE, Reason.MEMBER_MISSING, *rules.reasons(Act.LEAVE))
async def remove(tx: Tx, who: Participant, user_id: int) -> None:
    """Remove a member.

    Raises KICK_FORBIDDEN, OWNER_MAY_NOT_LEAVE, and MEMBER_MISSING where the role is too
    low or the user is not in the chat.
    """
    if user_id == who.actor_id:
        await leave(tx, who)
        return
    rules.require(Act.REMOVE_MEMBER, who)
    _require_owner_may_go(who.chat, user_id)
    target = await members.find(tx, who.chat.id, user_id)
    if target is None or who.member is None or not rules.outranks(who.member, target):
        raise ApiError(Reason.MEMBER_MISSING, hint=f"{user_id} is not in the chat, or has a higher role")
    await _remove_member(tx, who, user_id)
    gone = await _name(tx, user_id)
    text = f"{await _name(tx, who.actor_id)} removed {gone} from the chat"
    await messages.add_system_message(tx, who, text, code="CHAT_LEAVE")


@raises(*rules.reasons(Act.REMOVE_MEMBER), remove)
async def remove_if_member(tx: Tx, who: Participant, user_id: int) -> None:
    """Remove a user; nothing happens when they are not in the chat."""
    if user_id != who.actor_id:
        rules.require(Act.REMOVE_MEMBER, who)
    if await members.find(tx, who.chat.id, user_id):
        await remove(tx, who, user_id)


@raises(*rules.reasons(Act.LEAVE), Reason.OWNER_MAY_NOT_LEAVE, Reason.MEMBER_MISSING)
async def leave(tx: Tx, who: Participant) -> None:
    """Leave the chat. Raises KICK_FORBIDDEN, OWNER_MAY_NOT_LEAVE, MEMBER_MISSING."""
    rules.require(Act.LEAVE, who)
    _require_owner_may_go(who.chat, who.actor_id)
    await _leave(tx, who)


@raises(Reason.MEMBER_MISSING)
async def force_remove(tx: Tx, user_id: int, chat_id: int) -> None:
    """Remove a member whose account goes, whatever the rules of the chat."""
    await _leave(tx, Participant(user_id, await chats.reload(tx, chat_id), None))


async def _leave(tx: Tx, who: Participant) -> None:
    await _remove_member(tx, who, who.actor_id)
    text = f"{await _name(tx, who.actor_id)} left the chat"
    await messages.add_system_message(tx, who, text, code="CHAT_LEAVE")


@raises(*rules.reasons(Act.SET_MANAGER), Reason.MANAGER_DENIED)
async def set_manager(tx: Tx, who: Participant, user_id: int, *, on: bool) -> None:
    """Give or take the manager's role. Raises MANAGER_DENIED for anybody but the owner and for strangers."""
    rules.require(Act.SET_MANAGER, who)
    target = await members.find(tx, who.chat.id, user_id)
    if target is None or target.role == Role.OWNER:
        raise ApiError(Reason.MANAGER_DENIED, hint=f"{user_id} is the owner, or not in the chat")
    await _set_managers(tx, who, [user_id], on=on)


@raises(*rules.reasons(Act.SET_MANAGER))
async def set_managers(tx: Tx, who: Participant, user_ids: list[int], *, on: bool) -> None:
    """Give or take the role of several, passing strangers over. Raises MANAGER_DENIED for anybody but the owner."""
    rules.require(Act.SET_MANAGER, who)
    await _set_managers(tx, who, user_ids, on=on)


async def _set_managers(tx: Tx, who: Participant, user_ids: list[int], *, on: bool) -> None:
    """The owner, who leads already, and strangers are passed over."""
    chat, role = who.chat, Role.MANAGER if on else Role.MEMBER
    changed = await members.set_roles(tx, chat.id, user_ids, role=role) if user_ids else []
    happened = (RoleChanged(actor_id=who.actor_id, chat_id=chat.id, user_id=user_id, role=role) for user_id in changed)
    await outbox.publish_all(tx, happened, chat)


@raises(*rules.reasons(Act.SET_OWNER), Reason.OWNER_DENIED)
async def set_owner(tx: Tx, who: Participant, user_id: int) -> None:
    """Hand the chat over to another member. Raises OWNER_DENIED for anybody but the owner and for strangers."""
    rules.require(Act.SET_OWNER, who)
    chat = who.chat
    if await members.find(tx, chat.id, user_id) is None:
        raise ApiError(Reason.OWNER_DENIED, hint=f"{user_id} is not in the chat")
    if user_id == chat.owner_id:
        return
    await members.set_role(tx, chat.id, chat.owner_id, role=Role.MEMBER)
    await members.set_role(tx, chat.id, user_id, role=Role.OWNER)
    await chats.set_owner(tx, chat.id, user_id)
    event = ChatChanged(actor_id=who.actor_id, chat_id=chat.id, field="owner", value=str(user_id))
    await outbox.publish(tx, event, chat)
    owner = await _name(tx, user_id)
    text = f"{await _name(tx, who.actor_id)} made {owner} the owner of the chat"
    await messages.add_system_message(tx, who, text, code="CHAT_OWNER")


@raises(*rules.reasons(Act.MUTE))
async def mute(tx: Tx, who: Participant, *, on: bool) -> None:
    """Switch a member's notifications of a chat off, or on again. Raises CHAT_KIND, and CHAT_CLOSED for others."""
    rules.require(Act.MUTE, who)
    if who.member is None:
        raise ApiError(Reason.CHAT_CLOSED, hint="who only reads a chat is not notified of it")
    await members.set_muted(tx, who.chat.id, who.actor_id, muted=on)
    if who.member.muted != on:
        await outbox.publish(tx, ChatMuted(actor_id=who.actor_id, chat_id=who.chat.id, on=on), who)


async def page(tx: Tx, chat: Chat, wanted: MemberPage) -> tuple[list[int], int]:
    """A page of the ids of everybody in a chat, and how many there are but for those who are left out."""
    total = chat.members
    if UserKind.BOT in wanted.without:
        total -= chat.bots
    if UserKind.EMAIL in wanted.without and chat.guests:
        total -= await members.count_kind(tx, chat.id, UserKind.EMAIL)
    return await members.ids_after(tx, chat.id, wanted), total


@raises(*rules.reasons(Act.LIST_MEMBERS))
async def list_(tx: Tx, who: Participant) -> list[int]:
    """Ids of everybody in the chat. Raises CHAT_KIND where there is no list to see."""
    require_listing(who)
    return await members.ids(tx, who.chat.id)


@raises(*rules.reasons(Act.LIST_MEMBERS))
def require_listing(who: Participant) -> None:
    """Check that the list of members may be read. Raises CHAT_KIND."""
    rules.require(Act.LIST_MEMBERS, who)


def mention(person: User) -> str:
    """A person's name as system messages write it: always the one that the person has now."""
    return f"[USER={person.id} REPLACE]{person.full_name}[/USER]"


async def _name(tx: Tx, user_id: int) -> str:
    person = await users.find(tx, user_id)
    return mention(person) if person else "Somebody"


def _require_owner_may_go(chat: Chat, user_id: int) -> None:
    if user_id == chat.owner_id and not rules.restrictions(chat).leave_owner:
        raise ApiError(Reason.OWNER_MAY_NOT_LEAVE, hint="hand the chat over first")


async def _remove_member(tx: Tx, who: Participant, user_id: int) -> None:
    chat = who.chat
    if not await members.remove(tx, chat.id, user_id):
        raise ApiError(Reason.MEMBER_MISSING)
    person = await users.find(tx, user_id)
    guest, bot = bool(person and person.outside), bool(person and person.bot)
    await chats.count_members(tx, chat.id, members=-1, guests=-int(guest), bots=-int(bot))
    if bot:
        await stored_bots.count(tx, user_id, chats=-1)
    await outbox.publish(tx, MemberLeft(actor_id=who.actor_id, chat_id=chat.id, user_id=user_id), chat)
    if user_id == chat.owner_id:
        await _pass_ownership(tx, who)


async def _pass_ownership(tx: Tx, who: Participant) -> None:
    """The owner went: the first manager, else the member who has been there longest, takes over."""
    chat = who.chat
    heir = await members.successor(tx, chat.id)
    await chats.set_owner(tx, chat.id, heir)
    if heir:
        await members.set_role(tx, chat.id, heir, role=Role.OWNER)
        event = ChatChanged(actor_id=who.actor_id, chat_id=chat.id, field="owner", value=str(heir))
        await outbox.publish(tx, event, chat)
