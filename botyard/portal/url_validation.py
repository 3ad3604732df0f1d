"""Validates URLs: those of event handlers, and those of applications' pages.

Whether the server may connect there (loopback, private networks) is asked at delivery.
"""

from __future__ import annotations

import re
from ipaddress import IPv6Address
from urllib.parse import urlsplit

LENGTH_MAX = 2048
"""Bytes of an address in UTF-8: what is much longer has no place in an index of PostgreSQL."""
HOST_MAX = 253
LABEL_MAX = 63

# What an address is made of in a header; a quote, a backslash or a space has no place there.
_PLAIN = re.compile(r"[A-Za-z0-9._~:/?@!$&'()*+,;=%\[\]-]+")


def valid_url(url: str) -> bool:
    """Whether ``url`` is an absolute http or https address without credentials, which a handler may have."""
    if len(url) > LENGTH_MAX or not url.isprintable() or " " in url or "\\" in url:
        return False
    if not url.isascii() and len(url.encode()) > LENGTH_MAX:
        return False
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return False
    if parts.scheme not in ("http", "https") or "@" in parts.netloc or port == 0:
        return False
    if parts.netloc.startswith("["):
        return _valid_ipv6(host) and parts.netloc.partition("]")[2][:1] in ("", ":")
    return _valid_host(host)


def valid_page_url(url: str) -> bool:
    """Whether ``url`` may be that of an application's page, to which browsers are sent by a header.

    It has no fragment, and other alphabets are encoded in it.
    """
    return valid_url(url) and _PLAIN.fullmatch(url) is not None


def _valid_host(host: str) -> bool:
    # One final dot only says that the name is complete.
    labels = host.removesuffix(".").split(".")
    return len(host) <= HOST_MAX and all(_is_label(label) for label in labels)


def _valid_ipv6(host: str) -> bool:
    try:
        # A zone ("fe80::1%eth0") names an interface of this machine, nobody else's business.
        return IPv6Address(host).scope_id is None
    except ValueError:
        return False


def _is_label(label: str) -> bool:
    # Containers on one network are named with underscores; people own domains in their own alphabets.
    return 0 < len(label) <= LABEL_MAX and label.replace("-", "").replace("_", "").isalnum()
