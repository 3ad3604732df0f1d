"""`botyard.chat.*`: what people's messengers do with chats."""

from __future__ import annotations

from typing import Any

import pytest

from botyard.chat.conversation import pins
from botyard.model.people import UserKind
from tests.world import Person, World
from tests.worlds.bots import CLIENT


@pytest.fixture
def room(portal: World) -> World:
    """Ann and Bob share Ann's room; Eve is not in it."""
    portal.ann, portal.bob, portal.eve = (
        portal.add_person(*name) for name in (("Ann", "Smith-Jones"), ("Bob", "Brown"), ("Eve", "Black"))
    )
    portal.open_room(portal.ann, portal.bob.id)
    return portal


def refused(world: World, method: str, by: Person, **params: Any) -> str:
    answer = world.call(method, by, params=params)
    assert answer.status >= 400, answer
    return answer.error


def about(world: World, by: Person) -> dict[str, Any]:
    shown: dict[str, Any] = world.call("im.dialog.get", by, DIALOG_ID=world.dialog).result
    return shown


def test_the_description_of_a_chat(room: World) -> None:
    for text in ("What to publish", ""):
        assert room.call("botyard.chat.description.set", room.bob, CHAT_ID=room.room, DESCRIPTION=text).result is True
        assert about(room, room.ann)["description"] == text
    params = {"CHAT_ID": room.room, "DESCRIPTION": "Mine now"}
    assert refused(room, "botyard.chat.description.set", room.eve, **params) == "ACCESS_ERROR"
    room.call("botyard.chat.permissions.set", room.ann, CHAT_ID=room.room, MANAGE_UI="manager")
    assert refused(room, "botyard.chat.description.set", room.bob, **params) == "ACCESS_ERROR"
    assert refused(room, "botyard.chat.description.set", room.ann, CHAT_ID=0) == "CHAT_ID_EMPTY"


def test_permissions_are_shown_and_enforced(room: World) -> None:
    wanted = {"CHAT_ID": room.room, "MANAGE_USERS_ADD": "OWNER", "CAN_POST": "manager"}
    assert room.call("botyard.chat.permissions.set", room.ann, params=wanted).result is True
    assert room.call("botyard.chat.permissions.set", room.ann, params=wanted).result is False
    shown = about(room, room.bob)["permissions"]
    assert (shown["manage_users_add"], shown["can_post"], shown["manage_ui"]) == ("owner", "manager", "member")
    assert refused(room, "im.message.add", room.bob, DIALOG_ID=room.dialog, MESSAGE="x") == "ACCESS_ERROR"
    added = {"CHAT_ID": room.room, "USERS": [room.eve.id]}
    assert refused(room, "im.chat.user.add", room.bob, **added) == "ACCESS_DENIED_EXTEND"
    event, body = room.events()[-1]
    assert (event, body["field"], body["value"]) == (
        "ChatChanged",
        "permissions",
        "manage_users_add=owner can_post=manager",
    )


def test_who_may_set_permissions(room: World) -> None:
    params = {"CHAT_ID": room.room, "CAN_POST": "owner"}
    assert refused(room, "botyard.chat.permissions.set", room.bob, **params) == "ACCESS_ERROR"
    assert refused(room, "botyard.chat.permissions.set", room.eve, **params) == "ACCESS_ERROR"
    assert refused(room, "botyard.chat.permissions.set", room.ann, CHAT_ID=room.room, CAN_POST="guest") == (
        "ERROR_ARGUMENT"
    )
    assert about(room, room.ann)["permissions"]["can_post"] == "member"
    # The owner lets managers do it.
    room.call("botyard.chat.permissions.set", room.ann, CHAT_ID=room.room, MANAGE_SETTINGS="manager")
    room.call("botyard.chat.manager.add", room.ann, CHAT_ID=room.room, USERS=[room.bob.id])
    assert room.call("botyard.chat.permissions.set", room.bob, params=params).result is True


def test_managers_are_named_by_the_owner(room: World) -> None:
    def managers() -> list[int]:
        return sorted(about(room, room.ann)["manager_list"])

    params = {"CHAT_ID": room.room, "USERS": [room.bob.id, room.eve.id]}
    assert room.call("botyard.chat.manager.add", room.ann, params=params).result is True
    assert managers() == sorted([room.ann.id, room.bob.id])
    assert refused(room, "botyard.chat.manager.delete", room.bob, **params) == "ACCESS_ERROR"
    assert room.call("botyard.chat.manager.delete", room.ann, params=params).result is True
    assert managers() == [room.ann.id]
    assert refused(room, "botyard.chat.manager.add", room.ann, CHAT_ID=room.room, USERS="x") == "INVALID_FORMAT"
    many = list(range(1, 202))
    assert refused(room, "botyard.chat.manager.add", room.ann, CHAT_ID=room.room, USERS=many) == "INVALID_FORMAT"


def test_members_have_roles_and_are_found_by_the_beginnings_of_names(room: World) -> None:
    def listed(**params: Any) -> list[tuple[str, str]]:
        listing = room.call("botyard.chat.member.list", room.bob, params={"DIALOG_ID": room.dialog, **params}).result
        return [(row["USER"]["firstName"], row["ROLE"]) for row in listing["MEMBERS"]]

    assert listed() == [("Ann", "owner"), ("Bob", "member")]
    assert listed(FIND="jon") == listed(FIND="SMITH an") == [("Ann", "owner")]
    assert listed(FIND="ones") == listed(FIND="eve") == listed(FIND="%") == []
    first = room.call("botyard.chat.member.list", room.bob, DIALOG_ID=room.dialog, LIMIT=1).result
    assert first["NEXT"] == room.ann.id
    assert listed(AFTER=first["NEXT"]) == [("Bob", "member")]
    assert refused(room, "botyard.chat.member.list", room.eve, DIALOG_ID=room.dialog) == "ACCESS_ERROR"
    assert refused(room, "botyard.chat.member.list", room.ann, DIALOG_ID="x") == "DIALOG_ID_EMPTY"


def test_members_of_a_big_chat_are_looked_at_in_stretches(room: World) -> None:
    async def crowd(tx: Any) -> None:
        numbers = "WITH RECURSIVE n (i) AS (SELECT CAST(50001 AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i < 51100)"
        await tx.run(
            f"""{numbers} INSERT INTO users (id, kind, registered, updated, full_name)
                SELECT i, 'employee', 0, 0, CASE WHEN i = 51100 THEN 'Zoe' ELSE 'Kim' END FROM n"""
        )
        await tx.run("INSERT INTO user_words (user_id, word, field) VALUES (51100, 'zoe', 'n')")
        await tx.run(f"{numbers} INSERT INTO members (chat_id, user_id, joined) SELECT {room.room}, i, 0 FROM n")

    room.write(crowd)
    after, calls, people = 0, 0, []
    while True:
        params = {"DIALOG_ID": room.dialog, "FIND": "zo", "AFTER": after}
        listing = room.call("botyard.chat.member.list", room.ann, params=params).result
        people += [row["USER"]["id"] for row in listing["MEMBERS"]]
        after, calls = listing["NEXT"], calls + 1
        if not after:
            break
    assert (people, calls) == ([51100], 3)


def pinned(world: World, by: Person) -> list[int]:
    listing = world.call("botyard.chat.pin.list", by, DIALOG_ID=world.dialog).result
    assert [message["id"] for message in listing["MESSAGES"]] == [pin["MESSAGE_ID"] for pin in listing["PINS"]]
    return [message["id"] for message in listing["MESSAGES"]]


def test_messages_are_pinned_for_everybody(room: World) -> None:
    first, second = room.send("one"), room.send("two", room.bob)
    before = len(room.events())
    assert [room.call("botyard.chat.pin.add", room.bob, MESSAGE_ID=first).result for _ in range(2)] == [True, False]
    room.wait(5)
    room.call("botyard.chat.pin.add", room.ann, MESSAGE_ID=second)
    assert pinned(room, room.ann) == pinned(room, room.bob) == [second, first]
    assert [room.call("botyard.chat.pin.delete", room.ann, MESSAGE_ID=first).result for _ in range(2)] == [True, False]
    assert pinned(room, room.bob) == [second]
    changes = [(body["message_id"], body["on"]) for name, body in room.events()[before:] if name == "MessagePinned"]
    assert changes == [(first, True), (second, True), (first, False)]
    # What is erased is pinned no longer, and is not pinned again.
    room.call("im.message.delete", room.bob, MESSAGE_ID=second)
    assert pinned(room, room.ann) == []
    assert refused(room, "botyard.chat.pin.add", room.ann, MESSAGE_ID=second) == "MESSAGE_NOT_FOUND"


def test_who_may_pin_and_see_what_is_pinned(room: World) -> None:
    message = room.send("one")
    room.call("botyard.chat.pin.add", room.ann, MESSAGE_ID=message)
    for method in ("add", "delete"):
        assert refused(room, f"botyard.chat.pin.{method}", room.eve, MESSAGE_ID=message) == "MESSAGE_NOT_FOUND"
    assert refused(room, "botyard.chat.pin.list", room.eve, DIALOG_ID=room.dialog) == "ACCESS_ERROR"
    room.call("botyard.chat.permissions.set", room.ann, CHAT_ID=room.room, MANAGE_MESSAGES="manager")
    assert refused(room, "botyard.chat.pin.delete", room.bob, MESSAGE_ID=message) == "ACCESS_ERROR"
    # Who came later sees nothing of what is hidden.
    room.call("im.chat.user.add", room.ann, CHAT_ID=room.room, USERS=[room.eve.id])
    assert (pinned(room, room.eve), pinned(room, room.bob)) == ([], [message])


def test_no_more_than_fifty_messages_are_pinned(room: World) -> None:
    messages = [room.send(f"m{number}") for number in range(pins.MOST + 1)]
    for message in messages[:-1]:
        room.call("botyard.chat.pin.add", room.ann, MESSAGE_ID=message)
    assert refused(room, "botyard.chat.pin.add", room.ann, MESSAGE_ID=messages[-1]) == "TOO_MANY_PINS"
    assert room.call("botyard.chat.pin.add", room.ann, MESSAGE_ID=messages[0]).result is False
    assert len(pinned(room, room.ann)) == pins.MOST


def files(world: World, by: Person, **params: Any) -> tuple[list[str], int]:
    listing = world.call("botyard.chat.file.list", by, params={"DIALOG_ID": world.dialog, **params}).result
    return [row["FILE"]["name"] for row in listing["FILES"]], listing["NEXT"]


def test_files_of_a_chat_by_pages(room: World) -> None:
    for name in ("a.txt", "b.txt", "c.txt"):
        room.upload(name, name.encode(), room.ann)
    names, after = files(room, room.bob, LIMIT=2)
    assert names == ["c.txt", "b.txt"]
    assert files(room, room.bob, LIMIT=2, LAST_ID=after) == (["a.txt"], 0)
    row = room.call("botyard.chat.file.list", room.bob, DIALOG_ID=room.dialog).result["FILES"][0]
    assert room.download(row["FILE"]["urlDownload"]).body == b"c.txt"
    shown = room.call("botyard.message.context", room.bob, MESSAGE_ID=row["MESSAGE_ID"], RANGE=0).result
    assert [file["name"] for file in shown["FILES"]] == ["c.txt"]
    assert refused(room, "botyard.chat.file.list", room.eve, DIALOG_ID=room.dialog) == "ACCESS_ERROR"
    assert refused(room, "botyard.chat.file.list", room.bob, DIALOG_ID=room.dialog, LAST_ID="x") == "ERROR_ARGUMENT"
    # Who came later sees what has come since.
    room.call("im.chat.user.add", room.ann, CHAT_ID=room.room, USERS=[room.eve.id])
    assert files(room, room.eve) == ([], 0)
    room.upload("d.txt", b"d", room.ann)
    assert files(room, room.eve) == (["d.txt"], 0)


def commands(world: World, by: Person, dialog: str = "", **params: Any) -> list[tuple[str, str]]:
    listing = world.call("botyard.chat.command.list", by, params={"DIALOG_ID": dialog or world.dialog, **params}).result
    return [(row["COMMAND"], row["TITLE"]) for row in listing]


def test_commands_are_those_that_work_in_the_chat(room: World) -> None:
    here, away = room.add_bot(None, "here"), room.add_bot(None, "away")
    room.call("im.chat.user.add", room.ann, CHAT_ID=room.room, USERS=[here])

    def register(bot: int, name: str, **more: Any) -> None:
        lang = [{"LANGUAGE_ID": "en", "TITLE": f"To {name}"}, {"LANGUAGE_ID": "de", "TITLE": f"Zu {name}"}]
        named = {"BOT_ID": bot, "CLIENT_ID": CLIENT, "COMMAND": name, "EVENT_COMMAND_ADD": "http://localhost:9/"}
        room.call("imbot.command.register", params={**named, "LANG": lang, **more})

    register(here, "help", EXTRANET_SUPPORT="Y")
    register(here, "hide", HIDDEN="Y")
    register(away, "hello", COMMON="Y")
    register(away, "home")
    assert commands(room, room.ann) == [("hello", "To hello"), ("help", "To help")]
    assert commands(room, room.ann, LANGUAGE="de", FIND="/help") == [("help", "Zu help")]
    assert commands(room, room.ann, LANGUAGE="fr", FIND="o") == []
    room.send("milk", dialog=str(room.ann.id))
    assert [name for name, _ in commands(room, room.ann, str(room.ann.id))] == ["hello"]
    guest = room.add_person("Gil", kind=UserKind.EXTRANET)
    room.call("im.chat.user.add", room.ann, CHAT_ID=room.room, USERS=[guest.id])
    assert [name for name, _ in commands(room, guest)] == ["help"]
    assert refused(room, "botyard.chat.command.list", room.eve, DIALOG_ID=room.dialog) == "ACCESS_ERROR"
