"""`botyard.message.*`: what people's messengers do with messages."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from tests.world import Person, World


@pytest.fixture
def room(portal: World) -> World:
    """Ann and Bob share Ann's room; Eve is not in it."""
    portal.ann, portal.bob, portal.eve = (portal.add_person(name) for name in ("Ann", "Bob", "Eve"))
    portal.open_room(portal.ann, portal.bob.id)
    return portal


def refused(world: World, method: str, by: Person, **params: Any) -> str:
    answer = world.call(method, by, params=params)
    assert answer.status >= 400, answer
    return answer.error


def history(world: World) -> list[str]:
    messages = world.call("im.dialog.messages.get", world.ann, DIALOG_ID=world.dialog).result["messages"]
    return [message["text"] for message in messages if message["author_id"]]


def test_a_message_is_sent_once_however_often_it_is_tried(room: World) -> None:
    params = {"DIALOG_ID": room.dialog, "MESSAGE": "Lunch?", "TEMPLATE_ID": str(uuid4())}
    first = room.call("botyard.message.send", room.ann, params=params).result
    again = room.call("botyard.message.send", room.ann, params=params).result
    assert first == again == {"ID": first["ID"], "CHAT_ID": room.room}
    name = params.pop("TEMPLATE_ID").upper()
    assert room.call("botyard.message.send", room.ann, params={**params, "templateId": name}).result == first
    params["TEMPLATE_ID"] = name.lower()
    other = room.call("botyard.message.send", room.ann, params={**params, "TEMPLATE_ID": str(uuid4())}).result
    assert other["ID"] > first["ID"]
    # Another person's name for a message is nobody else's.
    assert room.call("botyard.message.send", room.bob, params=params).result["ID"] > other["ID"]
    assert history(room) == ["Lunch?"] * 3


def test_the_first_message_to_somebody_makes_the_dialog(room: World) -> None:
    params = {"DIALOG_ID": str(room.eve.id), "MESSAGE": "Hello", "TEMPLATE_ID": str(uuid4())}
    sent = room.call("botyard.message.send", room.ann, params=params).result
    assert sent == room.call("botyard.message.send", room.ann, params=params).result
    assert room.call("im.dialog.get", room.eve, DIALOG_ID=str(room.ann.id)).result["id"] == sent["CHAT_ID"]


@pytest.mark.parametrize("name", ["", "lunch", "123", "5f3c0f5e6a534a549a390d2f7a3a1c11"])
def test_a_name_must_be_a_uuid(room: World, name: str) -> None:
    params = {"DIALOG_ID": room.dialog, "MESSAGE": "Lunch?", "TEMPLATE_ID": name}
    assert refused(room, "botyard.message.send", room.ann, **params) == "ERROR_ARGUMENT"
    assert refused(room, "botyard.message.forward", room.ann, DIALOG_ID=room.dialog, FORWARD_IDS={name: 1}) == (
        "ERROR_ARGUMENT"
    )
    assert history(room) == []


def test_who_may_not_send(room: World) -> None:
    params = {"MESSAGE": "Lunch?", "TEMPLATE_ID": str(uuid4())}
    assert refused(room, "botyard.message.send", room.eve, DIALOG_ID=room.dialog, **params) == "ACCESS_ERROR"
    assert refused(room, "botyard.message.send", room.ann, DIALOG_ID="", **params) == "DIALOG_ID_EMPTY"
    empty = {**params, "MESSAGE": " ", "DIALOG_ID": room.dialog}
    assert refused(room, "botyard.message.send", room.ann, **empty) == "MESSAGE_EMPTY"
    room.call("botyard.chat.permissions.set", room.ann, CHAT_ID=room.room, CAN_POST="owner")
    assert refused(room, "botyard.message.send", room.bob, DIALOG_ID=room.dialog, **params) == "ACCESS_ERROR"


def test_messages_are_forwarded_once_with_where_they_come_from(room: World) -> None:
    messages = [room.send("one"), room.send("two", room.bob)]
    names = [str(uuid4()), str(uuid4())]
    params = {"DIALOG_ID": str(room.bob.id), "FORWARD_IDS": dict(zip(names, messages, strict=True))}
    copies = room.call("botyard.message.forward", room.ann, params=params).result
    assert list(copies) == names
    assert copies == room.call("botyard.message.forward", room.ann, params=params).result
    shown = room.call("botyard.message.context", room.bob, MESSAGE_ID=copies[names[1]]).result["MESSAGES"]
    assert [(message["text"], message["forward"]["id"], message["forward"]["userId"]) for message in shown] == [
        ("one", messages[0], room.ann.id),
        ("two", messages[1], room.bob.id),
    ]
    # What somebody does not see is not carried out of its chat.
    stolen = {"DIALOG_ID": str(room.bob.id), "FORWARD_IDS": {str(uuid4()): messages[0]}}
    assert refused(room, "botyard.message.forward", room.eve, **stolen) == "MESSAGE_NOT_FOUND"
    many = {"DIALOG_ID": room.dialog, "FORWARD_IDS": {str(uuid4()): messages[0] for _ in range(101)}}
    assert refused(room, "botyard.message.forward", room.ann, **many) == "ERROR_ARGUMENT"


def test_a_chat_is_opened_at_a_message(room: World) -> None:
    messages = [room.send(f"m{number}") for number in range(5)]
    shown = room.call("botyard.message.context", room.bob, MESSAGE_ID=messages[2], RANGE=1).result
    assert [message["text"] for message in shown["MESSAGES"]] == ["m1", "m2", "m3"]
    assert (shown["HAS_EARLIER"], shown["HAS_LATER"]) == (True, True)
    assert [user["id"] for user in shown["USERS"]] == [room.ann.id]
    alone = room.call("botyard.message.context", room.bob, MESSAGE_ID=messages[4], RANGE=0).result
    assert ([message["id"] for message in alone["MESSAGES"]], alone["HAS_LATER"]) == ([messages[4]], False)
    assert refused(room, "botyard.message.context", room.eve, MESSAGE_ID=messages[2]) == "MESSAGE_NOT_FOUND"
    # Who came later without the history sees nothing of it.
    room.call("im.chat.user.add", room.ann, CHAT_ID=room.room, USERS=[room.eve.id])
    late = room.send("m5")
    assert refused(room, "botyard.message.context", room.eve, MESSAGE_ID=messages[2]) == "MESSAGE_NOT_FOUND"
    near = room.call("botyard.message.context", room.eve, MESSAGE_ID=late).result
    assert ("m4" in [m["text"] for m in near["MESSAGES"]], near["HAS_EARLIER"]) == (False, False)


def test_reactions_of_every_kind_are_set_counted_and_listed(room: World) -> None:
    message = room.send("Lunch?")
    other = room.send("Well?")
    assert room.call("botyard.message.react", room.ann, MESSAGE_ID=message, REACTION="fire").result is True
    assert room.call("botyard.message.react", room.ann, MESSAGE_ID=message, REACTION="fire").result is False
    room.wait(5)
    room.call("botyard.message.react", room.bob, MESSAGE_ID=message, REACTION="fire")
    room.call("botyard.message.react", room.bob, MESSAGE_ID=message, REACTION="eyes")
    counts = room.call("botyard.message.reaction.counts", room.ann, MESSAGE_IDS=[message, other]).result
    assert counts == [
        {"MESSAGE_ID": message, "REACTION": "fire", "COUNT": 2, "OWN": True},
        {"MESSAGE_ID": message, "REACTION": "eyes", "COUNT": 1, "OWN": False},
    ]
    assert room.call("botyard.message.context", room.ann, MESSAGE_ID=message).result["REACTIONS"] == counts
    params = {"MESSAGE_ID": message, "REACTION": "fire", "LIMIT": 1}
    part = room.call("botyard.message.reaction.list", room.ann, params=params).result
    assert ([person["USER_ID"] for person in part["PEOPLE"]], part["NEXT"]) == ([room.ann.id], room.ann.id)
    rest = room.call("botyard.message.reaction.list", room.ann, params={**params, "AFTER": part["NEXT"]}).result
    assert ([person["USER_ID"] for person in rest["PEOPLE"]], rest["NEXT"]) == ([room.bob.id], 0)
    assert rest["PEOPLE"][0]["DATE"] > part["PEOPLE"][0]["DATE"]
    taken = {"MESSAGE_ID": message, "REACTION": "fire", "ON": "N"}
    assert [room.call("botyard.message.react", room.ann, params=taken).result for _ in range(2)] == [True, False]
    assert room.call("botyard.message.reaction.counts", room.ann, MESSAGE_IDS=[message]).result[-1]["OWN"] is False


def test_reactions_of_what_one_does_not_see_are_not_told(room: World) -> None:
    message = room.send("Lunch?")
    room.call("botyard.message.react", room.ann, MESSAGE_ID=message, REACTION="fire")
    named = {"MESSAGE_ID": message, "REACTION": "fire"}
    assert room.call("botyard.message.reaction.counts", room.eve, MESSAGE_IDS=[message]).result == []
    assert refused(room, "botyard.message.react", room.eve, **named) == "MESSAGE_NOT_FOUND"
    assert refused(room, "botyard.message.reaction.list", room.eve, **named) == "MESSAGE_NOT_FOUND"
    assert refused(room, "botyard.message.react", room.ann, MESSAGE_ID=message, REACTION="x") == "REACTION_NOT_FOUND"
    assert refused(room, "botyard.message.reaction.counts", room.ann, MESSAGE_IDS="x") == "ERROR_ARGUMENT"
    many = list(range(1, 102))
    assert refused(room, "botyard.message.reaction.counts", room.ann, MESSAGE_IDS=many) == "ERROR_ARGUMENT"


def test_who_has_read_a_message(room: World) -> None:
    room.call("im.chat.user.add", room.ann, CHAT_ID=room.room, USERS=[room.add_bot(None, "echo")])
    first, second = room.send("one"), room.send("two")

    def readers(message: int) -> list[int]:
        listing = room.call("botyard.message.readers", room.ann, MESSAGE_ID=message).result
        assert listing["NEXT"] == 0
        return [person["USER_ID"] for person in listing["PEOPLE"]]

    assert (readers(first), readers(second)) == ([], [])
    room.call("im.dialog.read", room.bob, DIALOG_ID=room.dialog, MESSAGE_ID=first)
    assert (readers(first), readers(second)) == ([room.bob.id], [])
    room.call("im.dialog.read", room.bob, DIALOG_ID=room.dialog)
    assert (readers(first), readers(second)) == ([room.bob.id], [room.bob.id])
    # Who came later has not read what is hidden, nor what was there and is behind the mark.
    room.call("im.chat.user.add", room.ann, {"CHAT_ID": room.room, "USERS": [room.eve.id], "HIDE_HISTORY": "Y"})
    room.call("im.dialog.read", room.eve, DIALOG_ID=room.dialog)
    assert readers(second) == [room.bob.id]
    assert refused(room, "botyard.message.readers", room.eve, MESSAGE_ID=second) == "MESSAGE_NOT_FOUND"


def test_readers_of_a_big_chat_are_looked_at_in_stretches(room: World) -> None:
    message = room.send("one")

    async def crowd(tx: Any) -> None:
        numbers = "WITH RECURSIVE n (i) AS (SELECT CAST(50001 AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i < 51100)"
        await tx.run(f"{numbers} INSERT INTO users (id, kind, registered, updated) SELECT i, 'employee', 0, 0 FROM n")
        await tx.run(
            f"""{numbers} INSERT INTO members (chat_id, user_id, joined, read_id, read_at)
                SELECT {room.room}, i, 0, {message}, CASE WHEN i > 51000 THEN 1 ELSE NULL END FROM n"""
        )

    room.write(crowd)
    after, calls, people = 0, 0, []
    while True:
        listing = room.call("botyard.message.readers", room.ann, MESSAGE_ID=message, AFTER=after).result
        people += [person["USER_ID"] for person in listing["PEOPLE"]]
        after, calls = listing["NEXT"], calls + 1
        if not after:
            break
    assert (people, calls) == (list(range(51001, 51101)), 3)
