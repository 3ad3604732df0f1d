"""Links of a chat, and messages that mention somebody: whatever the index knows of them already."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

import pytest

from botyard.chat.content import web_addresses
from botyard.chat.conversation import indexing
from tests.world import Person, World

LINKS, MENTIONS, COUNTS = "botyard.chat.link.list", "botyard.message.mention.list", "botyard.message.mention.counts"


class Room:
    """Ann and Bob in a chat, and Eve outside of it."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.ann, self.bob, self.eve = (world.add_person(name) for name in ("Ann", "Bob", "Eve"))
        self.chat = world.add_chat(self.ann, [self.bob.id])

    def say(self, text: str, by: Person | None = None, chat: int = 0) -> int:
        dialog = f"chat{chat or self.chat}"
        return int(self.world.call("im.message.add", by or self.ann, DIALOG_ID=dialog, MESSAGE=text).result)

    def index(self) -> None:
        self.world.run(indexing.catch_up(self.world.context.database))

    def links(self, by: Person | None = None, **params: Any) -> dict[int, list[str]]:
        params = {"DIALOG_ID": f"chat{self.chat}", **params}
        listed = self.world.call(LINKS, by or self.ann, params=params).result["LINKS"]
        return {row["MESSAGE_ID"]: row["URLS"] for row in listed}

    def mentions(self, by: Person, **params: Any) -> list[int]:
        return [row["id"] for row in self.world.call(MENTIONS, by, params=params).result["MESSAGES"]]

    def counts(self, by: Person) -> dict[int, int]:
        return {row["CHAT_ID"]: row["COUNT"] for row in self.world.call(COUNTS, by).result}


@pytest.fixture
def room(portal: World) -> Room:
    return Room(portal)


@pytest.mark.parametrize(
    ("text", "addresses"),
    [
        ("see https://a.test/x, and (http://b.test/y_(z)).", ["https://a.test/x", "http://b.test/y_(z)"]),
        ("[url=https://a.test/x?y=1]here[/url] [URL]http://b.test[/URL]", ["https://a.test/x?y=1", "http://b.test"]),
        ("https://a.test https://a.test HTTPS://B.TEST!", ["https://a.test", "HTTPS://B.TEST"]),
        ("[code]https://a.test[/code] [url=/company/]x[/url] ftp://a.test javascript://x", []),
        ("[b]https://a.test[/b]", ["https://a.test"]),
        ("https://" + "a" * 3000, []),
        ("mine https://a.test\n>>https://quoted.test", ["https://a.test"]),
        ("nothing", []),
    ],
)
def test_addresses(text: str, addresses: list[str]) -> None:
    assert web_addresses.listed(text) == addresses


def test_links_before_and_after_they_are_indexed(room: Room) -> None:
    first, second = room.say("https://a.test"), room.say("[url=https://b.test]b[/url]", room.bob)
    room.say("no link")
    for _ in range(2):
        assert room.links() == {second: ["https://b.test"], first: ["https://a.test"]}
        room.index()
    room.world.call("im.message.update", room.ann, MESSAGE_ID=first, MESSAGE="none any more")
    third = room.say("https://c.test")
    for _ in range(2):
        assert list(room.links()) == [third, second]
        room.index()
    room.world.call("im.message.delete", room.bob, MESSAGE_ID=second)
    room.world.call("im.message.update", room.ann, MESSAGE_ID=first, MESSAGE="again https://d.test")
    for _ in range(2):
        assert room.links() == {third: ["https://c.test"], first: ["https://d.test"]}
        room.index()


def test_pages_of_links(room: Room) -> None:
    ids = [room.say(f"https://a.test/{number}") for number in range(5)][::-1]
    for _ in range(2):
        page = room.world.call(LINKS, room.bob, DIALOG_ID=f"chat{room.chat}", LIMIT=2).result
        assert [row["MESSAGE_ID"] for row in page["LINKS"]] == ids[:2] and page["NEXT"] == ids[1]
        assert page["LINKS"][0]["USER_ID"] == room.ann.id and page["LINKS"][0]["DATE"]
        assert list(room.links(LAST_ID=page["NEXT"])) == ids[2:]
        rest = room.world.call(LINKS, room.bob, DIALOG_ID=f"chat{room.chat}", LAST_ID=ids[2], LIMIT=2).result
        assert len(rest["LINKS"]) == 2 and rest["NEXT"] == 0
        room.index()
    wrong = room.world.call(LINKS, room.bob, DIALOG_ID=f"chat{room.chat}", LAST_ID="x")
    assert wrong.error == "ERROR_ARGUMENT"


def test_links_of_what_one_sees(room: Room) -> None:
    room.say("https://before.test")
    closed = room.world.call(LINKS, room.eve, DIALOG_ID=f"chat{room.chat}")
    assert closed.error == "ACCESS_ERROR"
    room.world.call("im.chat.user.add", room.ann, CHAT_ID=room.chat, USERS=[room.eve.id], HIDE_HISTORY="Y")
    after = room.say("https://after.test")
    for _ in range(2):
        assert list(room.links(room.eve)) == [after] and len(room.links(room.ann)) == 2
        room.index()


def test_mentions_of_one_and_of_everybody(room: Room) -> None:
    other = room.world.add_chat(room.eve, [room.bob.id])
    named = room.say(f"[USER={room.bob.id}]Bob[/USER], look")
    everybody = room.say("[USER=all]All[/USER] look")
    elsewhere = room.say(f"[user={room.bob.id}]you[/user]", room.eve, other)
    own = room.say(f"[USER={room.bob.id}]I[/USER] and [USER=all]all[/USER]", room.bob)
    room.say(f"[USER={room.eve.id}]Eve[/USER] is not here")
    for _ in range(2):
        assert room.mentions(room.bob) == [elsewhere, everybody, named]
        assert room.mentions(room.ann) == [own] and room.mentions(room.eve) == []
        room.index()
    page = room.world.call(MENTIONS, room.bob, LIMIT=2).result
    assert [row["chatId"] for row in page["MESSAGES"]] == [other, room.chat]
    assert page["NEXT"] == everybody and room.mentions(room.bob, LAST_ID=page["NEXT"]) == [named]
    assert {user["id"] for user in page["USERS"]} == {room.ann.id, room.eve.id}
    for name in ("LAST_ID", "CHAT_ID"):
        assert room.world.call(MENTIONS, room.bob, params={name: "x"}).error == "ERROR_ARGUMENT"


def test_mentions_of_one_chat(room: Room) -> None:
    other = room.world.add_chat(room.ann, [room.bob.id])
    here = [room.say(f"[USER={room.bob.id}]Bob[/USER]") for _ in range(2)]
    there = room.say("[USER=all]all[/USER]", room.ann, other)
    for _ in range(2):
        assert room.mentions(room.bob, CHAT_ID=room.chat) == here[::-1]
        assert room.mentions(room.bob, CHAT_ID=other, UNREAD="Y") == [there]
        assert room.mentions(room.bob, CHAT_ID=room.chat, LAST_ID=here[1]) == [here[0]]
        assert room.mentions(room.bob, CHAT_ID=0) == [there, *here[::-1]]
        assert room.mentions(room.eve, CHAT_ID=room.chat) == [] and room.mentions(room.bob, CHAT_ID=10**6) == []
        room.index()
    room.world.call("im.chat.leave", room.bob, CHAT_ID=other)
    assert room.mentions(room.bob, CHAT_ID=other) == []


def test_unread_mentions_are_counted_by_chat(room: Room) -> None:
    other = room.world.add_chat(room.eve, [room.bob.id])
    first = room.say(f"[USER={room.bob.id}]Bob[/USER]")
    room.say("[USER=all]all[/USER]")
    room.say("nobody")
    room.say(f"[USER={room.bob.id}]Bob[/USER] and [USER=all]all[/USER]", room.eve, other)
    for _ in range(2):
        assert room.counts(room.bob) == {room.chat: 2, other: 1} and room.counts(room.ann) == {}
        room.index()
    room.world.call("im.dialog.read", room.bob, DIALOG_ID=f"chat{room.chat}", MESSAGE_ID=first)
    assert room.counts(room.bob) == {room.chat: 1, other: 1}
    assert len(room.mentions(room.bob)) == 3 and len(room.mentions(room.bob, UNREAD="Y")) == 2
    room.world.call("im.dialog.read", room.bob, DIALOG_ID=f"chat{room.chat}")
    room.world.call("im.chat.leave", room.bob, CHAT_ID=other)
    assert room.counts(room.bob) == {} and room.mentions(room.bob, UNREAD="Y") == []


def test_no_more_than_a_hundred_are_counted(room: Room) -> None:
    for _ in range(103):
        room.say("[USER=all]all[/USER]")
    for _ in range(2):
        assert room.counts(room.bob) == {room.chat: 100}
        room.index()


class Model:
    """What happens in two chats, and whom it mentions, in the slow, obvious way."""

    def __init__(self, room: Room, seed: int) -> None:
        self.room, self.dice = room, random.Random(seed)
        self.chats = [room.chat, room.world.add_chat(room.bob, [room.ann.id, room.eve.id])]
        self.people = {chat: {room.ann.id, room.bob.id} for chat in self.chats}
        self.people[self.chats[1]].add(room.eve.id)
        self.messages: dict[int, tuple[int, Person, set[int]]] = {}
        self.read: Counter[tuple[int, int]] = Counter()

    def text(self) -> tuple[str, set[int]]:
        whom = self.dice.choice([set(), {0}, {self.room.ann.id}, {self.room.bob.id, self.room.eve.id}])
        return " ".join(f"[USER={user_id or 'all'}]x[/USER]" for user_id in sorted(whom)) + " hi", whom

    def step(self) -> None:
        act = self.dice.choice(["say", "say", "say", "edit", "erase", "read", "index"])
        chat = self.dice.choice(self.chats)
        members = [p for p in (self.room.ann, self.room.bob, self.room.eve) if p.id in self.people[chat]]
        person = self.dice.choice(members)
        text, whom = self.text()
        if act == "say":
            message_id = self.room.say(text, person, chat)
            self.messages[message_id] = (chat, person, whom)
            self.read[chat, person.id] = message_id
        elif act == "index":
            self.room.index()
        elif act == "read":
            self.room.world.call("im.dialog.read", person, DIALOG_ID=f"chat{chat}")
            self.read[chat, person.id] = max([0, *(i for i, row in self.messages.items() if row[0] == chat)])
        elif self.messages:
            message_id = self.dice.choice(sorted(self.messages))
            chat, author, _ = self.messages[message_id]
            if act == "edit":
                self.room.world.call("im.message.update", author, MESSAGE_ID=message_id, MESSAGE=text)
                self.messages[message_id] = (chat, author, whom)
            else:
                self.room.world.call("im.message.delete", author, MESSAGE_ID=message_id)
                del self.messages[message_id]

    def check(self) -> None:
        for person in (self.room.ann, self.room.bob, self.room.eve):
            mentions = {
                message_id: chat
                for message_id, (chat, author, whom) in self.messages.items()
                if person.id in self.people[chat] and author.id != person.id and whom & {0, person.id}
            }
            unread = [i for i, chat in mentions.items() if i > self.read[chat, person.id]]
            assert self.room.mentions(person, LIMIT=50) == sorted(mentions, reverse=True)[:50]
            for chat in set(mentions.values()):
                of_chat = sorted((i for i in mentions if mentions[i] == chat), reverse=True)
                assert self.room.mentions(person, CHAT_ID=chat, LIMIT=50) == of_chat[:50]
            assert self.room.mentions(person, UNREAD="Y", LIMIT=50) == sorted(unread, reverse=True)[:50]
            assert self.room.counts(person) == dict(sorted(Counter(mentions[i] for i in unread).items()))


@pytest.mark.parametrize("seed", range(3))
def test_mentions_against_a_slow_model(room: Room, seed: int) -> None:
    model = Model(room, seed)
    for number in range(60):
        model.step()
        if number % 3 == 0:
            model.check()
    model.check()
