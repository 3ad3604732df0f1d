"""The pages of ATTACH, KEYBOARD and MENU say what is taken, and their examples are."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from botyard.chat.content import blocks, buttons, content
from scripts import parameters
from scripts.reference import REGISTRY

FOLDER = Path(__file__).parents[2] / "docs" / "reference" / "structures"
TABLES = {
    "attach": [blocks.KINDS, blocks.USER, blocks.LINK, blocks.GRID, blocks.IMAGE, blocks.FILE],
    "keyboard": [buttons.BUTTON],
    "menu": [buttons.ITEM],
}


@pytest.mark.parametrize("name", TABLES)
def test_every_field_is_described(name: str) -> None:
    fields = set(re.findall(r"`(\w+)`", (FOLDER / f"{name}.md").read_text()))
    for table in TABLES[name]:
        assert set(table) <= fields


def test_every_action_is_described() -> None:
    assert set(re.findall(r"`(\w+)`", (FOLDER / "keyboard.md").read_text())) >= buttons.ACTIONS


def test_the_examples_are_taken_whole() -> None:
    shown = {
        name: json.loads(re.findall(r"```json\n(.*?)```", (FOLDER / f"{name}.md").read_text(), re.DOTALL)[0])
        for name in TABLES
    }
    [attach] = content.attach(shown["attach"])  # type: ignore[misc]  # A list, or the test fails.
    assert [list(block) for block in attach["BLOCKS"]] == [list(block) for block in shown["attach"]["BLOCKS"]]
    keyboard = content.keyboard(shown["keyboard"], bot_id=1)
    assert isinstance(keyboard, list)
    for button, expected in zip(keyboard, shown["keyboard"]["BUTTONS"], strict=True):
        assert button.items() >= expected.items()
    menu = content.menu(shown["menu"], bot_id=1)
    assert isinstance(menu, list)
    for item, expected in zip(menu, shown["menu"]["ITEMS"], strict=True):
        assert item.items() >= expected.items()


def test_a_parameter_of_its_own_meaning_exists() -> None:
    """Every meaning under a method's name is of a method that there is."""
    named = {name.partition(" ")[0] for name in parameters.MEANINGS if " " in name}
    assert [name for name in named if REGISTRY.find(name) is None] == []
