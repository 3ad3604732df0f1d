"""Tokens in events have what the person granted, and nothing that was refused, taken back or lost."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest

from botyard.model.apps import App
from botyard.portal.auth import consents
from botyard.store import apps
from tests.world import AppKey, Person, World

SCOPES = "user,im,imbot,botyard,botyard.self"


@pytest.fixture
def world(delivery_world: World) -> World:
    return delivery_world


class Told:
    """An application with a bot that a person writes to."""

    def __init__(self, world: World, *, admin: bool = False) -> None:
        self.world = world
        self.key: AppKey = world.add_app(scopes=SCOPES)
        self.bot = world.add_bot(self.key, EVENT_HANDLER=world.handler.url("/bot"))
        self.person: Person = world.add_person("Ann", admin=admin)
        self.says()

    @property
    def app(self) -> App:
        app = self.world.read(lambda tx: apps.find(tx, self.key.id))
        assert app is not None
        return app

    def says(self) -> dict[str, Any]:
        """The `auth` block of the event for one more message of the person."""
        before = len(self.world.handler.at("/bot"))
        self.world.call("im.message.add", self.person, DIALOG_ID=str(self.bot), MESSAGE="hello")
        self.world.run_until(lambda: len(self.world.handler.at("/bot")) > before)
        auth: dict[str, Any] = self.world.handler.at("/bot")[-1].form["auth"]
        return auth

    def renewed(self, token: str) -> Any:
        words = {"client_id": self.key.client_id, "client_secret": self.key.client_secret}
        query = urlencode({"grant_type": "refresh_token", "refresh_token": token, **words})
        return self.world.get(f"/oauth/token/?{query}")


@pytest.fixture
def speaker(world: World) -> Told:
    return Told(world)


def test_the_permissions_of_our_own_never_travel(world: World) -> None:
    speaker = Told(world, admin=True)
    auth = speaker.says()
    assert auth["user_id"] == str(speaker.person.id)
    for token in (auth["access_token"], speaker.renewed(auth["refresh_token"]).body["access_token"]):
        assert world.call("user.current", token).status == 200
        assert world.call("botyard.user.list", token).error == "insufficient_scope"
    assert world.call("scope", auth["access_token"]).result == ["im", "imbot", "user"]


def test_who_has_granted_less_speaks_with_less(speaker: Told) -> None:
    world, app = speaker.world, speaker.app
    world.write(lambda tx: consents.grant(tx, app, speaker.person.id, scopes="im"))
    auth = speaker.says()
    assert auth["scope"] == "im"
    assert world.call("user.current", auth["access_token"]).error == "insufficient_scope"
    assert speaker.renewed(auth["refresh_token"]).body["scope"] == "im"
    world.write(lambda tx: consents.grant(tx, app, speaker.person.id, scopes="user"))
    assert world.call("user.current", speaker.says()["access_token"]).status == 200


def test_who_has_refused_speaks_not_at_all(speaker: Told) -> None:
    world, app = speaker.world, speaker.app
    before = speaker.says()
    world.write(lambda tx: consents.refuse(tx, app, speaker.person.id))
    assert "access_token" not in speaker.says()
    assert world.call("profile", before["access_token"]).error == "invalid_token"
    assert speaker.renewed(before["refresh_token"]).body["error"] == "invalid_grant"


def test_a_refusal_of_more_leaves_what_was_granted(speaker: Told) -> None:
    app = speaker.app
    speaker.world.write(lambda tx: consents.grant(tx, app, speaker.person.id, scopes="im"))
    speaker.world.write(lambda tx: consents.refuse(tx, app, speaker.person.id))
    assert speaker.says()["scope"] == "im"


def test_what_the_application_lost_is_in_no_token_any_more(speaker: Told) -> None:
    world = speaker.world
    before = speaker.says()
    assert world.call("user.current", before["access_token"]).status == 200
    world.call("botyard.app.update", CLIENT_ID=speaker.key.client_id, SCOPE="im,imbot")
    assert world.call("user.current", before["access_token"]).error == "insufficient_scope"
    assert speaker.renewed(before["refresh_token"]).body["scope"] == "im,imbot"
    after = speaker.says()
    assert after["scope"] == "im,imbot"
    assert world.call("user.current", after["access_token"]).error == "insufficient_scope"
    assert world.call("user.current", speaker.key.token).error == "insufficient_scope"


def test_what_the_application_gains_is_not_given_to_tokens_that_are_out(speaker: Told) -> None:
    world = speaker.world
    before = speaker.says()
    world.call("botyard.app.update", CLIENT_ID=speaker.key.client_id, SCOPE=f"{SCOPES},disk")
    assert "disk" not in world.call("scope", before["access_token"]).result
    assert "disk" in world.call("scope", speaker.says()["access_token"]).result
