"""`botyard.portal.*`: the switches of the whole portal."""

from __future__ import annotations

from botyard.errors import Problem, Refused
from botyard.portal import switches
from botyard.rpc.access import Access
from botyard.rpc.call import Call
from botyard.rpc.method import Mode, NoParams, Params, method


class Turned(Params, frozen=True, rename="upper"):
    """NAME is `rest`, `maintenance` or `https`."""

    name: str = ""
    on: bool = False


@method("botyard.portal.get", access=Access.ADMIN)
async def get(call: Call, p: NoParams) -> dict[str, bool]:
    """Tell where the switches of the portal stand."""
    return await switches.positions(call.tx)


@method("botyard.portal.switch", access=Access.ADMIN, mode=Mode.WRITE, raises=(Problem.SWITCH_MISSING,))
async def switch(call: Call, p: Turned) -> dict[str, bool]:
    """Turn a switch, and tell where all of them stand.

    `rest` off and `maintenance` on refuse every call, the one that would turn
    them back included; that takes the command line then.
    """
    if p.name not in switches.SWITCHES:
        raise Refused(Problem.SWITCH_MISSING, names=", ".join(switches.SWITCHES))
    await switches.turn(call.tx, p.name, p.on)
    return await switches.positions(call.tx)
