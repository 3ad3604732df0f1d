"""All open connections of a server: the idle ones give way when there are too many."""

from __future__ import annotations

from collections import Counter
from itertools import islice
from typing import Protocol

from botyard.delivery.backpressure import open_files

RESERVED = 128
"""Files that the program needs for other things than connections: its database, its log, files under way."""
LOOKED_AT = 10_000
"""How many connections are looked at for idle ones, so that looking takes a few milliseconds at most."""
PART = 20
"""One part of so many gives way at a time."""


class Member(Protocol):
    """A connection as it is judged."""

    @property
    def idle_since(self) -> float | None:
        """When it was last of use, by the clock of the event loop; ``None`` while a request is under way."""

    @property
    def address(self) -> str:
        """Whose it is."""

    def give_way(self) -> None:
        """End at once."""


def room() -> int:
    """How many connections there may be: deliveries may have half of all files."""
    files = open_files()
    return max(1, files - files // 2 - RESERVED)


class Crowd:
    """The connections of one server, over all its listeners."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._members: dict[Member, None] = {}

    def __len__(self) -> int:
        return len(self._members)

    def join(self, member: Member) -> None:
        """One more; idle ones give way where that is too many."""
        if len(self._members) >= self.most:
            self.thin_out()
        self._members[member] = None

    def leave(self, member: Member) -> None:
        """One less."""
        self._members.pop(member, None)

    def thin_out(self) -> int:
        """Let some idle connections give way, of addresses with many first, then the oldest. Returns how many."""
        idle = [
            (member, since) for member in islice(self._members, LOOKED_AT) if (since := member.idle_since) is not None
        ]
        each = Counter(member.address for member, _ in idle)
        idle.sort(key=lambda entry: (-each[entry[0].address], entry[1]))
        leaving = [member for member, _ in idle[: max(1, len(self._members) // PART)]]
        for member in leaving:
            self.leave(member)
            member.give_way()
        return len(leaving)
