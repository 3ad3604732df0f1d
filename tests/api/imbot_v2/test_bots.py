"""Bots of the second generation come, change and go."""

from __future__ import annotations

from typing import Any

import pytest

from botyard.model.people import UserKind
from botyard.store import bot_handlers, bots
from tests.api.imbot_v2.story import TOKEN, does, made, registered, room
from tests.story import happened, says
from tests.world import World
from tests.worlds.samples import HANDLER, LANG, picture

NEW = {
    "isHidden": False,
    "isSupportOpenline": False,
    "isReactionsEnabled": True,
    "backgroundId": None,
    "language": "en",
    "moduleId": "rest",
    "eventMode": "fetch",
    "countMessage": 0,
    "countCommand": 0,
    "countChat": 0,
    "countUser": 0,
}
COMMON = ("id", "code", "type", "isHidden", "isSupportOpenline", "isReactionsEnabled", "backgroundId", "language")


def test_a_bot_is_told_with_its_defaults(portal: World) -> None:
    result = registered(portal)
    assert result["bot"] == {"id": result["users"][0]["id"], "code": "echo", "type": "bot", **NEW}
    assert len(result["users"]) == 1


def test_a_bot_brings_its_profile_along(portal: World) -> None:
    properties = {
        "name": "News",
        "lastName": "Bot",
        "workPosition": "Reporter",
        "color": "lightBlue",
        "gender": "f",
        "avatar": picture(),
    }
    (user,) = registered(portal, properties=properties)["users"]
    profile = {name: user[name] for name in ("name", "firstName", "lastName", "workPosition", "color", "gender")}
    assert profile == {
        "name": "News Bot",
        "firstName": "News",
        "lastName": "Bot",
        "workPosition": "Reporter",
        "color": "#4ba5c3",
        "gender": "F",
    }
    assert user["avatar"].startswith("http://botyard.test/avatar/")
    assert (user["bot"], user["type"], user["externalAuthId"]) == (True, "bot", "bot")


def test_a_wrong_colour_and_gender_are_passed_over(portal: World) -> None:
    (user,) = registered(portal, properties={"name": "Echo", "color": "plaid", "gender": "X"})["users"]
    assert user["color"].startswith("#")
    assert user["gender"] == "M"


def test_a_bot_is_registered_with_every_setting(portal: World) -> None:
    params: dict[str, Any] = {
        "type": "supervisor",
        "eventMode": "webhook",
        "webhookUrl": HANDLER,
        "isHidden": True,
        "isReactionsEnabled": False,
        "isSupportOpenline": True,
        "backgroundId": "mint",
    }
    bot = registered(portal, **params)["bot"]
    # Where it is called is nobody's business.
    assert {name: value for name, value in params.items() if name != "webhookUrl"}.items() <= bot.items()
    assert "webhookUrl" not in bot
    kept = portal.read(lambda tx: bots.find(tx, bot["id"]))
    assert kept is not None
    assert (kept.webhook_url, kept.dialect) == (HANDLER, "v2")


@pytest.mark.parametrize("kind", ["bot", "network", "openline", "supervisor", "personal"])
def test_every_type_is_told_as_it_was_given(portal: World, kind: str) -> None:
    bot = registered(portal, type=kind)["bot"]
    assert bot["type"] == kind
    assert bot["isSupportOpenline"] is (kind == "openline")


@pytest.mark.parametrize("background", ["Mint", "none", 5, "", None])
def test_a_background_that_is_none_of_the_themes_is_null(portal: World, background: Any) -> None:
    assert registered(portal, backgroundId=background)["bot"]["backgroundId"] is None


def test_switches_may_be_letters(portal: World) -> None:
    bot = registered(portal, isHidden="Y", isReactionsEnabled="N")["bot"]
    assert (bot["isHidden"], bot["isReactionsEnabled"]) == (True, False)


def test_a_bot_speaks_the_language_of_who_registers_it(portal: World) -> None:
    portal.write(lambda tx: tx.run("UPDATE users SET language = 'de' WHERE id = :id", id=portal.admin.id))
    assert registered(portal)["bot"]["language"] == "de"


def test_the_same_code_again_is_the_same_bot_as_it_was(portal: World) -> None:
    first = registered(portal)
    again = registered(portal, type="nonsense", isHidden=True, properties={"name": "Other"})
    assert again == first


def test_a_bot_is_updated(portal: World) -> None:
    bot = made(portal)
    properties = {"name": "Parrot", "lastName": "Bird", "color": "mint"}
    changes = {
        "properties": properties,
        "isHidden": True,
        "isReactionsEnabled": False,
        "isSupportOpenline": True,
        "backgroundId": "sky",
    }
    result = does(portal, "Bot.update", bot, fields=changes)
    settings = {name: value for name, value in changes.items() if name != "properties"}
    assert settings.items() <= result["bot"].items()
    (user,) = result["users"]
    assert (user["name"], user["color"]) == ("Parrot Bird", "#4ba984")
    assert does(portal, "Bot.update", bot, fields={}) == result


def test_a_background_goes_by_null(portal: World) -> None:
    bot = made(portal, backgroundId="mint")
    assert does(portal, "Bot.update", bot, fields={"isHidden": True})["bot"]["backgroundId"] == "mint"
    assert does(portal, "Bot.update", bot, fields={"backgroundId": None})["bot"]["backgroundId"] is None


def test_a_last_name_goes_by_an_empty_one(portal: World) -> None:
    bot = made(portal, properties={"name": "Echo", "lastName": "Bot"})
    kept = does(portal, "Bot.update", bot, fields={"properties": {"name": "", "lastName": ""}})
    assert kept["users"][0]["name"] == "Echo"


def test_an_openline_bot_goes_on_supporting_open_lines(portal: World) -> None:
    bot = made(portal, type="openline")
    assert does(portal, "Bot.update", bot, fields={"isSupportOpenline": False})["bot"]["isSupportOpenline"] is True


def test_the_event_mode_is_switched_to_and_fro(portal: World) -> None:
    bot = made(portal)
    to = does(portal, "Bot.update", bot, fields={"eventMode": "webhook", "webhookUrl": HANDLER})["bot"]
    fro = does(portal, "Bot.update", bot, fields={"eventMode": "fetch"})["bot"]
    # The address is still known.
    again = does(portal, "Bot.update", bot, fields={"eventMode": "webhook"})["bot"]
    assert [mode["eventMode"] for mode in (to, fro, again)] == ["webhook", "fetch", "webhook"]


def test_a_bot_of_the_first_generation_keeps_its_way_of_delivery(portal: World) -> None:
    bot = portal.add_bot(CLIENT_ID=TOKEN)
    shown = does(portal, "Bot.update", bot, fields={"eventMode": "fetch", "isHidden": True})["bot"]
    assert (shown["eventMode"], shown["isHidden"]) == ("webhook", True)


def test_a_token_is_rotated(portal: World) -> None:
    bot = made(portal)
    does(portal, "Command.register", bot, fields={"command": "help", "title": {"en": "Help"}})
    does(portal, "Bot.update", bot, fields={"botToken": "fresh"})
    old = portal.call("imbot.v2.Bot.update", botId=bot, botToken=TOKEN, fields={})
    assert (old.error, old.status) == ("BOT_OWNERSHIP_ERROR", 403)
    shown = portal.call("imbot.v2.Bot.get", botId=bot, botToken="fresh").result["bot"]
    assert (shown["moduleId"], shown["countCommand"]) == ("rest", 1)
    # The first generation goes by the same name.
    assert portal.call("imbot.update", BOT_ID=bot, CLIENT_ID="fresh", FIELDS={"CODE": "parrot"}).result is True


def test_rotation_takes_one_bot_and_its_handlers(portal: World) -> None:
    first = portal.add_bot(CLIENT_ID=TOKEN)
    second = portal.add_bot(code="second", CLIENT_ID=TOKEN)
    icon = {"CODE": "icon", "JS_METHOD": "SEND", "JS_PARAM": "/help", "LANG": LANG, "HASH": "1"}
    chat_app = portal.call("imbot.app.register", None, {"BOT_ID": first, "CLIENT_ID": TOKEN, **icon}).result
    does(portal, "Bot.update", first, fields={"botToken": "fresh"})
    assert does(portal, "Bot.get", second)["bot"]["moduleId"] == "rest"
    assert portal.call("imbot.app.unregister", APP_ID=chat_app, CLIENT_ID="fresh").result is True
    bot = portal.read(lambda tx: bots.find(tx, first))
    assert bot is not None
    bound = portal.read(lambda tx: bot_handlers.find(tx, bot.owner))
    assert bound is not None
    assert bound.message_add == HANDLER


@pytest.mark.parametrize("fresh", ["", "   ", TOKEN])
def test_no_token_and_the_same_token_rotate_nothing(portal: World, fresh: str) -> None:
    bot = made(portal)
    does(portal, "Bot.update", bot, fields={"botToken": fresh})
    assert does(portal, "Bot.get", bot)["bot"]["moduleId"] == "rest"


def test_others_are_told_of_a_bot_in_brief(portal: World) -> None:
    result = registered(portal)
    bot = result["bot"]["id"]
    ways: list[tuple[Any, dict[str, Any]]] = [
        (None, {"botToken": "another"}),
        (portal.add_app(), {}),
        (portal.add_token(portal.admin.id, None), {}),
    ]
    for by, params in ways:
        seen = portal.call("imbot.v2.Bot.get", by, {"botId": bot, **params}).result
        assert seen == {"bot": {name: result["bot"][name] for name in COMMON}, "users": result["users"]}


def test_a_bot_is_found_by_its_code(portal: World) -> None:
    result = registered(portal)
    assert portal.call("imbot.v2.Bot.get", code="echo", botToken=TOKEN).result == result
    assert portal.call("imbot.v2.Bot.get", botId=result["bot"]["id"], code="other", botToken=TOKEN).result == result


def test_the_list_holds_ones_own_bots(portal: World) -> None:
    ids = [made(portal, f"bot{number}") for number in range(3)]
    made(portal, "other", botToken="other")
    result = portal.call("imbot.v2.Bot.list", botToken=TOKEN).result
    assert [bot["id"] for bot in result["bots"]] == ids
    assert [user["id"] for user in result["users"]] == ids
    assert result["hasNextPage"] is False
    assert NEW.keys() <= result["bots"][0].keys()


def test_the_list_comes_in_pages(portal: World) -> None:
    ids = [made(portal, f"bot{number}") for number in range(3)]

    def page(**params: int) -> tuple[list[int], bool]:
        page_result = portal.call("imbot.v2.Bot.list", None, {"botToken": TOKEN, **params}).result
        return [bot["id"] for bot in page_result["bots"]], page_result["hasNextPage"]

    assert page(limit=2) == (ids[:2], True)
    assert page(limit=2, offset=2) == (ids[2:], False)
    assert page(limit=0, offset=-5) == (ids[:1], True)
    assert page(offset=9) == ([], False)


def test_the_list_is_narrowed_to_a_type(portal: World) -> None:
    plain, personal = made(portal), made(portal, "mine", type="personal")
    human = portal.add_bot(code="human", type="H", CLIENT_ID=TOKEN)

    def of_type(kind: str) -> list[int]:
        rows = portal.call("imbot.v2.Bot.list", botToken=TOKEN, filter={"type": kind}).result["bots"]
        return [item["id"] for item in rows]

    assert of_type("personal") == [personal]
    assert of_type("bot") == [plain, human]
    assert of_type("nonsense") == []


def test_a_caller_without_bots_has_an_empty_list(portal: World) -> None:
    nothing = {"bots": [], "users": [], "hasNextPage": False}
    assert portal.call("imbot.v2.Bot.list", botToken="nobody").result == nothing


def test_a_bot_is_unregistered(portal: World) -> None:
    bot = made(portal)
    ann = portal.add_person()
    chat = room(portal, bot, ann.id)
    does(portal, "Chat.get", bot, dialogId=str(ann.id))
    after = portal.last_event()
    assert does(portal, "Bot.unregister", bot) == {"result": True}
    assert portal.call("imbot.v2.Bot.get", botId=bot, botToken=TOKEN).error == "BOT_NOT_FOUND"
    assert [event["code"] for event in happened(portal, after, "BotRemoved")] == ["echo"]
    assert portal.call("im.dialog.get", ann, DIALOG_ID=f"chat{chat}").result["user_counter"] == 1
    assert portal.call("im.dialog.get", ann, DIALOG_ID=str(bot)).status == 403


def test_both_generations_see_the_same_bots(portal: World) -> None:
    first, second = portal.add_bot(code="old", CLIENT_ID=TOKEN), made(portal, "new")
    assert portal.call("imbot.bot.list").result.keys() == {str(first), str(second)}
    rows = portal.call("imbot.v2.Bot.list", botToken=TOKEN).result["bots"]
    assert [(item["id"], item["eventMode"]) for item in rows] == [(first, "webhook"), (second, "fetch")]
    # Registered again by the other generation, a bot stays what it is.
    assert portal.add_bot(code="new", CLIENT_ID=TOKEN) == second
    assert registered(portal, "old")["bot"]["id"] == first


def test_the_numbers_of_a_bot_are_kept(portal: World) -> None:
    bot = made(portal)
    ann, bob = portal.add_person(), portal.add_person("Bob")
    gus = portal.add_person("Gus", kind=UserKind.EXTRANET)

    def numbers() -> tuple[int, int, int, int]:
        shown = does(portal, "Bot.get", bot)["bot"]
        return shown["countMessage"], shown["countCommand"], shown["countChat"], shown["countUser"]

    first = room(portal, bot, ann.id, message="Welcome")
    assert numbers() == (1, 0, 1, 0)
    says(portal, bob, bot)
    does(portal, "Chat.get", bot, dialogId=str(gus.id))
    assert numbers() == (1, 0, 3, 2)
    portal.call("imbot.message.add", CLIENT_ID=TOKEN, DIALOG_ID=str(bob.id), MESSAGE="hi")
    does(portal, "Command.register", bot, fields={"command": "help", "hidden": True})
    assert numbers() == (2, 1, 3, 2)
    joined = portal.add_chat(ann, [bot])
    assert numbers() == (2, 1, 4, 2)
    does(portal, "Chat.leave", bot, dialogId=f"chat{joined}")
    does(portal, "Chat.leave", bot, dialogId=f"chat{first}")
    assert numbers() == (2, 1, 2, 2)


def test_two_bots_that_talked_part_when_one_goes(portal: World) -> None:
    first, second = made(portal, "one"), made(portal, "two")
    does(portal, "Chat.get", first, dialogId=str(second))
    assert [does(portal, "Bot.get", bot)["bot"]["countChat"] for bot in (first, second)] == [1, 1]
    does(portal, "Bot.unregister", first)
    shown = does(portal, "Bot.get", second)["bot"]
    assert (shown["countChat"], shown["countUser"]) == (0, 0)


def test_the_revision_is_told_to_anybody(portal: World) -> None:
    guest = portal.add_person("Gus", kind=UserKind.GUEST)
    for by in (None, guest, portal.add_app(), portal.add_token(portal.admin.id, None)):
        assert portal.call("imbot.v2.Revision.get", by).result == {"rest": 36, "web": 130, "mobile": 23, "desktop": 6}
