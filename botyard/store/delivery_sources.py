"""What the payloads of deliveries are made from: one statement for a whole batch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from botyard.model import owners, recipients
from botyard.model.apps import App, EventToken
from botyard.model.bindings import Binding
from botyard.model.bots import Bot, Handlers
from botyard.model.chats import Chat, Member
from botyard.model.events import EventRecord
from botyard.model.people import User
from botyard.store.apps import APP
from botyard.store.bindings import BINDING
from botyard.store.bot_handlers import HANDLERS
from botyard.store.chats import CHAT, MEMBER
from botyard.store.engines.db import Tx, Value
from botyard.store.events import EVENT
from botyard.store.records import Column, Record


class DeliverySource(NamedTuple):
    """A delivery's event with its recipient, place and actor; ``None`` for what is not there.

    ``app`` owns the recipient, ``member`` is the actor in the chat, ``departments`` are the actor's. The tokens are
    those that events of now carry in the name of the bot and of the actor, ``consent`` is what the actor lets ``app``
    have.
    """

    delivery_id: int
    what: EventRecord
    bot: Bot | None
    binding: Binding | None
    handlers: Handlers | None
    app: App | None
    chat: Chat | None
    member: Member | None
    actor: User | None
    departments: list[int]
    bot_token: EventToken | None
    actor_token: EventToken | None
    consent: str | None
    member_id: str


def _number(kind: str) -> str:
    """The number of a recipient of a kind."""
    start = len(kind) + 2
    return f"CASE WHEN d.recipient LIKE '{kind}:%' THEN CAST(substr(d.recipient, {start}) AS BIGINT) END"


def _token(alias: str, user: str) -> str:
    return f"""LEFT JOIN tokens {alias} ON {alias}.family = 'event:' || a.id || ':' || {user} || ':' || :period || ':0'
                   AND {alias}.kind = 'access'"""


_SOURCE = Record(
    DeliverySource,
    f"""deliveries d JOIN events e ON e.id = d.event_id
        LEFT JOIN bots r ON r.user_id = {_number(recipients.BOT)}
        LEFT JOIN users ru ON ru.id = r.user_id
        LEFT JOIN bindings b ON b.id = {_number(recipients.BINDING)}
        LEFT JOIN bot_handlers h ON h.owner = r.owner
        LEFT JOIN apps a ON a.client_id = substr(COALESCE(r.owner, b.owner), {len(owners.APP) + 1})
            AND a.deleted IS NULL AND COALESCE(r.owner, b.owner) LIKE '{owners.APP}%'
        LEFT JOIN chats c ON c.id = e.chat_id
        LEFT JOIN members m ON m.chat_id = c.id AND m.user_id = e.actor_id
        LEFT JOIN users w ON w.id = e.actor_id
        LEFT JOIN consents o ON o.app_id = a.id AND o.user_id = e.actor_id
        {_token("bt", "r.user_id")}
        {_token("wt", "e.actor_id")}""",
    delivery_id="d.id",
    what=EVENT,
    bot=Record(Bot, "bots r", name="ru.full_name", active="ru.active", language="ru.language"),
    binding=BINDING,
    handlers=HANDLERS,
    app=APP,
    chat=CHAT,
    member=MEMBER,
    actor=Record(User, "users w"),
    departments=Column(
        """(SELECT string_agg(CAST(dm.department_id AS TEXT), ',' ORDER BY dm.department_id)
            FROM department_members dm WHERE dm.user_id = e.actor_id)""",
        lambda listed: [int(number) for number in listed.split(",")] if listed else [],
    ),
    bot_token=Record(EventToken, "tokens bt"),
    actor_token=Record(EventToken, "tokens wt"),
    consent="o.scopes",
    member_id="COALESCE((SELECT p.member_id FROM portal p WHERE p.id = 1), '')",
)
_BATCHES = (1, 4, 16)
"""Lengths of lists of ids, so that there are few texts to prepare."""


def _listed(size: int) -> str:
    return f"{_SOURCE.select} WHERE d.id IN ({', '.join(f':i{place}' for place in range(size))})"


_BY_SIZE = {size: _listed(size) for size in _BATCHES}


async def find_many(tx: Tx, delivery_ids: Sequence[int], *, period: int) -> list[DeliverySource]:
    """What the payloads of these are made from, in one statement for as many as there are in the longest list.

    ``period`` is the moment with which the time of the tokens began that events carry now.
    """
    sources: list[DeliverySource] = []
    for first in range(0, len(delivery_ids), _BATCHES[-1]):
        some = delivery_ids[first : first + _BATCHES[-1]]
        size = next(size for size in _BATCHES if size >= len(some))
        padded = [*some, *[0] * (size - len(some))]
        ids: dict[str, Value] = {f"i{place}": id_ for place, id_ in enumerate(padded)}
        sources += _SOURCE.read_all(await tx.all(_BY_SIZE[size], period=str(period), **ids))
    return sources
