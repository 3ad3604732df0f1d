"""Deliveries in memory, on their way from the database to their handlers."""

from __future__ import annotations

from typing import NamedTuple

from botyard.delivery.gates import Gate
from botyard.delivery.words import Letter
from botyard.model.deliveries import Delivery


class Held:
    """A delivery in memory: since when, and whose gates count it."""

    __slots__ = ("delivery", "gate", "host", "since")

    def __init__(self, delivery: Delivery, since: float, gate: Gate, host: Gate | None) -> None:
        self.delivery = delivery
        self.since = since
        self.gate = gate
        self.host = host


class Ready(NamedTuple):
    held: Held
    letter: Letter
    ts: int
