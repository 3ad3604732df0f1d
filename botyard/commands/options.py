"""Options that several commands share, and parsing of their values."""

from __future__ import annotations

import argparse
import os
from ipaddress import ip_network
from pathlib import Path
from typing import NoReturn
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from botyard.commands.exit_codes import CommandError, ExitCode
from botyard.config import Settings

DEFAULTS = Settings()
DATABASE_VARIABLE = "BOTYARD_DATABASE"
POSTGRES = ("postgresql://", "postgres://")


class Parser(argparse.ArgumentParser):
    """A parser that complains in one line."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong and where help is."""
        self.exit(ExitCode.USAGE, f"{self.prog}: {message.rstrip('.')}. See '{self.prog} --help'.\n")


def parser(name: str, description: str, examples: str) -> Parser:
    """A parser for the command ``name``, with examples at the end of its help."""
    prog = f"botyard {name}".strip()
    lines = "\n".join(f"  {line}" for line in examples.strip().splitlines())
    return Parser(
        prog=prog,
        description=description,
        epilog=f"examples:\n{lines}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )


def add_place(made: argparse.ArgumentParser) -> None:
    """Add the options that say which portal is meant."""
    group = made.add_argument_group("which portal")
    group.add_argument(
        "--data", type=Path, default=DEFAULTS.data, metavar="DIR", help=f"folder of its data (default: {DEFAULTS.data})"
    )
    group.add_argument(
        "--database",
        type=database,
        default=None,
        metavar="URL",
        help=f"postgresql://… instead of SQLite in that folder (default: {DATABASE_VARIABLE}, where a password "
        "stays out of the list of processes)",
    )


def add_public_url(made: argparse.ArgumentParser, default: str = "http://localhost and the port") -> None:
    """Add the option that says how clients reach the portal."""
    made.add_argument(
        "--public-url",
        type=url,
        metavar="URL",
        help=f"address under which clients reach the portal (default: {default})",
    )


def add_delivery(made: argparse.ArgumentParser) -> None:
    """Add the options that say how events reach handlers."""
    made.add_argument(
        "--delivery",
        choices=["retry", "strict", "compat"],
        default=DEFAULTS.delivery,
        help="retry repeats what did not arrive, for 17 hours (default); strict also what was not confirmed, and holds "
        "the dialog meanwhile; compat calls once, as the vendor does",
    )
    made.add_argument(
        "--delivery-timeout",
        type=seconds,
        default=DEFAULTS.delivery_timeout,
        metavar="SECONDS",
        help=f"how long to wait for a handler's answer (default: {DEFAULTS.delivery_timeout:g})",
    )


def add_log(made: argparse.ArgumentParser) -> None:
    """Add the options that say what is written while the server runs, and how."""
    made.add_argument(
        "--quiet", action="store_true", help="no line for each call and each attempt to deliver; warnings only"
    )
    made.add_argument(
        "--log-level",
        choices=["debug", "info", "warning", "error"],
        default=DEFAULTS.log_level,
        help=f"what is logged at least (default: {DEFAULTS.log_level}); with debug each call has its line in prod, too",
    )
    made.add_argument(
        "--log-format",
        choices=["text", "json"],
        default=DEFAULTS.log_format,
        help=f"text for people, json for programs, one object a line (default: {DEFAULTS.log_format})",
    )


def add_files(made: argparse.ArgumentParser) -> None:
    """Add the option that says where the bytes of files lie."""
    made.add_argument(
        "--files",
        type=files,
        default=DEFAULTS.files,
        metavar="URL",
        help="s3://bucket/prefix?endpoint=https://… for files instead of the data folder; keys come from "
        "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
    )


def add_certificate(made: argparse.ArgumentParser) -> None:
    """Add the options that name a certificate for https which is not of the portal's own authority."""
    made.add_argument(
        "--tls-cert",
        default=DEFAULTS.tls_cert,
        metavar="FILE",
        help="serve https with this certificate and its chain, in PEM, instead; read again when the file changes",
    )
    made.add_argument("--tls-key", default=DEFAULTS.tls_key, metavar="FILE", help="its private key, in PEM")


def add_seed(made: argparse.ArgumentParser) -> None:
    """Add the option that brings more into a demo portal."""
    made.add_argument("--seed", type=Path, metavar="FILE", help="YAML or JSON with more people, chats and messages")


def add_serving(made: argparse.ArgumentParser, *, tls_port: int) -> None:
    """Add the options that every command takes which serves a portal; see ``serving``."""
    known = DEFAULTS
    made.add_argument("--tls", action="store_true", help="serve https too, with a certificate authority of its own")
    made.add_argument(
        "--tls-port",
        type=port,
        default=tls_port,
        metavar="PORT",
        help=f"port for https, 0 for a free one (default: {tls_port})",
    )
    add_certificate(made)
    made.add_argument(
        "--limits", choices=["off", "cloud", "enterprise"], default=known.limits, help="request limits (default: off)"
    )
    made.add_argument(
        "--profile",
        choices=["dev", "prod"],
        default=known.profile,
        help="dev lets handlers be on this machine (default); prod is for servers that others reach",
    )
    add_delivery(made)
    made.add_argument(
        "--event-hours",
        type=hours,
        default=known.event_hours,
        metavar="HOURS",
        help=f"keep events so long for those who fetch them (default: {known.event_hours})",
    )
    made.add_argument(
        "--event-log-days",
        type=days,
        default=known.event_log_days,
        metavar="DAYS",
        help="keep events in the log for so long, and longer while deliveries refer to them; 0 for ever "
        f"(default: {known.event_log_days})",
    )
    made.add_argument(
        "--time-zone", type=zone, default=known.time_zone, metavar="ZONE", help="zone of dates (default: UTC)"
    )
    add_files(made)
    made.add_argument(
        "--file-quota",
        type=mebibytes,
        default=known.file_quota,
        metavar="MIB",
        help=f"mebibytes that the files of one person or bot may take; 0 for no limit (default: {known.file_quota})",
    )
    add_log(made)


def serving(args: argparse.Namespace) -> Settings:
    """Settings with the options of ``add_serving``. Raises Failure where they do not go together."""
    if bool(args.tls_cert) != bool(args.tls_key):
        raise CommandError("--tls-cert and --tls-key go together.", ExitCode.USAGE)
    return Settings(
        files=args.files,
        file_quota=args.file_quota,
        tls=args.tls or bool(args.tls_cert),
        tls_cert=args.tls_cert,
        tls_key=args.tls_key,
        tls_port=args.tls_port,
        time_zone=args.time_zone,
        limits=args.limits,
        profile=args.profile,
        delivery=args.delivery,
        quiet=args.quiet,
        log_level=args.log_level or DEFAULTS.log_level,
        log_format=args.log_format or DEFAULTS.log_format,
        delivery_timeout=args.delivery_timeout,
        event_hours=args.event_hours,
        event_log_days=args.event_log_days,
    )


def place(args: argparse.Namespace) -> Settings:
    """Settings with nothing but the place of a portal."""
    return Settings(data=args.data, database=chosen_database(args), public_url=_public_url(args))


def chosen_database(args: argparse.Namespace) -> str:
    """The address of the database, from the option or the environment; ``""`` for SQLite."""
    if args.database is not None:
        return str(args.database)
    variable = os.environ.get(DATABASE_VARIABLE, "")
    try:
        return database(variable) if variable else ""
    except argparse.ArgumentTypeError as problem:
        parser("", "", "").error(f"{DATABASE_VARIABLE}: {problem}")


def _public_url(args: argparse.Namespace) -> str:
    return getattr(args, "public_url", None) or DEFAULTS.public_url


def port(text: str) -> int:
    """A number of a port; 0 takes a free one."""
    if not (text.isascii() and text.isdigit() and int(text) < 65536):
        raise argparse.ArgumentTypeError(f"{text!r} is no port: give a number from 0 (any free one) to 65535")
    return int(text)


def number(text: str) -> int:
    """A number of something that is kept, or a version: from 1, as large as the database takes."""
    if not (text.isascii() and text.isdigit() and len(text) < 19 and int(text)):
        raise argparse.ArgumentTypeError(f"{text!r} is no number")
    return int(text)


def days(text: str) -> int:
    """A number of days; 0 is for ever."""
    if not (text.isascii() and text.isdigit() and len(text) < 6):
        raise argparse.ArgumentTypeError(f"{text!r} is no number of days: give one from 0 (for ever) to 99999")
    return int(text)


def hours(text: str) -> int:
    """A number of hours, at least one."""
    if not (text.isascii() and text.isdigit() and len(text) < 6 and int(text)):
        raise argparse.ArgumentTypeError(f"{text!r} is no number of hours: give one from 1 to 99999")
    return int(text)


def seconds(text: str) -> float:
    """A number of seconds, with a fraction or not: more than none, at most an hour."""
    try:
        parsed = float(text)
    except ValueError:
        parsed = 0.0
    if not 0 < parsed <= 3600:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of seconds: give one above 0, at most 3600")
    return parsed


def mebibytes(text: str) -> int:
    """A number of mebibytes; 0 is as many as there is room for."""
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise argparse.ArgumentTypeError(f"{text!r} is no number of mebibytes: give one from 0 (no limit)")
    return int(text)


def proxies(text: str) -> tuple[str, ...]:
    """Addresses and networks such as `127.0.0.1,10.0.0.0/8`; none at all for ``""``."""
    return tuple(_network(part.strip()) for part in text.split(",")) if text.strip() else ()


def _network(text: str) -> str:
    try:
        parsed = ip_network(text)
    except ValueError as problem:
        raise argparse.ArgumentTypeError(
            f"{text!r} is no address or network of a proxy, such as 127.0.0.1 or 10.0.0.0/8"
        ) from problem
    if parsed.prefixlen == 0:
        raise argparse.ArgumentTypeError(f"{text!r} would believe everybody; name the proxies")
    return str(parsed)


def url(text: str) -> str:
    """An address such as `https://chat.example.com`, kept without a slash at its end."""
    try:
        parts = urlsplit(text)
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        good = False
    if not good or parts.query or parts.fragment:
        raise argparse.ArgumentTypeError(f"{text!r} is no address such as https://chat.example.com")
    return text.rstrip("/")


def database(text: str) -> str:
    """The address of a PostgreSQL database."""
    if not text.startswith(POSTGRES):
        # The value is not repeated: it may hold a password.
        raise argparse.ArgumentTypeError("the address of the database must start with postgresql://")
    return text


def files(text: str) -> str:
    """The address of a bucket; ``""`` is the data folder."""
    if text and (not text.startswith("s3://") or not urlsplit(text).netloc):
        raise argparse.ArgumentTypeError(
            "the address of the files must look like s3://bucket/prefix?endpoint=https://…"
        )
    return text


def zone(text: str) -> str:
    """A time zone by its name in the tz database."""
    try:
        return ZoneInfo(text).key
    except (ValueError, OSError, KeyError) as problem:
        raise argparse.ArgumentTypeError(f"there is no time zone {text!r}") from problem
