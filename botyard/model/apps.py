"""Who may call: applications, incoming webhooks and tokens."""

from __future__ import annotations

import msgspec


class App(msgspec.Struct, frozen=True, gc=False):
    """A registered application. ``status`` is the documented letter (L: local)."""

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


class Webhook(msgspec.Struct, frozen=True, gc=False):
    """An incoming webhook. ``prefix`` is the start of its secret, shown so that people can tell them apart."""

    id: int
    user_id: int
    prefix: str
    title: str
    scopes: str
    created: int
    revoked: int | None


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


class Portal(msgspec.Struct, frozen=True, gc=False):
    """The portal's own row: its name and the administrator's switches."""

    title: str
    member_id: str
    created: int
    rest_enabled: bool
    maintenance: bool
    https_required: bool
