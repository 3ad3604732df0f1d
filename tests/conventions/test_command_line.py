"""Everything that an administrator does on the command line, a method does as well (ADR 0005)."""

from __future__ import annotations

import argparse
import importlib
from collections.abc import Iterator

import pytest

from botyard.api import MODULES
from botyard.cli import COMMANDS
from botyard.rpc.registry import Registry

REGISTRY = Registry(MODULES)

UNDER_ANOTHER_NAME = {
    # The method of `botyard COMMAND VERB` is `botyard.COMMAND.VERB`, but for these.
    "token signing": "botyard.signing.get",
    # The overview of all bots looks up the names of their handlers, which only the machine itself does.
    "doctor": "botyard.delivery.explain",
    "delivery show": "botyard.delivery.get",
    "methods": "methods",
}

ON_THE_MACHINE_ONLY = {
    "serve": "there is nobody to ask before it runs",
    "exec": "makes a portal of its own",
    "init": "makes the portal, and the first one who may ask it anything",
    "migrate": "works on a database that no server has opened",
    "backup": "its file holds every secret, and lies where the machine's administrator says",
    "restore": "makes the portal, and the first one who may ask it anything",
    "openapi": "a portal answers it at /openapi.json, without a key",
}


def verbs() -> Iterator[str]:
    """Every command, with each of its verbs."""
    for name, command in COMMANDS.items():
        module = importlib.import_module(f"botyard.commands.{command.module}")
        made = getattr(module, f"{command.prefix}parser")()
        below = [one for one in made._actions if isinstance(one, argparse._SubParsersAction)]
        yield from (f"{name} {verb}" for one in below for verb in one.choices)
        if not below:
            yield name


ALL = [*verbs()]


@pytest.mark.parametrize("verb", ALL)
def test_a_command_has_its_method_or_a_reason(verb: str) -> None:
    wanted = UNDER_ANOTHER_NAME.get(verb, f"botyard.{verb.replace(' ', '.')}")
    assert (REGISTRY.find(wanted) is not None) is not (verb in ON_THE_MACHINE_ONLY)


def test_the_tables_name_commands_that_exist() -> None:
    assert [one for one in (*UNDER_ANOTHER_NAME, *ON_THE_MACHINE_ONLY) if one not in ALL] == []


SERVE_ONLY = {
    "--data": "its folder is made for the run and removed",
    "--demo": "it is a demo portal in any case",
    "--host": "the portal is for one command on this machine",
    "--random-keys": "its keys are made up in any case",
    "--public-url": "the command is told the address",
    "--metrics": "a portal that lives for one command is not watched",
    "--trusted-proxies": "there is no proxy before it",
}


def test_exec_takes_every_option_of_serve_that_makes_sense() -> None:
    serve, exec_ = (
        {word for one in made._actions for word in one.option_strings} for made in parsers("serve", "exec_")
    )
    assert serve - exec_ == set(SERVE_ONLY)


def parsers(*modules: str) -> Iterator[argparse.ArgumentParser]:
    for name in modules:
        yield importlib.import_module(f"botyard.commands.{name}").parser()


def test_verbs_are_seen() -> None:
    assert {"user add", "app restrict", "token issue", "portal switch"} <= set(ALL)
