"""`botyard key`: the key of the portal in its data folder."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from types import SimpleNamespace

import click

from botyard.commands import options
from botyard.commands.exit_codes import CommandError, ExitCode, storage_errors
from botyard.commands.open_portal import open_portal
from botyard.model.audit import COMMAND_LINE
from botyard.portal import key_rotation
from botyard.portal.auth import key_file, keys
from botyard.portal.auth.keys import Keys
from botyard.setting_values import days

ABOUT = "Show and replace the key of the portal, by which it hashes and signs: secret.key in the data folder."
EXAMPLES = """
botyard key show
botyard key rotate
botyard key rotate --days 7
botyard key rotate --days 0 --events
botyard key finish
"""
DAYS = 30
_RESTART = "Restart the server now; with several servers, copy {file} to their data folders first."


def command() -> click.Command:
    """The command with its verbs."""
    show = options.verb("show", "Show the fingerprints of the key and of those before it.", _show, *options.place())
    rotate = options.verb(
        "rotate",
        "Make another key. Webhooks, tokens and links that were made with the one before go on working for some days; "
        "webhooks, tokens and applications that are used meanwhile go on for good.",
        _rotate,
        options.option("days", f"days that the key before is accepted; 0: none ({DAYS})", read=days, default=DAYS),
        options.switch(
            "events",
            "replace what events carry, too: application tokens and signatures, which handlers check",
        ),
        *options.place(),
    )
    finish = options.verb("finish", "Accept the latest key only, from now on.", _finish, *options.place())
    return options.group("key", ABOUT, EXAMPLES, show, rotate, finish)


async def _show(args: SimpleNamespace) -> int:
    settings = options.chosen(args)
    async with open_portal(settings):
        file = keys.read_file(settings.data)
    print(f"{Keys(file.pepper).fingerprint}   in use")
    for former in file.former:
        until = datetime.fromtimestamp(former.until, UTC).strftime("%Y-%m-%d %H:%M UTC")
        over = former.until <= time.time()
        print(f"{Keys(former.pepper).fingerprint}   {'no longer accepted since' if over else 'accepted until'} {until}")
    return ExitCode.OK


async def _rotate(args: SimpleNamespace) -> int:
    settings = options.chosen(args)
    with storage_errors(settings):
        async with open_portal(settings) as open_:
            made = await key_rotation.rotate(
                open_.database, settings.data, now=open_.now, days=args.days, events=args.events, by=COMMAND_LINE
            )
    print(f"The key is {Keys(made.pepper).fingerprint} now.")
    if args.days:
        print(f"What was made with the one before works for {args.days} days, and for good where it is used meanwhile.")
    if args.events:
        print("Application tokens and the secrets of signatures are others now: tell those who check events.")
    print(_RESTART.format(file=settings.data / key_file.FILE))
    return ExitCode.OK


async def _finish(args: SimpleNamespace) -> int:
    settings = options.chosen(args)
    with storage_errors(settings):
        async with open_portal(settings) as open_:
            number = await key_rotation.finish(open_.database, settings.data, by=COMMAND_LINE)
    if not number:
        raise CommandError("There is one key only; nothing was changed.")
    print(f"{number} {'key is' if number == 1 else 'keys are'} accepted no longer.")
    print(_RESTART.format(file=settings.data / key_file.FILE))
    return ExitCode.OK
