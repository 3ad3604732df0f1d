"""Many calls at the same time: counters stay exact and dialogs single."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from tests.story import CLIENT, about, bot_does, says
from tests.world import Person, World

CALLS = 20


def at_once(world: World, calls: list[tuple[Person, str, dict[str, Any]]]) -> list[Any]:
    """Answers of calls that are all under way together."""

    async def request(who: Person, method: str, params: dict[str, Any]) -> Any:
        body = json.dumps(params).encode()
        headers = {"content-type": "application/json"}
        _, _, raw = await world.exchange("POST", f"{who.path}/{method}", [body], headers, "http")
        return json.loads(raw)

    async def together() -> list[Any]:
        return await asyncio.gather(*(request(*call) for call in calls))

    return world.run(together())


def results(answers: list[Any]) -> list[Any]:
    assert all("result" in answer for answer in answers), answers
    return [answer["result"] for answer in answers]


def test_twenty_messages_into_one_chat(portal: World) -> None:
    bot, ann, bob = portal.add_bot(type="S"), portal.add_person("Ann"), portal.add_person("Bob")
    chat = portal.add_chat(ann, [bot, bob.id])
    before = about(portal, bob, f"chat{chat}")
    count = len(portal.due(bot))
    params = {"DIALOG_ID": f"chat{chat}", "MESSAGE": "hi"}
    message_ids = results(at_once(portal, [(ann, "im.message.add", params)] * CALLS))
    assert len(set(message_ids)) == CALLS
    seen = about(portal, bob, f"chat{chat}")
    assert (
        seen
        | {
            "counter": CALLS,
            "message_count": before["message_count"] + CALLS,
            "unread_id": min(message_ids),
            "last_message_id": max(message_ids),
        }
        == seen
    )
    assert [body["message_id"] for _, body in portal.due(bot)[count:]] == sorted(message_ids)


def test_bots_and_people_write_and_read_at_once(portal: World) -> None:
    portal.add_bot()
    ann, bob = portal.add_person("Ann"), portal.add_person("Bob")
    chat = int(bot_does(portal, "imbot.chat.add", USERS=[ann.id, bob.id]))
    where = {"DIALOG_ID": f"chat{chat}"}
    calls: list[tuple[Person, str, dict[str, Any]]] = []
    for _ in range(CALLS // 2):
        calls.append((portal.admin, "imbot.message.add", where | {"MESSAGE": "beep", "CLIENT_ID": CLIENT}))
        calls.append((ann, "im.message.add", where | {"MESSAGE": "hi"}))
        calls.append((ann, "im.dialog.read", where))
    results(at_once(portal, calls))
    seen = about(portal, bob, f"chat{chat}")
    assert (seen["counter"], seen["message_count"]) == (CALLS, CALLS + 2)
    says(portal, ann, f"chat{chat}", "done")
    assert about(portal, ann, f"chat{chat}")["counter"] == 0


def test_one_private_dialog_however_many_open_it(portal: World) -> None:
    ann, bob = portal.add_person("Ann"), portal.add_person("Bob")
    calls: list[tuple[Person, str, dict[str, Any]]] = []
    for _ in range(CALLS // 2):
        calls.append((ann, "im.message.add", {"DIALOG_ID": bob.id, "MESSAGE": "hi"}))
        calls.append((bob, "im.message.add", {"DIALOG_ID": ann.id, "MESSAGE": "hi"}))
    results(at_once(portal, calls))
    hers, his = about(portal, ann, bob.id), about(portal, bob, ann.id)
    assert (hers["id"], hers["message_count"], hers["user_counter"]) == (his["id"], CALLS, 2)
    rows = portal.read(lambda tx: tx.all("SELECT id FROM chats WHERE kind = 'P'"))
    assert len(rows) == 1


def test_the_same_people_are_added_at_once(portal: World) -> None:
    portal.add_bot()
    crowd = [portal.add_person(f"P{number}").id for number in range(5)]
    chat = int(bot_does(portal, "imbot.chat.add"))
    call = (portal.admin, "imbot.chat.user.add", {"CHAT_ID": chat, "USERS": crowd, "CLIENT_ID": CLIENT})
    answers = at_once(portal, [call] * 6)
    # One call brings them in, the others find them there.
    assert sorted(answer.get("error", "") for answer in answers) == [""] + ["WRONG_REQUEST"] * 5
    row = portal.read(lambda tx: tx.one("SELECT members FROM chats WHERE id = :id", id=chat))
    assert row == (6,)


def test_the_same_like_at_once(portal: World) -> None:
    portal.add_bot()
    ann = portal.add_person()
    chat = int(bot_does(portal, "imbot.chat.add", USERS=[ann.id]))
    message_id = says(portal, ann, f"chat{chat}")
    call = (portal.admin, "imbot.message.like", {"MESSAGE_ID": message_id, "ACTION": "plus", "CLIENT_ID": CLIENT})
    answers = at_once(portal, [call] * 6)
    assert sorted(answer.get("error", "") for answer in answers) == [""] + ["WITHOUT_CHANGES"] * 5


def test_the_same_bot_is_registered_at_once(portal: World) -> None:
    params = {"CODE": "echo", "EVENT_HANDLER": "http://localhost:9/", "PROPERTIES": {"NAME": "Echo"}}
    call = (portal.admin, "imbot.register", params | {"CLIENT_ID": CLIENT})
    assert len(set(results(at_once(portal, [call] * 6)))) == 1
