"""A person whose status changes often tells others at most once a second, and the last change is told."""

from __future__ import annotations

import asyncio
import contextlib

import pytest

from botyard.portal import presence
from botyard.store import status_notes
from tests.api.push.story import commands_for
from tests.world import Person, World


class Street:
    """Bob flips, and Ann is told."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.ann, self.bob = world.add_person("Ann"), world.add_person("Bob")
        self.start = world.last_event()

    def flip(self, *statuses: str, by: Person | None = None) -> None:
        for status in statuses:
            assert self.world.call("im.user.status.set", by or self.bob, STATUS=status).result is True

    def told(self) -> int:
        """How many commands Ann was told."""
        return len(commands_for(self.world, self.ann, self.start))

    def last(self) -> str:
        """What the last of them says of Bob."""
        users = commands_for(self.world, self.ann, self.start)[-1].params["users"]
        return str(users[str(self.bob.id)]["status"])

    def tell_due(self) -> None:
        self.world.write(presence.tell_due)


@pytest.fixture
def street(portal: World) -> Street:
    return Street(portal)


def test_a_hundred_flips_are_told_twice(street: Street) -> None:
    street.flip(*["dnd", "online", "away", "break"] * 25)
    assert street.told() == 1
    street.tell_due()
    assert street.told() == 1, "a second has not passed"
    street.world.wait(1)
    street.tell_due()
    street.tell_due()
    assert (street.told(), street.last()) == (2, "break")


def test_slow_changes_are_told_at_once(street: Street) -> None:
    for number, status in enumerate(("dnd", "away", "online"), 1):
        street.flip(status)
        assert (street.told(), street.last()) == (number, status)
        street.world.wait(1)
    street.tell_due()
    assert street.told() == 3


def test_a_change_of_the_next_second_takes_the_place_of_what_waits(street: Street) -> None:
    street.flip("dnd", "away")
    street.world.wait(1)
    street.flip("online")
    street.tell_due()
    assert (street.told(), street.last()) == (2, "online")


def test_each_person_has_a_pace_of_their_own(street: Street) -> None:
    cid = street.world.add_person("Cid")
    start = street.told()
    street.flip("dnd", "away")
    street.flip("dnd", by=cid)
    street.world.call("im.user.status.idle.start", street.bob, AGO=5)
    assert street.told() == start + 2
    street.world.wait(1)
    street.tell_due()
    assert street.told() == start + 3


def test_a_clock_that_was_set_back_holds_nothing_up(street: Street) -> None:
    street.flip("dnd", "away")
    street.world.wait(-3600)
    street.tell_due()
    assert (street.told(), street.last()) == (2, "away")


def test_the_server_tells_what_waits(street: Street, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(presence, "PAUSE_SECONDS", 0.01)
    street.flip("dnd", "away")
    street.world.wait(1)

    async def served() -> None:
        database = street.world.context.database
        task = asyncio.create_task(presence.run(database))
        async with asyncio.timeout(20):
            while await database.read(status_notes.any_due):  # noqa: ASYNC110  # The table is what tells.
                await asyncio.sleep(0.01)
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task

    street.world.run(served())
    assert (street.told(), street.last()) == (2, "away")
