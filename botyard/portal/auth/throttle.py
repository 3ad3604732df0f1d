"""Limits guesses of passwords: counted in memory for each account and each address."""

from __future__ import annotations

import ipaddress
import math

import msgspec

MOST = 20_000
"""Names and addresses that are remembered; beyond that those come first that have the least to answer for."""
LONGEST = 200
"""Characters of a name or an address that count."""


class Allowance(msgspec.Struct, frozen=True):
    """How many wrong guesses go at once, and how many seconds earn one more."""

    burst: int
    seconds: int


PER_ACCOUNT = Allowance(burst=5, seconds=60)
PER_ADDRESS = Allowance(burst=20, seconds=15)


class Throttle:
    """Counts guesses. One is taken before a password is looked at and given back when it was right."""

    def __init__(self) -> None:
        # For each key the moment at which all its guesses are earned back.
        self._free_at: dict[tuple[str, str], float] = {}

    @property
    def names(self) -> list[str]:
        """The accounts and addresses that are remembered."""
        return [name for _, name in self._free_at]

    def take(self, login: str, address: str, *, now: float) -> int:
        """Count one guess; 0, or in how many seconds to come again."""
        wait = max(self._wait(key, allowance, now=now) for key, allowance in _keys(login, address))
        if wait > 0:
            return math.ceil(wait)
        for key, allowance in _keys(login, address):
            self._free_at[key] = max(self._free_at.get(key, 0.0), now) + allowance.seconds
        if len(self._free_at) > MOST:
            self._tidy(now)
        return 0

    def give_back(self, login: str, address: str) -> None:
        """The guess was right and does not count."""
        for key, allowance in _keys(login, address):
            if key in self._free_at:
                self._free_at[key] -= allowance.seconds

    def _wait(self, key: tuple[str, str], allowance: Allowance, *, now: float) -> float:
        most = (allowance.burst - 1) * allowance.seconds
        owed = self._free_at.get(key, 0.0) - now
        if owed > most + allowance.seconds:
            # Nobody can owe so much: the clock was set back, and would keep people out for as long.
            self._free_at[key] = now + most
            return 0.0
        return owed - most

    def _tidy(self, now: float) -> None:
        """Forget who owes nothing, and if that is not enough, who owes least."""
        owing = sorted((at, key) for key, at in self._free_at.items() if at > now)
        self._free_at = {key: at for at, key in owing[-MOST // 2 :]}


def _keys(login: str, address: str) -> tuple[tuple[tuple[str, str], Allowance], ...]:
    account = ("account", login.strip().casefold()[:LONGEST])
    return (account, PER_ACCOUNT), (("address", network(address)), PER_ADDRESS)


def network(address: str) -> str:
    """What is counted as one address: of IPv6 the half that a household or a server is given whole."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        # What a proxy says, too, may be no address, and need not be remembered at any length.
        return address[:LONGEST]
    if isinstance(ip, ipaddress.IPv4Address):
        return str(ip)
    if ip.ipv4_mapped:
        return str(ip.ipv4_mapped)
    return str(ipaddress.ip_network((ip, 64), strict=False))
