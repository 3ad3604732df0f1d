"""Records: how structs are read from rows and stored in them."""

from __future__ import annotations

from typing import Any, NamedTuple

import msgspec
import pytest

from botyard.store.records import WIDE, Column, Record, insert, scalar


class Thing(msgspec.Struct, frozen=True):
    id: int
    name: str
    hidden: bool
    params: dict[str, Any]
    tags: list[str]
    colour: str | None = None


class Owned(NamedTuple):
    owner: str
    thing: Thing
    other: Thing | None
    shown: bool


class Name(NamedTuple):
    name: str


class Pair(NamedTuple):
    first: Name
    second: Name


class Sized(NamedTuple):
    id: int
    size: int


class Both(NamedTuple):
    first: int
    broad: Any
    sized: Sized | None
    last: bool


THING = Record(Thing, "things t", colour="t.paint")
OTHER = Record(Thing, "things o")
OWNED = Record(
    Owned,
    "things t LEFT JOIN things o ON o.id = t.next JOIN owners w ON w.id = t.owner",
    owner="COALESCE(w.name, '')",
    thing=THING,
    other=OTHER,
)
ROW = (7, "bell", 1, '{"a": 1}', '["x"]', None)
BELL = Thing(7, "bell", True, {"a": 1}, ["x"])


def test_the_struct_says_what_is_selected() -> None:
    assert THING.columns == "t.id, t.name, t.hidden, t.params, t.tags, t.paint"
    assert THING.select == f"SELECT {THING.columns} FROM things t"
    assert OWNED.columns == f"COALESCE(w.name, ''), {THING.columns}, {OTHER.columns}, t.shown"


def test_flags_and_json_are_read_as_what_they_are() -> None:
    assert THING.read(ROW) == BELL
    assert THING.read((8, "", 0, "", "", "red")) == Thing(8, "", False, {}, [], "red")
    assert THING.read_all([ROW, ROW]) == [BELL, BELL]
    assert THING.read(None) is None


def test_a_joined_row_becomes_several_structs() -> None:
    assert OWNED.read(("ann", *ROW, *ROW, 1)) == Owned("ann", BELL, BELL, True)
    nobody = OWNED.read(("ann", *ROW, *[None] * 6, 0))
    assert nobody == Owned("ann", BELL, None, False) and isinstance(nobody, Owned)
    assert OWNED.read_all([("ann", *ROW, *ROW, 1)]) == [Owned("ann", BELL, BELL, True)]


def test_a_struct_of_one_column_may_stand_in_another() -> None:
    pairs = Record(Pair, "names n", first=Record(Name, "names n"), second=Record(Name, "names m"))
    assert pairs.read_all([("ann", "ben")]) == [Pair(Name("ann"), Name("ben"))]


def test_a_wide_row_is_read_in_its_order() -> None:
    fields = [(f"f{place}", bool if place % 10 == 3 else int) for place in range(WIDE + 5)]
    wide = msgspec.defstruct("wide", fields, namespace={"__module__": __name__})
    row = tuple(place % 2 for place in range(len(fields)))
    read: Any = Record(wide, "wides w").read(row)
    assert msgspec.structs.astuple(read) == row
    assert read.f3 is True and read.f4 == 0 and read.f4 is not False


def test_a_wide_row_may_hold_structs_that_are_not_there() -> None:
    fields = [(f"f{place}", bool if place % 10 == 3 else int) for place in range(WIDE)]
    broad = msgspec.defstruct("broad", fields, namespace={"__module__": __name__})
    sized = Record(Sized, "sizes s", size=Column("s.text", len))
    both = Record(Both, "wides w", broad=Record(broad, "wides w"), sized=sized)
    row = tuple(place % 2 for place in range(WIDE))
    read = both.read((5, *row, 7, "four", 1))
    assert read == Both(5, broad(*row), Sized(7, 4), True) and read.last is True and read.broad.f3 is True
    assert both.read_all([(5, *row, None, None, 0)]) == [Both(5, broad(*row), None, False)]


def test_a_column_may_have_a_reader_of_its_own() -> None:
    class Size(NamedTuple):
        name: str
        size: int

    sizes = Record(Size, "sizes s", size=Column("s.text", len))
    assert sizes.columns == "s.name, s.text"
    assert sizes.read(("a", "four")) == Size("a", 4)


def test_a_struct_is_stored_by_name() -> None:
    values = THING.values(msgspec.structs.replace(BELL, colour="red"))
    assert values == {
        "id": 7,
        "name": "bell",
        "hidden": 1,
        "params": '{"a":1}',
        "tags": '["x"]',
        "colour": "red",
    }
    assert THING.insert("name", "colour") == "INSERT INTO things (name, paint) VALUES (:name, :colour)"
    assert THING.update("colour") == "UPDATE things SET paint = :colour"
    # The database gives the id.
    assert THING.insert() == (
        "INSERT INTO things (name, hidden, params, tags, paint) VALUES (:name, :hidden, :params, :tags, :colour)"
    )
    # What is read from elsewhere is not stored.
    assert OWNED.assignments() == "shown = :shown"
    assert insert("things", ("id", "name")) == "INSERT INTO things (id, name) VALUES (:id, :name)"


def test_mistakes_are_found_before_anything_is_read() -> None:
    with pytest.raises(TypeError, match="Thing has no color"):
        Record(Thing, "things t", color="t.paint")
    with pytest.raises(KeyError):
        OWNED.insert("owner")
    with pytest.raises(ValueError, match="too many values"):
        THING.read((*ROW, 1))


def test_a_scalar_is_the_only_column() -> None:
    assert scalar((3,), 0) == 3
    assert scalar((None,), 0) == 0
    assert scalar(None, "none") == "none"
    with pytest.raises(ValueError, match="too many values"):
        scalar((1, 2), 0)
