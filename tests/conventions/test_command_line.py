"""Everything that an administrator does on the command line, a method does as well (ADR 0005)."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from pathlib import Path

import click

from botyard.api import MODULES
from botyard.cli import COMMANDS
from botyard.commands import exec_, serve
from botyard.config import OPTIONS, variable
from botyard.rpc.registry import Registry

REGISTRY = Registry(MODULES)

UNDER_ANOTHER_NAME = {
    # The method of `botyard COMMAND VERB` is `botyard.COMMAND.VERB`, but for these.
    "token signing": "botyard.signing.get",
    # The overview of all bots looks up the names of their handlers, which only the machine itself does.
    "doctor": "botyard.delivery.explain",
    "bot list": "imbot.bot.list",
    "delivery show": "botyard.delivery.get",
    "audit export": "botyard.audit.list",
    "app secret-rotate": "botyard.app.secret.rotate",
    "user password-link": "botyard.user.password.link",
    "user second-factor-reset": "botyard.user.second.factor.reset",
    "methods": "methods",
}

ON_THE_MACHINE_ONLY = {
    "serve": "there is nobody to ask before it runs",
    "exec": "makes a portal of its own",
    "init": "makes the portal, and the first one who may ask it anything",
    "migrate": "works on a database that no server has opened",
    "backup": "its file holds every secret, and lies where the machine's administrator says",
    "restore": "makes the portal, and the first one who may ask it anything",
    "key show": "the key is a file of the machine",
    "key rotate": "the key is a file of the machine, and the server is restarted after it",
    "key finish": "the key is a file of the machine, and the server is restarted after it",
    "openapi": "a portal answers it at /openapi.json, without a key",
}


def verbs() -> Iterator[str]:
    """Every command, with each of its verbs."""
    for name, command in COMMANDS.items():
        module = importlib.import_module(f"botyard.commands.{command.module}")
        made = getattr(module, f"{command.prefix}command")()
        if isinstance(made, click.Group):
            yield from (f"{name} {verb}" for verb in made.commands)
        else:
            yield name


ALL = [*verbs()]


def has_its_method(verb: str) -> bool:
    return REGISTRY.find(UNDER_ANOTHER_NAME.get(verb, f"botyard.{verb.replace(' ', '.')}")) is not None


def test_every_command_has_its_method_or_a_reason() -> None:
    assert [verb for verb in ALL if has_its_method(verb) is (verb in ON_THE_MACHINE_ONLY)] == []


def test_the_tables_name_commands_that_exist() -> None:
    assert [name for name in (*UNDER_ANOTHER_NAME, *ON_THE_MACHINE_ONLY) if name not in ALL] == []


def names(module: str) -> set[str]:
    made: click.Command = importlib.import_module(f"botyard.commands.{module}").command()
    return {str(param.name) for param in made.params if isinstance(param, click.Option)}


def test_serve_has_an_option_and_a_variable_for_each_setting() -> None:
    assert names("serve") == {*OPTIONS, "seed"}
    with_variables = {param.name: param.envvar for param in serve.command().params if param.envvar}
    assert with_variables == {name: variable(name) for name in OPTIONS}


def test_exec_takes_every_option_of_serve_that_makes_sense() -> None:
    assert names("serve") - names("exec_") == set(exec_.SERVE_ONLY)
    assert [param.name for param in exec_.command().params if param.envvar] == []


def test_verbs_are_seen() -> None:
    assert {"user add", "app restrict", "token issue", "portal switch"} <= set(ALL)


def test_commands_write_as_the_command_line() -> None:
    """``open_portal`` yields what writes in its name; the audit log would take all else for the server."""
    files = Path(exec_.__file__).parent.glob("*.py")
    assert [file.name for file in files if "open_.database.write(" in file.read_text()] == []
