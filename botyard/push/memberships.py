"""Who of those connected is in which chat, kept from event to event.

Read once for each chat, for those who are connected, and then changed by the events of the log, in their order.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from botyard.model.event import Event
from botyard.model.events import ABOUT_MESSAGES, MemberJoined, MemberLeft
from botyard.store.members import Seat

MOST_CHATS = 5000
"""Chats that are kept; beyond that all are read anew."""
MOST_ARRIVALS = 10_000


class _Chat(NamedTuple):
    """Members by id, with the message from which on each of them sees the chat; and how many arrivals it knows of."""

    members: dict[int, int]
    known: int


class Wanted(NamedTuple):
    """Chats and people of whom it has to be read who is where."""

    chats: list[int]
    users: list[int]


class Memberships:
    """Connected members of chats."""

    def __init__(self) -> None:
        self.connected: dict[int, int] = {}
        """People who are connected, and how often."""
        self.newest_message = 0
        self._chats: dict[int, _Chat] = {}
        self._arrivals: list[int] = []

    def arrive(self, user_id: int) -> bool:
        """Somebody has connected once more; whether it is for the first time."""
        number = self.connected[user_id] = self.connected.get(user_id, 0) + 1
        if number == 1:
            if len(self._arrivals) >= MOST_ARRIVALS:
                self.forget()
            self._arrivals.append(user_id)
        return number == 1

    def depart(self, user_id: int) -> bool:
        """A connection of somebody has ended; whether it was the last one."""
        number = self.connected[user_id] - 1
        if number:
            self.connected[user_id] = number
            return False
        del self.connected[user_id]
        # Who comes back is new: while nobody listens for them, nobody keeps their seats.
        for chat in self._chats.values():
            chat.members.pop(user_id, None)
        return True

    def forget(self) -> None:
        """Nothing that was read counts any longer."""
        self._chats.clear()
        self._arrivals.clear()

    def wanted(self, chat_ids: Iterable[int]) -> list[Wanted]:
        """What has to be read before anything about these chats can be told."""
        fresh: list[int] = []
        stale: list[int] = []
        arrived: set[int] = set()
        for chat_id in dict.fromkeys(chat_ids):
            chat = self._chats.get(chat_id)
            if chat is None:
                fresh.append(chat_id)
            elif late := self.connected.keys() & self._arrivals[chat.known :]:
                stale.append(chat_id)
                arrived |= late
        wanted = [Wanted(fresh, sorted(self.connected))] if fresh and self.connected else []
        return [*wanted, Wanted(stale, sorted(arrived))] if stale else wanted

    def learn(self, wanted: Sequence[Wanted], seats: Iterable[Seat]) -> None:
        """Keep what was read."""
        if len(self._chats) >= MOST_CHATS:
            self._chats.clear()
        for chat_id in (chat_id for each in wanted for chat_id in each.chats):
            known = self._chats.get(chat_id)
            self._chats[chat_id] = _Chat(known.members if known else {}, len(self._arrivals))
        for seat in seats:
            chat = self._chats.get(seat.chat_id)
            if chat is not None and seat.user_id in self.connected:
                chat.members[seat.user_id] = seat.first_id

    def of(self, chat_id: int) -> dict[int, int]:
        """Connected members of a chat, with the first message that each of them sees."""
        chat = self._chats.get(chat_id)
        return chat.members if chat else {}

    def follow(self, event: Event) -> None:
        """What an event changes, before it is told."""
        if isinstance(event, MemberJoined):
            chat = self._chats.get(event.chat_id)
            if chat is not None and event.user_id in self.connected:
                chat.members[event.user_id] = event.first_id if event.history else self.newest_message + 1
        elif isinstance(event, ABOUT_MESSAGES):
            self.newest_message = max(self.newest_message, event.message_id)

    def leave(self, event: Event) -> None:
        """What an event ends, after it is told."""
        if isinstance(event, MemberLeft):
            chat = self._chats.get(event.chat_id)
            if chat is not None:
                chat.members.pop(event.user_id, None)
