"""What bots say: imbot.message.add, update, delete and like."""

from __future__ import annotations

from typing import Any

import pytest

from tests.story import CLIENT, about, bot_does, bot_says, happened, history, params_of, reads, says, texts
from tests.world import World

DAY = 86_400
ATTACH = [{"MESSAGE": "more"}]


class Talk:
    """A private dialog of the bot Echo with Ann."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.bot = world.add_bot()
        self.ann = world.add_person("Ann")

    def says(self, text: str = "hi", **more: Any) -> int:
        return bot_says(self.world, self.ann.id, text, **more)

    def updates(self, message_id: int, **fields: Any) -> Any:
        return bot_does(self.world, "imbot.message.update", MESSAGE_ID=message_id, **fields)

    def newest(self) -> dict[str, Any]:
        return history(self.world, self.ann, self.bot)[0]

    def params(self, message_id: int) -> Any:
        return params_of(self.world, self.ann, self.bot, message_id)


def test_the_first_message_opens_the_dialog(portal: World) -> None:
    talk = Talk(portal)
    assert portal.call("imbot.dialog.get", talk.ann, DIALOG_ID=talk.bot).status == 403
    message_id = talk.says("hello")
    assert about(portal, talk.ann, talk.bot)["unread_id"] == message_id
    assert talk.newest() | {"id": message_id, "author_id": talk.bot, "text": "hello", "params": []} == talk.newest()


def test_blanks_around_a_text_are_cut(portal: World) -> None:
    talk = Talk(portal)
    talk.says("\n  two\nlines \n")
    assert talk.newest()["text"] == "two\nlines"


def test_an_attachment_is_message_enough(portal: World) -> None:
    talk = Talk(portal)
    message_id = talk.says("", ATTACH=ATTACH)
    assert talk.params(message_id)["ATTACH"][0]["BLOCKS"] == ATTACH


def test_a_system_message_has_no_author_and_no_editor(portal: World) -> None:
    talk = Talk(portal)
    message_id = talk.says("The lights are on.", SYSTEM="Y")
    assert talk.newest()["author_id"] == 0
    refused = portal.call("imbot.message.update", MESSAGE_ID=message_id, MESSAGE="off", CLIENT_ID=CLIENT)
    assert refused.error == "CANT_EDIT_MESSAGE"


def test_between_two_people_the_bot_is_the_systems_voice(portal: World) -> None:
    portal.add_bot()
    ann, bob = portal.add_person("Ann"), portal.add_person("Bob")
    params = {"FROM_USER_ID": ann.id, "TO_USER_ID": bob.id, "DIALOG_ID": "chat1", "SYSTEM": "N"}
    message_id = bot_does(portal, "imbot.message.add", MESSAGE="Ann shared a file", **params)
    newest = history(portal, bob, ann.id)[0]
    assert (newest["id"], newest["author_id"], newest["text"]) == (message_id, 0, "Ann shared a file")
    # Nobody has read it because the system spoke in their name.
    assert about(portal, bob, ann.id)["counter"] == about(portal, ann, bob.id)["counter"] == 1
    assert [mark["message_id"] for mark in about(portal, bob, ann.id)["readed_list"]] == [0]


def test_an_update_keeps_what_it_does_not_name(portal: World) -> None:
    talk = Talk(portal)
    keyboard = [{"TEXT": "Go", "COMMAND": "go"}]
    message_id = talk.says("one", ATTACH=ATTACH, KEYBOARD=keyboard)
    assert talk.updates(message_id, MESSAGE=" two ") is True
    assert talk.newest()["text"] == "two"
    assert talk.params(message_id).keys() == {"ATTACH", "KEYBOARD", "IS_EDITED"}
    talk.updates(message_id, KEYBOARD="N")
    assert talk.newest()["text"] == "two"
    assert talk.params(message_id).keys() == {"ATTACH", "IS_EDITED"}


@pytest.mark.parametrize("nothing", ["N", "", [], {}, "[]", False, 0])
@pytest.mark.parametrize("name", ["ATTACH", "KEYBOARD", "MENU"])
def test_every_spelling_of_nothing_clears(world: World, name: str, nothing: Any) -> None:
    talk = Talk(world)
    content = {"ATTACH": ATTACH, "KEYBOARD": [{"TEXT": "Go", "COMMAND": "go"}], "MENU": [{"TEXT": "Go", "LINK": "/"}]}
    message_id = talk.says("one", **content)
    talk.updates(message_id, **{name: nothing})
    assert talk.params(message_id).keys() == {*content, "IS_EDITED"} - {name}


@pytest.mark.parametrize("empty", ["", "  \n"])
def test_an_empty_text_deletes(portal: World, empty: str) -> None:
    talk = Talk(portal)
    message_id = talk.says("one", ATTACH=ATTACH)
    start = portal.last_event()
    assert talk.updates(message_id, MESSAGE=empty) is True
    newest = talk.newest()
    assert (newest["text"], newest["params"]) == ("This message was deleted", {"IS_DELETED": "Y"})
    assert [type_ for type_, _ in portal.events(start)] == ["MessageErased"]


def test_an_attachment_may_take_the_place_of_the_text(portal: World) -> None:
    talk = Talk(portal)
    message_id = talk.says("one")
    talk.updates(message_id, MESSAGE="", ATTACH=ATTACH)
    assert (talk.newest()["text"], "ATTACH" in talk.params(message_id)) == ("", True)
    # Without either nothing is left of the message.
    talk.updates(message_id, ATTACH="N")
    assert talk.params(message_id) == {"IS_DELETED": "Y", "IS_EDITED": "Y"}


def test_links_stay_plain_where_previews_are_off(portal: World) -> None:
    talk = Talk(portal)
    message_id = talk.says("https://example.com", URL_PREVIEW="N")
    assert talk.params(message_id)["URL_ONLY"] == "N"
    talk.updates(message_id, MESSAGE="https://example.org")
    assert talk.params(message_id)["URL_ONLY"] == "N"
    talk.updates(message_id, URL_PREVIEW="Y")
    assert "URL_ONLY" not in talk.params(message_id)


@pytest.mark.parametrize(("method", "fields"), [("update", {"MESSAGE": "late"}), ("delete", {})])
def test_three_days_long_a_message_is_the_authors(portal: World, method: str, fields: dict[str, str]) -> None:
    talk = Talk(portal)
    first, second = talk.says(), talk.says()
    portal.wait(3 * DAY - 60)
    assert bot_does(portal, f"imbot.message.{method}", MESSAGE_ID=first, **fields) is True
    portal.wait(120)
    late = portal.call(f"imbot.message.{method}", None, {"MESSAGE_ID": second, "CLIENT_ID": CLIENT, **fields})
    assert (late.status, late.error) == (403, "CANT_EDIT_MESSAGE")


def test_the_edit_window_is_an_option(make_world: Any) -> None:
    talk = Talk(make_world(edit_days=1))
    message_id = talk.says()
    talk.world.wait(DAY + 60)
    late = talk.world.call("imbot.message.update", MESSAGE_ID=message_id, MESSAGE="late", CLIENT_ID=CLIENT)
    assert late.error == "CANT_EDIT_MESSAGE"


def test_a_manager_deletes_what_others_said_at_any_time(portal: World) -> None:
    talk = Talk(portal)
    own = f"chat{bot_does(portal, 'imbot.chat.add', USERS=[talk.ann.id])}"
    joined = f"chat{portal.add_chat(talk.ann, [talk.bot])}"
    in_own, in_joined = says(portal, talk.ann, own, "spam"), says(portal, talk.ann, joined, "spam")
    portal.wait(30 * DAY)
    bot_does(portal, "imbot.message.delete", MESSAGE_ID=in_own)
    assert texts(portal, talk.ann, own)[0] == "This message was deleted"
    refused = portal.call("imbot.message.delete", MESSAGE_ID=in_joined, CLIENT_ID=CLIENT)
    assert refused.error == "CANT_EDIT_MESSAGE"


def test_a_deletion_leaves_a_mark_unless_it_is_complete(portal: World) -> None:
    talk = Talk(portal)
    first, second, third = talk.says("one"), talk.says("two"), talk.says("three")
    assert bot_does(portal, "imbot.message.delete", MESSAGE_ID=third) is True
    assert bot_does(portal, "imbot.message.delete", MESSAGE_ID=second, COMPLETE="Y") is True
    assert [message["id"] for message in history(portal, talk.ann, talk.bot)] == [third, first]
    # The mark can be taken away afterwards, once.
    again = {"MESSAGE_ID": third, "CLIENT_ID": CLIENT}
    assert portal.call("imbot.message.delete", None, again).error == "CANT_EDIT_MESSAGE"
    assert portal.call("imbot.message.delete", None, again | {"COMPLETE": "Y"}).result is True
    assert portal.call("imbot.message.delete", None, again | {"COMPLETE": "Y"}).error == "CANT_EDIT_MESSAGE"
    assert texts(portal, talk.ann, talk.bot) == ["one"]


def test_what_is_deleted_stays_so(portal: World) -> None:
    talk = Talk(portal)
    message_id = talk.says()
    bot_does(portal, "imbot.message.delete", MESSAGE_ID=message_id)
    for method, fields in (("update", {"MESSAGE": "back"}), ("like", {"ACTION": "plus"})):
        refused = portal.call(
            f"imbot.message.{method}", None, {"MESSAGE_ID": message_id, "CLIENT_ID": CLIENT, **fields}
        )
        assert refused.error in ("CANT_EDIT_MESSAGE", "WITHOUT_CHANGES")


# What stood before, what is done, what stands then; None is refused.
LIKES = [
    (False, None, True),
    (True, None, False),
    (False, "auto", True),
    (True, "AUTO", False),
    (False, "plus", True),
    (True, "plus", None),
    (True, "minus", False),
    (False, "minus", None),
]


@pytest.mark.parametrize(("before", "action", "then"), LIKES)
def test_likes(portal: World, before: bool, action: str | None, then: bool | None) -> None:
    talk = Talk(portal)
    message_id = says(portal, talk.ann, talk.bot)
    if before:
        bot_does(portal, "imbot.message.like", MESSAGE_ID=message_id, ACTION="plus")
    start = portal.last_event()
    params = {"MESSAGE_ID": message_id, "CLIENT_ID": CLIENT} | ({"ACTION": action} if action else {})
    answer = portal.call("imbot.message.like", None, params)
    if then is None:
        assert answer.error == "WITHOUT_CHANGES"
        assert portal.events(start) == []
    else:
        assert answer.result is True
        assert [event["on"] for event in happened(portal, start, "MessageLiked")] == [then]
    liked = talk.params(message_id)
    assert (liked["LIKE"] == [talk.bot]) if (before if then is None else then) else liked == []


def test_a_like_does_not_count_as_reading(portal: World) -> None:
    talk = Talk(portal)
    chat = portal.add_chat(talk.ann, [talk.bot])
    message_id = says(portal, talk.ann, f"chat{chat}")
    bot_does(portal, "imbot.message.like", MESSAGE_ID=message_id)
    assert about(portal, talk.ann, f"chat{chat}")["last_message_views"]["first_viewers"] == []
    assert reads(portal, talk.ann, f"chat{chat}")["counter"] == 0
