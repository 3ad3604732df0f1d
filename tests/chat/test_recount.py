"""Kept counters against a recount: whatever people do, in whatever order, the numbers stay exact."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

import pytest

from botyard.chat.conversation import chats, members, messages, reading
from botyard.chat.conversation.overview import Overview, overview
from botyard.errors import ApiError
from botyard.model.chats import Participant
from botyard.model.messages import Draft
from botyard.store import chats as rows
from botyard.store.engines.db import Tx
from tests.world import World

STEPS = 120
WINDOW = 10**6


@dataclass
class Reader:
    """How far somebody has read, and whether by themselves."""

    upto: int
    looked: bool = False


@dataclass
class Ledger:
    """What a chat should be like, counted the slow way."""

    messages: dict[int, bool] = field(default_factory=dict)  # Id → whether it raises counters.
    authors: dict[int, int] = field(default_factory=dict)
    readers: dict[int, Reader] = field(default_factory=dict)
    last_author: int = 0

    @property
    def last(self) -> int:
        return max(self.messages, default=0)

    def added(self, message_id: int, author: int, counted: bool) -> None:
        self.messages[message_id] = counted
        self.authors[message_id] = author if counted else 0
        self.last_author = author
        if author in self.readers:
            self.readers[author] = Reader(message_id, True)

    def read(self, who: int, upto: int) -> None:
        target = max((message for message in self.messages if message <= upto), default=0)
        if target > self.readers[who].upto:
            self.readers[who] = Reader(target, True)

    def removed(self, message_id: int) -> None:
        del self.messages[message_id]
        self.last_author = self.authors.get(self.last, 0)
        for reader in self.readers.values():
            reader.upto = min(reader.upto, self.last)

    def unread(self, who: int) -> tuple[int, int]:
        left = [message for message, counted in self.messages.items() if counted and message > self.readers[who].upto]
        return len(left), min(left, default=0)

    def viewers(self) -> set[int]:
        return {
            who
            for who, reader in self.readers.items()
            if reader.looked and reader.upto == self.last and who != self.last_author
        }


class Play:
    """A chat of some people who do random things."""

    def __init__(self, world: World, seed: int) -> None:
        self.world = world
        self.dice = random.Random(seed)
        self.people = [world.add_person(f"P{number}").id for number in range(6)]
        self.ledger = Ledger()
        self.owner = self.people[0]
        plan = chats.NewChat(title="Room", user_ids=tuple(self.people[1:4]))
        self.chat_id = world.write(lambda tx: chats.add(tx, self.owner, plan))
        for message_id in self.ids():
            self.ledger.messages[message_id] = False
        self.ledger.readers = {who: Reader(0) for who in self.people[:4]}
        self.ledger.readers[self.owner] = Reader(self.ledger.last, True)
        self.ledger.last_author = self.owner

    @property
    def now(self) -> int:
        return int(self.world.time)

    def ids(self) -> list[int]:
        sql = "SELECT id FROM messages WHERE chat_id = :chat ORDER BY id"
        return [row[0] for row in self.world.read(lambda tx: tx.all(sql, chat=self.chat_id))]

    async def find(self, tx: Tx, who: int) -> Participant:
        member = await rows.find(tx, self.chat_id, who, locked=True)
        assert member is not None
        assert member.member is not None
        return member

    def anybody(self) -> int:
        return self.dice.choice(sorted(self.ledger.readers))

    def noted(self, actor: int) -> None:
        """Enter the line that the last deed left in the chat."""
        self.ledger.added(self.ids()[-1], actor, counted=False)

    def says(self) -> None:
        who = self.anybody()

        async def work(tx: Tx) -> int:
            return await messages.send(tx, await self.find(tx, who), Draft(text="hi"))

        self.ledger.added(self.world.write(work), who, counted=True)

    def reads(self) -> None:
        who, upto = self.anybody(), self.dice.choice([0, *self.ledger.messages])

        async def work(tx: Tx) -> Participant:
            return await reading.read(tx, await self.find(tx, who), upto)

        self.world.write(work)
        self.ledger.read(who, upto or self.ledger.last)

    def renames(self) -> None:
        who, title = self.anybody(), f"Room {self.dice.random()}"

        async def work(tx: Tx) -> None:
            await chats.rename(tx, await self.find(tx, who), title)

        self.world.write(work)
        self.noted(who)

    def erases(self) -> None:
        message_id, complete = self.dice.choice([0, *self.ledger.messages]), self.dice.random() < 0.8
        if not message_id:
            return

        async def work(tx: Tx) -> None:
            await messages.erase(tx, self.owner, message_id, complete=complete, window=WINDOW)

        try:
            self.world.write(work)
        except ApiError:
            assert not complete, "Only what is marked already cannot be marked again."
            return
        if complete:
            self.ledger.removed(message_id)

    def comes(self) -> None:
        away = sorted(set(self.people) - self.ledger.readers.keys())
        if not away:
            return
        who, hidden = self.dice.choice(away), self.dice.random() < 0.5

        async def work(tx: Tx) -> None:
            await members.add(tx, await self.find(tx, self.owner), [who], hide_history=hidden)

        self.world.write(work)
        self.ledger.readers[who] = Reader(self.ledger.last)
        self.noted(self.owner)

    def goes(self) -> None:
        who = self.anybody()
        if who == self.owner:
            return

        async def work(tx: Tx) -> None:
            await members.leave(tx, await self.find(tx, who))

        self.world.write(work)
        del self.ledger.readers[who]
        self.noted(who)

    def compare(self) -> None:
        """Hold what the chat says of itself against the ledger, for everybody in it."""
        for who in self.ledger.readers:
            seen = self.world.read(lambda tx, who=who: self.overview(tx, who))  # type: ignore[misc]  # Bound now.
            assert (seen.unread.counter, seen.unread.first_id) == self.ledger.unread(who)
            assert seen.chat.members == len(self.ledger.readers)
            assert seen.chat.messages == len(self.ledger.messages)
            assert seen.chat.last_message_id == self.ledger.last
            assert {viewer.user_id for viewer in seen.viewers} <= self.ledger.viewers()
            assert len(seen.viewers) + seen.more_viewers == len(self.ledger.viewers())

    async def overview(self, tx: Tx, who: int) -> Overview:
        return await overview(tx, await self.find(tx, who))


@pytest.mark.parametrize("seed", range(4))
def test_numbers_stay_exact(portal: World, seed: int) -> None:
    play = Play(portal, seed)
    deeds = [play.says] * 5 + [play.reads] * 4 + [play.erases] * 3 + [play.renames, play.comes, play.goes]
    for _ in range(STEPS):
        play.dice.choice(deeds)()
        portal.wait(1)
        if play.dice.random() < 0.3:
            play.compare()
    play.compare()
