"""What a list costs does not grow with it: as many statements for a page of fifty as for one of five.

Each method that reads is listed here, with a call that lists as much as it can, or as one that reads nothing that
grows. So are those that change many things at once.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any, cast

import msgspec
import pytest

from botyard.rpc.method import Mode
from botyard.server import application, registry
from botyard.store.engines.db import Database
from tests.delivery.statements import NotedDatabase
from tests.world import AppKey, Person, World
from tests.worlds.bots import CLIENT, TOKEN
from tests.worlds.files import base64_of

FEW, MANY = 5, 50
LANG = [{"LANGUAGE_ID": "en", "TITLE": "Do it"}]
V2 = {"botToken": TOKEN}
ADDRESSED = "[USER=all]all[/USER] https://a.test"


class Town:
    """A portal with ``count`` of everything, and what calls cost there."""

    def __init__(self, world: World, count: int) -> None:
        self.world = world
        self.count = count
        self._database = NotedDatabase(world.context.database)
        world.context = msgspec.structs.replace(world.context, database=cast(Database, self._database))
        world.app = application(world.context)
        self.add_people()
        self.add_bots()
        self.add_chats()
        self.add_messages()
        self.add_keys()
        self.add_events()

    def do(self, method: str, by: Person | AppKey | str | None = None, **params: Any) -> Any:
        """The result of a call, not held against the contract."""
        who = by or self.world.admin
        path = f"{who.path}/{method}" if isinstance(who, Person) else f"/rest/{method}"
        auth = {} if isinstance(who, Person) else {"auth": who.token if isinstance(who, AppKey) else who}
        answer = self.world.post(path, json.dumps({**params, **auth}).encode())
        assert answer.status == 200, (method, answer.body)
        return answer.result

    def cost(self, method: str, by: Person | AppKey | str | None, params: dict[str, Any]) -> int:
        """How many statements a call takes."""
        self._database.statements.clear()
        self.do(method, by, **params)
        return len(self._database.statements)

    @property
    def repeated(self) -> str:
        """The statement that the last call ran most often."""
        [(sql, times)] = Counter(statement.sql for statement in self._database.statements).most_common(1)
        return f"{times} times {' '.join(sql.split())}"

    def add_people(self) -> None:
        self.people = [self.world.add_person(f"Person {number}") for number in range(self.count)]
        self.ids = [person.id for person in self.people]
        self.strangers = [self.world.add_person(f"Stranger {number}").id for number in range(self.count)]
        top = self.do("department.add", NAME="Company")
        for user_id in self.ids:
            made = self.do("department.add", NAME=f"Department {user_id}", PARENT=top, UF_HEAD=user_id)
            self.do("user.update", ID=user_id, UF_DEPARTMENT=[top, made])
        self.departments = [int(row["ID"]) for row in self.do("department.get")]
        self.do("user.update", ID=self.world.admin.id, UF_DEPARTMENT=[top])

    def add_bots(self) -> None:
        self.bots = [self.world.add_bot_v2(f"two{number}", type="personal") for number in range(self.count)]
        self.first = self.world.add_bot(code="one")
        self.bot = self.bots[0]
        for number in range(self.count):
            self.do(
                "imbot.v2.Command.register",
                **V2,
                botId=self.bot,
                fields={"command": f"do{number}", "title": {"en": "Do"}},
            )

    def add_chats(self) -> None:
        admin = self.world.admin.id
        mine: dict[str, Any] = {"CLIENT_ID": CLIENT, "BOT_ID": self.first}
        self.room = int(self.do("imbot.chat.add", **mine, TITLE="Room", USERS=[admin, *self.ids, *self.bots]))
        self.own_room = self.world.add_chat(None, [*self.ids, self.first])
        fields = {"title": "Theirs", "userIds": self.ids}
        self.bots_room = int(self.do("imbot.v2.Chat.add", **V2, botId=self.bot, fields=fields)["chat"]["id"])
        for person in self.people:
            self.do("im.message.add", person, DIALOG_ID=str(admin), MESSAGE="hello")
            chat_id = self.world.add_chat(None, [person.id, self.bot], TITLE=f"With {person.id}")
            for searched in (person.id, f"chat{chat_id}"):
                self.do("im.search.last.add", DIALOG_ID=searched)

    def add_messages(self) -> None:
        dialog = f"chat{self.room}"
        self.messages: list[int] = []
        for person in self.people:
            last = {"REPLY_ID": self.messages[-1]} if self.messages else {}
            message = self.do(
                "im.message.add", person, DIALOG_ID=dialog, MESSAGE=f"[USER={person.id}]x[/USER] {ADDRESSED}", **last
            )
            self.messages.append(int(message))
        for person in self.people:
            fields = {"name": "a.txt", "content": base64_of(b"hello"), "message": "with a file"}
            made = self.do("im.v2.File.upload", person, dialogId=dialog, fields=fields)
            self.messages.append(int(made["messageId"]))
        for message in self.messages[:-1]:
            for person in self.people[:3]:
                self.do("im.message.like", person, MESSAGE_ID=message, ACTION="plus")
        self.folder = int(self.do("im.disk.folder.get", CHAT_ID=self.room)["ID"])
        for number in range(self.count):
            self.do("botyard.chat.pin.add", MESSAGE_ID=self.messages[number])
            self.do("botyard.chat.invitation.add", CHAT_ID=self.room)
        for person in self.people:
            self.do("im.message.like", person, MESSAGE_ID=self.messages[-1], ACTION="plus")
            self.do("im.notify.personal.add", person, USER_ID=self.world.admin.id, MESSAGE="See", TAG=f"T{person.id}")

    def add_keys(self) -> None:
        self.apps = [self.world.add_app(self.ids[number]) for number in range(self.count)]
        self.key = self.world.add_app()
        for app in self.apps:
            self.do("botyard.app.restrict", CLIENT_ID=app.client_id, USERS=self.ids[:FEW])
        for _ in range(self.count):
            self.world.add_token(self.world.admin.id, self.key.id)
            self.world.add_token(self.world.admin.id, None)
        self.session = self.world.add_token(self.world.admin.id, None, "botyard,botyard.self,im,user")

    def add_events(self) -> None:
        for number in range(self.count):
            self.do("event.bind", self.key, event="ONAPPTEST", handler=f"https://app.test/{number}")
        self.do("event.bind", self.key, event="ONUSERADD", event_type="offline")
        for number in range(self.count):
            self.world.add_user(f"late{number}")
        self.do("im.v2.Event.subscribe")
        for number in range(self.count):
            self.do("im.message.add", self.people[number], DIALOG_ID=f"chat{self.own_room}", MESSAGE="hello")
            self.do("im.message.add", self.people[number], DIALOG_ID=str(self.first), MESSAGE="hello")
            self.do("im.message.add", self.people[number], DIALOG_ID=str(self.bot), MESSAGE="hello")


Call = tuple[Person | AppKey | str | None, dict[str, Any]]


def reads(town: Town) -> dict[str, Call]:
    """The calls that list as much as there is."""
    bot: dict[str, Any] = {**V2, "botId": town.bot}
    first: dict[str, Any] = {"CLIENT_ID": CLIENT, "BOT_ID": town.first}
    own: dict[str, Any] = {"DIALOG_ID": f"chat{town.own_room}"}
    codes = [*(f"U{number}" for number in town.ids), *(f"D{number}" for number in town.departments)]
    admin: dict[str, dict[str, Any]] = {
        "access.name": {"ACCESS": codes},
        "botyard.app.get": {"CLIENT_ID": town.apps[0].client_id},
        "botyard.app.list": {},
        "botyard.audit.list": {"LIMIT": 50},
        "botyard.placement.list": {},
        "botyard.chat.command.list": {"DIALOG_ID": f"chat{town.room}"},
        "botyard.chat.file.list": {"DIALOG_ID": f"chat{town.room}", "LIMIT": 50},
        "botyard.chat.invitation.list": {"CHAT_ID": town.room},
        "botyard.chat.link.list": {"DIALOG_ID": f"chat{town.room}", "LIMIT": 50},
        "botyard.chat.member.list": {"DIALOG_ID": f"chat{town.room}", "LIMIT": 50},
        "botyard.chat.pin.list": {"DIALOG_ID": f"chat{town.room}"},
        "botyard.delivery.explain": {"MESSAGE_ID": town.messages[0]},
        "botyard.delivery.list": {"BOT_ID": town.first},
        "botyard.message.context": {"MESSAGE_ID": town.messages[len(town.messages) // 2], "RANGE": 50},
        "botyard.message.mention.counts": {},
        "botyard.message.mention.list": {"LIMIT": 50},
        "botyard.message.reaction.counts": {"MESSAGE_IDS": town.messages[:50]},
        "botyard.message.reaction.list": {"MESSAGE_ID": town.messages[-1], "REACTION": "like"},
        "botyard.message.readers": {"MESSAGE_ID": town.messages[0]},
        "botyard.token.list": {},
        "botyard.user.list": {},
        "botyard.webhook.list": {},
        "department.get": {},
        "disk.folder.getChildren": {"id": town.folder},
        "im.chat.user.list": {"CHAT_ID": town.room},
        "im.counters.get": {},
        "im.department.colleagues.list": {"USER_DATA": "Y", "LIMIT": 50},
        "im.department.employees.get": {"ID": town.departments, "USER_DATA": "Y"},
        "im.department.get": {"ID": town.departments, "USER_DATA": "Y"},
        "im.department.managers.get": {"ID": town.departments, "USER_DATA": "Y"},
        "im.dialog.get": own,
        "im.dialog.messages.get": {"DIALOG_ID": f"chat{town.room}", "LIMIT": 50},
        "im.dialog.messages.search": {"CHAT_ID": town.room, "LIMIT": 50},
        "im.dialog.users.list": {**own, "LIMIT": 50},
        "im.notify.get": {"LIMIT": 50},
        "im.notify.history.search": {"SEARCH_TEXT": "See"},
        "im.recent.get": {},
        "im.recent.list": {"LIMIT": 50},
        "im.search.chat.list": {"FIND": "with", "LIMIT": 50},
        "im.search.department.list": {"FIND": "Department", "USER_DATA": "Y", "LIMIT": 50},
        "im.search.last.get": {},
        "im.search.user.list": {"FIND": "person", "LIMIT": 50},
        "im.user.list.get": {"ID": town.ids, "RESULT_TYPE": "array"},
        "im.v2.Event.get": {"limit": 50},
        "imbot.bot.list": {},
        "imbot.chat.user.list": {**first, "CHAT_ID": town.room},
        "imbot.dialog.get": own,
        "imbot.v2.Bot.list": V2,
        "imbot.v2.Chat.get": {**bot, "dialogId": f"chat{town.room}"},
        "imbot.v2.Chat.Message.get": {**bot, "messageId": town.messages[-1]},
        "imbot.v2.Chat.Message.getContext": {**bot, "messageId": town.messages[len(town.messages) // 2], "range": 50},
        "imbot.v2.Chat.User.list": {**bot, "dialogId": f"chat{town.room}"},
        "imbot.v2.Command.list": bot,
        "imbot.v2.Event.get": {**bot, "limit": 50},
        "pull.channel.public.list": {"users": town.ids},
        "pull.watch.extend": {"tags": [f"IM_PUBLIC_{town.room}"]},
        "user.get": {},
        "user.search": {"FIND": "Person"},
        "user.access": {"ACCESS": codes},
        "user.userfield.list": {},
    }
    return {
        **{method: (None, params) for method, params in admin.items()},
        "botyard.consent.list": (town.session, {}),
        "botyard.session.list": (town.session, {}),
        "event.get": (town.key, {}),
        "event.offline.list": (town.key, {}),
        "event.offline.get": (town.key, {"limit": 50}),
    }


OF_ONE = """
    app.info app.option.get botyard.app.manifest botyard.chat.invitation.get botyard.delivery.get botyard.option.get
    botyard.picture.get
    botyard.portal.get botyard.signing.get botyard.signing.own botyard.user.get department.fields disk.file.get
    disk.folder.get disk.storage.get im.chat.get im.disk.folder.get im.revision.get im.user.get
    im.user.status.get im.v2.File.download imbot.chat.get imbot.v2.Bot.get imbot.v2.File.download imbot.v2.Revision.get
    profile pull.application.config.get pull.config.get user.admin user.current user.fields user.option.get
    user.userfield.file.get
""".split()  # noqa: SIM905
"""What reads one thing, and no list of others."""

# In memory, or of the caller's own application.
WITHOUT_ROWS = {
    "api/rest.scope.list",
    "botyard.audit.events",
    "im.notify.schema.get",
    "feature.get",
    "method.get",
    "placement.get",
    "placement.list",
}


def writes(town: Town) -> dict[str, Call]:
    """The calls that change as many things as they may."""
    bot: dict[str, Any] = {**V2, "botId": town.bot}
    first: dict[str, Any] = {"CLIENT_ID": CLIENT, "BOT_ID": town.first}
    forwarded = {
        f"00000000-0000-4000-8000-{number:012}": message for number, message in enumerate(town.messages[: town.count])
    }
    notes = [row["id"] for row in town.do("im.notify.get", LIMIT=50)["notifications"]]
    admin: dict[str, dict[str, Any]] = {
        "im.chat.add": {"USERS": town.ids},
        "im.chat.user.add": {"CHAT_ID": town.own_room, "USERS": town.strangers},
        "imbot.chat.add": {**first, "USERS": town.ids},
        "imbot.chat.user.add": {**first, "CHAT_ID": town.room, "USERS": town.strangers},
        "imbot.v2.Chat.add": {**bot, "fields": {"userIds": town.ids, "managerIds": town.ids}},
        "imbot.v2.Chat.User.add": {**bot, "dialogId": f"chat{town.bots_room}", "userIds": town.strangers},
        "imbot.v2.Chat.Manager.add": {**bot, "dialogId": f"chat{town.bots_room}", "userIds": town.ids},
        "imbot.v2.Chat.Manager.delete": {**bot, "dialogId": f"chat{town.bots_room}", "userIds": town.ids},
        "imbot.v2.Chat.Message.send": {**bot, "dialogId": f"chat{town.bots_room}", "fields": {"forwardIds": forwarded}},
        "im.notify.read.list": {"IDS": notes},
        "im.notify.read.all": {},
        "im.dialog.read.all": {},
    }
    return {method: (None, params) for method, params in admin.items()}


PER_THING = {
    "imbot.v2.Chat.Message.send": 7,
    "im.dialog.read.all": 7,
    "im.notify.read.list": 0,
    "im.notify.read.all": 0,
}
"""Statements for each thing. People who join or lead cost the row of their event, a copy of a message its own rows."""

# A chat of few people is read whole; of a larger one the lists are read that are shown, however many are in it.
ONE_MORE = ("im.dialog.get", "imbot.dialog.get", "imbot.v2.Chat.get")


@pytest.fixture(scope="module")
def towns(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Town, Town]]:
    few, many = (World(tmp_path_factory.mktemp(f"town{count}") / "portal", max_bots=1000) for count in (FEW, MANY))
    yield Town(few, FEW), Town(many, MANY)
    few.close()
    many.close()


def test_every_method_that_reads_is_listed(towns: tuple[Town, Town]) -> None:
    reading = {
        method.name
        for method in registry()
        if method.mode is Mode.READ or method.name.lower().endswith((".get", ".list", ".search"))
    }
    assert reading - writes(towns[0]).keys() == {*reads(towns[0]), *OF_ONE, *WITHOUT_ROWS}


def test_pages_of_lists(towns: tuple[Town, Town]) -> None:
    few, many = towns
    grown = {}
    for method, call in reads(many).items():
        allowed = few.cost(method, *reads(few)[method]) + (method in ONE_MORE)
        if (cost := many.cost(method, *call)) > allowed:
            grown[method] = (allowed, cost, many.repeated)
    assert grown == {}


def test_changes_of_many_things(towns: tuple[Town, Town]) -> None:
    few, many = towns
    grown = {}
    for method, call in writes(many).items():
        allowed = few.cost(method, *writes(few)[method]) + PER_THING.get(method, 1) * (MANY - FEW)
        if (cost := many.cost(method, *call)) > allowed:
            grown[method] = (allowed, cost, many.repeated)
    assert grown == {}
