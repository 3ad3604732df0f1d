"""The steps of a call, in order: find, identify, limit, scope, access, decode, run, account."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from botyard.errors import ApiError, ErrorCode
from botyard.model.audit import AuditEvent
from botyard.rpc import access, hints
from botyard.rpc.call import Call, Context, Outcome, WriteInstead
from botyard.rpc.guessing import WRONG_KEY
from botyard.rpc.identity import Auth, Credentials, Identity, identify
from botyard.rpc.limits import Operating
from botyard.rpc.method import V3, Method, Mode, ResultPage
from botyard.slow_work import run_slow
from botyard.store.engines.budget import NO_LIMIT, Budget
from botyard.store.engines.db import Tx

NOTHING_SPENT = Budget()


class Request(msgspec.Struct, frozen=True, gc=False):
    """A call as `web/` passes it: ``method`` is what was found by ``name``, names of ``params`` are lower case."""

    name: str
    method: Method | None
    params: Mapping[str, Any]
    credentials: Credentials
    started: float
    decoded: Any = None
    """The parameters as the method takes them, where they were too many to be read on the event loop."""


async def dispatch(context: Context, request: Request) -> Outcome:
    """Carry out one request from outside.

    Raises ``ApiError`` with the documented problem for anything that ends the call.
    """
    method = request.method
    context.limits.admit()
    try:
        if method is not None and method.before is None and method.mode in (Mode.READ, Mode.WRITE):
            # Identified and run in one transaction: this is the hot path.
            execution = _Execution(context, method, request.params, request.started, request.credentials)
            execution.decoded = request.decoded
            return await execution.finish()
        identity = await context.database.read(lambda tx: _identified(context, request, tx))
        return await _run(
            context, identity, request.name, method, request.params, request.started, None, request.decoded
        )
    finally:
        context.limits.release()


async def run(
    context: Context,
    identity: Identity,
    name: str,
    params: Mapping[str, Any],
    started: float,
    batch: Budget | None = None,
) -> Outcome:
    """Carry out one method for a caller who was let in before: the part that `batch` repeats for each command.

    The key is looked up again, for it may have ended meanwhile. The method may cost what is left of ``batch``, and is
    added to it.
    """
    method, credentials = context.registry.find(name), identity.credentials
    if method is not None and credentials is not None:
        if method.before is None and method.mode in (Mode.READ, Mode.WRITE):
            execution = _Execution(context, method, params, started, credentials, counted=True)
            return await _finished(execution, batch)
        identity = await context.database.read(lambda tx: identify(tx, context.keys, credentials, started))
    return await _run(context, identity, name, method, params, started, batch)


async def known_source(context: Context, credentials: Credentials, started: float) -> str:
    """See that credentials are good before a body is waited for; what they count for. Raises what identifying raises.

    Those that were good a moment ago are not looked up again: the call itself does that.
    """
    known = context.slots.known
    key = (credentials.user_id, context.keys.hash(credentials.secret or credentials.token), credentials.https)
    source = known.find(key, started)
    if not source:
        caller = await context.database.read(lambda tx: identify(tx, context.keys, credentials, started))
        source = caller.source
        known.note(key, source, started)
    return source


async def _run(
    context: Context,
    identity: Identity,
    name: str,
    method: Method | None,
    params: Mapping[str, Any],
    started: float,
    batch: Budget | None,
    decoded: Any = None,
) -> Outcome:
    """Run a method for a caller who was identified before."""
    if method is None:
        raise _unknown(context, name)
    execution = _Execution(context, method, params, started)
    execution.decoded = decoded
    try:
        execution.admit(identity)
        if method.before is not None:
            execution.prepared = await run_slow(method.before, execution.decoded)
    except ApiError as refused:
        hints.explain(refused, method, params)
        raise
    return await _finished(execution, batch)


async def _finished(execution: _Execution, batch: Budget | None) -> Outcome:
    """Run a method, at the cost of a batch where it belongs to one."""
    if batch is None:
        return await execution.finish()
    execution.limits = batch.left(execution.limits)
    try:
        return await execution.finish()
    finally:
        batch.add(execution.budget)


async def _identified(context: Context, request: Request, tx: Tx) -> Identity:
    identity = await identify(tx, context.keys, request.credentials, request.started)
    _enter(context, identity, request.started)
    return identity


def _enter(context: Context, identity: Identity, started: float) -> None:
    """Count a request, and note who calls from where."""
    try:
        context.limits.enter(identity.source, started)
    except ApiError:
        context.audit_notes.note_refusal(
            AuditEvent.REQUESTS_LIMITED, identity.address, subject=identity.source, user_id=identity.user_id
        )
        raise
    if not context.audit_notes.used(identity.source, identity.address):
        context.audit_notes.note_use(identity.actor)


def _unknown(context: Context, name: str) -> ApiError:
    third = name.startswith(V3)
    names = [method.name.removeprefix(V3) for method in context.registry if method.name.startswith(V3) == third]
    hint = hints.no_method(name.removeprefix(V3), names)
    if third:
        return ApiError(ErrorCode.METHOD_V3, hint=hint, method=name.removeprefix(V3)[:100])
    return ApiError(ErrorCode.METHOD_NOT_FOUND, hint=hint)


class _Execution:
    """One method on its way through the steps. ``identity`` is set once the caller is let in.

    A caller who comes with credentials is identified by the work itself; ``counted`` is one whose request has been.
    """

    __slots__ = (
        "begun",
        "budget",
        "context",
        "counted",
        "credentials",
        "decoded",
        "identity",
        "limits",
        "method",
        "params",
        "prepared",
        "started",
        "writing",
    )

    def __init__(
        self,
        context: Context,
        method: Method,
        params: Mapping[str, Any],
        started: float,
        credentials: Credentials | None = None,
        *,
        counted: bool = False,
    ) -> None:
        self.context = context
        self.method = method
        self.params = params
        self.started = started
        self.credentials = credentials
        self.counted = counted
        self.identity: Identity | None = None
        self.decoded: Any = None
        self.prepared: Any = None
        self.begun = 0.0
        self.writing = False
        self.limits = context.limits.costs.call
        self.budget = NOTHING_SPENT

    def admit(self, identity: Identity) -> None:
        """Check scope, access and operating time, and decode the parameters."""
        method = self.method
        try:
            access.require_permitted(method.scopes, method.access, identity)
        except ApiError:
            self.context.audit_notes.note_refusal(
                AuditEvent.PERMISSION_REFUSED,
                identity.address,
                subject=identity.source,
                user_id=identity.user_id,
                method=method.name,
            )
            raise
        self.context.limits.check(identity.source, method.name, self.started)
        if self.decoded is None:
            self.decoded = method.read(self.params)
        self.begun = self.context.clock.now()
        self.identity = identity

    def call(self, tx: Tx | None) -> Call:
        """What the method is given beside its parameters."""
        identity = self.identity
        assert identity is not None
        now = int(self.started)
        if tx is not None:
            tx.caller_id, tx.now = identity.user_id, now
            if self.method.mode is not Mode.READ:
                tx.actor = identity.actor
        return Call(self.context, identity, self.method, now, tx, run, self.budget, self.prepared, self.writing)

    async def handle(self, tx: Tx | None) -> Any:
        """Run the method itself; a caller who comes with credentials is identified and let in by the same work."""
        self.budget = tx.budget if tx is not None else Budget()
        self.budget.limit(self.limits)
        if self.credentials is not None and tx is not None:
            context = self.context
            identity = await identify(tx, context.keys, self.credentials, self.started)
            if not self.counted:
                # A work may run again, and is still one request.
                _enter(context, identity, self.started)
                self.counted = True
            self.admit(identity)
        method, call = self.method, self.call(tx)
        values: list[Any] = []
        for find in method.finds:
            values.append(await find(call, self.decoded, *values))
        return await method.function(call, *values, self.decoded)

    async def finish(self) -> Outcome:
        """Run the method in a transaction as its mode says, and account for its time, the commit included."""
        database, mode = self.context.database, self.method.mode
        try:
            try:
                if mode is Mode.READ:
                    result = await database.read(self.handle)
                elif mode is Mode.WRITE:
                    result = await database.write(self.handle)
                else:
                    result = await self.handle(None)
            except WriteInstead:
                self.writing = True
                result = await database.write(self.handle)
        except BaseException as failure:
            # Calls that fail have spent time as well.
            if self.identity is not None:
                self._account(self.identity)
            if isinstance(failure, ApiError):
                if failure.problem in WRONG_KEY and self.identity is not None and self.identity.auth is Auth.WEBHOOK:
                    self.context.guessing.count(self.identity.source, int(self.started))
                hints.explain(failure, self.method, self.params)
            raise
        assert self.identity is not None
        finished, operating = self._account(self.identity)
        processing = finished - self.begun
        # Of a call that has changed something, the caller has to be told.
        most = self.limits.response_bytes if mode is Mode.READ and not self.writing else NO_LIMIT
        if not isinstance(result, ResultPage):
            return Outcome(result, None, None, self.started, finished, processing, operating, "", most)
        total, following, hint = result.total, result.next, result.hint
        return Outcome(result.items, total, following, self.started, finished, processing, operating, hint, most)

    def _account(self, identity: Identity) -> tuple[float, Operating]:
        """When the call ended, and how much time it has brought the caller to."""
        finished = self.context.clock.now()
        limits = self.context.limits
        if limits.on_cost is not None:
            limits.on_cost(self.method.name, self.budget)
        # Batch itself is not counted, its commands are.
        spent = finished - self.begun if self.method.mode is not Mode.NONE else 0.0
        return finished, limits.spent(identity.source, self.method.name, spent, self.begun)
