"""Colours of chats and people."""

from __future__ import annotations

import pytest

from botyard.chat.conversation import colors


def test_every_colour_has_a_name_and_a_value() -> None:
    assert len(colors.COLORS) == 16
    for name, value in colors.COLORS.items():
        assert colors.hex_of(name) == value
        assert colors.name_of(value) == name
        assert colors.name_of(value.upper()) == name


def test_names_of_both_dialects() -> None:
    assert colors.hex_of("LIGHT_BLUE") == colors.hex_of("lightBlue") == colors.hex_of(" light_blue ") == "#4ba5c3"
    assert colors.hex_of("pink") == "#f76187"
    for unknown in ("", "MAUVE", "#f76187"):
        assert colors.hex_of(unknown) is None
    assert colors.name_of("#ffffff") is None


@pytest.mark.parametrize(
    ("id", "value"),
    # Users in the samples of the documentation.
    [(1, "#df532d"), (103, "#4ba984"), (503, "#4ba984"), (5, "#ab7761"), (547, "#1eb4aa"), (1269, "#58cc47")],
)
def test_default_colours(id: int, value: str) -> None:
    assert colors.color_for(id) == value


def test_every_id_has_a_default() -> None:
    assert len({colors.color_for(id) for id in range(-5, 100)}) == 10
