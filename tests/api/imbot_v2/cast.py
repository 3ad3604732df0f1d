"""A furnished portal for tests that change nothing: bots, chats, messages and commands to point at."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from tests.world import Answer, AppKey, Person, World

MOST_BOTS = 4
TOKEN = "test-token"
OTHER = "other-token"
HANDLER = "http://localhost:9/bot"


class Cast:
    """Ann and the bot Echo share `room` (Echo's), `joined` and `quiet` (Ann's) and a private dialog.

    `foreign` is Ann's alone. In `quiet` only the owner may do anything. `deal` and `group` are Echo's
    chats of a deal and of a workgroup. `called` is Ann's message that calls Echo's command.
    """

    def __init__(self, world: World) -> None:
        self.world = world
        self.me = world.admin
        self.ann = world.person("Ann", "Smith")
        self.session = world.token(self.me.id, None)
        self.app: AppKey = world.oauth()
        self._bots()
        self._chats()
        self._commands()

    def call(self, method: str, by: Person | AppKey | str | None = None, **params: Any) -> Answer:
        """A call with Echo's token, unless it brings its own."""
        return self.world.call(method, by or self.me, {"botToken": TOKEN, **params})

    def made(self, code: str, token: str = TOKEN) -> int:
        """A bot of the second generation; its id."""
        fields = {"code": code, "botToken": token, "properties": {"name": code.title()}}
        return int(self.world.call("imbot.v2.Bot.register", fields=fields).result["bot"]["id"])

    def _bots(self) -> None:
        self.bot = self.made("echo")
        self.second = self.made("second")
        self.other = self.made("other", OTHER)
        for number in range(MOST_BOTS):
            self.made(f"full{number}", "full-token")

    def _chats(self) -> None:
        world, ann = self.world, self.ann
        self.room = int(self._chat(userIds=[ann.id])["id"])
        self.deal = self._of_entity("CRM", "DEAL|5")
        self.group = self._of_entity("SONET_GROUP", "7")
        self.joined = world.chat(ann, [self.bot])
        self.quiet = world.chat(ann, [self.bot])
        self.foreign = world.chat(ann)
        only_owner = "UPDATE chats SET manage_ui = 'owner', manage_users_add = 'owner', can_post = 'owner'"
        world.write(lambda tx: tx.run(f"{only_owner} WHERE id = :id", id=self.quiet))
        self.private = int(self.call("imbot.v2.Chat.get", botId=self.bot, dialogId=str(ann.id)).result["chat"]["id"])

    def _chat(self, **fields: Any) -> dict[str, Any]:
        found: dict[str, Any] = self.call("imbot.v2.Chat.add", botId=self.bot, fields=fields).result["chat"]
        return found

    def _of_entity(self, kind: str, number: str) -> int:
        # Only the first generation makes chats of entities; its CLIENT_ID is the token of the second.
        params = {"BOT_ID": self.bot, "CLIENT_ID": TOKEN, "ENTITY_TYPE": kind, "ENTITY_ID": number}
        return int(self.world.call("imbot.chat.add", None, params).result)

    def _commands(self) -> None:
        self.command = self.commanded("echo")
        self.taken = self.commanded("taken")
        self.other_command = self.commanded("theirs", self.other, OTHER)
        said = {"DIALOG_ID": f"chat{self.room}", "MESSAGE": "/echo hi"}
        self.called = int(self.world.call("im.message.add", self.ann, said).result)

    def commanded(self, name: str, bot: int = 0, token: str = TOKEN) -> int:
        """A command of a bot; its id."""
        fields = {"command": name, "title": {"en": name.title()}}
        params = {"botId": bot or self.bot, "botToken": token, "fields": fields}
        return int(self.world.call("imbot.v2.Command.register", None, params).result["command"]["id"])


Params = Callable[[Cast], dict[str, Any]]


class Fails(NamedTuple):
    """A call that must end with a documented error. ``by`` names who of the cast calls."""

    method: str
    code: str
    text: str
    params: Params
    by: str = "me"

    @property
    def status(self) -> int:
        """What concerns rights is 403, everything else 400."""
        return 403 if self.code in {"ACCESS_DENIED", "BOT_OWNERSHIP_ERROR"} else 400

    def __str__(self) -> str:
        return f"{self.method} {self.code}: {self.text[:40]}"


def ends(cast: Cast, row: Fails) -> None:
    """Make the call of a row and hold its answer against the row."""
    answer = cast.call(row.method, getattr(cast, row.by), **row.params(cast))
    assert (answer.error, answer.text, answer.status) == (row.code, row.text, row.status)
