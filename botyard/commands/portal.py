"""`botyard portal`: the switches of the whole portal."""

from __future__ import annotations

import argparse
import asyncio

from botyard.commands import options
from botyard.commands.failing import Exit
from botyard.commands.house import house
from botyard.portal import switches
from botyard.store.db import Tx

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
    meanings = "; ".join(f"{name}: {meaning}" for name, meaning in switches.MEANINGS.items())
    switch.add_argument(
        "name", nargs="?", choices=[*switches.SWITCHES], metavar="|".join(switches.SWITCHES), help=meanings
    )
    switch.add_argument("position", nargs="?", choices=["on", "off"], metavar="on|off", help="where to turn it")
    options.add_place(switch)
    return made


def run(given: argparse.Namespace) -> int:
    """Do what was asked."""
    if given.name and not given.position:
        parser().error(f"say whether {given.name} is to be on or off")
    return asyncio.run(_switch(given))


async def _switch(given: argparse.Namespace) -> int:
    async with house(options.place(given)) as open_:

        async def work(tx: Tx) -> None:
            await switches.turn(tx, given.name, given.position == "on")

        if given.name:
            await open_.database.write(work)
        positions = await open_.database.read(switches.positions)
    for name, on in positions.items():
        print(f"{name}: {'on' if on else 'off'}   ({switches.MEANINGS[name]})")
    return Exit.OK
