"""Handlers that applications bind with event.bind are called by the same door."""

from __future__ import annotations

from typing import Any

import pytest

from botyard.events import outbox
from botyard.model.deliveries import binding
from botyard.model.people import Profile
from botyard.model.portal_events import AppRemoved
from botyard.portal import bindings, users
from botyard.store.engines.db import Tx
from tests.delivery.stage import Stage
from tests.world import AppKey


def bound(stage: Stage, event: str, path: str = "/app", **more: Any) -> AppKey:
    app = stage.world.add_app()
    stage.world.call("event.bind", app, event=event, handler=stage.handler.url(path), **more)
    return app


def hire(stage: Stage, login: str) -> int:
    async def work(tx: Tx) -> int:
        return await users.add(tx, Profile(name=login), login=login, password_hash="")

    return stage.world.write(work)


def states(stage: Stage) -> list[str]:
    sql = "SELECT state, reason FROM deliveries WHERE recipient LIKE :kind ORDER BY id"
    found = stage.world.read(lambda tx: tx.all(sql, kind=binding(0).removesuffix("0") + "%"))
    return [f"{row[0]} {row[1]}".strip() for row in found]


def test_a_bound_handler_is_called(stage: Stage) -> None:
    bound(stage, "ONUSERADD")
    klaus = hire(stage, "klaus")
    stage.until(lambda: len(stage.handler.at("/app")) == 1)
    [heard] = stage.handler.at("/app")
    assert heard.form["event"] == "ONUSERADD"
    assert heard.form["data"]["ID"] == str(klaus)
    assert int(heard.form["event_handler_id"]) > 0
    assert stage.world.call("profile", heard.form["auth"]["access_token"]).result["ID"] == str(klaus)
    stage.until(lambda: states(stage) == ["done"])


def test_a_handler_for_what_bots_hear(stage: Stage) -> None:
    app = bound(stage, "ONIMBOTMESSAGEADD")
    bot = stage.world.add_bot(app, EVENT_HANDLER=stage.handler.url("/bot"))
    stage.say(bot, "hello")
    stage.until(lambda: len(stage.handler.at("/app")) == 1 and len(stage.handler.at("/bot")) == 2)
    assert stage.handler.at("/app")[0].message == stage.handler.at("/bot")[1].message == "hello"


def test_the_farewell_arrives(stage: Stage) -> None:
    app = bound(stage, "ONAPPUNINSTALL")
    owner = f"app:{app.client_id}"

    async def uninstall(tx: Tx) -> None:
        await outbox.publish(tx, AppRemoved(actor_id=app.user_id, owner=owner, clean=False))
        await bindings.remove_handlers(tx, owner)
        await tx.run("UPDATE apps SET installed = 0")

    stage.world.write(uninstall)
    stage.until(lambda: len(stage.handler.at("/app")) == 1)
    assert "access_token" not in stage.handler.at("/app")[0].form["auth"]


def uninstalled(stage: Stage, app: AppKey, method: str = "botyard.app.uninstall") -> None:
    assert stage.world.call(method, CLIENT_ID=app.client_id).status == 200


@pytest.mark.parametrize("method", ["botyard.app.uninstall", "botyard.app.delete"])
def test_bots_say_good_bye_with_their_application(stage: Stage, method: str) -> None:
    app = stage.world.add_app()
    bot = stage.world.add_bot(app, EVENT_HANDLER=stage.handler.url("/bot"))
    uninstalled(stage, app, method)
    stage.until(lambda: len(stage.handler.at("/bot")) == 1)
    [heard] = stage.handler.at("/bot")
    assert heard.form["event"] == "ONIMBOTDELETE"
    assert heard.form["data"] == {"BOT_ID": str(bot), "BOT_CODE": "echo"}
    assert heard.form["auth"]["application_token"]
    assert "access_token" not in heard.form["auth"], "there is nothing left that it could open"


def test_so_do_bots_of_the_second_generation(stage: Stage) -> None:
    app = stage.world.add_app()
    fields = {
        "code": "two",
        "properties": {"name": "Two"},
        "webhookUrl": stage.handler.url("/bot"),
        "eventMode": "webhook",
    }
    bot = stage.world.call("imbot.v2.Bot.register", app, fields=fields).result["bot"]["id"]
    uninstalled(stage, app)
    stage.until(lambda: len(stage.handler.at("/bot")) == 1)
    [heard] = stage.handler.at("/bot")
    assert (heard.form["event"], heard.form["data"]["bot"]["id"]) == ("ONIMBOTV2DELETE", str(bot))
    assert "access_token" not in heard.form["data"]["bot"]["auth"]


def test_a_bound_handler_hears_of_them_too(stage: Stage) -> None:
    app = bound(stage, "ONIMBOTDELETE")
    bot = stage.world.add_bot(app, EVENT_HANDLER=stage.handler.url("/bot"))
    uninstalled(stage, app)
    stage.until(lambda: len(stage.handler.at("/app")) == len(stage.handler.at("/bot")) == 1)
    assert stage.handler.at("/app")[0].form["data"]["BOT_ID"] == str(bot)


def test_bots_of_an_application_that_is_not_ready_yet_say_nothing(stage: Stage) -> None:
    app = stage.world.add_app()
    stage.world.add_bot(app, EVENT_HANDLER=stage.handler.url("/bot"))
    stage.world.write(lambda tx: tx.run("UPDATE apps SET installed = 0"))
    uninstalled(stage, app)
    sql = "SELECT state FROM deliveries"
    stage.until(lambda: stage.world.read(lambda tx: tx.all(sql)) == [("skipped",)])
    assert stage.handler.heard == []


def test_who_has_unbound_is_left_alone(stage: Stage) -> None:
    app = bound(stage, "ONUSERADD")

    async def hire_and_unbind(tx: Tx) -> None:
        await users.add(tx, Profile(name="Klaus"), login="klaus", password_hash="")
        await bindings.remove_handlers(tx, f"app:{app.client_id}")

    stage.world.write(hire_and_unbind)
    stage.until(lambda: states(stage) == ["skipped no handler is bound"])
    assert stage.handler.heard == []


def test_a_signal_of_offline_events(stage: Stage) -> None:
    app = bound(stage, "ONOFFLINEEVENT")
    stage.world.call("event.bind", app, event="ONUSERADD", event_type="offline")
    klaus = hire(stage, "klaus")
    stage.until(lambda: len(stage.handler.at("/app")) == 1)
    token = stage.handler.at("/app")[0].form["auth"]["access_token"]
    assert stage.world.call("profile", token).result["ID"] == str(klaus)
    assert stage.world.call("event.unbind", app, event_type="offline").result == {"count": 1}
