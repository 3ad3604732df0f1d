"""Who may do what in which kind of chat: one table, enforced and shown to clients."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

import msgspec

from botyard.errors import ApiError, Reason
from botyard.model.chats import RANK, Chat, Kind, Member, Participant, Role


class Act(StrEnum):
    """Things people do to a chat."""

    POST = "post"
    RENAME = "rename"
    COLOR = "color"
    DESCRIBE = "describe"
    AVATAR = "avatar"
    ADD_MEMBER = "add member"
    REMOVE_MEMBER = "remove member"
    LEAVE = "leave"
    MUTE = "mute"
    LIST_MEMBERS = "list members"
    SET_MANAGER = "set manager"
    SET_OWNER = "set owner"
    SET_PERMISSIONS = "set permissions"
    PIN = "pin messages"
    ERASE_OTHERS = "erase others' messages"


class Restrictions(msgspec.Struct, frozen=True, omit_defaults=False):
    """What a kind of chat allows at all, whatever the role. Shown as the `restrictions` block."""

    avatar: bool = True
    rename: bool = True
    extend: bool = True
    call: bool = True
    mute: bool = True
    leave: bool = True
    leave_owner: bool = True
    send: bool = True
    user_list: bool = True


class EntityRestrictions(Restrictions, frozen=True):
    """The same for chats of an entity, which have a way back to it."""

    path: str = ""
    path_title: str = ""


PLAIN = Restrictions()
CRM = EntityRestrictions(avatar=False, rename=False, leave_owner=False)
WORKGROUP = EntityRestrictions(
    avatar=False,
    rename=False,
    extend=False,
    leave=False,
    leave_owner=False,
    path="/workgroups/group/#ID#/",
    path_title="Go to group",
)
# A private dialog is two people and nothing to manage.
PRIVATE = Restrictions(avatar=False, rename=False, extend=False, leave=False, leave_owner=False, user_list=False)

# The documented samples give these rows; every other entity keeps the plain ones.
BY_ENTITY: dict[str, Restrictions] = {"CRM": CRM, "SONET_GROUP": WORKGROUP}


def restrictions(chat: Chat) -> Restrictions:
    """What this kind of chat allows."""
    if chat.kind == Kind.PRIVATE:
        return PRIVATE
    return BY_ENTITY.get(chat.entity_type, PLAIN)


def with_path(shown: Restrictions) -> EntityRestrictions:
    """The same with a way back, empty where the chat is of no entity."""
    return shown if isinstance(shown, EntityRestrictions) else EntityRestrictions(**msgspec.structs.asdict(shown))


class ChatRule(NamedTuple):
    """``allows``: the restriction of the chat's kind that permits the act; ``role``: the weakest role that may.

    A role that starts with ``=`` is fixed, any other names the chat's own setting.
    ``forbidden`` and ``denied`` are the problems of the two.
    """

    allows: str
    role: str
    forbidden: Reason
    denied: Reason


RULES: dict[Act, ChatRule] = {
    Act.POST: ChatRule("send", "can_post", Reason.POST_DENIED, Reason.POST_DENIED),
    Act.RENAME: ChatRule("rename", "manage_ui", Reason.RENAME_FORBIDDEN, Reason.CHAT_KIND),
    Act.COLOR: ChatRule("", "manage_ui", Reason.CHAT_KIND, Reason.COLOR_SAME),
    Act.DESCRIBE: ChatRule("", "manage_ui", Reason.CHAT_KIND, Reason.CHAT_KIND),
    Act.AVATAR: ChatRule("avatar", "manage_ui", Reason.AVATAR_FORBIDDEN, Reason.AVATAR_DENIED),
    Act.ADD_MEMBER: ChatRule("extend", "manage_users_add", Reason.EXTEND_FORBIDDEN, Reason.MEMBER_EXISTS),
    Act.REMOVE_MEMBER: ChatRule("leave", "manage_users_delete", Reason.KICK_FORBIDDEN, Reason.MEMBER_MISSING),
    Act.LEAVE: ChatRule("leave", "=member", Reason.KICK_FORBIDDEN, Reason.MEMBER_MISSING),
    Act.MUTE: ChatRule("mute", "=guest", Reason.CHAT_KIND, Reason.CHAT_CLOSED),
    Act.LIST_MEMBERS: ChatRule("user_list", "=guest", Reason.CHAT_KIND, Reason.CHAT_KIND),
    Act.SET_MANAGER: ChatRule("", "=owner", Reason.MANAGER_DENIED, Reason.MANAGER_DENIED),
    Act.SET_OWNER: ChatRule("", "=owner", Reason.CHAT_KIND, Reason.OWNER_DENIED),
    Act.SET_PERMISSIONS: ChatRule("", "manage_settings", Reason.CHAT_KIND, Reason.PERMISSIONS_DENIED),
    Act.PIN: ChatRule("", "manage_messages", Reason.PIN_DENIED, Reason.PIN_DENIED),
    Act.ERASE_OTHERS: ChatRule("", "=manager", Reason.MESSAGE_LOCKED, Reason.MESSAGE_LOCKED),
}


def reasons(act: Act) -> tuple[Reason, ...]:
    """Why the act may be refused."""
    rule = RULES[act]
    return (rule.forbidden, rule.denied) if rule.allows else (rule.denied,)


def role(who: Participant) -> str:
    """A caller's role: a reader of an open chat who is no member is a guest of it."""
    if who.member is not None:
        return who.member.role
    return Role.GUEST if who.chat.kind in (Kind.OPEN, Kind.OPEN_CHANNEL) else Role.NONE


def allowed(act: Act, who: Participant) -> bool:
    """Whether the act would be let through."""
    rule = RULES[act]
    if rule.allows and not getattr(restrictions(who.chat), rule.allows):
        return False
    return RANK[role(who)] >= RANK[_needed(rule, who.chat)]


def require(act: Act, who: Participant) -> None:
    """Raise the problem of the rule that stands in the way: first the kind of chat, then the role."""
    rule = RULES[act]
    if rule.allows and not getattr(restrictions(who.chat), rule.allows):
        raise ApiError(rule.forbidden, hint=f"chats of this kind do not allow: {act.value}")
    if RANK[role(who)] < RANK[_needed(rule, who.chat)]:
        raise ApiError(rule.denied, hint=required_role(act, who))


def required_role(act: Act, who: Participant) -> str:
    """Which role an act takes, for a hint."""
    # Of a chat that it is not in, nobody is told who may do what.
    if who.member is None:
        return "the caller is not a member of the chat"
    return f"to {act.value} takes the role {_needed(RULES[act], who.chat)}; the caller's is {who.member.role}"


def outranks(member: Member, target: Member) -> bool:
    """Whether a member may show another one out: nobody goes by the hand of a weaker role."""
    return RANK[member.role] >= RANK[target.role]


def _needed(rule: ChatRule, chat: Chat) -> str:
    return rule.role[1:] if rule.role.startswith("=") else str(getattr(chat, rule.role))
