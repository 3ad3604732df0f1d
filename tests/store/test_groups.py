"""Works that are written together, against a slow and obvious model: as if each had run alone, or not at all."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable
from typing import NamedTuple

import asyncpg
import pytest

from botyard.chat.conversation import messages
from botyard.model.chats import Participant
from botyard.model.messages import Draft
from botyard.model.people import Profile, UserKind
from botyard.server import open_context
from botyard.store import bots, chats, members, users
from botyard.store.engines.db import Database, Duplicate, Tx, Unavailable
from tests.world import World

TERMINATE_ONE = """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND query NOT LIKE '%LISTEN%'
    ORDER BY random() LIMIT 1"""
CHATS, PEOPLE, WORKS = 4, 5, 120
ADD_BOT = "INSERT INTO bots (user_id, owner, code, type, created) VALUES (:bot, 'hook:x', 'b', 'B', 1)"


class Refused(Exception):
    """What a work ends with that changes its mind."""


class Place(NamedTuple):
    """Chats, and the people who are in all of them; the last one is a bot."""

    chats: list[int]
    people: list[int]


class Model:
    """What must be stored: who has sent which text to which chat."""

    def __init__(self) -> None:
        self.sent: dict[str, tuple[int, int]] = {}
        self.doubtful: dict[str, tuple[int, int]] = {}
        """What nobody can tell: the connection broke, perhaps during the commit."""
        self.titles: dict[int, set[str]] = defaultdict(set)


async def prepared(tx: Tx) -> Place:
    people = [await users.add(tx, UserKind.EMPLOYEE, Profile(name=f"P{n}")) for n in range(PEOPLE)]
    bot_id = await users.add(tx, UserKind.BOT, Profile(name="Bot"))
    await tx.run(ADD_BOT, bot=bot_id)
    chat_ids = []
    for _ in range(CHATS):
        chat_id = await chats.add(tx, kind="C", title="first", owner_id=people[0])
        for user_id in [*people, bot_id]:
            await members.add(
                tx, chat_id, user_id, role="member", first_id=0, read_id=0, read_counted=0, bot=user_id == bot_id
            )
        await chats.count_members(tx, chat_id, members=PEOPLE + 1, guests=0, bots=1)
        chat_ids.append(chat_id)
    return Place(chat_ids, [*people, bot_id])


class Driver:
    """Writes of all kinds at random, many at a time."""

    def __init__(self, place: Place, chance: random.Random) -> None:
        self.place = place
        self.chance = chance
        self.model = Model()
        self.done: Counter[str] = Counter()
        self._number = 0

    def write(self, database: Database) -> Awaitable[None]:
        """One write, noted in the model."""
        self._number += 1
        text = f"text {self._number}"
        kind = self.chance.choice(
            ["send", "send", "send", "send", "refused", "broken", "alone", "two", "looks", "early"]
        )
        chat_id, user_id = self.chance.choice(self.place.chats), self.chance.choice(self.place.people)
        other_id = self.chance.choice(self.place.chats)

        async def member(tx: Tx, chat_id: int) -> Participant:
            who = await chats.find(tx, chat_id, user_id, locked=True)
            assert who is not None
            return who

        async def send(tx: Tx) -> None:
            await messages.send(tx, await member(tx, chat_id), Draft(text=text))

        async def refused(tx: Tx) -> None:
            await send(tx)
            raise Refused

        async def early(tx: Tx) -> None:
            await member(tx, chat_id)
            raise Refused

        async def broken(tx: Tx) -> None:
            await send(tx)
            await tx.run(ADD_BOT, bot=self.place.people[-1])

        async def alone(tx: Tx) -> None:
            await chats.set_title(tx, chat_id, text)
            who = await member(tx, chat_id)
            assert who.chat.title == text
            await messages.send(tx, who, Draft(text=text))

        async def two(tx: Tx) -> None:
            """Into two chats, in any order."""
            await send(tx)
            if other_id != chat_id:
                await messages.send(tx, await member(tx, other_id), Draft(text=f"{text}, too"))

        async def looks(tx: Tx) -> None:
            """What it has written is there for itself, whoever else has written meanwhile."""
            who = await member(tx, chat_id)
            message_id = await messages.send(tx, who, Draft(text=text))
            stored = await messages.get_unlocked(tx, user_id, message_id)
            assert stored[0].counted == who.chat.counted + 1
            after = await chats.reload(tx, chat_id)
            assert after.messages == who.chat.messages + 1
            assert (after.last_message_id, after.counted) == (message_id, stored[0].counted)

        works: dict[str, Callable[[Tx], Awaitable[None]]] = {
            "send": send,
            "refused": refused,
            "broken": broken,
            "alone": alone,
            "two": two,
            "looks": looks,
            "early": early,
        }
        expected = {text: (chat_id, user_id)}
        if kind == "two" and other_id != chat_id:
            expected[f"{text}, too"] = (other_id, user_id)
        return self._written(database, works[kind], kind, expected)

    async def _written(
        self, database: Database, work: Callable[[Tx], Awaitable[None]], kind: str, expected: dict[str, tuple[int, int]]
    ) -> None:
        try:
            await database.write(work)
        except (Refused, Duplicate) as problem:
            assert kind == ("broken" if isinstance(problem, Duplicate) else kind)
            assert kind in ("refused", "broken", "early")
            self.done[kind] += 1
        except Unavailable:
            self.done["unavailable"] += 1
            if kind not in ("refused", "broken", "early"):
                self.model.doubtful |= expected
        else:
            assert kind not in ("refused", "broken", "early")
            self.done[kind] += 1
            self.model.sent |= expected
            if kind == "alone":
                ((text, (chat_id, _)),) = expected.items()
                self.model.titles[chat_id].add(text)


async def check(tx: Tx, driver: Driver) -> None:
    """Everything that is stored follows from what was sent."""
    place, model = driver.place, driver.model
    rows = await tx.all("SELECT id, chat_id, author_id, text, counted FROM messages ORDER BY id")
    stored = {text: (chat_id, author_id) for _, chat_id, author_id, text, _ in rows}
    assert len(stored) == len(rows)
    assert model.sent.items() <= stored.items() <= (model.sent | model.doubtful).items()
    by_author = Counter(author_id for _, _, author_id, _, _ in rows)
    for chat_id in place.chats:
        own = [row for row in rows if row[1] == chat_id]
        assert [row[4] for row in own] == list(range(1, len(own) + 1))
        chat = await chats.reload(tx, chat_id)
        assert (chat.messages, chat.counted) == (len(own), len(own))
        assert (chat.last_message_id, chat.last_author_id) == ((own[-1][0], own[-1][2]) if own else (0, 0))
        assert chat.title in model.titles[chat_id] | {"first"} | set(model.doubtful)
        for user_id in place.people:
            sent = [row for row in own if row[2] == user_id]
            marks = await tx.one(
                "SELECT sent_id, read_id, read_counted FROM members WHERE chat_id = :chat AND user_id = :user",
                chat=chat_id,
                user=user_id,
            )
            assert marks == ((sent[-1][0], sent[-1][0], sent[-1][4]) if sent else (0, 0, 0))
    bot = await bots.find(tx, place.people[-1])
    assert bot is not None
    assert bot.messages == by_author[place.people[-1]]
    events = await tx.all("SELECT message_id FROM events WHERE type = 'MessageSent' ORDER BY id")
    # Each has its event, in the order of the messages of its chat.
    chat_of = {row[0]: row[1] for row in rows}
    assert sorted(message_id for (message_id,) in events) == [row[0] for row in rows]
    for chat_id in place.chats:
        in_chat = [message_id for (message_id,) in events if chat_of[message_id] == chat_id]
        assert in_chat == sorted(in_chat)


async def follow(database: Database, seen: list[int], stop: asyncio.Event) -> None:
    """Read the log by number, as whoever fetches it does."""
    last = 0
    while True:
        ending = stop.is_set()
        with contextlib.suppress(Unavailable):
            seen += await database.read(lambda tx, last=last: numbers(tx, last))  # type: ignore[misc]
            last = seen[-1] if seen else 0
        if ending:
            return
        await asyncio.sleep(0.002)


async def drive(driver: Driver, databases: list[Database], *, waves: int = 1) -> list[int]:
    """Writes through all of the databases at once; returns the numbers of the events as a reader has met them."""
    seen: list[int] = []
    stop = asyncio.Event()
    following = asyncio.create_task(follow(databases[0], seen, stop))
    for _ in range(waves):
        await asyncio.gather(*(driver.write(driver.chance.choice(databases)) for _ in range(WORKS)))
    stop.set()
    await following
    return seen


async def numbers(tx: Tx, last: int = 0) -> list[int]:
    rows = await tx.all("SELECT id FROM events WHERE id > :last ORDER BY id", last=last)
    return [event_id for (event_id,) in rows]


@pytest.mark.parametrize("seed", range(4))
def test_works_of_a_group_are_as_if_each_had_run_alone(portal: World, seed: int) -> None:
    driver = Driver(portal.write(prepared), random.Random(seed))
    seen = portal.run(drive(driver, [portal.context.database], waves=2))
    portal.read(lambda tx: check(tx, driver))
    assert seen == portal.read(numbers)
    assert all(driver.done[kind] for kind in ("send", "refused", "broken", "alone", "two", "looks", "early"))


@pytest.mark.parametrize("kills", [0, 12], ids=["quiet", "broken"])
def test_several_servers_miss_and_lose_nothing(portal: World, kills: int) -> None:
    """Also while connections break: what was acknowledged is there, what was refused has left nothing behind."""
    if portal.context.database.name == "sqlite":
        pytest.skip("One server serves a SQLite file.")
    driver = Driver(portal.write(prepared), random.Random(kills))

    async def story() -> list[int]:
        others = [await open_context(portal.settings, portal.context.clock) for _ in range(2)]
        databases = [portal.context.database, *(other.database for other in others)]
        breaking = asyncio.create_task(break_connections(str(portal.settings.database), kills))
        seen = await drive(driver, databases, waves=4)
        breaking.cancel()
        await asyncio.gather(breaking, return_exceptions=True)
        for other in others:
            await other.database.close()
        return seen

    seen = portal.run(story())
    portal.read(lambda tx: check(tx, driver))
    assert seen == portal.read(numbers)
    assert bool(driver.done["unavailable"]) == bool(kills)


async def break_connections(address: str, count: int) -> None:
    """End connections of the servers one by one, whatever they are doing."""
    connection = await asyncpg.connect(address)
    try:
        for _ in range(count):
            await asyncio.sleep(0.05)
            await connection.execute(TERMINATE_ONE)
    finally:
        await connection.close()
