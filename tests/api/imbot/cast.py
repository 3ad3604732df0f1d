"""A furnished portal for tests that change nothing: bots, chats, messages and commands to point at."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from io import BytesIO
from typing import Any, NamedTuple

from PIL import Image

from botyard.model.people import UserKind
from tests.world import Answer, AppKey, Person, World

MOST_BOTS = 4
DAY = 86_400
HANDLER = "http://localhost:9/bot"
CLIENT = "test-client"
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

    def __init__(self, world: World) -> None:
        self.world = world
        self.me = world.admin
        self.ann = world.person("Ann", "Smith")
        self.guest = world.person("Gus", kind=UserKind.GUEST)
        self.session = world.token(self.me.id, None)
        self.app: AppKey = world.oauth()
        self._bots()
        self._chats()
        self._messages()
        self._commands()

    def call(self, method: str, by: Person | AppKey | str | None = None, /, **params: Any) -> Answer:
        """A call with the CLIENT_ID of Echo's application, unless it brings its own."""
        return self.world.call(method, by or self.me, {"CLIENT_ID": CLIENT, **params})

    def _bots(self) -> None:
        world = self.world
        self.bot = world.bot()
        self.second = world.bot(code="second")
        self.other = world.bot(code="other", CLIENT_ID="other-client")
        for number in range(MOST_BOTS):
            world.bot(code=f"full{number}", CLIENT_ID="full-client")

    def _chats(self) -> None:
        world, ann = self.world, self.ann
        self.room = self._made(TITLE="Room", USERS=[ann.id])
        self.deal = self._made(ENTITY_TYPE="CRM", ENTITY_ID="DEAL|5")
        self.group = self._made(ENTITY_TYPE="SONET_GROUP", ENTITY_ID="7", USERS=[ann.id])
        self.joined = world.chat(ann, [self.bot])
        self.quiet = world.chat(ann, [self.bot])
        self.foreign = world.chat(ann, ENTITY_TYPE="ORDER", ENTITY_ID="1")
        only_owner = "UPDATE chats SET manage_ui = 'owner', manage_users_add = 'owner', can_post = 'owner'"
        world.write(lambda tx: tx.run(f"{only_owner} WHERE id = :id", id=self.quiet))
        self.call("imbot.message.add", DIALOG_ID=ann.id, MESSAGE="hello")
        self.private = int(world.call("im.dialog.get", ann, DIALOG_ID=str(self.bot)).result["id"])

    def _made(self, **params: Any) -> int:
        return int(self.call("imbot.chat.add", **params).result)

    def _messages(self) -> None:
        said = {"DIALOG_ID": f"chat{self.room}", "MESSAGE": "hello"}
        self.old = int(self.call("imbot.message.add", **said).result)
        self.world.wait(4 * DAY)
        self.session = self.world.token(self.me.id, None)
        self.said = int(self.call("imbot.message.add", **said).result)
        self.heard = int(self.world.call("im.message.add", self.ann, said).result)
        elsewhere = said | {"DIALOG_ID": f"chat{self.foreign}"}
        self.secret = int(self.world.call("im.message.add", self.ann, elsewhere).result)

    def _commands(self) -> None:
        command = {"COMMAND": "echo", "EVENT_COMMAND_ADD": HANDLER, "LANG": LANG}
        self.command = int(self.call("imbot.command.register", BOT_ID=self.bot, **command).result)
        self.call("imbot.command.register", BOT_ID=self.bot, **command | {"COMMAND": "taken"})
        theirs = command | {"COMMAND": "theirs", "CLIENT_ID": "other-client"}
        self.other_command = int(self.call("imbot.command.register", **theirs).result)
        icon = {"CODE": "icon", "JS_METHOD": "SEND", "JS_PARAM": "/help", "LANG": LANG}
        self.icon = int(self.call("imbot.app.register", BOT_ID=self.bot, **icon).result)
        self.other_icon = int(self.call("imbot.app.register", **icon | {"CLIENT_ID": "other-client"}).result)


Params = Callable[[Cast], dict[str, Any]]


class Fails(NamedTuple):
    """A call that must end with a documented error. ``by`` names who of the cast calls."""

    method: str
    code: str
    text: str
    params: Params
    by: str = "me"

    def __str__(self) -> str:
        return f"{self.method} {self.code}: {self.text[:40]}"


def ends(cast: Cast, row: Fails) -> None:
    """Make the call of a row and hold its answer against the row."""
    answer = cast.call(row.method, getattr(cast, row.by), **row.params(cast))
    assert (answer.error, answer.text) == (row.code, row.text)
    assert answer.status in (400, 403)
