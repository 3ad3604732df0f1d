"""Given to schemathesis: much of what it makes up is replaced by what the demo portal has, so that calls get further.

Read by its command line (SCHEMATHESIS_HOOKS), not by the tests themselves.
"""

from __future__ import annotations

import json
import os
import zlib
from typing import Any

import schemathesis

HANDLER = "http://localhost:9/handler"
PICTURE = "R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"
# Chats that the application's bot owns, each with messages of its own; the number of the first is not known.
CHATS: list[int] = json.loads(os.environ["BOTYARD_SEEDED"])["chats"]

# In several spellings, as clients write them.
KNOWN: dict[str, tuple[Any, ...]] = {
    # Left out, it means the application's first bot, who is in the first chat.
    "BOT_ID": (0, "", 6, "8", 9),
    "DIALOG_ID": ("chat1", "2", *(f"chat{chat}" for chat in CHATS)),
    "CHAT_ID": (1, "2", *CHATS),
    "MESSAGE_ID": (1, *range(15, 60)),
    "USER_ID": (2, "3", 4),
    "USERS": ([2, 5], "4", {"0": 4}, [5, "x"]),
    "MESSAGE": ("Hello", "/echo me", "[USER=2]Somebody[/USER]"),
    "TITLE": ("Room", "Room 2"),
    "COLOR": ("MINT", "AQUA"),
    "AVATAR": (PICTURE,),
    "COMMAND": ("echo", "/again"),
    "COMMAND_ID": (*range(1, 9), "9"),
    "APP_ID": (*range(1, 9), "9"),
    "CODE": ("echo", "again"),
    "TYPE": ("B", "S", "OPEN"),
    "EVENT_HANDLER": (HANDLER,),
    "EVENT_COMMAND_ADD": (HANDLER,),
    "LANG": ([{"LANGUAGE_ID": "en", "TITLE": "Echo"}], {"0": {"LANGUAGE_ID": "de", "TITLE": "Echo"}}),
    "PROPERTIES": ({"NAME": "Echo"}, '{"NAME": "Again"}'),
    "FIELDS": ({"TITLE": "Room", "HIDDEN": "Y", "PROPERTIES": {"NAME": "Echo"}},),
    "JS_METHOD": ("SEND",),
    "JS_PARAM": ("/echo",),
    "IFRAME": ("https://localhost/frame", ""),
    "IFRAME_WIDTH": (350, ""),
    "IFRAME_HEIGHT": (150, ""),
    "HASH": ("d1ab17949a572b0979d8db0d5b349cd2",),
    "KEYBOARD": ([{"TEXT": "Echo", "COMMAND": "echo"}], "N"),
    "ATTACH": ([{"MESSAGE": "Attached"}], '[{"DELIMITER": {}}]'),
}


def _filled(supplied: Any, kinds: tuple[type, ...]) -> Any:
    """Known values in many places; in which, depends on nothing but what was made up."""
    if not isinstance(supplied, dict):
        return supplied
    chance = zlib.crc32(repr(sorted(supplied.items(), key=repr)).encode())
    for name, values in KNOWN.items():
        own = zlib.crc32(name.encode(), chance)
        value = values[(own >> 3) % len(values)]
        if isinstance(value, kinds) and own % 8:
            supplied[name] = value
    return supplied


def _short(value: Any) -> Any:
    """A call that waits for events may do so for thirty seconds, which nobody here has the time for."""
    if isinstance(value, dict) and "wait" in value:
        value["wait"] = 0.1
    return value


@schemathesis.hook
def map_body(context: Any, body: Any) -> Any:
    return _short(_filled(body, (str, int, list, dict)))


@schemathesis.hook
def map_query(context: Any, query: Any) -> Any:
    return _short(_filled(query, (str, int)))
