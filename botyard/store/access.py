"""Looks up the caller: one statement for each kind of credential, with everything the pipeline needs."""

from __future__ import annotations

import msgspec

from botyard.store.engines.db import Row, Tx

_PORTAL = "p.rest_enabled, p.maintenance, p.https_required"


class Caller(msgspec.Struct, frozen=True, gc=False):
    """The user, key and application behind a credential, and the portal's switches.

    ``app_id`` is ``None`` for webhooks and personal sessions. ``admitted`` is
    false where a restricted application is not open to this user; its own bots it always is.
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
    rest_enabled: bool
    maintenance: bool
    https_required: bool


class EndedApp(msgspec.Struct, frozen=True, gc=False):
    """What has become of the application behind a token that was revoked."""

    installed: bool
    deleted: bool


def _caller(row: Row) -> Caller:
    return Caller(
        row[0],
        row[1],
        row[2],
        row[3] == 1,
        row[4] == 1,
        row[5],
        row[6],
        row[7],
        row[8] or "",
        row[9] == 1,
        row[10] == 1,
        row[11] == 1,
        row[12] == 1,
        row[13] == 1,
        row[14] == 1,
    )


_BY_WEBHOOK = f"""SELECT w.id, u.id, u.kind, u.active, u.admin, w.scopes, NULL, NULL, NULL, 0, 1, 1, {_PORTAL}
 FROM webhooks w JOIN users u ON u.id = w.user_id JOIN portal p ON p.id = 1
 WHERE w.secret_hash = :hash AND w.user_id = :user AND w.revoked IS NULL"""
_BY_TOKEN = f"""SELECT t.id, u.id, u.kind, u.active, u.admin, t.scopes, t.expires, t.app_id, a.client_id,
     COALESCE(a.blocked, 0), COALESCE(a.installed, 1),
     CASE WHEN COALESCE(a.restricted, 0) = 0 THEN 1
          WHEN EXISTS (SELECT 1 FROM app_users x WHERE x.app_id = a.id AND x.user_id = u.id) THEN 1
          WHEN EXISTS (SELECT 1 FROM bots b WHERE b.user_id = u.id AND b.owner = 'app:' || a.client_id) THEN 1
          ELSE 0 END,
     {_PORTAL}
 FROM tokens t JOIN users u ON u.id = t.user_id JOIN portal p ON p.id = 1 LEFT JOIN apps a ON a.id = t.app_id
 WHERE t.hash = :hash AND t.kind = 'access' AND t.revoked IS NULL"""


async def by_webhook(tx: Tx, user_id: int, secret_hash: str) -> Caller | None:
    """The owner of an incoming webhook that is not revoked."""
    row = await tx.one(_BY_WEBHOOK, hash=secret_hash, user=user_id)
    return _caller(row) if row else None


async def by_token(tx: Tx, token_hash: str) -> Caller | None:
    """The bearer of an access token that is not revoked; it may have expired."""
    row = await tx.one(_BY_TOKEN, hash=token_hash)
    return _caller(row) if row else None


async def app_of_ended(tx: Tx, token_hash: str) -> EndedApp | None:
    """The application of an access token that was revoked; ``None`` for any other token, and for a session."""
    row = await tx.one(
        """SELECT a.installed, a.deleted IS NOT NULL FROM tokens t JOIN apps a ON a.id = t.app_id
           WHERE t.hash = :hash AND t.kind = 'access' AND t.revoked IS NOT NULL""",
        hash=token_hash,
    )
    return EndedApp(row[0] == 1, bool(row[1])) if row else None
