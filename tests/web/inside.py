"""uvicorn's connection as it is, on a transport that only notes what is done to it."""

from __future__ import annotations

import ast
import asyncio
import inspect
from collections.abc import Iterable
from types import ModuleType
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

DATE = (b"date", b"today")


class Transport(asyncio.Transport):
    """Keeps what was written, and whether it was closed."""

    def __init__(self, **extra: Any) -> None:
        super().__init__({"peername": ("127.0.0.1", 1), "sockname": ("127.0.0.1", 2), **extra})
        self.writes: list[bytes] = []
        self.closed = False
        self.protocol: Any = None

    def write(self, data: Any) -> None:
        self.writes.append(bytes(data))

    @property
    def written(self) -> bytes:
        return b"".join(self.writes)

    def close(self) -> None:
        self.closed = True

    def is_closing(self) -> bool:
        return self.closed

    def pause_reading(self) -> None:
        pass

    def resume_reading(self) -> None:
        pass

    def set_protocol(self, protocol: Any) -> None:
        self.protocol = protocol


async def connected(
    app: Any, kind: type[HttpToolsProtocol] = HttpToolsProtocol, *, ws: Any = "none", **extra: Any
) -> tuple[Any, Transport]:
    """A connection that was just made, and its transport. Typed as Any, for it is looked into."""
    config = uvicorn.Config(
        app, http=kind, ws=ws, lifespan="off", access_log=False, log_config=None, timeout_keep_alive=7
    )
    config.load()
    state = ServerState()
    state.default_headers = [DATE]
    protocol = kind(config=config, server_state=state, app_state={}, _loop=asyncio.get_running_loop())
    transport = Transport(**extra)
    protocol.connection_made(transport)
    return protocol, transport


async def idle() -> None:
    """Let everything happen that is ready to."""
    for _ in range(10):
        await asyncio.sleep(0)


def names_of(*things: Any) -> set[str]:
    """What these objects and their classes have that not every object has."""
    every = set(dir(object)) | {"__annotations__", "__dict__", "__weakref__"}
    return {name for thing in things for name in (*vars(thing), *vars(type(thing)))} - every


def used_names(modules: Iterable[ModuleType]) -> set[str]:
    """Every attribute that these modules read, set or define."""
    used: set[str] = set()
    for module in modules:
        for node in ast.walk(ast.parse(inspect.getsource(module))):
            if isinstance(node, ast.Attribute):
                used.add(node.attr)
            elif isinstance(node, ast.FunctionDef):
                used.add(node.name)
            elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("uvicorn"):
                used |= {alias.name for alias in node.names}
    return used
