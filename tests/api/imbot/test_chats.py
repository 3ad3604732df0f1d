"""Group chats of a bot: imbot.chat.*, what they note in the chat and leave in the event log."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from botyard.model.people import UserKind
from tests.rooms import BotRoom
from tests.story import CLIENT, about, bot_does, bot_says, happened, history, says, texts
from tests.world import World
from tests.worlds.samples import picture


def named(who: int, name: str) -> str:
    return f"[USER={who} REPLACE]{name}[/USER]"


def test_a_chat_with_everything(portal: World) -> None:
    bot, ann, bob = portal.add_bot(), portal.add_person("Ann"), portal.add_person("Bob")
    chat = bot_does(
        portal,
        "imbot.chat.add",
        TYPE="OPEN",
        TITLE=" New chat ",
        DESCRIPTION="Important news",
        COLOR="PINK",
        MESSAGE="Welcome!",
        USERS=[ann.id, bob.id, bob.id],
        AVATAR=picture(),
        ENTITY_TYPE="CHAT",
        ENTITY_ID="13",
    )
    seen = about(portal, ann, f"chat{chat}")
    assert (
        seen
        | {
            "name": "New chat",
            "description": "Important news",
            "color": "#f76187",
            "owner": bot,
            "user_counter": 3,
            "message_type": "O",
            "entity_id": "13",
            "counter": 1,
        }
        == seen
    )
    assert texts(portal, ann, f"chat{chat}") == [
        "Welcome!",
        f"{named(bot, 'Echo')} invited {named(ann.id, 'Ann Example')}, {named(bob.id, 'Bob Example')} to the chat",
        f"{named(bot, 'Echo')} created the chat",
    ]
    assert portal.call("imbot.chat.get", ann, ENTITY_TYPE="CHAT", ENTITY_ID="13").result == {"ID": chat}


@pytest.mark.parametrize(
    "spell",
    [
        lambda first, second: [first, second],
        lambda first, second: {"0": first, "1": second},
        lambda first, second: [str(first), f" {second}"],
        lambda first, second: f"[{first}, {second}]",
        lambda first, second: [first, second, 987654, 0],
    ],
)
def test_people_are_named_in_any_spelling(portal: World, spell: Callable[[int, int], Any]) -> None:
    room = BotRoom(portal)
    first, second = portal.add_person(), portal.add_person()
    room.does("imbot.chat.user.add", USERS=spell(first.id, second.id))
    assert room.people() == sorted([room.bot, room.ann.id, first.id, second.id])


def test_a_chat_without_a_title_gets_one(portal: World) -> None:
    portal.add_bot()
    ann, bob = portal.add_person("Ann"), portal.add_person("Bob")
    both = bot_does(portal, "imbot.chat.add", USERS=[ann.id, bob.id])
    assert about(portal, ann, f"chat{both}")["name"] == "Chat with Ann Example, Bob Example"
    alone = portal.add_chat(ann, TITLE="", COLOR="LIGHT_BLUE")
    assert about(portal, ann, f"chat{alone}")["name"] == f"Light blue chat №{alone}"


def test_people_who_are_gone_are_passed_over(portal: World) -> None:
    room = BotRoom(portal)
    portal.write(lambda tx: tx.run("UPDATE users SET active = 0 WHERE id = :id", id=room.bob.id))
    eve = portal.add_person("Eve")
    room.does("imbot.chat.user.add", USERS=[room.bob.id, eve.id])
    assert room.people() == sorted([room.bot, room.ann.id, eve.id])


def test_history_is_hidden_from_newcomers_unless_they_may_see_it(portal: World) -> None:
    room = BotRoom(portal)
    before = bot_says(portal, room.dialog, "before")
    eve = portal.add_person("Eve")
    room.does("imbot.chat.user.add", USERS=[room.bob.id])
    room.does("imbot.chat.user.add", USERS=[eve.id], HIDE_HISTORY="N")
    after = bot_says(portal, room.dialog, "after")
    assert "before" not in texts(portal, room.bob, room.dialog)
    assert "before" in texts(portal, eve, room.dialog)
    assert texts(portal, room.bob, room.dialog)[0] == "after"
    # What is hidden can be neither quoted nor found beside something else.
    hidden = {"DIALOG_ID": room.dialog, "MESSAGE": "re", "REPLY_ID": before}
    assert portal.call("im.message.add", room.bob, hidden).error == "REPLY_ACCESS_ERROR"
    assert history(portal, room.bob, room.dialog, LAST_ID=after)[-1]["id"] > before
    assert history(portal, room.bob, room.dialog, FIRST_ID=before) == []


def test_a_chat_is_left(portal: World) -> None:
    room = BotRoom(portal)
    joined = portal.add_chat(room.ann, [room.bot])
    bot_does(portal, "imbot.chat.leave", CHAT_ID=joined)
    seen = about(portal, room.ann, f"chat{joined}")
    assert (seen["user_counter"], seen["owner"]) == (1, room.ann.id)
    assert texts(portal, room.ann, f"chat{joined}")[0] == f"{named(room.bot, 'Echo')} left the chat"
    again = portal.call("imbot.chat.leave", None, CHAT_ID=joined, CLIENT_ID=CLIENT)
    assert again.error == "WRONG_REQUEST"


def test_an_owner_who_leaves_hands_the_chat_down(portal: World) -> None:
    room = BotRoom(portal)
    room.does("imbot.chat.user.add", USERS=[room.bob.id])
    room.does("imbot.chat.setManager", USER_ID=room.bob.id)
    room.does("imbot.chat.leave")
    seen = about(portal, room.bob, room.dialog)
    assert (seen["owner"], seen["role"], seen["manager_list"]) == (room.bob.id, "owner", [room.bob.id])


def test_a_member_is_shown_out(portal: World) -> None:
    room = BotRoom(portal)
    room.does("imbot.chat.user.delete", USER_ID=room.ann.id)
    assert room.people() == [room.bot]
    assert portal.call("imbot.dialog.get", room.ann, DIALOG_ID=room.dialog).status == 403
    note = "SELECT text FROM messages ORDER BY id DESC LIMIT 1"
    rows = portal.read(lambda tx: tx.all(note))
    assert rows[0][0] == f"{named(room.bot, 'Echo')} removed {named(room.ann.id, 'Ann Example')} from the chat"


def test_a_bot_can_show_itself_out(portal: World) -> None:
    room = BotRoom(portal)
    room.does("imbot.chat.user.delete", USER_ID=room.bot)
    assert about(portal, room.ann, room.dialog)["owner"] == room.ann.id


def test_managers_come_and_go(portal: World) -> None:
    room = BotRoom(portal)
    start = portal.last_event()
    for flag, role in (("Y", "manager"), ("Y", "manager"), ("N", "member")):
        assert room.does("imbot.chat.setManager", USER_ID=room.ann.id, IS_MANAGER=flag) is True
        assert about(portal, room.ann, room.dialog)["role"] == role
    # What changes nothing leaves nothing.
    assert [event["role"] for event in happened(portal, start, "RoleChanged")] == ["manager", "member"]


def test_a_manager_may_not_show_the_owner_out(portal: World) -> None:
    room = BotRoom(portal)
    joined = portal.add_chat(room.ann, [room.bot, room.bob.id])
    role = "UPDATE members SET role = 'manager' WHERE chat_id = :chat AND user_id = :bot"
    portal.write(lambda tx: tx.run(role, chat=joined, bot=room.bot))
    bot_does(portal, "imbot.chat.user.delete", CHAT_ID=joined, USER_ID=room.bob.id)
    refused = portal.call("imbot.chat.user.delete", None, CHAT_ID=joined, USER_ID=room.ann.id, CLIENT_ID=CLIENT)
    assert refused.error == "WRONG_REQUEST"


def test_a_chat_is_handed_over(portal: World) -> None:
    room = BotRoom(portal)
    assert room.does("imbot.chat.setOwner", USER_ID=room.ann.id) is True
    seen = about(portal, room.ann, room.dialog)
    assert (seen["owner"], seen["role"], seen["manager_list"]) == (room.ann.id, "owner", [room.ann.id])
    assert texts(portal, room.ann, room.dialog)[0] == (
        f"{named(room.bot, 'Echo')} made {named(room.ann.id, 'Ann Example')} the owner of the chat"
    )
    refused = portal.call("imbot.chat.setOwner", CHAT_ID=room.chat, USER_ID=room.bot, CLIENT_ID=CLIENT)
    assert refused.error == "WRONG_REQUEST"


def test_typing_opens_a_private_dialog(portal: World) -> None:
    bot, ann = portal.add_bot(), portal.add_person()
    assert bot_does(portal, "imbot.chat.sendTyping", DIALOG_ID=ann.id) is True
    seen = about(portal, ann, bot)
    assert (seen["message_count"], seen["counter"]) == (0, 0)


Does = Callable[[BotRoom], object]


def calls(method: str, **params: Any) -> Does:
    return lambda room: room.does(method, **params)


def comes(room: BotRoom) -> None:
    room.does("imbot.chat.user.add", USERS=[room.bob.id])


# What happens → the line in the chat, the event with its fields, and its code.
CHANGES: list[tuple[Does, str, str, dict[str, Any], str]] = [
    (
        calls("imbot.chat.updateTitle", TITLE="Hall"),
        '{bot} changed the title of the chat to "Hall"',
        "ChatChanged",
        {"field": "title", "value": "Hall"},
        "CHAT_RENAME",
    ),
    (
        calls("imbot.chat.updateColor", COLOR="PINK"),
        "{bot} changed the color of the chat",
        "ChatChanged",
        {"field": "color", "value": "#f76187"},
        "CHAT_COLOR",
    ),
    (
        calls("imbot.chat.updateAvatar", AVATAR=picture()),
        "{bot} changed the picture of the chat",
        "ChatChanged",
        {"field": "avatar"},
        "CHAT_AVATAR",
    ),
    (comes, "{bot} invited {bob} to the chat", "MemberJoined", {"history": False}, "CHAT_JOIN"),
    (
        lambda room: room.does("imbot.chat.setOwner", USER_ID=room.ann.id),
        "{bot} made {ann} the owner of the chat",
        "ChatChanged",
        {"field": "owner"},
        "CHAT_OWNER",
    ),
    (calls("imbot.chat.leave"), "{bot} left the chat", "MemberLeft", {}, "CHAT_LEAVE"),
]


@pytest.mark.parametrize("row", CHANGES, ids=lambda row: row[4])
def test_a_change_is_noted_in_the_chat_and_in_the_log(
    portal: World, row: tuple[Does, str, str, dict[str, Any], str]
) -> None:
    does, line, type_, fields, code = row
    room = BotRoom(portal)
    start = portal.last_event()
    does(room)
    newest = history(portal, room.ann, room.dialog)[0]
    names = {"bot": named(room.bot, "Echo"), "ann": named(room.ann.id, "Ann Example")}
    assert newest["text"] == line.format(**names, bob=named(room.bob.id, "Bob Example"))
    assert newest | {"author_id": 0, "uuid": None, "params": {"CODE": [code], "NOTIFY": "N"}} == newest
    left = happened(portal, start, type_)
    assert len(left) == 1
    assert left[0] | fields | {"actor_id": room.bot, "chat_id": room.chat} == left[0]


def test_the_same_title_again_changes_nothing(portal: World) -> None:
    room = BotRoom(portal)
    start = portal.last_event()
    assert room.does("imbot.chat.updateTitle", TITLE="Room ") is True
    assert portal.events(start) == []


def test_who_is_on_the_list_may_see_it(portal: World) -> None:
    room = BotRoom(portal)
    joined = portal.add_chat(room.ann, [room.bot, room.bob.id])
    listed = bot_does(portal, "imbot.chat.user.list", CHAT_ID=joined)
    assert listed == sorted([room.bot, room.ann.id, room.bob.id])


def test_counts_follow_who_comes_and_goes(portal: World) -> None:
    room = BotRoom(portal)
    guest = portal.add_person("Eve", kind=UserKind.EXTRANET)
    other = portal.add_bot(code="other")

    def kept() -> tuple[int, ...]:
        row = portal.read(lambda tx: tx.one("SELECT members, guests, bots FROM chats WHERE id = :id", id=room.chat))
        assert row is not None
        return tuple(row)

    assert kept() == (2, 0, 1)
    room.does("imbot.chat.user.add", USERS=[guest.id, other, room.bob.id])
    assert kept() == (5, 1, 2)
    room.does("imbot.chat.user.delete", USER_ID=guest.id)
    room.does("imbot.chat.user.delete", USER_ID=other)
    assert kept() == (3, 0, 1)


def test_who_may_not_write_is_told_so(portal: World) -> None:
    room = BotRoom(portal)
    says(portal, room.ann, room.dialog)
    portal.write(lambda tx: tx.run("UPDATE chats SET can_post = 'manager' WHERE id = :id", id=room.chat))
    refused = portal.call("im.message.add", room.ann, DIALOG_ID=room.dialog, MESSAGE="hi")
    assert (refused.error, refused.text) == ("ACCESS_ERROR", "Action unavailable")
    room.does("imbot.chat.setManager", USER_ID=room.ann.id)
    says(portal, room.ann, room.dialog)
