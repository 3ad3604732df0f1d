"""What messages of the first generation carry, from parameters to params."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import UNSET

from botyard.chat.content import content
from botyard.chat.content.content import Content
from botyard.errors import raises
from botyard.wire.param_types import RawAttach, RawKeyboard, RawMenu


class ContentLimits(msgspec.Struct, frozen=True):
    """Sizes that a family allows."""

    attach: int
    keyboard: int
    menu: int


IMBOT = ContentLimits(content.ATTACH_LIMIT_V1, content.KEYBOARD_LIMIT_V1, content.MENU_LIMIT_V1)
IM = ContentLimits(content.ATTACH_LIMIT, content.KEYBOARD_LIMIT, content.MENU_LIMIT)


class Carried(msgspec.Struct, frozen=True):
    """ATTACH, KEYBOARD and MENU as they were given: set, cleared or absent."""

    attach: Content
    keyboard: Content
    menu: Content

    def params(self, url_preview: bool = True) -> dict[str, Any]:
        """As the params of a new message."""
        made = content.merge({}, attach=self.attach, keyboard=self.keyboard, menu=self.menu)
        return made if url_preview else made | {"URL_ONLY": "N"}

    def changes(self, url_preview: bool | None = None) -> dict[str, Any]:
        """As changes of a stored message: ``None`` takes a param away."""
        contents = {"ATTACH": self.attach, "KEYBOARD": self.keyboard, "MENU": self.menu}
        changed: dict[str, Any] = {
            name: None if value is content.CLEARED else value
            for name, value in contents.items()
            if value is not content.ABSENT
        }
        return changed if url_preview is None else changed | {"URL_ONLY": None if url_preview else "N"}


_NOTHING = Carried(content.ABSENT, content.ABSENT, content.ABSENT)


@raises(content.attach, content.keyboard, content.menu)
def carried(attach: RawAttach, keyboard: RawKeyboard, menu: RawMenu, *, bot_id: int, limits: ContentLimits) -> Carried:
    """Read the three parameters. Raises ATTACH_…, KEYBOARD_… and MENU_… WRONG and TOO_BIG."""
    if attach is keyboard is menu is UNSET:
        return _NOTHING
    return Carried(
        content.attach(attach, limit=limits.attach),
        content.keyboard(keyboard, bot_id=bot_id, limit=limits.keyboard),
        content.menu(menu, bot_id=bot_id, limit=limits.menu),
    )
