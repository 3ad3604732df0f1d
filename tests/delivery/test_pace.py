"""Deliveries beside those who call the server, and beside handlers that do not answer."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from botyard.config import Settings
from botyard.delivery import pace
from botyard.delivery.backpressure import OPEN_FILES, SLOW_SECONDS, Backpressure, raise_open_files
from botyard.delivery.pace import BATCH, BATCH_BESIDE, SLOT_MAX, SLOT_MIN, Pace
from botyard.delivery.retries import HandlerResponse
from botyard.delivery.scheduler import Scheduler
from botyard.model.deliveries import State
from botyard.model.events import MessageSent
from botyard.rpc.limits import PROFILES, Limits
from botyard.store import deliveries, events
from botyard.store.engines.db import Tx
from botyard.store.engines.migrate import migrate
from tests.delivery.handlers import hang
from tests.delivery.simulation import LeapingLoop, Memory, context, render
from tests.world import World


@pytest.fixture
def world(delivery_world: World) -> World:
    return delivery_world


class Clocked:
    """A pace on a clock of the test's own."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.limits = Limits(PROFILES["off"], 10)
        self.now = self.cpu = 0.0
        self.pace = Pace(self.limits, lambda: self.now)
        monkeypatch.setattr(time, "process_time", lambda: self.cpu)

    def slot(self, busy: float) -> int:
        """One slot in which the loop worked for this share of it, with a caller throughout; how many posts began."""
        begun = 0
        for _ in range(100):
            if number := self.pace.allowance():
                self.pace.began(number)
                begun += number
        self.now += pace.SLOT_SECONDS
        self.cpu += pace.SLOT_SECONDS * busy
        return begun


@pytest.fixture
def clocked(monkeypatch: pytest.MonkeyPatch) -> Clocked:
    return Clocked(monkeypatch)


def test_with_nobody_calling_nothing_is_held_back(clocked: Clocked) -> None:
    assert clocked.pace.allowance() == BATCH and not clocked.pace.beside


def test_what_callers_leave_is_used(clocked: Clocked) -> None:
    clocked.limits.admit()
    begun = [clocked.slot(0.3) for _ in range(12)]
    assert begun[1:8] == [4, 8, 16, 32, 64, 128, 256] and set(begun[8:]) == {SLOT_MAX}


def test_a_small_share_is_left_beside_busy_callers(clocked: Clocked) -> None:
    clocked.limits.admit()
    for _ in range(6):
        clocked.slot(0.3)
    assert [clocked.slot(0.5) for _ in range(8)][-2:] == [SLOT_MIN, SLOT_MIN]


def test_callers_are_served_between_posts(clocked: Clocked) -> None:
    clocked.limits.admit()
    clocked.slot(0.3)
    clocked.now = 10.0
    assert clocked.pace.allowance() == BATCH_BESIDE
    clocked.pace.began(SLOT_MAX)
    # Somebody waits for an answer: not before patience is at its end.
    clocked.now += pace.PATIENCE_SECONDS / 2
    assert clocked.pace.allowance() == 0
    clocked.now += pace.PATIENCE_SECONDS
    assert clocked.pace.allowance() > 0


def test_one_that_does_not_answer_leaves_room_for_others() -> None:
    places = Backpressure(100)
    while not places.defer("bot:1", 0, 0):
        places.take("bot:1")
    assert places.held == 38
    for number in range(2, 7):
        while not places.defer(f"bot:{number}", 0, 0):
            places.take(f"bot:{number}")
    assert places.held < 100
    assert places.defer("bot:99", 0, 0) == 0


def test_any_number_that_hangs_leaves_room_for_one_that_is_well() -> None:
    places = Backpressure(128)
    places.flow("bot:well").ended(0.01)
    hanging = [f"bot:{number}" for number in range(200)]
    flows = [places.take(bot) for bot in hanging if not places.defer(bot, 0, 0)]
    assert len(flows) == 96
    assert places.defer("bot:well", 0, 0) == 0
    for place in flows:
        places.leave(place)
        place.flow.ended(30.0)
    # The others hang too; from now on all are known for it, and one that comes new finds room as well.
    for recipient in hanging:
        places.flow(recipient).ended(30.0)
    flows = [places.take(bot) for bot in hanging if not places.defer(bot, 0, 0)]
    assert len(flows) == 64
    assert places.defer("bot:new", 0, 0) == 0 and places.defer("bot:well", 0, 0) == 0


def test_what_hangs_gives_its_place_back() -> None:
    now = 0.0
    places = Backpressure(8, 32, lambda: now)
    hanging = [f"bot:{number}" for number in range(100)]

    def crowd() -> int:
        """All that hang and have no place yet ask for one; how many get it."""
        count = 0
        for recipient in list(hanging):
            if not places.defer(recipient, 0, 0):
                hanging.remove(recipient)
                places.begin(places.take(recipient))
                count += 1
        return count

    assert (crowd(), places.defer("bot:new", 0, 0)) == (6, 1)
    for number in range(5):
        now += SLOW_SECONDS
        # Those that have had to wait leave room for one that comes new.
        assert crowd() == 5
        assert places.defer(f"bot:new{number}", 0, 0) == 0
    # There is an end of sockets, too.
    now += SLOW_SECONDS
    assert (crowd(), places.hanging) == (5, 31)
    now += SLOW_SECONDS
    assert places.defer("bot:last", 0, 0) == 0 and places.hanging == 32
    assert (crowd(), places.held) == (1, 5)


def test_what_hangs_counts_against_its_own_recipient() -> None:
    now = 0.0
    places = Backpressure(16, 64, lambda: now)
    dialogs = [places.take("bot:1") for _ in range(5)]
    for place in dialogs:
        places.begin(place)
    assert places.defer("bot:1", 0, 0) == 0
    now += SLOW_SECONDS
    # Five that hang are more than a few: it may have the half that is for slow ones, and no more.
    assert places.defer("bot:2", 0, 0) == 0 and places.hanging == 5
    more = 0
    while not places.defer("bot:1", 0, 0):
        places.begin(places.take("bot:1"))
        more += 1
    assert more == 0
    for place in dialogs:
        places.leave(place)
    assert (places.defer("bot:1", 0, 0), places.held, places.hanging) == (0, 0, 0)


def test_one_that_is_slow_is_not_kept_out_by_those_that_hang() -> None:
    now = 0.0
    places = Backpressure(16, 64, lambda: now)
    places.flow("bot:works").ended(20.0)
    assert places.flow("bot:works").slow
    for number in range(20):
        place = places.take(f"bot:{number}")
        places.begin(place)
        now += SLOW_SECONDS
    assert (places.defer("bot:works", 0, 0), places.hanging) == (0, 20)
    working = places.take("bot:works")
    places.begin(working)
    assert places.defer("bot:works", 0, 0) > 0, "one, while so many hang"
    now += SLOW_SECONDS
    places.leave(working)
    assert places.defer("bot:works", 0, 0) == 0


LATECOMER = "bot:1000"


class Crowd:
    """Handlers that hang, more of them than there are places, on a clock of their own; who was sent what, and when."""

    def __init__(self, loop: LeapingLoop, folder: Path) -> None:
        self.loop = loop
        self.sent: list[tuple[str, float]] = []
        self.open = self.most_open = 0
        self._folder = folder

    async def run(self, hanging: int, places: int) -> None:
        database = Memory(random.Random(1))
        await migrate(database)
        settings = Settings(data=self._folder, delivery_concurrency=places)
        engine = Scheduler(context(settings, database, self.loop), {"bot": render}, self._send, poll=60)
        await engine.start()
        await database.write(lambda tx: self._publish(tx, [(f"bot:{number}", 1) for number in range(hanging)]))
        await asyncio.sleep(5)
        await database.write(lambda tx: self._publish(tx, [(LATECOMER, chat) for chat in (1, 1, 2)]))
        await asyncio.sleep(20)
        await engine.stop(0.1)

    async def _publish(self, tx: Tx, dialogs: list[tuple[str, int]]) -> None:
        for recipient, chat in dialogs:
            event = MessageSent(actor_id=1, chat_id=chat, message_id=1, text="", system=False)
            await deliveries.add(tx, await events.append(tx, event), chat, recipients=[(recipient, State.WAITING)])

    async def _send(
        self, address: str, body: bytes, headers: Mapping[str, str], written: Callable[[], None]
    ) -> HandlerResponse:
        written()
        recipient = "bot:" + address.removeprefix("http://").partition(".")[0]
        self.sent.append((recipient, self.loop.now))
        self.open += 1
        self.most_open = max(self.most_open, self.open)
        try:
            if recipient != LATECOMER:
                await asyncio.sleep(30)
                return HandlerResponse(0, problem="timeout: it hangs", written=True)
            return HandlerResponse(200)
        finally:
            self.open -= 1


def test_one_that_nobody_knows_is_heard_soon_beside_more_handlers_that_hang_than_places(tmp_path: Path) -> None:
    loop = LeapingLoop()
    crowd = Crowd(loop, tmp_path)
    with asyncio.Runner(loop_factory=lambda: loop) as runner:
        runner.run(crowd.run(hanging=60, places=16))
    heard = [moment for recipient, moment in crowd.sent if recipient == LATECOMER]
    assert len(heard) == 3
    # Long before the first of those that hang have used up their time, and beside all of them.
    assert heard[0] < 5.5 and heard[-1] < 5 + 2 * SLOW_SECONDS
    assert len({recipient for recipient, moment in crowd.sent if moment < 30}) == 61
    assert crowd.most_open > 16


def test_as_many_files_as_allowed() -> None:
    resource = pytest.importorskip("resource")
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(soft, 512), hard))
    try:
        raise_open_files()
        assert resource.getrlimit(resource.RLIMIT_NOFILE) == (min(hard, OPEN_FILES) if hard > 0 else OPEN_FILES, hard)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_places_come_back() -> None:
    places = Backpressure(4)
    flows = [places.take("bot:1") for _ in range(2)]
    flows[0].flow.ended(30.0)
    assert places.defer("bot:1", 0, 0) >= 1
    for flow in flows:
        places.leave(flow)
    assert places.defer("bot:1", 0, 0) == 0 and places.held == 0


def test_fifty_handlers_that_hang_hold_up_nobody(world: World) -> None:
    """With callers on the server all the while."""
    limits = world.context.limits
    hanging = [world.add_bot_with_handler(f"hanging{number}", f"/hang{number}") for number in range(50)]
    healthy = world.add_bot_with_handler("healthy", "/healthy")
    for number, bot in enumerate(hanging):
        world.handler.behaviours[f"/hang{number}"] = hang
        world.send_to(bot, "Hello")
    world.run_until(lambda: len({request.path for request in world.handler.heard}) == 50)

    async def call() -> None:
        while True:
            limits.admit()
            await asyncio.sleep(0.001)
            limits.release()

    async def begin() -> asyncio.Task[None]:
        return asyncio.create_task(call())

    calling = world.run(begin())
    for number in range(5):
        world.send_to(healthy, str(number))
        world.run_until(lambda: len(world.handler.at("/healthy")) == number + 2)  # noqa: B023  # Called at once.
    calling.cancel()
    # It was told of each before the next one was said, though time stood still for the others.
    assert [request.message for request in world.handler.at("/healthy")[1:]] == [str(number) for number in range(5)]
    states = [world.states(bot) for bot in hanging]
    assert all(row[0] == "sending" for row in states), states


def test_the_loop_of_the_simulation_has_a_pace_too() -> None:
    async def work() -> float:
        the_pace = Pace(Limits(PROFILES["off"], 10))
        await the_pace.turn()
        return asyncio.get_running_loop().time()

    with asyncio.Runner(loop_factory=LeapingLoop) as runner:
        assert runner.run(work()) == pytest.approx(pace.TURN_SECONDS)
