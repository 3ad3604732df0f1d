"""What the audit log is told by those who cannot write: gathered in memory, and written soon after."""

from __future__ import annotations

from typing import NamedTuple

from botyard.model.audit import Actor, AuditEvent

REMEMBERED = 20_000
"""Keys and addresses that are known to be on record; when there are more, all are looked up again."""
COUNTED = 1000
"""Addresses whose refusals are counted at a time."""


class Refused(NamedTuple):
    """What was refused, and to whom: an address, or a person who called a method from there."""

    event: AuditEvent
    address: str
    subject: str = ""
    user_id: int = 0
    method: str = ""


class AuditNotes:
    """Takes notes without waiting. One for each server.

    Whoever calls with a key is noted once for each address. What is refused is counted, so that a flood of guesses
    becomes one entry a minute.
    """

    def __init__(self) -> None:
        self._seen: set[tuple[str, str]] = set()
        self._uses: list[Actor] = []
        self._refused: dict[Refused, int] = {}

    def used(self, key: str, address: str) -> bool:
        """Whether this use of a key has been noted already; the one look that each call takes."""
        return (key, address) in self._seen

    def forget_uses(self) -> None:
        """Note the next use of each key again: that says when it was last used."""
        self._seen.clear()

    def note_use(self, actor: Actor) -> None:
        """Note that a key is used from an address."""
        if len(self._seen) >= REMEMBERED:
            self._seen.clear()
        self._seen.add((actor.key, actor.address))
        self._uses.append(actor)

    def note_refusal(
        self, event: AuditEvent, address: str, *, subject: str = "", user_id: int = 0, method: str = ""
    ) -> None:
        """Count something that was refused to an address; those that are too many are counted as one."""
        refused = Refused(event, address, subject, user_id, method)
        if refused not in self._refused and len(self._refused) >= COUNTED:
            refused = Refused(event, "")
        self._refused[refused] = self._refused.get(refused, 0) + 1

    def take_uses(self) -> list[Actor]:
        """The uses that were noted since the last time."""
        uses, self._uses = self._uses, []
        return uses

    def put_back(self, uses: list[Actor]) -> None:
        """These could not be written: the next call of each is noted again."""
        self._seen.difference_update((actor.key, actor.address) for actor in uses)

    def take_refusals(self) -> dict[Refused, int]:
        """What was refused since the last time, and how often."""
        counted, self._refused = self._refused, {}
        return counted
