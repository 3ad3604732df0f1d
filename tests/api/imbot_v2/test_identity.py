"""Whose bot a call means: tokens in every place, applications, and both generations."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest

from tests.api.imbot_v2.story import TOKEN, does, made, registered, room
from tests.world import World

PROPERTIES = {"name": "Echo"}


def test_a_new_bots_token_may_stand_beside_the_fields(portal: World) -> None:
    fields = {"code": "echo", "properties": PROPERTIES}
    bot = portal.call("imbot.v2.Bot.register", botToken=TOKEN, fields=fields).result["bot"]
    assert registered(portal)["bot"] == bot


def test_in_a_registration_the_token_of_the_fields_counts(portal: World) -> None:
    fields = {"code": "echo", "properties": PROPERTIES, "botToken": TOKEN}
    bot = portal.call("imbot.v2.Bot.register", botToken="other", fields=fields).result["bot"]
    assert registered(portal)["bot"] == bot


def test_a_token_may_stand_inside_the_fields(portal: World) -> None:
    bot = made(portal)
    answer = portal.call("imbot.v2.Chat.add", botId=bot, fields={"title": "Room", "botToken": TOKEN})
    assert answer.result["chat"]["owner"] == bot
    command = {"botToken": TOKEN, "command": "help", "hidden": True}
    assert portal.call("imbot.v2.Command.register", botId=bot, fields=command).result["command"]["command"] == "/help"


def test_the_only_token_of_an_update_signs_it(portal: World) -> None:
    bot = made(portal)
    fields = {"botToken": TOKEN, "isHidden": True}
    assert portal.call("imbot.v2.Bot.update", botId=bot, fields=fields).result["bot"]["isHidden"] is True
    assert portal.call("imbot.v2.Bot.update", botId=bot, fields={"botToken": "else"}).error == "BOT_OWNERSHIP_ERROR"


def test_an_application_needs_no_token(portal: World) -> None:
    app = portal.add_app()
    bot = made(portal, by=app, botToken="")
    # A token that it sends nevertheless changes nothing.
    assert portal.call("imbot.v2.Bot.get", app, botId=bot, botToken="x" * 64).result["bot"]["moduleId"] == "rest"
    fields = {"botToken": "fresh", "isHidden": True}
    shown = portal.call("imbot.v2.Bot.update", app, botId=bot, botToken="old", fields=fields).result["bot"]
    assert shown["isHidden"] is True
    assert portal.call("imbot.v2.Bot.list", app).result["bots"] == [shown]
    assert portal.call("imbot.v2.Bot.unregister", app, botId=bot).result == {"result": True}


def test_an_applications_long_token_does_not_matter(portal: World) -> None:
    assert registered(portal, by=portal.add_app(), botToken="x" * 64)["bot"]["code"] == "echo"


def test_webhooks_that_know_the_token_share_a_bot(portal: World) -> None:
    bot = made(portal)
    ann = portal.add_person()
    assert portal.call("imbot.v2.Bot.get", ann, botId=bot, botToken=TOKEN).result["bot"]["moduleId"] == "rest"


def test_the_client_id_of_the_first_generation_is_the_token_of_the_second(portal: World) -> None:
    long = "c" * 64
    bot = portal.add_bot(CLIENT_ID=long)
    assert portal.call("imbot.v2.Bot.get", botId=bot, botToken=long).result["bot"]["code"] == "echo"
    bot_v2 = made(portal, "new")
    assert portal.call("imbot.message.add", CLIENT_ID=TOKEN, BOT_ID=bot_v2, DIALOG_ID=portal.admin.id, MESSAGE="hi")


def test_a_token_is_kept_by_its_hash_only(portal: World) -> None:
    made(portal, botToken="very-secret")
    rows: list[Any] = portal.read(lambda tx: tx.all("SELECT owner FROM bots"))
    assert "very-secret" not in str(rows)


@pytest.mark.parametrize("name", ["imbot.v2.bot.get", "IMBOT.V2.BOT.GET", "imbot.v2.Bot.get"])
def test_names_may_be_in_any_case(portal: World, name: str) -> None:
    bot = made(portal)
    answer = portal.post(f"{portal.admin.path}/{name}", json.dumps({"BOTID": bot, "bottoken": TOKEN}).encode())
    assert answer.result["bot"]["id"] == bot


def test_a_form_says_the_same(portal: World) -> None:
    form = "fields[code]=echo&fields[botToken]=t&fields[properties][name]=Echo&fields[isHidden]=1&fields[type]=personal"
    kind = "application/x-www-form-urlencoded"
    bot = portal.post(f"{portal.admin.path}/imbot.v2.Bot.register", form.encode(), kind).result["bot"]
    assert (bot["isHidden"], bot["type"]) == (True, "personal")
    query = f"botToken=t&botId={bot['id']}&fields[title]=Room&fields[userIds][]={portal.admin.id}"
    chat = portal.get(f"{portal.admin.path}/imbot.v2.Chat.add?{quote(query, safe='=&')}").result["chat"]
    assert chat["userCounter"] == 2


def test_fields_may_be_json_text(portal: World) -> None:
    fields = json.dumps({"code": "echo", "botToken": TOKEN, "properties": PROPERTIES})
    assert portal.call("imbot.v2.Bot.register", fields=fields).result["bot"]["code"] == "echo"


def test_errors_of_a_batch_are_those_of_the_second_generation(portal: World) -> None:
    bot = made(portal)
    cmd = {"wrong": "imbot.v2.Bot.get?botToken=t", "right": f"imbot.v2.Bot.get?botToken={TOKEN}&botId={bot}"}
    results = portal.call("batch", cmd=cmd).result
    assert results["result_error"]["wrong"]["error"] == "PARAMS_REQUIRED"
    assert results["result"]["right"]["bot"]["id"] == bot


def test_both_generations_see_the_same_chats(portal: World) -> None:
    bot = made(portal)
    ann = portal.add_person()
    chat = room(portal, bot, ann.id)
    assert portal.call("imbot.chat.user.list", BOT_ID=bot, CLIENT_ID=TOKEN, CHAT_ID=chat).result == sorted(
        [bot, ann.id]
    )
    other = portal.call("imbot.chat.add", BOT_ID=bot, CLIENT_ID=TOKEN, TITLE="Old").result
    assert does(portal, "Chat.get", bot, dialogId=f"chat{other}")["chat"]["name"] == "Old"
