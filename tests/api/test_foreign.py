"""Every method, called by people who do not belong: none of them shows or changes other people's chats and bots."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any, NamedTuple

import msgspec
import pytest

from botyard.api import MODULES
from botyard.model.people import UserKind
from botyard.rpc.method import AnyParams, Method, Mode
from botyard.rpc.registry import Registry
from tests.conftest import MakeWorld
from tests.world import Person, World

METHODS = [one for one in Registry(MODULES) if one.mode is not Mode.NONE and not issubclass(one.params, AnyParams)]
SECRET = "Xyzzy"  # A word that stands in everything that is not the stranger's.
DOT = base64.b64encode(
    b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff,\x00\x00\x00\x00\x01\x00\x01\x00\x00"
)

KEPT = (
    "SELECT * FROM chats WHERE id = :chat",
    "SELECT * FROM members WHERE chat_id = :chat ORDER BY user_id",
    "SELECT * FROM messages WHERE chat_id = :chat ORDER BY id",
    "SELECT * FROM bots WHERE user_id = :bot",
    "SELECT * FROM commands WHERE bot_id = :bot ORDER BY id",
    "SELECT * FROM files WHERE chat_id = :chat ORDER BY id",
    "SELECT id, active, admin, login, name, last_name, password FROM users WHERE id IN (:bot, :owner) ORDER BY id",
    "SELECT * FROM webhooks WHERE user_id = :owner ORDER BY id",
    "SELECT * FROM apps ORDER BY id",
    "SELECT rest_enabled, maintenance, https_required, title FROM portal",
)
"""All that a stranger may not touch."""


class Belongings(NamedTuple):
    """What belongs to others: a closed chat with a bot, a message with a file, a command."""

    owner: int
    chat: int
    bot: int
    message: int
    file: int
    command: int


def house(world: World) -> Belongings:
    ann = world.add_person("Ann")
    chat = int(world.call("im.chat.add", ann, TITLE=f"{SECRET} room", DESCRIPTION=f"{SECRET} words").result)
    bot = world.add_bot(ann, "theirs", CLIENT_ID="their-client")
    world.call("im.chat.user.add", ann, CHAT_ID=chat, USERS=[bot])
    place: dict[str, Any] = {"botId": bot, "botToken": "their-client", "dialogId": f"chat{chat}"}
    held = {"name": f"{SECRET}.txt", "content": base64.b64encode(f"{SECRET} bytes".encode()).decode()}
    sent = world.call("imbot.v2.File.upload", ann, params={**place, "fields": held}).result
    said = {"BOT_ID": bot, "CLIENT_ID": "their-client", "DIALOG_ID": f"chat{chat}", "MESSAGE": f"{SECRET} text"}
    message = int(world.call("imbot.message.add", ann, params=said).result)
    named = {
        "BOT_ID": bot,
        "CLIENT_ID": "their-client",
        "COMMAND": "theirs",
        "EVENT_COMMAND_ADD": "http://localhost:9/",
    }
    words = [{"LANGUAGE_ID": "en", "TITLE": "Theirs", "PARAMS": ""}]
    command = int(world.call("imbot.command.register", ann, params={**named, "LANG": words}).result)
    return Belongings(ann.id, chat, bot, message, int(sent["file"]["id"]), command)


def kept(world: World, found: Belongings) -> list[Any]:
    values = {"chat": found.chat, "bot": found.bot, "owner": found.owner}
    return [
        world.read(lambda tx, sql=sql: tx.all(sql, **{n: v for n, v in values.items() if f":{n}" in sql}))  # type: ignore[misc]
        for sql in KEPT
    ]


def given(method: Method, found: Belongings, bot: int, ids: int) -> dict[str, Any]:
    """Everything that the method takes, as far as a name tells what it wants; an ``ID`` is ``ids``."""
    known: Mapping[str, Any] = {
        "botid": bot,
        "clientid": "my-client",
        "bottoken": "my-client",
        "chatid": found.chat,
        "dialogid": f"chat{found.chat}",
        "messageid": found.message,
        "messageids": [found.message],
        "forwardids": {"a": found.message},
        "userid": found.owner,
        "userids": [found.owner],
        "users": [found.owner],
        "ownerid": bot,
        "newownerid": bot,
        "fileid": found.file,
        "commandid": found.command,
        "command": "theirs",
        "message": "Mine now",
        "text": "Mine now",
        "title": "Mine now",
        "color": "RED",
        "avatar": DOT.decode(),
        "ismanager": "Y",
        "complete": "Y",
        "action": "auto",
        "reaction": "like",
        "fields": {
            "message": "Mine now",
            "title": "Mine now",
            "name": "mine.txt",
            "content": "bWluZQ==",
            "color": "red",
        },
        "properties": {"NAME": "Mine now"},
    }
    names = [field.encode_name for field in msgspec.structs.fields(method.params)]
    taken = {name: known.get(name.replace("_", "").lower()) for name in names}
    return {
        name: ids if name.lower() == "id" else value for name, value in taken.items() if name.lower() == "id" or value
    }


def employee(world: World) -> Person:
    return world.add_person("Eve")


def guest(world: World) -> Person:
    return world.add_person("Gil", kind=UserKind.GUEST)


def partner(world: World) -> Person:
    return world.add_person("Pat", kind=UserKind.EXTRANET)


@pytest.mark.parametrize("role", [employee, guest, partner])
def test_nobody_reads_or_changes_what_is_not_theirs(make_world: MakeWorld, role: Any) -> None:
    world = make_world()
    found = house(world)
    stranger = role(world)
    before = kept(world, found)
    answered = 0
    for method in METHODS:
        for whose in ("theirs", "mine"):
            for ids in (found.chat, found.message, found.bot):
                # The stranger's own bot may have gone with an earlier call.
                bot = found.bot if whose == "theirs" else world.add_bot(stranger, "mine", CLIENT_ID="my-client")
                answer = world.post(
                    f"{stranger.path}/{method.name}", msgspec.json.encode(given(method, found, bot, ids))
                )
                assert answer.status < 500, (method.name, answer.body)
                assert SECRET not in str(answer.body), (method.name, whose, answer.body)
                assert kept(world, found) == before, (method.name, whose, answer.body)
                answered += answer.status == 200
    # Not everything was refused: what is the stranger's own is open.
    assert answered > 50


def test_the_same_calls_do_their_work_for_those_who_belong(make_world: MakeWorld) -> None:
    """What the test above relies on: with the owner's key the names that it fills in reach the chat."""
    world = make_world()
    found = house(world)
    owner = world.add_webhook(found.owner)
    shown = changed = 0
    for method in METHODS:
        before = kept(world, found)
        sent = {**given(method, found, found.bot, found.chat)}
        sent = {name: "their-client" if value == "my-client" else value for name, value in sent.items()}
        answer = world.post(f"{owner.path}/{method.name}", msgspec.json.encode(sent))
        shown += SECRET in str(answer.body)
        if kept(world, found) != before:
            changed += 1
            world = make_world()
            found = house(world)
            owner = world.add_webhook(found.owner)
    assert shown >= 4 and changed >= 15, (shown, changed)
