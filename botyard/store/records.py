"""Rows by name: the fields of a struct say what is selected, read and stored, and in which order.

``USER = Record(User, "users u")`` knows the SELECT of users, reads its rows, and writes the texts of INSERT and UPDATE.
What differs from the struct is said by field: ``Record(Bot, "bots b JOIN users u ON …", name="u.full_name")``.
Records and the texts made of them are constants of their module: both engines keep a statement by its text.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import NoneType
from typing import Any, Generic, NamedTuple, Protocol, TypeVar, get_args, get_origin, get_type_hints, overload

import msgspec

from botyard.store.engines.db import Row, Value

S = TypeVar("S")
R = TypeVar("R", covariant=True)
D = TypeVar("D")

WIDE = 30
"""Rows of more columns are faster changed in place than taken apart."""

_encode = msgspec.json.Encoder().encode


class Column(NamedTuple):
    """A column that becomes the value of its field by a function of its own."""

    sql: str
    read: Callable[[Any], Any]


class ReadRow(Protocol[R]):
    """Reads a row; without a row there is nothing."""

    @overload
    def __call__(self, row: Row, /) -> R: ...
    @overload
    def __call__(self, row: None, /) -> None: ...


class Record(Generic[S]):
    """A struct (or named tuple) and the columns it is read from.

    Flags are read from 0 and 1, lists and dictionaries from JSON (an empty text is an empty one). A field that is
    itself a struct is read from the columns of its own record; if it may be ``None``, it is where the first of them is.
    """

    columns: str
    """The SELECT list, in the order of the fields."""
    select: str
    """``SELECT`` and ``FROM``; conditions follow."""
    read: ReadRow[S]
    read_all: Callable[[Sequence[Row]], list[S]]
    values: Callable[[S], dict[str, Value]]
    """What is stored of a struct, by the names that ``insert`` and ``update`` give to their parameters."""

    def __init__(self, struct: type[S], source: str, /, **columns: str | Column | Record[Any]) -> None:
        """``source`` is the FROM clause: a table, its alias, perhaps joins.

        ``columns`` are the SQL of fields that are no column of the same name in that table, or their records.
        """
        self._struct = struct
        self._table, alias = source.split(maxsplit=2)[:2]
        hints = get_type_hints(struct)
        names: tuple[str, ...] = getattr(struct, "__struct_fields__", ()) or getattr(struct, "_fields", ())
        self._hints = {name: hints[name] for name in names}
        if unknown := columns.keys() - self._hints.keys():
            raise TypeError(f"{struct.__name__} has no {', '.join(sorted(unknown))}")
        self._sources = {name: columns.get(name, f"{alias}.{name}") for name in names}
        self._own = {
            name: sql.removeprefix(f"{alias}.")
            for name, sql in self._sources.items()
            if isinstance(sql, str) and sql.startswith(f"{alias}.")
        }
        self.columns = ", ".join(map(_sql, self._sources.values()))
        self.select = f"SELECT {self.columns} FROM {source}"
        self._width = sum(map(_width, self._sources.values()))
        self._compile()

    def insert(self, *fields: str) -> str:
        """INSERT of these fields; of all that are in the table and not given by the database, if none are named."""
        return insert(self._table, {self._own[name]: name for name in fields or self._given()})

    def update(self, *fields: str) -> str:
        """UPDATE that sets these fields, or all but the id; a condition must follow."""
        return f"UPDATE {self._table} SET {self.assignments(*fields)}"

    def assignments(self, *fields: str) -> str:
        """What follows the SET of an UPDATE."""
        return ", ".join(f"{self._own[name]} = :{name}" for name in fields or self._given())

    def _given(self) -> list[str]:
        return [name for name in self._own if name != "id"]

    def _compile(self) -> None:
        """Make the functions of the text that one would write by hand, so that nothing is looked up for each row."""
        # What a named tuple does to make itself of its parts, without the way through its own constructor.
        known: dict[str, Any] = {"encode": _encode, "new": tuple.__new__}
        names = [f"c{place}" for place in range(self._width)]
        row = [f"row[{place}]" for place in range(self._width)]
        values = self._values(row, known)
        if values == row or self._width > WIDE:
            changes = [f"{cell} = {value}" for cell, value in zip(row, values, strict=True) if cell != value]
            made = self._made(row, row, known)
            read = "; ".join([*(["row = list(row)", *changes] if changes else []), f"return {made}"])
            each = "read(row) for row" if changes else f"{made} for row"
        else:
            made = self._made(names, self._values(names, known), known)
            read, each = f"{', '.join(names)}, = row; return {made}", f"{made} for {', '.join(names)},"
        stored = ", ".join(f'"{name}": {_stored(name, self._hints[name])}' for name in self._own)
        source = f"""
def read(row):
    if row is None: return None
    {read}
def read_all(rows): return [{each} in rows]
def values(made): return {{{stored}}}
"""
        exec(source, known)  # noqa: S102  # It is made of nothing but names of fields.
        self.read, self.read_all, self.values = known["read"], known["read_all"], known["values"]

    def _values(self, cells: Sequence[str], known: dict[str, Any], path: str = "", there: str = "") -> list[str]:
        """The values of all columns, also of those of records within; ``cells`` say how the columns are reached.

        ``known`` takes what is called, by names that begin with ``path``. ``there`` is ``None`` where nothing is.
        """
        values: list[str] = []
        for name, source in self._sources.items():
            place, hint, call = len(values), self._hints[name], f"{path}_{name}"
            cell = cells[place]
            if isinstance(source, Record):
                within = cells[place : place + source._width]
                values += source._values(within, known, call, cell if NoneType in get_args(hint) else there)
            elif isinstance(source, Column):
                known[call] = source.read
                values.append(f"None if {there} is None else {call}({cell})" if there else f"{call}({cell})")
            elif hint is bool:
                values.append(f"{cell} == 1")
            elif _is_json(hint):
                known[call] = msgspec.json.Decoder(hint).decode
                values.append(f"{call}({cell}) if {cell} else {get_origin(hint)()!r}")
            else:
                values.append(cell)
        return values

    def _made(self, cells: Sequence[str], values: Sequence[str], known: dict[str, Any], path: str = "made") -> str:
        """The struct, made of the values of its columns."""
        known[path] = self._struct
        parts, place = [], 0
        for name, source in self._sources.items():
            part = values[place]
            if isinstance(source, Record):
                end = place + source._width
                part = source._made(cells[place:end], values[place:end], known, f"{path}_{name}")
                if NoneType in get_args(self._hints[name]):
                    part = f"None if {cells[place]} is None else {part}"
            parts.append(part)
            place += _width(source)
        listed = ", ".join(parts)
        if parts == list(cells) and listed.startswith("row"):
            first, last = cells[0][4:-1], int(cells[-1][4:-1])
            listed = f"*row[{first}:{last + 1}]"
        return f"new({path}, ({listed},))" if issubclass(self._struct, tuple) else f"{path}({listed})"


def insert(table: str, columns: dict[str, str] | Sequence[str]) -> str:
    """INSERT into these columns, each from the parameter of its name, or of the name that it is mapped to."""
    parameters = columns if isinstance(columns, dict) else {name: name for name in columns}
    places = ", ".join(f":{name}" for name in parameters.values())
    return f"INSERT INTO {table} ({', '.join(parameters)}) VALUES ({places})"


def scalar(row: Row | None, default: D) -> D:
    """The only column of a row; ``default`` where there is no row, or nothing in it."""
    if row is None:
        return default
    (value,) = row
    return default if value is None else value


def _sql(source: str | Column | Record[Any]) -> str:
    if isinstance(source, Record):
        return source.columns
    return source.sql if isinstance(source, Column) else source


def _width(source: str | Column | Record[Any]) -> int:
    return source._width if isinstance(source, Record) else 1


def _is_json(hint: Any) -> bool:
    return get_origin(hint) in (list, dict)


def _stored(name: str, hint: Any) -> str:
    if hint is bool:
        return f"int(made.{name})"
    return f"encode(made.{name}).decode()" if _is_json(hint) else f"made.{name}"
