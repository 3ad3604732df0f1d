"""Applications."""

from __future__ import annotations

from botyard.model.apps import App
from botyard.store.engines.db import Row, Tx

_APP = """id, client_id, title, scopes, status, version, installed, blocked, restricted, created,
 handler_url, install_url, redirect_uri, wizard"""


def _app(row: Row) -> App:
    return App(*(*row[:6], row[6] == 1, row[7] == 1, row[8] == 1, *row[9:13], row[13] == 1))


async def find(tx: Tx, app_id: int) -> App | None:
    row = await tx.one(f"SELECT {_APP} FROM apps WHERE id = :id AND deleted IS NULL", id=app_id)
    return _app(row) if row else None


async def find_by_client(tx: Tx, client_id: str) -> tuple[App, str] | None:
    """The application and the keyed hash of its secret."""
    row = await tx.one(
        f"SELECT {_APP}, secret_hash FROM apps WHERE client_id = :client AND deleted IS NULL", client=client_id
    )
    return (_app(row[:-1]), row[-1]) if row else None


async def all_apps(tx: Tx) -> list[App]:
    return [_app(row) for row in await tx.all(f"SELECT {_APP} FROM apps WHERE deleted IS NULL ORDER BY id")]


async def add(tx: Tx, client_id: str, secret_hash: str, title: str, scopes: str) -> int:
    return await tx.insert(
        """INSERT INTO apps (client_id, secret_hash, title, scopes, created)
           VALUES (:client, :hash, :title, :scopes, :now)""",
        client=client_id,
        hash=secret_hash,
        title=title,
        scopes=scopes,
        now=tx.now,
    )


async def change(tx: Tx, app: App) -> None:
    """Store what may be changed of an application as it now is."""
    await tx.run(
        """UPDATE apps SET title = :title, scopes = :scopes, version = :version, installed = :installed,
                  handler_url = :handler, install_url = :install, redirect_uri = :redirect, wizard = :wizard
           WHERE id = :id""",
        id=app.id,
        title=app.title,
        scopes=app.scopes,
        version=app.version,
        installed=int(app.installed),
        handler=app.handler_url,
        install=app.install_url,
        redirect=app.redirect_uri,
        wizard=int(app.wizard),
    )


async def delete(tx: Tx, app_id: int) -> None:
    """Let nothing find the application any more."""
    await tx.run("UPDATE apps SET deleted = :now WHERE id = :id", now=tx.now, id=app_id)


async def allowed_users(tx: Tx, app_id: int) -> list[int]:
    """The people that a restricted application is open to."""
    rows = await tx.all("SELECT user_id FROM app_users WHERE app_id = :id ORDER BY user_id", id=app_id)
    return [row[0] for row in rows]


async def set_scopes(tx: Tx, app_id: int, scopes: str) -> None:
    await tx.run("UPDATE apps SET scopes = :scopes WHERE id = :id", scopes=scopes, id=app_id)


async def set_blocked(tx: Tx, app_id: int, blocked: bool) -> None:
    await tx.run("UPDATE apps SET blocked = :blocked WHERE id = :id", blocked=int(blocked), id=app_id)


async def restrict(tx: Tx, app_id: int, user_ids: list[int] | None) -> None:
    """Open the application to these people only; ``None`` opens it to everybody."""
    await tx.run("UPDATE apps SET restricted = :on WHERE id = :id", on=int(user_ids is not None), id=app_id)
    await tx.run("DELETE FROM app_users WHERE app_id = :id", id=app_id)
    rows = [{"app": app_id, "user": user_id} for user_id in sorted(set(user_ids or []))]
    await tx.many("INSERT INTO app_users (app_id, user_id) VALUES (:app, :user)", rows)


async def admits(tx: Tx, app: App, user_id: int) -> bool:
    """Whether the application is open to somebody."""
    if not app.restricted:
        return True
    sql = "SELECT 1 FROM app_users WHERE app_id = :app AND user_id = :user"
    return await tx.one(sql, app=app.id, user=user_id) is not None
