"""People talk: im.chat.add, im.chat.user.add, im.message.add, im.dialog.messages.get, im.dialog.read."""

from __future__ import annotations

from typing import Any

from botyard.model.people import UserKind
from tests.story import about, bot_does, bot_says, history, params_of, reads, says, texts
from tests.world import CONTRACT, World
from tests.worlds.samples import picture


def test_a_chat_without_any_parameter(portal: World) -> None:
    ann = portal.add_person("Ann")
    chat = portal.call("im.chat.add", ann).result
    seen = about(portal, ann, f"chat{chat}")
    assert (seen["user_counter"], seen["role"], seen["message_type"]) == (1, "owner", "C")
    assert seen["name"].endswith(f"chat №{chat}")


def test_what_cannot_be_drawn_is_left_out(portal: World) -> None:
    ann = portal.add_person("Ann")
    chat = portal.call("im.chat.add", ann, COLOR="PLAID", AVATAR="bm90IGEgcGljdHVyZQ==").result
    assert about(portal, ann, f"chat{chat}")["avatar"] == ""
    chat = portal.call("im.chat.add", ann, AVATAR=picture(), MESSAGE="Welcome!").result
    assert about(portal, ann, f"chat{chat}")["avatar"].startswith("http")
    assert texts(portal, ann, f"chat{chat}")[0] == "Welcome!"


def test_inviting_whoever_is_there_already_is_nothing_wrong(portal: World) -> None:
    ann, bob = portal.add_person("Ann"), portal.add_person("Bob")
    chat = portal.add_chat(ann)
    for _ in range(2):
        assert portal.call("im.chat.user.add", ann, CHAT_ID=chat, USERS=[bob.id]).result is True
    assert about(portal, bob, f"chat{chat}")["user_counter"] == 2
    assert len([text for text in texts(portal, ann, f"chat{chat}") if "invited" in text]) == 1


def test_a_message_to_oneself(portal: World) -> None:
    ann = portal.add_person("Ann")
    message_id = says(portal, ann, ann.id, "milk")
    assert [message["id"] for message in history(portal, ann, ann.id)] == [message_id]
    assert about(portal, ann, ann.id)["counter"] == 0


def test_blanks_of_people_are_kept(portal: World) -> None:
    """Only bots' texts are trimmed: commands may end with a blank that means something."""
    ann, bob = portal.add_person("Ann"), portal.add_person("Bob")
    says(portal, ann, bob.id, "/help ")
    assert texts(portal, bob, ann.id) == ["/help "]


def test_a_reply_names_what_it_answers(portal: World) -> None:
    ann, bob = portal.add_person("Ann"), portal.add_person("Bob")
    first = says(portal, ann, bob.id, "lunch?")
    reply = says(portal, bob, ann.id, "yes", REPLY_ID=first)
    assert params_of(portal, ann, bob.id, reply) == {"REPLY_ID": first}


def test_an_open_chat_is_read_by_all_and_written_by_members(portal: World) -> None:
    ann, paul = portal.add_person("Ann"), portal.add_person("Paul")
    chat = f"chat{portal.add_chat(ann, TYPE='OPEN')}"
    says(portal, ann, chat, "news")
    assert texts(portal, paul, chat)[0] == "news"
    assert portal.call("im.message.add", paul, DIALOG_ID=chat, MESSAGE="hi").error == "CHAT_ID"
    assert portal.call("im.dialog.read", paul, DIALOG_ID=chat).result is False


class Talk:
    """Ann and Bob exchanged sixty messages."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.ann, self.bob = world.add_person("Ann"), world.add_person("Bob")
        self.said = [says(world, self.ann, self.bob.id, str(number)) for number in range(60)]

    def page(self, **more: Any) -> list[int]:
        return [self.said.index(message["id"]) for message in history(self.world, self.bob, self.ann.id, **more)]


def test_pages_of_history(portal: World) -> None:
    talk = Talk(portal)
    newest = list(reversed(range(60)))
    message_ids = talk.said
    assert talk.page() == newest[:20]
    assert talk.page(LIMIT=3) == newest[:3]
    assert talk.page(LIMIT="5") == newest[:5]
    assert talk.page(LIMIT=500) == newest[:50]
    assert talk.page(LIMIT=0) == talk.page(LIMIT=-4) == newest[:1]
    # Older and newer than a message, without itself.
    assert talk.page(LAST_ID=message_ids[30], LIMIT=3) == [29, 28, 27]
    assert talk.page(LAST_ID=str(message_ids[2])) == [1, 0]
    assert talk.page(FIRST_ID=message_ids[30], LIMIT=3) == [33, 32, 31]
    assert talk.page(FIRST_ID=message_ids[58]) == [59]
    assert talk.page(FIRST_ID=message_ids[59]) == talk.page(LAST_ID=message_ids[0]) == []
    for absent in ("", 0, "0", None):
        assert talk.page(LAST_ID=absent, FIRST_ID=absent) == newest[:20]


def test_beside_a_message_that_is_not_there_is_nothing(portal: World) -> None:
    ann, bob = portal.add_person("Ann"), portal.add_person("Bob")
    here, elsewhere = says(portal, ann, bob.id), says(portal, ann, ann.id)
    for beside in (elsewhere, here + 1000):
        for name in ("LAST_ID", "FIRST_ID"):
            page = portal.call("im.dialog.messages.get", ann, {"DIALOG_ID": bob.id, name: beside}).result
            assert (page["messages"], page["users"], page["files"]) == ([], [], [])


def test_a_page_brings_its_authors(portal: World) -> None:
    bot = portal.add_bot(PROPERTIES={"NAME": "Echo", "COLOR": "AZURE", "WORK_POSITION": "Repeats"})
    ann, eve = portal.add_person("Ann"), portal.add_person("Eve", kind=UserKind.EXTRANET)
    chat = portal.add_chat(ann, [bot, eve.id])
    for who in (ann, eve, ann):
        says(portal, who, f"chat{chat}")
    bot_says(portal, f"chat{chat}")
    page = portal.call("im.dialog.messages.get", eve, DIALOG_ID=f"chat{chat}").result
    assert page["chat_id"] == chat
    users = {user["id"]: user for user in page["users"]}
    assert users.keys() == {bot, ann.id, eve.id}
    assert users[bot] | {"bot": True, "color": "#29619b", "type": "bot", "work_position": "Repeats"} == users[bot]
    assert users[ann.id] | {"bot": False, "extranet": False, "type": "user"} == users[ann.id]
    assert users[eve.id] | {"extranet": True, "type": "extranet"} == users[eve.id]


def test_messages_show_whether_they_were_read_and_liked(portal: World) -> None:
    bot, ann = portal.add_bot(), portal.add_person("Ann")
    first, second = bot_says(portal, ann.id, "one"), bot_says(portal, ann.id, "two")
    reads(portal, ann, bot, first)
    bot_does(portal, "imbot.message.like", MESSAGE_ID=first)
    newer, older = history(portal, ann, bot)
    assert (newer["id"], newer["unread"], newer["params"]) == (second, True, [])
    assert (older["id"], older["unread"], older["params"]) == (first, False, {"LIKE": [bot]})


def test_reading_a_private_dialog(portal: World) -> None:
    ann, bob = portal.add_person("Ann"), portal.add_person("Bob")
    first, second = says(portal, ann, bob.id), says(portal, ann, bob.id)
    chat = about(portal, bob, ann.id)["id"]
    assert reads(portal, bob, ann.id, first) == {
        "dialogId": str(ann.id),
        "chatId": chat,
        "lastId": first,
        "counter": 1,
    }
    assert reads(portal, bob, ann.id) | {"lastId": second, "counter": 0} == reads(portal, bob, ann.id)


def test_reading_up_to_what_lies_between(portal: World) -> None:
    """An id of another chat stands for the newest message before it."""
    ann, bob = portal.add_person("Ann"), portal.add_person("Bob")
    first = says(portal, ann, bob.id)
    between = says(portal, ann, ann.id)
    says(portal, ann, bob.id)
    assert reads(portal, bob, ann.id, between)["lastId"] == first
    assert reads(portal, bob, ann.id, 1)["lastId"] == first
    assert reads(portal, bob, ann.id, 10**15)["counter"] == 0


def test_answers_have_the_documented_fields(portal: World) -> None:
    """The check of every answer asks for the keys that all samples have; these have no others."""
    ann, bob = portal.add_person("Ann"), portal.add_person("Bob")
    says(portal, ann, bob.id)
    page = portal.call("im.dialog.messages.get", bob, DIALOG_ID=ann.id).result
    schema = (CONTRACT.methods["im.dialog.messages.get"].result or {})["properties"]
    assert page.keys() == schema.keys()
    for name in ("messages", "users"):
        assert page[name][0].keys() == schema[name]["items"]["properties"].keys()
    read = portal.call("im.dialog.read", bob, DIALOG_ID=ann.id).result
    assert read.keys() == {"dialogId", "chatId", "lastId", "counter"}
