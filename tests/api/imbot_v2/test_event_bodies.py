"""ONIMBOTV2…: each event held against its page, key by key, as it is fetched and as a handler is called."""

from __future__ import annotations

from typing import Any

import pytest

from botyard.api.imbot_v2 import events as words
from botyard.api.payloads.render_batch import RenderBatch
from botyard.api.payloads.webhook_payload import WebhookPayload
from botyard.model.events import EVENTS as ROWS
from botyard.model.events import BotRemoved, MessageErased, MessageSent
from botyard.store import bots
from botyard.store.engines.db import Tx
from botyard.wire import forms
from tests.api.samples_v2 import DOCUMENTED, as_form, deviations
from tests.api.telling import newest
from tests.conftest import MakePortal
from tests.world import World
from tests.worlds.bots import TOKEN

HANDLER = "http://localhost:9/bot"
EVENTS = [name for name in DOCUMENTED if name.startswith("ONIMBOTV2")]
WEBHOOK_AUTH = {"domain", "server_endpoint", "client_endpoint", "member_id", "application_token"}
TOKENS = {"access_token", "expires", "expires_in", "scope", "status", "user_id", "refresh_token"}


class EventWorld(World):
    """A world in which everything happens that bots are told of. Echo fetches; Hook and App are called."""

    def set_up(self) -> None:
        self.open_bot_room()
        self.hook = self.add_bot_v2("hook", eventMode="webhook", webhookUrl=HANDLER)
        self.key = self.add_app()
        self.of_app = self.add_bot_v2("app", self.key, eventMode="webhook", webhookUrl=HANDLER)

    def happens(self, name: str, bot: int) -> None:
        """Bring an event about for a bot."""
        getattr(self, name.removeprefix("ONIMBOTV2").lower())(bot)

    def messageadd(self, bot: int) -> None:
        self.send("hello", dialog=str(bot))

    def messageupdate(self, bot: int) -> None:
        self.edit(self.send("hello", dialog=str(bot)), "better")

    def messagedelete(self, bot: int) -> None:
        self.erase(self.send("hello", dialog=str(bot)))

    def joinchat(self, bot: int) -> None:
        self.add_chat(self.ann, [bot], TITLE="Project Chat")

    def delete(self, bot: int) -> None:
        if bot == self.of_app:
            self.call("imbot.v2.Bot.unregister", self.key, botId=bot)
        else:
            self.call_as_bot("Bot.unregister", botId=bot)

    def contextget(self, bot: int) -> None:
        context = {"entityId": 164, "entityType": "task", "source": "link"}
        self.call("im.v2.Chat.Bot.sendContext", self.ann, dialogId=str(bot), context=context)

    def commandadd(self, bot: int) -> None:
        by = self.key if bot == self.of_app else None
        fields = {"command": "help", "title": {"en": "Help"}}
        self.call_as_bot("Command.register", by, botId=bot, fields=fields)
        self.send("/help topic", dialog=str(bot))

    def reactionchange(self, bot: int) -> None:
        by = self.key if bot == self.of_app else None
        fields = {"message": "Hello! How can I help?"}
        message_id = self.call_as_bot(
            "Chat.Message.send", by, botId=bot, dialogId=str(self.ann.id), fields=fields
        ).result["id"]
        self.like(message_id)

    def posted(self, name: str, bot_id: int) -> WebhookPayload:
        """What a bot's handler is told of the last event of a kind."""
        kind = next(kind for kind, spec in ROWS.items() if spec.v2 and spec.v2.name == name)
        what = newest(self, kind)

        async def work(tx: Tx) -> WebhookPayload | None:
            gone = what.event.bot if isinstance(what.event, BotRemoved) else None
            bot = gone or await bots.find(tx, bot_id)
            assert bot is not None
            return await words.render(RenderBatch(tx, self.context), what, bot)

        post = self.write(work)
        assert post is not None
        return post

    def posted_params(self) -> Any:
        """The params of the last message, as the hook's handler reads them."""
        return sent(self.posted("ONIMBOTV2MESSAGEADD", self.hook))["data"]["message"]["params"]

    def fetched_params(self) -> Any:
        """The same as the fetching bot reads them."""
        return self.take_events()[-1][1]["message"]["params"]


@pytest.fixture
def world(make_portal: MakePortal) -> EventWorld:
    return make_portal(EventWorld)


def sent(post: WebhookPayload) -> dict[str, Any]:
    """The body as a handler reads it."""
    body = {"event": post.event, "data": post.data, "ts": 1, "auth": post.auth}
    return forms.parse(forms.encode(body).encode())


@pytest.mark.parametrize("name", [name for name in EVENTS if name != "ONIMBOTV2DELETE"])
def test_a_fetched_body_has_the_documented_fields(world: EventWorld, name: str) -> None:
    world.happens(name, world.echo)
    bodies = [data for kind, data in world.take_events() if kind == name]
    assert len(bodies) == 1
    assert deviations(name, bodies[0]) == []
    assert bodies[0]["bot"] == world.call_as_bot("Bot.get").result["bot"]


@pytest.mark.parametrize("name", EVENTS)
@pytest.mark.parametrize("whose", ["hook", "of_app"])
def test_a_posted_body_is_the_fetched_one_as_a_form(world: EventWorld, name: str, whose: str) -> None:
    bot = getattr(world, whose)
    world.happens(name, bot)
    post = world.posted(name, bot)
    assert (post.event, post.handler) == (name, HANDLER)
    assert post.handler_id > 0
    body = sent(post)
    code = {"hook": "hook", "of_app": "app"}[whose]
    assert body["event"] == name
    assert body["data"]["bot"].keys() == {"id", "code", "auth"}
    assert (body["data"]["bot"]["id"], body["data"]["bot"]["code"]) == (str(bot), code)
    fields = DOCUMENTED[name]["fields"]
    assert body["data"].keys() == {path for path in fields if "." not in path}
    for path in fields:
        first, _, second = path.partition(".")
        if first != "bot" and second and second not in ("params", "permissions", "entityLink", "departments"):
            assert isinstance(body["data"][first][second], str | dict), path
    data = {key: value for key, value in post.data.items() if key != "bot"}
    assert {key: value for key, value in body["data"].items() if key != "bot"} == (as_form(data) or {})


@pytest.mark.parametrize("name", EVENTS)
def test_the_auth_blocks_hold_what_works(world: EventWorld, name: str) -> None:
    world.happens(name, world.of_app)
    body = sent(world.posted(name, world.of_app))
    assert body["auth"].keys() >= WEBHOOK_AUTH
    own = body["data"]["bot"]["auth"]
    assert own["application_token"] == body["auth"]["application_token"]
    if name == "ONIMBOTV2DELETE":
        return
    assert own.keys() >= WEBHOOK_AUTH | TOKENS
    assert own["user_id"] == str(world.of_app)
    answer = world.call("imbot.v2.Bot.get", own["access_token"], botId=world.of_app)
    assert answer.result["bot"]["code"] == "app"


def test_a_webhook_bot_gets_no_tokens_but_its_own_constant_one(world: EventWorld) -> None:
    world.happens("ONIMBOTV2MESSAGEADD", world.hook)
    first = world.posted("ONIMBOTV2MESSAGEADD", world.hook)
    world.happens("ONIMBOTV2MESSAGEADD", world.hook)
    second = world.posted("ONIMBOTV2MESSAGEADD", world.hook)
    assert first.auth.keys() == WEBHOOK_AUTH
    assert first.auth["application_token"] == second.auth["application_token"]


def test_scalars_are_strings_in_a_form(world: EventWorld) -> None:
    world.happens("ONIMBOTV2MESSAGEADD", world.hook)
    data = sent(world.posted("ONIMBOTV2MESSAGEADD", world.hook))["data"]
    assert data["message"]["isSystem"] == "0"
    assert data["message"]["forward"] == ""
    assert "params" not in data["message"], "an empty array vanishes"
    assert data["user"]["active"] == "1"
    assert data["user"]["absent"] == "0"
    assert data["user"]["id"] == str(world.ann.id)


def test_a_bot_that_fetches_is_not_called(world: EventWorld) -> None:
    world.happens("ONIMBOTV2MESSAGEADD", world.echo)
    what = newest(world, MessageSent)

    async def work(tx: Tx) -> WebhookPayload | None:
        bot = await bots.find(tx, world.echo)
        assert bot is not None
        return await words.render(RenderBatch(tx, world.context), what, bot)

    assert world.write(work) is None


def test_a_private_dialog_is_the_persons(world: EventWorld) -> None:
    world.send("hello", dialog=str(world.echo))
    (join, joined), (_, data) = world.take_events()
    assert join == "ONIMBOTV2JOINCHAT"
    assert (joined["dialogId"], joined["user"]["id"]) == (str(world.ann.id), world.ann.id)
    chat = data["chat"]
    assert (chat["dialogId"], chat["type"], chat["messageType"], chat["name"]) == (
        str(world.ann.id),
        "private",
        "P",
        "Ann Smith",
    )


def test_a_group_keeps_the_mention_and_names_its_chat(world: EventWorld) -> None:
    world.send(f"{world.mention} hello")
    ((_, data),) = world.take_events()
    assert data["message"]["text"] == f"{world.mention} hello"
    assert (data["message"]["authorId"], data["user"]["id"]) == (world.ann.id, world.ann.id)
    assert (data["chat"]["dialogId"], data["chat"]["type"], data["chat"]["owner"]) == (
        world.dialog,
        "chat",
        world.ann.id,
    )
    assert data["language"] == "en"


def test_a_late_event_tells_what_was_said_then(world: EventWorld) -> None:
    message_id = world.send(f"{world.mention} first")
    world.edit(message_id, f"{world.mention} second")
    world.erase(message_id)
    add, change, gone = world.take_events()
    assert add[1]["message"]["text"].endswith("first")
    assert add[1]["message"]["params"] == {}
    assert change[1]["message"]["text"].endswith("second")
    assert change[1]["message"]["params"] == {"IS_EDITED": "Y"}
    assert (gone[0], gone[1]["messageId"], gone[1]["user"]["id"]) == (
        "ONIMBOTV2MESSAGEDELETE",
        message_id,
        world.ann.id,
    )


def test_a_message_that_is_gone_altogether_is_still_told(world: EventWorld) -> None:
    message_id = world.send(f"{world.mention} first")
    world.call(
        "imbot.v2.Chat.Message.Reaction.add", botId=world.eye, botToken=TOKEN, messageId=message_id, reaction="fire"
    )

    async def remove(tx: Tx) -> None:
        await tx.run("DELETE FROM reactions WHERE message_id = :id", id=message_id)
        await tx.run("DELETE FROM messages WHERE id = :id", id=message_id)

    world.write(remove)
    ((name, data),) = world.take_events()
    assert (name, data["message"]["id"], data["message"]["text"]) == (
        "ONIMBOTV2MESSAGEADD",
        message_id,
        f"{world.mention} first",
    )


def test_the_author_of_a_message_that_somebody_else_deleted(world: EventWorld) -> None:
    message_id = world.send(f"{world.mention} first", by=world.bob)
    world.take_events()
    world.erase(message_id)
    ((_, data),) = world.take_events()
    assert data["user"]["id"] == world.bob.id
    assert newest(world, MessageErased).event.actor_id == world.ann.id


def test_a_reply_a_uuid_and_what_it_carries_are_told(world: EventWorld) -> None:
    heard = world.send("one")
    fields = {
        "message": f"{world.mention} two",
        "replyId": heard,
        "templateId": "4f0c8d1e-6b1f-4c52-9a59-0a3ea1d0c001",
        "keyboard": [{"TEXT": "Go", "LINK": "https://example.com"}],
    }
    world.call_as_bot("Chat.Message.send", botId=world.eye, dialogId=world.dialog, fields=fields)
    ((_, data),) = world.take_events()
    assert data["message"]["uuid"] == fields["templateId"]
    assert data["message"]["params"]["REPLY_ID"] == heard
    assert data["message"]["params"]["KEYBOARD"][0]["TEXT"] == "Go"
    assert data["user"]["type"] == "bot"


def test_a_reaction_is_told_to_the_bot_whose_message_it_is(world: EventWorld) -> None:
    message_id = world.send_as_bot()
    world.call_as_bot("Chat.Message.Reaction.add", botId=world.eye, messageId=message_id, reaction="fire")
    world.call_as_bot("Chat.Message.Reaction.delete", botId=world.eye, messageId=message_id, reaction="fire")
    add, delete = world.take_events()
    assert [(body["reaction"], body["action"]) for _, body in (add, delete)] == [("fire", "add"), ("fire", "delete")]
    assert (add[1]["message"]["authorId"], add[1]["user"]["id"]) == (world.echo, world.eye)
    assert [kind for kind, _ in world.take_events(world.eye)] == ["ONIMBOTV2MESSAGEADD"]


def test_a_context_is_brought_along(world: EventWorld) -> None:
    world.happens("ONIMBOTV2CONTEXTGET", world.echo)
    join, opened = world.take_events()
    assert join[0] == "ONIMBOTV2JOINCHAT"
    assert opened[1]["context"] == {"entityId": 164, "entityType": "task", "source": "link"}
    assert opened[1]["dialogId"] == str(world.ann.id)


def test_a_command_by_its_name_words_and_context(world: EventWorld) -> None:
    world.happens("ONIMBOTV2COMMANDADD", world.echo)
    command = next(data["command"] for kind, data in world.take_events() if kind == "ONIMBOTV2COMMANDADD")
    assert command == {"id": command["id"], "command": "/help", "params": "topic", "context": "textarea"}


def test_every_event_has_its_words() -> None:
    assert {spec.v2.name for spec in ROWS.values() if spec.v2} == set(EVENTS)


def test_params_have_the_names_of_portals_as_texts_in_a_form_and_typed_where_fetched(world: EventWorld) -> None:
    for bot in (world.hook, world.echo):
        fields = {"name": "a.txt", "content": "aGVsbG8=", "message": "look"}
        uploaded = world.call("im.v2.File.upload", world.ann, dialogId=str(bot), fields=fields).result
        file_id, message_id = uploaded["file"]["id"], uploaded["messageId"]
        carried = world.fetched_params() if bot == world.echo else world.posted_params()
        assert carried == {"FILE_ID": [file_id if bot == world.echo else str(file_id)]}
        answer = {"DIALOG_ID": str(bot), "MESSAGE": "what?", "REPLY_ID": message_id}
        world.call("im.message.add", world.ann, answer)
        carried = world.fetched_params() if bot == world.echo else world.posted_params()
        assert carried == {"REPLY_ID": message_id if bot == world.echo else str(message_id)}
