"""A handler checks what was really sent to it, with the secret that its owner was given and the documented code."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from email.message import Message
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from tests.conftest import MakeWorld
from tests.delivery.handlers import Heard, answer
from tests.world import World

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "verify-events.md"
Genuine = Callable[[Message, bytes, str], bool]


@pytest.fixture
def genuine() -> Genuine:
    """The code of the page."""
    match = re.search(r"^```python\n(.*?)^```", PAGE.read_text(), re.MULTILINE | re.DOTALL)
    assert match
    names: dict[str, Any] = {}
    exec(match[1], names)  # noqa: S102  # What readers are told to do.
    return names["genuine"]  # type: ignore[no-any-return]  # Written in Python without types.


@pytest.fixture
def world(make_delivery_world: MakeWorld) -> World:
    """A world at the present moment: the documented code looks at the clock."""
    made = make_delivery_world()
    made.time = time.time()
    return made


def headers(heard: Heard, **changed: str) -> Message:
    """A mapping that ignores case, as web servers hand it out."""
    made = Message()
    for name, value in {**heard.headers, **{key.replace("_", "-"): text for key, text in changed.items()}}.items():
        made[name] = value
    return made


def secret(world: World, by: Any = None, **named: Any) -> str:
    return str(world.call("botyard.signing.own", by, named).result["SECRET"])


def spoken(world: World, bot: int) -> Heard:
    """An event of a message to this bot."""
    world.send_to(bot, "Hello; как дела? +&=")
    world.run_until(lambda: any(request.form["event"] == "ONIMBOTMESSAGEADD" for request in world.handler.heard))
    return world.handler.heard[-1]


def test_a_webhook_knows_the_events_of_its_bots(world: World, genuine: Genuine) -> None:
    heard = spoken(world, world.add_bot_with_handler("echo"))
    world.add_bot_with_handler("other")
    assert genuine(headers(heard), heard.body, secret(world, CLIENT_ID="client-of-the-bot-echo"))
    assert not genuine(headers(heard), heard.body, secret(world, CLIENT_ID="client-of-the-bot-other"))


def test_an_application_knows_the_events_of_its_bots_and_handlers(world: World, genuine: Genuine) -> None:
    app = world.add_app()
    world.call("event.bind", app, event="ONIMBOTMESSAGEADD", handler=world.handler.url("/bound"))
    bot = world.add_bot(app, EVENT_HANDLER=world.handler.url("/bot"))
    spoken(world, bot)
    world.run_until(lambda: len(world.handler.heard) == 3)
    mine = secret(world, app)
    assert [genuine(headers(request), request.body, mine) for request in world.handler.heard] == [True] * 3


def test_what_was_changed_or_is_old_is_refused(world: World, genuine: Genuine) -> None:
    heard = spoken(world, world.add_bot_with_handler())
    mine = secret(world, CLIENT_ID="client-of-the-bot-echo")
    assert not genuine(headers(heard), heard.body + b"&a=b", mine)
    assert not genuine(headers(heard, webhook_id="1.1"), heard.body, mine)
    for moment in (int(time.time()) + 1, int(time.time()) - 301, "", "²"):
        assert not genuine(headers(heard, webhook_timestamp=str(moment)), heard.body, mine)
    assert not genuine(headers(heard, webhook_signature=""), heard.body, mine)
    assert genuine(headers(heard, webhook_signature=f"v1,é {heard.headers['webhook-signature']}"), heard.body, mine)


def test_every_attempt_has_a_signature_of_its_own(world: World, genuine: Genuine) -> None:
    bot = world.add_bot_with_handler()
    world.handler.behaviours["/bot"] = answer(500)
    world.send_to(bot, "Hello")
    world.run_until(lambda: len(world.attempts(bot)) == 2)
    world.wait_and_deliver(5)
    world.run_until(lambda: len(world.handler.heard) == 4)
    first, second = (request for request in world.handler.heard if request.form["event"] == "ONIMBOTMESSAGEADD")
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.headers["webhook-signature"] != second.headers["webhook-signature"]
    mine = secret(world, CLIENT_ID="client-of-the-bot-echo")
    assert genuine(headers(first), first.body, mine)
    assert genuine(headers(second), second.body, mine)


def test_a_new_bot_token_brings_a_new_secret(world: World, genuine: Genuine) -> None:
    call, url = world.call, world.handler.url()
    fields = {"code": "two", "properties": {"name": "Two"}, "webhookUrl": url, "eventMode": "webhook"}
    bot = call("imbot.v2.Bot.register", botToken="old", fields=fields).result["bot"]["id"]
    old = secret(world, CLIENT_ID="old")
    call("imbot.v2.Bot.update", botId=bot, botToken="old", fields={"botToken": "new"})
    assert call("botyard.signing.own", CLIENT_ID="old").error == "BOT_ID_ERROR"
    new = secret(world, CLIENT_ID="new")
    world.send_to(bot, "Hello")
    world.run_until(lambda: world.handler.heard != [])
    heard = world.handler.heard[-1]
    assert (genuine(headers(heard), heard.body, old), genuine(headers(heard), heard.body, new)) == (False, True)


def test_the_library_of_standard_webhooks_takes_it(world: World) -> None:
    heard = spoken(world, world.add_bot_with_handler())
    library = Webhook(secret(world, CLIENT_ID="client-of-the-bot-echo"))
    library.verify(heard.body, heard.headers, json_parse=False)
    with pytest.raises(WebhookVerificationError):
        library.verify(heard.body + b"&a=b", heard.headers, json_parse=False)
