"""What comes to a person, as the portal tells it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from pytest_botyard.messages import Message, message

if TYPE_CHECKING:
    from pytest_botyard.people import Person

WAIT_MAX = 30.0
EVENTS = {"ONIMV2MESSAGEADD": False, "ONIMV2MESSAGEUPDATE": True}
"""Events that a reply comes by, and whether it is an edited message."""


class Came(NamedTuple):
    """A message, and the dialog that it came in."""

    dialog: str
    message: Message


def wait(person: Person, offset: int, seconds: float) -> dict[str, Any]:
    """The events of a person from an offset on; the one place that knows how they are waited for."""
    page: dict[str, Any] = person.call("im.v2.Event.get", offset=offset, wait=max(0.0, min(seconds, WAIT_MAX)))
    return page


class Inbox:
    """Messages to a person since they did something last, each handed out once."""

    def __init__(self, person: Person) -> None:
        self._person = person
        self._offset = 0
        self._subscribed = False
        self._came: list[Came] = []

    def forget(self) -> None:
        """The portal was set back, and the subscription with it."""
        self._subscribed = False
        self._came = []

    def open(self) -> None:
        """Forget what has come so far, and miss nothing from now on."""
        if not self._subscribed:
            self._person.call("im.v2.Event.subscribe")
            self._subscribed = True
        while self._fetch(0.0):
            pass
        self._came = []

    def arriving(self, within: float) -> Iterator[Came]:
        """What has come and what comes, until the time is over. Say ``take`` for what was expected."""
        end = time.monotonic() + within
        place = 0
        while True:
            while place < len(self._came):
                place += 1
                yield self._came[place - 1]
            left = end - time.monotonic()
            if left <= 0:
                return
            self._fetch(left)

    def take(self, came: Came) -> None:
        """It is not handed out again."""
        self._came.remove(came)

    def _fetch(self, seconds: float) -> bool:
        page = wait(self._person, self._offset, seconds)
        self._offset = page["nextOffset"]
        for event in page["events"]:
            if event["type"] in EVENTS:
                data = event["data"]
                edited = EVENTS[event["type"]]
                self._came.append(Came(str(data["chat"]["dialogId"]), message(data["message"], edited=edited)))
        return bool(page["hasMore"])
