"""What handlers are told that are bound with event.bind, on both engines."""

from __future__ import annotations

from typing import Any

import pytest
from b24pysdk.credentials import OAuthEventData

from botyard.api.payloads import portal_payloads
from botyard.api.payloads.render_batch import RenderBatch
from botyard.api.payloads.webhook_payload import WebhookPayload
from botyard.events import outbox
from botyard.model import owners
from botyard.model.event import Event
from botyard.model.events import MessageSent
from botyard.model.people import Profile, UserKind
from botyard.model.portal_events import AppInstalled, AppRemoved, AppUpdated, OfflineQueued, UserAdded
from botyard.portal import bindings, users
from botyard.store import bindings as rows
from botyard.store import deliveries
from botyard.store.engines.db import Tx
from tests.api.telling import body, deviations, newest
from tests.world import AppKey, World

HANDLER = "https://example.com/handler/"
# pysdk reads these of every event, the samples of these pages lack them.
BESIDE = {"+.event_handler_id", "+.auth.expires", "+.auth.user_id"}


class BoundApp:
    """An application with a handler for everything that can happen to the portal."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.app: AppKey = world.add_app()
        self.owner = owners.app(self.app.client_id)
        for event in ("ONAPPINSTALL", "ONAPPUPDATE", "ONAPPUNINSTALL", "ONUSERADD"):
            self.bind(event)

    def bind(self, event: str, handler: str = HANDLER, **more: Any) -> None:
        assert self.world.call("event.bind", self.app, event=event, handler=handler, **more).result is True

    def announce(self, event: Event) -> None:
        world = self.world
        world.write(lambda tx: outbox.publish(tx, event))

    def add_user(self, **more: Any) -> int:
        world, profile = self.world, Profile(name="Klaus", last_name="Weber", email="user@example.com", gender="M")

        async def work(tx: Tx) -> int:
            return await users.add(tx, profile, login="klaus", password_hash="", **more)

        return world.write(work)

    def posts(self, kind: type[Event]) -> list[WebhookPayload]:
        """What the handlers are told of the last event of a kind."""
        what = newest(self.world, kind)

        async def work(tx: Tx) -> list[WebhookPayload]:
            batch, posts = RenderBatch(tx, self.world.context), []
            for delivery in await deliveries.of_event(tx, what.id):
                recipient, _, number = delivery.recipient.partition(":")
                binding = await rows.find(tx, int(number)) if recipient == "binding" else None
                post = await portal_payloads.render(batch, what, binding) if binding else None
                posts += [post] if post else []
            return posts

        return self.world.write(work)

    def body(self, kind: type[Event]) -> dict[str, Any]:
        [post] = self.posts(kind)
        return body(post)


@pytest.fixture
def stage(portal: World) -> BoundApp:
    return BoundApp(portal)


def test_an_application_is_installed(stage: BoundApp) -> None:
    stage.announce(AppInstalled(actor_id=stage.app.user_id, owner=stage.owner, version="1"))
    payload = stage.body(AppInstalled)
    assert set(deviations("ONAPPINSTALL", 0, payload)) == BESIDE
    assert payload["data"] == {"VERSION": "1", "ACTIVE": "Y", "INSTALLED": "Y", "LANGUAGE_ID": "en"}
    token = payload["auth"]["access_token"]
    assert stage.world.call("profile", token).result["ID"] == str(stage.app.user_id)
    assert payload["auth"]["status"] == "L"


def test_an_application_is_updated(stage: BoundApp) -> None:
    stage.announce(AppUpdated(actor_id=stage.app.user_id, owner=stage.owner, version="2", previous="1"))
    payload = stage.body(AppUpdated)
    assert set(deviations("ONAPPUPDATE", 0, payload)) == BESIDE
    assert payload["data"] == {"VERSION": "2", "PREVIOUS_VERSION": "1", "LANGUAGE_ID": "en"}


def test_the_farewell_arrives_after_everything_was_taken_away(stage: BoundApp) -> None:
    async def uninstall(tx: Tx) -> None:
        event = AppRemoved(actor_id=stage.app.user_id, owner=stage.owner, clean=True)
        await outbox.publish(tx, event)
        await bindings.remove_handlers(tx, stage.owner, clean=True)
        await tx.run("UPDATE apps SET installed = 0")

    stage.world.call("app.option.set", stage.app, options={"data": 1})
    stage.world.write(uninstall)
    payload = stage.body(AppRemoved)
    assert set(deviations("ONAPPUNINSTALL", 0, payload)) == {"+.event_handler_id"}
    assert payload["data"] == {"LANGUAGE_ID": "en", "CLEAN": "1"}
    assert stage.world.read(lambda tx: tx.all("SELECT * FROM options")) == []


def test_applications_do_not_hear_of_one_another(stage: BoundApp) -> None:
    stage.announce(AppInstalled(actor_id=1, owner=owners.app("another"), version="1"))
    assert stage.posts(AppInstalled) == []


def test_somebody_new(stage: BoundApp) -> None:
    klaus = stage.add_user()
    payload = stage.body(UserAdded)
    # Nobody is in a department yet, and an empty list vanishes on the way.
    assert set(deviations("ONUSERADD", 0, payload)) == BESIDE | {"-.data.UF_DEPARTMENT"}
    assert payload["data"]["ID"] == str(klaus)
    assert payload["data"]["NAME"] == "Klaus"
    assert payload["data"]["DATE_REGISTER"] == stage.world.context.clock.atom(int(stage.world.time))
    assert stage.world.call("profile", payload["auth"]["access_token"]).result["ID"] == str(klaus)
    assert OAuthEventData.from_dict(payload).event == "ONUSERADD"


def test_an_event_in_the_name_of_somebody_else(stage: BoundApp) -> None:
    stage.world.call("event.unbind", stage.app, event="ONUSERADD")
    stage.bind("ONUSERADD", auth_type=stage.app.user_id)
    stage.add_user()
    token = stage.body(UserAdded)["auth"]["access_token"]
    assert stage.world.call("profile", token).result["ID"] == str(stage.app.user_id)


def test_what_the_permissions_do_not_open_is_not_told(portal: World) -> None:
    brief, none = portal.add_app(scopes="user_brief", title="Brief"), portal.add_app(scopes="im", title="None")
    stage = BoundApp(portal)
    stage.app = brief
    stage.bind("ONUSERADD", f"{HANDLER}brief")
    stage.app = none
    stage.bind("ONUSERADD", f"{HANDLER}none")
    stage.add_user()
    posts = {post.handler: post for post in stage.posts(UserAdded)}
    assert set(posts) == {HANDLER, f"{HANDLER}brief"}
    assert "EMAIL" in posts[HANDLER].data
    assert "EMAIL" not in posts[f"{HANDLER}brief"].data


def test_nothing_is_told_before_an_application_is_installed(stage: BoundApp) -> None:
    stage.world.write(lambda tx: tx.run("UPDATE apps SET installed = 0"))
    stage.add_user()
    assert stage.posts(UserAdded) == []


def test_a_signal_that_something_waits(stage: BoundApp) -> None:
    stage.bind("ONOFFLINEEVENT", options={"minTimeout": 60})
    stage.bind("ONUSERADD", event_type="offline")
    klaus = stage.add_user()
    payload = stage.body(OfflineQueued)
    assert set(deviations("ONOFFLINEEVENT", 0, payload)) == BESIDE | {"-.data"}
    assert stage.world.call("profile", payload["auth"]["access_token"]).result["ID"] == str(klaus)


def signals(stage: BoundApp) -> list[int]:
    """When the signals are due, from now on."""
    sql = """SELECT d.due FROM deliveries d JOIN events e ON e.id = d.event_id
             WHERE e.type = 'OfflineQueued' ORDER BY d.id"""
    records = stage.world.read(lambda tx: tx.all(sql))
    return [row[0] - int(stage.world.time) for row in records]


def test_signals_keep_their_distance(stage: BoundApp) -> None:
    stage.bind("ONOFFLINEEVENT", options={"minTimeout": 60})
    stage.bind("ONUSERADD", event_type="offline")

    def happens() -> None:
        stage.announce(UserAdded(actor_id=1, user_id=stage.app.user_id))

    happens()
    happens()
    assert signals(stage) == [0], "one that is under way is enough"
    stage.world.write(lambda tx: tx.run("UPDATE deliveries SET state = 'done', finished = 1"))
    stage.world.wait(10)
    happens()
    happens()
    assert signals(stage) == [-10, 50]
    stage.world.write(lambda tx: tx.run("UPDATE deliveries SET state = 'done', finished = 1"))
    stage.world.wait(1000)
    happens()
    assert signals(stage)[-1] == 0


def test_a_clock_set_back_does_not_silence_signals(stage: BoundApp) -> None:
    stage.bind("ONOFFLINEEVENT", options={"minTimeout": 60})
    stage.bind("ONUSERADD", event_type="offline")
    for back in (0, 3600):
        stage.world.wait(-back)
        stage.announce(UserAdded(actor_id=1, user_id=stage.app.user_id))
        stage.world.write(lambda tx: tx.run("UPDATE deliveries SET state = 'done', finished = 1"))
    assert signals(stage)[-1] == 60


def test_no_distance_between_signals(stage: BoundApp) -> None:
    stage.bind("ONOFFLINEEVENT", options={"minTimeout": 0})
    stage.bind("ONUSERADD", event_type="offline")
    for _ in range(2):
        stage.announce(UserAdded(actor_id=1, user_id=stage.app.user_id))
        stage.world.write(lambda tx: tx.run("UPDATE deliveries SET state = 'done', finished = 1"))
    assert signals(stage) == [0, 0]


def test_one_more_handler_for_what_bots_hear(stage: BoundApp) -> None:
    world = stage.world
    stage.bind("ONIMBOTMESSAGEADD")
    bots = [world.add_bot(stage.app, code=code, type="S") for code in ("one", "two")]
    other = world.add_bot(code="other", type="S")
    ann = world.add_person("Ann")
    room = world.add_chat(ann, [*bots, other])
    world.call("im.message.add", ann, DIALOG_ID=f"chat{room}", MESSAGE="hello")
    [post] = stage.posts(MessageSent)
    assert (post.event, post.handler) == ("ONIMBOTMESSAGEADD", HANDLER)
    assert set(post.data["BOT"]) == set(bots)
    assert post.data["PARAMS"]["MESSAGE"] == "hello"
    assert deviations("ONIMBOTMESSAGEADD", 1, body(post)) == [
        "-.data.PARAMS.MENTIONED_LIST",
        "-.data.PARAMS.MESSAGE_ORIGINAL",
    ]
    world.call("im.message.add", ann, DIALOG_ID=str(other), MESSAGE="just you")
    assert stage.posts(MessageSent) == []


def test_the_address_of_the_bot_itself_is_not_called_twice(stage: BoundApp) -> None:
    world = stage.world
    bot = world.add_bot(stage.app)
    stage.bind("ONIMBOTMESSAGEADD", "http://localhost:9/bot")
    world.call("im.message.add", DIALOG_ID=str(bot), MESSAGE="hello")
    assert stage.posts(MessageSent) == []


def test_people_of_other_kinds_are_told_of_too(stage: BoundApp) -> None:
    guest = stage.add_user(kind=UserKind.EXTRANET)
    assert stage.body(UserAdded)["data"]["ID"] == str(guest)
