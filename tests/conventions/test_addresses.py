"""The address rule: a method's name is its file and its function (docs/adr/0004-the-address-rule.md)."""

from __future__ import annotations

import builtins
import keyword
import re
from pathlib import Path

import pytest

from botyard import api
from botyard.api import MODULES
from botyard.rpc.method import V3, Method
from botyard.rpc.registry import Registry

API = Path(api.__file__).parent
METHODS = list(Registry(MODULES))
FAMILIES = ("imbot.v2", "im.v2", "imbot", "im", "disk", "pull", "botyard")


def address(name: str) -> tuple[str, str]:
    """File below `api/` and function of a method."""
    if name.startswith(V3):
        # One file holds all of REST 3.0 that there is; its names begin with their module.
        return "v3.py", function(name.removeprefix(V3).removeprefix("rest.").split("."))
    family = next((known for known in FAMILIES if name.startswith(known + ".")), "")
    folder = family.replace(".", "_")
    words = name.removeprefix(family).strip(".").split(".")
    for size in range(len(words) - 1, 0, -1):
        file = Path(folder) / ("_".join(map(snake, words[:size])) + ".py")
        if (API / file).exists():
            return file.as_posix(), function(words[size:])
    return (Path(folder) / "root.py" if folder else Path("general.py")).as_posix(), function(words)


def snake(word: str) -> str:
    """``sendTyping`` → ``send_typing``."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", word).lower()


def function(words: list[str]) -> str:
    made = "_".join(map(snake, words))
    return made + "_" if hasattr(builtins, made) or keyword.iskeyword(made) else made


def place(method: Method) -> tuple[str, str]:
    """File below `api/` and function where a method is."""
    return Path(*method.function.__module__.split(".")[2:]).as_posix() + ".py", method.function.__name__


def test_every_method_lives_at_its_address() -> None:
    elsewhere = {method.name: place(method) for method in METHODS if place(method) != address(method.name)}
    assert elsewhere == {}


@pytest.mark.parametrize(
    ("name", "file", "function"),
    [
        ("imbot.register", "imbot/root.py", "register"),
        ("imbot.chat.user.list", "imbot/chat.py", "user_list"),
        ("imbot.bot.list", "imbot/bot.py", "list_"),
        ("imbot.chat.sendTyping", "imbot/chat.py", "send_typing"),
        ("im.dialog.messages.get", "im/dialog.py", "messages_get"),
        ("user.get", "user.py", "get"),
        ("method.get", "general.py", "method_get"),
        ("server.time", "general.py", "server_time"),
    ],
)
def test_the_rule(name: str, file: str, function: str) -> None:
    assert address(name) == (file, function)


def test_every_module_with_methods_is_found() -> None:
    listed = {module.__name__ for module in MODULES}
    declaring = {
        ".".join(("botyard", "api", *file.relative_to(API).with_suffix("").parts))
        for file in API.rglob("*.py")
        if "\n@method(" in file.read_text()
    }
    assert declaring
    assert declaring - listed == set()
