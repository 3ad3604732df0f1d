"""Who comes, who goes, and who leads then."""

from __future__ import annotations

import pytest

from botyard.chat.conversation import chats, members
from botyard.errors import ApiError, Reason
from botyard.store import chats as rows
from botyard.store import members as kept
from botyard.store.engines.db import Tx
from tests.story import happened
from tests.world import Person, World


class OlgasRoom:
    """A chat of Olga's; the others came in this order, an hour apart: Ann, Bob, Cid."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.olga, *self.others = (world.add_person(name).id for name in ("Olga", "Ann", "Bob", "Cid"))
        plan = chats.NewChat(title="Room")
        self.chat = world.write(lambda tx: chats.add(tx, self.olga, plan))
        for who in self.others:
            world.wait(3600)
            self.adds(who)

    @property
    def now(self) -> int:
        return int(self.world.time)

    def adds(self, who: int) -> None:
        async def work(tx: Tx) -> None:
            olga = await members.get_group(tx, self.olga, self.chat)
            await members.add(tx, olga, [who], hide_history=True)

        self.world.write(work)

    def leaves(self, who: int) -> None:
        async def work(tx: Tx) -> None:
            await members.leave(tx, await members.get_group(tx, who, self.chat))

        self.world.write(work)

    def promotes(self, who: int) -> None:
        async def work(tx: Tx) -> None:
            olga = await members.get_group(tx, self.olga, self.chat)
            await members.set_manager(tx, olga, who, on=True)

        self.world.write(work)

    def owner(self) -> tuple[int, str]:
        """The owner of the chat, and the role of that member."""

        async def work(tx: Tx) -> tuple[int, str]:
            chat = await rows.reload(tx, self.chat)
            member = await kept.find(tx, self.chat, chat.owner_id)
            return chat.owner_id, member.role if member else ""

        return self.world.write(work)


def test_a_chat_goes_to_whoever_has_been_there_longest(portal: World) -> None:
    room = OlgasRoom(portal)
    ann, bob, cid = room.others
    for leaver, heir in ((room.olga, ann), (ann, bob), (bob, cid)):
        room.leaves(leaver)
        assert room.owner() == (heir, "owner")


def test_managers_inherit_before_others(portal: World) -> None:
    room = OlgasRoom(portal)
    ann, _, cid = room.others
    room.promotes(cid)
    room.leaves(room.olga)
    assert room.owner() == (cid, "owner")
    room.leaves(cid)
    assert room.owner() == (ann, "owner")


def test_the_last_one_leaves_a_chat_without_an_owner(portal: World) -> None:
    room = OlgasRoom(portal)
    for who in (room.olga, *room.others):
        room.leaves(who)
    assert room.owner() == (0, "")


def test_somebody_who_is_not_the_owner_changes_nothing_by_going(portal: World) -> None:
    room = OlgasRoom(portal)
    room.leaves(room.others[0])
    assert room.owner() == (room.olga, "owner")


def test_coming_again_is_coming_anew(portal: World) -> None:
    room = OlgasRoom(portal)
    ann = room.others[0]
    room.promotes(ann)
    room.leaves(ann)
    room.adds(ann)
    member = portal.read(lambda tx: kept.find(tx, room.chat, ann))
    assert member is not None
    assert (member.role, member.opened, member.muted) == ("member", False, False)
    assert member.first_id > 0


@pytest.mark.parametrize("links", [False, True])
def test_nobody_shows_others_more_than_is_seen(portal: World, links: bool) -> None:
    """Else whoever came without the history has a friend let in to read it, or leaves and comes back."""
    portal.ann, portal.bob, portal.eve = (portal.add_person(name) for name in ("Ann", "Bob", "Eve"))
    portal.open_room(portal.ann)
    portal.send("secret")

    def comes(who: Person, by: Person) -> None:
        if not links:
            portal.call("im.chat.user.add", by, CHAT_ID=portal.room, USERS=[who.id], HIDE_HISTORY="N")
            return
        made = portal.call("botyard.chat.invitation.add", by, CHAT_ID=portal.room, HIDE_HISTORY="N").result
        portal.call("botyard.chat.invitation.join", who, CODE=made["CODE"])

    def texts(who: Person) -> list[str]:
        page = portal.call("im.dialog.messages.get", who, DIALOG_ID=portal.dialog).result["messages"]
        return [message["text"] for message in page if message["author_id"]]

    portal.call("im.chat.user.add", portal.ann, CHAT_ID=portal.room, USERS=[portal.bob.id], HIDE_HISTORY="Y")
    portal.send("hello")
    comes(portal.eve, portal.bob)
    assert texts(portal.bob) == texts(portal.eve) == ["hello"]
    portal.call("im.chat.leave", portal.bob, CHAT_ID=portal.room)
    comes(portal.bob, portal.eve)
    assert texts(portal.bob) == ["hello"]
    # Who sees everything shows it.
    portal.call("im.chat.leave", portal.eve, CHAT_ID=portal.room)
    comes(portal.eve, portal.ann)
    assert texts(portal.eve) == ["hello", "secret"]


def test_everybody_who_comes_or_goes_leaves_an_event(portal: World) -> None:
    room = OlgasRoom(portal)
    joined = [(event["user_id"], event["history"]) for event in happened(portal, 0, "MemberJoined")]
    assert joined == [(room.olga, True), *((who, False) for who in room.others)]
    room.leaves(room.others[0])
    assert [event["user_id"] for event in happened(portal, 0, "MemberLeft")] == [room.others[0]]


def test_more_people_than_a_call_may_bring_in(portal: World) -> None:
    crowd = chats.NewChat(user_ids=tuple(range(1, chats.MEMBERS_MAX + 2)))
    with pytest.raises(ApiError) as refused:
        portal.write(lambda tx: chats.add(tx, portal.admin.id, crowd))
    assert refused.value.problem is Reason.CHAT_NOT_CREATED
