"""Values of parameters that many tests use."""

from __future__ import annotations

from base64 import b64encode

from tests.worlds import pictures

DAY = 86_400
HANDLER = "http://localhost:9/bot"
LANG = [{"LANGUAGE_ID": "en", "TITLE": "Echo"}]


def picture(width: int = 2, height: int = 2) -> str:
    """A PNG as BASE64."""
    return b64encode(pictures.picture(size=(width, height), color=0, mode="1")).decode()
