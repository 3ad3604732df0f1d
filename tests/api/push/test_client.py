"""A client that only applies commands has the same list and the same counters as one that has just read them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from tests.api.push.story import Told, commands_for
from tests.chat.test_unread_chats import STEPS, Play
from tests.world import Person, World


@dataclass
class Place:
    """A chat in the list of a client."""

    dialog: str
    last: int = 0
    counter: int = 0
    muted: bool = False
    unread: bool = False
    pinned: bool = False
    listed: bool = False


class Client:
    """Reads the list once, and from then on applies what it is told."""

    def __init__(self, world: World, person: Person) -> None:
        self.world, self.person = world, person
        self.seen = world.last_event()
        self.chats: dict[int, Place] = {}
        for item in world.call("im.recent.list", person).result["items"]:
            self.chats[item["chat_id"]] = Place(
                str(item["id"]),
                item["message"]["id"],
                item["counter"],
                str(person.id) in item["chat"]["mute_list"],
                item["unread"],
                item["pinned"],
                listed=True,
            )

    def catch_up(self) -> None:
        """Apply everything since the last time."""
        after, self.seen = self.seen, self.world.last_event()
        for command in commands_for(self.world, self.person, after):
            self.apply(command)

    def apply(self, command: Told) -> None:
        name, params = command
        if name == "chatUserLeave" and params["userId"] == self.person.id:
            self.chats.pop(params["chatId"], None)
            return
        if "counter" not in params:
            return
        place = self.chats.setdefault(params["chatId"], Place(params["dialogId"]))
        place.counter, place.muted, place.unread = params["counter"], params["muted"], params["unread"]
        place.pinned, place.listed = params["pinned"], params["listed"]
        if name in ("message", "messageChat"):
            place.last = params["message"]["id"]
        elif name == "messageDeleteComplete":
            place.last = params["lastMessage"]["id"] if params["lastMessage"] else 0

    def list(self) -> list[tuple[str, int, int, bool, bool]]:
        """What it shows: dialog, last message, unread messages, mark, pin."""
        places = [place for place in self.chats.values() if place.listed]
        places.sort(key=lambda place: (place.pinned, place.last), reverse=True)
        return [(place.dialog, place.last, place.counter, place.unread, place.pinned) for place in places]

    def counters(self) -> dict[str, Any]:
        """The counters that it shows, as `im.counters.get` names them."""
        shown: dict[str, Any] = {"CHAT": {}, "CHAT_MUTED": {}, "DIALOG": {}, "CHAT_UNREAD": [], "DIALOG_UNREAD": []}
        for chat_id, place in sorted(self.chats.items()):
            private = not place.dialog.startswith("chat")
            key = int(place.dialog) if private else chat_id
            if place.unread:
                shown["DIALOG_UNREAD" if private else "CHAT_UNREAD"].append(key)
            if place.counter and place.muted:
                shown["CHAT_MUTED"][str(chat_id)] = place.counter
            elif place.counter:
                shown["DIALOG" if private else "CHAT"][str(key)] = place.counter
        return shown

    def compare(self) -> None:
        """Hold what it shows against what is read afresh."""
        items = self.world.call("im.recent.list", self.person).result["items"]
        assert self.list() == [
            (str(item["id"]), item["message"]["id"], item["counter"], item["unread"], item["pinned"]) for item in items
        ]
        read = self.world.call("im.counters.get", self.person).result
        for name, counts in self.counters().items():
            assert (sorted(read[name]) if "UNREAD" in name else read[name] or {}) == (
                sorted(counts) if "UNREAD" in name else counts
            )


@pytest.mark.parametrize("seed", range(3))
def test_a_client_that_only_listens_shows_what_is_so(portal: World, seed: int) -> None:
    play = Play(portal, seed)
    clients = [Client(portal, person) for person in play.people]
    for _ in range(STEPS):
        play.dice.choice(play.deeds)()
        if play.dice.random() < 0.5:
            portal.wait(1)
        # Some hear of everything at once, others later, of several things together.
        for client in clients:
            if play.dice.random() < 0.4:
                client.catch_up()
                client.compare()
    for client in clients:
        client.catch_up()
        client.compare()
