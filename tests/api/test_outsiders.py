"""Outsiders and their bots: they reach, search, add and write to only those with whom they share a chat."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from botyard.model.people import REACH, UserKind
from botyard.store import reach
from botyard.store.users import USER
from tests.world import World
from tests.worlds.records import Answer, AppKey, Person

KINDS = [UserKind.EXTRANET, UserKind.EMAIL, UserKind.GUEST]
BOT = {"CLIENT_ID": "outsiders-bot"}
V2 = {"botToken": "outsiders-bot"}


class Fence:
    """Ann is in a chat with the outsider Eve and Eve's bot; nobody else at work has anything to do with them."""

    def __init__(self, world: World, kind: UserKind) -> None:
        self.world = world
        self.ann, self.boss = world.add_person("Ann"), world.add_person("Boss", "Secret")
        self.eve = world.add_person("Eve", kind=kind)
        self.bot = world.add_bot(self.eve, "eves", **BOT)
        self.app = world.add_app(self.bot)
        self.shared = world.add_chat(self.ann, [self.eve.id, self.bot])

    def members(self, chat: int) -> list[int]:
        rows = self.world.read(
            lambda tx: tx.all("SELECT user_id FROM members WHERE chat_id = :chat ORDER BY user_id", chat=chat)
        )
        return [row[0] for row in rows]

    def alone(self) -> bool:
        """Whether neither Eve nor her bot shares a chat with the boss."""
        row = self.world.read(
            lambda tx: tx.one(
                """SELECT 1 FROM members a JOIN members b ON b.chat_id = a.chat_id
                   WHERE a.user_id = :boss AND b.user_id IN (:eve, :bot)""",
                boss=self.boss.id,
                eve=self.eve.id,
                bot=self.bot,
            )
        )
        return row is None


@pytest.fixture(params=KINDS)
def fence(portal: World, request: pytest.FixtureRequest) -> Fence:
    return Fence(portal, request.param)


def asks(fence: Fence, by: Person | AppKey, method: str, **params: Any) -> Answer:
    """A call whose response is not compared with the contract, which knows no guests."""
    path = f"{by.path}/{method}" if isinstance(by, Person) else f"/rest/{method}"
    signed = params if isinstance(by, Person) else {**params, "auth": by.token}
    return fence.world.post(path, msgspec.json.encode(signed))


def test_a_chat_is_made_with_known_people_only(fence: Fence) -> None:
    wanted = [fence.ann.id, fence.boss.id]
    for by in (fence.eve, fence.app):
        made = asks(fence, by, "im.chat.add", TITLE="Trap", USERS=wanted)
        if made.status == 200:
            assert fence.boss.id not in fence.members(made.result)
        # Nobody can tell somebody unknown from somebody who does not exist.
        strange, missing = (asks(fence, by, "im.chat.add", TITLE="x", USERS=[other]) for other in (fence.boss.id, 999))
        assert (strange.status, strange.body.get("error")) == (missing.status, missing.body.get("error"))
    made = asks(fence, fence.eve, "imbot.chat.add", BOT_ID=fence.bot, USERS=wanted, **BOT)
    assert fence.members(made.result) == sorted([fence.ann.id, fence.bot])
    fields = {"userIds": wanted, "ownerId": fence.boss.id}
    made = asks(fence, fence.eve, "imbot.v2.Chat.add", botId=fence.bot, fields=fields, **V2)
    assert fence.members(made.result["chat"]["id"]) == sorted([fence.ann.id, fence.bot])
    assert fence.alone()


def test_nobody_unknown_is_added_to_a_chat(fence: Fence) -> None:
    chat, boss = fence.shared, fence.boss.id
    assert asks(fence, fence.eve, "im.chat.user.add", CHAT_ID=chat, USERS=[boss]).status == 200
    assert asks(fence, fence.eve, "imbot.chat.user.add", BOT_ID=fence.bot, CHAT_ID=chat, USERS=[boss], **BOT).error
    named = {"botId": fence.bot, "dialogId": f"chat{chat}", "userIds": [boss], **V2}
    assert asks(fence, fence.eve, "imbot.v2.Chat.User.add", **named).status == 200
    assert fence.alone()


def test_nobody_unknown_is_written_to(fence: Fence) -> None:
    boss = str(fence.boss.id)
    refused = asks(fence, fence.eve, "im.message.add", DIALOG_ID=boss, MESSAGE="hi")
    missing = asks(fence, fence.eve, "im.message.add", DIALOG_ID="999", MESSAGE="hi")
    assert (refused.status, refused.body) == (missing.status, missing.body)
    assert refused.headers.get("botyard-hint") == missing.headers.get("botyard-hint")
    for method, params in (
        ("imbot.message.add", {"BOT_ID": fence.bot, "DIALOG_ID": boss, "MESSAGE": "hi", **BOT}),
        ("imbot.chat.sendTyping", {"BOT_ID": fence.bot, "DIALOG_ID": boss, **BOT}),
        ("imbot.v2.Chat.Message.send", {"botId": fence.bot, "dialogId": boss, "fields": {"message": "hi"}, **V2}),
        ("imbot.v2.Chat.get", {"botId": fence.bot, "dialogId": boss, **V2}),
        ("im.v2.Chat.Bot.sendContext", {"dialogId": boss, "context": {}}),
    ):
        assert asks(fence, fence.eve, method, **params).error
    assert fence.alone()


def test_whom_one_shares_a_chat_with_is_open(portal: World) -> None:
    fence = Fence(portal, UserKind.EXTRANET)
    params = {"DIALOG_ID": fence.ann.id, "MESSAGE": "hello"}
    assert asks(fence, fence.eve, "im.message.add", **params).result > 0
    assert asks(fence, fence.eve, "imbot.message.add", BOT_ID=fence.bot, **params, **BOT).result > 0
    # Outside of chats too: a bot and the person who registered it know each other.
    other = portal.add_bot(fence.eve, "other", **BOT)
    assert asks(fence, fence.eve, "im.message.add", DIALOG_ID=other, MESSAGE="hello").result > 0
    ids = {row["ID"] for row in asks(fence, fence.eve, "user.get").result}
    assert ids == {str(fence.eve.id), str(fence.ann.id)}


def test_an_employees_bot_reaches_everybody(portal: World) -> None:
    fence = Fence(portal, UserKind.EXTRANET)
    bot = portal.add_bot(fence.ann, "anns", CLIENT_ID="anns-bot")
    params = {"BOT_ID": bot, "CLIENT_ID": "anns-bot", "DIALOG_ID": fence.boss.id, "MESSAGE": "hello"}
    assert asks(fence, fence.ann, "imbot.message.add", **params).result > 0


def test_people_and_bots_are_listed_by_the_same_rule(fence: Fence) -> None:
    theirs = fence.world.add_bot(fence.boss, "bosss", CLIENT_ID="bosss-bot")
    for by in (fence.eve, fence.app):
        asked: list[dict[str, Any]] = [{}, {"FIND": "Secret"}, {"ID": fence.boss.id}]
        for method, params in zip(("user.get", "user.search", "user.get"), asked, strict=True):
            answer = asks(fence, by, method, **params)
            assert answer.status != 200 or str(fence.boss.id) not in {row["ID"] for row in answer.result}
        assert f"U{fence.boss.id}" not in str(asks(fence, by, "access.name", ACCESS=[f"U{fence.boss.id}"]).body)
        listed = asks(fence, by, "imbot.bot.list").result
        assert str(theirs) not in listed and str(fence.bot) in listed
        hidden, missing = (asks(fence, by, "imbot.v2.Bot.get", botId=bot, **V2) for bot in (theirs, 99_999))
        assert (hidden.status, hidden.body) == (missing.status, missing.body)
        assert asks(fence, by, "imbot.v2.Bot.get", botId=fence.bot, **V2).status == 200


def test_open_chats_are_closed_to_outsiders_and_their_bots(fence: Fence) -> None:
    world = fence.world
    chat = world.add_chat(fence.boss, TYPE="OPEN", MESSAGE="for us")
    place = f"chat{chat}"
    for by in (fence.eve, fence.app):
        assert asks(fence, by, "im.dialog.messages.get", DIALOG_ID=place).error
        assert asks(fence, by, "im.dialog.get", DIALOG_ID=place).error
    for method, params in (
        ("imbot.chat.user.add", {"BOT_ID": fence.bot, "CHAT_ID": chat, "USERS": [fence.eve.id], **BOT}),
        ("imbot.chat.user.list", {"BOT_ID": fence.bot, "CHAT_ID": chat, **BOT}),
        ("imbot.v2.Chat.Message.read", {"botId": fence.bot, "dialogId": place, **V2}),
    ):
        assert asks(fence, fence.eve, method, **params).error
    assert fence.alone()


def test_a_file_of_an_open_chat_is_closed_to_an_outsiders_bot(fence: Fence) -> None:
    world = fence.world
    chat = world.add_chat(fence.boss, TYPE="OPEN")
    held = {"name": "plan.txt", "content": "c2VjcmV0"}
    sent = world.call("im.v2.File.upload", fence.boss, dialogId=f"chat{chat}", fields=held).result
    file_id = sent["file"]["id"]
    for method, params in (
        ("imbot.v2.File.download", {"botId": fence.bot, "fileId": file_id, **V2}),
        ("disk.file.get", {"id": file_id, "BOT_ID": fence.bot, **BOT}),
    ):
        for by in (fence.eve, fence.app):
            assert asks(fence, by, method, **params).error


def test_a_common_command_of_an_outsiders_bot_hears_nothing_elsewhere(fence: Fence) -> None:
    named = {"COMMAND": "help", "EVENT_COMMAND_ADD": "http://localhost:9/", "COMMON": "Y", "EXTRANET_SUPPORT": "Y"}
    words = [{"LANGUAGE_ID": "en", "TITLE": "Help", "PARAMS": ""}]
    asks(fence, fence.eve, "imbot.command.register", BOT_ID=fence.bot, LANG=words, **named, **BOT)
    closed = fence.world.add_chat(fence.boss)
    message_id = asks(fence, fence.boss, "im.message.add", DIALOG_ID=f"chat{closed}", MESSAGE="/help secret").result
    pressed = {"MESSAGE_ID": message_id, "BOT_ID": fence.bot, "COMMAND": "help", "COMMAND_PARAMS": "x"}
    assert asks(fence, fence.boss, "im.message.command", **pressed).error
    assert "secret" not in str(fence.world.due(fence.bot))
    asks(fence, fence.ann, "im.message.add", DIALOG_ID=f"chat{fence.shared}", MESSAGE="/help here")
    assert "here" in str(fence.world.due(fence.bot))


@pytest.mark.parametrize("whose", ["eve", "bot"])
def test_handlers_that_outsiders_bind_are_not_told_of_people(portal: World, whose: str) -> None:
    fence = Fence(portal, UserKind.EXTRANET)
    bound = portal.add_app(fence.eve.id if whose == "eve" else fence.bot)
    assert asks(fence, bound, "event.bind", event="ONUSERADD", handler="http://localhost:9/").result is True
    portal.add_user("newcomer")
    assert portal.count("deliveries WHERE recipient LIKE 'binding:%'") == 0
    assert asks(fence, portal.add_app(fence.ann.id), "event.bind", event="ONUSERADD", handler="http://x.test/").result
    portal.add_user("another")
    assert portal.count("deliveries WHERE recipient LIKE 'binding:%'") == 1


def test_a_bot_opens_no_dialog_between_others_with_an_outsider(fence: Fence) -> None:
    world = fence.world
    bot = world.add_bot(fence.ann, "anns", CLIENT_ID="anns-bot")

    def between(first: int, second: int, by: Person, **whose: Any) -> Answer:
        params = {"FROM_USER_ID": first, "TO_USER_ID": second, "MESSAGE": "psst", **whose}
        return world.call("imbot.message.add", by, params)

    anns: dict[str, Any] = {"BOT_ID": bot, "CLIENT_ID": "anns-bot"}
    eves: dict[str, Any] = {"BOT_ID": fence.bot, **BOT}
    for pair in ((fence.ann.id, fence.eve.id), (fence.eve.id, fence.ann.id), (fence.boss.id, fence.bot)):
        assert between(*pair, fence.ann, **anns).error
    assert world.count("chats WHERE kind = 'P'") == 0
    # What an outsider's bot says stands in its own dialogs, and not in those of others.
    world.call("im.message.add", fence.ann, DIALOG_ID=fence.boss.id, MESSAGE="between us")
    assert between(fence.ann.id, fence.boss.id, fence.eve, **eves).error
    assert between(fence.ann.id, fence.boss.id, fence.ann, **anns).result > 0


def test_the_documentation_has_the_table(portal: World) -> None:
    page = (Path(__file__).parents[2] / "docs" / "explanation" / "who-may-see-whom.md").read_text()
    joined = " ".join(page.split())
    for row in set(REACH.values()):
        assert row.value in joined, row


def test_a_look_at_somebody_is_one_walk_along_indexes(world: World) -> None:
    """It begins with the chats of the outsider and finds the other one in each by the key: no list of members."""
    sql = f"EXPLAIN QUERY PLAN {USER.select} WHERE u.id IN (5) AND {reach.KNOWN}"
    plan = [row[3] for row in world.read(lambda tx: tx.all(sql, viewer=1))]
    # Only the fields that matter here: engines say more.
    assert [line for line in plan if line.startswith("SCAN")] == []
    walked = [line for line in plan if " mine " in line or " theirs " in line]
    assert "mine" in walked[0] and "(user_id=?)" in walked[0]
    assert "theirs" in walked[1] and "(chat_id=? AND user_id=?)" in walked[1]
