"""The rules of chats: what is told to clients as restrictions and permissions is what is enforced."""

from __future__ import annotations

from itertools import product
from typing import Any

import msgspec
import pytest

from botyard.chat import rules
from botyard.chat.rules import RULES, Act
from botyard.errors import ApiError
from botyard.model.chats import RANK, Chat, Kind, Member, Participant, Role

# Act → the restriction that allows it, and the permission or the fixed role that decides who may.
TOLD = {
    Act.POST: ("send", "can_post"),
    Act.RENAME: ("rename", "manage_ui"),
    Act.COLOR: ("", "manage_ui"),
    Act.DESCRIBE: ("", "manage_ui"),
    Act.AVATAR: ("avatar", "manage_ui"),
    Act.ADD_MEMBER: ("extend", "manage_users_add"),
    Act.REMOVE_MEMBER: ("leave", "manage_users_delete"),
    Act.LEAVE: ("leave", Role.MEMBER),
    Act.MUTE: ("mute", Role.GUEST),
    Act.LIST_MEMBERS: ("user_list", Role.GUEST),
    Act.SET_MANAGER: ("", Role.OWNER),
    Act.SET_OWNER: ("", Role.OWNER),
    Act.SET_PERMISSIONS: ("", "manage_settings"),
    Act.PIN: ("", "manage_messages"),
    Act.ERASE_OTHERS: ("", Role.MANAGER),
}
PERMISSIONS = {
    "manage_users_add": "member",
    "manage_users_delete": "manager",
    "manage_ui": "member",
    "manage_settings": "owner",
    "manage_messages": "member",
    "can_post": "member",
}
# The documented samples, and the row of private dialogs, which no sample shows.
ALLOWED = {
    "": {"avatar", "rename", "extend", "call", "mute", "leave", "leave_owner", "send", "user_list"},
    "CRM": {"extend", "call", "mute", "leave", "send", "user_list"},
    "SONET_GROUP": {"call", "mute", "send", "user_list"},
    "TASKS_TASK": {"avatar", "rename", "extend", "call", "mute", "leave", "leave_owner", "send", "user_list"},
    "private": {"call", "mute", "send"},
}


def chat(place: str = "", kind: Kind = Kind.GROUP, settings: dict[str, str] | None = None) -> Chat:
    """A chat of an entity, or a private dialog."""
    blank: dict[str, Any] = {field.name: field.type() if isinstance(field.type, type) else None for field in FIELDS}
    entity = "" if place == "private" else place
    plain = Chat(**blank | PERMISSIONS)
    kind = Kind.PRIVATE if place == "private" else kind
    return msgspec.structs.replace(plain, kind=kind.value, entity_type=entity, **settings or {})


def somebody(where: Chat, role: str) -> Participant:
    return Participant(2, where, member(role))


def member(role: str) -> Member | None:
    """Somebody of this standing; whoever is none is no member."""
    if role in (Role.NONE, Role.GUEST):
        return None
    return Member(1, 2, role, False, 0, 0, 0, 0, None, 0, True, False)


FIELDS = msgspec.structs.fields(Chat)


def test_every_act_is_told() -> None:
    assert TOLD.keys() == set(Act) == RULES.keys()


@pytest.mark.parametrize("place", ALLOWED)
def test_restrictions_are_the_documented_ones(place: str) -> None:
    fields = msgspec.structs.asdict(rules.restrictions(chat(place)))
    assert {name for name, may in fields.items() if may is True} == ALLOWED[place]
    assert ("path" in fields) == (place in ("CRM", "SONET_GROUP"))


@pytest.mark.parametrize(("place", "act"), list(product(ALLOWED, Act)), ids=str)
def test_what_is_told_is_what_is_enforced(place: str, act: Act) -> None:
    restriction, decides = TOLD[act]
    settings = ("member", "manager", "owner") if decides in PERMISSIONS else ("",)
    for setting, role in product(settings, ("none", "member", "manager", "owner")):
        where = chat(place, settings={decides: setting} if setting else None)
        needed = setting or decides
        may = (not restriction or restriction in ALLOWED[place]) and RANK[role] >= RANK[needed]
        assert rules.allowed(act, somebody(where, role)) is may
        if may:
            rules.require(act, somebody(where, role))
        else:
            with pytest.raises(ApiError) as refused:
                rules.require(act, somebody(where, role))
            forbidden = bool(restriction) and restriction not in ALLOWED[place]
            expected = RULES[act].forbidden if forbidden else RULES[act].denied
            assert refused.value.problem is expected


def test_a_reader_of_an_open_chat_is_its_guest() -> None:
    for kind in Kind:
        guest = kind in (Kind.OPEN, Kind.OPEN_CHANNEL)
        assert rules.role(somebody(chat(kind=kind), "none")) == (Role.GUEST if guest else Role.NONE)
        assert rules.role(somebody(chat(kind=kind), "manager")) == "manager"
    assert rules.allowed(Act.LIST_MEMBERS, somebody(chat(kind=Kind.OPEN), "none"))
    assert not rules.allowed(Act.POST, somebody(chat(kind=Kind.OPEN), "none"))


def test_nobody_goes_by_the_hand_of_a_weaker_role() -> None:
    ranks = ("member", "manager", "owner")
    for rank, other in product(ranks, ranks):
        first, second = member(rank), member(other)
        assert first is not None
        assert second is not None
        assert rules.outranks(first, second) is (ranks.index(rank) >= ranks.index(other))
