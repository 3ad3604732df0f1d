"""Handlers that applications bind with event.bind are called by the same door."""

from __future__ import annotations

from typing import Any

from botyard.model.deliveries import binding
from botyard.model.events import AppRemoved
from botyard.model.people import Profile
from botyard.portal import bindings, users
from botyard.store.db import Tx
from tests.delivery.stage import Stage
from tests.world import AppKey


def bound(stage: Stage, event: str, path: str = "/app", **more: Any) -> AppKey:
    app = stage.world.oauth()
    stage.world.call("event.bind", app, event=event, handler=stage.handler.url(path), **more)
    return app


def hire(stage: Stage, login: str) -> int:
    async def work(tx: Tx) -> int:
        return await users.add(tx, Profile(name=login), login=login, password_hash="", now=int(stage.world.time))

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
    bot = stage.world.bot(app, EVENT_HANDLER=stage.handler.url("/bot"))
    stage.say(bot, "hello")
    stage.until(lambda: len(stage.handler.at("/app")) == 1 and len(stage.handler.at("/bot")) == 2)
    assert stage.handler.at("/app")[0].message == stage.handler.at("/bot")[1].message == "hello"


def test_the_farewell_arrives(stage: Stage) -> None:
    app = bound(stage, "ONAPPUNINSTALL")
    owner = f"app:{app.client_id}"

    async def uninstall(tx: Tx) -> None:
        now = int(stage.world.time)
        await bindings.announce(tx, AppRemoved(actor_id=app.user_id, owner=owner, clean=False), now)
        await bindings.drop(tx, owner, now)
        await tx.run("UPDATE apps SET installed = 0")

    stage.world.write(uninstall)
    stage.until(lambda: len(stage.handler.at("/app")) == 1)
    assert "access_token" not in stage.handler.at("/app")[0].form["auth"]


def test_who_has_unbound_is_left_alone(stage: Stage) -> None:
    app = bound(stage, "ONUSERADD")

    async def hire_and_unbind(tx: Tx) -> None:
        now = int(stage.world.time)
        await users.add(tx, Profile(name="Klaus"), login="klaus", password_hash="", now=now)
        await bindings.drop(tx, f"app:{app.client_id}", now)

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
