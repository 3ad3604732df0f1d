"""Fetched events against a slow and obvious model: what nobody has read is never confirmed, and nothing comes twice.

Readers lose answers, repeat offsets, forget them and change what they ask for; writers commit out of order (really so
on PostgreSQL, where two transactions can be open at once); what was confirmed is sent again.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from botyard.model import recipients
from botyard.model.deliveries import State
from botyard.store import deliveries, delivery_log
from botyard.store.engines.db import Tx
from tests.world import World
from tests.worlds.bots import TOKEN

STEPS = 150
SEEDS = 3


@pytest.fixture
def world(bot_world: World) -> World:
    bot_world.call("im.v2.Event.subscribe", bot_world.ann)
    return bot_world


SET_STATE = "UPDATE deliveries SET state = :state WHERE id = :id"


class Writer:
    """Lays events ready, some of which are seen by nobody until later, as if their transaction stayed open."""

    def __init__(self, world: World, event: int) -> None:
        self._world = world
        self._database = world.context.database
        self._event = event
        self._open: list[int] = []

    @property
    def slow(self) -> int:
        return len(self._open)

    async def write(self, recipient: str, *, slowly: bool = False) -> None:
        """Lay an event ready; ``slowly`` leaves it hidden until ``commit``."""

        async def work(tx: Tx) -> int:
            await deliveries.add(tx, self._event, 1, recipients=[(recipient, State.FETCH)])
            row = await tx.one("SELECT MAX(id) FROM deliveries")
            assert row is not None
            if slowly:
                await tx.run(SET_STATE, state="hidden", id=row[0])
            return int(row[0])

        number = await self._database.write(work)
        if slowly:
            self._open.append(number)

    async def commit(self, place: int = -1) -> None:
        """Let one that is hidden be seen."""
        number = self._open.pop(place)
        await self._database.write(lambda tx: tx.run(SET_STATE, state="fetch", id=number))


class Memory:
    """The offset of the last answer that arrived, and what was in it."""

    def __init__(self) -> None:
        self.offset = 0
        self.read: list[int] = []


class Reader:
    """Somebody who fetches, and goes on from the last answer that arrived."""

    def __init__(self, model: Model, queues: list[str], method: str, **params: Any) -> None:
        self.model = model
        self.queues = queues
        self.method = method
        self.params = params
        self.memory = Memory()

    async def fetch(self, *, limit: int = 100, lost: bool = False) -> dict[str, Any]:
        return await self.model.fetch(self, limit, lost)


class Model:
    """All that lies ready, and what of it has been read by anybody."""

    def __init__(self, world: World, writer: Writer) -> None:
        self.world = world
        self.writer = writer
        self.read: set[int] = set()
        bot, person = recipients.bot(world.echo), recipients.user(world.ann.id)
        self.queues = [bot, person]
        get = "imbot.v2.Event.get"
        named = {"botId": world.echo, "botToken": TOKEN}
        self.bot = Reader(self, [bot], get, **named)
        self.person = Reader(self, [person], "im.v2.Event.get")
        self.both = Reader(self, [bot, person], get, **named, withUserEvents=True)

    async def ready(self, queues: list[str]) -> list[int]:
        """The numbers of what lies ready, read from the table itself."""
        rows = await self.rows("fetch")
        return [number for number, recipient in rows if recipient in queues]

    async def rows(self, state: str) -> list[tuple[int, str]]:
        sql = "SELECT id, recipient FROM deliveries WHERE state = :state ORDER BY id"
        rows = await self.world.context.database.read(lambda tx: tx.all(sql, state=state))
        return [(row[0], row[1]) for row in rows if row[1] in self.queues]

    async def fetch(self, reader: Reader, limit: int, lost: bool) -> dict[str, Any]:
        before = set(await self.ready(reader.queues))
        ended = {number for number, _ in await self.rows("fetched")}
        answer = await self.world.call_async(
            reader.method, self.world.ann, offset=reader.memory.offset, limit=limit, **reader.params
        )
        page: dict[str, Any] = answer["result"]
        event_ids = [event["eventId"] for event in page["events"]]
        after = await self.ready(reader.queues)
        confirmed = {number for number, _ in await self.rows("fetched")} - ended
        assert confirmed <= self.read, "nobody has read it"
        assert set(event_ids) <= before - confirmed, "it was confirmed before"
        assert event_ids == sorted(set(event_ids)) and len(event_ids) <= limit
        assert (event_ids == after) is not page["hasMore"], "a page that is the last one has all that lies ready"
        if not lost:
            self.read |= set(event_ids)
            reader.memory.offset, reader.memory.read = page["nextOffset"], event_ids
        return page

    async def resend(self, number: int) -> None:
        """Have what was confirmed fetched once more: it has to be read once more."""
        self.read.discard(number)
        await self.world.context.database.write(lambda tx: delivery_log.again(tx, number, State.FETCH))

    async def drain(self, *readers: Reader) -> None:
        """Where no answer is lost, each reader comes to an end of it, and then all is confirmed."""
        while self.writer.slow:
            await self.writer.commit()
        for reader in readers:
            for _ in range(200):
                if not (await reader.fetch(limit=2))["events"]:
                    break
            assert await self.ready(reader.queues) == []


Act = Callable[[random.Random, Model], Awaitable[None]]


async def _write(dice: random.Random, model: Model) -> None:
    await model.writer.write(dice.choice(model.queues), slowly=model.writer.slow < 5 and dice.random() < 0.6)


async def _commit(dice: random.Random, model: Model) -> None:
    if model.writer.slow:
        await model.writer.commit(dice.randrange(model.writer.slow))


async def _resend(dice: random.Random, model: Model) -> None:
    if ended := await model.rows("fetched"):
        await model.resend(dice.choice(ended)[0])


def _fetching(choose: Callable[[random.Random, Model], Reader]) -> Act:
    async def fetch(dice: random.Random, model: Model) -> None:
        reader = choose(dice, model)
        chance = dice.random()
        if chance < 0.05:
            reader.memory.offset = 0
        elif chance < 0.2 and reader.memory.read:
            # A part of the last page is done.
            reader.memory.offset = dice.choice(reader.memory.read)
        await reader.fetch(limit=dice.choice((1, 2, 3, 100)), lost=dice.random() < 0.4)

    return fetch


def _toggled(dice: random.Random, model: Model) -> Reader:
    """One program that asks now with and now without the person's events, and keeps one offset for both."""
    model.both.memory = model.bot.memory
    return dice.choice([model.both, model.bot])


READERS: dict[str, Callable[[random.Random, Model], Reader]] = {
    "a bot": lambda dice, model: model.bot,
    "a person": lambda dice, model: model.person,
    "a bot with its person's events": lambda dice, model: model.both,
    "a bot, and the person": lambda dice, model: dice.choice([model.bot, model.person]),
    "a bot with its person's events, and the person": lambda dice, model: dice.choice([model.both, model.person]),
    "a bot that changes what it asks for": _toggled,
    "a bot that changes what it asks for, and the person": (
        lambda dice, model: model.person if dice.random() < 0.4 else _toggled(dice, model)
    ),
}


@pytest.mark.parametrize("readers", READERS)
@pytest.mark.parametrize("seed", range(SEEDS))
def test_what_nobody_has_read_is_never_confirmed(world: World, readers: str, seed: int) -> None:
    dice = random.Random(f"{readers} {seed}")
    world.send(f"to {world.mention}")
    event = world.last_event()
    fetch = _fetching(READERS[readers])

    async def whole() -> None:
        model = Model(world, Writer(world, event))
        await model.drain(model.both)
        for _ in range(STEPS):
            act = dice.choices([_write, _commit, _resend, fetch], [4, 2, 1, 5])[0]
            await act(dice, model)
        await model.drain(model.both, model.bot, model.person)
        assert not await model.rows("fetch")

    world.run(whole())


def begun(world: World) -> Model:
    """A portal in which everybody has read everything."""
    world.send(f"to {world.mention}")
    model = Model(world, Writer(world, world.last_event()))
    world.run(model.drain(model.both, model.bot, model.person))
    return model


def ids_of(page: dict[str, Any]) -> list[int]:
    return [event["eventId"] for event in page["events"]]


def test_an_event_that_is_committed_late_is_not_confirmed_by_the_same_call_again(world: World) -> None:
    model = begun(world)
    (bot, _), reader = model.queues, model.bot

    async def whole() -> None:
        await model.writer.write(bot, slowly=True)
        await model.writer.write(bot)
        (fast,) = ids_of(await reader.fetch())
        await model.writer.commit()
        (slow,) = ids_of(await reader.fetch(lost=True))
        assert slow < fast
        assert ids_of(await reader.fetch()) == [slow], "the answer was lost, and the same call is made again"
        assert ids_of(await reader.fetch()) == []
        assert await model.ready([bot]) == []

    world.run(whole())


def test_an_offset_of_an_empty_page_confirms_nothing_that_is_committed_later(world: World) -> None:
    model = begun(world)
    bot, person = model.queues

    async def whole() -> None:
        await model.writer.write(bot, slowly=True)
        await model.writer.write(bot)
        await model.writer.write(person)
        for reader in (model.bot, model.person):
            (last,) = ids_of(await reader.fetch())
            assert ids_of(await reader.fetch()) == []
        # As if it had asked for both all the time.
        for offset in (0, last + 1):
            model.both.memory.offset = offset
            assert ids_of(await model.both.fetch()) == []
        empty = model.both.memory.offset
        await model.writer.commit()
        (late,) = ids_of(await model.both.fetch(lost=True))
        assert late < empty
        assert ids_of(await model.both.fetch()) == [late]
        assert ids_of(await model.both.fetch()) == []
        assert await model.ready([bot, person]) == []

    world.run(whole())


def test_an_offset_of_a_full_page_confirms_nothing_of_the_other_queue(world: World) -> None:
    """Fetched apart, the two queues have come to the same offset."""
    model = begun(world)
    bot, person = model.queues

    async def state(number: int, state: str) -> None:
        await world.context.database.write(lambda tx: tx.run(SET_STATE, id=number, state=state))

    async def whole() -> None:
        for queue in (bot, bot, person):
            await model.writer.write(queue)
        late, early, other = await model.ready([bot, person])
        await state(late, "hidden")
        assert ids_of(await model.bot.fetch()) == [early]
        assert ids_of(await model.bot.fetch()) == []
        await state(late, "fetch")
        assert ids_of(await model.bot.fetch(lost=True)) == [late]
        assert ids_of(await model.person.fetch(lost=True)) == [other]
        model.both.memory.offset = 0
        assert ids_of(await model.both.fetch(limit=1)) == [late]
        assert ids_of(await model.both.fetch(limit=1)) == [other]

    world.run(whole())


def test_calls_at_the_same_time_take_turns(world: World) -> None:
    model = begun(world)
    (bot, _), reader = model.queues, model.bot

    async def whole() -> None:
        for _ in range(5):
            await model.writer.write(bot)
        offset = reader.memory.offset
        pages = await asyncio.gather(
            *(
                world.call_async(reader.method, world.ann, offset=offset, limit=size, **reader.params)
                for size in (1, 2, 3, 4)
            )
        )
        ready = await model.ready([bot])
        assert [ids_of(page["result"]) for page in pages] == [ready[:size] for size in (1, 2, 3, 4)]
        for size, page in enumerate(pages, 1):
            reader.memory.offset = page["result"]["nextOffset"]
            assert ids_of(
                (await world.call_async(reader.method, world.ann, offset=reader.memory.offset, **reader.params))[
                    "result"
                ]
            )
            assert await model.ready([bot]) == ready[size:]

    world.run(whole())
