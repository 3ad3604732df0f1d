"""The command line: finds the command, and reports its errors."""

from __future__ import annotations

import errno
import gc
import importlib
import io
import os
import signal
import sys
from collections.abc import Sequence
from typing import NamedTuple

from botyard import __version__

INTERRUPTED = 130
DESCRIPTION = "A self-hosted chat server that speaks the Bitrix24 chat REST API."


class CommandSpec(NamedTuple):
    """Where a command lives, the prefix of its functions there, and what it does. Imported only when it is meant."""

    module: str
    prefix: str
    about: str


COMMANDS = {
    "serve": CommandSpec("serve", "", "run a portal"),
    "exec": CommandSpec("exec_", "", "run a command beside a throwaway demo portal"),
    "init": CommandSpec("init", "", "make a portal with its first administrator"),
    "migrate": CommandSpec("init", "migrate_", "bring the database up to date"),
    "backup": CommandSpec("backup", "", "put a whole portal into one file, while it runs"),
    "restore": CommandSpec("backup", "restore_", "make a portal out of such a file"),
    "user": CommandSpec("user", "", "add and list people, set passwords"),
    "webhook": CommandSpec("webhook", "", "issue, list and revoke incoming webhooks"),
    "bot": CommandSpec("bot", "", "list bots, and hand them over to another person"),
    "app": CommandSpec("app", "", "register, block and restrict applications"),
    "token": CommandSpec("token", "", "issue, list and revoke tokens"),
    "key": CommandSpec("key", "", "show and replace the key of the portal"),
    "portal": CommandSpec("portal", "", "turn the switches of the whole portal"),
    "delivery": CommandSpec("delivery", "", "list and show deliveries of events, and send them again"),
    "audit": CommandSpec("audit", "", "show and export what happened to keys, people and applications"),
    "doctor": CommandSpec("doctor", "", "show the state of all bots, and why one did not receive a message"),
    "methods": CommandSpec("reference", "methods_", "list the methods of the portal"),
    "openapi": CommandSpec("reference", "openapi_", "print the description of every method for tools"),
}

_EXAMPLES = """examples:
  botyard serve --demo            a portal to try things out, at http://localhost:8024
  botyard exec -- pytest          a test suite against a fresh portal
  botyard serve --help            what the command can do"""


# Of a file that the output goes to; the commands know of their own files what to say.
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A terminal that is not of UTF-8 shows what it cannot write as a number.
        sys.stdout.reconfigure(errors="backslashreplace")
    if not arguments or arguments[0] not in COMMANDS:
        return _top(arguments)
    if arguments[0] == "serve":
        # Before anything heavy is imported: not even while it starts is a terminal that goes away the server's end.
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        code = _run(arguments[0], arguments[1:])
        sys.stdout.flush()
        return code
    except KeyboardInterrupt:
        # Python ends by the signal once Ctrl-C came while text was carried out, as named tuples are made of text; to
        # carry out another text makes it forget that.
        exec("")  # noqa: S102  # There is nothing in it.
        # Stopping a server is how it is meant to end, even while it is still starting.
        return 0 if arguments[0] == "serve" else INTERRUPTED
    except UnicodeEncodeError:
        if not any("\udc80" <= sign <= "\udcff" for sign in "".join(arguments)):
            raise
        print("botyard: A word on the command line is not UTF-8.", file=sys.stderr)
        return 2
    except BrokenPipeError:
        # Whoever read the list has seen enough (`botyard methods | head`).
        _hush()
        return 0
    except OSError as problem:
        if problem.errno not in _FULL or problem.filename is not None:
            raise
        _hush()
        print(f"botyard: The output cannot be written: {problem.strerror}.", file=sys.stderr)
        return 1


def _hush() -> None:
    """Say no more: what is left would be written once again at the end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _run(name: str, arguments: Sequence[str]) -> int:
    command = COMMANDS[name]
    # Nothing that a program is made of becomes garbage; to look for it again and again is a third of a start.
    gc.disable()
    # Only what is asked for is imported: a list of people needs no web server.
    module = importlib.import_module(f"botyard.commands.{command.module}")
    import click

    from botyard.commands.exit_codes import CommandError

    gc.freeze()
    gc.enable()

    try:
        with getattr(module, f"{command.prefix}command")().make_context(f"botyard {name}", list(arguments)) as context:
            return int(context.command.invoke(context))
    except click.exceptions.Exit as ended:
        # After --help.
        return ended.exit_code
    except click.UsageError as wrong:
        where = wrong.ctx.command_path if wrong.ctx else f"botyard {name}"
        print(f"{where}: {wrong.format_message().rstrip('.')}. See '{where} --help'.", file=sys.stderr)
        return 2
    except CommandError as failure:
        print(f"botyard: {failure.sentence}", file=sys.stderr)
        return int(failure.code)


def _top(arguments: list[str]) -> int:
    named = arguments[0] if arguments else "--help"
    if named in ("-h", "--help"):
        width = max(map(len, COMMANDS))
        listed = "\n".join(f"  {name:<{width}}  {command.about}" for name, command in COMMANDS.items())
        print(f"Usage: botyard COMMAND …\n\n{DESCRIPTION}\n\ncommands:\n{listed}\n\n{_EXAMPLES}")
        return 0
    if named == "--version":
        print(f"botyard {__version__}")
        return 0
    # Only for a command that is none: to import it takes a while.
    from difflib import get_close_matches

    close = get_close_matches(named, COMMANDS, n=1)
    meant = f"; did you mean {close[0]!r}?" if close else "."
    print(f"botyard: there is no command {named!r}{meant} See 'botyard --help'.", file=sys.stderr)
    return 2
