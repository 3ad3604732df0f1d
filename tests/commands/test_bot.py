"""`botyard bot`: listed, and handed over."""

from __future__ import annotations

import asyncio

import pytest

from botyard.chat.bots import bots
from botyard.commands.exit_codes import ExitCode
from botyard.commands.open_portal import open_portal
from botyard.config import Settings
from botyard.model import owners
from botyard.model.bots import BotType
from botyard.model.people import Profile
from botyard.store import users
from botyard.store.engines.db import Tx
from tests.commands.shell import Shell


@pytest.fixture
def bot_shell(portal_shell: Shell) -> Shell:
    """A portal in which Ann, who is person 2, has registered a bot."""

    async def work(tx: Tx) -> None:
        ann = next(user for user in await users.everyone(tx) if user.login == "ann")
        plan = bots.NewBot(
            owner=owners.hook("x"),
            registrant=ann.id,
            code="echo",
            type=BotType.BOT,
            openline=False,
            dialect="v1",
            profile=Profile(name="Echo"),
        )
        await bots.register(tx, ann.id, plan, most=9)

    async def prepare() -> None:
        async with open_portal(Settings(data=portal_shell.data)) as open_:
            await open_.database.write(work)

    asyncio.run(prepare())
    return portal_shell


def test_bots_are_listed_and_handed_over(bot_shell: Shell) -> None:
    assert bot_shell.done("bot", "list").splitlines()[1].split() == ["1001", "echo", "Echo", "Ann", "Lee", "yes"]
    assert "Bots that stop with ann: 1." in bot_shell.done("user", "deactivate", "ann")
    assert bot_shell.done("bot", "list").split()[-1] == "no"
    assert bot_shell.done("bot", "reassign", "1001", "--to", "1") == "Bot 1001 (echo) is handed over to 1.\n"
    assert bot_shell.done("bot", "list").split()[-1] == "yes"
    assert bot_shell.done("bot", "reassign", "--from", "1", "--to", "1").startswith("Bot 1001 ")


def test_what_cannot_be_handed_over_is_said(bot_shell: Shell) -> None:
    assert "There is no bot 7" in bot_shell.refused("bot", "reassign", "7", "--to", "1")
    assert "1 registered no bots" in bot_shell.refused("bot", "reassign", "--from", "1", "--to", "ann")
    bot_shell.done("user", "deactivate", "ann")
    assert "is not active" in bot_shell.refused("bot", "reassign", "1001", "--to", "ann")
    assert "by --to who gets them" in bot_shell.refused("bot", "reassign", "1001", code=ExitCode.USAGE)
