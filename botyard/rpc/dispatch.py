"""The steps of a call, in order: find, identify, limit, scope, access, decode, run, account."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import msgspec

from botyard.errors import Problem, Refused
from botyard.rpc import access
from botyard.rpc.call import Call, Context, Outcome
from botyard.rpc.identity import Credentials, Identity, identify
from botyard.rpc.method import Method, Mode, Page
from botyard.store.db import Tx

# Methods of REST 3.0 are declared under this prefix: a name of the old API means nothing there.
V3 = "api/"


class Request(msgspec.Struct, frozen=True, gc=False):
    """A call as the door hands it in: names of ``params`` are lower case."""

    method: str
    params: Mapping[str, Any]
    credentials: Credentials
    started: float


async def dispatch(context: Context, request: Request) -> Outcome:
    """Carry out one request from outside.

    Raises ``Refused`` with the documented problem for anything that ends the call.
    """
    context.limits.admit()
    try:
        return await _answer(context, request)
    finally:
        context.limits.release()


async def _answer(context: Context, request: Request) -> Outcome:
    async def who(tx: Tx) -> Identity:
        return await identify(tx, context.keys, request.credentials, request.started)

    identity = await context.database.read(who)
    context.limits.enter(identity.source, request.started)
    return await run(context, identity, request.method, request.params, request.started)


async def run(context: Context, identity: Identity, name: str, params: Mapping[str, Any], started: float) -> Outcome:
    """Carry out one method for somebody already known: the part that `batch` repeats for each command."""
    method = context.registry.find(name)
    if method is None:
        if name.startswith(V3):
            raise Refused(Problem.METHOD_V3, method=name.removeprefix(V3)[:100])
        raise Refused(Problem.METHOD_NOT_FOUND)
    if method.scopes and identity.scopes.isdisjoint(method.scopes):
        raise Refused(Problem.SCOPE, auth=identity.auth.value)
    access.require(method.access, identity)
    context.limits.check(identity.source, method.name, started)
    decoded = method.read(params)
    begun = context.clock.now()
    try:
        result = await _run_handler(context, identity, method, decoded, started)
    finally:
        # Time is spent by calls that fail as well; batch itself is not counted, its commands are.
        finished = context.clock.now()
        spent = finished - begun if method.mode is not Mode.NONE else 0.0
        operating = context.limits.spent(identity.source, method.name, spent, finished)
    page = result if isinstance(result, Page) else Page(result)
    return Outcome(page.items, page.total, page.next, started, finished, finished - begun, operating)


async def _run_handler(context: Context, identity: Identity, method: Method, decoded: Any, started: float) -> Any:
    async def again(name: str, params: dict[str, Any]) -> Outcome:
        return await run(context, identity, name, params, context.clock.now())

    prepared = await asyncio.to_thread(method.before, decoded) if method.before else None

    async def work(tx: Tx | None) -> Any:
        return await method.handler(Call(context, identity, method, int(started), tx, again, prepared), decoded)

    if method.mode is Mode.READ:
        return await context.database.read(work)
    if method.mode is Mode.WRITE:
        return await context.database.write(work)
    return await work(None)
