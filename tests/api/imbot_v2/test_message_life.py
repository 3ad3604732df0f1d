"""imbot.v2.Chat.Message: update, delete, read, get, getContext, and reactions."""

from __future__ import annotations

from typing import Any

import pytest

from botyard.chat.conversation.reactions import REACTIONS
from tests.world import World
from tests.worlds.bots import TOKEN

YEAR = 365 * 86_400


@pytest.fixture
def world(bot_world: World) -> World:
    return bot_world


def get(world: World, message_id: int) -> dict[str, Any]:
    answer = world.call_as_bot("Chat.Message.get", botId=world.eye, messageId=message_id)
    message: dict[str, Any] = answer.result["message"]
    return message


def test_an_update_changes_what_is_given_however_old_the_message(world: World) -> None:
    message_id = world.send_as_bot("old", attach=[{"MESSAGE": "block"}], keyboard=[{"TEXT": "Go", "COMMAND": "go"}])
    world.wait(YEAR)
    assert world.call_as_bot("Chat.Message.update", messageId=message_id, fields={"message": "new"}).result == {
        "result": True
    }
    message = get(world, message_id)
    assert message["text"] == "new"
    assert message["params"].keys() == {"ATTACH", "KEYBOARD", "IS_EDITED"}
    world.call_as_bot("Chat.Message.update", messageId=message_id, fields={"keyboard": "N", "urlPreview": "N"})
    message = get(world, message_id)
    assert (message["text"], message["params"].keys()) == ("new", {"ATTACH", "URL_ONLY", "IS_EDITED"})
    world.call_as_bot("Chat.Message.update", messageId=message_id, fields={"message": "x" * 20_001})
    assert get(world, message_id)["text"].endswith(" (...)")


def test_an_update_without_anything_changes_nothing(world: World) -> None:
    message_id = world.send_as_bot()
    before = world.last_event()
    assert world.call_as_bot("Chat.Message.update", messageId=message_id, fields={}).result == {"result": True}
    assert get(world, message_id)["params"] == {}
    assert world.last_event() == before


def test_an_update_to_nothing_deletes(world: World) -> None:
    message_id = world.send_as_bot()
    assert world.call_as_bot("Chat.Message.update", messageId=message_id, fields={"message": ""}).result == {
        "result": True
    }
    assert get(world, message_id)["params"] == {"IS_DELETED": "Y"}


def test_refused_content_leaves_a_message_as_it_is(world: World) -> None:
    message_id = world.send_as_bot()
    answer = world.call_as_bot("Chat.Message.update", messageId=message_id, fields={"attach": "{", "message": "new"})
    assert (answer.error, answer.text) == ("ACCESS_DENIED", "Access denied")
    assert get(world, message_id)["text"] == "hello"


def test_a_deleted_message_leaves_a_mark_unless_it_goes_completely(world: World) -> None:
    message_id = world.send_as_bot()
    world.wait(YEAR)
    assert world.call_as_bot("Chat.Message.delete", messageId=message_id).result == {"result": True}
    message = get(world, message_id)
    assert (message["text"], message["params"]) == ("", {"IS_DELETED": "Y"})
    assert world.call_as_bot("Chat.Message.delete", messageId=message_id, complete="Y").result == {"result": True}
    assert world.call_as_bot("Chat.Message.get", botId=world.eye, messageId=message_id).error == "ACCESS_DENIED"


def test_a_bot_deletes_others_messages_only_where_it_manages(world: World) -> None:
    heard = world.send("mine")
    assert world.call_as_bot("Chat.Message.delete", messageId=heard).error == "ACCESS_DENIED"
    own = world.call_as_bot("Chat.add", fields={"title": "Own", "userIds": [world.ann.id]}).result["chat"]["dialogId"]
    theirs = world.send("mine", dialog=own)
    assert world.call_as_bot("Chat.Message.delete", messageId=theirs, complete=True).result == {"result": True}


def test_reading_tells_what_is_read_now_and_what_is_left(world: World) -> None:
    heard = [world.send(f"{n}") for n in range(4)]
    answer = world.call_as_bot("Chat.Message.read", dialogId=world.dialog, messageId=heard[1])
    assert answer.result["viewedMessages"][-2:] == heard[:2]
    assert (answer.result["chatId"], answer.result["lastId"]) == (world.room, heard[1])
    assert answer.result["counter"] == 2
    answer = world.call_as_bot("Chat.Message.read", dialogId=world.dialog)
    assert answer.result == {"chatId": world.room, "lastId": heard[3], "counter": 0, "viewedMessages": heard[2:]}
    again = world.call_as_bot("Chat.Message.read", dialogId=world.dialog)
    assert again.result["viewedMessages"] == []


def test_reading_leaves_out_own_messages(world: World) -> None:
    world.call_as_bot("Chat.Message.read", dialogId=world.dialog)
    heard = world.send("one")
    world.send_as_bot("two")
    later = world.send("three")
    answer = world.call_as_bot("Chat.Message.read", dialogId=world.dialog).result
    assert answer["lastId"] == later
    assert set(answer["viewedMessages"]) <= {heard, later}


def test_reading_never_goes_back_and_knows_its_own_messages_only(world: World) -> None:
    heard = [world.send("1"), world.send("2")]
    world.call_as_bot("Chat.Message.read", dialogId=world.dialog)
    back = world.call_as_bot("Chat.Message.read", dialogId=world.dialog, messageId=heard[0]).result
    assert back == {"chatId": world.room, "lastId": heard[1], "counter": 0, "viewedMessages": []}
    elsewhere = world.send("3", dialog=f"chat{world.add_chat(world.ann)}")
    assert (
        world.call_as_bot("Chat.Message.read", dialogId=world.dialog, messageId=elsewhere).error == "MESSAGE_NOT_FOUND"
    )


def test_a_private_dialog_is_read_by_the_persons_id(world: World) -> None:
    heard = world.send("psst", dialog=str(world.echo))
    answer = world.call_as_bot("Chat.Message.read", dialogId=str(world.ann.id)).result
    assert answer["viewedMessages"] == [heard]
    assert world.call_as_bot("Chat.Message.read", dialogId=str(world.bob.id)).error == "ACCESS_DENIED"


def test_a_message_with_its_author(world: World) -> None:
    heard = world.send("hello")
    answer = world.call_as_bot("Chat.Message.get", botId=world.eye, messageId=heard).result
    assert answer["message"] == {
        "id": heard,
        "chatId": world.room,
        "authorId": world.ann.id,
        "date": "2026-09-21T14:13:20+00:00",
        "text": "hello",
        "isSystem": False,
        "uuid": "",
        "forward": None,
        "params": {},
        "viewedByOthers": False,
        "unread": True,
        "viewed": False,
    }
    assert (answer["user"]["id"], answer["user"]["name"], answer["user"]["type"]) == (
        world.ann.id,
        "Ann Smith",
        "employee",
    )


def test_a_message_is_viewed_by_others_once_somebody_else_has_read_it(world: World) -> None:
    heard = world.send("hello")
    world.call("im.dialog.read", world.ann, DIALOG_ID=world.dialog)
    assert not get(world, heard)["viewedByOthers"], "its author does not count"
    world.call("im.dialog.read", world.bob, DIALOG_ID=world.dialog)
    assert get(world, heard)["viewedByOthers"]
    world.call_as_bot("Chat.Message.read", botId=world.eye, dialogId=world.dialog)
    message = get(world, heard)
    assert (message["unread"], message["viewed"]) == (False, True)


def test_the_messages_around_one(world: World) -> None:
    message_ids = [world.send(f"{n}", by=(world.ann, world.bob)[n % 2]) for n in range(7)]
    answer = world.call_as_bot("Chat.Message.getContext", botId=world.eye, messageId=message_ids[3], range=2).result
    assert [message["id"] for message in answer["messages"]] == message_ids[1:6]
    assert (answer["hasPrevPage"], answer["hasNextPage"]) == (True, True)
    assert [user["id"] for user in answer["users"]] == [world.ann.id, world.bob.id]
    answer = world.call_as_bot("Chat.Message.getContext", botId=world.eye, messageId=message_ids[6], range=1).result
    assert [message["id"] for message in answer["messages"]] == message_ids[5:]
    assert not answer["hasNextPage"]
    whole = world.call_as_bot("Chat.Message.getContext", botId=world.eye, messageId=message_ids[3]).result
    assert (whole["hasPrevPage"], whole["hasNextPage"]) == (False, False)
    assert whole["messages"][0]["isSystem"]


def test_the_range_is_kept_within_its_bounds(world: World) -> None:
    message_ids = [world.send(f"{n}") for n in range(54)]
    answer = world.call_as_bot("Chat.Message.getContext", botId=world.eye, messageId=message_ids[52], range=1000).result
    assert [message["id"] for message in answer["messages"]] == message_ids[2:]
    answer = world.call_as_bot("Chat.Message.getContext", botId=world.eye, messageId=message_ids[5], range=-1).result
    assert [message["id"] for message in answer["messages"]] == message_ids[4:7]


def test_a_personal_bot_reads_too_and_history_stays_hidden(world: World) -> None:
    old = world.send("old")
    late = world.add_bot_v2("late", type="personal")
    world.call("im.chat.user.add", world.ann, CHAT_ID=world.room, USERS=[late], HIDE_HISTORY="Y")
    new = world.send("new")
    assert world.call_as_bot("Chat.Message.get", botId=late, messageId=new).result["message"]["text"] == "new"
    assert world.call_as_bot("Chat.Message.get", botId=late, messageId=old).error == "ACCESS_DENIED"
    assert world.call_as_bot("Chat.Message.getContext", botId=late, messageId=old).error == "MESSAGE_ACCESS_DENIED"
    answer = world.call_as_bot("Chat.Message.getContext", botId=late, messageId=new).result
    assert old not in [message["id"] for message in answer["messages"]]


def test_reactions_are_set_once_and_taken_back(world: World) -> None:
    heard = world.send("hello")
    for _ in range(2):
        assert world.call_as_bot("Chat.Message.Reaction.add", messageId=heard, reaction="fire").result == {
            "result": True
        }
        again = world.call_as_bot("Chat.Message.Reaction.add", messageId=heard, reaction="fire")
        assert (again.error, again.text) == ("REACTION_ALREADY_SET", "Reaction already set")
        assert world.call_as_bot("Chat.Message.Reaction.delete", messageId=heard, reaction="fire").result == {
            "result": True
        }
    before = world.last_event()
    assert world.call_as_bot("Chat.Message.Reaction.delete", messageId=heard, reaction="fire").result == {
        "result": True
    }
    assert world.last_event() == before


def test_a_like_is_the_like_of_the_other_methods(world: World) -> None:
    heard = world.send("hello")
    world.call_as_bot("Chat.Message.Reaction.add", messageId=heard, reaction="like")
    history = world.call("im.dialog.messages.get", world.ann, DIALOG_ID=world.dialog).result
    assert history["messages"][0]["params"]["LIKE"] == [world.echo]


def test_any_of_the_48_can_be_set(world: World) -> None:
    heard = world.send("hello")
    assert len(REACTIONS) == 48
    for reaction in REACTIONS:
        params = {"botId": world.echo, "botToken": TOKEN, "messageId": heard, "reaction": reaction}
        assert world.call("imbot.v2.Chat.Message.Reaction.add", None, params).result == {"result": True}


def test_a_deleted_message_takes_no_reactions(world: World) -> None:
    message_id = world.send_as_bot()
    world.call_as_bot("Chat.Message.delete", messageId=message_id)
    assert (
        world.call_as_bot("Chat.Message.Reaction.add", messageId=message_id, reaction="like").error == "ACCESS_DENIED"
    )
