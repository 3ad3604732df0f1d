"""Icons above the input field: imbot.app.*."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from botyard.model.bots import ChatApp
from botyard.store import chat_apps
from tests.story import bot_does, happened
from tests.world import World
from tests.worlds.samples import LANG, picture

HASH = "d1ab17949a572b0979d8db0d5b349cd2"
FRAME = {
    "CODE": "frame",
    "IFRAME": "https://example.com/frame",
    "IFRAME_WIDTH": "350",
    "IFRAME_HEIGHT": "150",
    "HASH": HASH,
    "LANG": LANG,
}
SCRIPT = {"CODE": "script", "JS_METHOD": "SEND", "JS_PARAM": "/help", "LANG": LANG}


def registered(world: World, **params: Any) -> int:
    return int(bot_does(world, "imbot.app.register", **params))


def kept(world: World, icon: int) -> ChatApp:
    app = world.read(lambda tx: chat_apps.find(tx, icon))
    assert app is not None
    return app


def test_a_frame_is_kept_with_everything(portal: World) -> None:
    bot = portal.add_bot()
    lang = [{"LANGUAGE_ID": "en", "TITLE": "Echo", "DESCRIPTION": "Opens", "COPYRIGHT": "Us"}]
    more = {"CONTEXT": "bot", "EXTRANET_SUPPORT": "Y", "LIVECHAT_SUPPORT": "Y", "IFRAME_POPUP": "Y", "HIDDEN": "N"}
    icon = registered(portal, **FRAME | more | {"LANG": lang, "ICON_FILE": picture(108, 66), "BOT_ID": bot})
    fields = msgspec.structs.asdict(kept(portal, icon))
    assert fields.pop("icon").startswith("/avatar/")
    assert fields.pop("owner").startswith("hook:")
    assert fields == {
        "id": icon,
        "bot_id": bot,
        "code": "frame",
        "iframe": "https://example.com/frame",
        "iframe_width": 350,
        "iframe_height": 150,
        "iframe_popup": True,
        "js_method": "",
        "js_param": "",
        "hash": HASH,
        "context": "BOT",
        "hidden": False,
        "extranet": True,
        "livechat": True,
        "lang": lang,
    }


@pytest.mark.parametrize(
    ("method", "param"),
    [
        ("PUT", "/echo hello"),
        ("send", "/help"),
        ("CALL", "+49 (30) 123-45"),
        ("SUPPORT", "6a4cdbcf753addac1a573ea64be826ca"),
    ],
)
def test_what_a_js_command_can_do(portal: World, method: str, param: str) -> None:
    portal.add_bot()
    icon = registered(portal, **SCRIPT | {"JS_METHOD": method, "JS_PARAM": param})
    assert (kept(portal, icon).js_method, kept(portal, icon).js_param) == (method.upper(), param)


@pytest.mark.parametrize("context", ["ALL", "USER", "CHAT", "BOT", "LINES", "CALL", "all", "lines-admin", "BOT-ADMIN"])
def test_where_an_icon_is_shown(portal: World, context: str) -> None:
    portal.add_bot()
    assert kept(portal, registered(portal, **SCRIPT, CONTEXT=context)).context == context.upper()


def test_an_icon_without_words_must_be_hidden(portal: World) -> None:
    portal.add_bot()
    assert kept(portal, registered(portal, **SCRIPT | {"LANG": [], "HIDDEN": "Y"})).hidden


def test_a_command_wins_over_a_frame(portal: World) -> None:
    portal.add_bot()
    icon = registered(portal, **FRAME | SCRIPT)
    assert kept(portal, icon).js_method == "SEND"


def test_the_same_code_again_is_renewed(portal: World) -> None:
    portal.add_bot()
    icon = registered(portal, **SCRIPT)
    assert registered(portal, **SCRIPT | {"JS_PARAM": "/new"}) == icon
    assert kept(portal, icon).js_param == "/new"
    assert [event["change"] for event in happened(portal, 0, "ChatAppChanged")] == ["add", "update"]


@pytest.mark.parametrize("nested", [True, False])
def test_update_takes_fields_beside_the_id_and_below_it(portal: World, nested: bool) -> None:
    """The table of the page has them beside APP_ID, its sample in FIELDS."""
    portal.add_bot()
    icon = registered(portal, **SCRIPT)
    fields = {"JS_PARAM": "/new", "HIDDEN": "Y"}
    nested_fields = {"FIELDS": fields} if nested else fields
    assert bot_does(portal, "imbot.app.update", APP_ID=icon, **nested_fields) is True
    app = kept(portal, icon)
    assert (app.js_param, app.hidden, app.js_method, app.code) == ("/new", True, "SEND", "script")


def test_a_frame_takes_the_place_of_a_command(portal: World) -> None:
    portal.add_bot()
    icon = registered(portal, **SCRIPT)
    bot_does(portal, "imbot.app.update", APP_ID=icon, **FRAME)
    assert (kept(portal, icon).js_method, kept(portal, icon).iframe) == ("", FRAME["IFRAME"])


def test_unregister_takes_an_icon_away(portal: World) -> None:
    portal.add_bot()
    icon = registered(portal, **SCRIPT)
    assert bot_does(portal, "imbot.app.unregister", APP_ID=icon) is True
    assert portal.read(lambda tx: chat_apps.find(tx, icon)) is None
    assert happened(portal, 0, "ChatAppChanged")[-1]["change"] == "delete"
