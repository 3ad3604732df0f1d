"""The largest inputs of every method: made from the types of its parameters, and by hand where those do not say it.

They are laid over the example calls of the reference, one parameter at a time, so that the rest of the call is right
and the method gets as far as it can.
"""

from __future__ import annotations

import base64
import copy
import json
from collections.abc import Iterator
from typing import Any, NamedTuple, get_args, get_origin

import msgspec

from botyard.rpc.method import Method
from botyard.rpc.parameters import known, plain
from botyard.wire.limits import MAX_KEYS
from scripts import samples
from scripts.benchmark.crowd import PEOPLE

Json = dict[str, Any]

ELEMENTS = MAX_KEYS - 200
"""As many elements as fit beside the rest of a call."""
_MEBI = 1024 * 1024
_EMOJI = "\U0001f600"
_MANY_IDS = [*PEOPLE, *range(5_000, 5_000 + ELEMENTS - len(PEOPLE))]
_DEEP = "[" * 60 + "]" * 60
_WIDE_TEXT = "[" + "1," * (ELEMENTS - 1) + "1]"
_HUGE_TEXT = "[" + '{"MESSAGE":"x"},' * 60_000 + "1]"
# A picture whose bytes are no picture is refused after its base64 was read.
_BASE64 = base64.b64encode(bytes(range(256)) * (9 * _MEBI // 256)).decode()


class WorstInput(NamedTuple):
    """One call: its parameters, or a body that is sent as it is."""

    method: str
    label: str
    params: Any
    body: bytes = b""
    kind: str = "application/json"

    @property
    def sent(self) -> bytes:
        return self.body or json.dumps(self.params, ensure_ascii=False).encode()


MESSAGES: dict[str, Any] = {
    "emojis": _EMOJI * 30_000,
    "commands": "/a\n" * 1_000_000,
    "many commands": "\n".join(f"/a{number}" for number in range(5_000)),
    "one command of many bots": "/a\n/common",
    "mentions": "".join(f"[USER={number}]x[/USER]" for number in range(1, 1_200)),
    "mentions of one": "[USER=2]x[/USER]," * 1_200,
    "open tags": "[b]" * 6_600,
    "open mentions": "[USER=2]" * 2_500,
    "brackets": "[" * 20_000,
    "closing tags": "[/b]" * 5_000,
    "code": "[code]" * 1_600 + "[/code]" * 1_400,
    "quotes": "-" * 54 + "\n" + ">>" * 9_000,
}
_READ = "im.dialog.messages.get?DIALOG_ID=chat2001"
_NAMES = "&".join(f"a{number}=1" for number in range(9_900))


def _commands(*each: Any, first: str = "") -> dict[str, Any]:
    """A batch of as many commands as are carried out, of these in turn; ``first`` is the result that others name."""
    head = {"a": first} if first else {}
    return head | {str(number): each[number % len(each)] for number in range(50 - len(head))}


def _said(name: str, **params: Any) -> dict[str, Any]:
    return {"method": name, "params": params}


def _numbered(name: str, count: int, value: Any) -> dict[str, Any]:
    return {f"{name}{number}": value for number in range(count)}


BY_HAND: dict[str, dict[str, Any]] = {
    "message": MESSAGES,
    "attach": {
        "blocks": [{"DELIMITER": {"SIZE": 1}}] * 2_000,
        "cells": [{"GRID": [{"NAME": "x", "VALUE": "y"}] * 2_000}],
        "texts within": [{"IMAGE": json.dumps([{"LINK": "/x"}])} for _ in range(1_200)],
        "unknown names": [{f"a{number}": 1 for number in range(4_000)}],
        "wide text": _WIDE_TEXT,
        "huge text": _HUGE_TEXT,
        "deep text": _DEEP,
        "a long text": [{"MESSAGE": "x" * 8 * _MEBI}],
    },
    "keyboard": {
        "buttons": [{"TEXT": "x", "LINK": "/x"}] * 1_800,
        "rows": [[{"TEXT": "x", "LINK": "/x"}]] * 1_700,
        "unknown names": [{"TEXT": "x", **{f"a{number}": 1 for number in range(4_000)}}],
        "huge text": _HUGE_TEXT,
    },
    "menu": {"items": [{"TEXT": "x", "LINK": "/x"}] * 1_800, "huge text": _HUGE_TEXT},
    "users": {"everybody": _MANY_IDS, "text": json.dumps(_MANY_IDS)},
    "userids": {"everybody": _MANY_IDS, "text": json.dumps(_MANY_IDS)},
    "limit": {"most": 10**9},
    "range": {"most": 10**9},
    "start": {"far": 10**9},
    "offset": {"far": 10**9},
    "find": {"one sign": "a", "long": "a" * 60_000, "signs": "%" * 60_000, "words": "a " * 5_000},
    "forwardids": {"hundred": {f"{number:036x}": 24 for number in range(100)}, "too many": _numbered("u", 9_000, 24)},
    "options": {
        "many": _numbered("o", 990, "x" * 900),
        "too many": _numbered("o", 9_000, "x"),
        "text": json.dumps(_numbered("o", 990, "x" * 900)),
    },
    "context": {
        "large": {"a": "x" * 65_000},
        "too large": {"a": "x" * 8 * _MEBI},
        "many": _numbered("c", 9_000, 1),
    },
    "lang": {"many": [{"LANGUAGE_ID": f"l{number}", "TITLE": "x" * 255} for number in range(3_000)]},
    "title": {"many": _numbered("l", 9_000, "x" * 255), "long": "x" * 100_000},
    "avatar": {"large": _BASE64},
    "iconfile": {"large": _BASE64},
    "personalphoto": {"large": _BASE64},
    "filter": {
        "values": {"ID": list(range(1, 300)), "NAME": ["x"] * 299},
        "many": _numbered("%f", 9_000, "x"),
        "alike": {"%NAME": "e", "%LAST_NAME": "e", "%EMAIL": "e", "%WORK_POSITION": "e"},
    },
    "order": {"many": _numbered("f", 9_000, "ASC")},
    "sort": {"by name": "LAST_NAME"},
    "id": {"all": list(range(1, 300))},
    "access": {"many": [f"U{number}" for number in range(1, ELEMENTS)]},
    "scope": {"many": ",".join(f"s{number}" for number in range(20_000))},
    "cmd": {
        "messages": _commands(_said("im.message.add", DIALOG_ID="chat2001", MESSAGE=_EMOJI * 20_000)),
        "histories": _commands(f"{_READ}&LIMIT=50"),
        "references": _commands(_said("server.time", x=["$result[a]"] * 190), first=_READ),
        "references in texts": _commands("server.time?x=" + "$result[a][messages][0][text]" * 300, first=_READ),
        "too many": _numbered("", 9_000, "server.time"),
        "wide commands": _commands(f"server.time?{_NAMES}"),
    },
}
"""What no type says, by the name of the parameter without underscores, in lower case."""

TEXTS: dict[str, Any] = {"long": _EMOJI * 66_000}


def of_type(kind: Any) -> dict[str, Any]:
    """Large values of a type."""
    kind = plain(kind)
    origin = get_origin(kind) or kind
    if origin is bool:
        return {}
    if origin in (int, float):
        return {"most": 2**62}
    if origin is str:
        return TEXTS
    if origin is list:
        of = plain(get_args(kind)[0]) if get_args(kind) else str
        element: Any = {} if isinstance(of, type) and issubclass(of, msgspec.Struct) else 1 if of is int else "x"
        huge = "[" + "1," * 400_000 + "1]"
        return {"many": [element] * ELEMENTS, "text": json.dumps([1] * ELEMENTS), "huge text": huge}
    if origin is dict:
        return {"many": _numbered("n", ELEMENTS, 1), "deep": json.loads('{"a":' * 50 + "1" + "}" * 50)}
    return {"huge text": _HUGE_TEXT, "long": "x" * 100_000, "many": [1] * ELEMENTS}


def inputs(method: Method, made: Any = None) -> Iterator[WorstInput]:
    """The example, and its largest variants; ``made`` is the result of the call that has to come before."""
    sample = samples.of(method)
    if made is not None:
        sample = _about(sample, _id_in(made))
    yield WorstInput(method.name, "example", sample)
    if not isinstance(sample, dict):
        return
    for path, kind in places(method.params):
        name = path[-1].replace("_", "").lower()
        for label, value in (BY_HAND.get(name) or of_type(kind)).items():
            changed = copy.deepcopy(sample)
            if put(changed, path, value):
                yield WorstInput(method.name, f"{'.'.join(path)}: {label}", changed)


# The ids in the examples that are those of a fresh demo portal: of a message, a bot, a chat, a command and a file.
_NEXT = (34, 1003, 2009, 1006, 3001)


def _about(sample: Any, made: int) -> Any:
    """An example that names what was made before it, in the place of what a fresh portal would make."""
    if isinstance(sample, dict):
        return {name: made if name == "APP_ID" else _about(value, made) for name, value in sample.items()}
    if sample in _NEXT:
        return made
    return f"chat{made}" if sample in [f"chat{number}" for number in _NEXT] else sample


def _id_in(result: Any) -> int:
    if not isinstance(result, dict):
        return int(result) if isinstance(result, int | str) and str(result).isdigit() else 0
    held = result.get("id", result.get("ID"))
    return (
        held
        if isinstance(held, int)
        else next((_id_in(value) for value in result.values() if isinstance(value, dict)), 0)
    )


def places(struct: Any, above: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Where parameters stand, those of structs within too, and their types."""
    for parameter in known(struct).values():
        path = (*above, parameter.name)
        if isinstance(parameter.kind, type) and issubclass(parameter.kind, msgspec.Struct) and len(path) < 4:
            yield from places(parameter.kind, path)
        else:
            yield path, parameter.kind


def put(params: Json, path: tuple[str, ...], value: Any) -> bool:
    """Lay a value over a call; false where something else stands above it."""
    for name in path[:-1]:
        params = params.setdefault(name, {})
        if not isinstance(params, dict):
            return False
    params[path[-1]] = value
    return True


def bodies(size: int) -> Iterator[WorstInput]:
    """Bodies that are hard to read, whatever the method; ``size`` is in bytes."""
    form, part = "application/x-www-form-urlencoded", "multipart/form-data; boundary=B"
    parts = b'--B\r\nContent-Disposition: form-data; name="a"\r\n\r\n%b\r\n--B--\r\n'
    for label, kind, sent in (
        ("percent signs", form, b"a=" + b"%" * size),
        ("escapes", form, b"a=" + b"%41" * (size // 3)),
        ("a long form", form, b"a=" + b"x" * size),
        ("ampersands", form, b"a=1" + b"&" * size),
        ("a long JSON text", "application/json", b'{"a":"' + b"x" * size + b'"}'),
        ("line ends in JSON", "application/json", b'{"a":"' + b"\\n" * (size // 2) + b'"}'),
        ("brackets in a JSON text", "application/json", b'{"a":"' + b"[," * (size // 2) + b'"}'),
        ("texts in JSON", "application/json", b"[" + b'"",' * (size // 3) + b"1]"),
        ("a long part", part, parts % (b"x" * size)),
        ("line ends in a part", part, parts % (b"\r\n" * (size // 2))),
    ):
        yield WorstInput("server.time", f"body: {label}", None, sent, kind)
