"""Every method, called by people who do not belong: none of them shows or changes other people's chats and bots.

Each method is called as each kind of stranger, once with nothing but what is the stranger's own, and then with each
parameter that names something, one after the other, pointed at what belongs to others.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, NamedTuple

import msgspec
import pytest

from botyard.api import MODULES
from botyard.model.people import UserKind
from botyard.rpc.method import AnyParams, Method
from botyard.rpc.registry import Registry
from botyard.store.engines.db import Tx
from tests.conftest import MakeWorld
from tests.world import World
from tests.worlds.records import Answer, AppKey, Person

# What runs other methods is called with none.
METHODS = [
    method for method in Registry(MODULES) if method.name != "batch" and not issubclass(method.params, AnyParams)
]
SECRET = "Xyzzy"  # A word that stands in everything that is not the stranger's.
INSIDE = "Plugh"  # A word that stands in what every employee may see, and no outsider.
MISSING = 987_654_321
DOT = base64.b64encode(
    b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff,\x00\x00\x00\x00\x01\x00\x01\x00\x00"
).decode()
HANDLER = "http://localhost:9/"
UUIDS = tuple(f"5f3c0f5e-6a53-4a54-9a39-0d2f7a3a1c1{number}" for number in range(4))
THEIRS, MINE = "their-client-of-bots", "my-client-of-bots"

KEPT = (
    "SELECT * FROM chats WHERE id IN (:chat, :open) ORDER BY id",
    "SELECT * FROM members WHERE chat_id IN (:chat, :open) ORDER BY chat_id, user_id",
    "SELECT * FROM messages WHERE chat_id IN (:chat, :open) ORDER BY id",
    # But for the numbers of its chats and people: every employee may write to a bot.
    """SELECT user_id, owner, code, type, dialect, event_mode, webhook_url, hidden, reactions, registrant FROM bots
       WHERE user_id IN (:bot, :app_bot) ORDER BY user_id""",
    """SELECT * FROM bot_handlers WHERE owner IN (SELECT owner FROM bots WHERE user_id IN (:bot, :app_bot))
       ORDER BY owner""",
    "SELECT * FROM commands WHERE bot_id = :bot ORDER BY id",
    "SELECT * FROM chat_apps WHERE bot_id = :bot ORDER BY id",
    "SELECT * FROM files WHERE chat_id IN (:chat, :open) ORDER BY id",
    "SELECT * FROM folders WHERE chat_id IN (:chat, :open) ORDER BY id",
    "SELECT * FROM notifications WHERE id = :notification",
    """SELECT id, active, admin, login, name, last_name, password FROM users
       WHERE id IN (:bot, :app_bot, :owner) ORDER BY id""",
    "SELECT * FROM webhooks WHERE user_id = :owner ORDER BY id",
    "SELECT id, client_id, title, scopes, installed, blocked, deleted FROM apps ORDER BY id",
    "SELECT rest_enabled, maintenance, https_required, title FROM portal",
)
"""All that a stranger may not touch."""


class Belongings(NamedTuple):
    """What belongs to somebody: a closed chat and an open one with a bot, a message with a file, a command."""

    owner: int
    chat: int
    open: int
    bot: int
    app_bot: int
    message: int
    open_message: int
    file: int
    open_file: int
    command: int
    chat_app: int
    notification: int
    folder: int


class Stranger(NamedTuple):
    """Somebody who calls with a key, and what this one owns; ``outside`` reaches only those it shares a chat with."""

    key: Person | AppKey
    id: int
    bots_of: Person | AppKey
    outside: bool


def furnish(world: World, owner: Person, host: Person, bots_of: Person | AppKey, code: str, word: str) -> Belongings:
    """Give somebody all that there is; chats of guests are made by a host."""
    client = THEIRS if word else MINE
    chat = world.add_chat(host, [owner.id], TITLE=f"{word} room", DESCRIPTION=f"{word} words")
    bot = world.add_bot(bots_of, code, "S", CLIENT_ID=client, PROPERTIES={"NAME": code})
    world.call("im.chat.user.add", host, CHAT_ID=chat, USERS=[bot])
    held = {"name": f"{word}.txt", "content": base64.b64encode(f"{word} bytes".encode()).decode()}
    place: dict[str, Any] = {"botId": bot, "botToken": client, "dialogId": f"chat{chat}", "fields": held}
    sent = world.call("imbot.v2.File.upload", bots_of, params=place).result
    params: dict[str, Any] = {"BOT_ID": bot, "CLIENT_ID": client, "DIALOG_ID": f"chat{chat}", "MESSAGE": f"{word} text"}
    message = int(world.call("imbot.message.add", bots_of, params=params).result)
    named = {"BOT_ID": bot, "CLIENT_ID": client, "COMMAND": code, "EVENT_COMMAND_ADD": f"{HANDLER}{word}"}
    # Every employee may write to a bot, and sees then what its commands are called.
    words = [{"LANGUAGE_ID": "en", "TITLE": code, "PARAMS": INSIDE if word else ""}]
    command = int(world.call("imbot.command.register", bots_of, params={**named, "LANG": words}).result)
    icon = {"BOT_ID": bot, "CLIENT_ID": client, "CODE": code, "JS_METHOD": "PUT", "JS_PARAM": "x"}
    chat_app = int(world.call("imbot.app.register", bots_of, params={**icon, "LANG": words}).result)
    news: dict[str, Any] = {"USER_ID": owner.id, "MESSAGE": f"{word} news", "TAG": code, "SUB_TAG": code}
    notification = int(world.call("im.notify", bots_of, {**news, "CLIENT_ID": client}).result)
    folder = int(world.call("im.disk.folder.get", host, CHAT_ID=chat).result["ID"])
    file = int(sent["file"]["id"])
    return Belongings(owner.id, chat, 0, bot, 0, message, 0, file, 0, command, chat_app, notification, folder)


def foreign_belongings(world: World) -> Belongings:
    """What belongs to Ann, who is not the stranger."""
    ann = world.add_person("Ann", INSIDE)
    belongings = furnish(world, ann, ann, ann, "theirs", SECRET)
    app_bot = world.add_bot(world.add_app(title="Theirs"), "apps", PROPERTIES={"NAME": "App"})
    open_ = world.add_chat(ann, [app_bot], TITLE=f"{INSIDE} square", TYPE="OPEN")
    held = {"name": f"{INSIDE}.txt", "content": base64.b64encode(f"{INSIDE} bytes".encode()).decode()}
    file = world.call("im.v2.File.upload", ann, dialogId=f"chat{open_}", fields=held).result
    message_id = int(world.call("im.message.add", ann, DIALOG_ID=f"chat{open_}", MESSAGE=f"{INSIDE} text").result)
    return belongings._replace(open=open_, app_bot=app_bot, open_message=message_id, open_file=int(file["file"]["id"]))


async def kept(tx: Tx, belongings: Belongings) -> list[Any]:
    values = belongings._asdict()
    return [await tx.all(sql, **{n: v for n, v in values.items() if f":{n}" in sql}) for sql in KEPT]


def kept_in(world: World, belongings: Belongings) -> list[Any]:
    return world.read(lambda tx: kept(tx, belongings))


def own_values(mine: Belongings) -> dict[str, Any]:
    """What the names of parameters stand for where everything is the stranger's own."""
    return {
        "botid": mine.bot,
        "clientid": MINE,
        "bottoken": MINE,
        "chatid": mine.chat,
        "dialogid": f"chat{mine.chat}",
        "messageid": mine.message,
        "messageids": [mine.message],
        "forwardids": {UUIDS[0]: mine.message},
        "templateid": UUIDS[1],
        "canpost": "member",
        "fileid": mine.file,
        "uploadid": mine.file,
        "diskid": mine.file,
        "data": {"NAME": "mine.txt"},
        "filecontent": ["mine.txt", "bWluZQ=="],
        "rights": [],
        "commandid": mine.command,
        "appid": mine.chat_app,
        "userid": mine.owner,
        "userids": [mine.owner],
        "users": [mine.owner],
        "command": "mine",
        "commandparams": "x",
        "message": "Mine now",
        "title": "Mine now",
        "description": "Mine now",
        "color": "RED",
        "avatar": DOT,
        "ismanager": "Y",
        "action": "auto",
        "reaction": "like",
        "name": "mine.txt",
        "content": "bWluZQ==",
        "code": "mine-code",
        "eventhandler": HANDLER,
        "eventcommandadd": HANDLER,
        "notifyid": mine.notification,
        "notifyvalue": "Y",
        "answertext": "Mine now",
        "ids": [mine.notification],
        "searchtext": "news",
        "event": "ONUSERADD",
        "handler": HANDLER,
        "properties": {"NAME": "Mine", "name": "Mine"},
        "lang": [{"LANGUAGE_ID": "en", "TITLE": "Mine"}],
        "enabled": True,
    }


def foreign_values(theirs: Belongings) -> dict[str, list[Any]]:
    """What a parameter that names something is pointed at, one after the other."""
    places = [f"chat{theirs.chat}", f"chat{theirs.open}", str(theirs.owner), str(theirs.bot)]
    people = [theirs.owner, theirs.bot]
    return {
        "botid": [theirs.bot, theirs.app_bot],
        "chatid": [theirs.chat, theirs.open],
        "dialogid": places,
        "messageid": [theirs.message, theirs.open_message],
        "messageids": [[theirs.message]],
        "forwardids": [{UUIDS[2]: theirs.message}, {UUIDS[3]: theirs.open_message}],
        "replyid": [theirs.message, theirs.open_message],
        "lastid": [theirs.message, theirs.open_message, theirs.notification],
        "firstid": [theirs.message, theirs.open_message],
        "fileid": [theirs.file, theirs.open_file],
        "uploadid": [theirs.file, theirs.open_file],
        "diskid": [theirs.file, theirs.open_file],
        "commandid": [theirs.command],
        "command": ["theirs"],
        "appid": [theirs.chat_app],
        "code": ["theirs"],
        "id": [
            *(theirs.owner, theirs.chat, theirs.message, theirs.bot, theirs.file, theirs.open_file),
            theirs.notification,
            theirs.folder,
        ],
        "notifyid": [theirs.notification],
        "ids": [[theirs.notification]],
        "tag": ["theirs"],
        "subtag": ["theirs"],
        "grouptag": ["theirs"],
        "searchtext": [SECRET],
        "userid": people,
        "userids": [[person] for person in people],
        "users": [[person] for person in people],
        "ownerid": people,
        "authtype": people,
        "fromuserid": people,
        "touserid": people,
        "find": [INSIDE],
        "namesearch": [INSIDE],
        "filter": [{"ID": theirs.owner}],
        "access": [[f"U{theirs.owner}"]],
        "recipient": [f"bot:{theirs.bot}"],
    }


PEOPLE = frozenset(
    ["dialogid", "userid", "userids", "users", "ownerid", "fromuserid", "touserid", "botid", "id", "access", "filter"]
)
"""Parameters that name people or bots, of whom outsiders are not told whether they exist."""


@cache
def names(params: type[msgspec.Struct]) -> list[tuple[str, ...]]:
    """The way to each parameter, also to those within others."""
    return list(_names(params))


def _names(params: type[msgspec.Struct], path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for field in msgspec.structs.fields(params):
        inner = [kind for kind in (field.type, *getattr(field.type, "__args__", ())) if isinstance(kind, type)]
        nested = next((kind for kind in inner if issubclass(kind, msgspec.Struct)), None)
        if nested is not None and field.encode_name.lower() not in ("properties", "lang"):
            yield from _names(nested, (*path, field.encode_name))
        else:
            yield (*path, field.encode_name)


def plain(path: tuple[str, ...]) -> str:
    return path[-1].replace("_", "").lower()


def placed(values: Mapping[tuple[str, ...], Any]) -> dict[str, Any]:
    """Parameters by their ways."""
    made: dict[str, Any] = {}
    for path, value in values.items():
        inner = made
        for part in path[:-1]:
            inner = inner.setdefault(part, {})
        inner[path[-1]] = value
    return made


def ask(world: World, stranger: Stranger, method: Method, params: dict[str, Any]) -> Answer:
    key = stranger.key
    # Where a bot acts, the one who owns it calls, unless the bot calls by itself.
    if isinstance(key, Person):
        return world.post(f"{key.path}/{method.name}", msgspec.json.encode(params))
    return world.post(f"/rest/{method.name}", msgspec.json.encode({**params, "auth": key.token}))


def employee(world: World) -> Stranger:
    eve = world.add_person("Eve")
    return Stranger(eve, eve.id, eve, False)


def outsider(world: World, kind: UserKind) -> Stranger:
    eve = world.add_person("Eve", kind=kind)
    return Stranger(eve, eve.id, eve, True)


def their_bot(world: World, kind: UserKind) -> Stranger:
    """The bot of somebody, which calls by itself, with a token of an application."""
    eve = world.add_person("Eve", kind=kind)
    app = world.add_app(eve.id, title="Mine")
    return Stranger(app, eve.id, app, kind is not UserKind.EMPLOYEE)


def other_application(world: World) -> Stranger:
    """An application that an administrator has installed, in the name of an employee."""
    eve = world.add_person("Eve")
    app = world.add_app(eve.id, title="Mine")
    return Stranger(app, eve.id, app, False)


ROLES = {
    "employee": employee,
    "extranet": lambda world: outsider(world, UserKind.EXTRANET),
    "mail user": lambda world: outsider(world, UserKind.EMAIL),
    "guest": lambda world: outsider(world, UserKind.GUEST),
    "an employee's bot": lambda world: their_bot(world, UserKind.EMPLOYEE),
    "an extranet user's bot": lambda world: their_bot(world, UserKind.EXTRANET),
    "a guest's bot": lambda world: their_bot(world, UserKind.GUEST),
    "another application": other_application,
}


class Visit:
    """A stranger who tries everything."""

    def __init__(self, world: World, role: str) -> None:
        self.world, self.role = world, role
        self.theirs = foreign_belongings(world)
        self.host = world.add_person("Host")
        self.stranger: Stranger = ROLES[role](world)
        self.mine = self.own()
        if "bot" in role and isinstance(self.stranger.key, AppKey):
            token = world.add_token(self.mine.bot, self.stranger.key.id)
            self.stranger = self.stranger._replace(key=self.stranger.key._replace(token=token))
        self.before = kept_in(world, self.theirs)
        self.answered = self.tried = 0

    def own(self) -> Belongings:
        """What is the stranger's own, made anew where something of it has gone."""
        stranger = self.stranger
        owner = Person(stranger.id, "")
        return furnish(self.world, owner, self.host, stranger.bots_of, "mine", "")

    async def whole(self, tx: Tx) -> bool:
        """Whether the stranger still has what is its own."""
        mine = self.mine
        parts = (
            f"bots WHERE user_id = {mine.bot}",
            f"members WHERE chat_id = {mine.chat} AND user_id IN {(mine.bot, mine.owner, self.host.id)}",
            f"messages WHERE id = {mine.message} AND erased = 0",
            f"files WHERE id = {mine.file}",
            f"commands WHERE id = {mine.command}",
            f"chat_apps WHERE id = {mine.chat_app}",
        )
        sql = f"SELECT {' + '.join(f'(SELECT COUNT(*) FROM {part})' for part in parts)}"
        return await tx.one(sql) == (8,)

    def begin_anew(self) -> None:
        """Give the stranger again what a call has taken."""
        bot = self.mine.bot
        if self.world.count(f"bots WHERE user_id = {bot}"):
            self.world.call("imbot.unregister", self.stranger.bots_of, BOT_ID=bot, CLIENT_ID=MINE)
        self.mine = self.own()
        key = self.stranger.key
        if isinstance(key, AppKey) and "bot" in self.role:
            token = self.world.add_token(self.mine.bot, key.id)
            self.stranger = self.stranger._replace(key=key._replace(token=token))

    async def apart(self, tx: Tx) -> bool:
        """Whether the stranger and its bot share no chat with Ann and her bots."""
        theirs = (self.theirs.owner, self.theirs.bot, self.theirs.app_bot)
        sql = f"""SELECT 1 FROM members a JOIN members b ON b.chat_id = a.chat_id
                  WHERE a.user_id IN {theirs} AND b.user_id IN {(self.stranger.id, self.mine.bot)}"""
        return await tx.one(sql) is None

    async def left(self, tx: Tx) -> tuple[list[Any], bool, bool]:
        """What a call has left: all that may not be touched, whether they are apart, and what is the stranger's own."""
        return await kept(tx, self.theirs), await self.apart(tx), await self.whole(tx)

    def tries(self, method: Method, values: Mapping[tuple[str, ...], Any]) -> Answer:
        """Call a method, and see that nothing of others is shown or changed."""
        answer = ask(self.world, self.stranger, method, placed(values))
        shown = (self.role, method.name, placed(values), answer)
        assert answer.status < 500, shown
        assert SECRET not in str(answer), shown
        rows, apart, whole = self.world.read(self.left)
        assert rows == self.before, shown
        if self.stranger.outside:
            assert INSIDE not in str(answer), shown
            assert apart, shown
        self.tried += 1
        self.answered += answer.status == 200
        if not whole:
            self.begin_anew()
        return answer

    def heard(self) -> list[str]:
        """What of the others has become known to the stranger by events."""
        sql = """SELECT e.body FROM deliveries d JOIN events e ON e.id = d.event_id
                 WHERE d.recipient NOT IN (:bot, :app_bot, :owner)"""
        theirs = self.theirs
        own = {"bot": f"bot:{theirs.bot}", "app_bot": f"bot:{theirs.app_bot}", "owner": f"user:{theirs.owner}"}
        return [row[0] for row in self.world.read(lambda tx: tx.all(sql, **own))]


def base(method: Method, visit: Visit) -> dict[tuple[str, ...], Any]:
    """A call with everything that is the stranger's own, as far as a name tells what it wants."""
    known = own_values(visit.mine)
    made = {path: known[plain(path)] for path in names(method.params) if plain(path) in known}
    if method.name == "im.chat.add" or method.name.endswith("Chat.add"):
        made[next(path for path in names(method.params) if plain(path) in ("users", "userids"))] = [visit.host.id]
    return made


@pytest.mark.parametrize("role", ROLES)
def test_nobody_reads_or_changes_what_is_not_theirs(make_world: MakeWorld, role: str) -> None:
    visit = Visit(make_world(), role)
    own_calls = 0
    for method in METHODS:
        own_calls += visit.tries(method, base(method, visit)).status == 200
        foreign = foreign_values(visit.theirs)
        for path in names(method.params):
            for value in foreign.get(plain(path), ()):
                visit.tries(method, {**base(method, visit), path: value})
        # And all at once.
        everything = {path: foreign[plain(path)][0] for path in names(method.params) if plain(path) in foreign}
        visit.tries(method, {**base(method, visit), **everything})
    # Not everything was refused: what is the stranger's own is open.
    assert own_calls > 45, own_calls
    assert [body for body in visit.heard() if SECRET in body] == []
    if visit.stranger.outside:
        assert [body for body in visit.heard() if INSIDE in body] == []


OUTSIDE = [name for name in ROLES if "employee" not in name and "application" not in name]


@pytest.mark.parametrize("role", OUTSIDE)
def test_outsiders_are_not_told_who_exists(make_world: MakeWorld, role: str) -> None:
    """Somebody who may not be known of and somebody who does not exist are refused alike, in every method."""
    visit = Visit(make_world(), role)
    changes = []
    for method in METHODS:
        for path in names(method.params):
            if plain(path) not in PEOPLE:
                continue
            answers = []
            for number in (visit.theirs.owner, visit.theirs.bot, MISSING):
                answer = visit.tries(method, {**base(method, visit), path: _named(plain(path), number)})
                hint = answer.headers.get("botyard-hint", "")
                error = (answer.body.get("error"), answer.body.get("error_description"))
                answers.append((answer.status, *(re.sub(rf"\b{number}\b", "N", str(text)) for text in (*error, hint))))
            if len(set(answers)) > 1:
                changes.append((method.name, path, answers))
    assert changes == [], "\n".join(map(str, changes))


def _named(name: str, number: int) -> Any:
    if name in ("userids", "users"):
        return [number]
    if name == "access":
        return [f"U{number}"]
    return {"ID": number} if name == "filter" else str(number) if name == "dialogid" else number


def test_the_same_calls_do_their_work_for_those_who_belong(make_world: MakeWorld) -> None:
    """What the tests above rely on: with the owner's key the parameters reach what is there."""
    world = make_world()
    theirs = foreign_belongings(world)
    owner = world.add_webhook(theirs.owner)
    shown = changed = 0
    for method in METHODS:
        before = kept_in(world, theirs)
        foreign = foreign_values(theirs)
        values = {path: foreign[plain(path)][0] for path in names(method.params) if plain(path) in foreign}
        words = {path: value for path, value in own_values(theirs).items() if not path.endswith("id")}
        filled = {path: words[plain(path)] for path in names(method.params) if plain(path) in words}
        signed = {path: THEIRS for path in names(method.params) if plain(path) in ("clientid", "bottoken")}
        answer = world.post(f"{owner.path}/{method.name}", msgspec.json.encode(placed({**filled, **values, **signed})))
        shown += SECRET in str(answer.body)
        if kept_in(world, theirs) != before:
            changed += 1
            world = make_world()
            theirs = foreign_belongings(world)
            owner = world.add_webhook(theirs.owner)
    assert shown >= 4 and changed >= 15, (shown, changed)
