"""What is stored beside messages has an end: texts are cut, pictures and options count."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from botyard.chat.conversation import contexts
from botyard.model.lengths import DESCRIPTION_MAX, LANGUAGES_MAX, WORDS_MAX
from botyard.portal import options
from botyard.store import bot_commands, chats, messages, users
from botyard.store.engines.db import Tx
from tests.conftest import MakeWorld
from tests.story import CLIENT, bot_does
from tests.world import World
from tests.worlds.pictures import noise
from tests.worlds.samples import HANDLER

LONG = "x" * 100_000
WORDS = "x" * WORDS_MAX


def test_texts_of_chats(portal: World) -> None:
    ann = portal.add_person("Ann")
    named = {"TITLE": LONG, "DESCRIPTION": LONG, "ENTITY_TYPE": LONG, "ENTITY_ID": LONG, "ENTITY_DATA_1": LONG}
    made = portal.call("im.chat.add", ann, named, USERS=[portal.admin.id]).result
    chat = portal.read(lambda tx: chats.reload(tx, made))
    assert (chat.title, chat.entity_type, chat.entity_id, chat.entity_data_1) == (WORDS, WORDS, WORDS, WORDS)
    assert chat.description == "x" * DESCRIPTION_MAX
    assert portal.call("imbot.chat.get", ann, ENTITY_TYPE=WORDS, ENTITY_ID=WORDS).result == {"ID": made}


def test_texts_of_people_and_bots(portal: World) -> None:
    bot = portal.add_bot()
    bot_does(portal, "imbot.update", BOT_ID=bot, FIELDS={"PROPERTIES": {"NAME": LONG, "WORK_POSITION": LONG}})
    user = portal.read(lambda tx: users.find(tx, bot))
    assert user and (user.name, user.work_position) == (WORDS, WORDS)
    made = portal.call("botyard.user.add", LOGIN="ben", NAME=LONG, WORK_POSITION=LONG).result
    person = portal.read(lambda tx: users.find(tx, made["ID"]))
    assert person and (person.name, person.full_name) == (WORDS, WORDS)


def test_texts_of_commands(portal: World) -> None:
    bot = portal.add_bot()
    lang = [{"LANGUAGE_ID": f"l{number}", "TITLE": LONG, "PARAMS": LONG} for number in range(LANGUAGES_MAX + 1)]
    made = bot_does(portal, "imbot.command.register", BOT_ID=bot, COMMAND="echo", EVENT_COMMAND_ADD=HANDLER, LANG=lang)
    command = portal.read(lambda tx: bot_commands.find(tx, made))
    assert command and len(command.lang) == LANGUAGES_MAX
    assert command.lang[0] == {"LANGUAGE_ID": "l0", "TITLE": WORDS, "PARAMS": WORDS}


def test_the_name_that_a_message_is_given(portal: World) -> None:
    bot, ann = portal.add_bot(), portal.add_person("Ann")
    fields = {"message": "hi", "templateId": LONG}
    params = {"botId": bot, "botToken": CLIENT, "dialogId": str(ann.id), "fields": fields}
    made = portal.call("imbot.v2.Chat.Message.send", None, params).result["id"]
    message = portal.read(lambda tx: messages.find(tx, made))
    assert message and message.uuid == WORDS


def test_contexts(portal: World) -> None:
    bot = portal.add_bot()
    ann = portal.add_person("Ann")
    fits: dict[str, Any] = {"a": "x" * (contexts.CONTEXT_MAX - 8)}
    assert portal.call("im.v2.Chat.Bot.sendContext", ann, dialogId=str(bot), context=fits).result is True
    refused = portal.call("im.v2.Chat.Bot.sendContext", ann, dialogId=str(bot), context=fits | {"b": 1})
    assert (refused.status, refused.error) == (413, "INVALID_REQUEST")


def test_options_count_together(portal: World) -> None:
    app = portal.add_app()
    most = options.TOTAL_MAX // options.VALUE_MAX
    value = "x" * (options.VALUE_MAX - 100)
    assert portal.call("user.option.set", app, options={f"o{number}": value for number in range(most)}).result
    refused = portal.call("user.option.set", app, options={"more": value})
    assert (refused.error, refused.text) == ("ERROR_ARGUMENT", "No more than 1048576 characters of options can be kept")
    assert portal.call("user.option.set", app, options={"o0": "less"}).result, "what takes the place of another"


@pytest.fixture
def narrow(make_world: MakeWorld) -> World:
    return make_world(file_quota=1)


def test_pictures_count_among_the_files(narrow: World) -> None:
    ann = narrow.add_person("Ann")
    narrow.add_bot()
    first, second, third = (base64.b64encode(noise(400, seed)).decode() for seed in range(3))
    made = [bot_does(narrow, "imbot.chat.add", USERS=[ann.id], AVATAR=picture) for picture in (first, second, second)]
    assert all(made), "the same picture is kept once"
    refused = narrow.call("imbot.chat.updateAvatar", CLIENT_ID=CLIENT, CHAT_ID=made[0], AVATAR=third)
    assert (refused.status, refused.error) == (400, "AVATAR_ERROR")

    async def used(tx: Tx) -> int:
        row = await tx.one("SELECT bytes FROM file_usage WHERE user_id = :id", id=narrow.admin.id)
        assert row is not None
        return int(row[0])

    assert narrow.read(used) <= 1024**2
    upload = {"dialogId": str(ann.id), "fields": {"name": "a.bin", "content": "QUJD" * 40_000}}
    assert narrow.call("im.v2.File.upload", None, upload).error, "files and pictures share the room"
