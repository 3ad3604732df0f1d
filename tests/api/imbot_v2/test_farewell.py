"""A bot that fetched its events is unregistered: its owner can still fetch what lay ready, the farewell as the last."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from botyard.delivery.retention import delete_expired
from tests.api.imbot_v2.lab import TOKEN, Lab
from tests.world import World

GET = "imbot.v2.Event.get"
HOUR = 3600


@pytest.fixture
def lab(portal: World) -> Lab:
    return Lab(portal)


def types(page: dict[str, Any]) -> list[str]:
    return [one["type"] for one in page["events"]]


def test_what_lay_ready_comes_and_the_farewell_last(lab: Lab) -> None:
    lab.say(f"one {lab.mention}")
    shown = lab.call("Bot.get").result["bot"]
    lab.say("in a dialog that goes with the bot", dialog=str(lab.bot))
    assert lab.call("Bot.unregister").result == {"result": True}
    page = lab.get()
    assert types(page) == ["ONIMBOTV2MESSAGEADD", "ONIMBOTV2DELETE"]
    assert lab.get() == page, "nothing was confirmed yet"
    told = page["events"][-1]["data"]
    assert set(told) == {"bot"}
    # As it was; its commands are gone, and the private dialog was opened after it was shown.
    assert told["bot"] == shown | {"countChat": shown["countChat"] + 1, "countUser": 1}
    rest = lab.get(offset=page["events"][1]["eventId"])
    assert types(rest) == ["ONIMBOTV2DELETE"]
    assert lab.get(offset=page["nextOffset"]) == {"events": [], "nextOffset": page["nextOffset"], "hasMore": False}
    refused = lab.call("Event.get", offset=page["nextOffset"])
    assert (refused.status, refused.error) == (400, "BOT_NOT_FOUND")


def test_settings_are_told_as_they_were(lab: Lab) -> None:
    given = {"isHidden": True, "isReactionsEnabled": False, "backgroundId": "mint"}
    lab.call("Bot.update", fields=given)
    lab.call("Bot.unregister")
    told = lab.get()["events"][-1]["data"]["bot"]
    assert {name: told[name] for name in given} == given
    assert told["eventMode"] == "fetch"


def test_nothing_else_sees_the_bot(lab: Lab) -> None:
    lab.call("Bot.unregister")
    for method in ("Bot.get", "Bot.update", "Bot.unregister", "Chat.get"):
        assert lab.call(method, dialogId=lab.dialog, fields={}).error == "BOT_NOT_FOUND", method
    assert [one["id"] for one in lab.call("Bot.list").result["bots"]] == [lab.eye]
    assert lab.registered("echo") > lab.eye, "its code is free again"


def test_only_its_owner_is_told(lab: Lab) -> None:
    lab.call("Bot.unregister")
    refused = lab.call("Event.get", botToken="another")
    assert (refused.status, refused.error) == (403, "BOT_OWNERSHIP_ERROR")
    assert lab.call("Event.get", botToken="").error == "BOT_TOKEN_NOT_SPECIFIED"
    assert types(lab.get()) == ["ONIMBOTV2DELETE"]


def test_a_bot_of_an_application_is_told_as_well(portal: World) -> None:
    app = portal.oauth()
    fields = {"code": "mine", "properties": {"name": "Mine"}, "eventMode": "fetch"}
    bot = portal.call("imbot.v2.Bot.register", app, fields=fields).result["bot"]["id"]
    portal.call("imbot.v2.Bot.unregister", app, botId=bot)
    assert types(portal.call(GET, app, botId=bot).result) == ["ONIMBOTV2DELETE"]
    assert portal.call(GET, portal.oauth(), botId=bot).error == "BOT_OWNERSHIP_ERROR"


def test_a_farewell_is_kept_as_long_as_other_events(lab: Lab) -> None:
    lab.call("Bot.unregister")
    lab.world.wait(23 * HOUR)
    lab.world.run(delete_expired(lab.world.context))
    assert types(lab.get()) == ["ONIMBOTV2DELETE"]
    lab.world.wait(2 * HOUR)
    assert lab.call("Event.get").error == "BOT_NOT_FOUND", "whether or not somebody has tidied up"
    lab.world.run(delete_expired(lab.world.context))
    assert lab.call("Event.get").error == "BOT_NOT_FOUND"
    (missed,) = lab.world.call("botyard.delivery.list", BOT_ID=lab.bot, STATE="missed").result["DELIVERIES"]
    assert (missed["EVENT"], missed["STATE"]) == ("ONIMBOTV2DELETE", "expired")
    assert lab.world.call("botyard.delivery.resend", ID=missed["ID"]).result["RESENT"] == 1
    assert types(lab.get()) == ["ONIMBOTV2DELETE"]


def test_a_bot_that_was_called_has_no_queue(lab: Lab) -> None:
    lab.call("Bot.update", fields={"eventMode": "webhook", "webhookUrl": "http://localhost:9/bot"})
    lab.call("Bot.unregister")
    assert lab.call("Event.get").error == "BOT_NOT_FOUND"


def test_a_waiting_caller_hears_the_farewell_and_nobody_waits_behind_it(lab: Lab) -> None:
    offset = lab.get()["nextOffset"]

    def asking(given: int) -> Any:
        return lab.asked(GET, lab.me, botId=lab.bot, botToken=TOKEN, offset=given, wait=20)

    async def late() -> None:
        await asyncio.sleep(0.1)
        await lab.asked("imbot.v2.Bot.unregister", lab.me, botId=lab.bot, botToken=TOKEN)

    answer, _ = lab.together(asking(offset), late())
    assert types(answer["result"]) == ["ONIMBOTV2DELETE"]

    async def within() -> Any:
        return await asyncio.wait_for(asking(answer["result"]["nextOffset"]), 5)

    assert lab.together(within())[0]["result"]["events"] == []
