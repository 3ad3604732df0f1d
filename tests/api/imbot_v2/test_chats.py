"""Chats in which bots of the second generation act."""

from __future__ import annotations

import json
from typing import Any

import pytest

from botyard.events import signals
from botyard.model.people import UserKind
from botyard.model.push import PushMessage
from tests.api.imbot_v2.story import TOKEN, about, does, in_chat, made, room
from tests.story import happened, reads, says, set_chat, texts
from tests.world import World
from tests.worlds.samples import picture

DONE = {"result": True}


def test_a_chat_is_told_when_it_is_made(portal: World) -> None:
    bot = made(portal)
    ann = portal.add_person()
    fields = {
        "title": "Room",
        "description": "For us",
        "color": "mint",
        "userIds": [ann.id, 987654],
        "avatar": picture(),
    }
    result = does(portal, "Chat.add", bot, fields=fields)
    chat = result["chat"]
    expected = {
        "dialogId": f"chat{chat['id']}",
        "name": "Room",
        "description": "For us",
        "color": "#4ba984",
        "type": "chat",
        "messageType": "C",
        "owner": bot,
        "role": "owner",
        "isNew": True,
        "textFieldEnabled": "Y",
        "backgroundId": None,
        "parentChatId": None,
        "parentMessageId": None,
        "diskFolderId": None,
        "entityType": "",
        "entityLink": {},
        "permissions": {},
        "muteList": [],
        "managerList": [bot],
        "markedId": None,
        "unreadId": None,
        "lastMessageViews": "{}",
        "messageCount": 2,
        "userCounter": 2,
        "public": "",
        "extranet": False,
        "containsCollaber": False,
    }
    assert expected.items() <= chat.items()
    assert chat["avatar"].startswith("http://botyard.test/avatar/")
    assert chat["lastId"] == chat["lastMessageId"]
    assert {user["id"] for user in result["users"]} == {bot, ann.id}


@pytest.mark.parametrize(("word", "kind"), [("open", "open"), ("OPEN", "open"), ("chat", "chat"), ("odd", "chat")])
def test_a_chat_may_be_open(portal: World, word: str, kind: str) -> None:
    bot, ann = made(portal), portal.add_person("Ann")
    chat = does(portal, "Chat.add", bot, fields={"title": "Hall", "type": word})["chat"]
    assert (chat["type"], chat["messageType"]) == (kind, {"open": "O", "chat": "C"}[kind])
    seen = portal.call("im.dialog.get", ann, DIALOG_ID=chat["dialogId"])
    assert seen.status == (200 if kind == "open" else 403)


def test_an_empty_chat_is_made_as_well(portal: World) -> None:
    bot = made(portal)
    chat = does(portal, "Chat.add", bot)["chat"]
    assert (chat["userCounter"], chat["owner"]) == (1, bot)
    assert "chat №" in chat["name"]


def test_what_a_chat_cannot_have_is_passed_over(portal: World) -> None:
    bot = made(portal)
    fields = {"color": "plaid", "avatar": "bm90IGEgcGljdHVyZQ==", "userIds": [987654, "x", 0], "ownerId": 987654}
    chat = does(portal, "Chat.add", bot, fields=fields)["chat"]
    assert (chat["owner"], chat["avatar"], chat["userCounter"]) == (bot, "", 1)
    assert chat["color"].startswith("#")


def test_a_chat_is_made_for_somebody_else(portal: World) -> None:
    bot = made(portal)
    ann, bob = portal.add_person(), portal.add_person("Bob")
    result = does(portal, "Chat.add", bot, fields={"title": "Theirs", "ownerId": ann.id, "userIds": [bob.id]})
    assert (result["chat"]["owner"], result["chat"]["role"]) == (ann.id, "member")
    assert {user["id"] for user in result["users"]} == {bot, ann.id, bob.id}


def test_the_first_message_is_cut_where_it_is_too_long(portal: World) -> None:
    bot = made(portal)
    ann = portal.add_person()
    chat = room(portal, bot, ann.id, message="x" * 20_001)
    text = texts(portal, ann, f"chat{chat}")[0]
    assert len(text) == 20_000
    assert text.endswith("x (...)")


def test_a_new_chat_tells_its_bots(portal: World) -> None:
    bot, other = made(portal), made(portal, "other")
    after = portal.last_event()
    chat = room(portal, bot, other)
    joined = happened(portal, after, "MemberJoined")
    assert [(event["user_id"], event["chat_id"]) for event in joined] == [(bot, chat), (other, chat)]


def test_a_chat_is_told_as_the_bot_sees_it(portal: World) -> None:
    bot = made(portal)
    ann, gus = portal.add_person(), portal.add_person("Gus", kind=UserKind.EXTRANET)
    chat = portal.add_chat(ann, [bot, gus.id])
    first = says(portal, ann, f"chat{chat}")
    last = says(portal, gus, f"chat{chat}")
    seen = about(portal, bot, f"chat{chat}")
    assert seen["lastMessageId"] == last
    assert seen["unreadId"] == first
    assert (seen["role"], seen["owner"], seen["extranet"], seen["isNew"]) == ("member", ann.id, True, True)
    reads(portal, ann, f"chat{chat}")
    views = json.loads(about(portal, bot, f"chat{chat}")["lastMessageViews"])
    assert views["messageId"] == last
    assert views["countOfViewers"] == 0
    assert [(viewer["userId"], viewer["userName"]) for viewer in views["firstViewers"]] == [(ann.id, "Ann Example")]


def test_a_private_dialog_is_made_when_it_is_first_asked_for(portal: World) -> None:
    bot = made(portal)
    ann = portal.add_person()
    seen = about(portal, bot, str(ann.id))
    assert (seen["dialogId"], seen["name"], seen["type"]) == (str(ann.id), "Ann Example", "private")
    assert (seen["messageType"], seen["userCounter"]) == ("P", 2)
    assert about(portal, bot, str(ann.id))["id"] == seen["id"]


def test_the_chat_of_a_deal_leads_to_it(portal: World) -> None:
    bot = made(portal)
    params = {"BOT_ID": bot, "CLIENT_ID": TOKEN, "ENTITY_TYPE": "CRM", "ENTITY_ID": "DEAL|5"}
    chat = portal.call("imbot.chat.add", None, params).result
    seen = about(portal, bot, f"chat{chat}")
    assert (seen["entityType"], seen["entityId"]) == ("CRM", "DEAL|5")
    assert seen["entityLink"]["id"] == "DEAL|5"


def test_numbers_of_a_muted_chat(portal: World) -> None:
    bot = made(portal)
    ann = portal.add_person()
    chat = room(portal, bot, ann.id)
    portal.call("im.chat.mute", ann, CHAT_ID=chat, MUTE="Y")
    portal.write(
        lambda tx: tx.run("UPDATE members SET muted = 1 WHERE chat_id = :c AND user_id = :u", c=chat, u=ann.id)
    )
    assert about(portal, bot, f"chat{chat}")["muteList"] == [ann.id]


def test_a_chat_is_changed_in_one_call(portal: World) -> None:
    bot = made(portal)
    ann = portal.add_person()
    chat = room(portal, bot, ann.id)
    after = portal.last_event()
    fields = {"title": "New", "description": "Said", "color": "azure", "avatar": picture()}
    assert does(portal, "Chat.update", bot, dialogId=f"chat{chat}", fields=fields) == DONE
    seen = about(portal, bot, f"chat{chat}")
    assert (seen["name"], seen["description"], seen["color"]) == ("New", "Said", "#29619b")
    assert seen["avatar"].startswith("http://botyard.test/avatar/")
    changed = [event["field"] for event in happened(portal, after, "ChatChanged")]
    assert changed == ["title", "description", "color", "avatar"]


def test_what_cannot_be_changed_is_passed_over(portal: World) -> None:
    bot = made(portal)
    chat = room(portal, bot, description="Said", color="mint")
    after = portal.last_event()
    fields = {"title": " ", "color": "plaid", "avatar": "bm90IGEgcGljdHVyZQ=="}
    for changes in (fields, {}, {"title": "Room", "description": "Said", "color": "mint"}):
        assert does(portal, "Chat.update", bot, dialogId=f"chat{chat}", fields=changes) == DONE
    assert happened(portal, after, "ChatChanged") == []


def test_a_description_goes_by_an_empty_one(portal: World) -> None:
    bot = made(portal)
    chat = room(portal, bot, description="Said")
    does(portal, "Chat.update", bot, dialogId=f"chat{chat}", fields={"description": ""})
    assert about(portal, bot, f"chat{chat}")["description"] == ""


def test_a_bot_leaves(portal: World) -> None:
    bot = made(portal)
    ann = portal.add_person()
    chat = room(portal, bot, ann.id)
    assert does(portal, "Chat.leave", bot, dialogId=f"chat{chat}") == DONE
    assert portal.call("im.dialog.get", ann, DIALOG_ID=f"chat{chat}").result["owner"] == ann.id
    assert portal.call("imbot.v2.Chat.get", botId=bot, botToken=TOKEN, dialogId=f"chat{chat}").status == 403


def test_an_open_chat_is_no_place_for_who_is_not_in_it(portal: World) -> None:
    bot = made(portal)
    chat = portal.add_chat(portal.add_person(), TYPE="OPEN")
    for method in ("Chat.get", "Chat.User.list", "Chat.InputAction.notify"):
        answer = portal.call(f"imbot.v2.{method}", botId=bot, botToken=TOKEN, dialogId=f"chat{chat}")
        assert (answer.error, answer.status) == ("ACCESS_DENIED", 403)


def test_people_are_let_in_and_see_nothing_older(portal: World) -> None:
    bot = made(portal)
    ann, bob = portal.add_person(), portal.add_person("Bob")
    chat = room(portal, bot, ann.id)
    says(portal, ann, f"chat{chat}", "before")
    wanted = [bob.id, ann.id, 987654]
    assert does(portal, "Chat.User.add", bot, dialogId=f"chat{chat}", userIds=wanted) == DONE
    assert in_chat(portal, bot, chat) == sorted([bot, ann.id, bob.id])
    assert "before" not in texts(portal, bob, f"chat{chat}")


@pytest.mark.parametrize("wanted", [[], [987654], ["", None], "nobody"])
def test_nobody_need_be_new(portal: World, wanted: Any) -> None:
    bot = made(portal)
    chat = room(portal, bot)
    after = portal.last_event()
    assert does(portal, "Chat.User.add", bot, dialogId=f"chat{chat}", userIds=wanted) == DONE
    assert portal.last_event() == after


def test_the_inactive_are_passed_over(portal: World) -> None:
    bot = made(portal)
    ann = portal.add_person()
    portal.write(lambda tx: tx.run("UPDATE users SET active = 0 WHERE id = :id", id=ann.id))
    chat = room(portal, bot)
    does(portal, "Chat.User.add", bot, dialogId=f"chat{chat}", userIds=[ann.id])
    assert in_chat(portal, bot, chat) == [bot]


def test_somebody_is_shown_out_once_and_again(portal: World) -> None:
    bot = made(portal)
    ann = portal.add_person()
    chat = room(portal, bot, ann.id)
    after = portal.last_event()
    for _ in range(2):
        assert does(portal, "Chat.User.delete", bot, dialogId=f"chat{chat}", userId=ann.id) == DONE
    assert in_chat(portal, bot, chat) == [bot]
    assert [event["user_id"] for event in happened(portal, after, "MemberLeft")] == [ann.id]


def test_a_bot_may_show_itself_out(portal: World) -> None:
    bot = made(portal)
    ann = portal.add_person()
    chat = portal.add_chat(ann, [bot])
    assert does(portal, "Chat.User.delete", bot, dialogId=f"chat{chat}", userId=bot) == DONE
    assert portal.call("im.dialog.get", ann, DIALOG_ID=f"chat{chat}").result["user_counter"] == 1


def test_people_are_listed_in_order(portal: World) -> None:
    bot = made(portal)
    ann, bob = portal.add_person(), portal.add_person("Bob")
    chat = room(portal, bot, ann.id, bob.id)
    says(portal, bob, f"chat{chat}")
    says(portal, ann, f"chat{chat}")
    by_id = sorted([bot, ann.id, bob.id])
    assert in_chat(portal, bot, chat) == by_id
    assert in_chat(portal, bot, chat, order={"id": "ASC"}) == by_id
    assert in_chat(portal, bot, chat, order={"userId": "desc"}) == by_id[::-1]
    assert in_chat(portal, bot, chat, order={"lastSendMessageId": "DESC"}) == [ann.id, bob.id, bot]
    assert in_chat(portal, bot, chat, order={"lastSendMessageId": "ASC"}) == [bot, bob.id, ann.id]
    assert in_chat(portal, bot, chat, order={"nonsense": "up"}) == by_id
    assert in_chat(portal, bot, chat, limit=2) == by_id[:2]
    assert in_chat(portal, bot, chat, limit=0) == by_id[:1]
    assert in_chat(portal, bot, chat, limit=1000) == by_id


def test_a_listed_person_is_told_whole(portal: World) -> None:
    bot = made(portal)
    ann = portal.add_person()
    chat = room(portal, bot, ann.id)
    users = {user["id"]: user for user in does(portal, "Chat.User.list", bot, dialogId=f"chat{chat}")}
    known = {"name": "Ann Example", "firstName": "Ann", "lastName": "Example", "type": "employee", "bot": False}
    assert known.items() <= users[ann.id].items()
    assert users[bot]["type"] == "bot"


def test_members_become_managers_and_are_so_no_more(portal: World) -> None:
    bot = made(portal)
    ann, bob = portal.add_person(), portal.add_person("Bob")
    chat = room(portal, bot, ann.id)
    named = {"dialogId": f"chat{chat}", "userIds": [ann.id, bob.id, bot]}
    assert does(portal, "Chat.Manager.add", bot, **named) == DONE
    assert about(portal, bot, f"chat{chat}")["managerList"] == sorted([ann.id, bot])
    assert does(portal, "Chat.Manager.delete", bot, **named) == DONE
    assert about(portal, bot, f"chat{chat}")["managerList"] == [bot]


def test_a_chat_is_handed_over(portal: World) -> None:
    bot = made(portal)
    ann = portal.add_person()
    chat = room(portal, bot, ann.id)
    assert does(portal, "Chat.setOwner", bot, dialogId=f"chat{chat}", userId=ann.id) == DONE
    seen = about(portal, bot, f"chat{chat}")
    assert (seen["owner"], seen["role"]) == (ann.id, "member")


def test_what_a_bot_does_is_told(portal: World) -> None:
    bot = made(portal)
    ann = portal.add_person()
    heard: list[PushMessage] = []
    signals.listen(portal.context.database, heard.append)
    calls: list[dict[str, Any]] = [
        {},
        {"statusMessageCode": "IMBOT_AGENT_ACTION_THINKING", "duration": 30},
        {"statusMessageCode": "NONSENSE", "duration": 601},
        {"duration": -5},
    ]
    for params in calls:
        assert does(portal, "Chat.InputAction.notify", bot, dialogId=str(ann.id), **params) == DONE
    assert {message.command for message in heard} == {"startWriting"}
    actions = [(message.params["statusMessageCode"], message.params["duration"]) for message in heard]
    assert actions == [("", 0), ("IMBOT_AGENT_ACTION_THINKING", 30), ("", 600), ("", 1)]


@pytest.mark.parametrize("private", [True, False])
def test_the_text_field_goes_and_comes(portal: World, private: bool) -> None:
    bot = made(portal)
    ann = portal.add_person()
    place = str(ann.id) if private else f"chat{room(portal, bot, ann.id)}"
    after = portal.last_event()
    assert does(portal, "Chat.TextField.enabled", bot, dialogId=place, enabled=False) == DONE
    assert about(portal, bot, place)["textFieldEnabled"] == "N"
    seen = portal.call("im.dialog.get", ann, DIALOG_ID=str(bot) if private else place).result
    assert seen["text_field_enabled"] is False
    assert does(portal, "Chat.TextField.enabled", bot, dialogId=place) == DONE
    assert does(portal, "Chat.TextField.enabled", bot, dialogId=place, enabled="Y") == DONE
    assert about(portal, bot, place)["textFieldEnabled"] == "Y"
    assert [event["value"] for event in happened(portal, after, "ChatChanged")] == ["N", "Y"]


def test_any_member_may_take_the_text_field(portal: World) -> None:
    bot = made(portal)
    chat = portal.add_chat(portal.add_person(), [bot])
    set_chat(portal, chat, manage_ui="owner", manage_settings="owner")
    assert does(portal, "Chat.TextField.enabled", bot, dialogId=f"chat{chat}", enabled=False) == DONE


def test_looking_at_a_chat_is_a_read_and_opening_a_dialog_a_write(
    portal: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    bot, ann = made(portal), portal.add_person()
    chat = room(portal, bot)
    writes, write = [], portal.context.database.write

    async def counted(work: Any) -> Any:
        writes.append(work)
        return await write(work)

    monkeypatch.setattr(portal.context.database, "write", counted)

    def written(dialog_id: str) -> int:
        writes.clear()
        does(portal, "Chat.get", bot, dialogId=dialog_id)
        return len(writes)

    assert written(f"chat{chat}") == 0
    assert [written(str(ann.id)), written(str(ann.id))] == [1, 0]
