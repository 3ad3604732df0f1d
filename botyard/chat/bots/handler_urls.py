"""Validates the URLs of event handlers.

Whether the server may connect there (loopback, private networks) is asked at delivery.
"""

from __future__ import annotations

from ipaddress import IPv6Address
from urllib.parse import urlsplit

LENGTH_MAX = 2048
HOST_MAX = 253
LABEL_MAX = 63


def wrong_handler(url: str) -> bool:
    """Whether ``url`` cannot be an event handler: an absolute http(s) address without credentials can."""
    if len(url) > LENGTH_MAX or not url.isprintable() or " " in url or "\\" in url:
        return True
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return True
    if parts.scheme not in ("http", "https") or "@" in parts.netloc or port == 0:
        return True
    if parts.netloc.startswith("["):
        return _wrong_ipv6(host) or parts.netloc.partition("]")[2][:1] not in ("", ":")
    return _wrong_host(host)


def _wrong_host(host: str) -> bool:
    # One final dot only says that the name is complete.
    labels = host.removesuffix(".").split(".")
    return len(host) > HOST_MAX or not all(_is_label(label) for label in labels)


def _wrong_ipv6(host: str) -> bool:
    try:
        # A zone ("fe80::1%eth0") names an interface of this machine, nobody else's business.
        return IPv6Address(host).scope_id is not None
    except ValueError:
        return True


def _is_label(label: str) -> bool:
    # Containers on one network are named with underscores; people own domains in their own alphabets.
    return 0 < len(label) <= LABEL_MAX and label.replace("-", "").replace("_", "").isalnum()
