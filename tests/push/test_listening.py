"""Who hears what over a WebSocket, and until when."""

from __future__ import annotations

import time

import pytest
from websockets.exceptions import InvalidStatus

from botyard.model.push import PushMessage
from botyard.portal import channels
from botyard.portal.auth import tokens
from botyard.portal.auth.keys import Keys
from botyard.portal.channels import Channel, ChannelKind
from botyard.store import app_tokens, incoming_webhooks, users
from tests.push.clients import channel_ids, code_of, config, listening, signal
from tests.web.live import Live

EVENT = "pull.application.event.add"


def test_an_application_tells_its_clients(live: Live) -> None:
    app = live.world.add_app()
    with listening(live, app, of_app=True) as client:
        live.world.call(EVENT, app, COMMAND="test", PARAMS={"a": 1})
        message = client.next()
        assert (message["module_id"], message["command"], message["params"]) == ("application", "test", {"a": 1})
        assert message["sender"] == {"type": 2, "id": ""}
        assert message["extra"]["revision_web"] == 19
        live.world.call(EVENT, app, COMMAND="list", PARAMS=["x"])
        assert client.next()["params"] == {"0": "x"}


def test_applications_hear_nothing_of_one_another_nor_of_chats(live: Live) -> None:
    world = live.world
    app, other = world.add_app(), world.add_app()
    ann = world.add_person()
    with listening(live, app, of_app=True) as client, listening(live, other, of_app=True) as stranger:
        world.call("im.message.add", ann, DIALOG_ID=world.admin.id, MESSAGE="for the person")
        world.call(EVENT, app, COMMAND="test")
        assert client.next()["command"] == "test"
        assert stranger.silent()


def test_an_event_for_some_people(live: Live) -> None:
    world = live.world
    ann = world.add_person()
    app = world.add_app()
    hers = world.add_token(ann.id, app.id)
    with listening(live, app, of_app=True) as admin, listening(live, hers, of_app=True) as client:
        world.call(EVENT, app, COMMAND="hers", USER_ID=ann.id)
        world.call(EVENT, app, COMMAND="all")
        assert [client.next()["command"], client.next()["command"]] == ["hers", "all"]
        assert admin.next()["command"] == "all"


def test_a_push_comes_to_people(live: Live) -> None:
    world = live.world
    app, ann = world.add_app(), world.add_person()
    with listening(live, ann) as client:
        world.call("pull.application.push.add", app, USER_ID=[ann.id], TEXT="Look")
        message = client.next()
        assert (message["module_id"], message["command"]) == ("pull", "push")
        assert message["params"] == {"title": "App", "text": "Look", "avatar": "", "appId": app.id}


def test_members_hear_of_messages(live: Live) -> None:
    world = live.world
    ann, bob = world.add_person(), world.add_person("Bob")
    with listening(live, ann) as client, listening(live, bob) as other:
        world.call("im.message.add", DIALOG_ID=ann.id, MESSAGE="hello")
        assert client.next()["module_id"] == "im"
        assert other.silent()


def test_who_joins_hears_from_then_on_and_who_leaves_no_more(live: Live) -> None:
    world = live.world
    ann = world.add_person()
    chat = world.call("im.chat.add", TITLE="Room", USERS=[]).result
    dialog = f"chat{chat}"
    with listening(live, ann) as client:
        world.call("im.message.add", DIALOG_ID=dialog, MESSAGE="before")
        world.call("im.chat.user.add", CHAT_ID=chat, USERS=[ann.id])
        world.call("im.message.add", DIALOG_ID=dialog, MESSAGE="now")
        while (message := client.next())["params"].get("message", {}).get("text") != "now":
            assert "before" not in str(message["params"].get("message"))
        world.call("im.chat.user.delete", CHAT_ID=chat, USER_ID=ann.id)
        world.call("im.message.add", DIALOG_ID=dialog, MESSAGE="after")
        world.call("pull.application.push.add", world.add_app(), USER_ID=[ann.id], TEXT="end")
        while (message := client.next())["command"] != "push":
            assert "after" not in str(message)


def test_without_the_permission_for_chats_nothing_of_them_is_heard(live: Live) -> None:
    world = live.world
    narrow = world.add_webhook(world.admin.id, "pull")
    ann = world.add_person()
    with listening(live, narrow) as client, listening(live) as wide:
        world.call("im.message.add", ann, DIALOG_ID=world.admin.id, MESSAGE="hello")
        assert wide.next()["module_id"] == "im"
        assert client.silent()


def test_signals_reach_those_connected(live: Live) -> None:
    ann = live.world.add_person()
    with listening(live, ann) as client:
        signal(live, PushMessage(module_id="im", command="startWriting", params={"a": 1}, user_ids=(ann.id,)))
        message = client.next()
        assert message["command"] == "startWriting"
        assert len(message["mid"]) == 28


# Keys that end.


def test_a_revoked_webhook_hears_nothing_more(live: Live) -> None:
    world = live.world
    hook = world.add_webhook(world.admin.id)
    with listening(live, hook) as client:
        hashed = world.context.keys.hash(hook.secret)
        row = world.read(lambda tx: tx.one("SELECT id FROM webhooks WHERE secret_hash = :hash", hash=hashed))
        assert row
        world.write(lambda tx: incoming_webhooks.revoke(tx, row[0]))
        assert client.ended() == 4010


def test_a_revoked_token_hears_nothing_more(live: Live) -> None:
    world = live.world
    app = world.add_app()
    with listening(live, app, of_app=True) as client, listening(live, app) as person:
        world.write(lambda tx: app_tokens.revoke_all(tx, app.id))
        assert (client.ended(), person.ended()) == (4010, 4010)


def test_an_ended_session_hears_nothing_more(live: Live) -> None:
    world = live.world
    token, expires = world.write(
        lambda tx: tokens.session(tx, world.keyring, user_id=world.admin.id, scopes="pull,im", seconds=60)
    )
    assert expires
    with listening(live, token) as client:
        hashed = world.context.keys.hash(token)
        row = world.read(lambda tx: app_tokens.find_access(tx, hashed))
        assert row
        world.write(lambda tx: app_tokens.revoke_family(tx, row.family))
        assert client.ended() == 4010


def test_a_deactivated_person_hears_nothing_more(live: Live) -> None:
    world = live.world
    ann = world.add_person()
    with listening(live, ann) as client:
        world.write(lambda tx: users.set_active(tx, ann.id, False))
        assert client.ended() == 4010


def test_an_uninstalled_application_hears_nothing_more(live: Live) -> None:
    world = live.world
    app = world.add_app()
    with listening(live, app, of_app=True) as client:
        world.call("botyard.app.uninstall", CLIENT_ID=app.client_id)
        assert client.ended() == 4010


# Channels and handshakes.


def test_wrong_channels_are_told_by_the_code_of_the_protocol(live: Live) -> None:
    world = live.world
    ann = world.add_person()
    own, hers = channel_ids(config(live)), channel_ids(config(live, ann))
    for wrong in ("x", own[:-1], own.split("/")[0] + "/" + hers.split("/")[1], own + "/x"):
        assert code_of(live, wrong) == 4010
    public = config(live)["publicChannels"][str(world.admin.id)]
    assert code_of(live, f"{public['public_id']}.{public['signature']}") == 4010
    ended = Channel(ChannelKind.PRIVATE, world.admin.id, int(world.time) - 1, 0, "h1")
    assert code_of(live, channels.id_of(world.context.keys, ended)) == 4010


@pytest.mark.parametrize(
    ("origin", "welcome"),
    [
        ("http://botyard.test", True),
        ("http://localhost:3000", True),
        ("https://evil.test", False),
        ("null", False),
    ],
)
def test_origins(live: Live, origin: str, welcome: bool) -> None:
    if welcome:
        with listening(live, headers={"Origin": origin}) as client:
            assert client.ask("ping") == {}
        return
    with pytest.raises(InvalidStatus) as refused, listening(live, headers={"Origin": origin}):
        pass
    assert refused.value.response.status_code == 403


def test_sockets_of_one_person_are_limited(live: Live) -> None:
    ids = channel_ids(config(live))
    slots = live.context.slots.sockets_of
    slots.each = 1
    with listening(live, channels=ids):
        with pytest.raises(InvalidStatus) as refused, listening(live, channels=ids):
            pass
        assert refused.value.response.status_code == 503
    with listening(live, channels=ids) as client:
        assert client.ask("ping") == {}


def test_channels_outlive_the_replacement_of_the_key(live: Live) -> None:
    keys = live.world.context.keys
    channel = Channel(ChannelKind.PRIVATE, 1, int(live.world.time) + 60, 0, "h1")
    text = channels.id_of(keys, channel)
    after = Keys(b"another", former=(keys,))
    assert channels.find(after, text, now=live.world.time) == channel
    assert channels.find(Keys(b"another"), text, now=live.world.time) is None


def test_where_nobody_is_connected_commits_cost_nothing(live: Live) -> None:
    with listening(live) as client:
        assert client.ask("ping") == {}
    names = [task.get_name() for task in live.tasks()]
    for _ in range(100):
        if "push-hub" not in names:
            break
        time.sleep(0.05)
        names = [task.get_name() for task in live.tasks()]
    assert "push-hub" not in names
