"""The demo portal: what is in it, and that its keys open it."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import msgspec
import pytest

from botyard.api.shapes.dialog import Dialog
from botyard.commands.permissions import usual_scopes
from botyard.demo import content, credentials, seed
from botyard.demo.credentials import DemoCredentials
from botyard.demo.known_keys import Keyset, KnownKeys
from botyard.demo.provisioning import DemoPortal, ProvisionedDemo, load_demo, provision
from botyard.demo.seed import NOTHING, Seed
from botyard.portal.auth import passwords
from botyard.rpc.scopes import shown
from botyard.store import portal, users
from botyard.store.engines.db import Duplicate
from tests.portal.test_key_rotation import rotate
from tests.portals import Databases
from tests.world import Answer, Person, World


class DemoWorld(World):
    """The demo portal in place of an empty one; its administrator is the demo's."""

    filled: ProvisionedDemo

    def __init__(self, folder: Path, extra: Seed = NOTHING, database: str = "", keyset: Keyset | None = None) -> None:
        self._extra = extra
        self._keyset = keyset
        super().__init__(folder, database)

    def make_portal(self) -> Person:
        self.filled = self.run(provision(self.place(), self._extra, self._keyset))
        return self.as_("alice")

    def place(self, scopes: str = "") -> DemoPortal:
        every = scopes.split(",") if scopes else usual_scopes()
        return DemoPortal(self.context.database, self.context.keys, self.settings, every)

    @property
    def shown(self) -> DemoCredentials:
        return self.filled.credentials

    def as_(self, login: str) -> Person:
        """Somebody of the demo, with the webhook that was shown."""
        listed = next(person for person in self.shown.people if person.login == login)
        return Person(listed.id, listed.webhook)

    def greeted(self, scopes: str = "") -> DemoCredentials:
        served = self.run(load_demo(self.place(scopes)))
        assert served is not None
        return served

    def dialog_as(self, dialog_id: str, login: str = "alice") -> dict[str, Any]:
        result: dict[str, Any] = self.call("imbot.dialog.get", self.as_(login), DIALOG_ID=dialog_id).result
        return result


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoWorld]:
    """One demo portal for the tests that only look at it."""
    made = DemoWorld(tmp_path_factory.mktemp("demo"))
    yield made
    made.close()


@pytest.fixture
def own(tmp_path: Path) -> Iterator[DemoWorld]:
    """A demo portal for a test that changes it."""
    made = DemoWorld(tmp_path)
    yield made
    made.close()


def test_five_people_work_there_one_of_them_from_outside(demo: DemoWorld) -> None:
    people = demo.shown.people
    assert [person.login for person in people] == ["alice", "ben", "clara", "daniel", "eva"]
    assert [person.login for person in people if person.admin] == ["alice"]
    assert [person.login for person in people if person.extranet] == ["eva"]
    departments = {tuple(row["UF_DEPARTMENT"]) for row in demo.call("user.get").result if row["UF_DEPARTMENT"]}
    assert departments == {(1,), (2,)}


def test_each_webhook_calls_for_its_person_with_every_permission(demo: DemoWorld) -> None:
    for person in demo.shown.people:
        assert demo.call("profile", demo.as_(person.login)).result["ID"] == str(person.id)
        assert demo.call("scope", demo.as_(person.login)).result == shown(usual_scopes())
    assert demo.call("scope", demo.shown.application.access_token).result == shown(usual_scopes())


def test_the_shown_passwords_are_theirs(demo: DemoWorld) -> None:
    rows = demo.read(lambda tx: tx.all("SELECT login, password FROM users WHERE login <> ''"))
    stored: dict[str, str] = {row[0]: row[1] for row in rows}
    for person in demo.shown.people:
        assert passwords.verify(stored[person.login], person.password)


def test_the_application_calls_for_the_administrator(demo: DemoWorld) -> None:
    token = demo.shown.application.access_token
    assert demo.call("profile", token).result["ID"] == str(demo.shown.admin.id)
    assert demo.call("app.info", token).result["CODE"] == demo.shown.application.client_id


def test_each_bot_obeys_the_owner_that_is_shown(demo: DemoWorld) -> None:
    helper, watcher = demo.shown.bots
    token = demo.shown.application.access_token
    assert demo.call("imbot.message.add", token, BOT_ID=helper.id, DIALOG_ID="2", MESSAGE="Hi").result > 0
    named = {"BOT_ID": watcher.id, "CLIENT_ID": watcher.client_id, "DIALOG_ID": "2", "MESSAGE": "Hi"}
    assert demo.call("imbot.message.add", params=named).result > 0
    assert demo.call("imbot.message.add", token, BOT_ID=watcher.id, DIALOG_ID="2", MESSAGE="Hi").status == 400


def test_the_first_chat_has_something_in_every_corner(demo: DemoWorld) -> None:
    chat = demo.dialog_as("chat2001")
    assert (chat["name"], chat["type"], chat["message_type"], chat["role"]) == ("Release 1.0", "chat", "C", "owner")
    assert chat["avatar"].startswith("http://botyard.test/avatar/")
    assert demo.get(chat["avatar"].removeprefix("http://botyard.test")).body.startswith(b"\x89PNG")
    assert chat["counter"] == 3
    assert chat["last_id"] < chat["unread_id"] <= chat["last_message_id"]
    assert chat["manager_list"] == [1, 2]
    assert chat["mute_list"] == {"3": True}
    assert {mark["message_id"] > 0 for mark in chat["readed_list"]} == {True, False}
    assert chat["last_message_views"]["first_viewers"][0]["user_name"] == "Ben Carter"


def test_every_field_of_a_dialog_has_something_behind_it(demo: DemoWorld) -> None:
    chats = [row[0] for row in demo.read(lambda tx: tx.all("SELECT id FROM chats ORDER BY id"))]
    asked = [
        demo.call("imbot.dialog.get", demo.as_(person.login), DIALOG_ID=f"chat{chat}")
        for chat in chats
        for person in demo.shown.people
    ]
    seen = [answer.result for answer in asked if answer.status == 200]
    fields = msgspec.structs.fields(Dialog)
    assert len(fields) == 38
    assert [field.name for field in fields if not any(dialog[field.name] for dialog in seen)] == []
    same = [field.name for field in fields if len({str(dialog[field.name]) for dialog in seen}) == 1]
    assert same == ["permissions"], "one kind of room differs from another"


def test_the_thread_knows_the_message_above_it(demo: DemoWorld) -> None:
    thread = demo.dialog_as("chat2008")
    assert (thread["type"], thread["message_type"], thread["parent_chat_id"]) == ("thread", "T", 2001)
    above = demo.call("im.dialog.messages.get", DIALOG_ID="chat2001").result["messages"]
    assert thread["parent_message_id"] in [message["id"] for message in above if message["text"] == "A new build"]


def test_the_open_chat_is_marked_unread_by_the_administrator(demo: DemoWorld) -> None:
    chat = demo.dialog_as("chat2002")
    assert (chat["message_type"], chat["type"]) == ("O", "open")
    assert chat["marked_id"] == chat["last_message_id"]


def test_the_deal_has_its_entity_and_a_guest(demo: DemoWorld) -> None:
    deal_chat = demo.call("imbot.chat.get", ENTITY_TYPE="CRM", ENTITY_ID="DEAL|1663").result
    chat = demo.dialog_as(f"chat{deal_chat['ID']}", "eva")
    assert chat["extranet"] is True
    assert chat["entity_link"]["type"] == "DEAL"
    assert chat["entity_data_2"] == "COMPANY|12"
    assert chat["restrictions"]["rename"] is False
    assert chat["counter"] == 1


def test_one_chat_was_not_opened_yet(demo: DemoWorld) -> None:
    fresh = demo.read(lambda tx: tx.one("SELECT id FROM chats WHERE title = 'New colleagues'"))
    assert fresh is not None
    assert demo.dialog_as(f"chat{fresh[0]}", "daniel")["is_new"] is True


def test_private_dialogs_have_a_history(demo: DemoWorld) -> None:
    dialog = demo.dialog_as("2")
    assert dialog["type"] == "private"
    assert dialog["counter"] == 1
    texts = [message["text"] for message in demo.call("im.dialog.messages.get", DIALOG_ID="2").result["messages"]]
    assert texts[-3:] == ["Lunch?", "Yes. Looks good to me.", "Have you seen build 128?"]


def test_messages_show_attachments_keyboards_edits_and_replies(demo: DemoWorld) -> None:
    rows = demo.read(lambda tx: tx.all("SELECT params, edited, erased, reply_id FROM messages WHERE chat_id = 2001"))
    assert any('"ATTACH"' in row[0] for row in rows)
    assert any('"KEYBOARD"' in row[0] for row in rows)
    assert [sum(bool(row[column]) for row in rows) for column in (1, 2, 3)] == [1, 1, 2]


def test_later_messages_have_higher_numbers_in_every_chat(demo: DemoWorld) -> None:
    rows = demo.read(lambda tx: tx.all(f"SELECT sent FROM messages WHERE sent < {int(demo.time)} - 60 ORDER BY id"))
    sent = [row[0] for row in rows]
    assert sent == sorted(sent)
    assert len(sent) > 20


def test_the_content_is_the_same_each_time_and_the_secrets_are_not(demo: DemoWorld, own: DemoWorld) -> None:
    sql = "SELECT chat_id, author_id, text, params FROM messages WHERE id <= 29 ORDER BY id"
    assert demo.read(lambda tx: tx.all(sql)) == own.read(lambda tx: tx.all(sql))
    for person, other in zip(demo.shown.people, own.shown.people, strict=True):
        assert person.webhook != other.webhook
        assert person.password != other.password
    assert demo.shown.member_id != own.shown.member_id


def test_the_secrets_are_kept_for_their_owner_only_and_shown_again(own: DemoWorld) -> None:
    file = own.settings.data / credentials.FILE
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert own.greeted() == own.shown


def test_a_start_after_the_tokens_expired_shows_new_ones(own: DemoWorld) -> None:
    own.wait(3600)
    fresh = own.greeted()
    assert fresh.application.access_token != own.shown.application.access_token
    assert own.call("profile", own.shown.application.access_token).error == "expired_token"
    assert own.call("profile", fresh.application.access_token).status == 200
    assert own.greeted() == fresh
    assert fresh.people == own.shown.people


def test_a_start_after_the_key_was_replaced_shows_the_webhooks_again(own: DemoWorld) -> None:
    rotate(own, days=30)
    again = own.greeted()
    assert again.people == own.shown.people
    assert own.call("profile", own.as_("ben")).status == 200
    assert own.call("profile", again.application.access_token).status == 200


def test_a_start_after_the_key_was_replaced_at_once_shows_none(own: DemoWorld) -> None:
    rotate(own, days=0)
    assert {person.webhook for person in own.greeted().people} == {""}


def test_a_start_after_a_client_renewed_the_tokens_shows_new_ones(own: DemoWorld) -> None:
    """Shown again, the refresh token would be taken for stolen, and its use would end the client's tokens, too."""
    taken = renewed(own, own.shown)
    fresh = own.greeted()
    assert own.greeted() == fresh
    own.wait(60)
    assert renewed(own, fresh).status == 200
    assert own.call("profile", taken.body["access_token"]).status == 200


def test_an_application_that_was_uninstalled_is_given_no_tokens_by_a_start(own: DemoWorld) -> None:
    own.call("botyard.app.uninstall", own.as_("alice"), CLIENT_ID=own.shown.application.client_id)
    again = own.greeted()
    assert (again.application.client_id, again.people) == ("", own.shown.people)
    assert again.application.access_token == own.shown.application.access_token


def renewed(world: DemoWorld, shown: DemoCredentials) -> Answer:
    """What the token endpoint answers to the refresh token that was shown."""
    app = shown.application
    form = {"client_id": app.client_id, "client_secret": app.client_secret, "refresh_token": app.refresh_token}
    return world.get("/oauth/token/?" + urlencode({"grant_type": "refresh_token", **form}))


def test_permissions_of_a_newer_version_reach_the_demo_keys(own: DemoWorld) -> None:
    fresh = own.greeted("im,imbot,brand.new")
    assert "brand.new" in own.call("scope").result
    assert "brand.new" in own.call("scope", fresh.application.access_token).result


def test_a_portal_whose_secrets_are_gone_is_greeted_without_them(own: DemoWorld) -> None:
    (own.settings.data / credentials.FILE).write_text("{")
    assert own.run(load_demo(own.place())) is None
    (own.settings.data / credentials.FILE).unlink()
    assert own.run(load_demo(own.place())) is None


def test_secrets_of_another_portal_are_not_taken_for_this_ones(own: DemoWorld) -> None:
    assert credentials.load(own.settings.data, "0" * 32) is None


def test_a_portal_is_filled_once(own: DemoWorld) -> None:
    with pytest.raises(Duplicate):
        own.run(provision(own.place()))
    assert own.greeted() == own.shown


@pytest.mark.postgresql
def test_it_is_the_same_on_postgresql(demo: DemoWorld, tmp_path: Path, databases: Databases) -> None:
    with databases.lent() as address:
        other = DemoWorld(tmp_path, database=address)
        try:
            # Ids may differ: the database was used by other tests before.
            sql = """SELECT c.title, c.kind, c.members, c.guests, c.bots, c.messages, c.counted, c.viewers, m.sent
                     FROM chats c JOIN messages m ON m.id = c.last_message_id WHERE m.sent < :now ORDER BY c.id"""
            before = int(demo.time) - 60
            assert other.read(lambda tx: tx.all(sql, now=before)) == demo.read(lambda tx: tx.all(sql, now=before))
            other.wait(3600)
            assert other.greeted().application.access_token != other.shown.application.access_token
        finally:
            other.close()


def test_the_demo_says_what_its_file_says(demo: DemoWorld) -> None:
    assert demo.shown.admin.login == content.ADMIN
    assert credentials.load(demo.settings.data, demo.shown.member_id) == demo.shown


def test_published_keys_are_the_same_everywhere_and_mark_the_portal(tmp_path: Path, demo: DemoWorld) -> None:
    shown = []
    for folder in ("one", "two"):
        world = DemoWorld(tmp_path / folder, Seed(people=(seed.Person(login="zoe"),)), keyset=KnownKeys())
        shown.append(world.shown)
        assert world.call("profile", world.as_("zoe")).result["NAME"] == "zoe"
        assert marked(world)
        world.close()
    first, second = shown
    assert first.people == second.people
    assert (first.application.client_id, first.application.client_secret) == (
        second.application.client_id,
        second.application.client_secret,
    )
    assert first.bots == second.bots
    assert len({person.webhook for person in first.people}) == 6
    assert not marked(demo)


def marked(world: World) -> bool:
    """Whether the portal says that its keys are published."""
    settings = world.read(portal.get)
    return settings is not None and settings.known_keys


def test_what_was_ended_or_changed_is_not_shown_again(own: DemoWorld) -> None:
    ben, clara, daniel = (own.as_(login) for login in ("ben", "clara", "daniel"))
    hook = next(row for row in own.call("botyard.webhook.list").result if row["USER_ID"] == ben.id)
    own.call("botyard.webhook.revoke", ID=hook["ID"])
    own.call("botyard.user.deactivate", ID=clara.id)
    own.write(lambda tx: users.set_password(tx, daniel.id, passwords.hashed_quickly("another one")))
    again = {person.login: person for person in own.greeted().people}
    assert again["ben"].webhook == ""
    assert "clara" not in again
    assert again["daniel"].password == ""
    assert again["alice"] == own.shown.people[0]
