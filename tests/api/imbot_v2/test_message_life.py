"""imbot.v2.Chat.Message: update, delete, read, get, getContext, and reactions."""

from __future__ import annotations

from typing import Any

import pytest

from botyard.chat.conversation.reactions import REACTIONS
from tests.api.imbot_v2.lab import TOKEN, Lab
from tests.world import World

YEAR = 365 * 86_400


@pytest.fixture
def lab(portal: World) -> Lab:
    return Lab(portal)


def get(lab: Lab, message_id: int) -> dict[str, Any]:
    answer = lab.call("Chat.Message.get", botId=lab.eye, messageId=message_id)
    found: dict[str, Any] = answer.result["message"]
    return found


def test_an_update_changes_what_is_given_however_old_the_message(lab: Lab) -> None:
    said = lab.send("old", attach=[{"MESSAGE": "block"}], keyboard=[{"TEXT": "Go", "COMMAND": "go"}])
    lab.world.wait(YEAR)
    assert lab.call("Chat.Message.update", messageId=said, fields={"message": "new"}).result == {"result": True}
    found = get(lab, said)
    assert found["text"] == "new"
    assert found["params"].keys() == {"ATTACH", "KEYBOARD", "IS_EDITED"}
    lab.call("Chat.Message.update", messageId=said, fields={"keyboard": "N", "urlPreview": "N"})
    found = get(lab, said)
    assert (found["text"], found["params"].keys()) == ("new", {"ATTACH", "URL_ONLY", "IS_EDITED"})
    lab.call("Chat.Message.update", messageId=said, fields={"message": "x" * 20_001})
    assert get(lab, said)["text"].endswith(" (...)")


def test_an_update_without_anything_changes_nothing(lab: Lab) -> None:
    said = lab.send()
    before = lab.world.last_event()
    assert lab.call("Chat.Message.update", messageId=said, fields={}).result == {"result": True}
    assert get(lab, said)["params"] == {}
    assert lab.world.last_event() == before


def test_an_update_to_nothing_deletes(lab: Lab) -> None:
    said = lab.send()
    assert lab.call("Chat.Message.update", messageId=said, fields={"message": ""}).result == {"result": True}
    assert get(lab, said)["params"] == {"IS_DELETED": "Y"}


def test_refused_content_leaves_a_message_as_it_is(lab: Lab) -> None:
    said = lab.send()
    answer = lab.call("Chat.Message.update", messageId=said, fields={"attach": "{", "message": "new"})
    assert (answer.error, answer.text) == ("ACCESS_DENIED", "Access denied")
    assert get(lab, said)["text"] == "hello"


def test_a_deleted_message_leaves_a_mark_unless_it_goes_completely(lab: Lab) -> None:
    said = lab.send()
    lab.world.wait(YEAR)
    assert lab.call("Chat.Message.delete", messageId=said).result == {"result": True}
    found = get(lab, said)
    assert (found["text"], found["params"]) == ("", {"IS_DELETED": "Y"})
    assert lab.call("Chat.Message.delete", messageId=said, complete="Y").result == {"result": True}
    assert lab.call("Chat.Message.get", botId=lab.eye, messageId=said).error == "ACCESS_DENIED"


def test_a_bot_deletes_others_messages_only_where_it_manages(lab: Lab) -> None:
    heard = lab.say("mine")
    assert lab.call("Chat.Message.delete", messageId=heard).error == "ACCESS_DENIED"
    own = lab.call("Chat.add", fields={"title": "Own", "userIds": [lab.ann.id]}).result["chat"]["dialogId"]
    theirs = lab.say("mine", dialog=own)
    assert lab.call("Chat.Message.delete", messageId=theirs, complete=True).result == {"result": True}


def test_reading_tells_what_is_read_now_and_what_is_left(lab: Lab) -> None:
    heard = [lab.say(f"{n}") for n in range(4)]
    answer = lab.call("Chat.Message.read", dialogId=lab.dialog, messageId=heard[1])
    assert answer.result["viewedMessages"][-2:] == heard[:2]
    assert (answer.result["chatId"], answer.result["lastId"]) == (lab.room, heard[1])
    assert answer.result["counter"] == 2
    answer = lab.call("Chat.Message.read", dialogId=lab.dialog)
    assert answer.result == {"chatId": lab.room, "lastId": heard[3], "counter": 0, "viewedMessages": heard[2:]}
    again = lab.call("Chat.Message.read", dialogId=lab.dialog)
    assert again.result["viewedMessages"] == []


def test_reading_leaves_out_own_messages(lab: Lab) -> None:
    lab.call("Chat.Message.read", dialogId=lab.dialog)
    heard = lab.say("one")
    lab.send("two")
    later = lab.say("three")
    answer = lab.call("Chat.Message.read", dialogId=lab.dialog).result
    assert answer["lastId"] == later
    assert set(answer["viewedMessages"]) <= {heard, later}


def test_reading_never_goes_back_and_knows_its_own_messages_only(lab: Lab) -> None:
    heard = [lab.say("1"), lab.say("2")]
    lab.call("Chat.Message.read", dialogId=lab.dialog)
    back = lab.call("Chat.Message.read", dialogId=lab.dialog, messageId=heard[0]).result
    assert back == {"chatId": lab.room, "lastId": heard[1], "counter": 0, "viewedMessages": []}
    elsewhere = lab.say("3", dialog=f"chat{lab.world.chat(lab.ann)}")
    assert lab.call("Chat.Message.read", dialogId=lab.dialog, messageId=elsewhere).error == "MESSAGE_NOT_FOUND"


def test_a_private_dialog_is_read_by_the_persons_id(lab: Lab) -> None:
    heard = lab.say("psst", dialog=str(lab.bot))
    answer = lab.call("Chat.Message.read", dialogId=str(lab.ann.id)).result
    assert answer["viewedMessages"] == [heard]
    assert lab.call("Chat.Message.read", dialogId=str(lab.bob.id)).error == "ACCESS_DENIED"


def test_a_message_with_its_author(lab: Lab) -> None:
    heard = lab.say("hello")
    answer = lab.call("Chat.Message.get", botId=lab.eye, messageId=heard).result
    assert answer["message"] == {
        "id": heard,
        "chatId": lab.room,
        "authorId": lab.ann.id,
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
        lab.ann.id,
        "Ann Smith",
        "employee",
    )


def test_a_message_is_viewed_by_others_once_somebody_else_has_read_it(lab: Lab) -> None:
    heard = lab.say("hello")
    lab.world.call("im.dialog.read", lab.ann, DIALOG_ID=lab.dialog)
    assert not get(lab, heard)["viewedByOthers"], "its author does not count"
    lab.world.call("im.dialog.read", lab.bob, DIALOG_ID=lab.dialog)
    assert get(lab, heard)["viewedByOthers"]
    lab.call("Chat.Message.read", botId=lab.eye, dialogId=lab.dialog)
    found = get(lab, heard)
    assert (found["unread"], found["viewed"]) == (False, True)


def test_the_messages_around_one(lab: Lab) -> None:
    said = [lab.say(f"{n}", by=(lab.ann, lab.bob)[n % 2]) for n in range(7)]
    answer = lab.call("Chat.Message.getContext", botId=lab.eye, messageId=said[3], range=2).result
    assert [one["id"] for one in answer["messages"]] == said[1:6]
    assert (answer["hasPrevPage"], answer["hasNextPage"]) == (True, True)
    assert [one["id"] for one in answer["users"]] == [lab.ann.id, lab.bob.id]
    answer = lab.call("Chat.Message.getContext", botId=lab.eye, messageId=said[6], range=1).result
    assert [one["id"] for one in answer["messages"]] == said[5:]
    assert not answer["hasNextPage"]
    whole = lab.call("Chat.Message.getContext", botId=lab.eye, messageId=said[3]).result
    assert (whole["hasPrevPage"], whole["hasNextPage"]) == (False, False)
    assert whole["messages"][0]["isSystem"]


def test_the_range_is_kept_within_its_bounds(lab: Lab) -> None:
    said = [lab.say(f"{n}") for n in range(54)]
    answer = lab.call("Chat.Message.getContext", botId=lab.eye, messageId=said[52], range=1000).result
    assert [one["id"] for one in answer["messages"]] == said[2:]
    answer = lab.call("Chat.Message.getContext", botId=lab.eye, messageId=said[5], range=-1).result
    assert [one["id"] for one in answer["messages"]] == said[4:7]


def test_a_personal_bot_reads_too_and_history_stays_hidden(lab: Lab) -> None:
    old = lab.say("old")
    late = lab.registered("late", type="personal")
    lab.world.call("im.chat.user.add", lab.ann, CHAT_ID=lab.room, USERS=[late], HIDE_HISTORY="Y")
    new = lab.say("new")
    assert lab.call("Chat.Message.get", botId=late, messageId=new).result["message"]["text"] == "new"
    assert lab.call("Chat.Message.get", botId=late, messageId=old).error == "ACCESS_DENIED"
    assert lab.call("Chat.Message.getContext", botId=late, messageId=old).error == "MESSAGE_ACCESS_DENIED"
    answer = lab.call("Chat.Message.getContext", botId=late, messageId=new).result
    assert old not in [one["id"] for one in answer["messages"]]


def test_reactions_are_set_once_and_taken_back(lab: Lab) -> None:
    heard = lab.say("hello")
    for _ in range(2):
        assert lab.call("Chat.Message.Reaction.add", messageId=heard, reaction="fire").result == {"result": True}
        again = lab.call("Chat.Message.Reaction.add", messageId=heard, reaction="fire")
        assert (again.error, again.text) == ("REACTION_ALREADY_SET", "Reaction already set")
        assert lab.call("Chat.Message.Reaction.delete", messageId=heard, reaction="fire").result == {"result": True}
    before = lab.world.last_event()
    assert lab.call("Chat.Message.Reaction.delete", messageId=heard, reaction="fire").result == {"result": True}
    assert lab.world.last_event() == before


def test_a_like_is_the_like_of_the_other_methods(lab: Lab) -> None:
    heard = lab.say("hello")
    lab.call("Chat.Message.Reaction.add", messageId=heard, reaction="like")
    history = lab.world.call("im.dialog.messages.get", lab.ann, DIALOG_ID=lab.dialog).result
    assert history["messages"][0]["params"]["LIKE"] == [lab.bot]


def test_any_of_the_48_can_be_set(lab: Lab) -> None:
    heard = lab.say("hello")
    assert len(REACTIONS) == 48
    for reaction in REACTIONS:
        params = {"botId": lab.bot, "botToken": TOKEN, "messageId": heard, "reaction": reaction}
        assert lab.world.call("imbot.v2.Chat.Message.Reaction.add", None, params).result == {"result": True}


def test_a_deleted_message_takes_no_reactions(lab: Lab) -> None:
    said = lab.send()
    lab.call("Chat.Message.delete", messageId=said)
    assert lab.call("Chat.Message.Reaction.add", messageId=said, reaction="like").error == "ACCESS_DENIED"
