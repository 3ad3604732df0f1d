"""Who is connected, by whose channels they listen to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from botyard.push.listener import Listener
from botyard.push.outgoing import Outgoing

Connected = dict[int, dict[Listener, None]]
_NOBODY: Mapping[Listener, None] = {}


class Roll:
    """All listeners: those of people by person, those of applications by application and person."""

    def __init__(self) -> None:
        self._apps: dict[int, Connected] = {0: {}}
        self._all: dict[Listener, None] = {}

    def __len__(self) -> int:
        return len(self._all)

    def __iter__(self) -> Iterator[Listener]:
        return iter(list(self._all))

    def add(self, listener: Listener) -> None:
        self._all[listener] = None
        self._apps.setdefault(listener.app_id, {}).setdefault(listener.user_id, {})[listener] = None

    def remove(self, listener: Listener) -> None:
        del self._all[listener]
        people = self._apps[listener.app_id]
        own = people[listener.user_id]
        del own[listener]
        if not own:
            del people[listener.user_id]
        if not people and listener.app_id:
            del self._apps[listener.app_id]

    def __contains__(self, listener: Listener) -> bool:
        return listener in self._all

    def keys(self) -> set[str]:
        """The keys by which all of them listen."""
        return {listener.key for listener in self._all}

    def of(self, user_id: int) -> Iterable[Listener]:
        """Those of a person, but for what listens to applications."""
        return self._apps[0].get(user_id, _NOBODY)

    def audience(self, outgoing: Outgoing, members: Mapping[int, int]) -> list[Listener]:
        """Whom a message is for. ``members`` are those of its chat, with the first message that each of them sees."""
        message = outgoing.message
        people = self._apps.get(outgoing.app_id)
        if not people:
            return []
        module = message.module_id
        if message.user_ids is not None:
            ids: Iterable[int] = message.user_ids
        elif message.chat_id:
            since = message.since_message_id
            ids = [user_id for user_id, first in members.items() if not since or first <= since]
        else:
            return [each for own in people.values() for each in own if each.live and each.shared and each.hears(module)]
        return [
            each
            for user_id in ids
            if (own := people.get(user_id))
            for each in own
            if each.live and each.private and each.hears(module)
        ]


def concerns(listener: Listener, outgoing: Outgoing, seats: Mapping[int, int]) -> bool:
    """Whether a message is for one listener, of whom is known in which chats they are, and from which message on."""
    message = outgoing.message
    if outgoing.app_id != listener.app_id or not listener.hears(message.module_id):
        return False
    if message.user_ids is not None:
        return listener.private and listener.user_id in message.user_ids
    if not message.chat_id:
        return listener.shared
    first, since = seats.get(message.chat_id), message.since_message_id
    return listener.private and first is not None and (not since or first <= since)
