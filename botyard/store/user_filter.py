"""People by filter: the conditions of `user.get` and `user.search` as SQL.

A filter is a map of keys to values; a key is a field with an operator in front
(``>=DATE_REGISTER``, ``!%NAME``), as the page api-reference/user/user-get.md
lists them. Every value travels as a parameter. Keys that name no field are
ignored.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from enum import Enum
from typing import NamedTuple
from zoneinfo import ZoneInfo

import msgspec

from botyard.errors import ApiError, Reason
from botyard.model import words
from botyard.model.people import User, UserKind
from botyard.store import name_words
from botyard.store.engines.db import Tx, Value
from botyard.store.engines.like_any import escaped as literal
from botyard.store.filter_values import flag, moment, number, scalars, text
from botyard.store.records import scalar
from botyard.store.users import USER
from botyard.wire.param_types import FilterValue, Scalar

PAGE = 50

ONLINE_SECONDS = 900
"""Who was active within this time is online (the example of `user.current` shows somebody online after 132 seconds)."""

MAX_TESTS = 300
"""Comparisons that one filter may come to; SQLite takes at most 1,000 in a row."""


class Operator(Enum):
    """What a prefix asks for. LIKE looks anywhere in the text, PATTERN takes its own ``%``."""

    PLAIN = ""
    EQUAL = "IN"
    UNEQUAL = "NOT IN"
    MORE = ">"
    LESS = "<"
    FROM = ">="
    UPTO = "<="
    LIKE = "LIKE"
    PATTERN = "LIKE %"
    UNLIKE = "NOT LIKE"
    NOT_PATTERN = "NOT LIKE %"


# Longer prefixes first.
PREFIXES: tuple[tuple[str, Operator], ...] = (
    ("!=%", Operator.NOT_PATTERN),
    ("!%=", Operator.NOT_PATTERN),
    ("!%", Operator.UNLIKE),
    ("!@", Operator.UNEQUAL),
    ("!=", Operator.UNEQUAL),
    (">=", Operator.FROM),
    ("<=", Operator.UPTO),
    ("=%", Operator.PATTERN),
    ("%=", Operator.PATTERN),
    ("!", Operator.UNEQUAL),
    (">", Operator.MORE),
    ("<", Operator.LESS),
    ("@", Operator.EQUAL),
    ("%", Operator.LIKE),
    ("=", Operator.EQUAL),
)
POSITIVE = {
    Operator.UNEQUAL: Operator.EQUAL,
    Operator.UNLIKE: Operator.LIKE,
    Operator.NOT_PATTERN: Operator.PATTERN,
}
NEGATIVE = frozenset(POSITIVE)
LIKES = frozenset({Operator.LIKE, Operator.PATTERN, Operator.UNLIKE, Operator.NOT_PATTERN})
ORDERED = frozenset({Operator.MORE, Operator.LESS, Operator.FROM, Operator.UPTO})


class FieldKind(Enum):
    """How the values of a field are read and compared."""

    NUMBER = "number"
    FLAG = "flag"
    MOMENT = "moment"
    DAY = "day"
    TEXT = "text"
    DEPARTMENT = "department"
    DEPARTMENT_NAME = "department name"
    WORDS = "words"


class Field(NamedTuple):
    kind: FieldKind
    sql: str = "''"


NOT_KEPT = Field(FieldKind.TEXT)
"""A documented field that is empty for everybody."""

FIELDS: dict[str, Field] = {
    "ID": Field(FieldKind.NUMBER, "u.id"),
    "ACTIVE": Field(FieldKind.FLAG, "u.active"),
    "NAME": Field(FieldKind.TEXT, "u.name"),
    "LAST_NAME": Field(FieldKind.TEXT, "u.last_name"),
    "SECOND_NAME": Field(FieldKind.TEXT, "u.second_name"),
    "EMAIL": Field(FieldKind.TEXT, "u.email"),
    "LAST_LOGIN": Field(FieldKind.MOMENT, "u.last_login"),
    "DATE_REGISTER": Field(FieldKind.MOMENT, "u.registered"),
    "TIMESTAMP_X": Field(FieldKind.MOMENT, "u.updated"),
    "LAST_ACTIVITY_DATE": Field(FieldKind.MOMENT, "u.last_activity"),
    "TIME_ZONE": Field(FieldKind.TEXT, "u.time_zone"),
    "IS_ONLINE": Field(FieldKind.FLAG, "(CASE WHEN u.last_activity > :online THEN 1 ELSE 0 END)"),
    "PERSONAL_GENDER": Field(FieldKind.TEXT, "u.gender"),
    "PERSONAL_WWW": Field(FieldKind.TEXT, "u.www"),
    "PERSONAL_BIRTHDAY": Field(FieldKind.DAY, "u.birthday"),
    "PERSONAL_MOBILE": Field(FieldKind.TEXT, "u.mobile"),
    "PERSONAL_CITY": Field(FieldKind.TEXT, "u.city"),
    "WORK_PHONE": Field(FieldKind.TEXT, "u.work_phone"),
    "WORK_POSITION": Field(FieldKind.TEXT, "u.work_position"),
    "USER_TYPE": Field(FieldKind.TEXT, "u.kind"),
    "UF_DEPARTMENT": Field(FieldKind.DEPARTMENT),
    "UF_DEPARTMENT_NAME": Field(FieldKind.DEPARTMENT_NAME),
    "NAME_SEARCH": Field(FieldKind.WORDS),
    "FIND": Field(FieldKind.WORDS),
}

# Bots, guests (visitors of open channels) and, unless asked for by USER_TYPE, mail users are not listed.
_LISTED = (UserKind.EMPLOYEE, UserKind.EXTRANET)
_NAMEABLE = (*_LISTED, UserKind.EMAIL)

_MEMBER = "u.id {verb} (SELECT m.user_id FROM department_members m WHERE {test})"
_MEMBER_NAMED = """u.id {verb} (SELECT m.user_id FROM department_members m
 JOIN departments d ON d.id = m.department_id WHERE {test})"""
_HAS = "EXISTS (SELECT 1 FROM user_words w WHERE w.user_id = u.id AND {begins})"
_PLACED = """u.id IN (SELECT m.user_id FROM department_words w
 JOIN department_members m ON m.department_id = w.department_id WHERE {begins})"""
# The condition ``KNOWN`` of ``store/reach.py`` for a list of people, in which there are no bots.
_NEIGHBOUR = """(u.id = :viewer OR u.id IN (SELECT theirs.user_id FROM members mine
 JOIN members theirs ON theirs.chat_id = mine.chat_id WHERE mine.user_id = :viewer)
 OR u.id IN (SELECT b.registrant FROM bots b WHERE b.user_id = :viewer))"""


class UserFilter:
    """Conditions that all must hold. ``fields`` are those that may be asked for, by name."""

    def __init__(self, fields: Mapping[str, Field], now: int, zone: ZoneInfo) -> None:
        self.values: dict[str, Value] = {}
        self._now = now
        self._zone = zone
        self._fields = fields
        self._kinds: tuple[UserKind, ...] = _LISTED
        self._parts: list[str] = []
        self._tests = 0

    @property
    def sql(self) -> str:
        kinds = ", ".join(f"'{kind}'" for kind in self._kinds)
        return " AND ".join([f"u.kind IN ({kinds})", *self._parts])

    def add_all(self, conditions: Mapping[str, FilterValue]) -> None:
        """Add a condition for each key."""
        for key, value in conditions.items():
            self.add(key, value)

    def add(self, key: str, value: FilterValue) -> None:
        """Add the condition of one key; a key that names no field, or no value at all, adds nothing."""
        operator, name = _parsed(key)
        field = self._fields.get(name)
        if field is None or value is None:
            return
        if name == "USER_TYPE":
            self._kinds = _NAMEABLE
        if ":online" in field.sql:
            self.values["online"] = self._now - ONLINE_SECONDS
        part = _COMPILERS[field.kind](self, field, operator, scalars(value))
        if part:
            self._count(1)
            self._parts.append(f"({part})")

    def add_words(self, name: str, phrase: FilterValue) -> None:
        """Look for beginnings of words of one field: the quick search of `user.search`."""
        field = self._fields[name]
        column = field.sql.removeprefix("u.")
        for test in self._begin(scalars(phrase)):
            if field.kind is FieldKind.DEPARTMENT_NAME:
                part = _PLACED.format(begins=test)
            else:
                part = _HAS.format(begins=f"{test} AND w.field = '{name_words.FIELDS[column]}'")
            self._count(1)
            self._parts.append(f"({part})")

    def only_neighbours_of(self, viewer: int) -> None:
        """Only this person and those who share a chat with it."""
        self.values["viewer"] = viewer
        self._parts.append(_NEIGHBOUR)

    def _bind(self, value: Value) -> str:
        name = f"v{len(self.values)}"
        self.values[name] = value
        return f":{name}"

    def _begin(self, values: list[Scalar]) -> list[str]:
        """Conditions of words, one for each beginning of a phrase; nothing has a phrase that is no words at all."""
        phrase = " ".join(map(text, values))
        beginnings = words.beginnings(phrase)
        if not beginnings and phrase.strip():
            return ["1 = 0"]
        tests = []
        for beginning in beginnings:
            test = name_words.begins(f"v{len(self.values)}", beginning)
            self.values |= test.values
            tests.append(test.sql)
        return tests

    def _numbers(self, field: Field, operator: Operator, values: list[Scalar]) -> str:
        return self._compared(field.sql, _comparing(operator), [number(value) for value in values])

    def _flags(self, field: Field, operator: Operator, values: list[Scalar]) -> str:
        flags = [value for value in map(flag, values) if value is not None]
        equal = Operator.UNEQUAL if operator in NEGATIVE else Operator.EQUAL
        return self._compared(field.sql, equal, flags) if flags else ""

    def _read_moments(self, values: list[Scalar]) -> list[datetime] | None:
        """The moments that values are, ``None`` where one of them is none: that takes long to find out of each."""
        moments: list[datetime] = []
        for value in dict.fromkeys(values):
            read = moment(value, self._zone)
            if read is None:
                return None
            moments.append(read)
        return moments

    def _moments(self, field: Field, operator: Operator, values: list[Scalar]) -> str:
        moments = self._read_moments(values)
        if moments is None:
            return "1 = 0"
        operator = _comparing(operator)
        # For somebody who never signed in the column is null, which is unequal to every moment.
        sql = f"COALESCE({field.sql}, 0)" if operator is Operator.UNEQUAL else field.sql
        return self._compared(sql, operator, [int(value.timestamp()) for value in moments])

    def _days(self, field: Field, operator: Operator, values: list[Scalar]) -> str:
        moments = self._read_moments(values)
        if moments is None:
            return "1 = 0"
        operator = _comparing(operator)
        test = self._compared(field.sql, operator, [value.date().isoformat() for value in moments])
        return f"({field.sql} <> '' AND {test})" if operator in ORDERED else test

    def _texts(self, field: Field, operator: Operator, values: list[Scalar]) -> str:
        return self._text(field.sql, operator, [text(value) for value in values])

    def _departments(self, field: Field, operator: Operator, values: list[Scalar]) -> str:
        operator = _comparing(operator)
        ids = [number(value) for value in values]
        verb = "NOT IN" if operator is Operator.UNEQUAL else "IN"
        if operator in ORDERED:
            return _MEMBER.format(verb=verb, test=self._compared("m.department_id", operator, ids))
        if ids and not any(ids):
            # `UF_DEPARTMENT: false` means people without a department, `!UF_DEPARTMENT: false` those who have one.
            return _MEMBER.format(verb="IN" if verb == "NOT IN" else "NOT IN", test="m.department_id > 0")
        return _MEMBER.format(verb=verb, test=self._compared("m.department_id", Operator.EQUAL, ids))

    def _department_names(self, field: Field, operator: Operator, values: list[Scalar]) -> str:
        verb = "NOT IN" if operator in NEGATIVE else "IN"
        test = self._text("d.name", POSITIVE.get(operator, operator), [text(value) for value in values])
        return _MEMBER_NAMED.format(verb=verb, test=test)

    def _search(self, field: Field, operator: Operator, values: list[Scalar]) -> str:
        """Each word at the beginning of a word of the names, the position or a department."""
        either = f"({_HAS} OR {_PLACED})"
        return " AND ".join(either.format(begins=test) for test in self._begin(values))

    def _compared(self, sql: str, operator: Operator, values: Sequence[Value]) -> str:
        """A column against one or more values; ``<`` and ``>`` hold when they hold for one of the values."""
        if not values:
            return "1 = 1" if operator is Operator.UNEQUAL else "1 = 0"
        listed = self._listed("CAST(value AS BIGINT)" if isinstance(values[0], int) else "value", values)
        return self._against(sql, operator, listed, values)

    def _text(self, sql: str, operator: Operator, values: list[str]) -> str:
        """Text against one or more values; case does not matter, in any alphabet."""
        if operator is Operator.PLAIN:
            # Equal by default, but the page's example finds names that begin with "Iv" by {"NAME": "Iv%"}.
            operator = Operator.PATTERN if any("%" in value for value in values) else Operator.EQUAL
        if not values:
            return "1 = 1" if operator in NEGATIVE else "1 = 0"
        if operator not in LIKES:
            return self._against(f"lower({sql})", operator, self._listed("lower(value)", values), values)
        anywhere = operator in (Operator.LIKE, Operator.UNLIKE)
        patterns = [f"%{literal(value)}%" if anywhere else literal(value).replace("\\%", "%") for value in values]
        self._count(len(values))
        test = f"(lower({sql}) {{like_any}} {self._bind(_json(patterns))} {{end}})"
        return f"NOT {test}" if operator in NEGATIVE else test

    def _listed(self, column: str, values: Sequence[Value]) -> tuple[str, str]:
        """Values as a column of rows, however many they are: one parameter, and one text of the statement."""
        return column, f"{{each}}({self._bind(_json(list(dict.fromkeys(values))))})"

    def _against(self, sql: str, operator: Operator, listed: tuple[str, str], values: Sequence[Value]) -> str:
        column, rows = listed
        if operator in ORDERED:
            self._count(len(values))
            # What is above one of them is above the least.
            extreme = "MIN" if operator in (Operator.MORE, Operator.FROM) else "MAX"
            return f"({sql} {operator.value} (SELECT {extreme}({column}) FROM {rows}))"
        return f"{sql} {operator.value} (SELECT {column} FROM {rows})"

    def _count(self, tests: int) -> None:
        self._tests += tests
        if self._tests > MAX_TESTS:
            raise ApiError(Reason.ARGUMENT, reason=f"The filter has more than {MAX_TESTS} conditions")


def _json(values: Sequence[Value]) -> str:
    return msgspec.json.encode(values).decode()


_Compiler = Callable[[UserFilter, Field, Operator, list[Scalar]], str]
_COMPILERS: dict[FieldKind, _Compiler] = {
    FieldKind.NUMBER: UserFilter._numbers,
    FieldKind.FLAG: UserFilter._flags,
    FieldKind.MOMENT: UserFilter._moments,
    FieldKind.DAY: UserFilter._days,
    FieldKind.TEXT: UserFilter._texts,
    FieldKind.DEPARTMENT: UserFilter._departments,
    FieldKind.DEPARTMENT_NAME: UserFilter._department_names,
    FieldKind.WORDS: UserFilter._search,
}


async def page(tx: Tx, user_filter: UserFilter, order: str, *, offset: int) -> list[User]:
    """One page of people, in the order that ``ordering`` made."""
    rows = await tx.all(
        f"{USER.select} WHERE {user_filter.sql} ORDER BY {order} LIMIT :limit OFFSET :offset",
        **user_filter.values,
        limit=PAGE,
        offset=offset,
    )
    return USER.read_all(rows)


async def count(tx: Tx, user_filter: UserFilter) -> int:
    return scalar(await tx.one(f"SELECT COUNT(*) FROM users u WHERE {user_filter.sql}", **user_filter.values), 0)


def ordering(fields: Mapping[str, Field], wishes: Iterable[tuple[str, bool]]) -> str:
    """ORDER BY for ``(field, descending)`` pairs; what cannot be sorted by is left out, the id decides at last."""
    parts: dict[str, str] = {}
    for name, descending in wishes:
        field = fields.get(name)
        if field is not None and field.kind in _SORTS and field.sql.startswith("u."):
            parts[field.sql] = _SORTS[field.kind].format(sql=field.sql) + (" DESC" if descending else " ASC")
        if name == "ID":
            break
    parts.setdefault("u.id", "u.id ASC")
    return ", ".join(parts.values())


# People without a date come first in both engines.
_SORTS = {
    FieldKind.NUMBER: "{sql}",
    FieldKind.FLAG: "{sql}",
    FieldKind.DAY: "{sql}",
    FieldKind.MOMENT: "COALESCE({sql}, 0)",
    FieldKind.TEXT: "lower({sql})",
}


def _parsed(key: str) -> tuple[Operator, str]:
    key = key.strip()
    for prefix, operator in PREFIXES:
        if key.startswith(prefix):
            return operator, key[len(prefix) :].strip().upper()
    return Operator.PLAIN, key.upper()


def _comparing(operator: Operator) -> Operator:
    """The operator for what is not text, where substrings make no sense."""
    if operator in ORDERED:
        return operator
    return Operator.UNEQUAL if operator in NEGATIVE else Operator.EQUAL
