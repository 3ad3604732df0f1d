"""What the official documentation says, one struct for each page; read from the JSON files beside this one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

FOLDER = Path(__file__).parent
FAMILIES = ("imbot", "imbot.v2", "im", "im.v2", "user", "department", "core")
"""The families that responses are held against."""


class Limits(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a parameter must be between; the figures are characters, elements or bytes where the name says so."""

    min: int | None = None
    max: int | None = None
    min_length: int | None = None
    max_length: int | None = None
    max_items: int | None = None
    max_bytes: int | None = None
    max_pixels: str | None = None


class Param(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A parameter of a method, or a field inside one.

    ``children`` of an array describe its elements, and a name in braces stands for the keys of a map. Of two
    parameters that are ``required`` and ``conditional`` one is enough. ``may_be_false`` is of those that are no
    booleans.
    """

    name: str
    types: tuple[str, ...]
    required: bool = False
    conditional: bool = False
    nullable: bool = False
    may_be_false: bool = False
    aliases: tuple[str, ...] = ()
    default: str = ""
    allowed: tuple[str, ...] = ()
    limits: Limits = Limits()
    children: tuple[Param, ...] = ()


class Failure(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An error: its code, `error_description` and HTTP status, each ``None`` where the page names none."""

    code: str | None
    message: str | None
    status: int | None


class Page(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A method.

    ``variants`` are further tables of parameters. ``result`` is a JSON Schema of the result, ``beside`` one for each
    key beside it. ``system_errors`` says that the page names the common errors as well.
    """

    method: str
    page: str
    scope: tuple[str, ...]
    params: tuple[Param, ...]
    errors: tuple[Failure, ...]
    deprecated: bool = False
    replaced_by: tuple[str, ...] = ()
    variants: tuple[tuple[Param, ...], ...] = ()
    result: dict[str, Any] | None = None
    beside: dict[str, Any] = {}
    system_errors: bool = False

    @property
    def codes(self) -> set[str]:
        """The error codes of this page; those of any method are not among them."""
        return {error.code for error in self.errors if error.code}


class Family(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The methods of a file; ``system_errors`` are those that any method may return."""

    methods: tuple[Page, ...]
    system_errors: tuple[Failure, ...] = ()


class Field(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A field of an event's body; in its path, ``[]`` stands for the elements of a list."""

    path: str
    types: tuple[str, ...]
    always: bool = False
    nullable: bool = False
    allowed: tuple[str, ...] = ()


class EventPage(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An event. Paths begin at the body, in the second generation (``imbot.v2``, ``im.v2``) at its ``data``.

    ``same_as`` names an event whose body is the same.
    """

    event: str
    family: str
    page: str
    scope: tuple[str, ...]
    fields: tuple[Field, ...]
    deprecated: bool = False
    replaced_by: tuple[str, ...] = ()
    same_as: str = ""


class _Events(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    events: tuple[EventPage, ...]


def family(name: str) -> Family:
    """The methods of a family: one of FAMILIES, or ``disk``."""
    return msgspec.json.decode((FOLDER / f"{name}.json").read_bytes(), type=Family)


def events() -> dict[str, EventPage]:
    """All events by their names, in capitals."""
    decoded = msgspec.json.decode((FOLDER / "events.json").read_bytes(), type=_Events)
    return {page.event: page for page in decoded.events}
