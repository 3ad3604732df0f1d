"""Lists of what is in a folder or a storage: how filters and orders of clients are read."""

from __future__ import annotations

from collections.abc import Mapping

from botyard.api.disk import shapes
from botyard.api.disk.shapes import DiskObject
from botyard.chat.media import drive
from botyard.errors import ApiError, Reason, raises
from botyard.model.chats import Participant
from botyard.model.files import Folder
from botyard.rpc.call import Call
from botyard.rpc.method import Params, ResultPage
from botyard.store import folders
from botyard.store.folders import PAGE, Selection
from botyard.wire.param_types import FilterConditions, FilterValue, SortOrder, descends


class Children(Params, frozen=True):
    """Conditions and orders for ID, NAME, SIZE, CREATED_BY and CREATE_TIME; by id, unless ordered otherwise."""

    id: int = 0
    filter: FilterConditions = {}
    order: SortOrder = ""
    start: int = 0


_TYPES = ("file", "folder")


@raises(Reason.ARGUMENT)
async def of_folder(call: Call, who: Participant, folder: Folder, p: Children) -> ResultPage[list[DiskObject]]:
    """A page of the files of a folder that the caller sees. Raises ARGUMENT for a filter that cannot be read."""
    wanted, conditions = _type(p.filter)
    if wanted not in ("", "file"):
        return ResultPage([], None if p.start < 0 else 0)
    viewer = drive.viewer(who)
    selection = _selection(conditions, p.order)
    start = max(p.start, 0)
    page = await folders.children(call.tx, viewer, selection, start=start)
    items = [shapes.file(call, file, folder, call.user_id) for file in page]
    if p.start < 0:
        return ResultPage(items)
    total = await folders.count_children(call.tx, viewer, selection)
    return ResultPage(items, total, start + PAGE if start + PAGE < total else None)


@raises(Reason.ARGUMENT)
async def of_chats(call: Call, p: Children) -> ResultPage[list[DiskObject]]:
    """A page of the folders of the caller's chats, by id. Raises ARGUMENT for any condition but TYPE."""
    wanted, conditions = _type(p.filter)
    if conditions:
        raise ApiError(Reason.ARGUMENT, reason="Folders of chats are filtered by TYPE only")
    if wanted not in ("", "folder"):
        return ResultPage([], None if p.start < 0 else 0)
    start = max(p.start, 0)
    page = await folders.of_user(call.tx, call.user_id, start=start)
    items = [shapes.folder(call, folder) for folder in page]
    if p.start < 0:
        return ResultPage(items)
    total = await folders.count_of_user(call.tx, call.user_id)
    return ResultPage(items, total, start + PAGE if start + PAGE < total else None)


def _type(conditions: Mapping[str, FilterValue]) -> tuple[str, dict[str, FilterValue]]:
    """The type that is asked for, "" for any, and the other conditions."""
    rest = {key.strip().upper(): value for key, value in conditions.items()}
    value = rest.pop("TYPE", rest.pop("=TYPE", None))
    return ("" if value is None else str(value).strip().lower()), rest


def _selection(conditions: Mapping[str, FilterValue], order: SortOrder) -> Selection:
    ways = order if isinstance(order, dict) else {"ID": order} if order else {}
    return folders.selection(conditions, [(field.strip().upper(), descends(way)) for field, way in ways.items()])
