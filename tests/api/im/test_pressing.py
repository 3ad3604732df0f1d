"""im.message.command: people press buttons."""

from __future__ import annotations

from typing import Any

from tests.story import bot_does, bot_says, says, texts
from tests.world import Person, World

BUTTONS = [{"TEXT": "Yes", "COMMAND": "vote", "COMMAND_PARAMS": "yes", "BLOCK": "Y"}]


def _command(world: World, bot: int, name: str = "vote", **more: Any) -> int:
    phrases = [{"LANGUAGE_ID": "en", "TITLE": "Vote", "PARAMS": ""}]
    address = "http://localhost:9/command"
    return int(
        bot_does(world, "imbot.command.register", BOT_ID=bot, COMMAND=name, EVENT_COMMAND_ADD=address, LANG=phrases)
    )


def _asked(world: World, ann: Person, **more: Any) -> tuple[int, int]:
    """A bot has asked Ann something with buttons; bot and message."""
    bot = world.add_bot()
    _command(world, bot)
    says(world, ann, bot, "ask me")
    return bot, bot_says(world, ann.id, "Well?", KEYBOARD=BUTTONS, **more)


def _press(world: World, who: Person, message: int, bot: int, **more: Any) -> Any:
    params = {"MESSAGE_ID": message, "BOT_ID": bot, "COMMAND": "vote", "COMMAND_PARAMS": "yes", **more}
    return world.call("im.message.command", who, params)


def test_a_button_calls_its_command(portal: World) -> None:
    ann = portal.add_person("Ann")
    bot, message = _asked(portal, ann)
    assert _press(portal, ann, message, bot).result is True
    (kind, event) = portal.due(bot)[-1]
    assert kind == "CommandCalled"
    shown = {name: event[name] for name in ("command", "params", "context", "message_id", "text", "actor_id")}
    assert shown == {
        "command": "vote",
        "params": "yes",
        "context": "KEYBOARD",
        "message_id": message,
        "text": "Well?",
        "actor_id": ann.id,
    }


def test_a_slash_before_the_command_is_none(portal: World) -> None:
    ann = portal.add_person("Ann")
    bot, message = _asked(portal, ann)
    assert _press(portal, ann, message, bot, COMMAND="/vote").result is True
    assert portal.due(bot)[-1][1]["command"] == "vote"


def test_an_item_of_the_menu_says_so(portal: World) -> None:
    ann = portal.add_person("Ann")
    bot, _ = _asked(portal, ann)
    _command(portal, bot, "pin")
    message = bot_says(portal, ann.id, "Menu", MENU=[{"TEXT": "Pin", "COMMAND": "pin"}])
    _press(portal, ann, message, bot, COMMAND="pin", COMMAND_PARAMS="")
    assert portal.due(bot)[-1][1]["context"] == "MENU"


def test_the_bot_may_answer_a_press(portal: World) -> None:
    ann = portal.add_person("Ann")
    bot, message = _asked(portal, ann)
    _press(portal, ann, message, bot)
    bot_does(portal, "imbot.command.answer", COMMAND="vote", MESSAGE_ID=message, MESSAGE="Noted.")
    assert texts(portal, ann, bot)[0] == "Noted."


def test_each_press_is_told(portal: World) -> None:
    ann = portal.add_person("Ann")
    bot, message = _asked(portal, ann)
    before = len(portal.due(bot))
    for _ in range(3):
        _press(portal, ann, message, bot)
    assert len(portal.due(bot)) == before + 3


def test_only_those_who_see_the_message_press(portal: World) -> None:
    ann, eve = portal.add_person("Ann"), portal.add_person("Eve")
    bot, message = _asked(portal, ann)
    assert _press(portal, eve, message, bot).error == "MESSAGE_ID_ERROR"
    assert _press(portal, ann, 0, bot).error == "MESSAGE_ID_ERROR"
    assert _press(portal, ann, message + 1000, bot).error == "MESSAGE_ID_ERROR"


def test_what_cannot_be_pressed(portal: World) -> None:
    ann = portal.add_person("Ann")
    bot, message = _asked(portal, ann)
    assert _press(portal, ann, message, 0).error == "BOT_ID_ERROR"
    assert _press(portal, ann, message, bot, COMMAND=" ").error == "COMMAND_ERROR"
    assert _press(portal, ann, message, bot, COMMAND="unknown").error == "PARAMS_ERROR"
    assert _press(portal, ann, message, bot + 1000).error == "PARAMS_ERROR"
    bot_does(portal, "imbot.message.delete", BOT_ID=bot, MESSAGE_ID=message)
    assert _press(portal, ann, message, bot).error == "PARAMS_ERROR"


def test_a_bot_that_is_not_here_answers_common_commands_only(portal: World) -> None:
    ann = portal.add_person("Ann")
    bot, _ = _asked(portal, ann)
    message = says(portal, ann, f"chat{portal.add_chat(ann)}", "hello")
    assert _press(portal, ann, message, bot).error == "PARAMS_ERROR"
