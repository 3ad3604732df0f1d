"""Where the server may connect to on behalf of those who name addresses of handlers.

A name is resolved, every address it has is checked, and only what was checked is connected to; the name is
looked up anew for each attempt. Redirects are never followed, so there is nothing else to check.
"""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import Awaitable, Callable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import NamedTuple

from yarl import URL

Address = IPv4Address | IPv6Address
Lookup = Callable[[str, int], Awaitable[list[str]]]


class AddressRefused(Exception):
    """The server does not connect there; the message is the reason."""


class NameUnknown(Exception):
    """The name has no address."""


class Endpoint(NamedTuple):
    """Where to connect to: the host and port of the URL, and addresses that were checked."""

    url: URL
    host: str
    port: int
    addresses: tuple[str, ...]


# What is on this machine or the network around it: closed in production, open on a developer's machine.
_NEAR: tuple[tuple[str, str], ...] = (
    ("127.0.0.0/8", "this machine"),
    ("::1/128", "this machine"),
    ("10.0.0.0/8", "a private network"),
    ("172.16.0.0/12", "a private network"),
    ("192.168.0.0/16", "a private network"),
    ("fc00::/7", "a private network"),
)
# What no handler can be at, on any machine. From the IANA registries of special-purpose addresses.
_NEVER: tuple[tuple[str, str], ...] = (
    ("0.0.0.0/8", "this host on this network"),
    ("100.64.0.0/10", "the shared network of a carrier"),
    ("169.254.0.0/16", "link-local, where clouds keep their metadata"),
    ("192.0.0.0/24", "reserved for protocols"),
    ("192.0.2.0/24", "for documentation"),
    ("192.31.196.0/24", "reserved (AS112)"),
    ("192.52.193.0/24", "reserved (AMT)"),
    ("192.88.99.0/24", "reserved (6to4 relays)"),
    ("192.175.48.0/24", "reserved (AS112)"),
    ("198.18.0.0/15", "for benchmarks"),
    ("198.51.100.0/24", "for documentation"),
    ("203.0.113.0/24", "for documentation"),
    ("224.0.0.0/4", "multicast"),
    ("240.0.0.0/4", "reserved"),
    ("::/96", "unspecified, or an IPv4 address in disguise"),
    ("64:ff9b:1::/48", "a translation of private IPv4 addresses"),
    ("100::/64", "a black hole"),
    ("100:0:0:1::/64", "reserved"),
    ("2001::/23", "reserved for protocols, Teredo among them"),
    ("2001:db8::/32", "for documentation"),
    ("2002::/16", "an IPv4 address in disguise (6to4)"),
    ("2620:4f:8000::/48", "reserved (AS112)"),
    ("3fff::/20", "for documentation"),
    ("5f00::/16", "segment routing"),
    ("fe80::/10", "link-local"),
    ("fec0::/10", "site-local"),
    ("ff00::/8", "multicast"),
)
# IPv4 addresses written as IPv6 ones: mapped, and translated by NAT64. What is inside is checked.
_MAPPED = IPv6Network("::ffff:0:0/96")
_TRANSLATED = (IPv6Network("64:ff9b::/96"), IPv6Network("::ffff:0:0:0/96"))

# Below 1024 live mail servers and the like; above it, what listens here is rarely meant for strangers.
WEB_PORTS = frozenset({80, 443})
CLOSED_PORTS = frozenset(
    {1433, 1521, 2049, 2181, 2375, 2376, 2379, 2380, 3306, 3389, 4369, 5432, 5672, 5900, 5984, 5985, 5986, 6000, 6379}
    | {6443, 6667, 7001, 8086, 8500, 9042, 9092, 9200, 9300, 10250, 10255, 11211, 15672, 25672, 26379, 27017, 27018}
)
ADDRESSES_MAX = 64
REMEMBERED_SECONDS = 1.0
REMEMBERED = 1024
# The last label of a host that is a number: browsers and C libraries read "127.1" and "0x7f000001" as addresses.
_NUMBER = re.compile(r"(?:.*\.)?(?:[0-9]+|0x[0-9a-f]*)\.?", re.IGNORECASE)


def _networks(rows: tuple[tuple[str, str], ...]) -> tuple[tuple[IPv4Network | IPv6Network, str], ...]:
    return tuple((IPv6Network(text) if ":" in text else IPv4Network(text), reason) for text, reason in rows)


class Guard:
    """The rules of one server. ``profile`` dev opens this machine and private networks, and every port.

    With ``loopback_only`` nothing but this machine is open.
    """

    def __init__(self, profile: str, lookup: Lookup | None = None, *, loopback_only: bool = False) -> None:
        self.open = profile == "dev"
        self._loopback_only = loopback_only
        self._near, self._never = _networks(_NEAR), _networks(_NEVER)
        self._lookup = lookup or look_up
        self._known: dict[tuple[str, int], tuple[float, tuple[str, ...]]] = {}

    async def place(self, text: str) -> Endpoint:
        """Where a URL leads, checked. Raises AddressRefused, NameUnknown."""
        url = _read(text)
        host, port = url.raw_host or "", url.port or 0
        if not self.open and (port in CLOSED_PORTS or (port < 1024 and port not in WEB_PORTS)):
            raise AddressRefused(f"port {port} is closed to handlers")
        return Endpoint(url, host, port, await self.addresses(host, port))

    async def addresses(self, host: str, port: int) -> tuple[str, ...]:
        """The addresses of a host, each of them checked. Raises AddressRefused, NameUnknown."""
        literal = _literal(host)
        if literal is not None:
            self.require(literal)
            return (str(literal),)
        now = asyncio.get_running_loop().time()
        known = self._known.get((host, port))
        if known and now < known[0]:
            return known[1]
        resolved = await self._lookup(host, port)
        if not resolved:
            raise NameUnknown(f"{host} has no address")
        for text in resolved[:ADDRESSES_MAX]:
            self.require(ip_address(text))
        checked = tuple(resolved[:ADDRESSES_MAX])
        if len(self._known) >= REMEMBERED:
            self._known.clear()
        # Whoever changes the name meanwhile gains nothing: what is remembered was checked.
        self._known[host, port] = (now + REMEMBERED_SECONDS, checked)
        return checked

    def require(self, address: Address) -> None:
        """Raises AddressRefused for an address that is closed."""
        if isinstance(address, IPv6Address) and address.scope_id is not None:
            raise AddressRefused(f"{address} names an interface of this machine")
        plain = _unwrapped(address)
        if self._loopback_only and not plain.is_loopback:
            raise AddressRefused(f"{address} is another machine, and everybody knows the keys of this portal")
        near = next((reason for network, reason in self._near if plain in network), "")
        if near and self.open:
            return
        reason = near or next((reason for network, reason in self._never if plain in network), "")
        if reason:
            raise AddressRefused(f"{address} is {reason}")


def _unwrapped(address: Address) -> Address:
    """The IPv4 address that an IPv6 address stands for, as often as one is in another."""
    if isinstance(address, IPv4Address):
        return address
    if address in _MAPPED or any(address in network for network in _TRANSLATED):
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    return address


def _read(text: str) -> URL:
    try:
        url = URL(text)
        host, port = url.raw_host, url.port
    except ValueError as problem:
        raise AddressRefused("it is no address") from problem
    if url.scheme not in ("http", "https"):
        raise AddressRefused("only http and https are called")
    if url.user is not None or url.password is not None:
        raise AddressRefused("names and passwords in addresses are not sent")
    if not host or not port or "%" in host:
        raise AddressRefused("it names no host")
    return url


def _literal(host: str) -> Address | None:
    """An address written as such; ``None`` for a name. Raises AddressRefused for one written in odd ways."""
    try:
        return ip_address(host)
    except ValueError:
        pass
    if ":" in host or _NUMBER.fullmatch(host):
        raise AddressRefused(f"{host} is an address written in an unusual way")
    return None


async def look_up(host: str, port: int) -> list[str]:
    """Ask the system for the addresses of a name."""
    loop = asyncio.get_running_loop()
    try:
        resolved = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    except (OSError, UnicodeError) as problem:
        raise NameUnknown(f"{host} is not found") from problem
    # A scope ("fe80::1%2") stays in the text, and is refused.
    return list(dict.fromkeys(str(row[4][0]) for row in resolved))
