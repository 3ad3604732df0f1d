"""Pages of applications that are bound to placements, and who has opened which application before."""

from __future__ import annotations

from botyard.model.placements import Placement
from botyard.store.engines.db import Tx
from botyard.store.id_lists import id_list
from botyard.store.records import Record

_PLACEMENT = Record(Placement, "placements p")
_FIELDS = tuple(name for name in Placement.__struct_fields__ if name != "id")
_ADD = _PLACEMENT.insert(*_FIELDS)
_CHANGE = f"{_PLACEMENT.update('description', 'group_name', 'lang_all', 'options')} WHERE id = :id"
_OF_APP = f"{_PLACEMENT.select} WHERE p.app_id = :app ORDER BY p.id"
_BY_ID = f"{_PLACEMENT.select} WHERE p.id = :id"
_SHOWN = f"""{_PLACEMENT.select} JOIN apps a ON a.id = p.app_id
 WHERE a.deleted IS NULL AND a.installed = 1 AND a.blocked = 0 AND p.user_id IN (0, :user) ORDER BY p.app_id, p.id"""


async def find(tx: Tx, placement_id: int) -> Placement | None:
    return _PLACEMENT.read(await tx.one(_BY_ID, id=placement_id))


async def of_app(tx: Tx, app_id: int) -> list[Placement]:
    """What an application has bound, oldest first."""
    return _PLACEMENT.read_all(await tx.all(_OF_APP, app=app_id))


async def of_installed(tx: Tx, user_id: int) -> list[Placement]:
    """What applications have bound for everybody, or for somebody, that are installed and not blocked."""
    return _PLACEMENT.read_all(await tx.all(_SHOWN, user=user_id))


async def add(tx: Tx, new: Placement) -> None:
    """Insert a placement; its ``id`` is ignored."""
    await tx.run(_ADD, **_PLACEMENT.values(new))


async def change(tx: Tx, placement: Placement) -> None:
    """Store how a placement is described now."""
    await tx.run(_CHANGE, **_PLACEMENT.values(placement))


async def delete(tx: Tx, ids: list[int]) -> None:
    listed, values = id_list(ids)
    await tx.run(f"DELETE FROM placements WHERE id IN ({listed})", **values)


async def clear(tx: Tx, app_id: int) -> None:
    """Forget what an application has bound."""
    await tx.run("DELETE FROM placements WHERE app_id = :app", app=app_id)


async def forget_openings(tx: Tx, app_id: int) -> None:
    """Forget who has opened an application: everybody opens it for the first time again."""
    await tx.run("DELETE FROM app_openings WHERE app_id = :app", app=app_id)


async def opened(tx: Tx, app_id: int, user_id: int) -> bool:
    """Whether somebody has opened an application before."""
    sql = "SELECT 1 FROM app_openings WHERE app_id = :app AND user_id = :user"
    return await tx.one(sql, app=app_id, user=user_id) is not None


async def note_opening(tx: Tx, app_id: int, user_id: int) -> None:
    """Note that somebody has opened an application."""
    sql = "INSERT INTO app_openings (app_id, user_id, began) VALUES (:app, :user, :now) ON CONFLICT DO NOTHING"
    await tx.run(sql, app=app_id, user=user_id, now=tx.now)
