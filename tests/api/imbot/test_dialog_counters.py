"""imbot.dialog.get: what is unread, who read, who saw; exact in small chats and in big ones."""

from __future__ import annotations

from botyard.chat.conversation.overview import FOREMOST, LISTED, VIEWERS
from botyard.store import members
from tests.rooms import BotRoom
from tests.story import about, bot_does, reads, says
from tests.world import Person, World


def unread(world: World, who: Person, chat: int) -> tuple[int, int]:
    """How much is unread, and from which message on."""
    seen = about(world, who, f"chat{chat}")
    return seen["counter"], seen["unread_id"]


def mutes(world: World, chat: int, user_id: int, muted: bool = True) -> None:
    world.write(lambda tx: members.set_muted(tx, chat, user_id, muted=muted))


def test_reading_moves_the_mark(portal: World) -> None:
    room = BotRoom(portal)
    first, second, third = (room.says(text) for text in ("one", "two", "three"))
    assert room.unread() == (3, first)
    answer = reads(portal, room.ann, room.dialog, second)
    assert answer == {"dialogId": room.dialog, "chatId": room.chat, "lastId": second, "counter": 1}
    assert room.unread() == (1, third)
    # The mark never moves back.
    assert reads(portal, room.ann, room.dialog, first)["lastId"] == second
    assert reads(portal, room.ann, room.dialog)["counter"] == 0
    assert room.unread() == (0, 0)


def test_speaking_is_reading(portal: World) -> None:
    room = BotRoom(portal)
    room.says()
    message_id = says(portal, room.ann, room.dialog)
    assert room.unread() == (0, 0)
    assert about(portal, room.ann, room.dialog)["last_id"] == message_id


def test_what_the_system_notes_is_not_counted(portal: World) -> None:
    room = BotRoom(portal)
    bob = portal.add_person("Bob")
    bot_does(portal, "imbot.chat.user.add", CHAT_ID=room.chat, USERS=[bob.id])
    bot_does(portal, "imbot.chat.updateTitle", CHAT_ID=room.chat, TITLE="Hall")
    seen = about(portal, room.ann, room.dialog)
    assert (seen["counter"], seen["message_count"]) == (0, 4)
    first = room.says()
    assert room.unread() == (1, first)


def test_a_hidden_deletion_leaves_the_counter(portal: World) -> None:
    room = BotRoom(portal)
    first, second = room.says("one"), room.says("two")
    room.erases(first)
    assert room.unread() == (2, first)
    assert about(portal, room.ann, room.dialog)["message_count"] == 4
    room.erases(second)
    assert room.unread() == (2, first)


def test_a_complete_deletion_takes_the_message_out_of_everything(portal: World) -> None:
    room = BotRoom(portal)
    first, second, third = (room.says(text) for text in ("one", "two", "three"))
    room.erases(first, "Y")
    assert room.unread() == (2, second)
    room.erases(third, "Y")
    assert room.unread() == (1, second)
    seen = about(portal, room.ann, room.dialog)
    assert (seen["message_count"], seen["last_message_id"]) == (3, second)
    room.erases(second, "Y")
    assert room.unread() == (0, 0)
    fourth = room.says("four")
    assert room.unread() == (1, fourth)


def test_a_note_behind_a_gap_is_not_taken_for_something_unread(portal: World) -> None:
    room = BotRoom(portal)
    room.says("one")
    reads(portal, room.ann, room.dialog)
    gone = room.says("gone")
    bot_does(portal, "imbot.chat.updateTitle", CHAT_ID=room.chat, TITLE="Hall")
    room.erases(gone, "Y")
    assert room.unread() == (0, 0)
    message_id = room.says("two")
    assert room.unread() == (1, message_id)


def test_the_last_message_goes_after_it_was_read(portal: World) -> None:
    room = BotRoom(portal)
    first, second = room.says("one"), room.says("two")
    reads(portal, room.ann, room.dialog)
    room.erases(second, "Y")
    seen = about(portal, room.ann, room.dialog)
    assert (seen["last_message_id"], seen["last_id"], seen["counter"]) == (first, first, 0)
    third = room.says("three")
    assert room.unread() == (1, third)


def test_what_was_hidden_from_a_newcomer_is_not_unread(portal: World) -> None:
    room = BotRoom(portal)
    room.says("before")
    bob, eve = portal.add_person("Bob"), portal.add_person("Eve")
    for who, hide in ((bob, "Y"), (eve, "N")):
        bot_does(portal, "imbot.chat.user.add", CHAT_ID=room.chat, USERS=[who.id], HIDE_HISTORY=hide)
        assert unread(portal, who, room.chat) == (0, 0)
    after = room.says("after")
    assert unread(portal, bob, room.chat) == unread(portal, eve, room.chat) == (1, after)


def test_a_mark_of_unread_goes_with_the_next_look(portal: World) -> None:
    room = BotRoom(portal)
    message_id = room.says()
    reads(portal, room.ann, room.dialog)
    portal.write(lambda tx: members.mark_unread(tx, room.chat, room.ann.id, message_id=message_id))
    assert about(portal, room.ann, room.dialog)["marked_id"] == message_id
    reads(portal, room.ann, room.dialog)
    assert about(portal, room.ann, room.dialog)["marked_id"] == 0


def test_muting_is_a_map_of_those_who_did(portal: World) -> None:
    room = BotRoom(portal)
    mutes(portal, room.chat, room.ann.id)
    mutes(portal, room.chat, room.bot)
    seen = about(portal, room.ann, room.dialog)["mute_list"]
    assert seen == {str(room.bot): True, str(room.ann.id): True}
    mutes(portal, room.chat, room.bot, False)
    assert about(portal, room.ann, room.dialog)["mute_list"] == {str(room.ann.id): True}


def test_the_first_viewers_are_named_and_the_rest_is_counted(portal: World) -> None:
    room = BotRoom(portal)
    crowd = [portal.add_person(f"P{number}") for number in range(VIEWERS + 3)]
    bot_does(portal, "imbot.chat.user.add", CHAT_ID=room.chat, USERS=[person.id for person in crowd])
    message_id = room.says()
    for who in reversed(crowd):
        portal.wait(60)
        reads(portal, who, room.dialog)
    views = about(portal, room.ann, room.dialog)["last_message_views"]
    assert views["message_id"] == message_id
    assert [viewer["user_id"] for viewer in views["first_viewers"]] == [person.id for person in reversed(crowd)][
        :VIEWERS
    ]
    assert [viewer["date"] for viewer in views["first_viewers"]] == sorted(
        viewer["date"] for viewer in views["first_viewers"]
    )
    assert views["count_of_viewers"] == 3
    # The next message has been seen by nobody but its author.
    room.says()
    views = about(portal, room.ann, room.dialog)["last_message_views"]
    assert (views["first_viewers"], views["count_of_viewers"]) == ([], 0)


def test_viewers_of_a_message_that_is_the_last_one_again(portal: World) -> None:
    room = BotRoom(portal)
    message_id = room.says("one")
    reads(portal, room.ann, room.dialog)
    room.erases(room.says("two"), "Y")
    views = about(portal, room.ann, room.dialog)["last_message_views"]
    assert (views["message_id"], [viewer["user_id"] for viewer in views["first_viewers"]]) == (
        message_id,
        [room.ann.id],
    )


def test_lists_of_a_crowd_are_capped_and_its_numbers_exact(portal: World) -> None:
    room = BotRoom(portal)
    crowd = [portal.add_person(f"P{number}") for number in range(30)]
    bot_does(portal, "imbot.chat.user.add", CHAT_ID=room.chat, USERS=[person.id for person in crowd], HIDE_HISTORY="N")
    for member in crowd[:25]:
        bot_does(portal, "imbot.chat.setManager", CHAT_ID=room.chat, USER_ID=member.id)
        mutes(portal, room.chat, member.id)
    room.says()
    for member in crowd[:27]:
        reads(portal, member, room.dialog)
    seen = about(portal, room.ann, room.dialog)
    assert seen["user_counter"] == 32
    assert len(seen["manager_list"]) == len(seen["mute_list"]) == LISTED
    assert len(seen["readed_list"]) == FOREMOST
    assert room.bot in seen["manager_list"]
    assert room.ann.id not in [mark["user_id"] for mark in seen["readed_list"]]
    assert all(mark["date"] for mark in seen["readed_list"])
    views = seen["last_message_views"]
    assert len(views["first_viewers"]) + views["count_of_viewers"] == 27
    assert (seen["counter"], seen["message_count"]) == (1, 4)


def test_a_chat_is_new_until_it_is_looked_into(portal: World) -> None:
    room = BotRoom(portal)
    assert about(portal, room.ann, room.dialog)["is_new"]
    assert about(portal, room.ann, room.dialog)["is_new"]
    reads(portal, room.ann, room.dialog)
    assert not about(portal, room.ann, room.dialog)["is_new"]
