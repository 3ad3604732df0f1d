"""What people with a live connection are told and nobody keeps: that somebody is typing, or is there.

It is handed over once the transaction is committed, to listeners of this process and, on PostgreSQL, of the others.
Whoever is not connected at that moment never learns of it.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from botyard.model.push import PushMessage
from botyard.store.engines.db import SIGNAL_MAX, Database, Tx

_encode = msgspec.json.Encoder().encode
_decoder = msgspec.json.Decoder(PushMessage)


def publish(tx: Tx, message: PushMessage) -> None:
    """Hand a message to whoever listens, once the write is committed; raises ValueError for one that is too long."""
    body = _encode(message)
    if len(body) > SIGNAL_MAX:
        raise ValueError(f"A signal may have {SIGNAL_MAX} bytes, {message.command} has {len(body)}.")
    tx.signals.append(body.decode())


def listen(database: Database, listener: Callable[[PushMessage], None]) -> None:
    """Call ``listener`` on the event loop with each message that is published from now on."""
    database.on_signal(lambda text: listener(_decoder.decode(text)))
