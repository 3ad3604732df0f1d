"""The steps of a call, in order: find, identify, limit, scope, access, decode, run, account."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Mapping
from typing import Any

import msgspec

from botyard.errors import ApiError, ErrorCode
from botyard.rpc import access, hints
from botyard.rpc.call import Call, Context, Outcome, WriteInstead
from botyard.rpc.identity import Credentials, Identity, identify
from botyard.rpc.limits import Operating
from botyard.rpc.long_poll import Watch, watching
from botyard.rpc.method import V3, Method, Mode, ResultPage
from botyard.store.engines.db import Tx, Work
from botyard.store.events import caller

_TRANSACTED = (Mode.READ, Mode.WRITE)


class Request(msgspec.Struct, frozen=True, gc=False):
    """A call as the door hands it in: names of ``params`` are lower case."""

    method: str
    params: Mapping[str, Any]
    credentials: Credentials
    started: float
    watch: Watch | None = None


async def dispatch(context: Context, request: Request) -> Outcome:
    """Carry out one request from outside.

    Raises ``ApiError`` with the documented problem for anything that ends the call.
    """
    context.limits.admit()
    try:
        return await _answer(context, request)
    finally:
        context.limits.release()


async def _answer(context: Context, request: Request) -> Outcome:
    method = context.registry.find(request.method)
    if method is None or method.before is not None or method.mode not in _TRANSACTED:
        watching.set(request.watch)
        identity = await context.database.read(lambda tx: _identified(context, request, tx))
        return await run(context, identity, request.method, request.params, request.started)
    found, attempt = method, _Attempt()

    # One transaction serves the look-up of the caller and the method itself: this is the hot path.
    async def work(tx: Tx) -> Any:
        identity = await identify(tx, context.keys, request.credentials, request.started)
        if attempt.job is None:
            # A work may run again, and is still one request.
            context.limits.enter(identity.source, request.started)
        attempt.job = _admitted(context, identity, found, request.params, request.started)
        return await _result(attempt.job, tx, writing=attempt.writing)

    reading = method.mode is Mode.READ
    try:
        return await _done(attempt, _read(context, attempt, work) if reading else context.database.write(work))
    except ApiError as refused:
        hints.explain(refused, method, request.params)
        raise


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
        raise _unknown(context, name)
    try:
        return await _run(context, identity, method, params, started)
    except ApiError as refused:
        hints.explain(refused, method, params)
        raise


def _unknown(context: Context, name: str) -> ApiError:
    third = name.startswith(V3)
    names = [one.name.removeprefix(V3) for one in context.registry if one.name.startswith(V3) == third]
    hint = hints.no_method(name.removeprefix(V3), names)
    if third:
        return ApiError(ErrorCode.METHOD_V3, hint=hint, method=name.removeprefix(V3)[:100])
    return ApiError(ErrorCode.METHOD_NOT_FOUND, hint=hint)


async def _run(
    context: Context, identity: Identity, method: Method, params: Mapping[str, Any], started: float
) -> Outcome:
    job = _admitted(context, identity, method, params, started)
    prepared = await asyncio.to_thread(method.before, job.decoded) if method.before else None

    attempt = _Attempt(job)

    async def work(tx: Tx) -> Any:
        return await _result(job, tx, prepared, writing=attempt.writing)

    if method.mode is Mode.READ:
        return await _done(attempt, _read(context, attempt, work))
    if method.mode is Mode.WRITE:
        return await _done(attempt, context.database.write(work))
    return await _done(attempt, _result(job, None))


class _Job(msgspec.Struct, frozen=True, gc=False):
    """A call that was let in, its parameters decoded."""

    context: Context
    identity: Identity
    method: Method
    decoded: Any
    started: float
    begun: float


class _Attempt:
    """What a call in a transaction has come to so far: it is let in there, and accounted for here.

    Inside, the commit would be left out, which takes longer than all the rest.
    """

    __slots__ = ("job", "writing")

    def __init__(self, job: _Job | None = None) -> None:
        self.job = job
        self.writing = False


def _admitted(context: Context, identity: Identity, method: Method, params: Mapping[str, Any], started: float) -> _Job:
    """Check scope, access and operating time, and decode the parameters."""
    if method.scopes and identity.scopes.isdisjoint(method.scopes):
        hint = f"needs scope {' or '.join(method.scopes)}"
        raise ApiError(ErrorCode.SCOPE, hint=hint, auth=identity.auth.value)
    access.require(method.access, identity)
    context.limits.check(identity.source, method.name, started)
    return _Job(context, identity, method, method.read(params), started, context.clock.now())


async def _read(context: Context, attempt: _Attempt, work: Work[Any]) -> Any:
    """Run a method that reads; once more and in a write where it finds that something has to be made first."""
    try:
        return await context.database.read(work)
    except WriteInstead:
        attempt.writing = True
        return await context.database.write(work)


async def _result(job: _Job, tx: Tx | None, prepared: Any = None, *, writing: bool = False) -> Any:
    call = Call(job.context, job.identity, job.method, int(job.started), tx, run, prepared, writing)
    before = caller.set(job.identity.user_id)
    try:
        return await job.method.handler(call, job.decoded)
    finally:
        caller.reset(before)


async def _done(attempt: _Attempt, running: Awaitable[Any]) -> Outcome:
    """Wait for the method's result and account for its time, which is spent by calls that fail as well."""
    try:
        result = await running
    except BaseException:
        if attempt.job is not None:
            _spent(attempt.job)
        raise
    job = attempt.job
    assert job is not None
    finished, operating = _spent(job)
    page = result if isinstance(result, ResultPage) else ResultPage(result)
    return Outcome(page.items, page.total, page.next, job.started, finished, finished - job.begun, operating, page.hint)


def _spent(job: _Job) -> tuple[float, Operating]:
    """When the call ended, and how much time it has brought the caller to."""
    finished = job.context.clock.now()
    # Batch itself is not counted, its commands are.
    spent = finished - job.begun if job.method.mode is not Mode.NONE else 0.0
    return finished, job.context.limits.spent(job.identity.source, job.method.name, spent, job.begun)
