"""What the bots of the first generation are told, on both engines."""

from __future__ import annotations

from typing import Any

import pytest
from b24pysdk.credentials import OAuthEventData

from botyard.model.event import Event
from botyard.model.events import BotRemoved, CommandCalled, MemberJoined, MessageEdited, MessageErased, MessageSent
from tests.api.imbot.conversation import Conversation
from tests.api.telling import TOKENS, body, deviations, event_payload
from tests.conftest import MakeWorld
from tests.world import AppKey, Person, World
from tests.worlds.samples import HANDLER, LANG


@pytest.fixture
def app(portal: World) -> Conversation:
    return Conversation(portal, portal.add_app())


@pytest.fixture
def hook(portal: World) -> Conversation:
    return Conversation(portal, None)


CASES = [
    ("ONIMBOTMESSAGEADD", MessageSent, 0),
    ("ONIMBOTMESSAGEADD", MessageSent, 1),
    ("ONIMBOTMESSAGEUPDATE", MessageEdited, 0),
    ("ONIMBOTMESSAGEUPDATE", MessageEdited, 1),
    ("ONIMBOTMESSAGEDELETE", MessageErased, 0),
    ("ONIMBOTMESSAGEDELETE", MessageErased, 1),
    ("ONIMBOTJOINCHAT", MemberJoined, 0),
    ("ONIMBOTJOINCHAT", MemberJoined, 1),
    ("ONIMCOMMANDADD", CommandCalled, 0),
    ("ONIMCOMMANDADD", CommandCalled, 1),
    ("ONIMBOTDELETE", BotRemoved, 0),
]


@pytest.mark.parametrize(("name", "kind", "which"), CASES)
def test_the_body_for_an_application_is_the_sample(app: Conversation, name: str, kind: type[Event], which: int) -> None:
    app.happens(kind, private=which == 0)
    event = app.told(kind)
    assert event["event"] == name
    assert deviations(name, which, event) == []


@pytest.mark.parametrize(("name", "kind", "which"), CASES)
def test_the_body_for_a_webhook_lacks_the_tokens(hook: Conversation, name: str, kind: type[Event], which: int) -> None:
    hook.happens(kind, private=which == 0)
    assert deviations(name, which, hook.told(kind), without=TOKENS) == []


@pytest.mark.parametrize(("name", "kind", "which"), CASES)
def test_the_official_python_sdk_reads_it(app: Conversation, name: str, kind: type[Event], which: int) -> None:
    app.happens(kind, private=which == 0)
    read = OAuthEventData.from_dict(app.told(kind))
    assert (read.event, read.is_system) == (name, False)
    assert read.event_handler_id > 0


def test_the_official_python_sdk_reads_what_a_webhook_gets(hook: Conversation) -> None:
    hook.says(str(hook.bot), "Hello")
    assert OAuthEventData.from_dict(hook.told(MessageSent)).is_system


def test_a_private_message(app: Conversation) -> None:
    message_id = app.says(str(app.bot), "Hello")
    post = event_payload(app.world, MessageSent, app.bot)
    params = body(post)["data"]["PARAMS"]
    assert (params["MESSAGE"], params["MESSAGE_ID"]) == ("Hello", str(message_id))
    assert params["DIALOG_ID"] == params["FROM_USER_ID"] == params["AUTHOR_ID"] == str(app.ann.id)
    assert params["TO_USER_ID"] == str(app.bot)
    assert (params["MESSAGE_TYPE"], params["CHAT_TYPE"], params["CHAT_USER_COUNT"]) == ("P", "P", "2")
    assert post.handler == HANDLER
    assert post.data["USER"]["ID"] == app.ann.id
    assert post.data["USER"]["NAME"] == "Ann Smith"


def test_a_message_in_a_group_is_read_without_the_mention(app: Conversation) -> None:
    before = app.says(f"chat{app.room}", "first")
    app.says(f"chat{app.room}", app.mention(" , how to"))
    params = app.told(MessageSent)["data"]["PARAMS"]
    assert params["MESSAGE"] == ", how to"
    assert params["MESSAGE_ORIGINAL"] == app.mention(" , how to")
    assert params["MENTIONED_LIST"] == {str(app.bot): str(app.bot)}
    assert params["DIALOG_ID"] == f"chat{app.room}"
    assert params["CHAT_PREV_MESSAGE_ID"] == str(before)
    assert params["CHAT_AUTHOR_ID"] == str(app.ann.id)
    assert params["CHAT_CAN_POST"] == "MEMBER"
    assert params["CHAT_COLOR"].isupper()


def test_a_supervisor_reads_what_mentions_nobody(app: Conversation) -> None:
    app.says(f"chat{app.room}", "[B]among us[/B]")
    params = app.told(MessageSent)["data"]["PARAMS"]
    assert params["MESSAGE"] == "[B]among us[/B]"
    assert "MENTIONED_LIST" not in params
    assert "MESSAGE_ORIGINAL" not in params


def test_a_trailing_blank_stays(app: Conversation) -> None:
    app.says(str(app.bot), "/help ")
    assert app.told(MessageSent)["data"]["PARAMS"]["MESSAGE"] == "/help "


def test_what_was_said_is_told_as_it_was_said(app: Conversation) -> None:
    message_id = app.says(str(app.bot), "Hello")
    app.edits(message_id, "Bye")
    app.erases(message_id)
    assert app.told(MessageSent)["data"]["PARAMS"]["MESSAGE"] == "Hello"
    assert app.told(MessageEdited)["data"]["PARAMS"]["MESSAGE"] == "Bye"


def test_a_deletion_says_when_the_message_was_sent(app: Conversation) -> None:
    app.happens(MessageErased, private=True)
    params = app.told(MessageErased)["data"]["PARAMS"]
    assert params["MESSAGE"] == "Message from 09/21/2026 14:13:20 has been deleted"
    assert params["AUTHOR_ID"] == params["FROM_USER_ID"] == str(app.ann.id)


def test_a_command_has_a_handler_of_its_own(app: Conversation) -> None:
    message_id = app.says(f"chat{app.room}", "/echo one two")
    post = event_payload(app.world, CommandCalled, app.bot)
    assert post.handler == f"{HANDLER}/command"
    [called] = body(post)["data"]["COMMAND"].values()
    assert (called["COMMAND"], called["COMMAND_PARAMS"]) == ("echo", "one two")
    assert (called["COMMAND_CONTEXT"], called["MESSAGE_ID"]) == ("TEXTAREA", str(message_id))
    params = body(post)["data"]["PARAMS"]
    assert params["MESSAGE"] == "/echo one two"
    assert params["BOT_IN_CHAT"] == {str(app.bot): str(app.bot)}


def test_a_common_command_is_told_from_a_dialog_of_others(app: Conversation) -> None:
    world = app.world
    command = {"COMMAND": "ask", "EVENT_COMMAND_ADD": HANDLER, "LANG": LANG, "COMMON": "Y"}
    assert world.call("imbot.command.register", app.owner, {"BOT_ID": app.bot, **command}).result > 0
    app.says(str(world.admin.id), "/ask test")
    params = app.told(CommandCalled)["data"]["PARAMS"]
    assert params["TO_USER_ID"] == str(world.admin.id)
    assert params["DIALOG_ID"] == f"chat{params['TO_CHAT_ID']}"


def test_a_bot_learns_who_let_it_in_and_what_it_may_read(app: Conversation) -> None:
    params = app.told(MemberJoined)["data"]["PARAMS"]
    assert (params["USER_ID"], params["CHAT_ID"]) == (str(app.ann.id), str(app.room))
    assert params["ACCESS_HISTORY"] == "1"
    late = app.world.add_chat(app.ann)
    app.enters(app.bot, late)
    assert app.told(MemberJoined)["data"]["PARAMS"]["ACCESS_HISTORY"] == "0"


def test_a_bot_is_greeted_in_a_private_dialog(app: Conversation) -> None:
    app.says(str(app.bot), "Hello")
    params = app.told(MemberJoined)["data"]["PARAMS"]
    assert params["DIALOG_ID"] == params["TO_USER_ID"] == params["USER_ID"] == str(app.ann.id)
    assert params["FROM_USER_ID"] == params["BOT_ID"] == str(app.bot)


def test_the_farewell_names_the_bot(hook: Conversation) -> None:
    hook.happens(BotRemoved, private=True)
    post = event_payload(hook.world, BotRemoved, hook.bot)
    assert post.data == {"BOT_ID": hook.bot, "BOT_CODE": "echo"}
    assert post.handler == HANDLER


def test_both_tokens_of_an_event_work(app: Conversation) -> None:
    app.says(str(app.bot), "Hello")
    event = app.told(MessageSent)
    bot = event["data"]["BOT"][str(app.bot)]
    assert app.world.call("profile", bot["access_token"]).result["ID"] == str(app.bot)
    assert app.world.call("profile", event["auth"]["access_token"]).result["ID"] == str(app.ann.id)
    answer = {"BOT_ID": app.bot, "DIALOG_ID": event["data"]["PARAMS"]["DIALOG_ID"], "MESSAGE": "hi"}
    assert app.world.call("imbot.message.add", event["auth"]["access_token"], answer).result > 0
    assert app.owner is not None
    assert bot["client_id"] == app.owner.client_id
    assert event["auth"]["client_endpoint"].endswith("/rest/")
    assert event["auth"]["server_endpoint"].endswith("/rest/")


def refreshed(stage: Conversation, text: str) -> Any:
    assert stage.owner is not None
    asked = {"grant_type": "refresh_token", "client_id": stage.owner.client_id, "refresh_token": text}
    query = "&".join(f"{k}={v}" for k, v in {**asked, "client_secret": stage.owner.client_secret}.items())
    return stage.world.get(f"/oauth/token/?{query}")


def test_the_refresh_token_of_an_event_may_be_used_by_every_reader_of_it(app: Conversation) -> None:
    app.says(str(app.bot), "Hello")
    token = app.told(MessageSent)["auth"]["refresh_token"]
    first = refreshed(app, token).body["access_token"]
    app.world.wait(3600)
    second = refreshed(app, token).body["access_token"]
    assert first != second
    assert app.world.call("profile", second).result["ID"] == str(app.ann.id)


def test_events_close_together_carry_the_same_tokens(app: Conversation) -> None:
    app.says(str(app.bot), "one")
    first = app.told(MessageSent)["auth"]
    app.says(str(app.bot), "two")
    assert app.told(MessageSent)["auth"]["access_token"] == first["access_token"]
    app.world.wait(1800)
    later = app.told(MessageSent)["auth"]
    assert later["access_token"] != first["access_token"]
    assert 1800 <= int(later["expires_in"]) <= 3600


def test_a_token_that_was_ended_is_not_handed_out_again(app: Conversation) -> None:
    app.says(str(app.bot), "one")
    first = app.told(MessageSent)["auth"]["access_token"]
    app.world.write(lambda tx: tx.run("UPDATE tokens SET revoked = 1"))
    assert app.world.call("profile", first).error == "invalid_token"
    second = app.told(MessageSent)["auth"]["access_token"]
    assert second != first
    assert app.world.call("profile", second).result["ID"] == str(app.ann.id)


def test_the_application_token_never_changes(app: Conversation) -> None:
    app.says(str(app.bot), "one")
    first = app.told(MessageSent)
    app.world.wait(100_000)
    app.says(f"chat{app.room}", "two")
    assert app.told(MessageSent)["auth"]["application_token"] == first["auth"]["application_token"]
    assert first["data"]["BOT"][str(app.bot)]["application_token"] == first["auth"]["application_token"]


def test_two_webhook_owners_have_two_application_tokens(hook: Conversation) -> None:
    hook.says(str(hook.bot), "one")
    other = hook.world.add_bot(code="other", CLIENT_ID="other-client")
    mine = hook.told(MessageSent)["auth"]["application_token"]
    hook.says(str(other), "two")
    theirs = body(event_payload(hook.world, MessageSent, other))["auth"]["application_token"]
    assert mine != theirs


def test_an_application_gets_no_token_of_people_it_is_closed_to(portal: World) -> None:
    app = Conversation(portal, portal.add_app())
    assert app.owner is not None
    portal.write(lambda tx: tx.run("UPDATE apps SET restricted = 1"))
    app.says(str(app.bot), "Hello")
    event = app.told(MessageSent)
    assert "access_token" not in event["auth"]
    bot = event["data"]["BOT"][str(app.bot)]["access_token"]
    assert portal.call("profile", bot).result["ID"] == str(app.bot)


def test_nobody_is_told_where_no_handler_is_bound(make_world: MakeWorld) -> None:
    app = Conversation(make_world(), None)
    app.says(str(app.bot), "Hello")
    app.world.write(lambda tx: tx.run("UPDATE bot_handlers SET message_add = ''"))
    with pytest.raises(AssertionError, match="nobody is told"):
        app.told(MessageSent)


def whole(auth: Any) -> bool:
    """Whether a pair of tokens is there whole; half of it would be neither."""
    keys = auth.keys() & {"access_token", "refresh_token", "expires", "expires_in"}
    assert len(keys) in (0, 4)
    return bool(keys)


@pytest.mark.parametrize(("kind", "which"), [(kind, which) for _, kind, which in CASES])
def test_tokens_are_told_whole(app: Conversation, kind: type[Event], which: int) -> None:
    app.happens(kind, private=which == 0)
    assert whole(app.told(kind)["auth"])


def other_says(app: Conversation, by: Person | AppKey | str | None = None, **more: Any) -> dict[str, Any]:
    """A bot of somebody else says something in the room; what the application is told of it."""
    world = app.world
    other = world.add_bot(code="other", CLIENT_ID="other-client")
    app.enters(other, app.room)
    params = {"BOT_ID": other, "CLIENT_ID": "other-client", "MESSAGE": "hi", "DIALOG_ID": f"chat{app.room}"}
    assert world.call("imbot.message.add", by, params | more).result > 0
    return app.told(MessageSent)


def test_another_bot_speaks_for_the_person_who_called(portal: World) -> None:
    app = Conversation(portal, portal.add_app())
    event = other_says(app, app.ann)
    assert event["data"]["USER"]["IS_BOT"] == "Y"
    assert whole(event["auth"])
    assert event["auth"]["user_id"] == str(app.ann.id)
    assert portal.call("profile", event["auth"]["access_token"]).result["ID"] == str(app.ann.id)


def test_so_it_does_in_a_batch(portal: World) -> None:
    app = Conversation(portal, portal.add_app())
    other = portal.add_bot(code="other", CLIENT_ID="other-client")
    app.enters(other, app.room)
    place = f"BOT_ID={other}&CLIENT_ID=other-client&DIALOG_ID=chat{app.room}"
    portal.call("batch", app.ann, cmd={"a": f"imbot.message.add?{place}&MESSAGE=hi"})
    assert app.told(MessageSent)["auth"]["user_id"] == str(app.ann.id)


def test_another_bot_speaks_for_nobody_whom_the_application_is_closed_to(portal: World) -> None:
    app = Conversation(portal, portal.add_app())
    portal.write(lambda tx: tx.run("UPDATE apps SET restricted = 1"))
    event = other_says(app, app.ann)
    assert not whole(event["auth"])
    assert "user_id" not in event["auth"]


def test_another_bot_that_calls_with_a_token_of_its_own_speaks_for_nobody(portal: World) -> None:
    app, maker = Conversation(portal, portal.add_app()), portal.add_app(title="Other")
    other = portal.add_bot(maker, code="other")
    app.enters(other, app.room)
    token = portal.add_token(other, maker.id)
    params = {"BOT_ID": other, "MESSAGE": "hi", "DIALOG_ID": f"chat{app.room}"}
    assert portal.call("imbot.message.add", token, params).result > 0
    assert not whole(app.told(MessageSent)["auth"])


def test_one_bot_does_not_speak_for_whoever_called_before(portal: World) -> None:
    """What an own bot of the application does is told with the tokens of that bot."""
    app = Conversation(portal, portal.add_app())
    mine = portal.add_bot(app.owner, code="mine")
    app.enters(mine, app.room)
    params = {"BOT_ID": mine, "MESSAGE": "hi", "DIALOG_ID": f"chat{app.room}"}
    assert portal.call("imbot.message.add", app.owner, params).result > 0
    assert app.told(MessageSent)["auth"]["user_id"] == str(mine)


def test_every_mention_leaves_the_message(app: Conversation) -> None:
    text = f"{app.mention(',')} ask [USER={app.ann.id}]Ann[/USER] or [USER=all]everybody[/USER]"
    app.says(f"chat{app.room}", text)
    params = app.told(MessageSent)["data"]["PARAMS"]
    assert params["MESSAGE"] == "ask or "
    assert params["MESSAGE_ORIGINAL"] == text
    assert set(params["MENTIONED_LIST"]) == {str(app.bot), str(app.ann.id)}


def test_mentions_leave_what_was_edited_and_stay_in_private(app: Conversation) -> None:
    message_id = app.says(f"chat{app.room}", "first")
    app.edits(message_id, f"[USER={app.ann.id}]Ann[/USER], look")
    params = app.told(MessageEdited)["data"]["PARAMS"]
    assert (params["MESSAGE"], params["MESSAGE_ORIGINAL"]) == ("look", f"[USER={app.ann.id}]Ann[/USER], look")
    app.says(str(app.bot), f"[USER={app.ann.id}]Ann[/USER], look")
    params = app.told(MessageSent)["data"]["PARAMS"]
    assert params["MESSAGE"] == f"[USER={app.ann.id}]Ann[/USER], look"
    assert "MESSAGE_ORIGINAL" not in params
