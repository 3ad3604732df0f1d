"""Lists of chats and counters of what is unread against a slow model: whatever happens, in whatever order."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from botyard.chat.conversation import messages
from botyard.store import recent
from tests.world import Person, World

STEPS = 80
WINDOW = 10**6

CROWD = 20
"""Beyond so many members a dialog no longer names them all."""


@dataclass
class Said:
    """A message: when it came, who wrote it, and whether it raises counters."""

    moment: int
    author: int
    counted: bool


@dataclass
class Seat:
    """A member: how far read, and what they have set of the chat."""

    upto: int
    muted: bool = False
    marked: bool = False
    pinned: bool = False
    hidden: int = 0


@dataclass
class Room:
    """A chat as it should be, kept the slow way."""

    private: bool
    messages: dict[int, Said] = field(default_factory=dict)
    seats: dict[int, Seat] = field(default_factory=dict)

    @property
    def last(self) -> int:
        return max(self.messages, default=0)

    def unread(self, who: int) -> int:
        return sum(message.counted and number > self.seats[who].upto for number, message in self.messages.items())


class Play:
    """Some people in private dialogs, rooms, and a room that is sometimes a crowd."""

    def __init__(self, world: World, seed: int) -> None:
        self.world, self.dice = world, random.Random(seed)
        self.people = [world.add_person(f"P{number}") for number in range(4)]
        # They only make the crowd.
        self.extras = [world.add_person(f"E{number}") for number in range(CROWD)]
        self.rooms: dict[int, Room] = {}
        for owner in self.people[:2]:
            self.enter(world.add_chat(owner, [person.id for person in self.people[1:3]]), private=False)
        self.crowd = world.add_chat(self.people[0], [person.id for person in self.people[1:]])
        self.enter(self.crowd, private=False)
        world.call(
            "im.chat.user.add", self.people[0], CHAT_ID=self.crowd, USERS=[person.id for person in self.extras[:-5]]
        )
        for first, second in ((0, 1), (1, 2), (3, 3)):
            pair = (self.people[first], self.people[second])
            world.send("Hi", pair[0], str(pair[1].id))
            low, high = sorted(person.id for person in pair)
            [(chat,)] = self.rows(f"SELECT id FROM chats WHERE pair = '{low}:{high}'")
            self.enter(chat, private=True)
        for chat in self.rooms:
            self.noticed(chat)

    @property
    def deeds(self) -> list[Callable[[], None]]:
        """What may happen, the likelier the oftener it is listed."""
        often = [self.says] * 6 + [self.reads] * 4 + [self.erases] * 4
        own = [self.marks, self.mutes, self.pins, self.hides, self.unreads]
        return [*often, *own, self.renames, self.goes, self.goes, self.crowds]

    def rows(self, sql: str) -> list[Any]:
        return self.world.read(lambda tx: tx.all(sql))

    def enter(self, chat: int, *, private: bool) -> None:
        """Begin to keep the books of a chat."""
        room = self.rooms[chat] = Room(private)
        for user_id, upto in self.rows(f"SELECT user_id, read_id FROM members WHERE chat_id = {chat}"):
            room.seats[user_id] = Seat(upto)

    def noticed(self, chat: int, actor: int = 0) -> None:
        """Enter the messages that a deed has left; who did it has read them, and nothing is marked or hidden there."""
        room, before = self.rooms[chat], self.rooms[chat].last
        sql = f"SELECT id, sent, author_id, system FROM messages WHERE chat_id = {chat} AND id > {before} ORDER BY id"
        for number, moment, author, system in self.rows(sql):
            room.messages[number] = Said(moment, author, not system)
        if room.last > before and actor in room.seats:
            room.seats[actor].upto, room.seats[actor].marked = room.last, False

    def anywhere(self) -> tuple[int, Room, Person]:
        """A chat, and somebody who is in it."""
        chat, room = self.dice.choice(sorted(self.rooms.items(), key=lambda entry: entry[0]))
        return chat, room, self.dice.choice([person for person in self.people if person.id in room.seats])

    def do(self, method: str, by: Person, **params: Any) -> Any:
        return self.world.call(method, by, params=params).result

    def says(self) -> None:
        chat, _, who = self.anywhere()
        self.do("im.message.add", who, DIALOG_ID=f"chat{chat}", MESSAGE="hi")
        self.noticed(chat, who.id)

    def reads(self) -> None:
        chat, room, who = self.anywhere()
        upto = self.dice.choice([0, *room.messages])
        self.do("im.dialog.read", who, DIALOG_ID=f"chat{chat}", MESSAGE_ID=upto)
        seat, target = (
            room.seats[who.id],
            max((number for number in room.messages if number <= (upto or room.last)), default=0),
        )
        seat.upto = max(seat.upto, target)
        seat.marked = seat.marked and not target

    def unreads(self) -> None:
        chat, room, who = self.anywhere()
        seat = room.seats[who.id]
        if not room.messages:
            return
        number = self.dice.choice(list(room.messages))
        if not self.do("im.dialog.unread", who, DIALOG_ID=f"chat{chat}", MESSAGE_ID=number) or seat.upto < number:
            return
        seat.upto, seat.hidden = max((earlier for earlier in room.messages if earlier < number), default=0), 0

    def marks(self) -> None:
        chat, room, who = self.anywhere()
        on = self.dice.random() < 0.6
        assert self.do("im.recent.unread", who, DIALOG_ID=f"chat{chat}", ACTION="Y" if on else "N") is True
        seat = room.seats[who.id]
        if on:
            seat.marked, seat.hidden = True, 0
        elif room.last:
            seat.marked, seat.upto = False, max(seat.upto, room.last)

    def mutes(self) -> None:
        chat, room, who = self.anywhere()
        on = self.dice.random() < 0.5
        self.do("im.chat.mute", who, DIALOG_ID=f"chat{chat}", MUTE="Y" if on else "N")
        room.seats[who.id].muted = on

    def pins(self) -> None:
        chat, room, who = self.anywhere()
        on = self.dice.random() < 0.6
        self.do("im.recent.pin", who, DIALOG_ID=f"chat{chat}", PIN="Y" if on else "N")
        room.seats[who.id].pinned = on
        if on:
            room.seats[who.id].hidden = 0

    def hides(self) -> None:
        chat, room, who = self.anywhere()
        self.do("im.recent.hide", who, DIALOG_ID=f"chat{chat}")
        room.seats[who.id].pinned, room.seats[who.id].hidden = False, room.last

    def erases(self) -> None:
        _, room, _ = self.anywhere()
        own = [number for number, message in room.messages.items() if message.author]
        if not own:
            return
        number = self.dice.choice([max(own), *own])
        author, complete = room.messages[number].author, self.dice.random() < 0.8
        if author not in room.seats:
            return
        sql = f"SELECT erased FROM messages WHERE id = {number}"
        if not complete and self.rows(sql)[0][0]:
            return
        self.world.write(lambda tx: messages.erase(tx, author, number, complete=complete, window=WINDOW))
        if complete:
            del room.messages[number]
            for seat in room.seats.values():
                seat.upto = min(seat.upto, room.last)

    def renames(self) -> None:
        chat, room, who = self.anywhere()
        if not room.private:
            self.do("im.chat.updateTitle", who, CHAT_ID=chat, TITLE=f"Room {self.dice.random()}")
            self.noticed(chat, who.id)

    def goes(self) -> None:
        """Somebody leaves, or comes back."""
        chat, room, host = self.anywhere()
        if room.private:
            return
        owner = self.rows(f"SELECT owner_id FROM chats WHERE id = {chat}")[0][0]
        away = [person for person in self.people if person.id not in room.seats]
        if away and self.dice.random() < 0.7:
            self.joins(chat, room, host, [self.dice.choice(away).id])
        elif host.id != owner:
            self.do("im.chat.leave", host, CHAT_ID=chat)
            del room.seats[host.id]
            self.noticed(chat)

    def crowds(self) -> None:
        """The big room becomes a crowd, or stops being one."""
        room, host = self.rooms[self.crowd], self.people[0]
        out = [person.id for person in self.extras if person.id not in room.seats]
        if len(room.seats) <= CROWD:
            self.joins(self.crowd, room, host, out[: self.dice.randint(1, len(out))])
            return
        inside = [person for person in self.extras if person.id in room.seats]
        for person in inside[: len(room.seats) - CROWD + self.dice.randint(0, 2)]:
            self.do("im.chat.leave", person, CHAT_ID=self.crowd)
            del room.seats[person.id]
        self.noticed(self.crowd)

    def joins(self, chat: int, room: Room, host: Person, ids: list[int]) -> None:
        for user_id in ids:
            room.seats[user_id] = Seat(room.last)
        self.do("im.chat.user.add", host, CHAT_ID=chat, USERS=ids, HIDE_HISTORY=self.dice.choice("YN"))
        self.noticed(chat, host.id)

    def compare(self) -> None:
        """Hold what two of them are shown against the books."""
        for person in self.dice.sample(self.people, 2):
            self.compare_counters(person)
            self.compare_lists(person)

    def compare_counters(self, person: Person) -> None:
        expected: dict[str, Any] = {name: {} for name in ("CHAT", "CHAT_MUTED", "DIALOG")}
        expected |= {"CHAT_UNREAD": [], "DIALOG_UNREAD": []}
        for chat, room in sorted(self.rooms.items()):
            seat = room.seats.get(person.id)
            if seat is None:
                continue
            other = next((user_id for user_id in room.seats if user_id != person.id), person.id)
            key = other if room.private else chat
            if seat.marked:
                expected["DIALOG_UNREAD" if room.private else "CHAT_UNREAD"].append(key)
            if unread := room.unread(person.id):
                part = "CHAT_MUTED" if seat.muted else "DIALOG" if room.private else "CHAT"
                expected[part][str(chat if seat.muted else key)] = unread
        shown = self.do("im.counters.get", person)
        for name, counts in expected.items():
            assert (sorted(shown[name]) if "UNREAD" in name else shown[name] or {}) == counts, (name, person)
        chats, dialogs = sum(expected["CHAT"].values()), sum(expected["DIALOG"].values())
        both = chats + dialogs
        totals = {"ALL": both, "NOTIFY": 0, "CHAT": chats, "LINES": 0, "DIALOG": dialogs, "MESSENGER": both}
        assert shown["TYPE"] == totals

    def compare_lists(self, person: Person) -> None:
        places = []
        for chat, room in self.rooms.items():
            seat = room.seats.get(person.id)
            if seat and room.last > seat.hidden:
                order = (seat.pinned, room.messages[room.last].moment, room.last)
                places.append((order, chat, room.unread(person.id), seat.marked))
        places.sort(reverse=True)
        expected = [(chat, order[0], order[2], unread, marked) for order, chat, unread, marked in places]
        shown = self.do("im.recent.list", person)["items"]
        assert [
            (item["chat_id"], item["pinned"], item["message"]["id"], item["counter"], item["unread"]) for item in shown
        ] == expected
        unread = self.do("im.recent.list", person, UNREAD_ONLY="Y")["items"]
        assert [item["chat_id"] for item in unread] == [item[0] for item in expected if item[3] or item[4]]


@pytest.mark.parametrize("seed", range(3))
def test_lists_and_counters_stay_exact(portal: World, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    # Everybody counts as being in many chats, at times so that the newest messages are of too few of them.
    if seed:
        monkeypatch.setattr(recent, "MANY", 0)
        monkeypatch.setattr(recent, "NEWEST", (2000, 12)[seed - 1])
    play = Play(portal, seed)
    play.compare()
    for _ in range(STEPS):
        play.dice.choice(play.deeds)()
        if play.dice.random() < 0.5:
            portal.wait(1)
        play.compare()
