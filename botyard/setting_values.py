"""How the values of settings are written as text, on the command line and in the environment.

Each reader raises ValueError with a sentence that says what is expected.
"""

from __future__ import annotations

from ipaddress import ip_network
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

POSTGRES = ("postgresql://", "postgres://")


def port(text: str) -> int:
    """A number of a port; 0 takes a free one."""
    return _whole(text, 0, 65_535, "port: give a number from 0 (any free one) to 65535")


def number(text: str) -> int:
    """A number of something that is kept, or a version: from 1, as large as the database takes."""
    return _whole(text, 1, 10**18 - 1, "number")


def days(text: str) -> int:
    """A number of days; 0 is for ever."""
    return _whole(text, 0, 99_999, "number of days: give one from 0 (for ever) to 99999")


def hours(text: str) -> int:
    """A number of hours, at least one."""
    return _whole(text, 1, 99_999, "number of hours: give one from 1 to 99999")


def minutes(text: str) -> int:
    """A number of minutes, at least one."""
    return _whole(text, 1, 9_999_999, "number of minutes: give one from 1 to 9999999")


def whole_seconds(text: str) -> int:
    """A whole number of seconds, at least one."""
    return _whole(text, 1, 10**9 - 1, "number of seconds")


def mebibytes(text: str) -> int:
    """A number of mebibytes; 0 is as many as there is room for."""
    return _whole(text, 0, 10**9 - 1, "number of mebibytes: give one from 0 (no limit)")


def _whole(text: str, least: int, most: int, kind: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 20 and least <= int(text) <= most):
        raise ValueError(f"{text!r} is no {kind}")
    return int(text)


def seconds(text: str) -> float:
    """A number of seconds, with a fraction or not: more than none, at most an hour."""
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value <= 3600:
        raise ValueError(f"{text!r} is no number of seconds: give one above 0, at most 3600")
    return value


def proxies(text: str) -> tuple[str, ...]:
    """Addresses and networks such as `127.0.0.1,10.0.0.0/8`; none at all for ``""``."""
    return tuple(_network(part.strip()) for part in text.split(",")) if text.strip() else ()


def _network(text: str) -> str:
    try:
        network = ip_network(text)
    except ValueError as problem:
        raise ValueError(f"{text!r} is no address or network of a proxy, such as 127.0.0.1 or 10.0.0.0/8") from problem
    if network.prefixlen == 0:
        raise ValueError(f"{text!r} would believe everybody; name the proxies")
    return str(network)


def url(text: str) -> str:
    """An address such as `https://chat.example.com`, kept without a slash at its end."""
    try:
        parts = urlsplit(text)
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        good = False
    if not good or parts.query or parts.fragment:
        raise ValueError(f"{text!r} is no address such as https://chat.example.com")
    return text.rstrip("/")


def database(text: str) -> str:
    """The address of a PostgreSQL database; ``""`` is SQLite."""
    if text and not text.startswith(POSTGRES):
        # The value is not repeated: it may hold a password.
        raise ValueError("the address of the database must start with postgresql://")
    return text


def files(text: str) -> str:
    """The address of a bucket; ``""`` is the data folder."""
    if text and (not text.startswith("s3://") or not urlsplit(text).netloc):
        raise ValueError("the address of the files must look like s3://bucket/prefix?endpoint=https://…")
    return text


def smtp(text: str) -> str:
    """The address of a mail server; ``""`` for none."""
    try:
        parts = urlsplit(text)
        good = parts.scheme in ("smtp", "smtps") and bool(parts.hostname) and parts.port != 0
        good = good and not (parts.path.strip("/") or parts.query or parts.fragment)
    except ValueError:
        good = False
    if text and not good:
        # The value is not repeated: it may hold a password.
        raise ValueError("the address of the mail server must look like smtps://user:password@mail.example.com")
    return text


def mail_address(text: str) -> str:
    """An address of e-mail; ``""`` for none."""
    name, _, host = text.rpartition("@")
    if text and not (name and host and text.isascii() and text.isprintable() and " " not in text):
        raise ValueError(f"{text!r} is no address of e-mail")
    return text


def zone(text: str) -> str:
    """A time zone by its name in the tz database."""
    try:
        return ZoneInfo(text).key
    except (ValueError, OSError, KeyError) as problem:
        raise ValueError(f"there is no time zone {text!r}") from problem
