"""Applications."""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from botyard.model.apps import App
from botyard.model.lengths import WORDS_MAX
from botyard.model.placements import PLACES
from botyard.store.engines.db import Tx
from botyard.store.id_lists import id_list
from botyard.store.made_keys import Maker
from botyard.store.portal import note_revocation
from botyard.store.records import Record


class AppAndSecret(NamedTuple):
    """An application, and the keyed hash of its secret."""

    app: App
    secret_hash: str


class _Made(NamedTuple):
    id: int
    maker: Maker


APP = Record(App, "apps a")
_APP_AND_SECRET = Record(AppAndSecret, "apps a", app=APP)
_BY_CLIENT = f"{_APP_AND_SECRET.select} WHERE a.client_id = :client AND a.deleted IS NULL"
_CHANGEABLE = (
    "title",
    "scopes",
    "version",
    "installed",
    "handler_url",
    "install_url",
    "redirect_uri",
    "wizard",
    "agreed",
)
_CHANGE = f"{APP.update(*_CHANGEABLE)} WHERE id = :id"
_BY_ID = f"{APP.select} WHERE a.id = :id AND a.deleted IS NULL"
_MADE = Record(_Made, "apps a", maker=Record(Maker, "apps a"))
_PUT_BUILT_IN = """INSERT INTO apps (client_id, secret_hash, title, scopes, agreed, created)
    VALUES (:client, '', :title, :scopes, :scopes, :now)
    ON CONFLICT (client_id) DO UPDATE
    SET title = excluded.title, scopes = excluded.scopes, agreed = excluded.agreed"""
_INSTALLED = "deleted IS NULL AND installed = 1 AND blocked = 0"
_SHOWN = ", ".join(f"'{name}'" for name, place in PLACES.items() if place.shown)
_FRAMES = f"""SELECT handler_url FROM apps WHERE {_INSTALLED} AND handler_url <> ''
    UNION SELECT handler FROM placements WHERE place IN ({_SHOWN})
    AND app_id IN (SELECT id FROM apps WHERE {_INSTALLED})
    UNION SELECT install_url FROM apps WHERE deleted IS NULL AND blocked = 0 AND wizard = 1 AND install_url <> ''
    ORDER BY 1 LIMIT :most"""
FRAMES_MAX = 1000
"""Addresses of pages that are looked at; a header that names more origins would not be read by browsers."""
_ALL = f"{APP.select} WHERE a.deleted IS NULL ORDER BY a.id"


async def find(tx: Tx, app_id: int) -> App | None:
    return APP.read(await tx.one(_BY_ID, id=app_id))


async def find_by_client(tx: Tx, client_id: str) -> AppAndSecret | None:
    """The application with a client id."""
    return _APP_AND_SECRET.read(await tx.one(_BY_CLIENT, client=client_id))


async def all_apps(tx: Tx) -> list[App]:
    return APP.read_all(await tx.all(_ALL))


async def add(tx: Tx, client_id: str, secret_hash: str, *, title: str, scopes: str) -> int:
    maker = Maker.of(tx)
    return await tx.insert(
        """INSERT INTO apps (client_id, secret_hash, title, scopes, agreed, created, made_by, made_with, of_app)
           VALUES (:client, :hash, :title, :scopes, :agreed, :now, :made_by, :made_with, :of_app)""",
        client=client_id,
        hash=secret_hash,
        title=title[:WORDS_MAX],
        scopes=scopes,
        agreed="" if maker.of_app else scopes,
        now=tx.now,
        **maker._asdict(),
    )


async def put_built_in(tx: Tx, client_id: str, *, title: str, scopes: str) -> None:
    """Make an application that comes with the portal, or give it what this version says of it. It has no secret."""
    await tx.run(_PUT_BUILT_IN, client=client_id, title=title, scopes=scopes, now=tx.now)


async def frame_addresses(tx: Tx) -> list[str]:
    """The addresses of pages of installed applications that a messenger shows, each once."""
    return [address for (address,) in await tx.all(_FRAMES, most=FRAMES_MAX)]


async def maker_of(tx: Tx, app_id: int) -> Maker:
    """Who registered an application."""
    return (await makers_of(tx, [app_id])).get(app_id, Maker())


async def makers_of(tx: Tx, ids: list[int]) -> dict[int, Maker]:
    """Who registered applications."""
    listed, values = id_list(ids)
    made = _MADE.read_all(await tx.all(f"{_MADE.select} WHERE a.id IN ({listed})", **values))
    return {each.id: each.maker for each in made}


async def change(tx: Tx, app: App) -> None:
    """Store what may be changed of an application as it now is."""
    await note_revocation(tx)
    await tx.run(_CHANGE, **APP.values(msgspec.structs.replace(app, title=app.title[:WORDS_MAX])))


async def set_secret(tx: Tx, app_id: int, secret_hash: str) -> None:
    await tx.run("UPDATE apps SET secret_hash = :hash WHERE id = :id", hash=secret_hash, id=app_id)


async def delete(tx: Tx, app_id: int) -> None:
    """Let nothing find the application any more."""
    await tx.run("UPDATE apps SET deleted = :now WHERE id = :id", now=tx.now, id=app_id)


async def allowed_users(tx: Tx, app_id: int) -> list[int]:
    """The people that a restricted application is open to."""
    return (await allowed_users_of(tx, [app_id])).get(app_id, [])


async def allowed_users_of(tx: Tx, ids: list[int]) -> dict[int, list[int]]:
    """The same of several applications."""
    listed, values = id_list(ids)
    by_app: dict[int, list[int]] = {}
    sql = f"SELECT app_id, user_id FROM app_users WHERE app_id IN ({listed}) ORDER BY app_id, user_id"
    for app_id, user_id in await tx.all(sql, **values):
        by_app.setdefault(app_id, []).append(user_id)
    return by_app


async def set_scopes(tx: Tx, app_id: int, scopes: str) -> None:
    await tx.run("UPDATE apps SET scopes = :scopes WHERE id = :id", scopes=scopes, id=app_id)


async def set_blocked(tx: Tx, app_id: int, blocked: bool) -> None:
    await note_revocation(tx)
    await tx.run("UPDATE apps SET blocked = :blocked WHERE id = :id", blocked=int(blocked), id=app_id)


async def restrict(tx: Tx, app_id: int, user_ids: list[int] | None) -> None:
    """Open the application to these people only; ``None`` opens it to everybody."""
    await note_revocation(tx)
    await tx.run("UPDATE apps SET restricted = :on WHERE id = :id", on=int(user_ids is not None), id=app_id)
    await tx.run("DELETE FROM app_users WHERE app_id = :id", id=app_id)
    rows = [{"app": app_id, "user": user_id} for user_id in sorted(set(user_ids or []))]
    await tx.many("INSERT INTO app_users (app_id, user_id) VALUES (:app, :user)", rows)


async def admitting(tx: Tx, user_id: int) -> set[int]:
    """The restricted applications that are open to somebody."""
    return {app_id for (app_id,) in await tx.all("SELECT app_id FROM app_users WHERE user_id = :user", user=user_id)}


async def admits(tx: Tx, app: App, user_id: int) -> bool:
    """Whether the application is open to somebody."""
    if not app.restricted:
        return True
    sql = "SELECT 1 FROM app_users WHERE app_id = :app AND user_id = :user"
    return await tx.one(sql, app=app.id, user=user_id) is not None
