"""Messages that are found against a slow model: whatever is sent, edited and erased, and whoever comes and goes."""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass, field
from typing import Any

import pytest

from botyard.chat.conversation import indexing, search
from botyard.store import search_index
from botyard.store.engines.db import Tx
from botyard.store.search_index import Stretches
from tests.world import Person, World

STEPS = 150
# Words as they are written, and as they are compared.
WORDS = {
    "Alpha": "alpha",
    "ALPHABET": "alphabet",
    "Привет": "привет",
    "ПРИВЕТИК": "приветик",
    "ёлка": "елка",
    "Елки": "елки",
    "Crème": "creme",
    "creme": "creme",
    "Straße": "strasse",
    "Αθήνα": "αθηνα",
    "[b]bold[/b]": "bold",
    "12345": "12345",
}
PHRASES = ("alph", "АЛЬФ", "ПРИВ", "приветик", "ЁЛК", "crème alpha", "strass", "αθη", "bold", "123", "lpha")
ASKED = {"АЛЬФ": "альф", "ПРИВ": "прив", "ЁЛК": "елк", "crème alpha": "creme alpha"}


@dataclass
class Written:
    """A message: when it came, and its words; none for an erased one."""

    moment: int
    words: list[str]


@dataclass
class Room:
    """A chat as it should be, kept the slow way: its messages, and the first that each member may see."""

    id: int
    open: bool
    messages: dict[int, Written] = field(default_factory=dict)
    seats: dict[int, int] = field(default_factory=dict)

    def matching(self, who: Person, phrase: str, since: int | None, until: int | None) -> list[int] | None:
        """The ids that are to be found, in their order; ``None`` for who may not look."""
        if who.id not in self.seats and not self.open:
            return None
        asked = ASKED.get(phrase, phrase).split()
        return [
            number
            for number, message in sorted(self.messages.items())
            if number >= self.seats.get(who.id, 0)
            and message.words
            and (since is None or message.moment >= since)
            and (until is None or message.moment <= until)
            and all(any(WORDS[word].startswith(wanted) for word in message.words) for wanted in asked)
        ]


class Play:
    """Some people in two rooms, one of them open, whose system messages are counted among the rest."""

    def __init__(self, world: World, seed: int) -> None:
        self.world, self.dice = world, random.Random(seed)
        self.people = [world.add_person(name) for name in ("Ann", "Bob", "Eve")]
        self.rooms = [self.room(), self.room(TYPE="OPEN")]

    def room(self, **more: Any) -> Room:
        ann, bob, _ = self.people
        chat_id = self.world.add_chat(ann, [bob.id], **more)
        return Room(chat_id, bool(more), seats={ann.id: 0, bob.id: 0})

    def text(self) -> list[str]:
        return self.dice.sample(list(WORDS), self.dice.randint(1, 3))

    def last(self, room: Room) -> int:
        row = self.world.read(lambda tx: tx.one("SELECT last_message_id FROM chats WHERE id = :id", id=room.id))
        assert row is not None
        return int(row[0])

    def send(self, room: Room) -> None:
        by = self.dice.choice([person for person in self.people if person.id in room.seats])
        words = self.text()
        number = self.world.send(", ".join(words), by, f"chat{room.id}")
        room.messages[number] = Written(int(self.world.time), words)

    def edit(self, room: Room) -> None:
        if kept := [number for number, message in room.messages.items() if message.words]:
            number = self.dice.choice(kept)
            author = self.author(number)
            if number >= room.seats.get(author.id, 2**60):
                room.messages[number].words = words = self.text()
                self.world.edit(number, " ".join(words), author)

    def erase(self, room: Room) -> None:
        if kept := [number for number, message in room.messages.items() if message.words]:
            number = self.dice.choice(kept)
            author = self.author(number)
            if number >= room.seats.get(author.id, 2**60):
                complete = self.dice.random() < 0.5
                self.world.erase(number, author, complete=complete)
                room.messages[number].words = []

    def author(self, number: int) -> Person:
        row = self.world.read(lambda tx: tx.one("SELECT author_id FROM messages WHERE id = :id", id=number))
        assert row is not None
        return next(person for person in self.people if person.id == row[0])

    def come_and_go(self, room: Room) -> None:
        ann, _, eve = self.people
        if eve.id in room.seats:
            self.world.call("im.chat.user.delete", ann, CHAT_ID=room.id, USER_ID=eve.id)
            del room.seats[eve.id]
            return
        hidden = self.dice.random() < 0.7
        before = self.last(room)
        self.world.call("im.chat.user.add", ann, CHAT_ID=room.id, USERS=[eve.id], HIDE_HISTORY="Y" if hidden else "N")
        room.seats[eve.id] = before + 1 if hidden else 0

    def index(self, room: Room) -> None:
        self.world.run(indexing.catch_up(self.world.context.database))

    def wait(self, room: Room) -> None:
        self.world.wait(self.dice.choice((1, 400, 86_400)))

    def step(self) -> None:
        act = self.dice.choices(
            (self.send, self.edit, self.erase, self.come_and_go, self.index, self.wait),
            (8, 2, 2, 1, 1, 1),
        )[0]
        act(self.dice.choice(self.rooms))

    def check(self) -> None:
        room, who = self.dice.choice(self.rooms), self.dice.choice(self.people)
        phrase = self.dice.choice(PHRASES)
        since, until = self.moment(room), self.moment(room)
        expected = room.matching(who, phrase, since, until)
        params: dict[str, Any] = {"CHAT_ID": room.id, "SEARCH_MESSAGE": phrase, "LIMIT": self.dice.choice((1, 2, 50))}
        if since is not None:
            params["DATE_FROM"] = since
        if until is not None:
            params["DATE_TO"] = until
        way = self.dice.choice(("ASC", "DESC"))
        listed: list[int] = []
        while True:
            answer = self.world.call("im.dialog.messages.search", who, {**params, "ORDER": {"ID": way}})
            if expected is None:
                assert answer.error == "ACCESS_ERROR"
                return
            page = [message["id"] for message in answer.result["messages"]]
            listed += page
            if len(page) < params["LIMIT"]:
                break
            params["LAST_ID"] = page[-1]
        assert listed == (expected if way == "ASC" else expected[::-1]), (phrase, params)

    def moment(self, room: Room) -> int | None:
        if not room.messages or self.dice.random() < 0.6:
            return None
        return self.dice.choice(list(room.messages.values())).moment + self.dice.choice((-1, 0, 1))


@pytest.mark.parametrize("seed", range(4))
def test_all_that_is_to_be_found_is_found_and_nothing_else(
    portal: World, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Small enough that the play meets every part of a search.
    monkeypatch.setattr(search_index, "STRETCH", 4)
    monkeypatch.setattr(search, "PROBE", 2)
    monkeypatch.setattr(search, "WIDEST", 3)
    monkeypatch.setattr(indexing, "BATCH", 5)
    play = Play(portal, seed)
    for _ in range(STEPS):
        play.step()
        play.check()


def test_what_changes_while_it_is_indexed_is_indexed_again(portal: World) -> None:
    """A batch is read, then stored: an edit or an erasure between the two is not lost, nor is one before."""
    ann = portal.add_person("Ann")
    portal.open_room(ann)
    edited, erased, kept = portal.send("alpha one"), portal.send("alpha two"), portal.send("alpha three")

    def searched(phrase: str) -> list[int]:
        answer = portal.call("im.dialog.messages.search", ann, CHAT_ID=portal.room, SEARCH_MESSAGE=phrase)
        return [message["id"] for message in answer.result["messages"]]

    def store(batch: search_index.Batch) -> bool:
        changed, new = indexing.entries(batch.changed), indexing.entries(batch.new)
        return portal.write(lambda tx: search_index.store(tx, batch, changed=changed, new=new))

    batch = portal.read(lambda tx: search_index.next_batch(tx, limit=50))
    portal.edit(edited, "beta one")
    portal.erase(erased, complete=True)
    assert store(batch)
    assert searched("alpha") == [kept] and searched("beta") == [edited]
    batch = portal.read(lambda tx: search_index.next_batch(tx, limit=50))
    portal.edit(edited, "gamma one")
    assert store(batch)
    # Somebody else was quicker.
    assert not store(batch._replace(last_id=0))
    assert searched("beta") == [] and searched("gamma") == [edited]
    portal.run(indexing.catch_up(portal.context.database))
    assert portal.count("search_changes") == 0
    assert searched("beta") == [] and searched("gamma") == [edited] and searched("alpha") == [kept]


def test_a_fault_does_not_end_the_indexing(
    portal: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    portal.open_room(portal.add_person("Ann"))
    portal.send("alpha one")
    monkeypatch.setattr(indexing, "EVERY_SECONDS", 0.001)
    calls: list[str] = []
    again = asyncio.Event()
    searched_text = indexing.searched

    def searched(text: str) -> str:
        calls.append(text)
        if len(calls) == 1:
            raise ValueError("a fault")
        again.set()
        return searched_text(text)

    monkeypatch.setattr(indexing, "searched", searched)

    async def story() -> None:
        task = asyncio.create_task(indexing.run(portal.context.database))
        async with asyncio.timeout(10):
            await again.wait()
        task.cancel()

    portal.run(story())
    assert "could not be indexed" in caplog.text


def test_an_index_is_made_of_what_was_there_before(portal: World) -> None:
    """A portal that was updated, restored or put back has no index yet: everything is found, then and later."""
    ann = portal.add_person("Ann")
    portal.open_room(ann)
    sent = [portal.send(f"alpha {number}") for number in range(5)]
    portal.run(indexing.catch_up(portal.context.database))
    portal.write(search_index.clear)

    def searched() -> list[int]:
        answer = portal.call("im.dialog.messages.search", ann, CHAT_ID=portal.room, SEARCH_MESSAGE="alpha")
        return [message["id"] for message in answer.result["messages"]]

    assert searched() == sent[::-1]
    portal.run(indexing.catch_up(portal.context.database))
    assert searched() == sent[::-1]
    assert portal.count("search_index") >= len(sent)


def noted_hits(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Stretches, tuple[str, ...]]]:
    """What the index is asked for from now on, with small stretches."""
    monkeypatch.setattr(search_index, "STRETCH", 10)
    monkeypatch.setattr(search, "PROBE", 5)
    asked: list[tuple[Stretches, tuple[str, ...]]] = []
    hits = search_index.hits

    async def noted(tx: Tx, within: Stretches, wanted: tuple[str, ...], **rest: Any) -> list[int]:
        asked.append((within, wanted))
        return await hits(tx, within, wanted, **rest)

    monkeypatch.setattr(search_index, "hits", noted)
    return asked


def test_a_word_that_turned_out_common_is_not_looked_for_first_again(
    portal: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = noted_hits(monkeypatch)
    ann = portal.add_person("Ann")
    portal.open_room(ann)
    rare = portal.send("common rare")
    for number in range(40):
        portal.send(f"common {number}")
    portal.run(indexing.catch_up(portal.context.database))
    answer = portal.call("im.dialog.messages.search", ann, CHAT_ID=portal.room, SEARCH_MESSAGE="common rare")
    assert [message["id"] for message in answer.result["messages"]] == [rare]
    # The last stretch has too few messages to say that it is common.
    assert [wanted[0] for within, wanted in asked if len(wanted) == 1][:4] == ["common", "common", "common", "rare"]


def test_what_is_common_in_one_stretch_is_looked_for_there_alone(
    portal: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = noted_hits(monkeypatch)
    ann = portal.add_person("Ann")
    portal.open_room(ann)
    rare = []
    for number in range(80):
        if number in range(12, 18):
            rare.append(portal.send("common rare"))
        else:
            portal.send(f"common {number}")
    portal.run(indexing.catch_up(portal.context.database))
    answer = portal.call("im.dialog.messages.search", ann, CHAT_ID=portal.room, SEARCH_MESSAGE="common rare")
    assert [message["id"] for message in answer.result["messages"]] == rare[::-1]
    assert all(within.first == within.last for within, wanted in asked if len(wanted) == 2)
