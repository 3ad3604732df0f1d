"""Looks up the caller: one statement for each kind of credential, with everything the pipeline needs."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from botyard.model import owners
from botyard.store import app_tokens
from botyard.store.engines.db import Tx
from botyard.store.id_lists import id_list
from botyard.store.records import Record


class Caller(msgspec.Struct, frozen=True, gc=False):
    """The user, key and application behind a credential, and the portal's switches.

    ``app_id`` is ``None`` for webhooks and personal sessions. ``admitted`` is
    false where a restricted application is not open to this user; its own bots it always is.
    ``own`` is true of a token of the application itself: one that came with an event, or one of a bot, unless a person
    registered that bot who is no administrator. ``of_app`` is true of these, and of keys that applications have made.
    """

    key_id: int
    user_id: int
    kind: str
    active: bool
    admin: bool
    scopes: str
    expires: int | None
    app_id: int | None
    client_id: str
    blocked: bool
    installed: bool
    admitted: bool
    own: bool
    of_app: bool
    rest_enabled: bool
    maintenance: bool
    https_required: bool


class EndedApp(msgspec.Struct, frozen=True, gc=False):
    """What has become of the application behind a token that was revoked."""

    installed: bool
    deleted: bool


_USER_AND_PORTAL = {
    "user_id": "u.id",
    "kind": "u.kind",
    "active": "u.active",
    "admin": "u.admin",
    "rest_enabled": "p.rest_enabled",
    "maintenance": "p.maintenance",
    "https_required": "p.https_required",
}
_WEBHOOK = Record(
    Caller,
    "webhooks w JOIN users u ON u.id = w.user_id JOIN portal p ON p.id = 1",
    key_id="w.id",
    expires="NULL",
    app_id="NULL",
    client_id="''",
    blocked="0",
    installed="1",
    admitted="1",
    own="0",
    of_app="w.of_app",
    **_USER_AND_PORTAL,
)
_TOKEN = Record(
    Caller,
    "tokens t JOIN users u ON u.id = t.user_id JOIN portal p ON p.id = 1 LEFT JOIN apps a ON a.id = t.app_id",
    key_id="t.id",
    client_id="COALESCE(a.client_id, '')",
    blocked="COALESCE(a.blocked, 0)",
    installed="COALESCE(a.installed, 1)",
    admitted=f"""CASE WHEN COALESCE(a.restricted, 0) = 0 THEN 1
         WHEN EXISTS (SELECT 1 FROM app_users x WHERE x.app_id = a.id AND x.user_id = u.id) THEN 1
         WHEN EXISTS (SELECT 1 FROM bots b WHERE b.user_id = u.id AND b.owner = '{owners.APP}' || a.client_id) THEN 1
         ELSE 0 END""",
    own=f"""CASE WHEN u.kind = 'bot' AND EXISTS (SELECT 1 FROM bots b JOIN users r ON r.id = b.registrant
            WHERE b.user_id = u.id AND r.admin = 0) THEN 0
         WHEN u.kind = 'bot' OR t.family LIKE '{app_tokens.EVENTS}%' OR t.family LIKE '{app_tokens.OWN}%' THEN 1
         ELSE 0 END""",
    of_app="CASE WHEN t.app_id IS NOT NULL THEN 1 ELSE t.of_app END",
    **_USER_AND_PORTAL,
)
_ENDED = Record(
    EndedApp,
    "tokens t JOIN apps a ON a.id = t.app_id",
    installed="a.installed",
    deleted="CASE WHEN a.deleted IS NULL THEN 0 ELSE 1 END",
)

_BY_WEBHOOK = f"{_WEBHOOK.select} WHERE w.secret_hash = :hash AND w.user_id = :user AND w.revoked IS NULL"
_BY_TOKEN = f"{_TOKEN.select} WHERE t.hash = :hash AND t.kind = 'access' AND t.revoked IS NULL"
_BY_ENDED_TOKEN = f"{_ENDED.select} WHERE t.hash = :hash AND t.kind = 'access' AND t.revoked IS NOT NULL"

_RECORDS = {"h": (_WEBHOOK, "w"), "t": (_TOKEN, "t")}
_KEYS = {
    "h": """SELECT 1 FROM webhooks w JOIN users u ON u.id = w.user_id
            WHERE w.id = :id AND w.revoked IS NULL AND u.active = 1""",
    "t": """SELECT 1 FROM tokens t JOIN users u ON u.id = t.user_id LEFT JOIN apps a ON a.id = t.app_id
            WHERE t.id = :id AND t.revoked IS NULL AND u.active = 1 AND COALESCE(a.blocked, 0) = 0""",
}


async def by_webhook(tx: Tx, user_id: int, secret_hash: str) -> Caller | None:
    """The owner of an incoming webhook that is not revoked."""
    return _WEBHOOK.read(await tx.one(_BY_WEBHOOK, hash=secret_hash, user=user_id))


async def by_token(tx: Tx, token_hash: str) -> Caller | None:
    """The bearer of an access token that is not revoked; it may have expired."""
    return _TOKEN.read(await tx.one(_BY_TOKEN, hash=token_hash))


async def by_keys(tx: Tx, keys: Iterable[str]) -> dict[str, Caller]:
    """The callers behind keys that are not revoked, by the names that ``Identity.key`` gives them."""
    numbers: dict[str, list[int]] = {}
    for key in set(keys):
        numbers.setdefault(key[:1], []).append(int(key[1:]))
    callers: dict[str, Caller] = {}
    for letter, (record, alias) in _RECORDS.items():
        if ids := numbers.get(letter):
            listed = id_list(ids)
            sql = f"{record.select} WHERE {alias}.id IN ({listed.sql}) AND {alias}.revoked IS NULL"
            rows = record.read_all(await tx.all(sql, **listed.values))
            callers |= {f"{letter}{caller.key_id}": caller for caller in rows}
    return callers


async def key_works(tx: Tx, key: str) -> bool:
    """Whether a key by the name that ``Identity.key`` gives it still opens something, whenever its hour ends."""
    return await tx.one(_KEYS[key[:1]], id=int(key[1:])) is not None


async def app_of_ended(tx: Tx, token_hash: str) -> EndedApp | None:
    """The application of an access token that was revoked; ``None`` for any other token, and for a session."""
    return _ENDED.read(await tx.one(_BY_ENDED_TOKEN, hash=token_hash))
