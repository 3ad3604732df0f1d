"""Pictures that nothing shows any more are deleted, and what they cost is returned."""

from __future__ import annotations

import base64

import pytest

from tests.conftest import MakeWorld
from tests.world import World
from tests.worlds.bots import CLIENT
from tests.worlds.pictures import noise

FIRST, SECOND = (base64.b64encode(noise(40, seed)).decode() for seed in range(2))


class Gallery:
    """A bot, its chat, and how much its owner keeps."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.bot = world.add_bot()
        self.chat = world.add_chat(None, [self.bot])

    def bot_does(self, method: str, **params: object) -> None:
        answer = self.world.call(method, params={"CLIENT_ID": CLIENT, "BOT_ID": self.bot, **params})
        assert answer.status == 200, answer.body

    def kept(self) -> list[int]:
        """How many pictures there are, and how many bytes they cost."""
        sql = "SELECT COALESCE(SUM(bytes), 0) FROM file_usage"
        row = self.world.read(lambda tx: tx.one(sql))
        assert row is not None
        return [self.world.count("avatars"), int(row[0])]


@pytest.fixture
def gallery(portal: World) -> Gallery:
    return Gallery(portal)


def size(picture: str) -> int:
    return len(base64.b64decode(picture))


def test_of_a_chat(gallery: Gallery) -> None:
    gallery.bot_does("imbot.chat.updateAvatar", CHAT_ID=gallery.chat, AVATAR=FIRST)
    assert gallery.kept() == [1, size(FIRST)]
    gallery.bot_does("imbot.chat.updateAvatar", CHAT_ID=gallery.chat, AVATAR=SECOND)
    assert gallery.kept() == [1, size(SECOND)]


def test_of_a_bot(gallery: Gallery) -> None:
    for picture in (FIRST, SECOND, SECOND):
        gallery.bot_does("imbot.update", FIELDS={"PROPERTIES": {"PERSONAL_PHOTO": picture}})
        assert gallery.kept() == [1, size(picture)]
    gallery.bot_does("imbot.update", FIELDS={"PROPERTIES": {"NAME": "Echo"}})
    assert gallery.kept() == [1, size(SECOND)]
    gallery.bot_does("imbot.unregister")
    assert gallery.kept() == [0, 0]


def test_of_an_application_in_chats(gallery: Gallery) -> None:
    for code in ("one", "two"):
        gallery.bot_does("imbot.app.register", CODE=code, HIDDEN="Y", JS_METHOD="PUT", JS_PARAM="x", ICON_FILE=FIRST)
    assert gallery.kept() == [1, size(FIRST)]
    apps = gallery.world.read(lambda tx: tx.all("SELECT id FROM chat_apps ORDER BY id"))
    gallery.bot_does("imbot.app.update", APP_ID=apps[0][0], FIELDS={"ICON_FILE": SECOND})
    assert gallery.kept() == [2, size(FIRST) + size(SECOND)]
    gallery.bot_does("imbot.app.unregister", APP_ID=apps[0][0])
    assert gallery.kept() == [1, size(FIRST)]
    gallery.bot_does("imbot.unregister")
    assert gallery.kept() == [0, 0]


def test_of_a_person(gallery: Gallery) -> None:
    ann = gallery.world.add_person("Ann")
    for picture in (FIRST, SECOND):
        photo = ["photo.png", picture]
        assert gallery.world.call("user.update", ID=ann.id, PERSONAL_PHOTO=photo).status == 200
        assert gallery.kept() == [1, size(picture)]
    assert gallery.world.call("botyard.user.delete", ID=ann.id).status == 200
    assert gallery.kept() == [0, 0]


def test_of_oneself(gallery: Gallery) -> None:
    world, ann = gallery.world, gallery.world.add_webhook(gallery.world.add_person("Ann").id, "im,botyard.self")
    for picture in (["me.png", FIRST], SECOND, {"fileData": ["me.png", FIRST]}):
        assert world.call("botyard.profile.update", ann, AVATAR=picture).status == 200
        assert gallery.kept()[0] == 1
    shown = world.call("im.user.get", ann).result["avatar"]
    assert "/avatar/" in shown
    world.call("botyard.profile.update", ann, NAME="Anna")
    assert world.call("im.user.get", ann).result["avatar"] == shown
    for wrong in ("no picture", ["me.png", "bm8gcGljdHVyZQ=="], 7):
        answer = world.call("botyard.profile.update", ann, NAME="Other", AVATAR=wrong)
        assert (answer.status, answer.error) == (400, "AVATAR_ERROR")
    user = world.call("im.user.get", ann).result
    assert (user["avatar"], user["first_name"]) == (shown, "Anna")
    assert world.call("botyard.profile.update", ann, AVATAR="").status == 200
    assert world.call("im.user.get", ann).result["avatar"] == ""
    assert gallery.kept() == [0, 0]


def test_of_oneself_within_the_quota(make_world: MakeWorld) -> None:
    world = make_world(file_quota=1)
    ann = world.add_webhook(world.add_person("Ann").id, "im,botyard.self")
    large = base64.b64encode(noise(700, 1)).decode()
    answer = world.call("botyard.profile.update", ann, AVATAR=large)
    assert (answer.status, answer.error) == (400, "AVATAR_ERROR")
    assert world.call("im.user.get", ann).result["avatar"] == ""


def test_one_that_something_else_shows_stays(gallery: Gallery) -> None:
    gallery.bot_does("imbot.update", FIELDS={"PROPERTIES": {"PERSONAL_PHOTO": FIRST}})
    gallery.bot_does("imbot.chat.updateAvatar", CHAT_ID=gallery.chat, AVATAR=FIRST)
    gallery.bot_does("imbot.update", FIELDS={"PROPERTIES": {"PERSONAL_PHOTO": SECOND}})
    assert gallery.kept() == [2, size(FIRST) + size(SECOND)]
    gallery.bot_does("imbot.unregister")
    assert gallery.kept() == [1, size(FIRST)]
