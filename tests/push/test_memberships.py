"""Who of those connected is in a chat, whatever the order of joining, leaving, connecting and reading."""

from __future__ import annotations

from hypothesis import given as holds_for
from hypothesis import strategies as st

from botyard.model import mids
from botyard.model.events import MemberJoined, MemberLeft, MessageSent
from botyard.model.mids import Position
from botyard.push.memberships import Memberships
from botyard.store.members import Seat

USERS = range(1, 5)
CHATS = (10, 20)
DEEDS = st.lists(
    st.tuples(
        st.sampled_from(["join", "leave", "connect", "part", "look"]), st.sampled_from(USERS), st.sampled_from(CHATS)
    ),
    max_size=60,
)


@holds_for(DEEDS)
def test_the_same_as_reading_anew_each_time(deeds: list[tuple[str, int, int]]) -> None:
    kept, members = Memberships(), {chat: set[int]() for chat in CHATS}
    for deed, user, chat in deeds:
        if deed == "connect":
            kept.arrive(user)
        elif deed == "part" and user in kept.connected:
            kept.depart(user)
        elif deed == "join" and user not in members[chat]:
            members[chat].add(user)
            kept.follow(MemberJoined(actor_id=user, chat_id=chat, user_id=user, history=True))
        elif deed == "leave" and user in members[chat]:
            members[chat].remove(user)
            event = MemberLeft(actor_id=user, chat_id=chat, user_id=user)
            kept.follow(event)
            kept.leave(event)
        elif deed == "look":
            wanted = kept.wanted([chat])
            seats = [
                Seat(place, person, 0)
                for each in wanted
                for place in each.chats
                for person in each.users
                if person in members[place]
            ]
            kept.learn(wanted, seats)
            assert set(kept.of(chat)) == members[chat] & kept.connected.keys()
            assert not kept.wanted([chat])


def test_who_joins_without_history_sees_what_comes_after_the_newest_message() -> None:
    kept = Memberships()
    kept.arrive(1)
    kept.learn(kept.wanted([10]), [])
    kept.follow(MessageSent(actor_id=2, chat_id=10, message_id=41, text="", system=False))
    kept.follow(MemberJoined(actor_id=2, chat_id=10, user_id=1, history=False))
    assert kept.of(10) == {1: 42}
    kept.follow(MemberJoined(actor_id=2, chat_id=10, user_id=9, history=True))
    assert kept.of(10) == {1: 42}


@holds_for(st.integers(0, 2**62), st.integers(0, 0xFFFF), st.integers(0, 2**40))
def test_numbers_of_messages_are_places_in_the_log(event: int, place: int, number: int) -> None:
    position = Position(event, place)
    assert mids.find(mids.mid(position)) == mids.find(mids.passing(position, number)) == position
    assert mids.event_id(mids.mid(position)) == event
    assert len(bytes.fromhex(mids.passing(position, number))) == 14


@holds_for(st.text())
def test_what_is_no_number_of_a_message(text: str) -> None:
    position = mids.find(text)
    assert position is None or mids.mid(position) == text[:20]


def test_who_is_shown_a_part_of_the_history_sees_that_part() -> None:
    kept = Memberships()
    kept.arrive(1)
    kept.learn(kept.wanted([10]), [])
    kept.follow(MessageSent(actor_id=2, chat_id=10, message_id=41, text="", system=False))
    kept.follow(MemberJoined(actor_id=2, chat_id=10, user_id=1, history=True, first_id=40))
    assert kept.of(10) == {1: 40}
