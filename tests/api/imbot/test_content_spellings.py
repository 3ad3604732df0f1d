"""ATTACH, KEYBOARD and MENU in every documented spelling, through the real door."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest

from botyard.wire import forms
from tests.story import CLIENT, params_of
from tests.world import Answer, Person, World

Door = Callable[[World, str, dict[str, Any]], Answer]

BLOCKS = [{"MESSAGE": "Details"}, {"DELIMITER": {"SIZE": 100}}]
BUTTONS = [{"TEXT": "Go", "COMMAND": "go", "COMMAND_PARAMS": "on"}, {"TYPE": "NEWLINE"}, {"TEXT": "See", "LINK": "/a"}]
ITEMS = [{"TEXT": "Go", "LINK": "https://example.com"}]


def indexed(listed: list[Any]) -> dict[str, Any]:
    """A list as forms bring it."""
    return {str(number): element for number, element in enumerate(listed)}


SPELLINGS: dict[str, list[Any]] = {
    "ATTACH": [
        BLOCKS,
        indexed(BLOCKS),
        {"BLOCKS": BLOCKS},
        {"blocks": indexed(BLOCKS)},
        {"ID": 1, "COLOR_TOKEN": "base", "BLOCKS": BLOCKS},
        [{"ID": 1, "BLOCKS": BLOCKS}],
        indexed([{"ID": "1", "BLOCKS": indexed(BLOCKS)}]),
    ],
    "KEYBOARD": [BUTTONS, indexed(BUTTONS), {"BUTTONS": BUTTONS}, {"buttons": indexed(BUTTONS)}, [BUTTONS]],
    "MENU": [ITEMS, indexed(ITEMS), {"ITEMS": ITEMS}, {"items": indexed(ITEMS)}, ITEMS[0]],
}


def by_json(world: World, path: str, body: dict[str, Any]) -> Answer:
    return world.post(path, json.dumps(body).encode())


def by_form(world: World, path: str, body: dict[str, Any]) -> Answer:
    return world.post(path, forms.encode(body).encode(), "application/x-www-form-urlencoded")


def by_json_text(world: World, path: str, body: dict[str, Any]) -> Answer:
    """A form that holds structures as JSON texts."""
    flat = {name: json.dumps(value) if isinstance(value, dict | list) else value for name, value in body.items()}
    return by_form(world, path, flat)


def by_query(world: World, path: str, body: dict[str, Any]) -> Answer:
    return world.get(f"{path}?{forms.encode(body)}")


DOORS: list[Door] = [by_json, by_form, by_json_text, by_query]


def sent(world: World, ann: Person, door: Door, **content: Any) -> Any:
    """What is kept of content that came through a door."""
    body = {"DIALOG_ID": str(ann.id), "MESSAGE": "hi", "CLIENT_ID": CLIENT, **content}
    message_id = door(world, f"{world.admin.path}/imbot.message.add", body).result
    return params_of(world, ann, world.read(first_bot), message_id)


async def first_bot(tx: Any) -> int:
    return int((await tx.one("SELECT MIN(user_id) FROM bots"))[0])


@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.__name__)
@pytest.mark.parametrize("name", SPELLINGS)
def test_spellings_mean_the_same(world: World, door: Door, name: str) -> None:
    bot, ann = world.add_bot(), world.add_person()
    kept = [sent(world, ann, door, **{name: spelt})[name] for spelt in SPELLINGS[name]]
    assert kept == [kept[0]] * len(kept)
    if name == "ATTACH":
        assert kept[0] == [{"ID": 1, "COLOR_TOKEN": "base", "BLOCKS": BLOCKS}]
    else:
        assert [button.get("TEXT") for button in kept[0]] == (["Go", None, "See"] if name == "KEYBOARD" else ["Go"])
        assert kept[0][0]["BOT_ID"] == bot


@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.__name__)
def test_nothing_is_nothing(world: World, door: Door) -> None:
    world.add_bot()
    ann = world.add_person()
    assert sent(world, ann, door, ATTACH="", KEYBOARD="N", MENU=[]) == []


@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.__name__)
@pytest.mark.parametrize("word", ["None", "null", "undefined"])
def test_words_for_nothing_leave_what_is_there(world: World, door: Door, word: str) -> None:
    """A client whose optional parameter is not set; an empty one takes away."""
    bot, ann = world.add_bot(), world.add_person()
    message_id = world.call(
        "imbot.message.add", None, {"DIALOG_ID": ann.id, "MESSAGE": "hi", "CLIENT_ID": CLIENT, "KEYBOARD": BUTTONS}
    ).result
    before = params_of(world, ann, bot, message_id)
    absent = {"MESSAGE_ID": str(message_id), "CLIENT_ID": CLIENT, "ATTACH": word, "KEYBOARD": word, "MENU": word}
    assert door(world, f"{world.admin.path}/imbot.message.update", absent | {"MESSAGE": "ho"}).result is True
    assert params_of(world, ann, bot, message_id)["KEYBOARD"] == before["KEYBOARD"]
    assert sent(world, ann, door, ATTACH=word, KEYBOARD=word, MENU=word) == []


@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.__name__)
def test_rows_of_buttons_come_through(world: World, door: Door) -> None:
    world.add_bot()
    ann = world.add_person()
    rows = [[{"TEXT": name, "LINK": "/x"} for name in row] for row in ("AB", "C")]
    kept = sent(world, ann, door, KEYBOARD=rows)["KEYBOARD"]
    assert [button.get("TEXT", button.get("TYPE")) for button in kept] == ["A", "B", "NEWLINE", "C"]


@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.__name__)
def test_words_of_all_alphabets_come_through(world: World, door: Door) -> None:
    world.add_bot()
    ann = world.add_person()
    text = "Привет, мир: 100% + 1 = «да» & 👍"
    assert sent(world, ann, door, ATTACH=[{"MESSAGE": text}])["ATTACH"][0]["BLOCKS"] == [{"MESSAGE": text}]


def test_names_may_be_written_small(world: World) -> None:
    world.add_bot()
    ann = world.add_person()
    path = f"{world.admin.path}/imbot.message.add.json?dialog_id={ann.id}&Client_Id={CLIENT}&message={quote('hi')}"
    assert world.get(path).status == 200


def test_the_body_wins_over_the_query(world: World) -> None:
    bot, ann = world.add_bot(), world.add_person()
    path = f"{world.admin.path}/imbot.message.add?DIALOG_ID={ann.id}&CLIENT_ID={CLIENT}&MESSAGE=query"
    message_id = by_json(world, path, {"MESSAGE": "body"}).result
    newest = world.call("im.dialog.messages.get", ann, DIALOG_ID=bot).result["messages"][0]
    assert (newest["id"], newest["text"]) == (message_id, "body")
