"""Who commands the bots of an application: administrators and the application itself all, a person its own."""

from __future__ import annotations

from typing import Any

import pytest

from botyard.api.payloads import portal_payloads
from botyard.api.payloads.auth_block import block
from botyard.api.payloads.render_batch import RenderBatch
from botyard.model.events import MessageSent
from botyard.portal.auth import tokens
from botyard.store import apps as stored_apps
from botyard.store import bindings, bots, events
from tests.conftest import MakeWorld
from tests.world import World
from tests.worlds.records import Answer, AppKey, Person

HANDLER = "http://localhost:9/bot"


class Shop:
    """An application that an administrator installed with a bot, and a token of it for the employee Bob."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.admin = world.add_app()
        self.bob_person = world.add_person("Bob")
        self.bob = self.of(self.bob_person)
        self.bot = self.register(self.admin, "shop")
        self.room = world.add_chat(self.bob_person, [self.bot])
        self.command = int(
            world.call(
                "imbot.command.register",
                self.admin,
                BOT_ID=self.bot,
                COMMAND="buy",
                EVENT_COMMAND_ADD=HANDLER,
                LANG=[{"LANGUAGE_ID": "en", "TITLE": "Buy"}],
            ).result
        )

    def of(self, person: Person) -> AppKey:
        """A token of the application for somebody."""
        token = self.world.add_token(person.id, self.admin.id)
        return self.admin._replace(token=token, user_id=person.id)

    def event_token(self, user_id: int) -> AppKey:
        """The token of somebody that an event brings to the application."""

        async def work(tx: Any) -> str:
            app = await stored_apps.find(tx, self.admin.id)
            assert app is not None
            [pair] = await tokens.for_events(tx, self.world.keyring, app=app, bearers={user_id: app.scopes})
            return pair.access

        return self.admin._replace(token=self.world.write(work), user_id=user_id)

    def register(self, by: AppKey, code: str, **more: Any) -> int:
        return int(self.asks(by, "imbot.register", **_plan(code), **more).result)

    def asks(self, by: AppKey, method: str, **params: Any) -> Answer:
        return self.world.call(method, by, params)

    def commands(self, by: AppKey, bot: int = 0) -> list[tuple[str, str]]:
        """What a key may not do with the bot, and the code of the refusal."""
        bot = bot or self.bot
        v1, v2 = {"BOT_ID": bot}, {"botId": bot}
        place = f"chat{self.room}"
        tried: list[tuple[str, dict[str, Any]]] = [
            ("imbot.message.add", {**v1, "DIALOG_ID": place, "MESSAGE": "hello"}),
            ("imbot.message.add", {"DIALOG_ID": place, "MESSAGE": "hello"}),
            ("imbot.chat.sendTyping", {**v1, "DIALOG_ID": place}),
            ("imbot.update", {**v1, "FIELDS": {"PROPERTIES": {"NAME": "Mine"}}}),
            ("imbot.command.update", {"COMMAND_ID": self.command, "FIELDS": {"HIDDEN": "Y"}}),
            ("imbot.v2.Bot.update", {**v2, "fields": {"properties": {"name": "Mine"}}}),
            ("imbot.v2.Chat.Message.send", {**v2, "dialogId": place, "fields": {"message": "hello"}}),
            ("imbot.v2.Command.list", v2),
            ("imbot.v2.Event.get", v2),
        ]
        answers = [(method, self.asks(by, method, **params)) for method, params in tried]
        return [(method, answer.error) for method, answer in answers if "error" in answer.body]


def _plan(code: str) -> dict[str, Any]:
    return {"CODE": code, "TYPE": "B", "EVENT_HANDLER": HANDLER, "PROPERTIES": {"NAME": code.title()}}


@pytest.fixture
def shop(portal: World) -> Shop:
    return Shop(portal)


def test_a_persons_token_commands_what_the_person_registered(shop: Shop) -> None:
    refused = shop.commands(shop.bob)
    assert len(refused) == 9, refused
    assert {code for _, code in refused} <= {
        "APP_ID_ERROR",
        "BOT_OWNERSHIP_ERROR",
    }
    assert shop.asks(shop.bob, "imbot.v2.Bot.list").result["bots"] == []
    bot = shop.asks(shop.bob, "imbot.v2.Bot.get", botId=shop.bot).result["bot"]
    assert "eventMode" not in bot


def test_administrators_and_the_applications_own_tokens_command_all(shop: Shop) -> None:
    # Bob's token, but one that an event brought to the application itself.
    for key in (shop.admin, shop.event_token(shop.bob.user_id), shop.event_token(shop.bot)):
        assert shop.commands(key) == []


def test_what_an_events_refresh_token_is_exchanged_for_is_the_applications_own(shop: Shop) -> None:
    async def work(tx: Any) -> str:
        app = await stored_apps.find(tx, shop.admin.id)
        assert app is not None
        [pair] = await tokens.for_events(tx, shop.world.keyring, app=app, bearers={shop.bob.user_id: app.scopes})
        fresh = await tokens.refresh(tx, shop.world.keyring, app=app, text=pair.refresh)
        assert isinstance(fresh, tokens.TokenPair)
        return fresh.access

    assert shop.commands(shop.admin._replace(token=shop.world.write(work))) == []


def test_ones_own_bot_is_commanded(shop: Shop) -> None:
    own = int(
        shop.asks(shop.bob, "imbot.v2.Bot.register", fields={"code": "bobs", "properties": {"name": "B"}}).result[
            "bot"
        ]["id"]
    )
    assert shop.asks(shop.bob, "imbot.v2.Chat.get", botId=own, dialogId=str(shop.bob.user_id)).status == 200
    # Where no bot is named it is the first one that the caller commands.
    message_id = shop.asks(shop.bob, "imbot.message.add", DIALOG_ID=shop.bob.user_id, MESSAGE="mine").result
    newest = shop.world.call("im.dialog.messages.get", shop.bob_person, DIALOG_ID=own).result["messages"][0]
    assert (newest["id"], newest["author_id"]) == (message_id, own)
    assert [bot["id"] for bot in shop.asks(shop.bob, "imbot.v2.Bot.list").result["bots"]] == [own]
    assert [bot["id"] for bot in shop.asks(shop.admin, "imbot.v2.Bot.list").result["bots"]] == [shop.bot, own]
    assert shop.commands(shop.of(shop.world.add_person("Cat")), own)


def test_nobody_takes_over_what_all_bots_share(shop: Shop) -> None:
    assert shop.asks(shop.bob, "imbot.register", **_plan("shop")).error
    elsewhere = {**_plan("mine"), "EVENT_HANDLER": "http://evil.test/"}
    assert shop.asks(shop.bob, "imbot.register", **elsewhere).error == "WRONG_REQUEST"
    assert shop.asks(shop.bob, "imbot.v2.Bot.register", fields={"code": "shop", "properties": {"name": "x"}}).error
    # With the handlers that are bound already nothing changes for the others.
    mine = shop.register(shop.bob, "mine")
    fields = {"EVENT_HANDLER": "http://evil.test/"}
    assert shop.asks(shop.bob, "imbot.update", BOT_ID=mine, FIELDS=fields).error == "WRONG_REQUEST"
    row = shop.world.read(lambda tx: tx.one("SELECT message_add FROM bot_handlers"))
    assert row == (HANDLER,)


def test_the_switch_gives_the_vendors_model(make_world: MakeWorld) -> None:
    shop = Shop(make_world(app_bots="all"))
    assert shop.commands(shop.bob) == []


def test_an_events_tokens_are_not_for_everybody_who_registers_a_bot(shop: Shop) -> None:
    """A person without rights who registers a bot under the application gets no tokens of those who write to it."""
    world = shop.world
    own = shop.register(shop.bob, "bobs")

    async def rendered(tx: Any) -> list[dict[str, Any]]:
        batch, blocks = RenderBatch(tx, world.context), []
        for bot_id in (own, shop.bot):
            bot = await bots.find(tx, bot_id)
            assert bot is not None
            for user_id in (world.admin.id, shop.bob.user_id, bot_id, shop.bot):
                blocks.append(await block(batch, owner=bot.owner, user_id=user_id, registrant=bot.registrant))
        return blocks

    blocks = world.write(rendered)
    speak = [made.get("user_id", 0) for made in blocks]
    assert speak == [0, shop.bob.user_id, own, 0, world.admin.id, shop.bob.user_id, shop.bot, shop.bot]
    tokens_of = {name: shop.admin._replace(token=blocks[at]["access_token"]) for name, at in (("bob", 1), ("bot", 2))}
    for key in tokens_of.values():
        assert len(shop.commands(key)) == 9
    assert shop.asks(tokens_of["bot"], "imbot.v2.Chat.get", botId=own, dialogId=str(shop.bob.user_id)).status == 200


def test_a_handler_hears_of_the_bots_that_whoever_bound_it_commands(shop: Shop) -> None:
    for key in (shop.bob, shop.admin):
        bound = {"event": "ONIMBOTMESSAGEADD", "handler": f"http://localhost:9/{key.user_id}"}
        assert shop.asks(key, "event.bind", **bound).result is True
    own = shop.register(shop.bob, "bobs")
    for bot in (shop.bot, own):
        shop.world.call("im.message.add", shop.bob_person, DIALOG_ID=bot, MESSAGE="hello")

    async def heard(tx: Any) -> list[tuple[str, bool]]:
        posts = []
        for delivery_id, recipient in await tx.all("SELECT event_id, recipient FROM deliveries ORDER BY id"):
            if recipient.startswith("binding:"):
                what = await events.find(tx, delivery_id)
                binding = await bindings.find(tx, int(recipient.removeprefix("binding:")))
                assert what is not None and binding is not None
                post = await portal_payloads.render(RenderBatch(tx, shop.world.context), what, binding)
                if isinstance(what.event, MessageSent):
                    posts.append((binding.handler.rpartition("/")[2], post is not None))
        return posts

    bob, admin = str(shop.bob.user_id), str(shop.admin.user_id)
    assert sorted(shop.world.write(heard)) == sorted([(bob, False), (admin, True), (bob, True), (admin, True)])


def test_an_administrators_bot_is_not_told_where_a_person_had_bound(portal: World) -> None:
    """Handlers are shared by all bots of an application: those that a person bound first are no administrator's."""
    app = portal.add_app()
    bob = app._replace(token=portal.add_token(portal.add_person("Bob").id, app.id))
    everything = {**_plan("bobs"), "OPENLINE": "Y", "EVENT_HANDLER": "http://bobs.test/"}
    assert portal.call("imbot.register", bob, everything).result
    needed = ("EVENT_MESSAGE_ADD", "EVENT_WELCOME_MESSAGE", "EVENT_BOT_DELETE")
    plan = {**_plan("shop"), **dict.fromkeys(needed, HANDLER)}
    del plan["EVENT_HANDLER"]
    assert portal.call("imbot.register", app, plan).result
    row = portal.read(lambda tx: tx.one("SELECT * FROM bot_handlers"))
    assert "bobs.test" not in str(row)
