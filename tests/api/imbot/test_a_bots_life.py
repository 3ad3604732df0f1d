"""The life of a bot, in which each of the 28 methods succeeds and answers what its page shows."""

from __future__ import annotations

from typing import Any

from tests.story import says
from tests.world import CONTRACT, AppKey, World
from tests.worlds.samples import HANDLER, LANG, picture

JSON_TYPES = {bool: "boolean", dict: "object", int: "integer", list: "array", str: "string"}


class Life:
    """What an application does with its bot; every call is kept."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.app: AppKey = world.add_app()
        self.ann, self.bob = world.add_person("Ann"), world.add_person("Bob")
        self.answers: dict[str, Any] = {}

    def does(self, method: str, **params: Any) -> Any:
        answer = self.world.call(f"imbot.{method}", self.app, params)
        assert answer.status == 200
        self.answers[f"imbot.{method}"] = answer.result
        return answer.result

    def comes(self) -> None:
        self.bot = self.does("register", CODE="news", EVENT_HANDLER=HANDLER, PROPERTIES={"NAME": "News"})
        self.does("update", BOT_ID=self.bot, FIELDS={"PROPERTIES": {"WORK_POSITION": "Reporter"}})
        self.does("bot.list")

    def gathers_people(self) -> None:
        entity = {"ENTITY_TYPE": "CHAT", "ENTITY_ID": "13"}
        people = [self.ann.id, self.app.user_id]
        self.chat = {"CHAT_ID": self.does("chat.add", TITLE="News", USERS=people, **entity)}
        self.dialog = {"DIALOG_ID": f"chat{self.chat['CHAT_ID']}"}
        self.does("chat.get", **entity)
        self.does("dialog.get", **self.dialog)
        self.does("chat.updateTitle", **self.chat, TITLE="Good news")
        self.does("chat.updateColor", **self.chat, COLOR="PINK")
        self.does("chat.updateAvatar", **self.chat, AVATAR=picture())
        self.does("chat.user.add", **self.chat, USERS=[self.bob.id])
        self.does("chat.user.list", **self.chat)
        self.does("chat.user.delete", **self.chat, USER_ID=self.bob.id)
        self.does("chat.setManager", **self.chat, USER_ID=self.ann.id)

    def talks(self) -> None:
        self.does("chat.sendTyping", **self.dialog)
        params = {"MESSAGE_ID": self.does("message.add", **self.dialog, MESSAGE="Hello!")}
        self.does("message.like", **params)
        self.does("message.update", **params, MESSAGE="Hello, all!")
        self.does("message.delete", **params)

    def obeys(self) -> None:
        texts = {"EVENT_COMMAND_ADD": HANDLER, "LANG": LANG}
        command = {"COMMAND_ID": self.does("command.register", BOT_ID=self.bot, COMMAND="news", **texts)}
        self.does("command.update", **command, FIELDS={"HIDDEN": "Y"})
        called = says(self.world, self.ann, self.dialog["DIALOG_ID"], "/news today")
        self.does("command.answer", **command, MESSAGE_ID=called, MESSAGE="None today.")
        self.does("command.unregister", **command)
        icon = {"APP_ID": self.does("app.register", CODE="news", JS_METHOD="SEND", JS_PARAM="/news", LANG=LANG)}
        self.does("app.update", **icon, JS_PARAM="/news today")
        self.does("app.unregister", **icon)

    def goes(self) -> None:
        self.does("chat.setOwner", **self.chat, USER_ID=self.ann.id)
        self.does("chat.leave", **self.chat)
        self.does("unregister", BOT_ID=self.bot)


def test_each_method_answers_as_its_page_shows(portal: World) -> None:
    life = Life(portal)
    life.comes()
    life.gathers_people()
    life.talks()
    life.obeys()
    life.goes()
    pages = {page.method: page for page in CONTRACT.families["imbot"]}
    assert life.answers.keys() == pages.keys()
    assert len(pages) == 28
    # Two of the pages on chat applications give words instead of a sample.
    words = {"imbot.app.register": "integer", "imbot.app.unregister": "boolean"}
    for name, answer in life.answers.items():
        shape: dict[str, Any] = pages[name].result or {"type": words[name]}
        # `null` is what `imbot.chat.get` says of a chat that is not there.
        kinds = [kind["type"] for kind in shape.get("anyOf", [shape]) if kind["type"] != "null"]
        assert [JSON_TYPES[type(answer)]] == kinds, name
        assert answer is True or kinds != ["boolean"], name
