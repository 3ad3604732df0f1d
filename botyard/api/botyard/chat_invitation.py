"""`botyard.chat.invitation.*`: links by which people come into a chat."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from botyard.api.botyard.family import method
from botyard.chat.conversation import invitations, members
from botyard.errors import ApiError, ErrorCode, Reason
from botyard.rpc.access import Access, require
from botyard.rpc.call import Call
from botyard.rpc.method import Mode, Params
from botyard.store.chat_invitations import Invitation


class OfChat(Params, frozen=True, rename="upper"):
    chat_id: int = 0


class Add(OfChat, frozen=True, rename="upper"):
    days: Annotated[int, Meta(description="How long the link works, 1 to 365 days.")] = invitations.DAYS
    hide_history: bool = True


class Revoke(OfChat, frozen=True, rename="upper"):
    id: Annotated[int, Meta(description="The link, as the list shows it.")] = 0


class Coded(Params, frozen=True, rename="upper"):
    code: Annotated[str, Meta(description="What the link carries.")] = ""


class InvitationAnswer(msgspec.Struct, frozen=True, rename="upper"):
    """A link; JOINED is how many have come by it."""

    id: int
    chat_id: int
    user_id: int
    created: str
    expires: str
    hide_history: bool
    joined: int


class NewAnswer(InvitationAnswer, frozen=True, rename="upper"):
    """The same with CODE, which is shown this once: an address with it is the client's to make."""

    code: str


class Invited(msgspec.Struct, frozen=True, rename="upper"):
    """Where a link leads: the chat, how many are in it, and who has made the link."""

    chat_id: int
    title: str
    avatar: str
    members: int
    user_id: int


@method(
    "botyard.chat.invitation.add",
    access=Access.MESSENGER,
    mode=Mode.WRITE,
    raises=(members.get_group, invitations.add),
)
async def add(call: Call, p: Add) -> NewAnswer:
    """Make a link into a group chat. Those who come by it see older messages only with HIDE_HISTORY `N`.

    It works until it expires or is revoked, and as long as its maker may add people to the chat.
    With `N` they see what the caller sees.
    """
    who = await members.get_group(call.tx, call.user_id, p.chat_id)
    made = await invitations.add(call.tx, who, days=p.days, hide_history=p.hide_history)
    return NewAnswer(**msgspec.structs.asdict(_answer(call, made.invitation)), code=made.code)


@method("botyard.chat.invitation.list", access=Access.MESSENGER, raises=(members.get_group, invitations.list_))
async def list_(call: Call, p: OfChat) -> list[InvitationAnswer]:
    """List the links into a group chat that the caller has made; managers see all."""
    who = await members.get_group(call.tx, call.user_id, p.chat_id, locked=False)
    return [_answer(call, invitation) for invitation in await invitations.list_(call.tx, who)]


@method("botyard.chat.invitation.revoke", access=Access.MESSENGER, mode=Mode.WRITE, raises=(members.get_group,))
async def revoke(call: Call, p: Revoke) -> bool:
    """End a link that the caller has made, or as a manager anybody's; `false` where there is none such."""
    who = await members.get_group(call.tx, call.user_id, p.chat_id)
    return await invitations.revoke(call.tx, who, p.id)


@method("botyard.chat.invitation.get", access=Access.MESSENGER, raises=(ErrorCode.GUEST, Reason.ARGUMENT))
async def get(call: Call, p: Coded) -> Invited | None:
    """Tell where a link leads; `null` where it does not work for the caller."""
    _require_code(call, p)
    known = await invitations.find(call.tx, call.user_id, p.code)
    if known is None:
        return None
    invitation, maker = known
    chat = maker.chat
    return Invited(chat.id, chat.title, call.context.url(chat.avatar), chat.members, invitation.user_id)


@method(
    "botyard.chat.invitation.join",
    access=Access.MESSENGER,
    mode=Mode.WRITE,
    raises=(ErrorCode.GUEST, Reason.ARGUMENT),
)
async def join(call: Call, p: Coded) -> int:
    """Come into a chat by a link, and return the chat's id; 0 where the link does not work for the caller."""
    _require_code(call, p)
    return await invitations.join(call.tx, call.user_id, p.code)


def _require_code(call: Call, p: Coded) -> None:
    require(Access.PERSON, call.identity)
    if not p.code:
        raise ApiError(Reason.ARGUMENT, reason="CODE is missing")


def _answer(call: Call, invitation: Invitation) -> InvitationAnswer:
    return InvitationAnswer(
        invitation.id,
        invitation.chat_id,
        invitation.user_id,
        call.atom(invitation.created),
        call.atom(invitation.expires),
        invitation.hide_history,
        invitation.joined,
    )
