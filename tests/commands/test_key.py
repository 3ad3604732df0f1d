"""`botyard key`."""

from __future__ import annotations

import asyncio

from botyard.config import Settings
from botyard.server import open_context
from tests.commands.shell import Shell, word


def test_commands(portal_shell: Shell) -> None:
    before = portal_shell.done("key", "show").split()[0]
    output = portal_shell.done("key", "rotate", "--days", "7")
    assert "works for 7 days" in output
    assert "Restart the server" in output
    first, second = portal_shell.done("key", "show").splitlines()
    assert first.endswith("in use")
    assert second.startswith(f"{before}   accepted until ")
    assert "1 key is accepted no longer" in portal_shell.done("key", "finish")
    assert portal_shell.refused("key", "finish") == "botyard: There is one key only; nothing was changed."
    assert "are others now" in portal_shell.done("key", "rotate", "--days", "0", "--events")
    assert len(portal_shell.done("key", "show").splitlines()) == 1


def test_a_webhook_that_was_made_before_goes_on(portal_shell: Shell) -> None:
    address = word(portal_shell.done("webhook", "add", "admin"), "address")
    portal_shell.done("key", "rotate")
    settings = Settings(data=portal_shell.data)

    async def asked() -> bool:
        context = await open_context(settings)
        secret = address.rstrip("/").rpartition("/")[2]
        former = context.keys.former[0]
        row = await context.database.read(
            lambda tx: tx.one("SELECT id FROM webhooks WHERE secret_hash = :hash", hash=former.hash(secret))
        )
        await context.database.close()
        return row is not None

    assert asyncio.run(asked())
