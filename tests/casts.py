"""Furnished portals for tests that change nothing: bots, chats, messages and commands to point at."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Mapping
from io import BytesIO
from typing import Any, Generic, NamedTuple, TypeVar

from PIL import Image

from botyard.model.people import UserKind
from tests.world import Answer, AppKey, Person, World

C = TypeVar("C", bound="Cast")
Params = Callable[[C], dict[str, Any]]

MOST_BOTS = 4
DAY = 86_400
HANDLER = "http://localhost:9/bot"
CLIENT = "test-client"
TOKEN, OTHER = "test-token", "other-token"
LANG = [{"LANGUAGE_ID": "en", "TITLE": "Echo"}]


def picture(width: int = 2, height: int = 2) -> str:
    """A PNG as BASE64."""
    raw = BytesIO()
    Image.new("1", (width, height)).save(raw, "PNG")
    return b64encode(raw.getvalue()).decode()


class Cast:
    """Ann and the bot Echo share `room` (Echo's), `joined` and `quiet` (Ann's) and a private dialog.

    `foreign` is Ann's alone. In `quiet` only the owner may do anything. `deal` and `group` are Echo's
    chats of a deal and of a workgroup.
    """

    own: Mapping[str, str]
    """What makes a call one of Echo's."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.me = world.admin
        self.ann = world.person("Ann", "Smith")
        self.session = world.token(self.me.id, None)
        self.app: AppKey = world.oauth()
        self._bots()
        self._chats()
        self._commands()

    def call(self, method: str, by: Person | AppKey | str | None = None, /, **params: Any) -> Answer:
        """A call as Echo's owner, unless it says whose it is."""
        return self.world.call(method, by or self.me, {**self.own, **params})

    def _bots(self) -> None:
        self.bot = self._bot("echo")
        self.second = self._bot("second")
        self.other = self._bot("other", "other")
        for number in range(MOST_BOTS):
            self._bot(f"full{number}", "full")

    def _chats(self) -> None:
        world, ann = self.world, self.ann
        self.room = self._chat(TITLE="Room", USERS=[ann.id])
        self.deal = self._chat(ENTITY_TYPE="CRM", ENTITY_ID="DEAL|5")
        self.group = self._chat(ENTITY_TYPE="SONET_GROUP", ENTITY_ID="7", USERS=[ann.id])
        self.joined = world.chat(ann, [self.bot])
        self.quiet = world.chat(ann, [self.bot])
        self.foreign = world.chat(ann, ENTITY_TYPE="ORDER", ENTITY_ID="1")
        only_owner = "UPDATE chats SET manage_ui = 'owner', manage_users_add = 'owner', can_post = 'owner'"
        world.write(lambda tx: tx.run(f"{only_owner} WHERE id = :id", id=self.quiet))
        self._says(DIALOG_ID=ann.id, MESSAGE="hello")
        self.private = int(world.call("im.dialog.get", ann, DIALOG_ID=str(self.bot)).result["id"])

    # Only the first generation makes chats of entities; its CLIENT_ID is the token of the second.

    def _chat(self, **params: Any) -> int:
        owner = {"BOT_ID": self.bot, "CLIENT_ID": next(iter(self.own.values()))}
        return int(self.world.call("imbot.chat.add", None, owner | params).result)

    def _says(self, **params: Any) -> int:
        owner = {"BOT_ID": self.bot, "CLIENT_ID": next(iter(self.own.values()))}
        return int(self.world.call("imbot.message.add", None, owner | params).result)

    def _bot(self, code: str, owner: str = "test") -> int:
        raise NotImplementedError

    def _commands(self) -> None:
        raise NotImplementedError


class FirstCast(Cast):
    """With bots of the first generation, and messages: Echo's `old` and `said`, Ann's `heard` and `secret`."""

    own = {"CLIENT_ID": CLIENT}

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.guest = world.person("Gus", kind=UserKind.GUEST)
        said = {"DIALOG_ID": f"chat{self.room}", "MESSAGE": "hello"}
        self.old = self._says(**said)
        world.wait(4 * DAY)
        # The one from before is out of date by now.
        self.session = world.token(self.me.id, None)
        self.said = self._says(**said)
        self.heard = int(world.call("im.message.add", self.ann, said).result)
        elsewhere = said | {"DIALOG_ID": f"chat{self.foreign}"}
        self.secret = int(world.call("im.message.add", self.ann, elsewhere).result)

    def _bot(self, code: str, owner: str = "test") -> int:
        return self.world.bot(code=code, CLIENT_ID=f"{owner}-client")

    def _commands(self) -> None:
        command = {"COMMAND": "echo", "EVENT_COMMAND_ADD": HANDLER, "LANG": LANG}
        self.command = int(self.call("imbot.command.register", BOT_ID=self.bot, **command).result)
        self.call("imbot.command.register", BOT_ID=self.bot, **command | {"COMMAND": "taken"})
        theirs = command | {"COMMAND": "theirs", "CLIENT_ID": "other-client"}
        self.other_command = int(self.call("imbot.command.register", **theirs).result)
        icon = {"CODE": "icon", "JS_METHOD": "SEND", "JS_PARAM": "/help", "LANG": LANG}
        self.icon = int(self.call("imbot.app.register", BOT_ID=self.bot, **icon).result)
        self.other_icon = int(self.call("imbot.app.register", **icon | {"CLIENT_ID": "other-client"}).result)


class SecondCast(Cast):
    """With bots of the second generation; `called` is Ann's message that calls Echo's command."""

    own = {"botToken": TOKEN}

    def _bot(self, code: str, owner: str = "test") -> int:
        fields = {"code": code, "botToken": f"{owner}-token", "properties": {"name": code.title()}}
        return int(self.world.call("imbot.v2.Bot.register", fields=fields).result["bot"]["id"])

    def _commands(self) -> None:
        self.command = self._command("echo")
        self.taken = self._command("taken")
        self.other_command = self._command("theirs", self.other, OTHER)
        said = {"DIALOG_ID": f"chat{self.room}", "MESSAGE": "/echo hi"}
        self.called = int(self.world.call("im.message.add", self.ann, said).result)

    def _command(self, name: str, bot: int = 0, token: str = TOKEN) -> int:
        fields = {"command": name, "title": {"en": name.title()}}
        params = {"botId": bot or self.bot, "botToken": token, "fields": fields}
        return int(self.world.call("imbot.v2.Command.register", None, params).result["command"]["id"])


class Fails(NamedTuple, Generic[C]):
    """A call that must end with a documented error. ``by`` names who of the cast calls."""

    method: str
    code: str
    text: str
    params: Params[C]
    by: str = "me"

    @property
    def statuses(self) -> tuple[int, ...]:
        """What concerns rights is 403 in the second generation, everything else 400; the first has no such rule."""
        if not self.method.startswith("imbot.v2."):
            return 400, 403
        return (403,) if self.code in {"ACCESS_DENIED", "BOT_OWNERSHIP_ERROR"} else (400,)

    def __str__(self) -> str:
        return f"{self.method} {self.code}: {self.text[:40]}"


def ends(cast: C, row: Fails[C]) -> None:
    """Make the call of a row and hold its answer against the row."""
    answer = cast.call(row.method, getattr(cast, row.by), **row.params(cast))
    assert (answer.error, answer.text) == (row.code, row.text)
    assert answer.status in row.statuses
