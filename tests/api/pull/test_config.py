"""The methods `pull.*`: who is told where to connect, and what applications may send."""

from __future__ import annotations

from pathlib import Path

import pytest

from botyard.model.people import UserKind
from botyard.portal import channels
from botyard.portal.channels import LIFE_SECONDS, Channel, ChannelKind
from tests.world import Answer, World


def refused(answer: Answer, code: str, status: int) -> None:
    assert (answer.error, answer.status) == (code, status)


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def test_an_application_is_told_where_to_connect(world: World) -> None:
    app = world.add_app()
    result = world.call("pull.application.config.get", app, CACHE="N").result
    server = result["server"]
    assert (server["version"], server["mode"], server["hostname"]) == (5, "personal", "botyard.test")
    assert server["websocket"] == "ws://botyard.test/bitrix/subws/"
    assert server["websocket_secure"] == "wss://botyard.test/bitrix/subws/"
    assert server["long_polling"] == "http://botyard.test/bitrix/sub/"
    assert server["long_pooling_secure"] == "https://botyard.test/bitrix/sub/"
    assert server["publish"] == "http://botyard.test/bitrix/rest/"
    assert result["api"] == {"revision_web": 19, "revision_mobile": 3}
    assert result["jwt"] == ""
    private = channels.find(world.context.keys, result["channels"]["private"]["id"], now=world.time)
    shared = channels.find(world.context.keys, result["channels"]["shared"]["id"], now=world.time)
    assert private is not None and shared is not None
    assert (private.kind, private.user_id, private.app_id) == (ChannelKind.PRIVATE, world.admin.id, app.id)
    assert (shared.kind, shared.app_id, shared.key) == (ChannelKind.SHARED, app.id, private.key)
    assert result["exp"] == private.end == shared.end
    assert abs(private.end - world.time - LIFE_SECONDS) < 2


def test_a_webhook_has_no_channels_of_an_application(world: World) -> None:
    for method, params in (
        ("pull.application.config.get", {}),
        ("pull.application.event.add", {"COMMAND": "x"}),
        ("pull.application.push.add", {"USER_ID": 1, "TEXT": "x"}),
    ):
        refused(world.call(method, params=params), "WRONG_AUTH_TYPE", 403)


def test_a_person_has_channels_of_their_own(world: World) -> None:
    ann = world.add_person()
    result = world.call("pull.config.get", ann).result
    private = channels.find(world.context.keys, result["channels"]["private"]["id"], now=world.time)
    assert private is not None
    assert (private.user_id, private.app_id, private.key[:1]) == (ann.id, 0, "h")


def test_channels_of_a_session_end_with_it(world: World) -> None:
    token = world.add_token(world.admin.id, None, life=60)
    end = world.call("pull.config.get", token).result["exp"]
    assert end - world.time < 61


def test_public_channels_are_of_people_whom_the_caller_knows(world: World) -> None:
    ann = world.add_person()
    listed = world.call("pull.channel.public.list", ann, users=[world.admin.id, 4711]).result
    assert list(listed) == [str(world.admin.id)]
    row = listed[str(world.admin.id)]
    channel = channels.find(world.context.keys, f"{row['public_id']}.{row['signature']}", now=world.time)
    assert channel is not None
    assert (channel.kind, channel.user_id, channel.key) == (ChannelKind.PUBLIC, world.admin.id, "")
    outsider = world.add_person("Out", "Sider", kind=UserKind.EXTRANET)
    assert world.call("pull.channel.public.list", outsider, users=[world.admin.id]).result == {}


def test_nothing_is_watched(world: World) -> None:
    assert world.call("pull.watch.extend", tags=["A", "B"]).result == ["A", "B"]
    assert world.call("pull.watch.extend").result == []


@pytest.mark.parametrize("params", [{}, {"MODULE_ID": ""}, {"PARAMS": ["a", 1]}, {"PARAMS": '{"a": 1}'}])
def test_an_application_tells_its_people(world: World, params: dict[str, object]) -> None:
    app = world.add_app()
    assert world.call("pull.application.event.add", app, COMMAND="test", params=params).result is True
    assert world.count("events") == 1


def test_what_an_event_may_be_called(world: World) -> None:
    app = world.add_app()
    for params, code in (
        ({"COMMAND": ""}, "COMMAND_ERROR"),
        ({"COMMAND": "a b"}, "COMMAND_ERROR"),
        ({"COMMAND": "x" * 256}, "COMMAND_ERROR"),
        ({"COMMAND": "x", "MODULE_ID": "Im"}, "MODULE_ID_ERROR"),
        ({"COMMAND": "x", "PARAMS": "text"}, "PARAMS_ERROR"),
        ({"COMMAND": "x", "PARAMS": {"a": "b" * 70_000}}, "PARAMS_ERROR"),
    ):
        refused(world.call("pull.application.event.add", app, params=params), code, 400)


def test_only_administrators_write_to_others(world: World) -> None:
    ann = world.add_person()
    app = world.add_app(ann.id)
    send = "pull.application.event.add"
    assert world.call(send, app, COMMAND="x", USER_ID=ann.id).result is True
    refused(world.call(send, app, COMMAND="x", USER_ID=world.admin.id), "USER_ID_ACCESS_ERROR", 400)
    refused(world.call(send, app, COMMAND="x", USER_ID=[ann.id, world.admin.id]), "USER_ID_ACCESS_ERROR", 400)
    refused(world.call("pull.application.push.add", app, USER_ID=ann.id, TEXT="x"), "ACCESS_ERROR", 400)


def test_what_a_push_needs(world: World) -> None:
    app = world.add_app()
    push = "pull.application.push.add"
    assert world.call(push, app, USER_ID=[world.admin.id], TEXT="Hello").result is True
    refused(world.call(push, app, USER_ID=[world.admin.id], TEXT=" "), "TEXT_ERROR", 400)
    refused(world.call(push, app, TEXT="Hello"), "ACCESS_ERROR", 400)
    refused(world.call(push, world.add_app(title=""), USER_ID=1, TEXT="Hello"), "EMPTY_APP_NAME", 400)


def test_a_channel_is_what_was_signed_and_nothing_else(world: World) -> None:
    keys, now = world.context.keys, world.time
    channel = Channel(ChannelKind.PRIVATE, 7, int(now) + 60, 3, "t12")
    text = channels.id_of(keys, channel)
    assert channels.find(keys, text, now=now) == channel
    assert channels.find(keys, text, now=now + 61) is None
    body, _, signed = text.partition(".")
    for place in (0, 5, 20, len(body) - 1):
        wrong = body[:place] + ("0" if body[place] != "0" else "1") + body[place + 1 :]
        assert channels.find(keys, f"{wrong}.{signed}", now=now) is None
    for wrong in ("", ".", text[:-1], text + "0", f"{body}.{signed.upper()}", f"{body}é.{signed}", "ж" * 101):
        assert channels.find(keys, wrong, now=now) is None
