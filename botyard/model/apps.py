"""Who may call: applications, incoming webhooks and tokens."""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from botyard.model import owners
from botyard.model.owners import Owner

MESSENGER = "botyard.messenger"
"""The client id of the built-in application: the portal's own web client."""


class App(msgspec.Struct, frozen=True, gc=False):
    """A registered application. ``status`` is the documented letter (L: local).

    ``handler_url`` is its own page, ``install_url`` what is called or opened when it is installed, and
    ``redirect_uri`` where people are sent back to with a code. With a ``wizard`` it is installed when it says so.
    """

    id: int
    client_id: str
    title: str
    scopes: str
    status: str
    version: int
    installed: bool
    blocked: bool
    restricted: bool
    created: int
    handler_url: str = ""
    install_url: str = ""
    redirect_uri: str = ""
    wizard: bool = False
    agreed: str = ""
    """The permissions that administrators themselves have given it, and no other application."""

    @property
    def built_in(self) -> bool:
        """Whether it comes with the portal: a public client, which has no secret."""
        return self.client_id == MESSENGER

    @property
    def owner(self) -> Owner:
        """What its bots and handlers are kept under."""
        return owners.app(self.client_id)


class Code(msgspec.Struct, frozen=True, gc=False):
    """A one-time code of the consent page. ``challenge`` is what PKCE holds a verifier against, ``""`` for none."""

    hash: str
    app_id: int
    user_id: int
    scopes: str
    redirect_uri: str
    challenge: str
    family: str
    expires: int
    used: int | None


class Webhook(msgspec.Struct, frozen=True, gc=False):
    """An incoming webhook. ``prefix`` is the start of its secret, shown so that people can tell them apart."""

    id: int
    user_id: int
    prefix: str
    title: str
    scopes: str
    created: int
    revoked: int | None
    made_by: int
    made_with: str
    """Who made it, and with which key (`webhook:3`, `app:7:1`); 0 and "" where the command line did."""


class Token(msgspec.Struct, frozen=True, gc=False):
    """An access or refresh token; the text itself is known only to its bearer."""

    id: int
    kind: str
    app_id: int | None
    user_id: int
    scopes: str
    family: str
    created: int
    expires: int
    replaced: int | None
    revoked: int | None
    granted: int


class EventToken(NamedTuple):
    """The access token of a family that goes out with events, as far as it decides whether it may go out again."""

    hash: str
    scopes: str
    revoked: int | None


class Portal(msgspec.Struct, frozen=True, gc=False):
    """The portal's own row: its name and the administrator's switches."""

    title: str
    member_id: str
    created: int
    rest_enabled: bool
    maintenance: bool
    https_required: bool
    known_keys: bool
    """Whether published demo keys open it."""
    public_url: str
    https_url: str

    @property
    def url(self) -> str:
        """The address that works: where only https is taken, that of the https listener."""
        return self.https_url if self.https_required and self.https_url else self.public_url

    """The address under which it was last served; ``""`` before the first time."""
