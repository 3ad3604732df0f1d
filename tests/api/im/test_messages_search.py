"""`im.dialog.messages.search`: messages of one chat by words and time."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from botyard.chat.conversation import indexing
from tests.world import Person, World
from tests.worlds.bots import CLIENT

DAY = 86_400


class Library:
    """Ann and Bob in a room, some of whose messages are indexed and some are not."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.ann, self.bob = world.add_person("Ann"), world.add_person("Bob")
        self.room = world.open_room(self.ann, self.bob.id)
        self.hello = world.send("Hello, Crème brûlée")
        world.wait(DAY)
        self.bye = world.send("Goodbye, [b]hello[/b] again", self.bob)
        self.index()
        world.wait(DAY)
        self.last = world.send("helloween", self.bob)

    def index(self) -> None:
        self.world.run(indexing.catch_up(self.world.context.database))

    def answer(self, phrase: str, by: Person | None = None, **params: Any) -> Any:
        params = {"CHAT_ID": self.room, "SEARCH_MESSAGE": phrase, **params}
        return self.world.call("im.dialog.messages.search", by or self.ann, params=params)

    def search(self, phrase: str, by: Person | None = None, **params: Any) -> list[int]:
        return [message["id"] for message in self.answer(phrase, by, **params).result["messages"]]

    def at(self, message_id: int) -> int:
        row = self.world.read(lambda tx: tx.one("SELECT sent FROM messages WHERE id = :id", id=message_id))
        assert row is not None
        return int(row[0])


@pytest.fixture
def library(portal: World) -> Library:
    return Library(portal)


def test_the_newest_come_first(library: Library) -> None:
    both = [library.last, library.bye, library.hello]
    assert library.search("HELLO") == both
    assert library.search("hello", ORDER={"ID": "ASC"}) == both[::-1] == library.search("hello", order={"id": "asc"})
    assert library.search("hello", ORDER="ASC") == both[::-1]
    assert library.search("hello", ORDER={"ID": "DESC"}) == both == library.search("hello", ORDER={"DATE": "ASC"})


def test_words_are_found_by_their_beginnings(library: Library) -> None:
    assert library.search("brul creme") == [library.hello]
    assert library.search("CRÈME") == [library.hello]
    assert library.search("hello again") == [library.bye]
    assert library.search("ello") == library.search("hellos") == library.search("hello zzz") == []


def test_codes_are_not_words(library: Library) -> None:
    library.world.send("[URL=https://a.example/secret]Look here[/URL]")
    assert library.search("secret") == []
    assert len(library.search("look")) == 1


def test_short_phrases_leave_everything_in(library: Library) -> None:
    everything = library.search("")
    assert everything[:1] == [library.last] and {library.hello, library.bye} <= set(everything)
    assert library.search("he") == library.search("  he  ") == everything
    assert library.search("...") == []


def test_pages(library: Library) -> None:
    assert library.search("hello", LIMIT=1) == [library.last]
    assert library.search("hello", LIMIT=1, LAST_ID=library.last) == [library.bye]
    assert library.search("hello", LIMIT=2, LAST_ID=library.bye, ORDER={"ID": "ASC"}) == [library.last]
    assert library.search("hello", LAST_ID=library.hello) == []
    assert library.search("hello", LAST_ID="rubbish") == library.search("hello", LIMIT=-1) == library.search("hello")
    assert library.search("", LIMIT=2, LAST_ID=library.last)[0] == library.bye
    assert library.search("", LIMIT=10_000) == library.search("")


def test_moments(library: Library) -> None:
    bye, last = library.at(library.bye), library.at(library.last)
    written = datetime.fromtimestamp(bye, UTC).isoformat()
    assert library.search("hello", DATE_FROM=written) == [library.last, library.bye]
    assert library.search("hello", DATE_FROM=bye + 1) == [library.last]
    assert library.search("hello", DATE_TO=written) == [library.bye, library.hello]
    assert library.search("hello", DATE_TO=bye - 1) == [library.hello]
    assert library.search("hello", DATE=bye) == [library.bye] == library.search("", DATE=bye)
    assert library.search("hello", DATE=bye, DATE_TO=last) == [library.bye]
    assert library.search("hello", DATE_FROM=last, DATE_TO=bye) == []
    assert library.search("hello", DATE="2001-01-01T00:00:00Z") == library.search("hello", DATE_FROM=2**70) == []
    # What is no moment is no condition.
    assert library.search("hello", DATE_FROM="soon", DATE_TO="later", DATE="") == library.search("hello")


@pytest.mark.parametrize("indexed", [False, True])
def test_edited_and_erased_messages_are_found_by_what_they_are(library: Library, indexed: bool) -> None:
    world = library.world
    world.edit(library.hello, "Something else")
    world.erase(library.last, library.bob)
    world.erase(library.bye, library.bob, complete=True)
    if indexed:
        library.index()
    assert library.search("hello") == library.search("brulee") == []
    assert library.search("something") == [library.hello]
    assert library.search("", DATE_FROM=library.at(library.last)) == []


def test_what_the_index_held_is_gone(library: Library) -> None:
    """An erased text leaves no words behind, nor does one that was edited."""
    library.world.edit(library.hello, "Something else")
    library.world.erase(library.bye, library.bob)
    library.index()
    assert library.world.count("search_changes") == 0
    query = f"({library.room}_0_goodbye*) OR ({library.room}_0_brulee*)"
    sql = "SELECT rowid FROM search_index WHERE {matches} :query {end_matches}"
    assert library.world.read(lambda tx: tx.all(sql, query=query)) == []
    assert library.world.read(lambda tx: tx.all(sql, query=f"({library.room}_0_somethi*)")) == [(library.hello,)]


def test_history_that_is_hidden_is_not_found(library: Library) -> None:
    eve = library.world.add_person("Eve")
    assert library.answer("hello", eve).error == "ACCESS_ERROR"
    library.world.call("im.chat.user.add", library.ann, CHAT_ID=library.room, USERS=[eve.id], HIDE_HISTORY="Y")
    assert library.search("hello", eve) == library.search("", eve, DATE_TO=library.at(library.bye)) == []
    new = library.world.send("Hello, Eve")
    assert library.search("hello", eve) == [new]
    assert library.search("hello", eve, LAST_ID=library.bye, ORDER={"ID": "ASC"}) == [new]
    library.world.call("im.chat.user.delete", library.ann, CHAT_ID=library.room, USER_ID=eve.id)
    assert library.answer("hello", eve).error == "ACCESS_ERROR"


def test_private_dialogs_and_open_chats(library: Library) -> None:
    world, eve = library.world, library.world.add_person("Eve")
    sent = world.send("Hello in private", library.bob, str(library.ann.id))
    row = world.read(lambda tx: tx.one("SELECT chat_id FROM messages WHERE id = :id", id=sent))
    assert row is not None
    assert library.search("hello", CHAT_ID=row[0]) == [sent] == library.search("hello", library.bob, CHAT_ID=row[0])
    assert library.answer("hello", eve, CHAT_ID=row[0]).error == "ACCESS_ERROR"
    square = world.add_chat(library.ann, [], TYPE="OPEN")
    sent = world.send("Hello, all", library.ann, f"chat{square}")
    assert library.search("hello", eve, CHAT_ID=square) == [sent]


def test_errors(library: Library) -> None:
    for nothing in (0, "", "rubbish", -5):
        answer = library.answer("hello", CHAT_ID=nothing)
        assert (answer.status, answer.error, answer.text) == (400, "CHAT_ID_EMPTY", "CHAT_ID can't be empty")
    missing = library.answer("hello", CHAT_ID=987_654)
    assert (missing.status, missing.error) == (403, "ACCESS_ERROR")
    assert missing.text == "You do not have access to this chat"


def test_what_is_told_of_a_message(library: Library) -> None:
    world = library.world
    reply = {"DIALOG_ID": world.dialog, "MESSAGE": "An answer", "REPLY_ID": library.hello}
    answer_id = int(world.call("im.message.add", library.bob, reply).result)
    world.like(answer_id, library.ann)
    result = library.answer("answer").result
    [message] = result["messages"]
    assert message["id"] == answer_id and message["chatId"] == message["chat_id"] == library.room
    assert message["authorId"] == message["author_id"] == library.bob.id
    assert message["params"] == {"REPLY_ID": library.hello, "LIKE": [library.ann.id]}
    assert (message["unread"], message["viewed"], message["viewedByOthers"], message["viewedCount"]) == (
        True, False, False, 0,
    )  # fmt: skip
    assert [quoted["id"] for quoted in result["additionalMessages"]] == [library.hello]
    assert [person["id"] for person in result["users"]] == [library.ann.id, library.bob.id]
    assert result["reactions"] == [
        {
            "messageId": answer_id,
            "reactionCounters": {"like": 1},
            "reactionUsers": {"like": [library.ann.id]},
            "ownReactions": ["like"],
        }
    ]
    assert [(person["id"], person["name"]) for person in result["usersShort"]] == [(library.ann.id, "Ann Example")]
    world.call("im.dialog.read", library.ann, DIALOG_ID=world.dialog)
    [read] = library.answer("answer", library.bob).result["messages"]
    assert (read["unread"], read["viewed"], read["viewedByOthers"], read["viewedCount"]) == (False, True, True, 1)


def test_nothing_found(library: Library) -> None:
    result = library.answer("nowhere").result
    assert result == {
        "users": [],
        "files": [],
        "additionalMessages": [],
        "copilot": None,
        "stickers": [],
        "reactions": [],
        "tariffRestrictions": {"isHistoryLimitExceeded": False},
        "usersShort": [],
        "messages": [],
    }


def test_the_words_of_a_chat_that_is_gone_are_gone(library: Library) -> None:
    world = library.world
    bot = world.add_bot(world.admin, "echo")
    sent = world.send_to(bot, "ephemeral")
    library.index()
    row = world.read(lambda tx: tx.one("SELECT chat_id FROM messages WHERE id = :id", id=sent))
    assert row is not None
    sql, query = "SELECT rowid FROM search_index WHERE {matches} :query {end_matches}", f"({row[0]}_0_ephemeral*)"
    assert world.read(lambda tx: tx.all(sql, query=query)) == [(sent,)]
    assert world.call("imbot.unregister", BOT_ID=bot, CLIENT_ID=CLIENT).result is True
    library.index()
    assert world.read(lambda tx: tx.all(sql, query=query)) == []
