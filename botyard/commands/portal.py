"""`botyard portal`: the flags of the whole portal."""

from __future__ import annotations

import argparse
import asyncio

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


def parser() -> options.Parser:
    """The command's options."""
    made = options.parser("portal", ABOUT, EXAMPLES)
    verbs = made.add_subparsers(dest="verb", required=True, metavar="switch")
    switch = verbs.add_parser("switch", help="show the switches, or turn one", allow_abbrev=False)
    meanings = "; ".join(f"{name}: {meaning}" for name, meaning in portal_flags.MEANINGS.items())
    switch.add_argument(
        "name", nargs="?", choices=[*portal_flags.FLAGS], metavar="|".join(portal_flags.FLAGS), help=meanings
    )
    switch.add_argument("position", nargs="?", choices=["on", "off"], metavar="on|off", help="where to turn it")
    options.add_place(switch)
    return made


def run(args: argparse.Namespace) -> int:
    """Do what was asked."""
    if args.name and not args.position:
        parser().error(f"say whether {args.name} is to be on or off")
    return asyncio.run(_switch(args))


async def _switch(args: argparse.Namespace) -> int:
    async with open_portal(options.place(args)) as open_:

        async def work(tx: Tx) -> None:
            await portal_flags.set_flag(tx, args.name, args.position == "on")

        if args.name:
            await open_.database.write(work)
        positions = await open_.database.read(portal_flags.all_flags)
    for name, on in positions.items():
        print(f"{name}: {'on' if on else 'off'}   ({portal_flags.MEANINGS[name]})")
    return ExitCode.OK
