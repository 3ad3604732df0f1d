"""imbot.v2.Chat.Message.send: what a bot says, answers, forwards and repeats."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.imbot_v2.lab import Lab
from tests.world import World

UUID = "4f0c8d1e-6b1f-4c52-9a59-0a3ea1d0c001"
OTHER = "4f0c8d1e-6b1f-4c52-9a59-0a3ea1d0c002"


@pytest.fixture
def lab(portal: World) -> Lab:
    return Lab(portal)


def shown(lab: Lab, message_id: int) -> dict[str, Any]:
    """A message of the room as the supervisor reads it."""
    answer = lab.call("Chat.Message.get", botId=lab.eye, messageId=message_id)
    found: dict[str, Any] = answer.result["message"]
    return found


def test_a_message_in_a_chat_and_in_a_private_dialog(lab: Lab) -> None:
    answer = lab.call("Chat.Message.send", dialogId=lab.dialog, fields={"message": "  hello  "})
    assert answer.result == {"id": answer.result["id"], "uuidMap": {}}
    assert shown(lab, answer.result["id"])["text"] == "hello"
    private = lab.send("psst", str(lab.ann.id))
    history = lab.world.call("im.dialog.messages.get", lab.ann, DIALOG_ID=str(lab.bot)).result
    assert [one["id"] for one in history["messages"]] == [private]


def test_everything_that_a_message_carries(lab: Lab) -> None:
    heard = lab.say("what?")
    sent = lab.send(
        "this",
        attach=[{"MESSAGE": "block"}],
        keyboard=[{"TEXT": "Open", "LINK": "https://example.com", "BG_COLOR_TOKEN": "primary"}],
        urlPreview="N",
        replyId=heard,
        templateId=UUID,
    )
    found = shown(lab, sent)
    assert (found["uuid"], found["authorId"], found["isSystem"], found["forward"]) == (UUID, lab.bot, False, None)
    params = found["params"]
    assert params["REPLY_ID"] == heard
    assert params["URL_ONLY"] == "N"
    assert params["ATTACH"][0]["BLOCKS"] == [{"MESSAGE": "block"}]
    assert (params["KEYBOARD"][0]["TEXT"], params["KEYBOARD"][0]["BOT_ID"]) == ("Open", lab.bot)


@pytest.mark.parametrize("yes", [True, "Y", "1", 1])
def test_a_system_message_is_nobodys(lab: Lab, yes: Any) -> None:
    found = shown(lab, lab.send("note", system=yes))
    assert (found["authorId"], found["isSystem"]) == (0, True)
    assert lab.call("Chat.Message.update", messageId=found["id"], fields={"message": "mine"}).error == "ACCESS_DENIED"
    assert lab.call("Chat.Message.delete", messageId=found["id"]).error == "ACCESS_DENIED"


def test_a_long_text_is_cut(lab: Lab) -> None:
    whole = shown(lab, lab.send("x" * 20_000))["text"]
    assert whole == "x" * 20_000
    cut = shown(lab, lab.send("x" * 20_001))["text"]
    assert cut.endswith("x (...)")
    assert len(cut) == 20_000


def test_an_attachment_or_a_forwarded_message_will_do_for_a_text(lab: Lab) -> None:
    assert lab.send("", attach=[{"MESSAGE": "block"}])
    heard = lab.say("carry me")
    answer = lab.call("Chat.Message.send", dialogId=lab.dialog, fields={"forwardIds": {UUID: heard}})
    assert answer.result == {"id": answer.result["uuidMap"][UUID], "uuidMap": {UUID: answer.result["id"]}}


def test_forwarded_messages_name_their_origin(lab: Lab) -> None:
    heard = lab.say("first")
    own = lab.send("second", attach=[{"MESSAGE": "block"}], keyboard=[{"TEXT": "Go", "COMMAND": "go"}])
    fields = {"message": "look", "forwardIds": {UUID: heard, OTHER: own}}
    answer = lab.call("Chat.Message.send", dialogId=lab.dialog, fields=fields).result
    assert list(answer["uuidMap"]) == [UUID, OTHER]
    said, one, two = (shown(lab, i) for i in (answer["id"], *answer["uuidMap"].values()))
    assert (said["text"], said["forward"]) == ("look", None)
    assert one["text"] == "first"
    assert one["uuid"] == UUID
    assert one["authorId"] == lab.bot
    assert one["forward"] == {
        "id": heard,
        "userId": lab.ann.id,
        "chatId": lab.room,
        "date": shown(lab, heard)["date"],
    }
    assert one["params"] == {}
    assert list(two["params"]) == ["ATTACH"]
    again = lab.call("Chat.Message.send", dialogId=lab.dialog, fields={"forwardIds": [one["id"]]}).result
    assert shown(lab, again["uuidMap"]["0"])["forward"] == one["forward"]


def test_what_is_forwarded_may_come_as_json_text(lab: Lab) -> None:
    """A form has no other way for an object whose keys hold brackets, and some libraries know no other."""
    heard = lab.say("first")
    for text in (f'{{"{UUID}": {heard}}}', f"[{heard}]", f"\ufeff [{heard}]"):
        answer = lab.call("Chat.Message.send", dialogId=lab.dialog, fields={"forwardIds": text})
        assert shown(lab, next(iter(answer.result["uuidMap"].values())))["text"] == "first", text


def test_only_what_the_bot_may_see_is_forwarded(lab: Lab) -> None:
    secret = lab.say("secret", dialog=f"chat{lab.world.chat(lab.ann)}")
    gone = lab.send("gone")
    lab.call("Chat.Message.delete", messageId=gone)
    before = lab.world.last_event()
    for message_id in (secret, gone, 10**9):
        fields = {"message": "look", "forwardIds": {UUID: message_id}}
        answer = lab.call("Chat.Message.send", dialogId=lab.dialog, fields=fields)
        assert (answer.error, answer.status) == ("ACCESS_DENIED", 403)
    assert lab.world.last_event() == before, "all or nothing"


@pytest.mark.parametrize("given", [{str(n): 1 for n in range(101)}, {"a": "b"}, {"a": [1]}, "word"])
def test_what_cannot_be_forwarded(lab: Lab, given: Any) -> None:
    fields = {"message": "look", "forwardIds": given}
    assert lab.call("Chat.Message.send", dialogId=lab.dialog, fields=fields).error == "SENDING_FAILED"


def test_a_repeated_call_finds_its_message(lab: Lab) -> None:
    first = lab.send("once", templateId=UUID)
    assert lab.send("once", templateId=UUID) == first
    assert lab.send("once", templateId=UUID, dialog=str(lab.ann.id)) != first
    assert lab.send("once", templateId=OTHER) != first
    # A template that is used again and again is no repeated call.
    assert lab.send("greeting", templateId="greeting") != lab.send("greeting", templateId="greeting")
    heard = lab.say("carry me")
    fields = {"forwardIds": {"4f0c8d1e-6b1f-4c52-9a59-0a3ea1d0c003": heard}}
    answers = [lab.call("Chat.Message.send", dialogId=lab.dialog, fields=fields).result for _ in range(2)]
    assert answers[0] == answers[1]


def test_a_form_will_do(lab: Lab) -> None:
    body = f"botId={lab.bot}&botToken=my_bot_token&dialogId={lab.dialog}&fields[message]=hi&fields[system]=Y"
    path = f"{lab.me.path}/imbot.v2.chat.message.send.json"
    answer = lab.world.post(path, body.encode(), "application/x-www-form-urlencoded")
    assert shown(lab, answer.result["id"])["isSystem"]


def test_an_application_needs_no_token(lab: Lab) -> None:
    app = lab.world.oauth()
    made = {"code": "app_bot", "properties": {"name": "App"}}
    bot = lab.world.call("imbot.v2.Bot.register", app, fields=made).result["bot"]["id"]
    said = {"botId": bot, "dialogId": str(lab.ann.id), "fields": {"message": "hi"}}
    assert lab.world.call("imbot.v2.Chat.Message.send", app, said).result["id"]
