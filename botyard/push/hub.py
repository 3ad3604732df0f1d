"""The hub: follows the event log while anybody is connected, and tells each event to those whom it concerns.

One task serves everybody: it reads the next events, has them rendered once, and writes each message to all who are to
have it, without waiting for one of them. Who cannot keep up is disconnected, and comes back with the number of the last
message that arrived.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import AsyncIterator
from itertools import count

from botyard.errors import ApiError
from botyard.model import mids
from botyard.model.event import Event
from botyard.model.mids import Position
from botyard.model.push import PushMessage
from botyard.push import replay, signals
from botyard.push.event_reader import PAGE, EventPage, EventReader, Render
from botyard.push.listener import Listener
from botyard.push.memberships import Memberships
from botyard.push.outgoing import Moment, Outgoing, Sender
from botyard.push.presence import Presence
from botyard.push.rates import Rates
from botyard.push.roll import Roll
from botyard.push.signals import Signal
from botyard.rpc.call import Context
from botyard.rpc.identity import require_listening
from botyard.store.access import Caller
from botyard.store.engines.db import Unavailable

log = logging.getLogger(__name__)

POLL_SECONDS = 1.0
"""How long a commit of another program may go unnoticed."""
PING_SECONDS = 10.0
"""Between two pings: clients of version 5 give up after 20 seconds without one."""
LOOK_SECONDS = 60.0
"""Between two looks at all keys, also where none is known to have ended."""
MOST_SIGNALS = 1000
"""Signals that wait for their turn; more are dropped, for nobody keeps them anyway."""
SLICE = 10_000
"""Messages that are written before others have their turn, a few milliseconds."""
MANY, REST_SECONDS = 200, 0.02
"""After so many messages there is a pause as long as they took, and not longer than this."""
LAG = 20_000
"""Events after which somebody whom none of them concerned is told where the log is by now."""
LISTENING_SCOPES = frozenset({"pull"})
"""The permissions without which nobody listens."""


class Hub:
    """Everybody who is connected to this server."""

    def __init__(self, context: Context, render: Render) -> None:
        self.context = context
        self.reader = EventReader(context, render)
        self.memberships = Memberships()
        self.roll = Roll()
        self.presence = Presence(self)
        self.rates = Rates(context.clock.now)
        self.position = 0
        """The last event that was told."""
        self.closed = False
        self.delivered = 0
        self._unwritten: list[Listener] = []
        self._signals: deque[Signal] = deque(maxlen=MOST_SIGNALS)
        self._numbers = count(1)
        self._rung = asyncio.Event()
        self._turn = asyncio.Lock()
        self._task: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._revocations = -1
        self._looked = 0.0
        self.replays = asyncio.Semaphore(replay.AT_ONCE)
        self._attached = False
        context.stopping.on(self.close)

    # Who is connected.

    async def admit(self, listener: Listener) -> bool:
        """Whether the key of a listener opens what it wants to listen to; it knows its permissions then."""
        callers = await self.reader.callers([listener.key])
        return self._fits(listener, callers.get(listener.key))

    async def join(self, listener: Listener, mid: str = "") -> None:
        """Let an admitted listener hear everything from here on, or from behind its last message on."""
        async with self._turn:
            if listener.gone:
                return
            if self.closed:
                listener.leave()
                return
            if self._task is None:
                self._attach()
                self.position, self.memberships.newest_message = await self.reader.newest()
                self._task = asyncio.get_running_loop().create_task(self._run(), name="push-hub")
                self._ping_later()
            self.roll.add(listener)
            if self.memberships.arrive(listener.user_id):
                self.presence.came(listener.user_id)
            listener.last_mid = mid if mids.find(mid) else mids.mid(Position(self.position))
            if not mid:
                listener.live = True
                return
        await replay.catch_up(self, listener, mid)

    def _attach(self) -> None:
        """Hear of commits and signals; not before somebody has connected."""
        if not self._attached:
            self._attached = True
            self.context.database.on_commit(self._rung.set)
            signals.listen(self.context.database, self.signal)
            self.context.snapshots.pauses.append(self.paused)

    def is_connected(self, user_id: int) -> bool:
        """Whether somebody is connected to this server."""
        return user_id in self.memberships.connected

    def part(self, listener: Listener) -> None:
        """A listener has gone."""
        listener.gone, listener.live = True, False
        if listener not in self.roll:
            return
        self.roll.remove(listener)
        self.presence.forget(listener)
        if self.memberships.depart(listener.user_id):
            self.presence.went(listener.user_id)
        if not len(self.roll):
            # The task ends by itself, for a read that is cancelled costs a connection.
            self._rung.set()

    def close(self) -> None:
        """The server stops: everybody is to look for another one."""
        self.closed = True
        if self._timer is not None:
            self._timer.cancel()
        for listener in self.roll:
            listener.leave()
        self._rung.set()

    @contextlib.asynccontextmanager
    async def paused(self) -> AsyncIterator[None]:
        """While the portal is set back: its log is another one afterwards, and everybody begins anew."""
        async with self._turn:
            try:
                yield
            finally:
                self.memberships.forget()
                self.reader.forget()
                if self._task is not None:
                    self.position, self.memberships.newest_message = await self.reader.newest()
                for listener in self.roll:
                    self.start_anew(listener)

    def turn(self) -> asyncio.Lock:
        """Held while nothing of the log is told."""
        return self._turn

    # What is said.

    def signal(self, signal: Signal) -> None:
        """Tell something that is in no log."""
        if len(self.roll):
            self._signals.append(signal)
            self._rung.set()

    def passing(self, message: PushMessage, sender: Sender | None = None, app_id: int = 0) -> Outgoing:
        """A message that is in no log."""
        now = int(self.context.clock.now())
        moment = Moment(now, self.context.clock.atom(now))
        number = mids.passing(Position(self.position), next(self._numbers))
        return Outgoing(message, number, moment, sender=sender or Sender(), app_id=app_id)

    def system(self, listener: Listener, command: str, **params: object) -> None:
        """Tell one client a command about its connection."""
        message = PushMessage(module_id="pull", command=command, params=params, user_ids=(listener.user_id,))
        listener.deliver(self.passing(message, app_id=listener.app_id))
        listener.flush()

    def start_anew(self, listener: Listener) -> None:
        """Have a client load everything again: what it may have missed is not to be had any more."""
        self.system(listener, "config_expire")

    # The log.

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            while len(self.roll) and not self.closed:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(POLL_SECONDS):
                        await self._rung.wait()
                self._rung.clear()
                try:
                    more = True
                    while more and len(self.roll) and not self.closed:
                        began, before = loop.time(), self.delivered
                        async with self._turn:
                            more = await self._step()
                        if self.delivered - before >= MANY:
                            # Under load others have half of the time, and what gathers meanwhile shares writes.
                            await asyncio.sleep(min(REST_SECONDS, loop.time() - began))
                except Unavailable:
                    # The log keeps what is told when the database is there again.
                    await asyncio.sleep(POLL_SECONDS)
                except Exception:
                    log.exception("The push server could not go on; it tries again.")
                    await asyncio.sleep(POLL_SECONDS)
        finally:
            self._task = None

    async def reach(self, event_id: int) -> bool:
        """Tell the log up to an event, where that is not done yet; whether the log has come so far."""
        if event_id <= self.position:
            return True
        async with self._turn:
            newest, _ = await self.reader.newest()
            while self.position < event_id <= newest and await self._step():
                pass
            return event_id <= self.position

    async def _step(self) -> bool:
        """Tell the next events and what waits beside them; whether there may be more events."""
        page = await self.reader.page(self.position, self.memberships, limit=PAGE)
        loop = asyncio.get_running_loop()
        if page.revocations != self._revocations or loop.time() - self._looked > LOOK_SECONDS:
            self._revocations, self._looked = page.revocations, loop.time()
            await self._check_keys()
        self.memberships.learn(page.wanted, page.seats)
        await self._tell_events(page)
        await self._tell_signals()
        await self.presence.note()
        return page.full

    async def _tell_events(self, page: EventPage) -> None:
        written = 0
        for event, messages, number in page.rendered:
            written += self._tell(event, messages)
            self.position = number
            if written >= SLICE:
                written = 0
                self._flush()
                await asyncio.sleep(0)
        self._flush()

    def _tell(self, event: Event, messages: list[Outgoing]) -> int:
        self.memberships.follow(event)
        written = 0
        for outgoing in messages:
            audience = self.roll.audience(outgoing, self.memberships.of(outgoing.message.chat_id))
            self._unwritten += [listener for listener in audience if listener.deliver(outgoing)]
            written += len(audience)
        self.memberships.leave(event)
        self.delivered += written
        return written

    async def _tell_signals(self) -> None:
        waiting = list(self._signals)
        self._signals.clear()
        if not waiting:
            return
        chats = [signal.chat_id for signal in waiting if signal.user_ids is None]
        self.memberships.learn(*await self.reader.seats(self.memberships, chats))
        for signal in waiting:
            outgoing = self.passing(signal, Sender(signal.sender, signal.sender_id), signal.app_id)
            if signal.status_of:
                self.presence.heard(signal, outgoing)
                continue
            audience = self.roll.audience(outgoing, self.memberships.of(signal.chat_id))
            self._unwritten += [listener for listener in audience if listener.deliver(outgoing)]
        self._flush()

    def _flush(self) -> None:
        """Write to everybody for whom there is something."""
        unwritten, self._unwritten = self._unwritten, []
        for listener in unwritten:
            listener.flush()

    # Keys.

    async def _check_keys(self) -> None:
        """Let nobody hear more whose key has ended."""
        keys = self.roll.keys()
        callers = await self.reader.callers(list(keys))
        for listener in self.roll:
            # Who has come meanwhile was looked at just now.
            if listener.key in keys and not self._fits(listener, callers.get(listener.key)):
                listener.expire()

    def _fits(self, listener: Listener, caller: Caller | None) -> bool:
        """Whether somebody may listen by a key, and what that opens is noted."""
        now = self.context.clock.now()
        if caller is None or caller.user_id != listener.user_id or listener.end <= now:
            return False
        if listener.app_id not in (0, caller.app_id):
            return False
        try:
            require_listening(caller, now, https=listener.https)
        except ApiError:
            return False
        listener.scopes = frozenset(caller.scopes.split(","))
        return not listener.scopes.isdisjoint(LISTENING_SCOPES)

    # Pings.

    def _ping_later(self) -> None:
        if self._timer is not None:
            return
        self._timer = asyncio.get_running_loop().call_later(PING_SECONDS, self._ping)

    def _ping(self) -> None:
        self._timer = None
        now = self.context.clock.now()
        for listener in self.roll:
            if listener.end <= now:
                self.system(listener, "channel_expire", action="get_config", channel={"id": listener.channel})
                listener.expire()
                continue
            listener.ping()
            if listener.live and self.position - mids.event_id(listener.last_mid) > LAG:
                # Clients do nothing about it but remember its number.
                self.system(listener, "position")
        if len(self.roll) and not self.closed:
            self._ping_later()
