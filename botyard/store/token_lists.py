"""Lists of tokens that work, and of applications that have some."""

from __future__ import annotations

from typing import NamedTuple

from botyard.model.access_lists import AppAccess, TokenLine
from botyard.store.engines.db import Tx, Value
from botyard.store.records import Record, scalar

PAGE = 50

_LIVE = "t.revoked IS NULL AND t.replaced IS NULL AND t.expires > :now"
_LAST_USED = """(SELECT MAX(k.last_used) FROM key_addresses k
    WHERE k.access_key = 'app:' || COALESCE(t.app_id, 0) || ':' || t.user_id)"""
_LINE = Record(
    TokenLine,
    "tokens t LEFT JOIN apps a ON a.id = t.app_id",
    id="MIN(t.id)",
    client_id="COALESCE(MAX(a.client_id), '')",
    title="COALESCE(MAX(a.title), '')",
    user_id="t.user_id",
    scopes="MAX(t.scopes)",
    granted="MIN(t.granted)",
    expires="MAX(t.expires)",
    last_used=_LAST_USED,
    made_by="MAX(t.made_by)",
    made_with="MAX(t.made_with)",
)
_GROUPED = "GROUP BY t.family, t.app_id, t.user_id ORDER BY MIN(t.granted) DESC, MIN(t.id) DESC"


class TokenFamily(NamedTuple):
    """A token and those that it was renewed to, and whom they call for."""

    family: str
    user_id: int


_FAMILY = Record(TokenFamily, "tokens t")
_FIND = f"""{_FAMILY.select} WHERE t.family = (SELECT o.family FROM tokens o WHERE o.id = :id) AND {_LIVE}
    AND t.family NOT LIKE 'event:%' LIMIT 1"""


class _Use(NamedTuple):
    app_id: int
    scopes: str
    since: int
    last_used: int | None


_USE = Record(
    _Use,
    "tokens t JOIN apps a ON a.id = t.app_id",
    app_id="t.app_id",
    scopes="t.scopes",
    since="MIN(t.granted)",
    last_used=_LAST_USED,
)
_USES = f"""{_USE.select} WHERE t.user_id = :user AND a.deleted IS NULL AND a.installed = 1 AND {_LIVE}
    GROUP BY t.app_id, t.scopes, t.user_id ORDER BY t.app_id, MIN(t.granted)"""


async def page(tx: Tx, *, user_id: int = 0, app_id: int = 0, start: int = 0) -> list[TokenLine]:
    """Tokens that work, the newest first, a page of them: everybody's, or those of a person or an application.

    What events carry is not among them.
    """
    condition, values = _conditions(tx, user_id, app_id)
    sql = f"{_LINE.select} WHERE {condition} {_GROUPED} LIMIT {PAGE} OFFSET :start"
    return _LINE.read_all(await tx.all(sql, start=start, **values))


async def count(tx: Tx, *, user_id: int = 0, app_id: int = 0) -> int:
    """How many there are."""
    condition, values = _conditions(tx, user_id, app_id)
    return scalar(await tx.one(f"SELECT COUNT(DISTINCT t.family) FROM tokens t WHERE {condition}", **values), 0)


async def find(tx: Tx, token_id: int) -> TokenFamily | None:
    """The family of a token, one that was renewed too, while some of it works."""
    return _FAMILY.read(await tx.one(_FIND, id=token_id, now=tx.now))


async def apps_of(tx: Tx, user_id: int) -> list[AppAccess]:
    """The applications that have tokens in somebody's name, those of events too."""
    by_app: dict[int, AppAccess] = {}
    for use in _USE.read_all(await tx.all(_USES, user=user_id, now=tx.now)):
        before = by_app.get(use.app_id)
        since = use.since if before is None else min(before.since, use.since)
        scopes = dict.fromkeys([*(before.scopes if before else ()), *filter(None, use.scopes.split(","))])
        by_app[use.app_id] = AppAccess(use.app_id, tuple(scopes), since, use.last_used)
    return list(by_app.values())


def _conditions(tx: Tx, user_id: int, app_id: int) -> tuple[str, dict[str, Value]]:
    values: dict[str, Value] = {"now": tx.now}
    conditions = [_LIVE, "t.family NOT LIKE 'event:%'"]
    for column, value in (("user_id", user_id), ("app_id", app_id)):
        if value:
            conditions.append(f"t.{column} = :{column}")
            values[column] = value
    return " AND ".join(conditions), values
