"""Addresses that the server must not be led to, in every disguise."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from ipaddress import ip_address
from typing import Any, TypeVar

import pytest

from botyard.delivery.guard import AddressRefused, Guard, NameUnknown

T = TypeVar("T")

NAMES = {
    "good.test": ["93.184.216.34"],
    "both.test": ["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946"],
    "half.test": ["93.184.216.34", "127.0.0.1"],
    "six.test": ["2606:2800:220:1:248:1893:25c8:1946", "::1"],
    "inside.test": ["10.0.0.7"],
    "metadata.test": ["169.254.169.254"],
    "scoped.test": ["fe80::1%2"],
    "localhost": ["127.0.0.1", "::1"],
    "xn--e1afmkfd.test": ["93.184.216.34"],
}

HOSTILE = [
    # This machine, plainly and in disguise.
    "http://127.0.0.1/",
    "http://127.0.0.1:8024/rest/",
    "http://127.255.255.254/",
    "http://localhost/",
    "http://LOCALHOST/",
    "http://127.1/",
    "http://127.0.1/",
    "http://2130706433/",
    "http://0x7f000001/",
    "http://0x7f.0.0.1/",
    "http://0177.0.0.1/",
    "http://017700000001/",
    "http://127.0.0.1./",
    "http://0/",
    "http://0.0.0.0/",
    "http://[::]/",
    "http://[::1]/",
    "http://[0:0:0:0:0:0:0:1]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:7f00:1]/",
    "http://[::127.0.0.1]/",
    "http://[::ffff:0:127.0.0.1]/",
    "http://[64:ff9b::127.0.0.1]/",
    "http://[64:ff9b::7f00:1]/",
    "http://[64:ff9b:1::7f00:1]/",
    "http://[2002:7f00:1::]/",
    "http://[2001:0:4136:e378:8000:63bf:80ff:fffe]/",
    "http://１２７.0.0.1/",
    "http://①②⑦.⓪.⓪.①/",
    # The network around it.
    "http://10.0.0.1/",
    "http://172.16.0.1/",
    "http://172.31.255.255/",
    "http://192.168.1.1/",
    "http://100.64.0.1/",
    "http://100.127.255.254/",
    "http://[fd00::1]/",
    "http://[fc00::1]/",
    "http://[::ffff:10.0.0.1]/",
    "http://[64:ff9b::10.0.0.1]/",
    "http://[2002:a00:1::1]/",
    "http://[fec0::1]/",
    # Metadata and other link-local addresses.
    "http://169.254.169.254/latest/meta-data/",
    "http://[fe80::1]/",
    "http://[fe80::1%25eth0]/",
    "http://[::ffff:169.254.169.254]/",
    "http://[64:ff9b::a9fe:a9fe]/",
    "http://2852039166/",
    "http://0xa9fea9fe/",
    # Nobody's addresses.
    "http://192.0.2.1/",
    "http://198.18.0.1/",
    "http://198.51.100.1/",
    "http://203.0.113.1/",
    "http://224.0.0.1/",
    "http://239.255.255.250/",
    "http://240.0.0.1/",
    "http://255.255.255.255/",
    "http://192.0.0.1/",
    "http://[2001:db8::1]/",
    "http://[ff02::1]/",
    "http://[5f00::1]/",
    "http://[100::1]/",
    # Names of such addresses, one among several being enough.
    "http://half.test/",
    "http://six.test/",
    "http://inside.test/",
    "http://metadata.test/",
    "http://scoped.test/",
    # Ports of services that are no web servers.
    "http://good.test:22/",
    "http://good.test:25/",
    "http://good.test:6379/",
    "http://good.test:11211/",
    "https://good.test:2375/",
    # No addresses of handlers at all.
    "ftp://good.test/",
    "file:///etc/passwd",
    "gopher://good.test/",
    "javascript:alert(1)",
    "//good.test/",
    "good.test",
    "http:///path",
    "http://",
    "http://user:secret@good.test/",
    "http://good.test@127.0.0.1/",
    "http://good.test:99999/",
    "http://[::1/",
    "",
]

FRIENDLY = [
    "http://good.test/bot?x=1",
    "https://good.test/",
    "https://good.test:8443/",
    "http://GOOD.test:8080/",
    "https://both.test/",
    "http://пример.test/",
    "http://93.184.216.34/",
    "http://[2606:2800:220:1:248:1893:25c8:1946]/",
    "http://[::ffff:93.184.216.34]/",
    "http://[64:ff9b::93.184.216.34]/",
]

# On a developer's machine only these open up.
NEAR = [
    "http://127.0.0.1:9/bot",
    "http://localhost:3000/",
    "http://[::1]:3000/",
    "http://10.0.0.1/",
    "http://172.16.0.1:22/",
    "http://192.168.1.1/",
    "http://[fd00::1]/",
    "http://[::ffff:127.0.0.1]/",
    "http://inside.test/",
    "http://half.test:6379/",
]


async def lookup(host: str, port: int) -> list[str]:
    if host not in NAMES:
        raise NameUnknown(f"{host} is not found")
    return NAMES[host]


def run(work: Coroutine[Any, Any, T]) -> T:
    return asyncio.run(work)


@pytest.mark.parametrize("address", HOSTILE)
def test_hostile_addresses_are_refused(address: str) -> None:
    with pytest.raises(AddressRefused):
        run(Guard("prod", lookup).place(address))


@pytest.mark.parametrize("address", [url for url in HOSTILE if "://" in url])
def test_only_what_is_near_opens_to_developers(address: str) -> None:
    try:
        place = run(Guard("dev", lookup).place(address))
    except AddressRefused:
        return
    inside = ("127.", "10.", "172.", "192.168.", "::1", "fc", "fd", "::ffff:7f", "::ffff:a00", "64:ff9b::7f", "93.")
    assert all(reached.startswith((*inside, "64:ff9b::a00", "::ffff:0:7f", "2606:")) for reached in place.addresses)


@pytest.mark.parametrize("address", NEAR)
def test_a_developers_machine_may_be_called(address: str) -> None:
    assert run(Guard("dev", lookup).place(address)).addresses


@pytest.mark.parametrize("address", FRIENDLY)
def test_others_are_called_at_the_addresses_that_were_checked(address: str) -> None:
    place = run(Guard("prod", lookup).place(address))
    assert place.addresses
    assert place.port in (80, 443, 8080, 8443)


def test_a_name_without_addresses_is_unknown() -> None:
    with pytest.raises(NameUnknown):
        run(Guard("prod", lookup).place("http://nowhere.test/"))


def test_a_name_is_looked_up_anew() -> None:
    """A name that is moved after it was checked (DNS rebinding) is refused at the next attempt."""
    answers = [["93.184.216.34"], ["127.0.0.1"]]

    async def moving(host: str, port: int) -> list[str]:
        return answers.pop(0)

    async def work() -> None:
        guard = Guard("prod", moving)
        assert (await guard.place("http://moving.test/")).addresses == ("93.184.216.34",)
        # Within the attempt the checked addresses stay.
        assert await guard.addresses("moving.test", 80) == ("93.184.216.34",)
        await asyncio.sleep(1.1)
        with pytest.raises(AddressRefused):
            await guard.place("http://moving.test/")

    run(work())


def test_with_published_keys_only_this_machine_is_called() -> None:
    guard = Guard("dev", loopback_only=True)
    for address in ("127.0.0.1", "127.3.2.1", "::1", "::ffff:127.0.0.1"):
        guard.require(ip_address(address))
    for address in ("10.0.0.1", "192.168.0.1", "93.184.216.34", "2606:4700::1", "169.254.169.254", "::ffff:10.0.0.1"):
        with pytest.raises(AddressRefused):
            guard.require(ip_address(address))
