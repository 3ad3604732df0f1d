"""Which bots are told of what: mentions, edits, deletions, joining, and nobody's own words."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from botyard.chat.conversation import messages
from tests.story import bot_does, bot_says, says
from tests.world import World

DAY = 86_400
OTHER = "http://localhost:9/edits"
TYPES = ["B", "H", "S", "O"]


class Table:
    """A bot of some type, Ann, and the chats that the bot shares with her: private, group and an open line."""

    def __init__(self, world: World, type: str, openline: str = "N", handlers: bool = False) -> None:
        self.world = world
        self.bot = world.add_bot(type=type, OPENLINE=openline)
        self.ann = world.add_person("Ann")
        if handlers:
            edits = {"EVENT_MESSAGE_UPDATE": OTHER, "EVENT_MESSAGE_DELETE": OTHER}
            bot_does(world, "imbot.update", BOT_ID=self.bot, FIELDS=edits)
        says(world, self.ann, self.bot, "hello")
        self.places: dict[str, int | str] = {
            "private": self.bot,
            "group": f"chat{world.add_chat(self.ann, [self.bot])}",
            "line": f"chat{world.add_chat(self.ann, [self.bot], ENTITY_TYPE='LINES', ENTITY_ID='telegrambot|2|1|1')}",
        }

    def mention(self) -> str:
        return f"[USER={self.bot}]Echo[/USER], look"

    def told(self, deed: Callable[[], object]) -> list[str]:
        """What the bot is told of a deed."""
        before = len(self.world.due(self.bot))
        deed()
        return [type_ for type_, _ in self.world.due(self.bot)[before:]]

    def edits(self, message_id: int, text: str) -> None:
        """Ann changes what she said."""
        self.world.write(lambda tx: messages.edit(tx, self.ann.id, message_id, text=text, changed={}, window=DAY))

    def erases(self, message_id: int) -> None:
        """Ann deletes what she said."""
        self.world.write(lambda tx: messages.erase(tx, self.ann.id, message_id, complete=False, window=DAY))

    def hears(self, place: str, text: str) -> bool:
        heard = self.told(lambda: says(self.world, self.ann, self.places[place], text))
        assert heard in ([], ["MessageSent"])
        return bool(heard)


# Type, OPENLINE → where the bot hears what is said without a mention of it.
HEARS_ALL = [
    ("B", "N", {"private"}),
    ("H", "N", {"private"}),
    ("S", "N", {"private", "group", "line"}),
    ("O", "N", {"private", "line"}),
    ("B", "Y", {"private", "line"}),
    ("H", "Y", {"private", "line"}),
]


@pytest.mark.parametrize(("type_", "openline", "places"), HEARS_ALL)
def test_what_a_bot_hears(portal: World, type_: str, openline: str, places: set[str]) -> None:
    table = Table(portal, type_, openline)
    assert {place for place in table.places if table.hears(place, "hello all")} == places
    assert all(table.hears(place, table.mention()) for place in table.places)


def other_mentions(table: Table) -> list[str]:
    return [
        "[USER=987]Somebody[/USER], look",
        f"[USER={table.bot}]unfinished",
        f"[code]{table.mention()}[/code]",
        "@echo, look",
        "[USER=all]Everybody[/USER]",
    ]


def test_what_is_no_mention(world: World) -> None:
    table = Table(world, "B")
    assert [text for text in other_mentions(table) if table.hears("group", text)] == []


@pytest.mark.parametrize("type_", TYPES)
def test_nobody_is_told_its_own_words(portal: World, type_: str) -> None:
    table = Table(portal, type_, handlers=True)
    own = table.mention()

    def talks() -> None:
        for place in (table.ann.id, table.places["group"], table.places["line"]):
            message_id = bot_says(portal, place, own)
            bot_does(portal, "imbot.message.update", MESSAGE_ID=message_id, MESSAGE=f"{own}!")
            bot_does(portal, "imbot.message.delete", MESSAGE_ID=message_id)

    assert table.told(talks) == []


def test_other_bots_hear_what_a_bot_says(portal: World) -> None:
    table = Table(portal, "S")
    speaker = portal.add_bot(code="speaker", CLIENT_ID="speaker")
    chat = int(str(table.places["group"]).removeprefix("chat"))
    portal.call("im.chat.user.add", table.ann, CHAT_ID=chat, USERS=[speaker])
    assert table.told(lambda: bot_says(portal, f"chat{chat}", "beep", CLIENT_ID="speaker")) == ["MessageSent"]


@pytest.mark.parametrize("type_", TYPES)
def test_notes_and_system_messages_are_for_people(portal: World, type_: str) -> None:
    table = Table(portal, type_)
    bob = portal.add_person("Bob")
    chat = int(str(table.places["group"]).removeprefix("chat"))

    def notes() -> None:
        portal.call("im.chat.user.add", table.ann, CHAT_ID=chat, USERS=[bob.id])
        says(portal, table.ann, f"chat{chat}", table.mention(), SYSTEM="Y")

    assert table.told(notes) == []


# How the bot was registered → whether it is told of edits and deletions: in private, in a group, and there
# when mentioned. A plain bot must ask by imbot.update; what a supervisor registers counts at once.
TOLD_OF_EDITS = [
    ("B", "N", False, (False, False, False)),
    ("H", "N", False, (False, False, False)),
    ("S", "N", False, (True, True, True)),
    ("O", "N", False, (True, False, True)),
    ("B", "Y", False, (True, False, True)),
    ("B", "N", True, (True, False, True)),
    ("H", "N", True, (True, False, True)),
]


@pytest.mark.parametrize(("type_", "openline", "handlers", "expectations"), TOLD_OF_EDITS)
def test_who_is_told_of_edits_and_deletions(
    portal: World, type_: str, openline: str, handlers: bool, expectations: tuple[bool, bool, bool]
) -> None:
    table = Table(portal, type_, openline, handlers)
    places = [("private", "hi"), ("group", "hi"), ("group", table.mention())]
    for (place, text), expected in zip(places, expectations, strict=True):
        message_id = says(portal, table.ann, table.places[place], text)
        heard = table.told(lambda: table.edits(message_id, f"{text}!")), table.told(lambda: table.erases(message_id))  # noqa: B023
        assert heard == ((["MessageEdited"], ["MessageErased"]) if expected else ([], []))


def test_a_mention_that_an_edit_adds_counts(portal: World) -> None:
    table = Table(portal, "B", handlers=True)
    message_id = says(portal, table.ann, table.places["group"], "look")
    assert table.told(lambda: table.edits(message_id, table.mention())) == ["MessageEdited"]
    assert table.told(lambda: table.edits(message_id, "never mind")) == []


def test_a_bot_is_told_that_it_joined(portal: World) -> None:
    bot, ann = portal.add_bot(), portal.add_person()
    says(portal, ann, bot)
    portal.add_chat(ann, [bot])
    hidden, shown = portal.add_chat(ann), portal.add_chat(ann)
    portal.call("im.chat.user.add", ann, CHAT_ID=hidden, USERS=[bot])
    portal.call("im.chat.user.add", ann, CHAT_ID=shown, USERS=[bot], HIDE_HISTORY="N")
    joined = [body for type_, body in portal.due(bot) if type_ == "MemberJoined"]
    # The private dialog, the new chat, and the two older ones.
    assert [event["history"] for event in joined] == [True, True, False, True]
    assert {event["user_id"] for event in joined} == {bot}


def test_who_comes_by_itself_is_not_told(portal: World) -> None:
    bot, ann = portal.add_bot(), portal.add_person()
    bot_says(portal, ann.id)
    bot_does(portal, "imbot.chat.add", USERS=[ann.id])
    assert portal.due(bot) == []


def test_that_others_join_is_nobodys_news(portal: World) -> None:
    table = Table(portal, "S")
    chat = int(str(table.places["group"]).removeprefix("chat"))
    bob = portal.add_person("Bob")
    joins = {"CHAT_ID": chat, "USERS": [bob.id]}
    assert table.told(lambda: portal.call("im.chat.user.add", table.ann, joins)) == []


def test_a_bot_that_left_hears_no_more(portal: World) -> None:
    table = Table(portal, "S")
    chat = int(str(table.places["group"]).removeprefix("chat"))
    bot_does(portal, "imbot.chat.leave", CHAT_ID=chat)
    assert not table.hears("group", table.mention())


def test_every_message_reaches_every_bot_once(portal: World) -> None:
    ann = portal.add_person()
    ears = [portal.add_bot(code=f"bot{number}", type="S") for number in range(3)]
    chat = portal.add_chat(ann, ears)
    twice = "".join(f"[USER={bot}]B[/USER] [USER={bot}]B[/USER] " for bot in ears)
    message_id = says(portal, ann, f"chat{chat}", twice)
    for bot in ears:
        heard = [body for type_, body in portal.due(bot) if type_ == "MessageSent"]
        assert [event["message_id"] for event in heard] == [message_id]
        assert heard[0]["mentioned"] == ears
