"""Bots come, change and go: imbot.register, imbot.update, imbot.unregister, imbot.bot.list."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from botyard.model.bots import Handlers
from botyard.store import bot_handlers, bots, users
from botyard.wire import forms
from tests.story import CLIENT, about, bot_does, bot_says, says, texts
from tests.world import World
from tests.worlds.samples import HANDLER, LANG, picture

OTHER = "https://example.com/other"


def profile(world: World, user_id: int) -> dict[str, Any]:
    user = world.read(lambda tx: users.find(tx, user_id))
    assert user is not None
    return msgspec.structs.asdict(user)


def handlers(world: World, bot: int) -> Handlers:
    async def work(tx: Any) -> Handlers:
        record = await bots.find(tx, bot)
        assert record is not None
        bound = await bot_handlers.find(tx, record.owner)
        assert bound is not None
        return bound

    return world.read(work)


def test_a_bot_is_a_person_of_the_portal(portal: World) -> None:
    bot = portal.add_bot(
        PROPERTIES={
            "NAME": "News",
            "LAST_NAME": "Bot",
            "COLOR": "azure",
            "EMAIL": "news@example.com",
            "PERSONAL_BIRTHDAY": "2020-02-29",
            "WORK_POSITION": "Reporter",
            "PERSONAL_WWW": "https://example.com",
            "PERSONAL_GENDER": "f",
            "PERSONAL_PHOTO": picture(),
        }
    )
    shown = profile(portal, bot)
    assert (
        shown
        | {
            "kind": "bot",
            "full_name": "News Bot",
            "color": "#29619b",
            "email": "news@example.com",
            "birthday": "2020-02-29",
            "work_position": "Reporter",
            "www": "https://example.com",
            "gender": "F",
        }
        == shown
    )
    assert shown["avatar"].startswith("/avatar/")


PHOTOS: list[Any] = [
    ["me.png", picture()],
    {"0": "me.png", "1": picture()},
    {"fileData": ["me.png", picture()]},
    {"FILEDATA": {"0": "me.png", "1": picture()}},
    [["me.png", picture()]],
    {"name": "me.png", "content": picture()},
    json.dumps(["me.png", picture()]),
    "data:image/png;base64," + picture(),
]


@pytest.mark.parametrize("photo", PHOTOS, ids=lambda photo: str(photo)[:25])
def test_a_photo_may_come_with_a_name(portal: World, photo: Any) -> None:
    """`[name, base64]` is the form of `user.add`, `fileData` that of other methods."""
    plain = profile(portal, portal.add_bot(code="plain", PROPERTIES={"NAME": "A", "PERSONAL_PHOTO": picture()}))
    shown = profile(portal, portal.add_bot(code="named", PROPERTIES={"NAME": "B", "PERSONAL_PHOTO": photo}))
    assert shown["avatar"] == plain["avatar"] != ""
    form = forms.encode({"CODE": "form", "TYPE": "B", "EVENT_HANDLER": "http://localhost:9/", "CLIENT_ID": "c"})
    form += "&" + forms.encode({"PROPERTIES": {"NAME": "C", "PERSONAL_PHOTO": photo}})
    made = portal.post(f"{portal.admin.path}/imbot.register", form.encode(), "application/x-www-form-urlencoded").result
    assert profile(portal, made)["avatar"] == plain["avatar"]


@pytest.mark.parametrize("nothing", ["", None, "None", "null", "undefined", [], {}, False, ["me.png", ""]])
def test_no_photo(portal: World, nothing: Any) -> None:
    assert profile(portal, portal.add_bot(PROPERTIES={"NAME": "A", "PERSONAL_PHOTO": nothing}))["avatar"] == ""


@pytest.mark.parametrize("wrong", [17, ["a", "b", "c"], {"a": "b"}, [["a"], ["b"]], ["me.png", 5], True])
def test_what_is_no_photo_at_all(portal: World, wrong: Any) -> None:
    params: dict[str, Any] = {"CODE": "x", "TYPE": "B", "EVENT_HANDLER": "http://localhost:9/", "CLIENT_ID": "c"}
    params["PROPERTIES"] = {"NAME": "A", "PERSONAL_PHOTO": wrong}
    assert portal.call("imbot.register", params=params).error == "WRONG_REQUEST"


def test_what_a_profile_cannot_hold_is_left_out(portal: World) -> None:
    odd = {"NAME": "Echo", "COLOR": "PLAID", "PERSONAL_GENDER": "X", "PERSONAL_BIRTHDAY": "yesterday"}
    shown = profile(portal, portal.add_bot(PROPERTIES=odd))
    assert (shown["color"], shown["gender"], shown["birthday"]) == ("", "", "")


def test_a_last_name_is_name_enough(portal: World) -> None:
    assert profile(portal, portal.add_bot(PROPERTIES={"LAST_NAME": "Bot"}))["full_name"] == "Bot"


def test_the_list_holds_every_bot_of_the_portal(portal: World) -> None:
    assert portal.call("imbot.bot.list").result == {}
    echo = portal.add_bot()
    lines = portal.add_bot(code="lines", type="O", CLIENT_ID="somebody-else")
    three = portal.add_bot(code="both", OPENLINE="Y")
    listed = portal.call("imbot.bot.list", portal.add_app()).result
    assert listed == {
        str(echo): {"ID": echo, "NAME": "Echo", "CODE": "echo", "OPENLINE": "N"},
        str(lines): {"ID": lines, "NAME": "Lines", "CODE": "lines", "OPENLINE": "Y"},
        str(three): {"ID": three, "NAME": "Both", "CODE": "both", "OPENLINE": "Y"},
    }


def test_registering_again_renews_the_handlers_and_nothing_else(portal: World) -> None:
    bot = portal.add_bot()
    assert portal.add_bot(EVENT_HANDLER=OTHER, TYPE="S", PROPERTIES={"NAME": "Changed"}) == bot
    assert handlers(portal, bot).message_add == OTHER
    assert profile(portal, bot)["name"] == "Echo"
    record = portal.read(lambda tx: bots.find(tx, bot))
    assert record is not None
    assert record.type == "B"


def test_all_bots_of_one_application_share_their_handlers(portal: World) -> None:
    first = portal.add_bot(type="S")
    portal.add_bot(code="second", EVENT_HANDLER=OTHER)
    # A bot that hears no edits does not take the supervisor's handler for them away.
    assert handlers(portal, first) == Handlers(OTHER, HANDLER, HANDLER, OTHER, OTHER)


@pytest.mark.parametrize(
    ("type_", "openline", "hears"),
    [("B", "N", False), ("H", "N", False), ("B", "Y", True), ("O", "N", True), ("S", "N", True)],
)
def test_only_some_bots_hear_of_edits_from_the_start(portal: World, type_: str, openline: str, hears: bool) -> None:
    bot = portal.add_bot(type=type_, OPENLINE=openline)
    bound = handlers(portal, bot)
    assert (bound.message_update, bound.message_delete) == ((HANDLER, HANDLER) if hears else ("", ""))
    bot_does(portal, "imbot.update", BOT_ID=bot, FIELDS={"EVENT_MESSAGE_UPDATE": OTHER})
    assert handlers(portal, bot).message_update == OTHER


def test_a_single_handler_wins_over_the_common_one(portal: World) -> None:
    bot = portal.add_bot(type="S", EVENT_BOT_DELETE=OTHER)
    assert handlers(portal, bot) == Handlers(HANDLER, HANDLER, HANDLER, HANDLER, OTHER)


def test_update_changes_what_is_given(portal: World) -> None:
    bot = portal.add_bot(PROPERTIES={"NAME": "Echo", "LAST_NAME": "Bot"})
    fields = {"CODE": "echo2", "EVENT_MESSAGE_ADD": OTHER, "PROPERTIES": {"WORK_POSITION": "Repeats", "LAST_NAME": ""}}
    assert bot_does(portal, "imbot.update", BOT_ID=bot, FIELDS=fields | {"TYPE": "S", "OPENLINE": "Y"}) is True
    assert portal.call("imbot.bot.list").result[str(bot)] == {
        "ID": bot,
        "NAME": "Echo Bot",
        "CODE": "echo2",
        "OPENLINE": "N",
    }
    assert handlers(portal, bot) == Handlers(message_add=OTHER, welcome=HANDLER, bot_delete=HANDLER)
    bot_does(portal, "imbot.update", BOT_ID=bot, FIELDS={"PROPERTIES": {"NAME": "Solo", "LAST_NAME": ""}})
    assert profile(portal, bot)["full_name"] == "Solo"
    assert profile(portal, bot)["work_position"] == "Repeats"
    assert ("BotChanged", {"type": "BotChanged", "actor_id": portal.admin.id, "chat_id": 0, "bot_id": bot}) in (
        portal.events()
    )


def test_a_new_name_is_seen_in_old_dialogs(portal: World) -> None:
    bot, ann = portal.add_bot(), portal.add_person()
    bot_says(portal, ann.id)
    bot_does(portal, "imbot.update", BOT_ID=bot, FIELDS={"PROPERTIES": {"NAME": "Parrot"}})
    assert about(portal, ann, bot)["name"] == "Parrot"


def test_a_bot_that_goes_takes_its_private_dialogs_along(portal: World) -> None:
    bot, ann = portal.add_bot(), portal.add_person("Ann")
    bot_says(portal, ann.id)
    room = portal.add_chat(ann, [bot])
    own = int(bot_does(portal, "imbot.chat.add", USERS=[ann.id]))
    bot_says(portal, f"chat{room}", "I was here")
    command = {"COMMAND": "go", "EVENT_COMMAND_ADD": HANDLER, "LANG": LANG}
    bot_does(portal, "imbot.command.register", BOT_ID=bot, **command)
    assert bot_does(portal, "imbot.unregister", BOT_ID=bot) is True
    assert portal.call("imbot.dialog.get", ann, DIALOG_ID=bot).status == 403
    assert portal.call("im.message.add", ann, DIALOG_ID=bot, MESSAGE="hello?").error == "USER_NOT_FOUND"
    assert "I was here" in texts(portal, ann, f"chat{room}")
    assert texts(portal, ann, f"chat{room}")[0].endswith("left the chat")
    handed = about(portal, ann, f"chat{own}")
    assert (handed["owner"], handed["role"], handed["user_counter"]) == (ann.id, "owner", 1)
    assert portal.call("imbot.bot.list").result == {}
    assert portal.call("imbot.unregister", None, BOT_ID=bot, CLIENT_ID=CLIENT).error == "BOT_ID_ERROR"


def test_the_last_thing_a_bot_hears_is_its_end(portal: World) -> None:
    bot, ann = portal.add_bot(), portal.add_person()
    says(portal, ann, bot)
    bot_does(portal, "imbot.unregister", BOT_ID=bot)
    type_, body = portal.due(bot)[-1]
    assert (type_, body["bot_id"], body["code"]) == ("BotRemoved", bot, "echo")


def test_a_code_is_free_again_when_its_bot_is_gone(portal: World) -> None:
    bot = portal.add_bot()
    bot_does(portal, "imbot.unregister", BOT_ID=bot)
    assert portal.add_bot(CLIENT_ID="somebody-else") != bot
