"""Migrations that were edited after somebody may have applied them, before that was forbidden.

For each earlier text, known by its checksum, the statements that make of its tables what the present text makes.
The list is complete: a migration that has landed is never edited, and a test holds them to that.
"""

from __future__ import annotations

from collections.abc import Mapping

_DROP_FETCH = "DROP INDEX deliveries_fetch"

EARLIER: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("0003_chats", "a9032eb798005b8c8f5bf363b428a9300ff19bfa2d4a151bae5b2326b9b68674"): (
        "ALTER TABLE members ADD COLUMN bot BIGINT NOT NULL DEFAULT 0",
        "UPDATE members SET bot = 1 WHERE user_id IN (SELECT id FROM users WHERE kind = 'bot')",
        "CREATE INDEX members_bots ON members (chat_id, user_id) WHERE bot = 1",
    ),
    # Deliveries of that time were noted and never sent by anything; 0006 begins anew.
    ("0005_events", "da92dba7124c895573c315d4741258598bfb400a35f88df04fc9048b5db3bacf"): ("DROP TABLE deliveries",),
    ("0006_delivery", "b86afb85c10c7ccf56b18cad868b57af1bb4e7756180109555db7674fb1e7336"): (
        "ALTER TABLE deliveries ADD COLUMN resent_after BIGINT NOT NULL DEFAULT 0",
        _DROP_FETCH,
    ),
    ("0006_delivery", "6efef4093ec8bd25000768a0c40d4ea70e539e490a7df4e7223784fa3f8debb4"): (_DROP_FETCH,),
    ("0008_event_queues", "f1717b419cc6eb18c97e997b116dc027c981e5fb7856de3f354c175632761d2d"): (
        "DROP INDEX members_listens",
        "CREATE INDEX members_listens ON members (chat_id, user_id, first_id) WHERE listens = 1",
        "DROP INDEX messages_uuid",
        "CREATE INDEX messages_uuid ON messages (uuid, chat_id, author_id) WHERE uuid IS NOT NULL",
    ),
}
