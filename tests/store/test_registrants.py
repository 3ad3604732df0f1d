"""The migration that says who registered the bots of an older portal."""

from __future__ import annotations

from pathlib import Path

import botyard
from botyard.store.engines.db import Tx
from tests.world import World

SQL = (Path(botyard.__file__).parent / "store" / "migrations" / "0032_registrants.sql").read_text()


def test_the_log_says_who_registered_the_bots_of_an_older_portal(portal: World) -> None:
    ann, bob = portal.add_person("Ann"), portal.add_person("Bob")
    hers, his = portal.add_bot(ann, "hers"), portal.add_bot(bob, 'a "bot_id":1001, b')
    portal.add_bot(ann, "third")
    forgotten = portal.add_bot(ann, "forgotten")
    fill = SQL[SQL.index("WITH registered") :].partition(";")[0]

    async def work(tx: Tx) -> list[tuple[int, int]]:
        await tx.run("UPDATE bots SET registrant = 0")
        await tx.run("DELETE FROM events WHERE body LIKE :body", body=f'%"bot_id":{forgotten},%')
        await tx.run(fill)
        return [
            (bot_id, person) for bot_id, person in await tx.all("SELECT user_id, registrant FROM bots ORDER BY user_id")
        ]

    assert portal.write(work) == [(hers, ann.id), (his, bob.id), (hers + 2, ann.id), (forgotten, 0)]
