"""Sessions: browsers that people have signed in with."""

from __future__ import annotations

from enum import Enum

import msgspec

from botyard.model.people import User

BROWSER_MAX = 300
"""Characters that are kept of what a browser calls itself."""


class Client(msgspec.Struct, frozen=True):
    """Where a request comes from: the address, and what the browser calls itself."""

    address: str = ""
    browser: str = ""


class Session(msgspec.Struct, frozen=True):
    """A browser that somebody has signed in with. ``confirmed`` is when that person last showed who they are.

    One that ``awaits_code`` opens nothing until a code of the second factor comes. ``password_initial`` and
    ``second_factor`` are the person's: whether somebody else chose the password, and whether codes are asked for.
    """

    id: int
    user: User
    created: int
    confirmed: int
    last_seen: int
    expires: int
    awaits_code: bool
    wrong_codes: int
    address: str
    browser: str
    password_initial: bool
    second_factor: bool

    @property
    def family(self) -> str:
        """The family of the tokens that the web client gets in it."""
        return f"session:{self.id}:{self.created}"


class Duty(Enum):
    """What somebody has to do before a session opens anything."""

    NONE = "nothing"
    CODE = "enter a code of the second factor"
    PASSWORD = "choose a password"  # noqa: S105  # A sentence.
    SECOND_FACTOR = "set up a second factor"
