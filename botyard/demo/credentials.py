"""The secrets of a demo portal, stored in its data folder so that each start can show them again."""

from __future__ import annotations

import contextlib
from pathlib import Path

import msgspec

from botyard import atomic_file

FILE = "demo.json"
NOTHING = b"{}\n"
"""What stands in it before the portal is made."""


class DemoPerson(msgspec.Struct, frozen=True):
    """Somebody to sign in or call as. ``webhook`` is the secret of a webhook with every permission."""

    id: int
    login: str
    name: str
    password: str
    webhook: str
    admin: bool = False
    extranet: bool = False


class DemoApplication(msgspec.Struct, frozen=True):
    """The OAuth application and its tokens in the administrator's name."""

    client_id: str
    client_secret: str
    application_token: str
    user_id: int
    access_token: str
    refresh_token: str
    expires: int


class DemoBot(msgspec.Struct, frozen=True):
    """A bot and how to act for it: by the application, or by a webhook with this CLIENT_ID."""

    id: int
    code: str
    name: str
    client_id: str = ""


class DemoCredentials(msgspec.Struct, frozen=True):
    """Everything that is shown when a demo portal starts."""

    member_id: str
    people: tuple[DemoPerson, ...]
    bots: tuple[DemoBot, ...]
    application: DemoApplication

    @property
    def admin(self) -> DemoPerson:
        """The administrator, in whose name the application was let in."""
        return next(person for person in self.people if person.id == self.application.user_id)


def load(folder: Path, member_id: str) -> DemoCredentials | None:
    """What was kept for this portal; ``None`` where nothing was, or it belongs to another one."""
    try:
        kept = msgspec.json.decode((folder / FILE).read_bytes(), type=DemoCredentials)
    except (FileNotFoundError, msgspec.MsgspecError):
        return None
    return kept if kept.member_id == member_id else None


def reserve(folder: Path) -> None:
    """Mark the folder as a demo's before there is anything to keep: nobody may ever take it for another portal.

    Raises OSError, where there is no room.
    """
    atomic_file.create(folder / FILE, NOTHING)


def release(folder: Path) -> None:
    """Take the mark away again, where nothing was kept since."""
    with contextlib.suppress(FileNotFoundError):
        if (folder / FILE).read_bytes() == NOTHING:
            (folder / FILE).unlink()


def save(folder: Path, credentials: DemoCredentials) -> None:
    """Keep them, readable by their owner only."""
    content = msgspec.json.format(msgspec.json.encode(credentials), indent=2) + b"\n"
    atomic_file.replace(folder / FILE, content)
