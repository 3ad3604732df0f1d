"""A person who is deactivated stops what that person registered: bots, webhooks, links and subscriptions."""

from __future__ import annotations

import asyncio
import re
from typing import Any

import msgspec
import pytest

from botyard.model.deliveries import EndReason
from botyard.portal import users as verbs
from botyard.portal import webhooks
from botyard.store import app_tokens, users
from tests.world import World
from tests.worlds.records import Person

KEY: dict[str, Any] = {"CLIENT_ID": "bobs-client"}
V2: dict[str, Any] = {"botToken": "bobs-client"}


def deactivate(world: World, user_id: int) -> None:
    assert world.call("botyard.user.deactivate", ID=user_id).result is True


def activate(world: World, user_id: int) -> None:
    assert world.call("botyard.user.activate", ID=user_id).result is True


class Left:
    """Bob has registered two bots, in a room with Ann; Cat knows the key of both."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.ann, self.bob, self.cat = (world.add_person(name) for name in ("Ann", "Bob", "Cat"))
        self.bot = world.add_bot(self.bob, "called", type="S", **KEY)
        fetching = {"code": "fetching", "type": "supervisor", "properties": {"name": "Fetching"}}
        made = world.call("imbot.v2.Bot.register", self.bob, fields=fetching, **V2).result
        self.fetching = int(made["bot"]["id"])
        self.room = world.add_chat(self.ann, [self.bot, self.fetching, self.bob.id])

    def says(self, text: str) -> int:
        params = {"DIALOG_ID": f"chat{self.room}", "MESSAGE": text}
        return int(self.world.call("im.message.add", self.ann, params).result)

    def tries(self, by: Person) -> list[str]:
        """The codes of refusals to command the bots."""
        place = f"chat{self.room}"
        tried: list[tuple[str, dict[str, Any]]] = [
            ("imbot.message.add", {"BOT_ID": self.bot, "DIALOG_ID": place, "MESSAGE": "hi", **KEY}),
            ("imbot.message.add", {"DIALOG_ID": place, "MESSAGE": "hi", **KEY}),
            ("imbot.update", {"BOT_ID": self.bot, "FIELDS": {"PROPERTIES": {"NAME": "X"}}, **KEY}),
            ("imbot.v2.Event.get", {"botId": self.fetching, **V2}),
            (
                "imbot.v2.Chat.Message.send",
                {"botId": self.fetching, "dialogId": place, "fields": {"message": "x"}, **V2},
            ),
        ]
        answers = [self.world.call(method, by, params) for method, params in tried]
        return [answer.error for answer in answers if "error" in answer.body]


@pytest.fixture
def left(portal: World) -> Left:
    return Left(portal)


def test_bots_stop_with_the_person_and_go_on(left: Left) -> None:
    assert left.tries(left.cat) == []
    deactivate(left.world, left.bob.id)
    assert left.tries(left.cat) == ["APP_ID_ERROR"] * 3 + ["BOT_OWNERSHIP_ERROR"] * 2
    refused = left.world.call("imbot.v2.Event.get", left.cat, botId=left.fetching, **V2)
    assert "botyard.bot.reassign" in refused.headers["botyard-hint"]
    again = {"CODE": "called", "TYPE": "B", "EVENT_HANDLER": "http://x.test/", "PROPERTIES": {"NAME": "x"}, **KEY}
    assert left.world.call("imbot.register", left.cat, again).error
    # Nobody is brought into a chat with a bot that hears and says nothing.
    assert left.world.call("im.chat.user.add", left.ann, CHAT_ID=left.world.add_chat(left.ann), USERS=[left.bot]).result
    activate(left.world, left.bob.id)
    assert left.tries(left.cat) == []


def test_bots_go_on_when_they_are_handed_over(left: Left) -> None:
    deactivate(left.world, left.bob.id)
    handed = left.world.call("botyard.bot.reassign", BOT_ID=left.bot, USER_ID=left.cat.id)
    assert handed.result == [left.bot]
    assert len(left.tries(left.cat)) == 2
    assert left.world.call("botyard.bot.reassign", FROM_USER_ID=left.bob.id, USER_ID=left.cat.id).result == [
        left.fetching
    ]
    assert left.tries(left.cat) == []
    # From now on they stop with Cat, and no longer with Bob.
    activate(left.world, left.bob.id)
    deactivate(left.world, left.cat.id)
    assert len(left.tries(left.bob)) == 5
    audit = left.world.read(
        lambda tx: tx.all("SELECT subject FROM audit_log WHERE event = 'bot.reassigned' ORDER BY id")
    )
    assert [row[0] for row in audit] == [f"bot:{left.bot}", f"bot:{left.fetching}"]


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"BOT_ID": 9999, "USER_ID": 1}, "BOT_ID_ERROR"),
        ({"FROM_USER_ID": 1, "USER_ID": 1}, "BOT_ID_ERROR"),
        ({"BOT_ID": 1001, "USER_ID": 9999}, "USER_NOT_FOUND"),
        ({"BOT_ID": 1001, "USER_ID": 1001}, "USER_NOT_FOUND"),
        ({"BOT_ID": 1001, "FROM_USER_ID": 1, "USER_ID": 1}, "ERROR_ARGUMENT"),
        ({"USER_ID": 1}, "ERROR_ARGUMENT"),
    ],
)
def test_what_cannot_be_handed_over(left: Left, params: dict[str, Any], code: str) -> None:
    assert left.world.call("botyard.bot.reassign", None, params).error == code
    assert left.world.call("botyard.bot.reassign", left.ann, params).error == "ACCESS_DENIED"


def test_nobody_gets_a_bot_who_is_deactivated_or_a_guest(left: Left) -> None:
    deactivate(left.world, left.cat.id)
    refused = left.world.call("botyard.bot.reassign", BOT_ID=left.bot, USER_ID=left.cat.id)
    assert refused.error == "USER_NOT_FOUND"


def test_events_under_way_end_with_a_reason(delivery_world: World) -> None:
    world = delivery_world
    world.stop_delivery()
    ann, bob = world.add_person("Ann"), world.add_person("Bob")
    bot = world.add_bot(bob, "called", type="S", EVENT_HANDLER=world.handler.url("/bot"), **KEY)
    room = world.add_chat(ann, [bot])
    params = {"DIALOG_ID": f"chat{room}", "MESSAGE": "secret"}
    first = world.call("im.message.add", ann, params).result
    deactivate(world, bob.id)
    second = world.call("im.message.add", ann, params).result
    world.start_delivery()
    world.run_until(lambda: set(world.states(bot)) == {"skipped"})
    assert {delivery.reason for delivery in world.deliveries(bot)} == {EndReason.STOPPED}
    assert world.heard_messages() == []
    for message in (first, second):
        shown = world.call("botyard.delivery.explain", MESSAGE_ID=message, BOT_ID=bot).result
        codes = [reason["CODE"] for event in shown["EVENTS"] for reason in event["REASONS"]]
        assert codes == ["SKIPPED", "STOPPED"], shown
    activate(world, bob.id)
    world.call("im.message.add", ann, params)
    world.run_until(lambda: len(world.attempts(bot)) > 0)


def test_the_token_of_a_bot_ends_with_the_person(portal: World) -> None:
    bob = portal.add_person("Bob")
    app = portal.add_app(bob.id)
    bot = portal.add_bot(app, "apps")
    token = portal.add_token(bot, app.id)
    assert portal.call("profile", token).status == 200
    deactivate(portal, bob.id)
    for key in (token, app.token):
        assert portal.call("profile", key).status == 401
    assert portal.get(f"{bob.path}/profile").status == 401


def test_subscriptions_and_handlers_stop(portal: World) -> None:
    ann, bob = portal.add_person("Ann"), portal.add_person("Bob")
    room = portal.add_chat(ann, [bob.id])
    assert portal.call("im.v2.Event.subscribe", bob).result is True
    app = portal.add_app(bob.id)
    assert portal.call("event.bind", app, event="ONUSERADD", handler="http://localhost:9/").result is True
    deactivate(portal, bob.id)
    portal.call("im.message.add", ann, DIALOG_ID=f"chat{room}", MESSAGE="secret")
    assert portal.count(f"deliveries WHERE recipient = 'user:{bob.id}'") == 0
    activate(portal, bob.id)
    portal.call("im.message.add", ann, DIALOG_ID=f"chat{room}", MESSAGE="hello")
    assert portal.count(f"deliveries WHERE recipient = 'user:{bob.id}'") == 1


def test_a_handler_is_not_called_while_the_one_who_bound_it_is_deactivated(delivery_world: World) -> None:
    world = delivery_world
    world.stop_delivery()
    bob = world.add_person("Bob", admin=True)
    app = world.add_app(bob.id)
    handler = "http://localhost:9/"
    assert world.call("event.bind", app, event="ONUSERADD", handler=handler).result is True
    deactivate(world, bob.id)
    world.add_user("newcomer")
    world.start_delivery()
    ended = "deliveries WHERE recipient LIKE 'binding:%' AND state = 'skipped' AND reason = '" + EndReason.STOPPED + "'"
    world.run_until(lambda: world.count(ended) == 1)
    # Another administrator who binds the same takes the handler over.
    cat = world.add_person("Cat", admin=True)
    assert world.call(
        "event.bind", app._replace(token=world.add_token(cat.id, app.id)), event="ONUSERADD", handler=handler
    ).result
    world.add_user("another")
    world.run_for(0.3)
    assert world.count(ended) == 1


class Linked:
    """A file in a room, and links to it that Bob and his bot have."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.ann, self.bob = world.add_person("Ann"), world.add_person("Bob")
        self.bot = world.add_bot(self.bob, "bobs", **KEY)
        self.room = world.add_chat(self.ann, [self.bob.id, self.bot])
        held = {"name": "plan.txt", "content": "c2VjcmV0"}
        sent = world.call("im.v2.File.upload", self.ann, dialogId=f"chat{self.room}", fields=held).result
        self.file = sent["file"]["id"]

    def link(self, by: Any = None) -> str:
        asked = {"dialogId": f"chat{self.room}", "fileId": self.file}
        return str(self.world.call("im.v2.File.download", by or self.bob, asked).result["downloadUrl"])

    def listed(self) -> str:
        # Of a file that is no picture the contract knows no example.
        asked = msgspec.json.encode({"DIALOG_ID": f"chat{self.room}"})
        page = self.world.post(f"{self.bob.path}/im.dialog.messages.get", asked).result
        return str(page["files"][0]["urlDownload"])

    def bots(self) -> str:
        asked = {"botId": self.bot, "fileId": self.file, **V2}
        return str(self.world.call("imbot.v2.File.download", self.bob, asked).result["downloadUrl"])

    def works(self, url: str) -> bool:
        return self.world.download(url).status == 200


@pytest.fixture
def linked(portal: World) -> Linked:
    return Linked(portal)


def test_links_end_with_the_person_and_go_on(linked: Linked) -> None:
    links = [linked.link(), linked.listed(), linked.bots()]
    assert [linked.works(url) for url in links] == [True] * 3
    deactivate(linked.world, linked.bob.id)
    assert [linked.works(url) for url in links] == [False] * 3
    activate(linked.world, linked.bob.id)
    assert [linked.works(url) for url in links] == [True] * 3


def test_links_end_with_the_key_that_made_them(linked: Linked) -> None:
    world = linked.world
    app = world.add_app(linked.bob.id)
    other = world.add_webhook(linked.bob.id)
    by_hook, by_app = linked.link(other), linked.link(app)
    assert linked.works(by_hook) and linked.works(by_app)
    [hook_id] = world.read(lambda tx: tx.one("SELECT MAX(id) FROM webhooks WHERE user_id = :id", id=linked.bob.id)) or [
        0
    ]
    world.write(lambda tx: webhooks.revoke(tx, int(hook_id)))
    assert not linked.works(by_hook) and linked.works(by_app)
    world.write(lambda tx: app_tokens.revoke_all(tx, app.id))
    assert not linked.works(by_app)
    # That of another key goes on.
    assert linked.works(linked.link())


def test_links_end_with_membership_and_file(linked: Linked) -> None:
    by_person, by_bot = linked.link(), linked.bots()
    linked.world.call("imbot.chat.leave", linked.bob, BOT_ID=linked.bot, CHAT_ID=linked.room, **KEY)
    assert linked.works(by_person) and not linked.works(by_bot)
    [message] = linked.world.read(lambda tx: tx.one("SELECT message_id FROM files WHERE id = :id", id=linked.file)) or [
        0
    ]
    linked.world.erase(int(message), linked.ann)
    assert not linked.works(by_person)


def test_the_key_in_a_link_cannot_be_exchanged(linked: Linked) -> None:
    link = linked.link()
    assert re.search(r"\.h\d+\.", link)
    assert not linked.works(re.sub(r"\.h\d+\.", ".h1.", link))
    assert not linked.works(re.sub(r"\.h\d+\.", ".", link))


def test_a_person_who_is_activated_is_who_was_deactivated(portal: World) -> None:
    """The bots of others are not touched."""
    left = Left(portal)
    other = portal.add_bot(left.cat, "cats", CLIENT_ID="cats-client")
    left.world.write(lambda tx: users.set_active(tx, left.bob.id, False))

    async def active(tx: Any) -> list[int]:
        return [user.id for user in await users.everyone(tx) if not user.active]

    assert left.world.read(active) == [left.bob.id, left.bot, left.fetching]
    assert other not in left.world.read(active)
    assert verbs.PEOPLE


def test_a_call_that_waits_is_told_nothing_once_the_bot_has_stopped(left: Left) -> None:
    world = left.world
    left.says("before")

    async def scene() -> Any:
        waiting = {"botId": left.fetching, "wait": 5, **V2}
        page = await world.call_async("imbot.v2.Event.get", left.cat, **waiting)
        asked = {**waiting, "offset": page["result"]["nextOffset"]}
        waited = asyncio.create_task(world.call_async("imbot.v2.Event.get", left.cat, **asked))
        await asyncio.sleep(0.3)
        await world.call_async("botyard.user.deactivate", world.admin, ID=left.bob.id)
        params = {"DIALOG_ID": f"chat{left.room}", "MESSAGE": "secret"}
        await world.call_async("im.message.add", left.ann, **params)
        return await waited

    answer = world.run(scene())
    assert "secret" not in str(answer)
    assert answer.get("error") == "BOT_OWNERSHIP_ERROR" or answer["result"]["events"] == []
