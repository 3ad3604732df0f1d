"""The migration that says which keys of an older portal applications have made, by however many keys in between."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from botyard.store.engines.db import Database, Row, Tx
from botyard.store.engines.migrate import migrate
from tests.store.conftest import Run

MIGRATIONS = sorted((resources.files("botyard.store") / "migrations").iterdir(), key=lambda file: file.name)

# Each row of a table: its id, and with what it was made.
WEBHOOKS = [
    (1, ""),
    (2, "app:7:1"),
    (3, "hook:2"),
    (4, "hook:1"),
    (5, "token:12"),
    (6, "hook:5"),
    (7, "token:13"),
    (8, "hook:9"),
    (9, "hook:8"),
    (22, "app:0:1"),
]
TOKENS = [(11, ""), (12, "hook:3"), (13, "hook:4"), (14, "token:12"), (15, "app:7:1"), (16, "hook:2222")]
APPS = [(21, ""), (22, "app:21:1"), (23, "hook:6"), (24, "token:14"), (25, "hook:7")]


async def older(tx: Tx) -> None:
    await tx.run("INSERT INTO users (id, kind, registered, updated) VALUES (1, 'employee', 0, 0)")
    for number, key in APPS:
        await tx.run(
            """INSERT INTO apps (id, client_id, secret_hash, title, scopes, created, made_with)
               VALUES (:id, :name, :name, '', 'im,user', 0, :key)""",
            id=number,
            name=str(number),
            key=key,
        )
    for number, key in WEBHOOKS:
        await tx.run(
            """INSERT INTO webhooks (id, user_id, secret_hash, prefix, title, scopes, created, made_by, made_with)
               VALUES (:id, 1, :hash, '', '', '', 0, :maker, :key)""",
            id=number,
            hash=str(number),
            maker=int(bool(key)),
            key=key,
        )
    for number, key in TOKENS:
        await tx.run(
            """INSERT INTO tokens (id, hash, kind, user_id, scopes, family, created, expires, made_by, made_with)
               VALUES (:id, :hash, 'access', 1, '', :hash, 0, 0, :maker, :key)""",
            id=number,
            hash=str(number),
            maker=int(bool(key)),
            key=key,
        )


async def of_apps(tx: Tx) -> list[list[Row]]:
    """Which webhooks, tokens and applications an application has made, and which of these were agreed to."""
    made = [await tx.all(f"SELECT id FROM {table} WHERE of_app = 1 ORDER BY id") for table in ("webhooks", "tokens")]
    return [*made, await tx.all("SELECT id FROM apps WHERE of_app = 1 AND agreed = '' ORDER BY id")]


def test_keys_of_an_older_portal_keep_their_origin(run: Run, db: Database, tmp_path: Path) -> None:
    folder = tmp_path / "older"
    folder.mkdir()
    for file in MIGRATIONS:
        if file.name < "0041":
            (folder / file.name).write_bytes(file.read_bytes())
    run(migrate(db, folder))
    run(db.write(older))
    run(migrate(db))
    webhooks, tokens, apps = run(db.read(of_apps))
    # Those of application 0 were made with people's own tokens, before these were told apart.
    assert webhooks == [(2,), (3,), (5,), (6,), (22,)]
    assert tokens == [(12,), (14,), (15,)]
    assert apps == [(22,), (23,), (24,)]
    agreed = run(db.read(lambda tx: tx.all("SELECT id, agreed FROM apps WHERE of_app = 0 ORDER BY id")))
    assert agreed == [(21, "im,user"), (25, "im,user")]


def test_webhooks_of_an_older_portal_get_the_name_that_they_have_today(run: Run, db: Database, tmp_path: Path) -> None:
    folder = tmp_path / "older"
    folder.mkdir()
    for file in MIGRATIONS:
        if file.name < "0052":
            (folder / file.name).write_bytes(file.read_bytes())
    run(migrate(db, folder))

    async def work(tx: Tx) -> None:
        await older(tx)
        for number, name in enumerate(("hook:3", "app:7:1", "webhook:3", "")):
            await tx.run(
                """INSERT INTO audit_log (happened, event, subject, user_id, access_key, address, via, details)
                   VALUES (:id, 'key.used', :name, 1, :name, '', 'rest', '{}')""",
                id=number,
                name=name,
            )
            await tx.run(
                "INSERT INTO key_addresses (access_key, address, first_used, last_used) VALUES (:name, :id, 0, 0)",
                name=name,
                id=str(number),
            )

    run(db.write(work))
    run(migrate(db))

    async def names(tx: Tx) -> set[str]:
        tables = ("made_with FROM webhooks", "made_with FROM apps", "made_with FROM tokens", "subject FROM audit_log")
        more = ("access_key FROM audit_log", "access_key FROM key_addresses")
        return {str(name) for table in (*tables, *more) for (name,) in await tx.all(f"SELECT {table}")}

    stored = run(db.read(names))
    assert {"webhook:2", "webhook:3", "webhook:6", "app:7:1", "token:12"} <= stored
    assert not any(name.startswith("hook:") for name in stored)
