"""What a method is called with: the call, and the context that it runs in."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from botyard.call_log import Lines
from botyard.clock import Clock
from botyard.config import Settings
from botyard.model.audit import Actor
from botyard.portal.audit_notes import AuditNotes
from botyard.portal.auth.breached_passwords import BreachedPasswords
from botyard.portal.auth.keys import Keys
from botyard.portal.auth.password_changes import PasswordRules
from botyard.portal.auth.sessions import PasswordSignIn
from botyard.rpc.access import require_permitted
from botyard.rpc.guessing import Guessing
from botyard.rpc.identity import Identity, identify
from botyard.rpc.limits import Limits, Operating
from botyard.rpc.long_poll import LongPollHub
from botyard.rpc.metrics import Metrics
from botyard.rpc.registry import Registry
from botyard.rpc.slots import RequestSlots, slots
from botyard.rpc.snapshots import Snapshots
from botyard.rpc.stopping import Stopping
from botyard.store.engines.blobs import FileStorage
from botyard.store.engines.budget import NO_LIMIT, Budget
from botyard.store.engines.db import Database, Tx

if TYPE_CHECKING:
    from botyard.rpc.method import Method


class Context(msgspec.Struct, frozen=True):
    """What all calls of one server share. Made once, by the composition root."""

    settings: Settings
    database: Database
    clock: Clock
    keys: Keys
    registry: Registry
    limits: Limits
    storage: FileStorage
    slots: RequestSlots = msgspec.field(default_factory=slots)
    long_poll: LongPollHub = msgspec.field(default_factory=LongPollHub)
    calls: Lines | None = None
    password_sign_in: PasswordSignIn = msgspec.field(default_factory=PasswordSignIn)
    breached: BreachedPasswords | None = None
    metrics: Metrics = msgspec.field(default_factory=Metrics)
    snapshots: Snapshots = msgspec.field(default_factory=Snapshots)
    audit_notes: AuditNotes = msgspec.field(default_factory=AuditNotes)
    stopping: Stopping = msgspec.field(default_factory=Stopping)
    guessing: Guessing = msgspec.field(default_factory=Guessing)
    loopback_only: bool = False
    """Whether published demo keys open the portal: then only this machine may call it, or be called by it."""

    @property
    def file_quota(self) -> int:
        """Bytes that the files and pictures of one person may take, 0 for no limit."""
        return self.settings.file_quota * 1024**2

    @property
    def password_rules(self) -> PasswordRules:
        """What choosing a password needs."""
        return PasswordRules(self.password_sign_in, self.breached)

    def url(self, path: str) -> str:
        """The public address of a path; ``""`` stays empty."""
        return self.settings.public_url + path if path else ""


class Outcome(msgspec.Struct, frozen=True, gc=False):
    """How a call ended well: the result, what stands beside it, and when it ran."""

    result: Any
    total: int | None
    next: int | None
    started: float
    finished: float
    processing: float
    operating: Operating
    hint: str = ""
    most: int = NO_LIMIT
    """How many bytes the response may have."""


Run = Callable[[str, dict[str, Any], Budget], Awaitable[Outcome]]
Runner = Callable[[Context, Identity, str, Mapping[str, Any], float, Budget], Awaitable[Outcome]]


class WriteInstead(Exception):
    """Raised by a method that reads where something has to be made first: it runs again, with ``call.writing``."""


class Call(msgspec.Struct, frozen=True, gc=False):
    """One call of one method.

    ``tx`` is the call's transaction; methods of mode NONE have none and use
    ``run`` to call other methods, each in its own, and those of mode OWN see a
    transaction that they have opened by ``within``. ``budget`` is what the call may cost. ``prepared`` is what the
    method's ``before`` made of the parameters ahead of the transaction. A method that
    reads may ask for a transaction that writes by ``WriteInstead``, which ``writing`` tells.
    """

    context: Context
    identity: Identity
    method: Method
    now: int
    database_tx: Tx | None
    runner: Runner
    budget: Budget
    prepared: Any = None
    writing: bool = False

    async def run(self, name: str, params: dict[str, Any], budget: Budget) -> Outcome:
        """Call another method as the same caller, at the cost of a budget."""
        return await self.runner(self.context, self.identity, name, params, self.context.clock.now(), budget)

    async def recheck(self, tx: Tx) -> None:
        """Raise what ends the call where its key has ended, or lost the permission, since it began."""
        identity = self.identity
        if identity.credentials is not None:
            identity = await identify(tx, self.context.keys, identity.credentials, float(self.now))
        require_permitted(self.method.scopes, self.method.access, identity)

    def within(self, tx: Tx) -> Call:
        """The same call in a transaction of the method's own."""
        tx.caller_id, tx.now, tx.actor = self.identity.user_id, self.now, self.actor
        self.budget.move(tx.budget.bounds)
        tx.budget = self.budget
        return msgspec.structs.replace(self, database_tx=tx)

    @property
    def tx(self) -> Tx:
        if self.database_tx is None:
            raise RuntimeError(f"{self.method.name} was declared to need no transaction")
        return self.database_tx

    @property
    def user_id(self) -> int:
        return self.identity.user_id

    @property
    def actor(self) -> Actor:
        """The caller, as the audit log names those who do something."""
        return self.identity.actor

    def atom(self, moment: int) -> str:
        """A moment as the wire writes it."""
        return self.context.clock.atom(moment)
