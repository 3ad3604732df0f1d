"""A webhook's bots, named by the application_token that their events carry; on both engines."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from botyard.api.imbot_v2 import events as second
from botyard.api.payloads.render_batch import RenderBatch
from botyard.model.events import BotRemoved, MessageSent
from botyard.store import bots
from botyard.store.engines.db import Tx
from tests.api.imbot.conversation import Conversation
from tests.api.telling import body, event_payload, newest
from tests.world import Answer, World
from tests.worlds.samples import HANDLER, LANG


class Pinned(Conversation):
    """A bot of a webhook that has been told one event, and the token that it has read there."""

    def __init__(self, world: World) -> None:
        super().__init__(world, None)
        self.says(str(self.bot), "hello")
        self.token = str(self.told(MessageSent)["auth"]["application_token"])

    def call(self, method: str, **more: Any) -> Any:
        return self.world.call(method, params={"CLIENT_ID": self.token, **more})

    def call_v2(self, method: str, **more: Any) -> Any:
        return self.world.call(f"imbot.v2.{method}", params={"botToken": self.token, "botId": self.bot, **more})


@pytest.fixture
def pinned(portal: World) -> Pinned:
    return Pinned(portal)


@pytest.mark.parametrize("named", [True, False])
def test_the_first_generation_takes_it_for_the_client_id(pinned: Pinned, named: bool) -> None:
    which = {"BOT_ID": pinned.bot} if named else {}
    dialog = str(pinned.ann.id)
    assert pinned.call("imbot.message.add", DIALOG_ID=dialog, MESSAGE="hi", **which).result > 0
    command = {"COMMAND": "more", "EVENT_COMMAND_ADD": HANDLER, "LANG": LANG}
    number = pinned.call("imbot.command.register", **command, **which).result
    assert pinned.call("imbot.command.update", COMMAND_ID=number, FIELDS={"HIDDEN": "Y"}).result is True
    assert pinned.call("imbot.command.unregister", COMMAND_ID=number).result is True


def test_the_life_of_a_bot(pinned: Pinned) -> None:
    again = {"CODE": "echo", "TYPE": "S", "EVENT_HANDLER": HANDLER, "PROPERTIES": {"NAME": "Echo"}}
    assert pinned.call("imbot.register", **again).result == pinned.bot
    other = pinned.call("imbot.register", **again | {"CODE": "second"}).result
    mine = {"CLIENT_ID": "test-client", "BOT_ID": other, "DIALOG_ID": str(pinned.ann.id), "MESSAGE": "hi"}
    assert pinned.world.call("imbot.message.add", params=mine).result > 0, "it belongs to the word itself"
    assert pinned.call("imbot.update", BOT_ID=pinned.bot, FIELDS={"PROPERTIES": {"NAME": "New"}}).result is True
    assert pinned.call("imbot.unregister", BOT_ID=pinned.bot).result is True


def test_the_second_generation_takes_it_for_the_bot_token(pinned: Pinned) -> None:
    sent = pinned.call_v2("Chat.Message.send", dialogId=str(pinned.ann.id), fields={"message": "hi"})
    assert sent.result["id"] > 0
    assert pinned.call_v2("Bot.get").result["bot"]["eventMode"] == "webhook", "as only its owner is told"
    assert [bot["id"] for bot in pinned.call_v2("Bot.list").result["bots"]] == [pinned.bot]
    room = pinned.world.add_chat(pinned.ann, [pinned.bot])
    pinned.world.call("im.chat.user.add", pinned.ann, CHAT_ID=room, USERS=[pinned.world.admin.id])
    assert pinned.call_v2("Event.get").status == 200


def test_a_bot_of_the_second_generation_has_one_too(portal: World) -> None:
    params = {"code": "two", "properties": {"name": "Two"}, "eventMode": "webhook", "webhookUrl": HANDLER}
    bot = portal.call("imbot.v2.Bot.register", params={"botToken": "word", "fields": params}).result["bot"]["id"]
    portal.call("im.message.add", DIALOG_ID=str(bot), MESSAGE="hello")
    what = newest(portal, MessageSent)

    async def work(tx: Tx) -> Any:
        record = await bots.find(tx, bot)
        assert record is not None
        return await second.render(RenderBatch(tx, portal.context), what, record)

    token = portal.write(work).auth["application_token"]
    listed = portal.call("imbot.v2.Bot.list", params={"botToken": token}).result["bots"]
    assert [item["id"] for item in listed] == [bot]


def test_it_stays_when_the_bot_gets_another_word(pinned: Pinned) -> None:
    params = {"botToken": "test-client", "botId": pinned.bot, "fields": {"botToken": "new-word"}}
    assert pinned.world.call("imbot.v2.Bot.update", params=params).status == 200
    pinned.says(str(pinned.bot), "again")
    assert pinned.told(MessageSent)["auth"]["application_token"] == pinned.token
    assert pinned.call("imbot.message.add", DIALOG_ID=str(pinned.ann.id), MESSAGE="hi").result > 0
    assert pinned.call_v2("Bot.get").result["bot"]["eventMode"] == "webhook"
    pinned.world.call("imbot.unregister", CLIENT_ID="new-word", BOT_ID=pinned.bot)
    assert body(event_payload(pinned.world, BotRemoved, pinned.bot))["auth"]["application_token"] == pinned.token


def test_it_is_known_from_before_it_was_kept(pinned: Pinned) -> None:
    """A bot that has pinned the token of an older portal names itself by its id."""
    pinned.world.write(lambda tx: tx.run("UPDATE bots SET alias = ''"))
    params = {"BOT_ID": pinned.bot, "DIALOG_ID": str(pinned.ann.id), "MESSAGE": "hi"}
    assert pinned.call("imbot.message.add", **params).result > 0


def test_it_opens_no_other_bot(pinned: Pinned) -> None:
    other = pinned.world.add_bot(code="other", CLIENT_ID="other-client")
    params = {"BOT_ID": other, "DIALOG_ID": str(pinned.ann.id), "MESSAGE": "hi"}
    assert pinned.call("imbot.message.add", **params).error == "APP_ID_ERROR"
    wrong = pinned.token[:-1] + ("0" if pinned.token[-1] != "0" else "1")
    assert pinned.world.call("imbot.message.add", params={**params, "CLIENT_ID": wrong}).error == "APP_ID_ERROR"


def test_that_of_an_application_opens_nothing(portal: World) -> None:
    stage = Conversation(portal, portal.add_app())
    stage.says(str(stage.bot), "hello")
    token = stage.told(MessageSent)["auth"]["application_token"]
    params = {"CLIENT_ID": token, "BOT_ID": stage.bot, "DIALOG_ID": str(stage.ann.id), "MESSAGE": "hi"}
    assert portal.call("imbot.message.add", params=params).error == "APP_ID_ERROR"


@pytest.mark.parametrize("word", ["0" * 32, "deadbeef" * 4])
def test_a_word_that_looks_like_one_is_a_word(portal: World, word: str) -> None:
    bot = portal.add_bot(CLIENT_ID=word)
    params = {"CLIENT_ID": word, "DIALOG_ID": "1", "MESSAGE": "hi"}
    assert portal.call("imbot.message.add", params={**params, "BOT_ID": bot}).result > 0
    assert portal.call("imbot.message.add", params=params).result > 0


class Sisters(Pinned):
    """Three bots of one word; the one that has been told has got another word, a command belongs to the last."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.second = world.add_bot(code="second")
        self.third = self._third("test-client")
        command = {"COMMAND": "sister", "EVENT_COMMAND_ADD": HANDLER, "LANG": LANG, "BOT_ID": self.second}
        self.command = self.call("imbot.command.register", **command).result
        self.rotates("test-client", "new-word")

    def rotates(self, old: str, fresh: str, bot: int = 0) -> Answer:
        params = {"botToken": old, "botId": bot or self.bot, "fields": {"botToken": fresh}}
        return self.world.call("imbot.v2.Bot.update", params=params)

    def _third(self, word: str) -> Any:
        params = {"code": "third", "properties": {"name": "Third"}, "eventMode": "fetch"}
        made = self.world.call("imbot.v2.Bot.register", params={"botToken": word, "fields": params})
        return made.result["bot"]["id"] if made.status == 200 else made.error

    def registers(self, code: str) -> Any:
        params = {"CODE": code, "TYPE": "S", "EVENT_HANDLER": HANDLER, "PROPERTIES": {"NAME": code}}
        return self.call("imbot.register", **params).result

    def third_again(self) -> Any:
        return self._third(self.token)


@pytest.fixture
def sisters(portal: World) -> Sisters:
    return Sisters(portal)


def test_every_bot_of_the_word_is_registered_again(sisters: Sisters) -> None:
    assert sisters.registers("echo") == sisters.bot
    assert sisters.registers("second") == sisters.second
    assert sisters.third_again() == sisters.third


def test_every_bot_of_the_word_is_listed(sisters: Sisters) -> None:
    listed = sisters.call_v2("Bot.list").result["bots"]
    assert [bot["id"] for bot in listed] == [sisters.bot, sisters.second, sisters.third]
    hint = sisters.call("imbot.message.add", BOT_ID=999_999, DIALOG_ID="1", MESSAGE="hi").headers["botyard-hint"]
    assert str(sisters.second) in hint


def test_the_commands_of_every_bot_are_answered_for(sisters: Sisters) -> None:
    changed = sisters.call("imbot.command.update", COMMAND_ID=sisters.command, FIELDS={"HIDDEN": "N"})
    assert changed.result is True
    message_id = sisters.says(str(sisters.second), "/sister now")
    for which in ({"COMMAND_ID": sisters.command}, {"COMMAND": "sister"}):
        assert sisters.call("imbot.command.answer", **which, MESSAGE_ID=message_id, MESSAGE="yes").result > 0
    message_id = sisters.says(str(sisters.bot), "/echo now")
    assert sisters.call("imbot.command.answer", COMMAND="echo", MESSAGE_ID=message_id, MESSAGE="yes").result > 0
    assert sisters.call_v2("Bot.get", botId=0, code="second").result["bot"]["eventMode"] == "webhook"


def test_a_new_bot_belongs_to_the_word_that_the_token_was_made_from(sisters: Sisters) -> None:
    fresh = sisters.registers("fresh")
    params = {"BOT_ID": fresh, "DIALOG_ID": str(sisters.ann.id), "MESSAGE": "hi"}
    assert sisters.world.call("imbot.message.add", params={**params, "CLIENT_ID": "test-client"}).status == 200
    assert sisters.world.call("imbot.message.add", params={**params, "CLIENT_ID": "new-word"}).error == "APP_ID_ERROR"


def test_it_opens_no_bot_of_the_new_word(sisters: Sisters) -> None:
    other = sisters.world.add_bot(code="other", CLIENT_ID="new-word")
    params = {"BOT_ID": other, "DIALOG_ID": str(sisters.ann.id), "MESSAGE": "hi"}
    assert sisters.call("imbot.message.add", **params).error == "APP_ID_ERROR"
    assert other not in [bot["id"] for bot in sisters.call_v2("Bot.list").result["bots"]]


def test_the_bots_own_token_as_the_new_one_changes_nothing(sisters: Sisters) -> None:
    for bot, word in ((sisters.bot, "new-word"), (sisters.second, "test-client")):
        assert sisters.rotates(sisters.token, sisters.token, bot).status == 200
        assert sisters.rotates(word, sisters.token, bot).status == 200
        params = {"CLIENT_ID": word, "BOT_ID": bot, "DIALOG_ID": str(sisters.ann.id), "MESSAGE": "hi"}
        assert sisters.world.call("imbot.message.add", params=params).status == 200


def test_no_bot_gets_the_token_of_others_as_its_word(sisters: Sisters) -> None:
    other = sisters.world.add_bot(code="other", CLIENT_ID="other-client")
    assert sisters.rotates("other-client", sisters.token, other).error == "BOT_TOKEN_ROTATION_FAILED"
    params = {"CLIENT_ID": "other-client", "BOT_ID": other, "DIALOG_ID": str(sisters.ann.id), "MESSAGE": "hi"}
    assert sisters.world.call("imbot.message.add", params=params).status == 200


LISTS: list[Callable[[Pinned], Any]] = [
    lambda pinned: pinned.world.call("imbot.bot.list"),
    lambda pinned: pinned.call_v2("Bot.list"),
    lambda pinned: pinned.call_v2("Bot.get"),
    lambda pinned: pinned.world.call("botyard.webhook.list"),
    lambda pinned: pinned.world.call("botyard.delivery.list", STATE="all"),
]


@pytest.mark.parametrize("listed", LISTS)
def test_it_is_shown_in_no_list_and_kept_as_a_hash(pinned: Pinned, listed: Callable[[Pinned], Any]) -> None:
    answer = listed(pinned)
    assert pinned.token not in str(answer.body)
    rows = pinned.world.read(lambda tx: tx.all("SELECT * FROM bots"))
    assert pinned.token not in str(rows)


def test_it_is_found_by_an_index(world: World) -> None:
    sql = "EXPLAIN QUERY PLAN SELECT user_id FROM bots WHERE alias = :alias AND alias <> '' ORDER BY user_id LIMIT 1"
    plan = world.read(lambda tx: tx.all(sql, alias="x"))
    assert "USING INDEX bots_alias" in str(plan) or "USING COVERING INDEX bots_alias" in str(plan)
    assert "SCAN" not in str(plan)


@pytest.mark.parametrize("again", ["imbot.register", "imbot.v2.Bot.register"])
def test_a_bot_that_is_registered_again_by_it_belongs_to_the_word(pinned: Pinned, again: str) -> None:
    """Also after the last bot of the word went: its author's code knows the word, a bot only what it was sent."""
    assert pinned.call("imbot.unregister", BOT_ID=pinned.bot).result is True
    if again == "imbot.register":
        v1 = {"CODE": "echo", "TYPE": "S", "EVENT_HANDLER": HANDLER, "PROPERTIES": {"NAME": "Echo"}}
        bot = pinned.call(again, **v1).result
    else:
        v2 = {"code": "echo", "properties": {"name": "Echo"}, "eventMode": "webhook", "webhookUrl": HANDLER}
        answer = pinned.world.call(again, params={"botToken": pinned.token, "fields": v2})
        bot = answer.result["bot"]["id"]
    dialog = str(pinned.ann.id)
    for word in ("test-client", pinned.token):
        params = {"CLIENT_ID": word, "BOT_ID": bot, "DIALOG_ID": dialog, "MESSAGE": "hi"}
        assert pinned.world.call("imbot.message.add", params=params).result > 0, word
        # Nor need it be named.
        del params["BOT_ID"]
        assert pinned.world.call("imbot.message.add", params=params).result > 0, word
    assert str(pinned.world.call("imbot.bot.list", CLIENT_ID="test-client").status) == "200"
    assert pinned.world.call("imbot.unregister", CLIENT_ID="test-client", BOT_ID=bot).result is True
    # And once more, by the word itself.
    first = {"CODE": "echo", "TYPE": "S", "EVENT_HANDLER": HANDLER, "PROPERTIES": {"NAME": "Echo"}}
    third = pinned.world.call("imbot.register", params={"CLIENT_ID": "test-client", **first}).result
    assert pinned.call("imbot.unregister", BOT_ID=third).result is True
