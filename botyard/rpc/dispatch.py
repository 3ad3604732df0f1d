"""The steps of a call, in order: find, identify, limit, scope, access, decode, run, account."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Mapping
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
    method = context.registry.find(request.method)
    if method is not None and method.mode is Mode.READ and method.before is None:
        found = method

        # One snapshot serves the look-up of the caller and the method itself: this is the hot path.
        async def at_once(tx: Tx) -> Outcome:
            identity = await _identified(context, request, tx)
            job = _admitted(context, identity, found, request.params, request.started)
            return await _done(job, _result(job, tx))

        return await context.database.read(at_once)

    async def who(tx: Tx) -> Identity:
        return await _identified(context, request, tx)

    identity = await context.database.read(who)
    return await run(context, identity, request.method, request.params, request.started)


async def require_known(context: Context, credentials: Credentials, started: float) -> None:
    """See that credentials are good before a large body is waited for. Raises what identifying raises."""
    await context.database.read(lambda tx: identify(tx, context.keys, credentials, started))


async def _identified(context: Context, request: Request, tx: Tx) -> Identity:
    identity = await identify(tx, context.keys, request.credentials, request.started)
    context.limits.enter(identity.source, request.started)
    return identity


async def run(context: Context, identity: Identity, name: str, params: Mapping[str, Any], started: float) -> Outcome:
    """Carry out one method for somebody already known: the part that `batch` repeats for each command."""
    method = context.registry.find(name)
    if method is None:
        if name.startswith(V3):
            raise Refused(Problem.METHOD_V3, method=name.removeprefix(V3)[:100])
        raise Refused(Problem.METHOD_NOT_FOUND)
    job = _admitted(context, identity, method, params, started)
    prepared = await asyncio.to_thread(method.before, job.decoded) if method.before else None

    async def work(tx: Tx) -> Any:
        return await _result(job, tx, prepared)

    if method.mode is Mode.READ:
        return await _done(job, context.database.read(work))
    if method.mode is Mode.WRITE:
        # Accounted for here and not inside the transaction, whose commit takes longer than all the rest.
        return await _done(job, context.database.write(work))
    return await _done(job, _result(job, None))


class _Job(msgspec.Struct, frozen=True, gc=False):
    """A call that was let in, its parameters decoded."""

    context: Context
    identity: Identity
    method: Method
    decoded: Any
    started: float
    begun: float


def _admitted(context: Context, identity: Identity, method: Method, params: Mapping[str, Any], started: float) -> _Job:
    """Check scope, access and operating time, and decode the parameters."""
    if method.scopes and identity.scopes.isdisjoint(method.scopes):
        raise Refused(Problem.SCOPE, auth=identity.auth.value)
    access.require(method.access, identity)
    context.limits.check(identity.source, method.name, started)
    return _Job(context, identity, method, method.read(params), started, context.clock.now())


async def _result(job: _Job, tx: Tx | None, prepared: Any = None) -> Any:
    call = Call(job.context, job.identity, job.method, int(job.started), tx, run, prepared)
    return await job.method.handler(call, job.decoded)


async def _done(job: _Job, running: Awaitable[Any]) -> Outcome:
    """Wait for the method's result and account for its time."""
    context, method = job.context, job.method
    try:
        result = await running
    finally:
        # Time is spent by calls that fail as well; batch itself is not counted, its commands are.
        finished = context.clock.now()
        spent = finished - job.begun if method.mode is not Mode.NONE else 0.0
        operating = context.limits.spent(job.identity.source, method.name, spent, job.begun)
    page = result if isinstance(result, Page) else Page(result)
    return Outcome(page.items, page.total, page.next, job.started, finished, finished - job.begun, operating)
