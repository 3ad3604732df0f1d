"""Methods that exist in tests only: they show what the pipeline hands in, and break in every way there is."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from typing import Annotated, Any

import msgspec

from botyard.api import MODULES
from botyard.rpc.call import Call
from botyard.rpc.family import Dialect, Family
from botyard.rpc.method import AnyParams, Mode, NoParams, Params, ResultPage
from botyard.rpc.registry import Registry
from botyard.rpc.resolver import Resolver
from botyard.server import application
from botyard.store import portal
from tests.world import World

method = Family(Dialect.V1, {}).method

ROWS = 120
LONG = "x" * 20_000


class Hooks:
    """What a test wants to happen inside of a method."""

    during: Callable[[], object] = staticmethod(lambda: None)
    gate: asyncio.Event | None = None


hooks = Hooks()


@method("lab.echo", scopes=())
async def echo(call: Call, p: AnyParams) -> dict[str, Any]:
    """Answer the parameters as they came through the door."""
    return p.values


class TakeParams(Params, frozen=True, rename="upper"):
    number: int = -1
    flag: bool | None = None
    text: str = "default"
    many: list[int] = msgspec.field(default_factory=list)


@method("lab.take", scopes=())
async def take(call: Call, p: TakeParams) -> TakeParams:
    """Answer the parameters as a method reads them."""
    return p


@method("lab.fail", scopes=())
async def fail(call: Call, p: NoParams) -> None:
    """Break inside."""
    raise RuntimeError("the cat sat on the keyboard")


@method("lab.odd", scopes=())
async def odd(call: Call, p: NoParams) -> object:
    """Answer what cannot be written."""
    return object()


@method("lab.nothing", scopes=())
async def nothing(call: Call, p: NoParams) -> None:
    """Answer null."""


@method("lab.tree", scopes=())
async def tree(call: Call, p: NoParams) -> dict[str, Any]:
    """Answer something of every shape."""
    return {
        "ID": 7,
        "NAME": "Ada",
        "YES": True,
        "NO": False,
        "NULL": None,
        "RATE": 1.5,
        "LIST": [10, {"ID": "20"}, [30]],
        "3": "three",
        "LONG": LONG,
        "ROWS": [{"ID": str(number)} for number in range(1, 51)],
    }


async def _first(call: Call, p: NoParams) -> int:
    return 20


async def _sum(call: Call, p: NoParams, first: int) -> int:
    return first + 3


First = Annotated[int, Resolver(_first)]
Sum = Annotated[int, Resolver(_sum)]


@method("lab.found", scopes=())
async def looked_up(call: Call, first: First, total: Sum, p: NoParams) -> list[int]:
    """Answer what was looked up ahead of the method."""
    return [first, total]


class PageParams(Params, frozen=True):
    start: int = 0


@method("lab.page", scopes=())
async def page(call: Call, p: PageParams) -> ResultPage[list[dict[str, str]]]:
    """Answer one of three pages."""
    after = p.start + 50
    rows = [{"ID": str(number + 1)} for number in range(p.start, min(after, ROWS))]
    return ResultPage(rows, ROWS, after if after < ROWS else None)


@method("lab.during", scopes=())
async def during(call: Call, p: NoParams) -> bool:
    """Do what the test says, for instance let time pass."""
    hooks.during()
    return True


@method("lab.wait", mode=Mode.NONE, scopes=())
async def wait(call: Call, p: NoParams) -> bool:
    """Stay under way until the test opens the gate."""
    assert hooks.gate is not None
    await hooks.gate.wait()
    return True


class RenameParams(Params, frozen=True, rename="upper"):
    title: str = ""
    fail: bool = False


@method("lab.rename", mode=Mode.WRITE, scopes=())
async def rename(call: Call, p: RenameParams) -> bool:
    """Rename the portal while the test does something, and break afterwards if told so."""
    hooks.during()
    await call.tx.run("UPDATE portal SET title = :title WHERE id = 1", title=p.title)
    if p.fail:
        raise RuntimeError("after the change")
    return True


@method("lab.title", scopes=())
async def title(call: Call, p: NoParams) -> str:
    """Tell the portal's name."""
    record = await portal.get(call.tx)
    assert record is not None
    return record.title


class CostParams(Params, frozen=True):
    rows: int = 0
    statements: int = 0
    characters: int = 0


COUNTED = """WITH RECURSIVE n(i) AS (SELECT CAST(1 AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i < :upto)
    SELECT i FROM n"""


@method("lab.cost", scopes=())
async def cost(call: Call, p: CostParams) -> str:
    """Read so many rows in so many statements, and answer so many characters."""
    for _ in range(p.statements):
        await call.tx.all(COUNTED, upto=p.rows)
    return "x" * p.characters


@method("lab.change", mode=Mode.WRITE, scopes=())
async def change(call: Call, p: CostParams) -> str:
    """Rename the portal, and do what ``lab.cost`` does."""
    await call.tx.run("UPDATE portal SET title = 'changed' WHERE id = 1")
    return await cost(call, p)


@method("lab.secured", scopes=("lab",))
async def secured(call: Call, p: NoParams) -> bool:
    """Answer those who have a permission that nobody has."""
    return True


@method("lab.imbot", scopes=("imbot",))
async def imbot(call: Call, p: NoParams) -> bool:
    """Answer those who may look after bots."""
    return True


def furnish(world: World) -> World:
    """Give a portal these methods beside its own."""
    hooks.during, hooks.gate = lambda: None, None
    registry = Registry([*MODULES, sys.modules[__name__]])
    world.context = msgspec.structs.replace(world.context, registry=registry)
    world.app = application(world.context)
    return world
