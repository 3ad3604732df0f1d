"""Signals as the hub passes them on: messages that nobody keeps, and who says them.

What verbs publish by ``events.signals`` is read as well: it is the server that says it.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from botyard.model.push import PushMessage
from botyard.store.engines.db import SIGNAL_MAX, Database, Tx


class Signal(PushMessage, frozen=True, kw_only=True):
    """A message that is in no log. ``sender`` is 1 where a client said it, with ``sender_id``, or 2.

    ``app_id`` is the application whose clients alone are told. ``status_of``: it is about whether this person is there,
    and for those who asked for just that.
    """

    sender: int = 2
    sender_id: str = ""
    app_id: int = 0
    status_of: int = 0


OnSignal = Callable[[Signal], None]

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Signal).decode


class TooLong(ValueError):
    """A signal that other servers could not be told."""


async def send(database: Database, signal: Signal) -> None:
    """Tell those who are connected, here and at other servers. Raises TooLong and Unavailable."""
    text = _encode(signal)
    if len(text) > SIGNAL_MAX:
        raise TooLong(f"{len(text)} bytes, of {SIGNAL_MAX}")

    async def work(tx: Tx) -> None:
        tx.signals.append(text.decode())

    await database.write_unordered(work)


def listen(database: Database, heard: OnSignal) -> None:
    """Call ``heard`` on the event loop with each signal from now on."""

    def decoded(text: str) -> None:
        try:
            signal = _decode(text)
        except msgspec.MsgspecError:
            # Of a server of another version.
            return
        heard(signal)

    database.on_signal(decoded)
