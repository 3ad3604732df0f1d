"""`botyard portal`: the flags of the whole portal."""

from __future__ import annotations

from types import SimpleNamespace

import click

from botyard.commands import options
from botyard.commands.exit_codes import ExitCode
from botyard.commands.open_portal import open_portal
from botyard.portal import portal_flags
from botyard.store.engines.db import Tx

ABOUT = "Show and turn the switches of the whole portal."
EXAMPLES = """
botyard portal switch
botyard portal switch maintenance on
botyard portal switch https on
botyard portal switch rest off
"""


def command() -> click.Command:
    """The command with its one verb."""
    meanings = "; ".join(f"{name}: {meaning}" for name, meaning in portal_flags.MEANINGS.items())
    switch = options.verb(
        "switch",
        f"Show the switches, or turn one. {meanings}",
        _switch,
        options.argument("name", choices=portal_flags.FLAGS, required=False),
        options.argument("position", choices=("on", "off"), required=False),
        *options.place(),
    )
    return options.group("portal", ABOUT, EXAMPLES, switch)


async def _switch(args: SimpleNamespace) -> int:
    if args.name and not args.position:
        raise options.usage(f"say whether {args.name} is to be on or off")
    async with open_portal(options.chosen(args)) as open_:

        async def work(tx: Tx) -> None:
            await portal_flags.set_flag(tx, args.name, args.position == "on")

        if args.name:
            await open_.write(work)
        positions = await open_.database.read(portal_flags.all_flags)
    for name, on in positions.items():
        print(f"{name}: {'on' if on else 'off'}   ({portal_flags.MEANINGS[name]})")
    return ExitCode.OK
