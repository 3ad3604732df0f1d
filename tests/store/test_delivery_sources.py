"""What payloads are made from is read for any number of deliveries."""

from __future__ import annotations

from botyard.store import delivery_sources
from tests.world import World


def test_more_deliveries_than_one_statement_reads(portal: World) -> None:
    bot = portal.add_bot_v2(eventMode="fetch")
    for number in range(20):
        portal.send_to(bot, f"message {number}")
    ids = [row[0] for row in portal.read(lambda tx: tx.all("SELECT id FROM deliveries ORDER BY id"))]
    assert len(ids) >= 20
    sources = portal.read(lambda tx: delivery_sources.find_many(tx, [*ids, 10**9], period=0))
    assert sorted(source.delivery_id for source in sources) == ids
    assert {source.bot.user_id for source in sources if source.bot} == {bot}


def test_of_no_deliveries_nothing_is_read(portal: World) -> None:
    assert portal.read(lambda tx: delivery_sources.find_many(tx, [], period=0)) == []
