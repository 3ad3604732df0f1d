"""Slash commands of bots of the second generation."""

from __future__ import annotations

from typing import Any

import pytest

from botyard.chat.bots.commands import MOST
from botyard.model.bots import Command
from botyard.store import bot_commands, bots
from tests.api.imbot_v2.story import TOKEN, does, made, room
from tests.story import happened, history, params_of, says, texts
from tests.world import World
from tests.worlds.samples import HANDLER, LANG

DONE = {"result": True}


def commanded(world: World, bot: int, name: str = "help", **fields: Any) -> int:
    """A command of a bot; its id."""
    params = {"command": name, "title": {"en": name.title()}, **fields}
    return int(does(world, "Command.register", bot, fields=params)["command"]["id"])


def listed(world: World, bot: int, by: Any = None) -> list[dict[str, Any]]:
    """What a bot's commands are told to be."""
    commands = world.call("imbot.v2.Command.list", by, botId=bot, botToken=TOKEN).result["commands"]
    return [dict(command) for command in commands]


def test_a_command_is_registered(portal: World) -> None:
    bot = made(portal)
    fields = {"command": "help", "title": {"en": "Show help", "de": "Hilfe"}, "params": {"en": "query"}}
    command = does(portal, "Command.register", bot, fields=fields)["command"]
    flags = {"common": False, "hidden": False, "extranetSupport": False}
    assert command == {"id": command["id"], "botId": bot, "command": "/help", **flags}
    phrases = {"title": "Show help", "params": "query", "category": "Echo", "context": ""}
    assert listed(portal, bot) == [command | phrases]


def test_the_old_flat_form_is_read_where_there_are_no_fields(portal: World) -> None:
    bot = made(portal)
    flat = {"command": "/flat", "title": {"en": "Flat"}, "params": {"en": "x"}, "common": "Y", "extranetSupport": True}
    command = does(portal, "Command.register", bot, **flat)["command"]
    assert (command["command"], command["common"], command["extranetSupport"]) == ("/flat", True, True)
    assert listed(portal, bot)[0]["params"] == "x"
    both = does(portal, "Command.register", bot, fields={"command": "inner", "hidden": True}, command="outer")
    assert both["command"]["command"] == "/inner"


def test_a_hidden_command_needs_no_title(portal: World) -> None:
    bot = made(portal)
    command = does(portal, "Command.register", bot, fields={"command": "secret", "hidden": "Y"})["command"]
    assert command["hidden"] is True
    assert (listed(portal, bot)[0]["title"], listed(portal, bot)[0]["params"]) == ("", "")


def test_the_same_command_again_stays_as_it_is(portal: World) -> None:
    bot = made(portal)
    first = commanded(portal, bot)
    again = does(portal, "Command.register", bot, fields={"command": "help", "title": {"en": "X"}, "hidden": True})
    assert (again["command"]["id"], again["command"]["hidden"]) == (first, False)
    assert listed(portal, bot)[0]["title"] == "Help"


def test_a_bot_has_only_so_many_commands(portal: World) -> None:
    bot = made(portal)
    record = portal.read(lambda tx: bots.find(tx, bot))
    assert record is not None

    async def fill(tx: Any) -> None:
        for number in range(MOST):
            item = Command(0, record.owner, bot, f"c{number}", "", False, True, False, [])
            await bot_commands.add(tx, item)

    portal.write(fill)
    fields = {"command": "more", "hidden": True}
    answer = portal.call("imbot.v2.Command.register", botId=bot, botToken=TOKEN, fields=fields)
    assert answer.error == "COMMAND_REGISTER_FAILED"


def test_titles_are_told_in_the_callers_language(portal: World) -> None:
    bot = made(portal)
    commanded(portal, bot, title={"de": "Hilfe", "en": "Help"}, params={"de": "Frage"})
    commanded(portal, bot, "ayuda", title={"es": "Ayuda"})
    ann = portal.add_person()
    portal.write(lambda tx: tx.run("UPDATE users SET language = 'de' WHERE id = :id", id=ann.id))
    assert [(item["title"], item["params"]) for item in listed(portal, bot, ann)] == [("Hilfe", "Frage"), ("Ayuda", "")]
    assert [item["title"] for item in listed(portal, bot)] == ["Help", "Ayuda"]


def test_a_command_is_updated(portal: World) -> None:
    bot = made(portal)
    command = commanded(portal, bot, title={"en": "Help", "fr": "Aide"}, params={"en": "query"})
    fields = {
        "command": "/assist",
        "title": {"de": "Neu", "fr": None},
        "params": {"de": "Frage", "en": "left alone"},
        "common": True,
        "hidden": "Y",
        "extranetSupport": True,
    }
    shown = does(portal, "Command.update", bot, commandId=command, fields=fields)["command"]
    flags = {"common": True, "hidden": True, "extranetSupport": True}
    assert shown == {"id": command, "botId": bot, "command": "/assist", **flags}
    kept = portal.read(lambda tx: bot_commands.find(tx, command))
    assert kept is not None
    assert {phrase["LANGUAGE_ID"]: (phrase["TITLE"], phrase["PARAMS"]) for phrase in kept.lang} == {
        "en": ("Help", "query"),
        "de": ("Neu", "Frage"),
    }


def test_a_new_title_keeps_the_params_of_its_language(portal: World) -> None:
    bot = made(portal)
    command = commanded(portal, bot, params={"en": "query"})
    does(portal, "Command.update", bot, commandId=command, fields={"title": {"en": "Assist"}})
    assert (listed(portal, bot)[0]["title"], listed(portal, bot)[0]["params"]) == ("Assist", "query")


def test_an_update_without_fields_changes_nothing(portal: World) -> None:
    bot = made(portal)
    command = commanded(portal, bot)
    before = listed(portal, bot)
    assert does(portal, "Command.update", bot, commandId=command)["command"]["command"] == "/help"
    assert listed(portal, bot) == before


def test_a_command_is_taken_away(portal: World) -> None:
    bot = made(portal)
    command = commanded(portal, bot)
    assert does(portal, "Command.unregister", bot, commandId=command) == DONE
    assert listed(portal, bot) == []


def test_both_generations_see_the_same_commands(portal: World) -> None:
    bot = made(portal)
    old = {"COMMAND": "old", "EVENT_COMMAND_ADD": HANDLER, "LANG": LANG}
    command = portal.call("imbot.command.register", None, {"BOT_ID": bot, "CLIENT_ID": TOKEN, **old}).result
    assert [(item["id"], item["title"]) for item in listed(portal, bot)] == [(command, "Echo")]
    assert portal.call("imbot.command.unregister", COMMAND_ID=command, CLIENT_ID=TOKEN).result is True


def test_a_call_is_told_and_answered(portal: World) -> None:
    bot = made(portal)
    ann = portal.add_person()
    command = commanded(portal, bot)
    chat = room(portal, bot, ann.id)
    after = portal.last_event()
    message = says(portal, ann, f"chat{chat}", "/help me")
    (called,) = happened(portal, after, "CommandCalled")
    assert (called["command_id"], called["params"], called["message_id"]) == (command, "me", message)
    fields = {"message": "Here", "keyboard": [{"TEXT": "Open", "LINK": "https://example.com"}], "urlPreview": "N"}
    answered = {"commandId": command, "messageId": message, "dialogId": f"chat{chat}"}
    assert does(portal, "Command.answer", bot, **answered, fields=fields) == DONE
    last = history(portal, ann, f"chat{chat}")[0]
    assert (last["author_id"], last["text"]) == (bot, "Here")
    carried = params_of(portal, ann, f"chat{chat}", last["id"])
    assert carried["KEYBOARD"][0]["TEXT"] == "Open"
    assert carried["URL_ONLY"] == "N"


def test_a_call_is_answered_in_a_private_dialog(portal: World) -> None:
    bot = made(portal)
    ann = portal.add_person()
    command = commanded(portal, bot)
    message = says(portal, ann, bot, "/help")
    answered = {"commandId": command, "messageId": message, "dialogId": str(ann.id)}
    does(portal, "Command.answer", bot, **answered, fields={"message": "Here", "system": True})
    last = history(portal, ann, bot)[0]
    assert (last["author_id"], last["text"]) == (0, "Here")


@pytest.mark.parametrize("private", [True, False])
def test_a_stranger_answers_by_a_system_message_with_its_name(portal: World, private: bool) -> None:
    bot = made(portal)
    ann, bob = portal.add_person(), portal.add_person("Bob")
    command = commanded(portal, bot, common=True)
    place = str(bob.id) if private else f"chat{portal.add_chat(ann, [bob.id])}"
    message = says(portal, ann, place, "/help")
    answered = {"commandId": command, "messageId": message, "dialogId": place}
    assert does(portal, "Command.answer", bot, **answered, fields={"message": "Here"}) == DONE
    last = history(portal, ann, place)[0]
    assert (last["author_id"], last["text"]) == (0, "[B]Echo[/B]\nHere")
    # Without a call there is no way in.
    silent = says(portal, ann, place, "no call")
    answer = portal.call(
        "imbot.v2.Command.answer", None, {"botToken": TOKEN, "botId": bot, **answered, "messageId": silent}
    )
    assert answer.error == "COMMAND_ANSWER_FAILED"


def test_a_long_answer_is_cut(portal: World) -> None:
    bot = made(portal)
    ann = portal.add_person()
    command = commanded(portal, bot)
    message = says(portal, ann, bot, "/help")
    answered = {"commandId": command, "messageId": message, "dialogId": str(ann.id)}
    does(portal, "Command.answer", bot, **answered, fields={"message": "y" * 30_000})
    assert texts(portal, ann, bot)[0].endswith("y (...)")


def test_an_attachment_is_answer_enough(portal: World) -> None:
    bot = made(portal)
    ann = portal.add_person()
    command = commanded(portal, bot)
    message = says(portal, ann, bot, "/help")
    answered = {"commandId": command, "messageId": message, "dialogId": str(ann.id)}
    assert does(portal, "Command.answer", bot, **answered, fields={"attach": [{"MESSAGE": "Here"}]}) == DONE
