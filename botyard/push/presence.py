"""Who is there: noted in the database while somebody is connected, and told to those who asked to be told."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

from botyard.model.push import ONLINE
from botyard.push import signals
from botyard.push.listener import Listener
from botyard.push.outgoing import Outgoing
from botyard.push.signals import Signal
from botyard.store import users
from botyard.store.engines.db import Unavailable

if TYPE_CHECKING:
    from botyard.push.hub import Hub

NOTE_SECONDS = 60.0
"""Between two notes of when those connected were last there."""
GRACE_SECONDS = 15.0
"""For how long somebody may be away before others are told: clients come back after a second."""


class Presence:
    """People who come and go, and who watches them."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._watchers: dict[int, dict[Listener, None]] = {}
        self._watched: dict[Listener, set[int]] = {}
        self._leaving: dict[int, asyncio.TimerHandle] = {}
        self._due: set[int] = set()
        self._noted = float("-inf")
        self._sending: set[asyncio.Task[None]] = set()

    def watch(self, listener: Listener, user_id: int, *, most: int) -> bool:
        """Tell a listener when somebody comes or goes; false where it watches too many already."""
        own = self._watched.setdefault(listener, set())
        if listener.gone or len(own) >= most:
            return False
        own.add(user_id)
        self._watchers.setdefault(user_id, {})[listener] = None
        return True

    def unwatch(self, listener: Listener, user_id: int) -> None:
        """Tell it no more."""
        self._watched.get(listener, set()).discard(user_id)
        self._dropped(listener, user_id)

    def forget(self, listener: Listener) -> None:
        """A listener has gone."""
        for user_id in self._watched.pop(listener, ()):
            self._dropped(listener, user_id)

    def _dropped(self, listener: Listener, user_id: int) -> None:
        watchers = self._watchers.get(user_id, {})
        watchers.pop(listener, None)
        if not watchers:
            self._watchers.pop(user_id, None)

    def came(self, user_id: int) -> None:
        """Somebody has connected who was not."""
        self._due.add(user_id)
        timer = self._leaving.pop(user_id, None)
        if timer is not None:
            timer.cancel()
        else:
            self._say(user_id, online=True)

    def went(self, user_id: int) -> None:
        """The last connection of somebody has ended."""
        self._due.add(user_id)
        if not self._hub.closed:
            loop = asyncio.get_running_loop()
            self._leaving[user_id] = loop.call_later(GRACE_SECONDS, self._gone, user_id)

    def _gone(self, user_id: int) -> None:
        self._leaving.pop(user_id, None)
        self._say(user_id, online=False)

    def _say(self, user_id: int, *, online: bool) -> None:
        params = {"user_id": user_id, "online": online}
        signal = Signal(module_id=ONLINE, command="userStatusChange", params=params, user_ids=(), status_of=user_id)
        task = asyncio.get_running_loop().create_task(self._send(signal))
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)

    async def _send(self, signal: Signal) -> None:
        with contextlib.suppress(Unavailable):
            await signals.send(self._hub.context.database, signal)

    def heard(self, signal: Signal, outgoing: Outgoing) -> None:
        """Somebody has come or gone, here or at another server."""
        user_id = signal.status_of
        if not signal.params.get("online") and self._hub.is_connected(user_id):
            # Gone elsewhere, and here still.
            self._say(user_id, online=True)
            return
        for listener in list(self._watchers.get(user_id, ())):
            if listener.live:
                listener.deliver(outgoing)
                listener.flush()

    async def note(self) -> None:
        """Note of those connected that they are there, now and then, and of those who have come or gone at once."""
        now = asyncio.get_running_loop().time()
        if now - self._noted >= NOTE_SECONDS:
            self._noted = now
            self._due.update(self._hub.memberships.connected)
        if self._due:
            due, self._due = sorted(self._due), set()
            with contextlib.suppress(Unavailable):
                await self._hub.context.database.write_unordered(lambda tx: users.seen_together(tx, due))
