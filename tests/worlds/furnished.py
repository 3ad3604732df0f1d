"""Worlds with bots, chats, messages and commands to point at, for tests that change nothing: errors, above all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Generic, NamedTuple, TypeVar

from botyard.model.people import UserKind
from tests.world import Answer, AppKey, Person, World
from tests.worlds.bots import CLIENT, TOKEN
from tests.worlds.samples import DAY, HANDLER, LANG

F = TypeVar("F", bound="Furnished")
Params = Callable[[F], dict[str, Any]]

MOST_BOTS = 4
OTHER = "other-token"


class Furnished(World):
    """Ann and the bot Echo share `room` (Echo's), `joined` and `quiet` (Ann's) and a private dialog.

    `foreign` is Ann's alone. In `quiet` only the owner may do anything. `deal` and `group` are Echo's
    chats of a deal and of a workgroup.
    """

    own: Mapping[str, str]
    """What makes a call one of Echo's."""

    def set_up(self) -> None:
        self.ann = self.add_person("Ann", "Smith")
        self.session = self.add_token(self.admin.id, None)
        self.key: AppKey = self.add_app()
        self.echo = self.add_bot_of("test", "echo")
        self.second = self.add_bot_of("test", "second")
        self.other = self.add_bot_of("other", "other")
        for number in range(MOST_BOTS):
            self.add_bot_of("full", f"full{number}")
        self.add_chats()
        self.add_commands()

    def call_own(self, method: str, by: Person | AppKey | str | None = None, /, **params: Any) -> Answer:
        """Call a method as Echo's owner, unless the parameters say whose it is."""
        return self.call(method, by, {**self.own, **params})

    def add_chats(self) -> None:
        ann = self.ann
        self.room = self.add_chat_of_bot(TITLE="Room", USERS=[ann.id])
        self.deal = self.add_chat_of_bot(ENTITY_TYPE="CRM", ENTITY_ID="DEAL|5")
        self.group = self.add_chat_of_bot(ENTITY_TYPE="SONET_GROUP", ENTITY_ID="7", USERS=[ann.id])
        self.joined = self.add_chat(ann, [self.echo])
        self.quiet = self.add_chat(ann, [self.echo])
        self.foreign = self.add_chat(ann, ENTITY_TYPE="ORDER", ENTITY_ID="1")
        only_owner = "UPDATE chats SET manage_ui = 'owner', manage_users_add = 'owner', can_post = 'owner'"
        self.write(lambda tx: tx.run(f"{only_owner} WHERE id = :id", id=self.quiet))
        self.send_as_v1_bot(DIALOG_ID=ann.id, MESSAGE="hello")
        self.private = int(self.call("im.dialog.get", ann, DIALOG_ID=str(self.echo)).result["id"])

    # Only the first generation makes chats of entities; its CLIENT_ID is the token of the second.

    def add_chat_of_bot(self, **params: Any) -> int:
        owner = {"BOT_ID": self.echo, "CLIENT_ID": next(iter(self.own.values()))}
        return int(self.call("imbot.chat.add", None, owner | params).result)

    def send_as_v1_bot(self, **params: Any) -> int:
        owner = {"BOT_ID": self.echo, "CLIENT_ID": next(iter(self.own.values()))}
        return int(self.call("imbot.message.add", None, owner | params).result)

    def add_bot_of(self, owner: str, code: str) -> int:
        raise NotImplementedError

    def add_commands(self) -> None:
        raise NotImplementedError


class FurnishedV1(Furnished):
    """With bots of the first generation, and messages: Echo's `old` and `said`, Ann's `heard` and `secret`."""

    own = {"CLIENT_ID": CLIENT}

    def set_up(self) -> None:
        super().set_up()
        self.guest = self.add_person("Gus", kind=UserKind.GUEST)
        params = {"DIALOG_ID": f"chat{self.room}", "MESSAGE": "hello"}
        self.old = self.send_as_v1_bot(**params)
        self.wait(4 * DAY)
        # The one from before is out of date by now.
        self.session = self.add_token(self.admin.id, None)
        self.said = self.send_as_v1_bot(**params)
        self.heard = self.send("hello", self.ann)
        self.secret = self.send("hello", self.ann, f"chat{self.foreign}")

    def add_bot_of(self, owner: str, code: str) -> int:
        return self.add_bot(code=code, CLIENT_ID=f"{owner}-client")

    def add_commands(self) -> None:
        command = {"COMMAND": "echo", "EVENT_COMMAND_ADD": HANDLER, "LANG": LANG}
        self.command = int(self.call_own("imbot.command.register", BOT_ID=self.echo, **command).result)
        self.call_own("imbot.command.register", BOT_ID=self.echo, **command | {"COMMAND": "taken"})
        theirs = command | {"COMMAND": "theirs", "CLIENT_ID": "other-client"}
        self.other_command = int(self.call_own("imbot.command.register", **theirs).result)
        icon = {"CODE": "icon", "JS_METHOD": "SEND", "JS_PARAM": "/help", "LANG": LANG}
        self.icon = int(self.call_own("imbot.app.register", BOT_ID=self.echo, **icon).result)
        self.other_icon = int(self.call_own("imbot.app.register", **icon | {"CLIENT_ID": "other-client"}).result)


class FurnishedV2(Furnished):
    """With bots of the second generation; `called` is Ann's message that calls Echo's command."""

    own = {"botToken": TOKEN}

    def add_bot_of(self, owner: str, code: str) -> int:
        return self.add_bot_v2(code, botToken=f"{owner}-token")

    def add_commands(self) -> None:
        self.command = self.add_command("echo", self.echo)
        self.taken = self.add_command("taken", self.echo)
        self.other_command = self.add_command("theirs", self.other, OTHER)
        self.called = self.send("/echo hi", self.ann)

    def add_command(self, name: str, bot: int, token: str = TOKEN) -> int:
        fields = {"command": name, "title": {"en": name.title()}}
        params = {"botId": bot, "botToken": token, "fields": fields}
        return int(self.call("imbot.v2.Command.register", None, params).result["command"]["id"])


class Fails(NamedTuple, Generic[F]):
    """A call that must end with a documented error. ``by`` names who of the world calls."""

    method: str
    code: str
    text: str
    params: Params[F]
    by: str = "admin"

    @property
    def statuses(self) -> tuple[int, ...]:
        """What concerns rights is 403 in the second generation, everything else 400; the first has no such rule."""
        if not self.method.startswith("imbot.v2."):
            return 400, 403
        return (403,) if self.code in {"ACCESS_DENIED", "BOT_OWNERSHIP_ERROR"} else (400,)

    def __str__(self) -> str:
        return f"{self.method} {self.code}: {self.text[:40]}"


def assert_fails(world: F, row: Fails[F]) -> None:
    """Make the call of a row and hold its answer against the row."""
    answer = world.call_own(row.method, getattr(world, row.by), **row.params(world))
    assert (answer.error, answer.text) == (row.code, row.text)
    assert answer.status in row.statuses
