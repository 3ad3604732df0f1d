"""imbot.v2.Chat.Message.send: what a bot says, answers, forwards and repeats."""

from __future__ import annotations

from typing import Any

import pytest

from tests.world import World

UUID = "4f0c8d1e-6b1f-4c52-9a59-0a3ea1d0c001"
OTHER = "4f0c8d1e-6b1f-4c52-9a59-0a3ea1d0c002"


@pytest.fixture
def world(bot_world: World) -> World:
    return bot_world


def shown(world: World, message_id: int) -> dict[str, Any]:
    """A message of the room as the supervisor reads it."""
    answer = world.call_as_bot("Chat.Message.get", botId=world.eye, messageId=message_id)
    message: dict[str, Any] = answer.result["message"]
    return message


def test_a_message_in_a_chat_and_in_a_private_dialog(world: World) -> None:
    answer = world.call_as_bot("Chat.Message.send", dialogId=world.dialog, fields={"message": "  hello  "})
    assert answer.result == {"id": answer.result["id"], "uuidMap": {}}
    assert shown(world, answer.result["id"])["text"] == "hello"
    private = world.send_as_bot("psst", str(world.ann.id))
    history = world.call("im.dialog.messages.get", world.ann, DIALOG_ID=str(world.echo)).result
    assert [message["id"] for message in history["messages"]] == [private]


def test_everything_that_a_message_carries(world: World) -> None:
    heard = world.send("what?")
    sent = world.send_as_bot(
        "this",
        attach=[{"MESSAGE": "block"}],
        keyboard=[{"TEXT": "Open", "LINK": "https://example.com", "BG_COLOR_TOKEN": "primary"}],
        urlPreview="N",
        replyId=heard,
        templateId=UUID,
    )
    message = shown(world, sent)
    assert (message["uuid"], message["authorId"], message["isSystem"], message["forward"]) == (
        UUID,
        world.echo,
        False,
        None,
    )
    params = message["params"]
    assert params["REPLY_ID"] == heard
    assert params["URL_ONLY"] == "N"
    assert params["ATTACH"][0]["BLOCKS"] == [{"MESSAGE": "block"}]
    assert (params["KEYBOARD"][0]["TEXT"], params["KEYBOARD"][0]["BOT_ID"]) == ("Open", world.echo)


@pytest.mark.parametrize("yes", [True, "Y", "1", 1])
def test_a_system_message_is_nobodys(world: World, yes: Any) -> None:
    message = shown(world, world.send_as_bot("note", system=yes))
    assert (message["authorId"], message["isSystem"]) == (0, True)
    assert (
        world.call_as_bot("Chat.Message.update", messageId=message["id"], fields={"message": "mine"}).error
        == "ACCESS_DENIED"
    )
    assert world.call_as_bot("Chat.Message.delete", messageId=message["id"]).error == "ACCESS_DENIED"


def test_a_long_text_is_cut(world: World) -> None:
    whole = shown(world, world.send_as_bot("x" * 20_000))["text"]
    assert whole == "x" * 20_000
    cut = shown(world, world.send_as_bot("x" * 20_001))["text"]
    assert cut.endswith("x (...)")
    assert len(cut) == 20_000


def test_an_attachment_or_a_forwarded_message_will_do_for_a_text(world: World) -> None:
    assert world.send_as_bot("", attach=[{"MESSAGE": "block"}])
    heard = world.send("carry me")
    answer = world.call_as_bot("Chat.Message.send", dialogId=world.dialog, fields={"forwardIds": {UUID: heard}})
    assert answer.result == {"id": answer.result["uuidMap"][UUID], "uuidMap": {UUID: answer.result["id"]}}


def test_forwarded_messages_name_their_origin(world: World) -> None:
    heard = world.send("first")
    own = world.send_as_bot("second", attach=[{"MESSAGE": "block"}], keyboard=[{"TEXT": "Go", "COMMAND": "go"}])
    fields = {"message": "look", "forwardIds": {UUID: heard, OTHER: own}}
    answer = world.call_as_bot("Chat.Message.send", dialogId=world.dialog, fields=fields).result
    assert list(answer["uuidMap"]) == [UUID, OTHER]
    comment, first, second = (shown(world, i) for i in (answer["id"], *answer["uuidMap"].values()))
    assert (comment["text"], comment["forward"]) == ("look", None)
    assert first["text"] == "first"
    assert first["uuid"] == UUID
    assert first["authorId"] == world.echo
    assert first["forward"] == {
        "id": heard,
        "userId": world.ann.id,
        "chatId": world.room,
        "date": shown(world, heard)["date"],
    }
    assert first["params"] == {}
    assert list(second["params"]) == ["ATTACH"]
    again = world.call_as_bot("Chat.Message.send", dialogId=world.dialog, fields={"forwardIds": [first["id"]]}).result
    assert shown(world, again["uuidMap"]["0"])["forward"] == first["forward"]


def test_what_is_forwarded_may_come_as_json_text(world: World) -> None:
    """A form has no other way for an object whose keys hold brackets, and some libraries know no other."""
    heard = world.send("first")
    for text in (f'{{"{UUID}": {heard}}}', f"[{heard}]", f"\ufeff [{heard}]"):
        answer = world.call_as_bot("Chat.Message.send", dialogId=world.dialog, fields={"forwardIds": text})
        assert shown(world, next(iter(answer.result["uuidMap"].values())))["text"] == "first", text


def test_only_what_the_bot_may_see_is_forwarded(world: World) -> None:
    secret = world.send("secret", dialog=f"chat{world.add_chat(world.ann)}")
    gone = world.send_as_bot("gone")
    world.call_as_bot("Chat.Message.delete", messageId=gone)
    before = world.last_event()
    for message_id in (secret, gone, 10**9):
        fields = {"message": "look", "forwardIds": {UUID: message_id}}
        answer = world.call_as_bot("Chat.Message.send", dialogId=world.dialog, fields=fields)
        assert (answer.error, answer.status) == ("ACCESS_DENIED", 403)
    assert world.last_event() == before, "all or nothing"


@pytest.mark.parametrize("forward_ids", [{str(n): 1 for n in range(101)}, {"a": "b"}, {"a": [1]}, "word"])
def test_what_cannot_be_forwarded(world: World, forward_ids: Any) -> None:
    fields = {"message": "look", "forwardIds": forward_ids}
    assert world.call_as_bot("Chat.Message.send", dialogId=world.dialog, fields=fields).error == "SENDING_FAILED"


def test_a_repeated_call_finds_its_message(world: World) -> None:
    first = world.send_as_bot("once", templateId=UUID)
    assert world.send_as_bot("once", templateId=UUID) == first
    assert world.send_as_bot("once", templateId=UUID, dialog=str(world.ann.id)) != first
    assert world.send_as_bot("once", templateId=OTHER) != first
    # However its name and its letters are written.
    for named in ({"TEMPLATE_ID": UUID}, {"template_id": UUID}, {"templateid": UUID}, {"templateId": UUID.upper()}):
        assert world.send_as_bot("once", **named) == first, named
    # A template that is used again and again is no repeated call.
    assert world.send_as_bot("greeting", templateId="greeting") != world.send_as_bot("greeting", templateId="greeting")
    heard = world.send("carry me")
    fields = {"forwardIds": {"4f0c8d1e-6b1f-4c52-9a59-0a3ea1d0c003": heard}}
    answers = [world.call_as_bot("Chat.Message.send", dialogId=world.dialog, fields=fields).result for _ in range(2)]
    assert answers[0] == answers[1]


def test_a_form_will_do(world: World) -> None:
    body = f"botId={world.echo}&botToken=test-token&dialogId={world.dialog}&fields[message]=hi&fields[system]=Y"
    path = f"{world.admin.path}/imbot.v2.chat.message.send.json"
    answer = world.post(path, body.encode(), "application/x-www-form-urlencoded")
    assert shown(world, answer.result["id"])["isSystem"]


def test_an_application_needs_no_token(world: World) -> None:
    app = world.add_app()
    made = {"code": "app_bot", "properties": {"name": "App"}}
    bot = world.call("imbot.v2.Bot.register", app, fields=made).result["bot"]["id"]
    params = {"botId": bot, "dialogId": str(world.ann.id), "fields": {"message": "hi"}}
    assert world.call("imbot.v2.Chat.Message.send", app, params).result["id"]
