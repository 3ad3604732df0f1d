"""A key that ends while its call runs: at the next command of a batch, and in a call that waits."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest

from botyard.portal import apps, users, webhooks
from botyard.store import app_tokens
from botyard.store import users as stored_users
from botyard.store.engines.db import Tx
from tests.world import Person, World


def hook_number(world: World, title: str) -> int:
    [number] = [key["ID"] for key in world.call("botyard.webhook.list").result if key["TITLE"] == title]
    return int(number)


def test_a_webhook_that_ends_itself_carries_out_no_more_commands(portal: World) -> None:
    hook = portal.add_webhook(portal.admin.id)
    number = hook_number(portal, "more")
    commands = {"before": "profile", "end": f"botyard.webhook.revoke?ID={number}", "after": "profile", "wait": "scope"}
    answer = portal.call("batch", hook, cmd=commands).result
    assert set(answer["result"]) == {"before", "end"}
    assert {key: error["error"] for key, error in answer["result_error"].items()} == {
        "after": "INVALID_CREDENTIALS",
        "wait": "INVALID_CREDENTIALS",
    }


def test_a_batch_of_rest_3_ends_as_well(portal: World) -> None:
    hook = portal.add_webhook(portal.admin.id)
    number = hook_number(portal, "more")
    commands = {"end": f"botyard.webhook.revoke?ID={number}", "inner": "batch?cmd[a]=profile", "after": "profile"}
    answer = portal.call("batch", hook, cmd=commands).result
    assert answer["result_error"]["after"]["error"] == "INVALID_CREDENTIALS"


def test_a_person_who_is_sent_away_carries_out_no_more_commands(portal: World) -> None:
    boss = portal.add_person("Boss", admin=True)
    commands = {"end": f"botyard.user.deactivate?ID={boss.id}", "after": "profile"}
    answer = portal.call("batch", boss, cmd=commands).result
    assert answer["result_error"]["after"]["error"] == "INVALID_CREDENTIALS"


def test_who_is_no_administrator_any_more_commands_nothing_more(portal: World) -> None:
    boss = portal.add_person("Boss", admin=True)
    commands = {"end": f"botyard.user.update?ID={boss.id}&ADMIN=0", "after": "botyard.user.list"}
    answer = portal.call("batch", boss, cmd=commands).result
    assert answer["result_error"]["after"]["error"] == "ACCESS_DENIED"


def test_who_is_no_administrator_any_more_keeps_no_key_of_another(portal: World) -> None:
    """It would open everything that was taken away."""
    boss = portal.add_person("Boss", admin=True)
    url = portal.call("botyard.webhook.add", boss, USER_ID=portal.admin.id).result["URL"]
    token = portal.call("botyard.token.issue", boss, USER_ID=portal.admin.id).result["ACCESS_TOKEN"]
    paths = [f"{url[url.index('/rest/') :]}botyard.user.list", f"/rest/botyard.user.list?auth={token}"]

    def statuses() -> list[int]:
        return [portal.run(portal.exchange("POST", path, [b""], {}, "http"))[0] for path in paths]

    assert statuses() == [200, 200]
    portal.call("botyard.user.update", ID=boss.id, ADMIN=0)
    assert statuses() == [401, 401]


@pytest.mark.parametrize(
    ("command", "error"),
    [("uninstall", "ERROR_OAUTH"), ("delete", "APPLICATION_NOT_FOUND"), ("block", "OVERLOAD_LIMIT")],
)
def test_an_application_that_is_gone_carries_out_no_more_commands(portal: World, command: str, error: str) -> None:
    app = portal.add_app()
    commands = {"end": f"botyard.app.{command}?CLIENT_ID={app.client_id}", "after": "profile"}
    answer = portal.call("batch", app, cmd=commands).result
    assert answer["result_error"]["after"]["error"] == error


# Whoever waits.


async def begun(world: World, path: str) -> asyncio.Future[tuple[int, dict[str, str], bytes]]:
    """A call that waits, once it does."""
    waiting = asyncio.ensure_future(world.exchange("POST", path, [b""], {}, "http"))
    for _ in range(10_000):
        if world.context.long_poll.waiting:
            break
        await asyncio.sleep(0.001)
    await asyncio.sleep(0.05)
    return waiting


def refused_while_waiting(world: World, path: str, end: Callable[[Tx], Any]) -> tuple[int, dict[str, Any]]:
    """The response to a call that waits, when something happens after it has begun to."""

    async def both() -> tuple[int, dict[str, str], bytes]:
        waiting = await begun(world, path)
        await world.context.database.write(end)
        # Long before the time is over that was asked for.
        return await asyncio.wait_for(waiting, 10)

    status, _, body = world.run(both())
    return status, json.loads(body)


@pytest.fixture
def ann(portal: World) -> Person:
    ann = portal.add_person("Ann")
    portal.call("im.v2.Event.subscribe", ann)
    return ann


def test_a_webhook_that_is_revoked_waits_no_longer(portal: World, ann: Person) -> None:
    number = hook_number(portal, "Ann")
    status, body = refused_while_waiting(
        portal, f"{ann.path}/im.v2.Event.get?wait=30", lambda tx: webhooks.revoke(tx, number)
    )
    assert (status, body["error"]) == (401, "INVALID_CREDENTIALS")


def test_a_person_who_is_sent_away_waits_no_longer(portal: World, ann: Person) -> None:
    async def end(tx: Tx) -> None:
        user = await stored_users.find(tx, ann.id)
        assert user is not None
        await users.deactivate(tx, user)

    status, body = refused_while_waiting(portal, f"{ann.path}/im.v2.Event.get?wait=30", end)
    assert (status, body["error"]) == (401, "INVALID_CREDENTIALS")


@pytest.mark.parametrize(
    ("end", "error"),
    [
        (lambda tx, app: app_tokens.revoke_all(tx, app.id), "invalid_token"),
        (lambda tx, app: apps.block(tx, app.client_id, True), "OVERLOAD_LIMIT"),
        (lambda tx, app: apps.restrict(tx, app.client_id, []), "user_access_error"),
    ],
    ids=["revoked", "blocked", "restricted"],
)
def test_an_application_that_is_shut_out_waits_no_longer(
    portal: World, ann: Person, end: Callable[[Tx, Any], Any], error: str
) -> None:
    app = portal.add_app(ann.id)
    path = f"/rest/im.v2.Event.get?wait=30&auth={app.token}"
    assert refused_while_waiting(portal, path, lambda tx: end(tx, app))[1]["error"] == error


def test_who_waits_gets_nothing_that_came_after_the_key_had_ended(portal: World, ann: Person) -> None:
    number = hook_number(portal, "Ann")
    other = portal.add_webhook(ann.id)
    portal.call("im.message.add", DIALOG_ID=str(ann.id), MESSAGE="opens the dialog")
    offset = portal.call("im.v2.Event.get", other).result["nextOffset"]

    async def end(tx: Tx) -> None:
        await webhooks.revoke(tx, number)
        await tx.run("UPDATE portal SET revocations = revocations - 1")

    async def both() -> bytes:
        path = f"{ann.path}/im.v2.Event.get?wait=30&offset={offset}"
        waiting = await begun(portal, path)
        await portal.context.database.write(end)
        body = {"DIALOG_ID": str(ann.id), "MESSAGE": "secret"}
        await portal.exchange(
            "POST",
            f"{portal.admin.path}/im.message.add",
            [json.dumps(body).encode()],
            {"content-type": "application/json"},
            "http",
        )
        _, _, answer = await asyncio.wait_for(waiting, 10)
        return answer

    answer = portal.run(both())
    assert json.loads(answer)["error"] == "INVALID_CREDENTIALS"
    assert b"secret" not in answer
    assert portal.call("im.v2.Event.get", other).result["events"], "what lay ready is kept for the others"


def test_who_has_another_botToken_now_waits_no_longer_by_the_old_one(portal: World) -> None:
    made = portal.call(
        "imbot.v2.Bot.register",
        botToken="first-token-of-it",
        fields={"code": "waits", "properties": {"name": "Bot"}, "eventMode": "fetch"},
    ).result
    bot = made["bot"]["id"]
    path = f"{portal.admin.path}/imbot.v2.Event.get?wait=30&botId={bot}&botToken=first-token-of-it"

    async def both() -> bytes:
        waiting = await begun(portal, path)
        body = {"botId": bot, "botToken": "first-token-of-it", "fields": {"botToken": "second-token-of-it"}}
        status, _, reply = await portal.exchange(
            "POST",
            f"{portal.admin.path}/imbot.v2.Bot.update",
            [json.dumps(body).encode()],
            {"content-type": "application/json"},
            "http",
        )
        assert status == 200, reply
        _, _, answer = await asyncio.wait_for(waiting, 10)
        return answer

    assert json.loads(portal.run(both()))["error"] == "BOT_OWNERSHIP_ERROR"
