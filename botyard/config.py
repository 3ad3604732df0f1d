"""Settings: every option of the server with its default and description."""

from __future__ import annotations

from pathlib import Path

import msgspec


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What a server is started with; the command line fills it in."""

    data: Path = Path(".botyard")
    """Folder of the database, keys and certificates."""
    database: str = ""
    """`postgresql://…`, or empty for SQLite in the data folder."""
    files: str = ""
    """`s3://bucket/prefix?endpoint=https://…` for the bytes of files, or empty for `files` in the data folder."""
    file_quota: int = 10_240
    """Mebibytes that the files of one person, or of one bot, may take; 0 for no limit."""
    link_seconds: int = 3600
    """Life of a link to a file. Links in lists of messages live up to twice as long."""
    host: str = "127.0.0.1"
    """Address to listen on."""
    port: int = 8024
    """Port for http; 0 takes a free one."""
    tls: bool = False
    """Serve https beside http, with a local certificate authority unless `tls_cert` is given."""
    tls_cert: str = ""
    """File of the certificate for https, with its chain, in PEM; empty for the portal's own authority."""
    tls_key: str = ""
    """File of its private key, in PEM."""
    tls_port: int = 8443
    """Port for https; 0 takes a free one."""
    public_url: str = "http://localhost:8024"
    """The address under which clients reach the portal, without a trailing slash."""
    https_url: str = ""
    """The address of the https listener, known once it listens; empty where there is none."""
    trusted_proxies: tuple[str, ...] = ()
    """Addresses and networks of proxies that are believed where a call came from (`X-Forwarded-For`, `-Proto`)."""
    time_zone: str = "UTC"
    """Zone in which dates are written."""
    limits: str = "off"
    """Rate profile: off, cloud or enterprise."""
    profile: str = "dev"
    """dev or prod."""
    demo: bool = False
    """Fill an empty portal with demo people and chats."""
    random_keys: bool = False
    """Make up the keys of a new demo portal, instead of the published ones that work on this machine only."""
    metrics: str = "loopback"
    """Who may read `/metrics`: loopback (this machine, not through a proxy), all or off."""
    max_in_flight: int = 1000
    """Calls under way at once before new ones are answered OVERLOAD_LIMIT."""
    max_bots: int = 100
    """Bots that one application may register."""
    edit_days: int = 3
    """Days during which a message may be edited or deleted by its author."""
    event_hours: int = 24
    """Hours for which events lie ready for those who fetch them."""
    delivery: str = "retry"
    """How events reach handlers: retry, strict (unanswered ones are repeated, in order) or compat (one attempt)."""
    delivery_timeout: float = 30.0
    """Seconds in which a handler must respond."""
    delivery_concurrency: int = 1024
    """Events being sent at once, and half of the files that may be open; one recipient gets as many as are left."""
    delivery_days: int = 7
    """Days for which deliveries that have ended are kept, with the record of their attempts."""
    event_log_days: int = 30
    """Days for which events stay in the log, or longer while a delivery refers to them; 0 keeps them for ever."""
    quiet: bool = False
    """No line for each call and each attempt to deliver, and of the log what is at least a warning."""
    log_level: str = "info"
    """What is logged at least: debug, info, warning or error. With debug calls have their lines in prod, too."""
    log_format: str = "text"
    """text for people, or json: one object a line."""
    token_seconds: int = 3600
    """Life of an access token."""
    refresh_days: int = 180
    """Life of a refresh token."""
    refresh_grace: int = 30
    """Seconds during which a refresh token that was just replaced still works, for callers that race."""

    @property
    def domain(self) -> str:
        """Host and port as clients write them."""
        return self.public_url.partition("://")[2]
