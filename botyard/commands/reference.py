"""`botyard openapi` and `botyard methods`: describe the API without starting the server."""

from __future__ import annotations

import argparse
import sys

from botyard.api import MODULES
from botyard.commands import options
from botyard.commands.exit_codes import CommandError, ExitCode
from botyard.commands.table import table
from botyard.rpc.hints import nearest
from botyard.rpc.openapi import document
from botyard.rpc.registry import Registry

OPENAPI_ABOUT = "Print the description of every method for tools (OpenAPI, JSON)."
OPENAPI_EXAMPLES = "botyard openapi --public-url https://chat.example.com > openapi.json"
METHODS_ABOUT = "List the methods that the portal answers, with their permission and who may call them."
METHODS_EXAMPLES = """
botyard methods
botyard methods imbot.chat
"""


def openapi_parser() -> options.Parser:
    """The options of `botyard openapi`."""
    made = options.parser("openapi", OPENAPI_ABOUT, OPENAPI_EXAMPLES)
    options.add_public_url(made)
    return made


def openapi_run(args: argparse.Namespace) -> int:
    """Print the description."""
    sys.stdout.write(document(Registry(MODULES), args.public_url or options.DEFAULTS.public_url).decode() + "\n")
    return ExitCode.OK


def methods_parser() -> options.Parser:
    """The options of `botyard methods`."""
    made = options.parser("methods", METHODS_ABOUT, METHODS_EXAMPLES)
    made.add_argument("prefix", nargs="?", default="", help="only those whose name begins so")
    return made


def methods_run(args: argparse.Namespace) -> int:
    """Print the list."""
    registry = Registry(MODULES)
    methods = [method for method in registry if method.name.lower().startswith(args.prefix.lower())]
    if not methods:
        # The answer is short; a prefix is compared with the beginnings of names, too.
        close = nearest(args.prefix, [method.name for method in registry])
        suggestion = f" Nearest: {', '.join(close)}." if close else " 'botyard methods' lists all."
        raise CommandError(f"There is no method whose name begins with {args.prefix!r}.{suggestion}")
    rows = [
        (method.name, ",".join(method.scopes) or "-", method.access.value.sentence, method.summary)
        for method in sorted(methods, key=lambda method: method.name.lower())
    ]
    print(table(("METHOD", "PERMISSION", "WHO MAY CALL", "WHAT IT DOES"), rows))
    return ExitCode.OK
