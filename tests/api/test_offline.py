"""event.offline.*: a queue of what has changed, fetched by the application."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from botyard.events import outbox
from botyard.model.people import Profile
from botyard.model.portal_events import UserAdded
from botyard.portal import users
from tests.world import Answer, AppKey, World

DAY = 86_400


class Queue:
    """An application that has subscribed to new users."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.app: AppKey = world.add_app()
        self.bind()

    def bind(self, **more: Any) -> None:
        self.world.call("event.bind", self.app, event="ONUSERADD", event_type="offline", **more)

    def add(self, login: str) -> int:
        world = self.world

        async def work(tx: Any) -> int:
            return await users.add(tx, Profile(name=login), login=login, password_hash="")

        return world.write(work)

    def call(self, method: str, **params: Any) -> Answer:
        """A call whose answer holds more than the samples, which show neither data nor a process id."""
        body = json.dumps({**params, "auth": self.app.token}).encode()
        return self.world.post(f"/rest/event.offline.{method}", body)

    def get(self, **params: Any) -> list[int]:
        """Take records; whom they are about."""
        return [event["EVENT_DATA"]["ID"] for event in self.call("get", **params).result["events"]]

    def reserve(self, **params: Any) -> tuple[str, list[dict[str, Any]]]:
        page = self.call("get", clear=0, **params).result
        return page["process_id"], page["events"]

    def list_(self, **params: Any) -> list[dict[str, Any]]:
        events: list[dict[str, Any]] = self.call("list", **params).result
        return events


@pytest.fixture
def queue(portal: World) -> Queue:
    return Queue(portal)


def test_what_happens_waits_until_it_is_fetched(queue: Queue) -> None:
    ann = queue.add("ann")
    queue.world.wait(60)
    bob = queue.add("bob")
    answer = queue.call("get")
    assert answer.result["process_id"] is None
    first, second = answer.result["events"]
    assert first == {
        "ID": first["MESSAGE_ID"],
        "TIMESTAMP_X": queue.world.context.clock.atom(int(queue.world.time) - 60),
        "EVENT_NAME": "ONUSERADD",
        "EVENT_DATA": {"ID": ann},
        "EVENT_ADDITIONAL": False,
        "MESSAGE_ID": first["ID"],
    }
    assert second["EVENT_DATA"] == {"ID": bob}
    assert queue.world.call("event.offline.get", queue.app).result == {"process_id": None, "events": []}


def test_so_many_at_a_time(queue: Queue) -> None:
    people = [queue.add(f"user{number}") for number in range(3)]
    assert queue.get(limit=2) == people[:2]
    assert queue.get(limit=2) == people[2:]


def test_the_last_ones_first(queue: Queue) -> None:
    people = [queue.add(f"user{number}") for number in range(3)]
    assert queue.get(order={"ID": "DESC"}) == people[::-1]


def test_of_one_thing_only_the_latest_change_waits(queue: Queue) -> None:
    ann = queue.add("ann")
    queue.world.wait(60)
    announced(queue, ann)
    [event] = queue.list_()
    assert event["TIMESTAMP_X"] == queue.world.context.clock.atom(int(queue.world.time))


def announced(queue: Queue, user_id: int, connector: str = "") -> None:
    """Let the same user be added once more."""
    world = queue.world
    event = UserAdded(actor_id=user_id, user_id=user_id)
    world.write(lambda tx: outbox.publish(tx, event, connector=connector))


def test_a_change_after_the_fetch_is_a_new_record(queue: Queue) -> None:
    ann = queue.add("ann")
    _, [taken] = queue.reserve()
    announced(queue, ann)
    assert queue.get() == [ann]
    [left] = queue.list_()
    assert left["ID"] == taken["ID"]


def test_what_is_reserved_is_hidden_until_it_is_cleared(queue: Queue) -> None:
    queue.add("ann")
    queue.add("bob")
    process, events = queue.reserve(limit=1)
    assert process.isalnum()
    assert len(events) == 1
    assert [event["PROCESS_ID"] for event in queue.list_()] == [process, ""]
    assert len(queue.get()) == 1
    assert queue.get() == []
    assert queue.reserve(process_id=process) == (process, events)
    assert queue.world.call("event.offline.clear", queue.app, process_id=process).result is True
    assert queue.list_() == []


def test_a_part_of_what_is_reserved_is_cleared(queue: Queue) -> None:
    for login in ("ann", "bob", "cid"):
        queue.add(login)
    process, events = queue.reserve()
    first, second, third = (event["ID"] for event in events)
    queue.call("clear", process_id="another", id=[first])
    assert len(queue.list_()) == 3
    queue.call("clear", process_id=process, id=[first], message_id=[second])
    assert [event["ID"] for event in queue.list_()] == [second, third]
    queue.call("clear", process_id=process, message_id=[second])
    assert [event["ID"] for event in queue.list_()] == [third]


def test_errors_are_marked_and_fetched_again(queue: Queue) -> None:
    ann, bob = queue.add("ann"), queue.add("bob")
    process, [failed, _] = queue.reserve()
    message = failed["MESSAGE_ID"]
    assert queue.world.call("event.offline.error", queue.app, process_id=process, message_id=[message]).result is True
    queue.call("clear", process_id=process, id=[2**62])
    assert [event["ERROR"] for event in queue.list_()] == ["1", "0"]
    assert queue.list_(filter={"ERROR": 1})[0]["ID"] == failed["ID"]
    assert queue.get() == []
    assert queue.get(error=1) == [ann]
    assert [event["EVENT_DATA"] for event in queue.list_()] == [{"ID": bob}]


@pytest.mark.parametrize(
    ("filter", "expected"),
    [
        ({"=EVENT_NAME": "ONUSERADD"}, [0, 1, 2]),
        ({"EVENT_NAME": "onuseradd"}, [0, 1, 2]),
        ({"=EVENT_NAME": "ONCRMLEADADD"}, []),
        ({"!EVENT_NAME": "ONUSERADD"}, []),
        ({">ID": "first"}, [1, 2]),
        ({">=ID": "first"}, [0, 1, 2]),
        ({"<ID": "first"}, []),
        ({"=MESSAGE_ID": "first"}, [0]),
        ({"!=ID": "first"}, [1, 2]),
        ({"@ID": ["first", "last"]}, [0, 2]),
        ({"ID": []}, []),
        ({">=TIMESTAMP_X": "2090-01-01"}, []),
        ({"<TIMESTAMP_X": "2090-01-01T00:00:00+00:00"}, [0, 1, 2]),
        ({"TIMESTAMP_X": "never"}, []),
        ({"NOTHING": 1}, [0, 1, 2]),
        ("nonsense", [0, 1, 2]),
        ([], [0, 1, 2]),
    ],
)
def test_a_filter(queue: Queue, filter: Any, expected: list[int]) -> None:
    people = [queue.add(f"user{number}") for number in range(3)]
    numbers = [event["ID"] for event in queue.list_()]
    named = {"first": numbers[0], "last": numbers[-1]}
    text = json.dumps(filter)
    for name, number in named.items():
        text = text.replace(f'"{name}"', json.dumps(number))
    assert queue.get(filter=json.loads(text)) == [people[place] for place in expected]


def test_the_list_is_counted_and_paged(queue: Queue) -> None:
    for number in range(51):
        queue.add(f"user{number}")
    page = queue.call("list", order={"ID": "DESC"})
    assert (len(page.result), page.body["total"], page.body["next"]) == (50, 51, 50)
    assert int(page.result[0]["ID"]) > int(page.result[1]["ID"])
    rest = queue.call("list", start=50)
    assert (len(rest.result), rest.body["total"], "next" in rest.body) == (1, 51, False)
    uncounted = queue.call("list", start=-1)
    assert len(uncounted.result) == 50
    assert "total" not in uncounted.body


def test_each_source_has_a_queue_of_its_own(queue: Queue) -> None:
    queue.bind(auth_connector="sync")
    ann = queue.add("ann")
    assert queue.get() == [ann]
    assert queue.get(auth_connector="other") == []
    announced(queue, ann, connector="sync")
    assert queue.get() == [ann]
    assert [event["EVENT_DATA"]["ID"] for event in queue.list_(auth_connector="sync")] == [ann]
    assert queue.get(auth_connector="sync") == [ann]
    announced(queue, ann, connector="sync")
    assert queue.get(auth_connector="sync") == []


def test_only_administrators_fetch(queue: Queue) -> None:
    world = queue.world
    key = world.add_token(world.add_person("Ann").id, queue.app.id)
    for method in ("get", "list", "clear", "error"):
        answer = world.call(f"event.offline.{method}", key, process_id="x")
        assert (answer.status, answer.error, answer.text) == (403, "ACCESS_DENIED", "Access denied!")


def test_applications_have_queues_of_their_own(queue: Queue) -> None:
    other = queue.world.add_app(title="Other")
    queue.add("ann")
    process, _ = queue.reserve()
    assert queue.world.call("event.offline.list", other).result == []
    assert queue.world.call("event.offline.clear", other, process_id=process).result is True
    assert len(queue.list_()) == 1


def test_a_process_that_there_is_not(queue: Queue) -> None:
    for method in ("clear", "error"):
        for params in ({"process_id": "none"}, {}, {"process_id": "none", "message_id": [1]}):
            assert queue.world.call(f"event.offline.{method}", queue.app, params).result is True


def test_nothing_waits_for_ever(queue: Queue) -> None:
    queue.add("ann")
    queue.reserve()
    queue.world.wait(31 * DAY)
    queue.app = queue.app._replace(token=queue.world.add_token(queue.app.user_id, queue.app.id))
    queue.get()
    assert queue.list_() == []


def test_readers_at_the_same_time_get_different_records(queue: Queue) -> None:
    people = [queue.add(f"user{number}") for number in range(20)]
    body = json.dumps({"auth": queue.app.token, "limit": 5}).encode()
    path, kind = "/rest/event.offline.get", {"content-type": "application/json"}

    async def all_at_once() -> list[Any]:
        calls = [queue.world.exchange("POST", path, [body], kind, "http") for _ in range(6)]
        return await asyncio.gather(*calls)

    taken = [
        event["EVENT_DATA"]["ID"]
        for _, _, raw in queue.world.run(all_at_once())
        for event in json.loads(raw)["result"]["events"]
    ]
    assert len(taken) == len(set(taken))
    assert sorted([*taken, *queue.get()]) == people
