"""`botyard.chat.*`: what a messenger does with chats, beyond what is documented for people."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from botyard.api.botyard.family import method
from botyard.api.shapes import entities
from botyard.api.shapes.dialog import placed
from botyard.api.shapes.entities import UserShape
from botyard.chat.conversation import chats, looking, members, permissions
from botyard.errors import ApiError, Reason
from botyard.model.chats import ChatPermissions
from botyard.rpc.access import Access
from botyard.rpc.call import Call
from botyard.rpc.method import Mode, Params
from botyard.wire.coerce import Ids

MEMBERS_MAX = 200
MANAGERS_MAX = 200
"""People that one call makes managers."""

_ROLES = "the weakest role, `member`, `manager` or `owner`"


class Named(Params, frozen=True, rename="upper"):
    chat_id: int = 0


class Described(Named, frozen=True, rename="upper"):
    description: Annotated[str, Meta(description="The new description; an empty one removes it.")] = ""


class Permissions(Named, frozen=True, rename="upper"):
    """What is left out stays."""

    manage_users_add: Annotated[str | None, Meta(description=f"Who may add people: {_ROLES}.")] = None
    manage_users_delete: Annotated[str | None, Meta(description=f"Who may remove people: {_ROLES}.")] = None
    manage_ui: Annotated[str | None, Meta(description=f"Who may change how the chat looks: {_ROLES}.")] = None
    manage_settings: Annotated[str | None, Meta(description=f"Who may call this method: {_ROLES}.")] = None
    manage_messages: Annotated[str | None, Meta(description=f"Who may pin messages: {_ROLES}.")] = None
    can_post: Annotated[str | None, Meta(description=f"Who may write: {_ROLES}.")] = None


class Managers(Named, frozen=True, rename="upper"):
    users: Ids = []


class Members(Params, frozen=True, rename="upper"):
    dialog_id: str = ""
    find: Annotated[str, Meta(description="Words that begin words of the name.")] = ""
    after: Annotated[int, Meta(description="Only people with higher ids: `NEXT` of the part before.")] = 0
    limit: int = 50


class MemberRow(msgspec.Struct, frozen=True, rename="upper"):
    """Somebody in a chat, who looks as in events of the second generation."""

    user: UserShape
    role: str


class MemberRows(msgspec.Struct, frozen=True, rename="upper"):
    """A part of the members; NEXT is AFTER of the next part, 0 at the end."""

    members: list[MemberRow]
    next: int


@method(
    "botyard.chat.description.set",
    access=Access.MESSENGER,
    mode=Mode.WRITE,
    raises=(members.get_group, chats.describe),
)
async def description_set(call: Call, p: Described) -> bool:
    """Set the description of a group chat, as far as the chat lets the caller's role change how it looks."""
    who = await members.get_group(call.tx, call.user_id, p.chat_id)
    await chats.describe(call.tx, who, p.description)
    return True


@method(
    "botyard.chat.permissions.set",
    access=Access.MESSENGER,
    mode=Mode.WRITE,
    raises=(members.get_group, permissions.set_),
)
async def permissions_set(call: Call, p: Permissions) -> bool:
    """Say which roles may do what in a group chat; `false` where it is so already. `im.dialog.get` shows them."""
    who = await members.get_group(call.tx, call.user_id, p.chat_id)
    wanted = {name: _role(getattr(p, name)) for name in ChatPermissions.__struct_fields__}
    return await permissions.set_(call.tx, who, ChatPermissions(**wanted))


def _role(text: str | None) -> str | None:
    return None if text is None else text.strip().lower()


@method(
    "botyard.chat.manager.add",
    access=Access.MESSENGER,
    mode=Mode.WRITE,
    raises=(members.get_group, members.set_managers, Reason.USERS_FORMAT),
)
async def manager_add(call: Call, p: Managers) -> bool:
    """Make members managers of the caller's chat, at most 200 at a time; people who are not in it are ignored."""
    await _set_managers(call, p, on=True)
    return True


@method(
    "botyard.chat.manager.delete",
    access=Access.MESSENGER,
    mode=Mode.WRITE,
    raises=(members.get_group, members.set_managers, Reason.USERS_FORMAT),
)
async def manager_delete(call: Call, p: Managers) -> bool:
    """Take the managers' role in the caller's chat away from people, at most 200 at a time."""
    await _set_managers(call, p, on=False)
    return True


async def _set_managers(call: Call, p: Managers, *, on: bool) -> None:
    who = await members.get_group(call.tx, call.user_id, p.chat_id)
    if p.users is None or len(p.users) > MANAGERS_MAX:
        raise ApiError(Reason.USERS_FORMAT, hint=f"USERS must be a list of at most {MANAGERS_MAX} ids")
    await members.set_managers(call.tx, who, p.users, on=on)


@method("botyard.chat.member.list", access=Access.MESSENGER, raises=(placed,))
async def member_list(call: Call, p: Members) -> MemberRows:
    """List who is in a chat with their roles, in the order of their ids: 50 or LIMIT (at most 200) at a time.

    With FIND only those whose names have these words, or words that begin so. A call looks at 500 members: NEXT says
    where the next goes on, also where none of these has such a name.
    """
    who = await placed(call, p.dialog_id)
    limit = min(p.limit, MEMBERS_MAX) if p.limit > 0 else 50
    stretch = await looking.members_of(call.tx, who.chat, find=p.find, after=max(0, p.after), limit=limit)
    people = await entities.people(call.tx, call.context, [member.user_id for member in stretch.members])
    rows = [MemberRow(people[member.user_id], member.role) for member in stretch.members if member.user_id in people]
    return MemberRows(rows, stretch.after)
