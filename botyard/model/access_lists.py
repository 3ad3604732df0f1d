"""Who has access: tokens that work, and applications that act in somebody's name."""

from __future__ import annotations

import msgspec


class TokenLine(msgspec.Struct, frozen=True, gc=False):
    """A token and those that it was renewed to, or a person's own token, which has no application.

    ``last_used`` is when the application, or any of the person's own tokens, last called in the person's name, within
    the hour. ``made_by`` and ``made_with`` say who issued it by a method.
    """

    id: int
    client_id: str
    title: str
    user_id: int
    scopes: str
    granted: int
    expires: int
    last_used: int | None
    made_by: int
    made_with: str


class AppAccess(msgspec.Struct, frozen=True):
    """An application that has tokens in somebody's name: what it may do, since when, and when it last did."""

    app_id: int
    scopes: tuple[str, ...]
    since: int
    last_used: int | None
