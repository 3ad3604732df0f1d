"""`botyard.portal.reset`, `.snapshot` and `.restore`: the portal as it was, on both engines."""

from __future__ import annotations

import asyncio
import base64
from typing import Any

import pytest

from botyard.chat.media import files
from botyard.portal.auth.sessions import SignInAttempt
from botyard.rpc import snapshots
from botyard.store.engines import snapshots as stored
from botyard.store.engines.db import Row
from tests.conftest import MakeWorld
from tests.world import World


def started(portal: World) -> World:
    """The portal as a server has just started it."""
    portal.run(portal.context.snapshots.begin(portal.context))
    return portal


def contents(portal: World) -> dict[str, list[Row]]:
    """Every row of every table, and where numbering stands, but for what goes on."""
    database = portal.context.database
    kept = portal.run(database.write(lambda tx: stored.take(tx, database.name)))
    tables = {table.name: sorted(table.rows, key=repr) for table in kept.tables}
    return {**tables, "": sorted(kept.sequences)}


def act(portal: World) -> list[Any]:
    """Use most of what there is; the numbers that were given out."""
    ann = portal.add_person("Ann")
    bot = portal.add_bot()
    chat = portal.add_chat(users=[ann.id, bot])
    message_id = portal.call("im.message.add", DIALOG_ID=f"chat{chat}", MESSAGE=f"[USER={bot}]Bot[/USER] hi").result
    portal.call("im.v2.Event.subscribe", ann)
    portal.call("im.message.add", ann, DIALOG_ID=str(bot), MESSAGE="hello")
    content = base64.b64encode(b"some text").decode()
    file = portal.call("im.v2.File.upload", dialogId=f"chat{chat}", fields={"name": "a.txt", "content": content}).result
    command = portal.call(
        "imbot.command.register",
        BOT_ID=bot,
        CLIENT_ID="test-client",
        COMMAND="help",
        EVENT_COMMAND_ADD="http://localhost:9/",
        LANG=[{"LANGUAGE_ID": "en", "TITLE": "Help"}],
    ).result
    return [ann.id, bot, chat, message_id, file["file"]["id"], command]


def test_reset_brings_back_every_row_and_number(portal: World) -> None:
    started(portal)
    before = contents(portal)
    first = act(portal)
    assert contents(portal) != before
    assert portal.call("botyard.portal.reset").result is True
    assert contents(portal) == before
    # The same story has the same numbers once more.
    assert act(portal) == first
    assert portal.call("botyard.portal.reset").result is True
    assert contents(portal) == before


def test_numbers_of_events_go_on(portal: World) -> None:
    """A bot that lives on would take a number that comes again for a repeated event."""
    started(portal)
    act(portal)
    last = portal.last_event()
    portal.call("botyard.portal.reset")
    act(portal)
    assert portal.read(lambda tx: tx.all("SELECT MIN(id) FROM events"))[0][0] > last


def test_a_snapshot_is_restored_as_often_as_wanted(portal: World) -> None:
    started(portal)
    act(portal)
    taken = portal.call("botyard.portal.snapshot", NAME="after-act").result
    assert taken["name"] == "after-act"
    assert taken["rows"] > 30
    kept = contents(portal)
    for _ in range(2):
        portal.add_chat(TITLE="One more")
        portal.call("botyard.portal.restore", NAME="after-act")
        # What waited to be sent then is withdrawn.
        for name in ("deliveries", "pending_blobs"):
            kept.pop(name, None)
        assert {name: rows for name, rows in contents(portal).items() if name in kept} == kept
    portal.call("botyard.portal.reset")
    portal.call("botyard.portal.restore", NAME="after-act")
    assert {name: rows for name, rows in contents(portal).items() if name in kept} == kept


def test_what_waited_to_be_sent_at_the_snapshot_is_not_sent_later(portal: World) -> None:
    bot = portal.add_bot()
    portal.call("im.message.add", DIALOG_ID=str(bot), MESSAGE="hello")
    assert portal.due(bot)
    portal.call("botyard.portal.snapshot", NAME="pending")
    portal.call("botyard.portal.restore", NAME="pending")
    assert portal.due(bot) == []
    reasons = {row[0] for row in portal.read(lambda tx: tx.all("SELECT reason FROM deliveries"))}
    assert reasons == {"the portal was set back"}


def test_departments_come_back_in_the_order_that_they_need(portal: World) -> None:
    async def work(tx: Any) -> None:
        for sql in (
            "INSERT INTO departments (id, name) VALUES (5, 'Last')",
            "INSERT INTO departments (id, name, parent_id) VALUES (3, 'Middle', 5)",
            "INSERT INTO departments (id, name, parent_id) VALUES (4, 'Bottom', 3)",
        ):
            await tx.run(sql)

    portal.write(work)
    started(portal)
    before = contents(portal)
    portal.write(lambda tx: tx.run("UPDATE departments SET name = 'Other'"))
    portal.call("botyard.portal.reset")
    assert contents(portal) == before


def test_a_caller_who_waits_for_events_is_answered_with_none(portal: World) -> None:
    started(portal)
    ann = portal.add_person("Ann")
    portal.call("im.v2.Event.subscribe", ann)

    async def both() -> tuple[int, dict[str, str], bytes]:
        path = f"{ann.path}/im.v2.Event.get?wait=30"
        waiting = asyncio.ensure_future(portal.exchange("POST", path, [b""], {}, "http"))
        for _ in range(10_000):
            if portal.context.long_poll.waiting:
                break
            await asyncio.sleep(0.001)
        await portal.context.snapshots.restore(portal.context)
        return await asyncio.wait_for(waiting, 20)

    status, _, body = portal.run(both())
    assert status == 200
    assert b'"events":[]' in body


def test_events_fetched_after_a_reset_are_those_of_after_it(portal: World) -> None:
    ann = portal.add_person("Ann")
    portal.call("im.v2.Event.subscribe", ann)
    started(portal)
    portal.call("im.message.add", DIALOG_ID=str(ann.id), MESSAGE="before")
    page = portal.call("im.v2.Event.get", ann).result
    assert texts(page) == ["before"]
    portal.call("botyard.portal.reset")
    # The offset of before is still good: it confirms nothing that came after.
    for number in range(20):
        portal.call("im.message.add", DIALOG_ID=str(ann.id), MESSAGE=f"after {number}")
    page = portal.call("im.v2.Event.get", ann, offset=page["nextOffset"]).result
    assert texts(page) == [f"after {number}" for number in range(20)]


def texts(page: dict[str, Any]) -> list[str]:
    return [event["data"]["message"]["text"] for event in page["events"] if event["type"] == "ONIMV2MESSAGEADD"]


def test_request_limits_and_wrong_passwords_are_forgotten(make_world: MakeWorld) -> None:
    world = started(make_world(limits="cloud"))
    for _ in range(60):
        last = world.call("profile")
    assert last.error == "QUERY_LIMIT_EXCEEDED"
    wrong = SignInAttempt("nobody", "wrong", "192.0.2.1")
    context = world.context
    waits = [context.password_sign_in.throttle.take(wrong.login, wrong.address, now=world.time) for _ in range(9)]
    assert waits[-1] > 0
    world.run(context.snapshots.restore(context))
    assert world.call("profile").status == 200
    assert context.password_sign_in.throttle.take(wrong.login, wrong.address, now=world.time) == 0


def test_files_come_back_with_their_bytes(world: World) -> None:
    started(world)
    context = world.context
    chat = world.add_chat()
    content = base64.b64encode(b"kept").decode()
    sent = world.call("im.v2.File.upload", dialogId=f"chat{chat}", fields={"name": "a.txt", "content": content}).result
    world.call("botyard.portal.snapshot", NAME="with-file")
    world.call("botyard.portal.reset")
    world.wait(2 * files.PENDING_SECONDS)

    def sweep() -> int:
        now, spared = int(world.time), context.snapshots.blobs()
        return world.run(files.sweep(context.database, context.storage.blobs, now=now, spared=spared))

    assert sweep() == 0
    world.call("botyard.portal.restore", NAME="with-file")
    link = world.call("im.v2.File.download", dialogId=f"chat{chat}", fileId=sent["file"]["id"]).result["downloadUrl"]
    assert world.get(link.removeprefix("http://botyard.test")).body == b"kept"
    # Nobody keeps it any more: its bytes go.
    world.call("botyard.portal.reset")
    world.call("botyard.portal.snapshot", NAME="with-file")
    world.wait(2 * files.PENDING_SECONDS)
    assert sweep() == 1


@pytest.mark.parametrize("verb", ["reset", "snapshot", "restore"])
def test_it_is_for_administrators_of_portals_for_development(make_world: MakeWorld, verb: str) -> None:
    world = started(make_world())
    assert world.call(f"botyard.portal.{verb}", world.add_person("Ann"), NAME="x").error == "ACCESS_DENIED"
    prod = started(make_world(profile="prod"))
    answer = prod.call(f"botyard.portal.{verb}", NAME="x")
    assert (answer.status, answer.error) == (403, "DEV_ONLY")


def test_what_cannot_be_kept_or_found_is_told(make_world: MakeWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    world = make_world()
    assert world.call("botyard.portal.snapshot", NAME="a b").error == "SNAPSHOT_NAME"
    assert world.call("botyard.portal.snapshot").error == "SNAPSHOT_NAME"
    assert world.call("botyard.portal.restore", NAME="never").error == "SNAPSHOT_NOT_FOUND"
    for number in range(snapshots.KEPT_MAX):
        assert world.call("botyard.portal.snapshot", NAME=f"s{number}").status == 200
    assert world.call("botyard.portal.snapshot", NAME="more").error == "SNAPSHOT_TOO_MANY"
    assert world.call("botyard.portal.snapshot", NAME="s0").status == 200
    monkeypatch.setattr(stored, "ROWS_MAX", 3)
    assert world.call("botyard.portal.snapshot", NAME="s0").error == "SNAPSHOT_TOO_LARGE"
    started(world)
    assert world.call("botyard.portal.reset").error == "SNAPSHOT_TOO_LARGE"
