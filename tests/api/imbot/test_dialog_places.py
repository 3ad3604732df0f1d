"""imbot.dialog.get in every kind of place: private dialogs, workgroups, entities, and who asks."""

from __future__ import annotations

from typing import Any

import pytest

from botyard.model.people import UserKind
from botyard.store import chats
from tests.story import CLIENT, about, bot_does, bot_says, reads, says
from tests.world import World


def test_a_private_dialog_is_named_after_the_other_one(portal: World) -> None:
    bot, ann = (
        portal.add_bot(PROPERTIES={"NAME": "Echo", "WORK_POSITION": "Repeats", "COLOR": "AZURE"}),
        portal.add_person(),
    )
    message_id = bot_says(portal, ann.id, "hello")
    seen = about(portal, ann, str(bot))
    assert (
        seen
        | {
            "name": "Echo",
            "description": "Repeats",
            "color": "#29619b",
            "type": "private",
            "message_type": "P",
            "owner": 0,
            "role": "member",
            "counter": 1,
            "user_counter": 2,
            "message_count": 1,
            "unread_id": message_id,
            "last_message_id": message_id,
            "last_id": 0,
            "is_new": True,
            "dialog_id": str(bot),
            "manager_list": [],
            "entity_link": {"type": "", "url": "", "id": ""},
        }
        == seen
    )
    assert [mark["user_id"] for mark in seen["readed_list"]] == [bot]
    allowed = {name for name, may in seen["restrictions"].items() if may}
    assert allowed == {"call", "mute", "send"}


def test_each_side_names_the_other(portal: World) -> None:
    ann, bob = portal.add_person("Ann", "Smith"), portal.add_person("Bob", "Brown")
    says(portal, ann, bob.id)
    hers, his = about(portal, ann, bob.id), about(portal, bob, ann.id)
    assert (hers["name"], hers["dialog_id"], hers["counter"]) == ("Bob Brown", str(bob.id), 0)
    assert (his["name"], his["dialog_id"], his["counter"]) == ("Ann Smith", str(ann.id), 1)
    assert hers["id"] == his["id"]


def test_a_private_dialog_is_found_by_its_chat_id_too(portal: World) -> None:
    ann, bob = portal.add_person(), portal.add_person()
    says(portal, ann, bob.id)
    by_person = about(portal, bob, ann.id)
    by_chat = about(portal, bob, f"chat{by_person['id']}")
    assert by_chat | {"dialog_id": str(ann.id)} == by_person


def test_a_dialog_that_nobody_opened_is_closed(portal: World) -> None:
    ann, bob = portal.add_person(), portal.add_person()
    assert portal.call("imbot.dialog.get", ann, DIALOG_ID=bob.id).error == "ACCESS_ERROR"


@pytest.mark.parametrize("method", ["imbot.dialog.get", "im.dialog.get"])
def test_ones_own_dialog_is_there_before_the_first_message(portal: World, method: str) -> None:
    ann = portal.add_person("Ann", "Smith")
    path = f"{ann.path}/{method}"
    part = f'--B\r\nContent-Disposition: form-data; name="DIALOG_ID"\r\n\r\n{ann.id}\r\n--B--'
    answers = [
        portal.get(f"{path}?DIALOG_ID={ann.id}"),
        portal.post(path, f"DIALOG_ID={ann.id}".encode(), "application/x-www-form-urlencoded"),
        portal.post(path, part.encode(), "multipart/form-data; boundary=B"),
        portal.call(method, ann, DIALOG_ID=ann.id),
        portal.post(f"{ann.path}/batch", f'{{"cmd":["{method}?DIALOG_ID={ann.id}"]}}'.encode()),
    ]
    seen = [answer.result for answer in answers[:4]] + answers[4].result["result"]
    assert {(dialog["id"], dialog["dialog_id"], dialog["name"], dialog["type"]) for dialog in seen} == {
        (seen[0]["id"], str(ann.id), "Ann Smith", "private")
    }
    assert (seen[0]["message_count"], seen[0]["last_message_id"], seen[0]["user_counter"]) == (0, 0, 1)
    message_id = portal.call("im.message.add", ann, DIALOG_ID=ann.id, MESSAGE="milk").result
    assert portal.call(method, ann, DIALOG_ID=ann.id).result["last_message_id"] == message_id


def test_the_first_look_at_it_may_be_in_a_batch_and_is_one_request(portal: World) -> None:
    ann = portal.add_person("Ann")
    answer = portal.call("batch", ann, cmd={"a": f"imbot.dialog.get?DIALOG_ID={ann.id}", "b": "profile"}).result
    assert answer["result"]["a"]["dialog_id"] == str(ann.id)
    assert answer["result_error"] == []


def test_its_history_and_its_read_mark_are_there_as_well(portal: World) -> None:
    ann, bob = portal.add_person("Ann"), portal.add_person("Bob")
    empty = portal.post(f"{ann.path}/im.dialog.messages.get", b'{"DIALOG_ID":%d}' % ann.id).result
    assert empty["messages"] == []
    mark = portal.call("im.dialog.read", bob, DIALOG_ID=bob.id).result
    assert (mark["dialogId"], mark["lastId"], mark["counter"]) == (str(bob.id), 0, 0)


def test_a_guest_has_none_and_nobody_sees_anothers(portal: World) -> None:
    guest, ann, bob = (
        portal.add_person("Guest", kind=UserKind.GUEST),
        portal.add_person("Ann"),
        portal.add_person("Bob"),
    )
    for who, dialog in ((guest, guest.id), (ann, bob.id)):
        answer = portal.call("imbot.dialog.get", who, DIALOG_ID=dialog)
        assert (answer.status, answer.error) == (403, "ACCESS_ERROR")
    assert portal.call("im.dialog.read", guest, DIALOG_ID=guest.id).result is False


def test_a_note_to_oneself(portal: World) -> None:
    ann = portal.add_person("Ann", "Smith")
    message_id = says(portal, ann, ann.id, "milk")
    seen = about(portal, ann, ann.id)
    assert (seen["name"], seen["user_counter"], seen["counter"], seen["last_id"]) == ("Ann Smith", 1, 0, message_id)


@pytest.mark.parametrize("spelling", [str, int, lambda bot: f" {bot} ", lambda bot: float(bot)])
def test_a_person_may_be_named_by_text_or_number(portal: World, spelling: Any) -> None:
    bot, ann = portal.add_bot(), portal.add_person()
    bot_says(portal, ann.id)
    assert about(portal, ann, spelling(bot))["name"] == "Echo"


def test_a_workgroup_is_found_by_its_number(portal: World) -> None:
    ann = portal.add_person()
    chat = portal.add_chat(ann, ENTITY_TYPE="SONET_GROUP", ENTITY_ID="103")
    seen = about(portal, ann, "sg103")
    assert (seen["id"], seen["dialog_id"], seen["type"]) == (chat, "sg103", "sonetGroup")
    assert seen["restrictions"] == {
        "avatar": False,
        "rename": False,
        "extend": False,
        "call": True,
        "mute": True,
        "leave": False,
        "leave_owner": False,
        "send": True,
        "user_list": True,
        "path": "/workgroups/group/#ID#/",
        "path_title": "Go to group",
    }
    says(portal, ann, "sg103", "hello")
    assert about(portal, ann, "sg103")["message_count"] == seen["message_count"] + 1


def test_nobody_can_put_a_chat_in_front_of_a_workgroups_own(portal: World) -> None:
    ann, eve = portal.add_person("Ann"), portal.add_person("Eve")
    own = portal.add_chat(ann, ENTITY_TYPE="SONET_GROUP", ENTITY_ID="103")
    portal.add_chat(eve, [ann.id], ENTITY_TYPE="SONET_GROUP", ENTITY_ID="103")
    assert about(portal, ann, "sg103")["id"] == own


LINKS = [
    ("CRM", "DEAL|1663", "crm", {"type": "DEAL", "url": "/crm/deal/details/1663/", "id": "DEAL|1663"}),
    ("CRM", "LEAD|13", "crm", {"type": "LEAD", "url": "/crm/lead/details/13/", "id": "LEAD|13"}),
    ("CRM", "nonsense", "crm", {"type": "nonsense", "url": "", "id": "nonsense"}),
    ("SONET_GROUP", "7", "sonetGroup", {"type": "SONET_GROUP", "url": "/workgroups/group/7/", "id": "7"}),
    ("TASKS_TASK", "8293", "tasksTask", {"type": "TASKS_TASK", "url": "", "id": "8293"}),
    ("CHAT", "13", "chat", {"type": "CHAT", "url": "", "id": "13"}),
    ("ORDER", "A-7", "chat", {"type": "ORDER", "url": "", "id": "A-7"}),
    ("", "", "chat", {"type": "", "url": "", "id": ""}),
]


@pytest.mark.parametrize(("kind", "number", "type_", "link"), LINKS)
def test_the_entity_of_a_chat(portal: World, kind: str, number: str, type_: str, link: dict[str, str]) -> None:
    ann = portal.add_person()
    chat = portal.add_chat(ann, ENTITY_TYPE=kind, ENTITY_ID=number)
    seen = about(portal, ann, f"chat{chat}")
    assert (seen["type"], seen["entity_link"]) == (type_, link)
    assert (seen["entity_type"], seen["entity_id"]) == (kind, number)


def test_every_role_sees_its_own(portal: World) -> None:
    owner, manager, member, passer_by = (portal.add_person(name) for name in ("Olga", "Max", "Mia", "Paul"))
    bot = portal.add_bot()
    chat = int(
        bot_does(portal, "imbot.chat.add", TYPE="OPEN", USERS=[owner.id, manager.id, member.id]),
    )
    bot_does(portal, "imbot.chat.setManager", CHAT_ID=chat, USER_ID=manager.id)
    bot_does(portal, "imbot.chat.setOwner", CHAT_ID=chat, USER_ID=owner.id)
    roles = {who: about(portal, who, f"chat{chat}")["role"] for who in (owner, manager, member, passer_by)}
    assert roles == {owner: "owner", manager: "manager", member: "member", passer_by: "guest"}
    assert about(portal, owner, f"chat{chat}")["manager_list"] == [owner.id, manager.id]
    assert bot not in about(portal, owner, f"chat{chat}")["manager_list"]


def test_an_open_chat_is_closed_to_people_from_outside(portal: World) -> None:
    chat = portal.add_chat(portal.add_person(), TYPE="OPEN")
    for kind in (UserKind.EXTRANET, UserKind.EMAIL, UserKind.GUEST):
        stranger = portal.add_person(kind=kind)
        assert portal.call("imbot.dialog.get", stranger, DIALOG_ID=f"chat{chat}").status == 403


def test_a_guest_talks_where_it_was_let_in_and_nowhere_else(portal: World) -> None:
    ann, guest = portal.add_person(), portal.add_person("Gus", kind=UserKind.GUEST)
    chat = portal.add_chat(ann, [guest.id])
    says(portal, guest, f"chat{chat}", "hello")
    assert about(portal, guest, f"chat{chat}")["role"] == "member"
    refused = portal.call("im.message.add", guest, DIALOG_ID=ann.id, MESSAGE="psst")
    assert refused.error == "USER_NOT_FOUND"
    says(portal, ann, guest.id, "come in")
    says(portal, guest, ann.id, "thanks")


def test_who_only_looks_into_an_open_chat_has_nothing_unread(portal: World) -> None:
    ann, paul = portal.add_person(), portal.add_person()
    chat = portal.add_chat(ann, TYPE="OPEN")
    says(portal, ann, f"chat{chat}")
    seen = about(portal, paul, f"chat{chat}")
    assert (seen["counter"], seen["unread_id"], seen["last_id"], seen["is_new"]) == (0, 0, 0, False)


def test_the_caller_is_the_person_not_the_bot(portal: World) -> None:
    """The page has no BOT_ID: role, counters and marks are those of whoever holds the key."""
    bot, ann = portal.add_bot(), portal.add_person()
    chat = int(bot_does(portal, "imbot.chat.add", USERS=[ann.id]))
    seen = portal.call("imbot.dialog.get", ann, DIALOG_ID=f"chat{chat}", BOT_ID=bot, CLIENT_ID=CLIENT).result
    assert (seen["owner"], seen["role"]) == (bot, "member")
    assert portal.call("imbot.dialog.get", DIALOG_ID=f"chat{chat}", BOT_ID=bot, CLIENT_ID=CLIENT).status == 403


def test_the_extranet_mark_comes_and_goes(portal: World) -> None:
    portal.add_bot()
    ann, eve = portal.add_person(), portal.add_person("Eve", kind=UserKind.EXTRANET)
    chat = int(bot_does(portal, "imbot.chat.add", USERS=[ann.id]))
    seen = []
    for method in ("imbot.chat.user.add", "imbot.chat.user.delete"):
        bot_does(portal, method, CHAT_ID=chat, USERS=[eve.id], USER_ID=eve.id)
        seen.append(about(portal, ann, f"chat{chat}")["extranet"])
    assert seen == [True, False]


def test_im_and_imbot_tell_the_same(portal: World) -> None:
    ann = portal.add_person()
    chat = portal.add_chat(ann, [portal.add_bot()], ENTITY_TYPE="CRM", ENTITY_ID="DEAL|5")
    reads(portal, ann, f"chat{chat}")
    assert portal.call("im.dialog.get", ann, DIALOG_ID=f"chat{chat}").result == about(portal, ann, f"chat{chat}")


def test_imbot_chat_get_finds_the_chat_of_an_entity(portal: World) -> None:
    ann, eve = portal.add_person(), portal.add_person()
    first = portal.add_chat(ann, ENTITY_TYPE="ORDER", ENTITY_ID="1")
    entity = {"ENTITY_TYPE": "ORDER", "ENTITY_ID": "1"}
    assert portal.call("imbot.chat.get", ann, entity).result == {"ID": first}
    # Of several the first is meant, for those who are in no other.
    hers = portal.add_chat(eve, ENTITY_TYPE="ORDER", ENTITY_ID="1")
    assert portal.call("imbot.chat.get", ann, entity).result == {"ID": first}
    assert portal.call("imbot.chat.get", eve, entity).result == {"ID": hers}
    for nothing in ({"ENTITY_TYPE": "ORDER"}, {"ENTITY_ID": "1"}, {}, entity | {"ENTITY_ID": "2"}):
        assert portal.call("imbot.chat.get", ann, nothing).result is None


def test_entity_data_are_kept_apart(portal: World) -> None:
    ann = portal.add_person()
    first, second = portal.add_chat(ann), portal.add_chat(ann)
    portal.write(lambda tx: chats.set_entity_data(tx, first, ("Y|LEAD|56", "", "|")))
    seen = about(portal, ann, f"chat{first}")
    assert [seen[f"entity_data_{number}"] for number in (1, 2, 3)] == ["Y|LEAD|56", "", "|"]
    assert about(portal, ann, f"chat{second}")["entity_data_1"] == ""
