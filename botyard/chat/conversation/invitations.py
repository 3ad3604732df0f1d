"""Links by which people come into a group chat: made by those who may add people, and good as long as they may."""

from __future__ import annotations

import hashlib
import secrets
from typing import NamedTuple

from botyard.chat import rules
from botyard.chat.conversation import members, messages
from botyard.chat.rules import Act
from botyard.errors import ApiError, Reason, raises
from botyard.model.chats import RANK, Participant, Role
from botyard.store import chat_invitations, chats, reach
from botyard.store.chat_invitations import Invitation
from botyard.store.engines.db import Tx

MOST = 50
"""Links into one chat."""
DAYS = 7
DAYS_MAX = 365
DAY = 86_400
_CODE_BYTES = 24


class NewInvitation(NamedTuple):
    """A link, and the code that it carries, which is shown this once."""

    invitation: Invitation
    code: str


@raises(*rules.reasons(Act.ADD_MEMBER), Reason.ARGUMENT, Reason.INVITATIONS_MANY)
async def add(tx: Tx, who: Participant, *, days: int, hide_history: bool) -> NewInvitation:
    """Make a link into a chat that was found locked.

    Raises EXTEND_FORBIDDEN, MEMBER_EXISTS where the role is too low, ARGUMENT, INVITATIONS_MANY.
    """
    rules.require(Act.ADD_MEMBER, who)
    if not 0 < days <= DAYS_MAX:
        raise ApiError(Reason.ARGUMENT, reason=f"DAYS must be 1 to {DAYS_MAX}")
    if await chat_invitations.count(tx, who.chat.id) >= MOST:
        raise ApiError(Reason.INVITATIONS_MANY, limit=MOST)
    code = secrets.token_urlsafe(_CODE_BYTES)
    invitation_id = await chat_invitations.add(
        tx,
        who.chat.id,
        who.actor_id,
        code_hash=_hashed(code),
        expires=tx.now + days * DAY,
        hide_history=hide_history,
    )
    made = await chat_invitations.find(tx, who.chat.id, invitation_id)
    assert made is not None
    return NewInvitation(made, code)


@raises(*rules.reasons(Act.ADD_MEMBER))
async def list_(tx: Tx, who: Participant) -> list[Invitation]:
    """The links into a chat: those that the member has made, to managers all. Raises what ``add`` does of roles."""
    rules.require(Act.ADD_MEMBER, who)
    listed = await chat_invitations.of_chat(tx, who.chat.id)
    return [invitation for invitation in listed if _may_end(who, invitation)]


async def revoke(tx: Tx, who: Participant, invitation_id: int) -> bool:
    """End a link that the member has made, or as a manager anybody's; ``False`` where there is none such."""
    invitation = await chat_invitations.find(tx, who.chat.id, invitation_id)
    if invitation is None or not _may_end(who, invitation):
        return False
    await chat_invitations.remove(tx, invitation.id)
    return True


async def find(tx: Tx, user_id: int, code: str, *, locked: bool = False) -> tuple[Invitation, Participant] | None:
    """A link that works for a person, and its maker in the chat.

    It works while its maker may add people, and the person is somebody whom the maker may add.
    """
    invitation = await chat_invitations.with_code(tx, _hashed(code))
    maker = await chats.find(tx, invitation.chat_id, invitation.user_id, locked=locked) if invitation else None
    if invitation is None or maker is None or maker.member is None or not rules.allowed(Act.ADD_MEMBER, maker):
        return None
    wanted = {person.id: person for person in await reach.known(tx, maker.actor_id, [maker.actor_id, user_id])}
    able = all(person.active and not person.bot for person in wanted.values())
    return (invitation, maker) if able and {maker.actor_id, user_id} <= wanted.keys() else None


async def join(tx: Tx, user_id: int, code: str) -> int:
    """Come into a chat by a link. Returns the chat's id, 0 where the link does not work; members stay as they are."""
    known = await find(tx, user_id, code, locked=True)
    if known is None:
        return 0
    invitation, maker = known
    coming = Participant(user_id, maker.chat, None)
    people = [person for person in await reach.known(tx, maker.actor_id, [user_id]) if person.id == user_id]
    shown_from = members.first_seen(maker)
    added = await members.join(tx, coming, people, hide_history=invitation.hide_history, shown_from=shown_from)
    if added:
        await chat_invitations.count_joined(tx, invitation.id)
        text = f"{members.mention(added[0])} joined the chat by a link"
        await messages.add_system_message(tx, coming, text, code="CHAT_JOIN")
    return maker.chat.id


def _may_end(who: Participant, invitation: Invitation) -> bool:
    return invitation.user_id == who.actor_id or RANK[rules.role(who)] >= RANK[Role.MANAGER]


def _hashed(code: str) -> str:
    # Of so many random bits nobody finds the code by trying, with or without a key.
    return hashlib.sha256(code.encode()).hexdigest()
