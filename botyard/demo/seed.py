"""The seed format: people, bots, chats and private dialogs as data.

The demo portal itself is such a seed, and `botyard exec --seed FILE` reads one from JSON.
Docs: docs/how-to/tests-in-any-language.md.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import msgspec

MINUTE = 60


class SeedWrong(Exception):
    """A seed that cannot be planted; the text is one clear sentence."""


class _Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A part of a seed. A name that is not known is a typing mistake, so it is refused."""


class Person(_Part, frozen=True):
    """Somebody with an account. ``login`` is the name by which the rest of the seed speaks of them."""

    login: str
    name: str = ""
    last_name: str = ""
    second_name: str = ""
    email: str = ""
    gender: Literal["", "F", "M"] = ""
    birthday: str = ""
    work_position: str = ""
    work_phone: str = ""
    mobile: str = ""
    city: str = ""
    www: str = ""
    time_zone: str = ""
    language: str = "en"
    department: str = ""
    admin: bool = False
    extranet: bool = False


class SeedBot(_Part, frozen=True):
    """A bot of the demo application, or of the demo webhook's CLIENT_ID. ``code`` is its name in the seed."""

    code: str
    name: str = ""
    last_name: str = ""
    work_position: str = ""
    color: str = ""
    type: Literal["B", "O", "H", "S"] = "B"
    owner: Literal["application", "webhook"] = "application"
    fetches: bool = False
    """Whether it is of the second generation and fetches its events; else it is of the first, and is called."""


class Said(_Part, frozen=True):
    """A message. ``ago`` is in minutes; the people of ``read_by`` have read up to here."""

    by: str = msgspec.field(name="from")
    text: str = ""
    ago: int = 0
    system: bool = False
    attach: Any = msgspec.UNSET
    keyboard: Any = msgspec.UNSET
    menu: Any = msgspec.UNSET
    reply_to: int = 0
    """The number of the message answered, counted from 1 within its chat."""
    read_by: tuple[str, ...] = ()
    liked_by: tuple[str, ...] = ()
    unread_for: tuple[str, ...] = ()
    """Those who marked the chat as unread from this message on."""
    edited: str = ""
    """The text after an edit."""
    erased: bool = False


class SeedChat(_Part, frozen=True):
    """A group chat: closed (``CHAT``), open to everybody of the house (``OPEN``), or a thread under a message."""

    owner: str
    title: str = ""
    description: str = ""
    type: Literal["CHAT", "OPEN"] = "CHAT"
    color: str = ""
    picture: bool = False
    """Whether it has a picture instead of its colour."""
    background: int = 0
    """The number of the picture behind its messages; 0 for the usual one."""
    public: str = ""
    """Its public identifier."""
    folder: bool = False
    """Whether it has a folder for files before the first one is sent."""
    text_field: bool = True
    ago: int = 0
    thread_of: str = ""
    """Title of the chat above in which this one is the thread of a message."""
    thread_under: int = 1
    """The number of that message, counted from 1 within its chat."""
    entity_type: str = ""
    entity_id: str = ""
    entity_data: tuple[str, str, str] = ("", "", "")
    members: tuple[str, ...] = ()
    managers: tuple[str, ...] = ()
    muted_by: tuple[str, ...] = ()
    messages: tuple[Said, ...] = ()


class SeedDialog(_Part, frozen=True):
    """A private dialog of two people, or of a person and a bot."""

    between: tuple[str, str]
    muted_by: tuple[str, ...] = ()
    messages: tuple[Said, ...] = ()


class Seed(_Part, frozen=True):
    """Everything that is to be planted."""

    people: tuple[Person, ...] = ()
    bots: tuple[SeedBot, ...] = ()
    chats: tuple[SeedChat, ...] = ()
    dialogs: tuple[SeedDialog, ...] = ()


NOTHING = Seed()


def read(file: Path) -> Seed:
    """Read a seed file. Raises SeedWrong with a sentence that names the place."""
    try:
        content = file.read_bytes()
    except OSError as problem:
        raise SeedWrong(f"The seed file {file} cannot be read: {problem.strerror}.") from problem
    try:
        return msgspec.json.decode(content, type=Seed)
    except msgspec.ValidationError as problem:
        raise SeedWrong(f"The seed file {file} is wrong: {problem}.") from problem
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as problem:
        raise SeedWrong(f"The seed file {file} is not JSON: {problem}.") from problem
