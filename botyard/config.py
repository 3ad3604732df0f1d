"""Settings: each one's default and sentence, and the option and environment variable that set it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, get_args, get_type_hints

import msgspec

from botyard import setting_values as values


class Option(msgspec.Struct, frozen=True):
    """How a setting is given from outside: by an option of the command line, and by an environment variable."""

    help: str
    """What the setting means, as the help and the reference say it."""
    read: Callable[[str], Any] = str
    """Makes the value of a text. Raises ValueError."""
    metavar: str = ""
    choices: tuple[str, ...] = ()
    """The values that are allowed, where only a few are."""
    flag: bool = False
    """Whether the option takes no value."""


DAY = 86_400


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What a server is started with. Fields with an ``Option`` are set from outside, the others in the code.

    ``--tls-port`` and ``BOTYARD_TLS_PORT`` set ``tls_port``. The option wins over the variable.
    """

    data: Annotated[Path, Option("folder of the database, keys and certificates", Path, "DIR")] = Path(".botyard")
    database: Annotated[
        str,
        Option(
            "postgresql://… instead of SQLite in the data folder; use the variable to keep the password out of the "
            "list of processes",
            values.database,
            "URL",
        ),
    ] = ""
    files: Annotated[
        str,
        Option(
            "s3://bucket/prefix?endpoint=https://… for files instead of the data folder; keys come from "
            "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
            values.files,
            "URL",
        ),
    ] = ""
    file_quota: Annotated[
        int,
        Option(
            "mebibytes for the files and pictures of one person, or of one bot; 0 for no limit", values.mebibytes, "MIB"
        ),
    ] = 10_240
    link_seconds: int = 3600
    """Life of a link to a file. Links in lists of messages live up to twice as long."""
    host: Annotated[str, Option("address to listen on", metavar="HOST")] = "127.0.0.1"
    port: Annotated[int, Option("port for http, 0 for a free one", values.port, "PORT")] = 8024
    tls: Annotated[
        bool,
        Option("serve https too, with a certificate authority of its own unless --tls-cert names another", flag=True),
    ] = False
    tls_cert: Annotated[
        str,
        Option(
            "serve https with this certificate and its chain, in PEM, instead; read again when the file changes",
            metavar="FILE",
        ),
    ] = ""
    tls_key: Annotated[str, Option("its private key, in PEM", metavar="FILE")] = ""
    tls_port: Annotated[int, Option("port for https, 0 for a free one", values.port, "PORT")] = 8443
    public_url: Annotated[
        str, Option("address under which clients reach the portal, such as https://chat.example.com", values.url, "URL")
    ] = "http://localhost:8024"
    https_url: str = ""
    """The address of the https listener, known once it listens; empty where there is none."""
    trusted_proxies: Annotated[
        tuple[str, ...],
        Option(
            "addresses and networks of proxies whose X-Forwarded-For and X-Forwarded-Proto are trusted, "
            "such as 127.0.0.1,10.0.0.0/8",
            values.proxies,
            "ADDRESSES",
        ),
    ] = ()
    time_zone: Annotated[str, Option("zone in which dates are written", values.zone, "ZONE")] = "UTC"
    limits: Annotated[
        str,
        Option(
            "request limits; auto is off in dev and enterprise in prod", choices=("auto", "off", "cloud", "enterprise")
        ),
    ] = "auto"
    profile: Annotated[
        str,
        Option("dev allows handlers on this machine; prod is for servers that others reach", choices=("dev", "prod")),
    ] = "dev"
    demo: Annotated[bool, Option("fill an empty portal with people, chats and keys to try things out", flag=True)] = (
        False
    )
    random_keys: Annotated[
        bool,
        Option("make random keys for a new demo portal; the published ones only work on this machine", flag=True),
    ] = False
    metrics: Annotated[
        str,
        Option(
            "who may read /metrics: this machine (not through a proxy), everybody who reaches it, or nobody",
            choices=("loopback", "all", "off"),
        ),
    ] = "loopback"
    app_bots: Annotated[
        str,
        Option(
            "which bots of an application a person's token commands: own, those that the person registered, or all, as "
            "on the vendor's portals; administrators and the application's own tokens command all of them anyway",
            choices=("own", "all"),
        ),
    ] = "own"
    max_in_flight: int = 1000
    """Calls under way at once before new ones are refused with OVERLOAD_LIMIT."""
    anonymous_slots: Annotated[
        int,
        Option(
            "requests under way of callers without a key in address or header: pages, tokens, keys in a body",
            values.number,
            "NUMBER",
        ),
    ] = 256
    anonymous_per_address: Annotated[
        int,
        Option(
            "such requests under way from one address; a proxy in front of the server has to be in --trusted-proxies",
            values.number,
            "NUMBER",
        ),
    ] = 64
    anonymous_large: int = 16
    """Requests under way of callers without a key in address or header that may send more than a mebibyte; one address
    may have half of them."""
    sockets: Annotated[
        int, Option("connections of the push server at once; each takes a file", values.number, "NUMBER")
    ] = 10_000
    sockets_per_address: Annotated[
        int,
        Option(
            "such connections from one address; a proxy in front of the server has to be in --trusted-proxies",
            values.number,
            "NUMBER",
        ),
    ] = 2_000
    sockets_per_person: int = 100
    """Such connections of one person, whichever keys or applications they are of."""
    upload_slots: int = 32
    """Large uploads of known callers at once; one key may have half of them."""
    call_rows: Annotated[
        int, Option("rows that one call may read, a batch five times as many", values.number, "ROWS")
    ] = 20_000
    call_memory: Annotated[
        int,
        Option("mebibytes that the rows one call reads, and its response, may have each", values.number, "MIB"),
    ] = 8
    call_seconds: Annotated[
        float, Option("seconds that one call may keep the database busy", values.seconds, "SECONDS")
    ] = 5.0
    max_bots: int = 100
    """Bots that one application may register."""
    edit_days: int = 3
    """Days during which a message may be edited or deleted by its author."""
    event_hours: Annotated[int, Option("hours for which events are kept to be fetched", values.hours, "HOURS")] = 24
    delivery: Annotated[
        str,
        Option(
            "retry repeats what did not arrive, for 17 hours; strict also repeats what was not confirmed, and holds "
            "the dialog meanwhile; compat makes a single attempt, as the vendor does",
            choices=("retry", "strict", "compat"),
        ),
    ] = "retry"
    delivery_timeout: Annotated[float, Option("seconds in which a handler must respond", values.seconds, "SECONDS")] = (
        30.0
    )
    delivery_concurrency: int = 1024
    """Events being sent at once, and half of the files that may be open; one recipient gets as many as are left."""
    delivery_days: int = 7
    """Days for which deliveries that have ended are kept, with the record of their attempts."""
    event_log_days: Annotated[
        int,
        Option(
            "days for which events stay in the log, and longer while deliveries refer to them; 0 for ever",
            values.days,
            "DAYS",
        ),
    ] = 30
    audit_days: Annotated[
        int,
        Option("days for which entries stay in the audit log; 0 for ever", values.days, "DAYS"),
    ] = 365
    notification_days: Annotated[
        int,
        Option("days for which people's notifications are kept; 0 for ever", values.days, "DAYS"),
    ] = 90
    grant_days: Annotated[
        int,
        Option(
            "days after which an application has to ask again, however often it renewed its tokens; 0 for never",
            values.days,
            "DAYS",
        ),
    ] = 180
    quiet: Annotated[bool, Option("no line for each call and each attempt to deliver; warnings only", flag=True)] = (
        False
    )
    log_level: Annotated[
        str,
        Option(
            "the lowest level that is logged; with debug each call has a line in prod, too",
            choices=("debug", "info", "warning", "error"),
        ),
    ] = "info"
    log_format: Annotated[
        str, Option("text for people; json for programs, with one object a line", choices=("text", "json"))
    ] = "text"
    session_hours: Annotated[
        int, Option("hours after which people have to sign in at the pages again", values.hours, "HOURS")
    ] = 12
    session_idle_minutes: Annotated[
        int, Option("minutes without use after which people have to sign in again", values.minutes, "MINUTES")
    ] = 120
    require_second_factor: Annotated[
        str,
        Option(
            "who must have a second factor (an authenticator application) to sign in; everybody else may have one",
            choices=("nobody", "administrators", "everybody"),
        ),
    ] = "nobody"
    require_pkce: Annotated[
        bool, Option("refuse the consent page to applications that send no code_challenge (PKCE)", flag=True)
    ] = False
    breached_passwords: Annotated[
        str,
        Option(
            "passwords to refuse besides the common ones: sorted SHA-1 hashes, as Have I Been Pwned publishes them",
            metavar="FILE",
        ),
    ] = ""
    smtp_url: Annotated[
        str,
        Option(
            "server that sends mail, such as smtps://user:password@mail.example.com; smtp:// begins in plain text and "
            "demands STARTTLS, but on this machine",
            values.smtp,
            "URL",
        ),
    ] = ""
    smtp_from: Annotated[str, Option("address from which mail is sent", values.mail_address, "ADDRESS")] = ""
    token_seconds: int = 3600
    """Life of an access token."""
    refresh_days: int = 180
    """Life of a refresh token."""
    refresh_grace: int = 30
    """Seconds during which a refresh token that was just replaced still works, for callers that race."""

    @property
    def limit_profile(self) -> str:
        """The request limits that hold."""
        return self.limits if self.limits != "auto" else "enterprise" if self.profile == "prod" else "off"

    @property
    def edit_seconds(self) -> int:
        """How long a message may be edited or deleted by its author."""
        return self.edit_days * DAY

    def working_url(self, *, https_required: bool) -> str:
        """The address that works: where only https is taken, that of the https listener."""
        return self.https_url if https_required and self.https_url else self.public_url

    @property
    def domain(self) -> str:
        """Host and port as clients write them."""
        return self.public_url.partition("://")[2]


def _options() -> dict[str, Option]:
    hints = get_type_hints(Settings, include_extras=True)
    marks = {name: get_args(hint)[1:] for name, hint in hints.items()}
    return {name: mark[0] for name, mark in marks.items() if mark and isinstance(mark[0], Option)}


OPTIONS = _options()
"""The settings that are given from outside, by their names."""


def variable(name: str) -> str:
    """The environment variable of a setting: ``BOTYARD_TLS_PORT`` for ``tls_port``."""
    return f"BOTYARD_{name.upper()}"


def flag(name: str) -> str:
    """The option of a setting: ``--tls-port`` for ``tls_port``."""
    return f"--{name.replace('_', '-')}"
