"""`botyard.signing.*`: who is told what events are signed with, and who is not."""

from __future__ import annotations

import base64
import logging

import pytest

from botyard.model import owners
from tests.world import World

CLIENT = "a-key-of-my-own"


def test_an_application_asks_about_itself_and_an_administrator_about_it(portal: World) -> None:
    app, other = portal.add_app(), portal.add_app()
    secret = portal.call("botyard.signing.own", app).result["SECRET"]
    assert len(base64.b64decode(secret.removeprefix("whsec_"), validate=True)) == 32
    assert portal.call("botyard.signing.get", CLIENT_ID=app.client_id).result == {"SECRET": secret}
    assert portal.call("botyard.signing.own", other).result["SECRET"] != secret
    # What an application names does not matter: it is told of itself.
    assert portal.call("botyard.signing.own", other, CLIENT_ID=app.client_id).result["SECRET"] != secret
    assert portal.call("botyard.signing.get", BOT_ID=portal.add_bot(app)).result == {"SECRET": secret}


def test_a_webhook_asks_by_the_key_of_its_bots(portal: World) -> None:
    ann = portal.add_person()
    bot = portal.add_bot(ann, CLIENT_ID=CLIENT)
    secret = portal.call("botyard.signing.own", ann, CLIENT_ID=CLIENT).result["SECRET"]
    assert portal.call("botyard.signing.get", BOT_ID=bot).result == {"SECRET": secret}
    second = portal.add_bot(ann, code="second", CLIENT_ID=CLIENT)
    assert portal.call("botyard.signing.get", BOT_ID=second).result == {"SECRET": secret}
    for named in ({}, {"CLIENT_ID": ""}, {"CLIENT_ID": "another"}, {"BOT_ID": bot}):
        assert portal.call("botyard.signing.own", ann, named).error == "BOT_ID_ERROR"


def test_no_application_is_told_by_the_name_of_another_owner(portal: World) -> None:
    """Neither is a webhook by the name of an application, which is no secret."""
    app = portal.add_app()
    portal.add_bot(app)
    assert portal.call("botyard.signing.own", CLIENT_ID=app.client_id).error == "BOT_ID_ERROR"


def test_tokens_of_people_are_refused(portal: World) -> None:
    ann = portal.add_person()
    app = portal.add_app(ann.id)
    assert portal.call("botyard.signing.own", app).error == "ACCESS_DENIED"
    assert portal.call("botyard.signing.own", portal.add_token(portal.admin.id, None)).error == "ACCESS_DENIED"
    assert portal.call("botyard.signing.get", ann, CLIENT_ID=app.client_id).error == "ACCESS_DENIED"
    assert portal.call("botyard.signing.get", app, CLIENT_ID=app.client_id).error == "ACCESS_DENIED"


def test_an_administrator_needs_the_permission_and_names_one_owner(portal: World) -> None:
    bot, app = portal.add_bot(), portal.add_app()
    narrow = portal.add_webhook(portal.admin.id, "imbot")
    assert portal.call("botyard.signing.get", narrow, BOT_ID=bot).error == "insufficient_scope"
    for named in ({}, {"BOT_ID": bot, "CLIENT_ID": app.client_id}):
        assert portal.call("botyard.signing.get", None, named).error == "ERROR_ARGUMENT"
    assert portal.call("botyard.signing.get", CLIENT_ID="local.0.0").error == "APP_NOT_FOUND"
    assert portal.call("botyard.signing.get", BOT_ID=portal.admin.id).error == "BOT_ID_ERROR"


def test_a_secret_is_in_no_log_and_no_row(world: World, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    app = world.add_app()
    secret = world.call("botyard.signing.own", app).result["SECRET"]
    world.call("botyard.signing.get", CLIENT_ID=app.client_id)
    key = world.context.keys.signing_secret(owners.app(app.client_id))
    stored = b"".join(file.read_bytes() for file in world.settings.data.rglob("*") if file.is_file())
    for word in (secret, secret.removeprefix("whsec_"), key.hex()):
        assert word not in caplog.text
        assert word.encode() not in stored
    assert key not in stored
