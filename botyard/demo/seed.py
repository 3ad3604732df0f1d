"""The seed format: people, bots, chats, private dialogs and notifications as data.

The demo portal itself is such a seed; seed_file.py reads one from YAML or JSON. The text below each field stands in
the JSON Schema and in docs/reference/seed.md, which scripts/docs writes.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec

MINUTE = 60


class InvalidSeed(Exception):
    """A seed that cannot be planted; the text is one clear sentence."""


class _Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A part of a seed. A name that is not known is a typing mistake, so it is refused."""


class Person(_Part, frozen=True):
    """Somebody with an account. ``login`` is the name by which the rest of the seed speaks of them."""

    login: str
    """The name to sign in with, by which the rest of the seed speaks of them."""
    name: str = ""
    """First name; the login where it is left out."""
    last_name: str = ""
    """Last name."""
    second_name: str = ""
    """Middle name or patronymic."""
    email: str = ""
    """Address of e-mail."""
    gender: Literal["", "F", "M"] = ""
    """`F`, `M` or nothing."""
    birthday: str = ""
    """A date such as `1990-12-31`."""
    work_position: str = ""
    """What they do."""
    work_phone: str = ""
    """Telephone at work."""
    mobile: str = ""
    """Mobile telephone."""
    city: str = ""
    """Where they live."""
    www: str = ""
    """Address of a page of theirs."""
    time_zone: str = ""
    """A zone such as `Europe/Berlin`."""
    language: str = "en"
    """Language of the interface, two letters."""
    department: str = ""
    """Name of the department; it is made where there is none of this name."""
    admin: bool = False
    """Whether they have an administrator's rights."""
    extranet: bool = False
    """Whether they are from outside and see only the chats that they are in."""


class SeedBot(_Part, frozen=True):
    """A bot of the demo application, or of the demo webhook's CLIENT_ID. ``code`` is its name in the seed."""

    code: str
    """Its code, by which the rest of the seed speaks of it."""
    name: str = ""
    """Its name; the code where it is left out."""
    last_name: str = ""
    """Last name."""
    work_position: str = ""
    """The line under its name."""
    color: str = ""
    """Name of its colour, such as `AZURE`."""
    type: Literal["B", "O", "H", "S"] = "B"
    """`B` (a usual bot), `O` (of open lines), `H` (human) or `S` (supervisor, hears everything)."""
    owner: Literal["application", "webhook"] = "application"
    """Whose it is: `application` (the demo application) or `webhook` (callers who know its CLIENT_ID)."""
    fetches: bool = False
    """Whether it is a v2 bot, which fetches its events; otherwise it is a v1 bot, which is called."""


class SeedMessage(_Part, frozen=True):
    """A message. ``ago`` is in minutes; the people of ``read_by`` have read up to here."""

    by: str = msgspec.field(name="from")
    """Who wrote it: a login, or the code of a bot."""
    text: str = ""
    """What it says."""
    ago: int = 0
    """How many minutes ago."""
    system: bool = False
    """Whether it is a system message."""
    attach: Any = msgspec.UNSET
    """A card, as ATTACH of `imbot.message.add`."""
    keyboard: Any = msgspec.UNSET
    """Buttons, as KEYBOARD of `imbot.message.add`."""
    menu: Any = msgspec.UNSET
    """A menu, as MENU of `imbot.message.add`."""
    reply_to: int = 0
    """The number of the message answered, counted from 1 within its chat."""
    read_by: tuple[str, ...] = ()
    """Those who have read up to here."""
    liked_by: tuple[str, ...] = ()
    """Those who like it."""
    unread_for: tuple[str, ...] = ()
    """Those who marked the chat as unread from this message on."""
    edited: str = ""
    """The text after an edit."""
    erased: bool = False
    """Whether it was deleted."""


class SeedChat(_Part, frozen=True):
    """A group chat: closed (`CHAT`), open to every employee (`OPEN`), or a thread under a message."""

    owner: str
    """Whose chat it is."""
    title: str = ""
    """Its name."""
    description: str = ""
    """What it is for."""
    type: Literal["CHAT", "OPEN"] = "CHAT"
    """`CHAT` (closed) or `OPEN` (to every employee)."""
    color: str = ""
    """Name of its colour, such as `MINT`."""
    picture: bool = False
    """Whether it has a picture instead of its colour."""
    background: int = 0
    """The number of the picture behind its messages; 0 for the usual one."""
    public: str = ""
    """Its public identifier."""
    folder: bool = False
    """Whether it has a folder for files before the first one is sent."""
    text_field: bool = True
    """Whether there is a field to write in."""
    ago: int = 0
    """How many minutes ago it was made."""
    thread_of: str = ""
    """Title of the chat above in which this one is the thread of a message."""
    thread_under: int = 1
    """The number of that message, counted from 1 within its chat."""
    entity_type: str = ""
    """Kind of what it is about, such as `CRM`."""
    entity_id: str = ""
    """Which one, such as `DEAL|1663`."""
    entity_data: tuple[str, str, str] = ("", "", "")
    """Three texts about that."""
    members: tuple[str, ...] = ()
    """Who is in it, beside the owner."""
    managers: tuple[str, ...] = ()
    """Those of them who manage it."""
    muted_by: tuple[str, ...] = ()
    """Those who do not want to hear of it."""
    messages: tuple[SeedMessage, ...] = ()
    """What was said, the oldest first."""


class SeedDialog(_Part, frozen=True):
    """A private dialog of two people, or of a person and a bot."""

    between: tuple[str, str]
    """The two whose dialog it is."""
    muted_by: tuple[str, ...] = ()
    """Those of them who do not want to hear of it."""
    messages: tuple[SeedMessage, ...] = ()
    """What was said, the oldest first; the dialog of two demo people goes on where it stood."""


class SeedButton(_Part, frozen=True):
    """A button of a notification. Who presses it is told ``reply``, and the notification is done with."""

    value: str
    """What `im.notify.confirm` names it by."""
    title: str
    """What it says."""
    reply: str = ""
    """What is said to who has pressed it; the title where it is left out."""


class SeedNotification(_Part, frozen=True):
    """A notification. With buttons it asks for a confirmation, which no method of the API sends."""

    to: str
    """Who is notified: a login."""
    text: str
    """What it says."""
    by: str = msgspec.field(name="from", default="")
    """In whose name, a login or the code of a bot; the system's where it is left out."""
    ago: int = 0
    """How many minutes ago."""
    title: str = ""
    """What stands above it."""
    type: str = "rest|rest_notify"
    """The module that sent it and the event, with a bar between them."""
    tag: str = ""
    """A tag, of which a person has one notification: the later one replaces the earlier one."""
    sub_tag: str = ""
    """A further tag, which several may have."""
    attach: Any = msgspec.UNSET
    """A card, as ATTACH of `im.notify`."""
    buttons: tuple[SeedButton, ...] = ()
    """Buttons, one of which is pressed."""
    read: bool = False
    """Whether it has been read."""


class Seed(_Part, frozen=True):
    """Everything that is to be planted."""

    people: tuple[Person, ...] = ()
    """People with accounts."""
    bots: tuple[SeedBot, ...] = ()
    """Bots."""
    chats: tuple[SeedChat, ...] = ()
    """Group chats."""
    dialogs: tuple[SeedDialog, ...] = ()
    """Private dialogs."""
    notifications: tuple[SeedNotification, ...] = ()
    """What people are told outside of chats."""


NOTHING = Seed()
