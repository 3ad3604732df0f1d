"""`botyard openapi` and `botyard methods`: describe the API without starting the server."""

from __future__ import annotations

import sys
from types import SimpleNamespace

import click

from botyard.api import MODULES
from botyard.commands import options
from botyard.commands.exit_codes import CommandError, ExitCode
from botyard.commands.table import table
from botyard.rpc.hints import nearest
from botyard.rpc.openapi import document
from botyard.rpc.registry import Registry

OPENAPI_ABOUT = "Print the description of every method for tools (OpenAPI, JSON)."
OPENAPI_EXAMPLES = "botyard openapi --public-url https://chat.example.com > openapi.json"
METHODS_ABOUT = (
    "List the methods that the portal knows, or those whose name begins with PREFIX, with their permission and who may "
    "call them."
)
METHODS_EXAMPLES = """
botyard methods
botyard methods imbot.chat
"""


def openapi_command() -> click.Command:
    """`botyard openapi`, with its options."""
    return options.command("openapi", OPENAPI_ABOUT, OPENAPI_EXAMPLES, openapi_run, options.setting("public_url"))


def openapi_run(args: SimpleNamespace) -> int:
    """Print the description."""
    sys.stdout.write(document(Registry(MODULES), args.public_url).decode() + "\n")
    return ExitCode.OK


def methods_command() -> click.Command:
    """`botyard methods`, with its options."""
    prefix = options.argument("prefix", required=False)
    return options.command("methods", METHODS_ABOUT, METHODS_EXAMPLES, methods_run, prefix)


def methods_run(args: SimpleNamespace) -> int:
    """Print the list."""
    registry, prefix = Registry(MODULES), args.prefix or ""
    methods = [method for method in registry if method.name.lower().startswith(prefix.lower())]
    if not methods:
        # The answer is short; a prefix is compared with the beginnings of names, too.
        close = nearest(prefix, [method.name for method in registry])
        suggestion = f" Nearest: {', '.join(close)}." if close else " 'botyard methods' lists all."
        raise CommandError(f"There is no method whose name begins with {prefix!r}.{suggestion}")
    rows = [
        (method.name, ",".join(method.scopes) or "-", method.access.value.sentence, method.summary)
        for method in sorted(methods, key=lambda method: method.name.lower())
    ]
    print(table(("METHOD", "PERMISSION", "WHO MAY CALL", "WHAT IT DOES"), rows))
    return ExitCode.OK
