"""What PostgreSQL's works need to know of a statement to run it together with those of other works.

A text is taken apart once. Most are opaque: what matters is whether they write, and which words they contain, for a
statement that names a table and a column may depend on what is written there. Three kinds are known better: an INSERT
that is ``{ordered}``, an UPDATE of one row by its key, and the SELECT that locks a chat.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from enum import Enum
from typing import Any, NamedTuple, TypeVar

from botyard.store.engines.db import LONGEST, STATEMENTS, Dialect, Row, Statement, Value

P = TypeVar("P")

_ORDERED = re.compile(r"\s*INSERT INTO (?P<table>\w+) \((?P<columns>[^()]+)\)\s+VALUES \([^()]+\)\s*\{ordered\}\s*")
_UPDATE = re.compile(r"\s*UPDATE (?P<table>\w+) SET (?P<set>.+?)\s+WHERE (?P<where>.+?)\s*", re.DOTALL)
_SET = re.compile(r"\s*(?P<column>\w+) = (?:(?P<same>\w+) \+ )?(?::(?P<name>\w+)|(?P<number>\d+))\s*")
_KEY = re.compile(r"\s*(?P<column>\w+) = :(?P<name>\w+)\s*")
_LOCKED = re.compile(r"SELECT (?P<columns>.+?) FROM (?P<source>.+?) WHERE .* \{lock_chat\}", re.DOTALL)
_SOURCE = re.compile(r"(\w+) (\w)(?= |$)")
_QUOTED = re.compile(r"'(?:[^']|'')*'")
_WORD = re.compile(r"[A-Za-z_]\w*")
# After a dot stands a column.
_NAME = re.compile(r"(?<![.\w])[A-Za-z_]\w*")
_EVERYTHING = re.compile(r"(?<!\()\*")


ROWS = 20_000
"""Rows of one statement that works take together: what has more is read apart, and there no further than the work may
read. It is what one call may read by default."""


def bounded(text: str) -> str:
    """A SELECT that returns one row more than ``ROWS`` at most, in its order: so many show that there are more."""
    return f"SELECT q.* FROM ({text}) q LIMIT {ROWS + 1}"


def is_read(statement: Statement) -> bool:
    """Whether a statement changes nothing and locks nothing."""
    reads = statement.text.lstrip().upper().startswith(("SELECT", "WITH"))
    return reads and not statement.writes and " FOR UPDATE" not in statement.text


class Kind(Enum):
    """How a statement is run together with others."""

    READ = 1
    """It changes nothing and locks nothing."""
    LOCK = 2
    """It reads a chat and holds it until the work ends."""
    ORDERED = 3
    """An INSERT that may be written later."""
    OTHER = 4


class Change(NamedTuple):
    """A column that an UPDATE sets to a parameter, or adds it to what is there."""

    column: str
    adds: bool
    name: str


class Written(NamedTuple):
    """A table, and the columns of it that a statement writes; ``None``: whole rows."""

    table: str
    columns: frozenset[str] | None


class Plan:
    """A statement. ``pick`` puts parameters in the order of ``names``; ``text`` is what one of it is run by.

    ``text_bounded`` returns one row more than ``ROWS`` at most. ``together`` is a SELECT for many sets of parameters at
    once, each row with the number of its set at the end, and as many rows for each. That number is one more parameter.
    ``slow_until`` is a moment of the loop until which it is run apart.
    """

    __slots__ = (
        "_kept_changes",
        "_known",
        "everything",
        "kind",
        "locked_columns",
        "names",
        "names_alone",
        "numbered",
        "pick",
        "slow_until",
        "text",
        "text_bounded",
        "together",
        "words",
        "writes",
        "written",
    )

    def __init__(self, sql: str, dialect: Dialect) -> None:
        statement = dialect.statement(sql)
        self.text, self.names, self.pick, self.writes = (
            statement.text,
            statement.names,
            statement.pick,
            statement.writes,
        )
        self.together = f"SELECT q.*, CAST(${len(self.names) + 1} AS BIGINT) FROM ({self.text}) q"
        bare = _QUOTED.sub("''", sql)
        self.words = frozenset(map(str.lower, _WORD.findall(bare)))
        self.names_alone = frozenset(map(str.lower, _NAME.findall(bare)))
        self.everything = _EVERYTHING.search(bare) is not None
        self._known: dict[Written, bool] = {}
        self._kept_changes: dict[UpdatePlan, KeptChange | None] = {}
        self.text_bounded = self.text
        self.numbered = ""
        self.slow_until = 0.0
        self.written: Written | None = None
        self.locked_columns: dict[str, dict[str, int]] = {}
        self.kind = Kind.READ if is_read(statement) else Kind.OTHER
        if self.kind is Kind.READ:
            self.text_bounded = bounded(self.text)
            self.together += f" LIMIT {ROWS + 1}"
        if "{lock_chat}" in sql:
            self._know_lock(sql)
        elif "{ordered}" in sql:
            self._know_insert(sql)

    def _know_lock(self, sql: str) -> None:
        match = _LOCKED.fullmatch(sql)
        if match is None:
            raise ValueError(f"Not of the form of a SELECT that locks a chat: {sql}")
        self.kind = Kind.LOCK
        tables = {alias: table for table, alias in _SOURCE.findall(match["source"])}
        for place, column in enumerate(match["columns"].split(", ")):
            alias, _, name = column.partition(".")
            if alias in tables:
                self.locked_columns.setdefault(tables[alias], {})[name] = place

    def _know_insert(self, sql: str) -> None:
        match = _ORDERED.fullmatch(sql)
        if match is None:
            raise ValueError(f"Not of the form of an INSERT that is ordered: {sql}")
        self.kind = Kind.ORDERED
        self.written = Written(match["table"], None)
        places = ", ".join(f"${number}" for number in range(1, len(self.names) + 2))
        self.numbered = f"INSERT INTO {match['table']} ({match['columns']}, id) VALUES ({places})"

    def kept_change(self, update: UpdatePlan) -> KeptChange | None:
        """How a kept row follows an UPDATE; ``None`` where it cannot be told which row is changed."""
        if update not in self._kept_changes:
            places = self.locked_columns.get(update.written.table, {})
            known = all(column in places for column, _ in update.keys)
            self._kept_changes[update] = KeptChange(self, update) if known else None
        return self._kept_changes[update]

    def depends_on(self, written: Written) -> bool:
        """Whether what the statement reads may be what another wrote."""
        known = self._known.get(written)
        if known is None:
            known = self._known[written] = written.table in self.names_alone and (
                written.columns is None or self.everything or not self.words.isdisjoint(written.columns)
            )
        return known


class UpdatePlan:
    """An UPDATE of one row by its key, whose changes can be gathered.

    ``keys`` are pairs of a column and the parameter that it is compared with. ``text`` and ``pick`` are of a statement
    that adds any number where the original adds a constant; such parameters have the names ``added_0`` and so on.
    """

    __slots__ = ("changes", "constants", "keys", "pick", "sums", "text", "written")

    def __init__(self, sql: str, dialect: Dialect) -> None:
        match = _UPDATE.fullmatch(sql)
        parts = [_SET.fullmatch(part) for part in match["set"].split(",")] if match else []
        keys = [_KEY.fullmatch(part) for part in match["where"].split(" AND ")] if match else []
        if match is None or not any(keys) or not all(part and part["same"] in (None, part["column"]) for part in parts):
            raise ValueError(f"Not of the form of an UPDATE of one row by its key: {sql}")
        self.keys = tuple((key["column"], key["name"]) for key in keys if key)
        self.changes = tuple(
            Change(part["column"], part["same"] is not None, part["name"] or f"added_{place}")
            for place, part in enumerate(parts)
            if part
        )
        self.constants = {
            change.name: int(part["number"])
            for change, part in zip(self.changes, parts, strict=True)
            if part and part["number"]
        }
        self.sums = tuple(change.name for change in self.changes if change.adds)
        self.written = Written(match["table"], frozenset(change.column for change in self.changes))
        assignments = ", ".join(
            f"{change.column} = {f'{change.column} + ' if change.adds else ''}:{change.name}" for change in self.changes
        )
        statement = dialect.statement(f"UPDATE {match['table']} SET {assignments} WHERE {match['where']}")
        self.text, self.pick = statement.text, statement.pick

    def key(self, values: Mapping[str, Value]) -> tuple[Value, ...]:
        """Which row is changed."""
        return tuple([values[name] for _, name in self.keys])


class KeptChange:
    """How the row that a SELECT has returned follows an UPDATE of one of its tables."""

    __slots__ = ("_changes", "_places")

    def __init__(self, plan: Plan, update: UpdatePlan) -> None:
        places = plan.locked_columns[update.written.table]
        self._places = tuple(places[column] for column, _ in update.keys)
        self._changes = tuple(
            (places[change.column], change.adds, change.name) for change in update.changes if change.column in places
        )

    def key(self, row: Row) -> tuple[Value, ...]:
        """Which row of the table is in a row of the SELECT."""
        return tuple([row[place] for place in self._places])

    def changed(self, row: Row, values: Mapping[str, Value]) -> Row:
        cells: list[Any] = list(row)
        for place, adds, name in self._changes:
            cells[place] = cells[place] + values[name] if adds else values[name]
        return tuple(cells)


class _Kept(dict[str, P]):
    """What was made of texts, by the common text."""

    def __init__(self, make: Callable[[str, Dialect], P], dialect: Dialect) -> None:
        super().__init__()
        self._make = make
        self._dialect = dialect

    def __missing__(self, sql: str) -> P:
        made = self._make(sql, self._dialect)
        if len(sql) <= LONGEST:
            if len(self) >= STATEMENTS:
                self.clear()
            self[sql] = made
        return made


class Plans(_Kept[Plan]):
    """The plans of all statements; ``updates`` has those of the ones that are passed to ``update``."""

    def __init__(self, dialect: Dialect) -> None:
        super().__init__(Plan, dialect)
        self.updates = _Kept(UpdatePlan, dialect)
