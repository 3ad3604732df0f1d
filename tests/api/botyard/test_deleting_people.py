"""`botyard.user.delete`: what ends with an account, and what stays."""

from __future__ import annotations

import pytest

from botyard.chat import people
from botyard.model.people import DELETED_NAME
from botyard.store import bots, members, users
from tests.api.botyard.test_people import hook
from tests.web.browser import PASSWORD, Browser, resident
from tests.world import World


class Ann:
    """Somebody with an account, keys, a chat and a private dialog."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.id = resident(world, "ann")
        world.call("botyard.user.update", ID=self.id, LAST_NAME="Lindqvist", EMAIL="ann@a.test", WORK_POSITION="Boss")
        self.key = hook(world.call("botyard.webhook.add", USER_ID=self.id).result["URL"])
        self.ben = world.add_person("Ben")
        self.chat = int(world.call("im.chat.add", self.key, TITLE="Room", USERS=[self.ben.id]).result)
        self.message = int(world.call("im.message.add", self.key, DIALOG_ID=f"chat{self.chat}", MESSAGE="hello").result)
        self.private = int(world.call("im.message.add", self.key, DIALOG_ID=str(self.ben.id), MESSAGE="psst").result)

    def delete(self) -> None:
        assert self.world.call("botyard.user.delete", ID=self.id).result is True

    def members(self, chat: int) -> list[int]:
        return self.world.read(lambda tx: members.ids(tx, chat))


@pytest.fixture
def ann(portal: World) -> Ann:
    return Ann(portal)


def test_nothing_is_known_of_somebody_who_is_deleted(ann: Ann) -> None:
    ann.delete()
    row = str(ann.world.read(lambda tx: tx.all("SELECT * FROM users WHERE id = :id", id=ann.id)))
    for known in ("Ann", "Lindqvist", "ann@a.test", "Boss", "argon2"):
        assert known not in row
    assert ann.world.call("botyard.user.get", ID=ann.id).error == "USER_NOT_FOUND"
    assert ann.id not in [user["ID"] for user in ann.world.call("botyard.user.list").result]
    assert ann.world.call("botyard.user.list", KIND="deleted").result == []
    assert [user["ID"] for user in ann.world.call("user.get", FILTER={"ID": ann.id}).result] == []


@pytest.mark.parametrize("method", ["get", "update", "delete", "activate", "deactivate", "password", "password.link"])
def test_somebody_who_is_deleted_cannot_be_brought_back(ann: Ann, method: str) -> None:
    ann.delete()
    assert ann.world.call(f"botyard.user.{method}", ID=ann.id).error == "USER_NOT_FOUND"
    assert ann.world.call("botyard.webhook.add", USER_ID=ann.id).error == "USER_NOT_FOUND"
    assert ann.world.call("botyard.token.issue", USER_ID=ann.id).error == "USER_NOT_FOUND"


def test_messages_stay_with_a_deleted_person_as_their_author(ann: Ann) -> None:
    ann.delete()
    page = ann.world.call("im.dialog.messages.get", ann.ben, DIALOG_ID=f"chat{ann.chat}").result
    assert [message["author_id"] for message in page["messages"] if message["id"] == ann.message] == [ann.id]
    [author] = [user for user in page["users"] if user["id"] == ann.id]
    assert (author["name"], author["active"]) == (DELETED_NAME, False)
    private = ann.world.call("im.dialog.messages.get", ann.ben, DIALOG_ID=str(ann.id)).result
    assert [message["text"] for message in private["messages"]] == ["psst"]


def test_group_chats_are_left_and_handed_over(ann: Ann) -> None:
    ann.delete()
    assert ann.members(ann.chat) == [ann.ben.id]
    chat = ann.world.call("im.dialog.get", ann.ben, DIALOG_ID=f"chat{ann.chat}").result
    assert chat["owner"] == ann.ben.id
    ann.world.call("im.chat.user.add", ann.ben, CHAT_ID=ann.chat, USERS=[ann.id])
    assert ann.members(ann.chat) == [ann.ben.id]


def test_somebody_in_many_chats_is_deleted_too(ann: Ann) -> None:
    chats = [
        int(ann.world.call("im.chat.add", ann.key, TITLE=f"Room {number}", USERS=[ann.ben.id]).result)
        for number in range(people.AT_ONCE + 2)
    ]
    ann.delete()
    for chat in chats:
        assert ann.members(chat) == [ann.ben.id]


def test_keys_sessions_and_the_login_end(ann: Ann) -> None:
    world = ann.world
    app = world.add_app(ann.id)
    own = world.call("botyard.token.issue", USER_ID=ann.id).result["ACCESS_TOKEN"]
    browser = Browser(world)
    browser.sign_in("ann")
    assert world.get(f"/rest/profile?auth={app.token}").status == 200
    ann.delete()
    assert world.call("profile", ann.key).error == "INVALID_CREDENTIALS"
    for token in (app.token, own):
        assert world.get(f"/rest/profile?auth={token}").status == 401
    refreshed = world.get(
        f"/oauth/token/?grant_type=refresh_token&client_id={app.client_id}&client_secret={app.client_secret}"
        f"&refresh_token={app.refresh}"
    )
    assert refreshed.status == 400
    assert browser.get("/account").status == 303
    assert Browser(world).sign_in("ann").status == 403
    again = world.call("botyard.user.add", LOGIN="ann").result
    assert again["ID"] != ann.id
    keys = ("sessions", "second_factors", "recovery_codes", "reset_links", "codes", "consents")
    for table in (*keys, "department_members"):
        sql = f"SELECT COUNT(*) FROM {table} WHERE user_id = :id"
        assert world.read(lambda tx, sql=sql: tx.one(sql, id=ann.id)) == (0,)  # type: ignore[misc]


def test_bots_that_the_person_registered_end(ann: Ann) -> None:
    world = ann.world
    first, second = world.add_bot(ann.key, "first"), world.add_bot(ann.key, "second")
    others = world.add_bot(ann.ben, "others", CLIENT_ID="ben-client")
    ann.delete()
    assert [bot.user_id for bot in world.read(bots.all_bots)] == [others]
    for bot in (first, second):
        assert world.call("im.message.add", ann.ben, DIALOG_ID=str(bot), MESSAGE="hello").status == 400


def test_the_last_administrator_is_not_deleted(portal: World) -> None:
    me = portal.admin.id
    assert portal.call("botyard.user.delete", ID=me).error == "LAST_ADMIN"
    assert portal.call("profile").status == 200
    other = resident(portal, "root", admin=True)
    assert portal.call("botyard.user.delete", ID=other).result is True
    assert portal.call("botyard.user.delete", ID=me).error == "LAST_ADMIN"


def test_deleting_goes_on_where_it_was_interrupted(ann: Ann) -> None:
    """The person is deactivated by then, and in some of the chats no more."""
    world = ann.world
    world.call("botyard.user.deactivate", ID=ann.id)
    ann.delete()
    user = world.read(lambda tx: users.find(tx, ann.id))
    assert user is not None
    assert user.deleted


@pytest.mark.parametrize("who", ["0", "-1", "99999", "bot"])
def test_who_cannot_be_deleted(portal: World, who: str) -> None:
    number = portal.add_bot() if who == "bot" else int(who)
    assert portal.call("botyard.user.delete", ID=number).error == "USER_NOT_FOUND"


def test_only_administrators_delete(ann: Ann) -> None:
    assert ann.world.call("botyard.user.delete", ann.ben, ID=ann.id).error == "ACCESS_DENIED"
    assert ann.world.call("profile", ann.key).status == 200
    assert Browser(ann.world).sign_in("ann", PASSWORD).status == 303
