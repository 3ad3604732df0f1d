"""A bot that fetched its events is unregistered: its owner can still fetch what lay ready, the farewell as the last."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from botyard.delivery.retention import delete_expired
from tests.world import World
from tests.worlds.bots import TOKEN

GET = "imbot.v2.Event.get"
HOUR = 3600


@pytest.fixture
def world(bot_world: World) -> World:
    return bot_world


def types(page: dict[str, Any]) -> list[str]:
    return [event["type"] for event in page["events"]]


def test_what_lay_ready_comes_and_the_farewell_last(world: World) -> None:
    world.send(f"one {world.mention}")
    shown = world.call_as_bot("Bot.get").result["bot"]
    world.send("in a dialog that goes with the bot", dialog=str(world.echo))
    assert world.call_as_bot("Bot.unregister").result == {"result": True}
    page = world.fetch_events()
    assert types(page) == ["ONIMBOTV2MESSAGEADD", "ONIMBOTV2DELETE"]
    assert world.fetch_events() == page, "nothing was confirmed yet"
    data = page["events"][-1]["data"]
    assert set(data) == {"bot"}
    # As it was; its commands are gone, and the private dialog was opened after it was shown.
    assert data["bot"] == shown | {"countChat": shown["countChat"] + 1, "countUser": 1}
    rest = world.fetch_events(offset=page["events"][1]["eventId"])
    assert types(rest) == ["ONIMBOTV2DELETE"]
    assert world.fetch_events(offset=page["nextOffset"]) == {
        "events": [],
        "nextOffset": page["nextOffset"],
        "hasMore": False,
    }
    refused = world.call_as_bot("Event.get", offset=page["nextOffset"])
    assert (refused.status, refused.error) == (400, "BOT_NOT_FOUND")


def test_settings_are_told_as_they_were(world: World) -> None:
    fields = {"isHidden": True, "isReactionsEnabled": False, "backgroundId": "mint"}
    world.call_as_bot("Bot.update", fields=fields)
    world.call_as_bot("Bot.unregister")
    bot = world.fetch_events()["events"][-1]["data"]["bot"]
    assert {name: bot[name] for name in fields} == fields
    assert bot["eventMode"] == "fetch"


def test_nothing_else_sees_the_bot(world: World) -> None:
    world.call_as_bot("Bot.unregister")
    for method in ("Bot.get", "Bot.update", "Bot.unregister", "Chat.get"):
        assert world.call_as_bot(method, dialogId=world.dialog, fields={}).error == "BOT_NOT_FOUND", method
    assert [bot["id"] for bot in world.call_as_bot("Bot.list").result["bots"]] == [world.eye]
    assert world.add_bot_v2("echo") > world.eye, "its code is free again"


def test_only_its_owner_is_told(world: World) -> None:
    world.call_as_bot("Bot.unregister")
    refused = world.call_as_bot("Event.get", botToken="another")
    assert (refused.status, refused.error) == (403, "BOT_OWNERSHIP_ERROR")
    assert world.call_as_bot("Event.get", botToken="").error == "BOT_TOKEN_NOT_SPECIFIED"
    assert types(world.fetch_events()) == ["ONIMBOTV2DELETE"]


def test_a_bot_of_an_application_is_told_as_well(portal: World) -> None:
    app = portal.add_app()
    fields = {"code": "mine", "properties": {"name": "Mine"}, "eventMode": "fetch"}
    bot = portal.call("imbot.v2.Bot.register", app, fields=fields).result["bot"]["id"]
    portal.call("imbot.v2.Bot.unregister", app, botId=bot)
    assert types(portal.call(GET, app, botId=bot).result) == ["ONIMBOTV2DELETE"]
    assert portal.call(GET, portal.add_app(), botId=bot).error == "BOT_OWNERSHIP_ERROR"


def test_a_farewell_is_kept_as_long_as_other_events(world: World) -> None:
    world.call_as_bot("Bot.unregister")
    world.wait(23 * HOUR)
    world.run(delete_expired(world.context))
    assert types(world.fetch_events()) == ["ONIMBOTV2DELETE"]
    world.wait(2 * HOUR)
    assert world.call_as_bot("Event.get").error == "BOT_NOT_FOUND", "whether or not somebody has tidied up"
    world.run(delete_expired(world.context))
    assert world.call_as_bot("Event.get").error == "BOT_NOT_FOUND"
    (missed,) = world.call("botyard.delivery.list", BOT_ID=world.echo, STATE="missed").result["DELIVERIES"]
    assert (missed["EVENT"], missed["STATE"]) == ("ONIMBOTV2DELETE", "expired")
    assert world.call("botyard.delivery.resend", ID=missed["ID"]).result["RESENT"] == 1
    assert types(world.fetch_events()) == ["ONIMBOTV2DELETE"]


def test_a_bot_that_was_called_has_no_queue(world: World) -> None:
    world.call_as_bot("Bot.update", fields={"eventMode": "webhook", "webhookUrl": "http://localhost:9/bot"})
    world.call_as_bot("Bot.unregister")
    assert world.call_as_bot("Event.get").error == "BOT_NOT_FOUND"


def test_a_waiting_caller_hears_the_farewell_and_nobody_waits_behind_it(world: World) -> None:
    offset = world.fetch_events()["nextOffset"]

    def asking(start: int) -> Any:
        return world.call_async(GET, world.admin, botId=world.echo, botToken=TOKEN, offset=start, wait=20)

    async def late() -> None:
        await asyncio.sleep(0.1)
        await world.call_async("imbot.v2.Bot.unregister", world.admin, botId=world.echo, botToken=TOKEN)

    answer, _ = world.gather(asking(offset), late())
    assert types(answer["result"]) == ["ONIMBOTV2DELETE"]

    async def within() -> Any:
        return await asyncio.wait_for(asking(answer["result"]["nextOffset"]), 5)

    assert world.gather(within())[0]["result"]["events"] == []
