"""`botyard.portal.*`: the switches of the whole portal, and snapshots of it for tests."""

from __future__ import annotations

import re

import msgspec

from botyard.api.botyard.family import method
from botyard.errors import ApiError, Reason
from botyard.portal import portal_flags
from botyard.rpc.access import Access
from botyard.rpc.call import Call
from botyard.rpc.method import Mode, NoParams, Params
from botyard.rpc.snapshots import KEPT_MAX, Snapshots
from botyard.store.engines.snapshots import ROWS_MAX, TooLarge

_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")


class Turned(Params, frozen=True, rename="upper"):
    """NAME is `rest`, `maintenance` or `https`."""

    name: str = ""
    on: bool = False


class Named(Params, frozen=True, rename="upper"):
    name: str = ""


class Kept(msgspec.Struct, frozen=True):
    """A snapshot: its name, and how many rows of the database are in it."""

    name: str
    rows: int


@method("botyard.portal.get", access=Access.ADMIN)
async def get(call: Call, p: NoParams) -> dict[str, bool]:
    """Tell where the switches of the portal stand."""
    return await portal_flags.all_flags(call.tx)


@method("botyard.portal.switch", access=Access.ADMIN, mode=Mode.WRITE, raises=(Reason.SWITCH_MISSING,))
async def switch(call: Call, p: Turned) -> dict[str, bool]:
    """Turn a switch, and tell where all of them stand.

    `rest` off and `maintenance` on refuse every call, the one that would turn
    them back included; that takes the command line then.
    """
    if p.name not in portal_flags.FLAGS:
        raise ApiError(Reason.SWITCH_MISSING, names=", ".join(portal_flags.FLAGS))
    await portal_flags.set_flag(call.tx, p.name, p.on)
    return await portal_flags.all_flags(call.tx)


@method(
    "botyard.portal.snapshot",
    access=Access.ADMIN,
    mode=Mode.OWN,
    raises=(Reason.DEV_ONLY, Reason.SNAPSHOT_NAME, Reason.SNAPSHOT_TOO_MANY, Reason.SNAPSHOT_TOO_LARGE),
)
async def snapshot(call: Call, p: Named) -> Kept:
    """Keep the state of the whole portal under a name, until the server stops; one of the same name is replaced."""
    kept = _snapshots(call)
    if not _NAME.fullmatch(p.name):
        raise ApiError(Reason.SNAPSHOT_NAME)
    if kept.full(p.name):
        raise ApiError(Reason.SNAPSHOT_TOO_MANY, limit=KEPT_MAX)
    try:
        kept_snapshot = await kept.keep(call.context, p.name)
    except TooLarge as problem:
        raise ApiError(Reason.SNAPSHOT_TOO_LARGE, limit=ROWS_MAX) from problem
    return Kept(p.name, kept_snapshot.rows)


@method(
    "botyard.portal.restore",
    access=Access.ADMIN,
    mode=Mode.OWN,
    raises=(Reason.DEV_ONLY, Reason.SNAPSHOT_MISSING),
)
async def restore(call: Call, p: Named) -> bool:
    """Make the portal what it was when the snapshot of this name was taken.

    What has happened since is gone, and numbers of people, chats, messages and
    files are given out again; those of events go on. Events on their way are
    not sent any more, and callers who wait for events get none.
    """
    kept = _snapshots(call)
    if not (p.name and await kept.restore(call.context, p.name)):
        raise ApiError(Reason.SNAPSHOT_MISSING)
    return True


@method(
    "botyard.portal.reset",
    access=Access.ADMIN,
    mode=Mode.OWN,
    raises=(Reason.DEV_ONLY, Reason.SNAPSHOT_TOO_LARGE),
)
async def reset(call: Call, p: NoParams) -> bool:
    """Make the portal what it was when the server had started, as `botyard.portal.restore` does."""
    if not await _snapshots(call).restore(call.context):
        raise ApiError(Reason.SNAPSHOT_TOO_LARGE, limit=ROWS_MAX)
    return True


def _snapshots(call: Call) -> Snapshots:
    """The snapshots of a portal that is for development. Raises DEV_ONLY."""
    if call.context.settings.profile != "dev":
        raise ApiError(Reason.DEV_ONLY)
    return call.context.snapshots
