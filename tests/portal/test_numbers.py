"""Ids of a new portal: people from 1, bots and commands from 1001, chats from 2001."""

from __future__ import annotations

import asyncio

from botyard.model.people import Profile, UserKind
from botyard.store import users
from botyard.store.engines.db import Tx
from tests.world import World


def user(world: World, kind: UserKind) -> int:
    """The id of one more user of this kind."""
    return world.write(lambda tx: users.add(tx, kind, Profile(name="Somebody")))


def test_each_kind_counts_from_its_own_number(portal: World) -> None:
    assert portal.admin.id == 1
    ids = (portal.add_person().id, portal.add_bot(code="one"), portal.add_bot(code="two"), portal.add_person().id)
    assert ids == (2, 1001, 1002, 3)
    command = portal.call(
        "imbot.command.register",
        BOT_ID=1001,
        CLIENT_ID="test-client",
        COMMAND="help",
        EVENT_COMMAND_ADD="http://localhost:9/bot",
        LANG=[{"LANGUAGE_ID": "en", "TITLE": "Help", "PARAMS": ""}],
    )
    # On a database that is used for several tests, those before have taken some.
    assert command.result >= 1001
    assert portal.add_chat() >= 2001
    assert portal.call("im.dialog.get", DIALOG_ID="chat1111").error == "ACCESS_ERROR"


def test_the_first_command_and_the_first_chat_of_a_portal(world: World) -> None:
    world.add_bot()
    command = world.call(
        "imbot.command.register",
        CLIENT_ID="test-client",
        COMMAND="help",
        EVENT_COMMAND_ADD="http://localhost:9/bot",
        LANG=[{"LANGUAGE_ID": "en", "TITLE": "Help", "PARAMS": ""}],
    )
    assert command.result == 1001
    assert [world.add_chat(), world.add_chat()] == [2001, 2002]


def test_people_beyond_the_thousandth_go_round_the_bots(portal: World) -> None:
    async def crowd(tx: Tx) -> None:
        rows = [{"id": number, "now": 0} for number in range(2, 1000)]
        await tx.many("INSERT INTO users (id, registered, updated) VALUES (:id, :now, :now)", rows)

    portal.write(crowd)
    bot = portal.add_bot()
    kinds = (UserKind.EMPLOYEE, UserKind.EXTRANET, UserKind.BOT, UserKind.GUEST)
    assert (bot, *(user(portal, kind) for kind in kinds)) == (1001, 1000, 1002, 1003, 1004)


def test_a_portal_with_small_numbers_keeps_them(portal: World) -> None:
    old = "INSERT INTO users (id, kind, registered, updated) VALUES (7, 'bot', 0, 0)"
    portal.write(lambda tx: tx.run(old))
    assert user(portal, UserKind.EMPLOYEE) == 8
    assert user(portal, UserKind.BOT) == 1001
    assert user(portal, UserKind.EMPLOYEE) == 9


def test_users_who_are_added_at_once_get_numbers_of_their_own(portal: World) -> None:
    async def story() -> list[int]:
        write = portal.context.database.write
        kinds = [UserKind.BOT, UserKind.EMPLOYEE] * 5
        work = [write(lambda tx, kind=kind: users.add(tx, kind, Profile(name="X"))) for kind in kinds]  # type: ignore[misc]
        return list(await asyncio.gather(*work))

    assert sorted(portal.run(story())) == [*range(2, 7), *range(1001, 1006)]
