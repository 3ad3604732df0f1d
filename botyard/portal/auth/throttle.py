"""Limits guesses of secrets, counted in memory: of passwords, and of the keys by which bots are commanded."""

from __future__ import annotations

import ipaddress
import math
from collections.abc import Iterable

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

Key = tuple[tuple[str, str], Allowance]
"""What guesses are counted for: a kind and a name, and how many go."""


class Guesses:
    """Counts guesses for keys of any kind."""

    def __init__(self) -> None:
        self.free_at: dict[tuple[str, str], float] = {}
        """For each key that has something to answer for the moment at which all its guesses are earned back."""

    @property
    def names(self) -> list[str]:
        """The accounts and addresses that are remembered."""
        return [name for _, name in self.free_at]

    def wait(self, keys: Iterable[Key], *, now: float) -> int:
        """In how many seconds one more guess goes; 0 where it goes at once."""
        return math.ceil(max(0.0, *(self._wait(key, allowance, now=now) for key, allowance in keys)))

    def count(self, keys: Iterable[Key], *, now: float) -> None:
        """Count one guess."""
        for key, allowance in keys:
            self.free_at[key] = max(self.free_at.get(key, 0.0), now) + allowance.seconds
        if len(self.free_at) > MOST:
            self._tidy(now)

    def give_back(self, keys: Iterable[Key]) -> None:
        """A guess that was counted does not count."""
        for key, allowance in keys:
            if key in self.free_at:
                self.free_at[key] -= allowance.seconds

    def _wait(self, key: tuple[str, str], allowance: Allowance, *, now: float) -> float:
        most = (allowance.burst - 1) * allowance.seconds
        owed = self.free_at.get(key, 0.0) - now
        if owed <= 0:
            self.free_at.pop(key, None)
            return 0.0
        if owed > most + allowance.seconds:
            # Nobody can owe so much: the clock was set back, and would keep people out for as long.
            self.free_at[key] = now + most
            return 0.0
        return owed - most

    def _tidy(self, now: float) -> None:
        """Forget who owes nothing, and if that is not enough, who owes least."""
        owing = sorted((at, key) for key, at in self.free_at.items() if at > now)
        self.free_at.clear()
        self.free_at.update((key, at) for at, key in owing[-MOST // 2 :])


class Throttle:
    """Limits guesses of passwords. One is taken before a password is looked at and given back when it was right.

    They are counted for each account and for each address. A ``browser`` in which the account has signed in before is
    counted by itself, whatever others guess at the account or from the same address.
    """

    def __init__(self) -> None:
        self._guesses = Guesses()

    @property
    def names(self) -> list[str]:
        """The accounts and addresses that are remembered."""
        return self._guesses.names

    def take(self, login: str, address: str, *, now: float, browser: str = "") -> int:
        """Count one guess; 0, or in how many seconds to come again."""
        keys = _keys(login, address, browser=browser)
        wait = self._guesses.wait(keys, now=now)
        if not wait:
            self._guesses.count(keys, now=now)
        return wait

    def give_back(self, login: str, address: str, *, browser: str = "") -> None:
        """The guess was right and does not count."""
        self._guesses.give_back(_keys(login, address, browser=browser))


def account_name(login: str) -> str:
    """A login as it is counted, however it is typed."""
    return login.strip().casefold()[:LONGEST]


def _keys(login: str, address: str, *, browser: str) -> tuple[Key, ...]:
    account = account_name(login)
    if browser:
        return ((("browser", f"{browser} {account}"[:LONGEST]), PER_ACCOUNT),)
    return (("account", account), PER_ACCOUNT), (("address", network(address)), PER_ADDRESS)


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
