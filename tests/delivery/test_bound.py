"""Handlers that applications bind with event.bind are called by the same door."""

from __future__ import annotations

from typing import Any

import pytest

from botyard.events import outbox
from botyard.model import owners
from botyard.model.owners import Owner
from botyard.model.people import Profile
from botyard.model.portal_events import AppRemoved
from botyard.model.recipients import binding
from botyard.portal import bindings, users
from botyard.store.engines.db import Tx
from tests.world import AppKey, World


@pytest.fixture
def world(delivery_world: World) -> World:
    return delivery_world


def bound(world: World, event: str, path: str = "/app", **more: Any) -> AppKey:
    app = world.add_app()
    world.call("event.bind", app, event=event, handler=world.handler.url(path), **more)
    return app


def hire(world: World, login: str) -> int:
    async def work(tx: Tx) -> int:
        return await users.add(tx, Profile(name=login), login=login, password_hash="")

    return world.write(work)


def states(world: World) -> list[str]:
    sql = "SELECT state, reason FROM deliveries WHERE recipient LIKE :kind ORDER BY id"
    rows = world.read(lambda tx: tx.all(sql, kind=binding(0).removesuffix("0") + "%"))
    return [f"{row[0]} {row[1]}".strip() for row in rows]


def test_a_bound_handler_is_called(world: World) -> None:
    bound(world, "ONUSERADD")
    klaus = hire(world, "klaus")
    world.run_until(lambda: len(world.handler.at("/app")) == 1)
    [heard] = world.handler.at("/app")
    assert heard.form["event"] == "ONUSERADD"
    assert heard.form["data"]["ID"] == str(klaus)
    assert int(heard.form["event_handler_id"]) > 0
    assert world.call("profile", heard.form["auth"]["access_token"]).result["ID"] == str(klaus)
    world.run_until(lambda: states(world) == ["done"])


def test_a_handler_for_what_bots_hear(world: World) -> None:
    app = bound(world, "ONIMBOTMESSAGEADD")
    bot = world.add_bot(app, EVENT_HANDLER=world.handler.url("/bot"))
    world.send_to(bot, "hello")
    world.run_until(lambda: len(world.handler.at("/app")) == 1 and len(world.handler.at("/bot")) == 2)
    assert world.handler.at("/app")[0].message == world.handler.at("/bot")[1].message == "hello"


def test_the_farewell_arrives(world: World) -> None:
    app = bound(world, "ONAPPUNINSTALL")
    owner = owners.app(app.client_id)

    async def uninstall(tx: Tx) -> None:
        await outbox.publish(tx, AppRemoved(actor_id=app.user_id, owner=owner, clean=False))
        await bindings.remove_handlers(tx, owner)
        await tx.run("UPDATE apps SET installed = 0")

    world.write(uninstall)
    world.run_until(lambda: len(world.handler.at("/app")) == 1)
    assert "access_token" not in world.handler.at("/app")[0].form["auth"]


def uninstalled(world: World, app: AppKey, method: str = "botyard.app.uninstall") -> None:
    assert world.call(method, CLIENT_ID=app.client_id).status == 200


@pytest.mark.parametrize("method", ["botyard.app.uninstall", "botyard.app.delete"])
def test_bots_say_good_bye_with_their_application(world: World, method: str) -> None:
    app = world.add_app()
    bot = world.add_bot(app, EVENT_HANDLER=world.handler.url("/bot"))
    uninstalled(world, app, method)
    world.run_until(lambda: len(world.handler.at("/bot")) == 1)
    [heard] = world.handler.at("/bot")
    assert heard.form["event"] == "ONIMBOTDELETE"
    assert heard.form["data"] == {"BOT_ID": str(bot), "BOT_CODE": "echo"}
    assert heard.form["auth"]["application_token"]
    assert "access_token" not in heard.form["auth"], "there is nothing left that it could open"


def test_so_do_bots_of_the_second_generation(world: World) -> None:
    app = world.add_app()
    fields = {
        "code": "two",
        "properties": {"name": "Two"},
        "webhookUrl": world.handler.url("/bot"),
        "eventMode": "webhook",
    }
    bot = world.call("imbot.v2.Bot.register", app, fields=fields).result["bot"]["id"]
    uninstalled(world, app)
    world.run_until(lambda: len(world.handler.at("/bot")) == 1)
    [heard] = world.handler.at("/bot")
    assert (heard.form["event"], heard.form["data"]["bot"]["id"]) == ("ONIMBOTV2DELETE", str(bot))
    assert "access_token" not in heard.form["data"]["bot"]["auth"]


def test_a_bound_handler_hears_of_them_too(world: World) -> None:
    app = bound(world, "ONIMBOTDELETE")
    bot = world.add_bot(app, EVENT_HANDLER=world.handler.url("/bot"))
    uninstalled(world, app)
    world.run_until(lambda: len(world.handler.at("/app")) == len(world.handler.at("/bot")) == 1)
    assert world.handler.at("/app")[0].form["data"]["BOT_ID"] == str(bot)


def test_bots_of_an_application_that_is_not_ready_yet_say_nothing(world: World) -> None:
    app = world.add_app()
    world.add_bot(app, EVENT_HANDLER=world.handler.url("/bot"))
    world.write(lambda tx: tx.run("UPDATE apps SET installed = 0"))
    uninstalled(world, app)
    sql = "SELECT state FROM deliveries"
    world.run_until(lambda: world.read(lambda tx: tx.all(sql)) == [("skipped",)])
    assert world.handler.heard == []


def test_who_has_unbound_is_left_alone(world: World) -> None:
    app = bound(world, "ONUSERADD")

    async def hire_and_unbind(tx: Tx) -> None:
        await users.add(tx, Profile(name="Klaus"), login="klaus", password_hash="")
        await bindings.remove_handlers(tx, Owner(f"app:{app.client_id}"))

    world.write(hire_and_unbind)
    world.run_until(lambda: states(world) == ["skipped no handler is bound"])
    assert world.handler.heard == []


def test_a_signal_of_offline_events(world: World) -> None:
    app = bound(world, "ONOFFLINEEVENT")
    world.call("event.bind", app, event="ONUSERADD", event_type="offline")
    klaus = hire(world, "klaus")
    world.run_until(lambda: len(world.handler.at("/app")) == 1)
    token = world.handler.at("/app")[0].form["auth"]["access_token"]
    assert world.call("profile", token).result["ID"] == str(klaus)
    assert world.call("event.unbind", app, event_type="offline").result == {"count": 1}
