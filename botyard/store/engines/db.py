"""The interface of a database, the same for SQLite and PostgreSQL.

One SQL text serves both engines, so it keeps to what both understand:

* ``RETURNING``, ``ON CONFLICT``, CTEs and window functions are fine; ``::casts``, ``ILIKE`` and arrays are not.
* Parameters are written ``:name`` and passed as keywords. PostgreSQL guesses the type of each from its place;
  where the place says nothing, or says a 32-bit integer (``:now + 60``), write ``CAST(:now AS BIGINT)``.
* Integers are BIGINT, times are Unix seconds, flags are 0 and 1, JSON is TEXT. Truth values come back as 0 and 1.
* ``LIKE`` minds the case and has no escape character of its own: ``lower(x) LIKE lower(:y) ESCAPE '!'``.
  ``lower`` knows every alphabet.
* A list of values is one parameter, a JSON text: ``x IN (SELECT CAST(value AS BIGINT) FROM {each}(:ids))``, or see
  ``id_lists``. So there are few texts. ``lower(x) {like_any} :patterns {end}`` matches one of a list of patterns.
* ``'text'`` is a value and ``"name"`` a column, never the other way round.
* The number of a new row is what ``insert`` returns: SQLite knows it, and ``RETURNING`` costs it more than the row.
* ``INSERT INTO table (a, b) VALUES (:a, :b) {ordered}`` is for tables whose numbers follow the order of commits, also
  where several processes write. PostgreSQL writes such rows, and what ``update`` changes, together with those of other
  works: at the end, or before anything reads them.
* ``{matches} :query {end_matches}`` asks the full text of ``search_index`` in the language of SQLite's FTS5, of
  which ``word``, ``beginning*``, ``AND``, ``OR`` and brackets are for both; ``{terms} :terms {end_terms}`` stores it.
* What differs between the engines is a word in braces: see ``SQLITE_WORDS`` and ``POSTGRES_WORDS``.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from operator import itemgetter
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeVar

if TYPE_CHECKING:
    from botyard.model.audit import Actor
    from botyard.store.engines.budget import Budget
    from botyard.store.engines.outage import Outage

Row = tuple[Any, ...]
Value = str | int | float | bytes | None
T = TypeVar("T")
Work = Callable[["Tx"], Awaitable[T]]


SIGNAL_MAX = 7900
"""Bytes of a signal: PostgreSQL carries less than 8000."""


class Unavailable(Exception):
    """The database cannot serve this call now; nothing of the call was stored. ``reason`` is one clear sentence.

    One doubt remains on PostgreSQL only: when the connection breaks during the commit itself, nobody can tell.
    ``mark`` is the number under which the log has told of it already, where it has.
    """

    def __init__(self, reason: str, mark: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.mark = mark


class FilesUnavailable(Unavailable):
    """The bytes of files cannot be kept where they should be; ``reason`` names the place."""


class FolderUnusable(Unavailable):
    """The data folder does not belong to this database, or a file in it is damaged; ``reason`` names the file."""


class Duplicate(Exception):
    """A unique constraint says that such a row exists already."""


class Tx(Protocol):
    """What a piece of work may say to the database.

    Inside ``write`` the first statement that fails ends the work: it is rolled back even if the error is caught,
    because PostgreSQL accepts nothing more. Where a conflict is expected, say ``ON CONFLICT``.
    """

    now: int
    """When the work began, in Unix seconds by the portal's clock; for a call, when that came in."""

    actor: Actor | None
    """Who acts, for the audit log; None where the server itself does. Calls that write and commands set it."""

    caller_id: int
    """In whose name the work runs, 0 for nobody's: events are written with it, whoever acts in them."""

    budget: Budget
    """What the work has cost so far, and may cost: anything, until a call puts its own here."""

    signals: list[str]
    """What listeners are handed once a write is committed, of at most ``SIGNAL_MAX`` bytes each; see ``on_signal``."""

    @property
    def failure(self) -> BaseException | None:
        """What has ended the work, also where it was caught: all is undone, and perhaps run again elsewhere."""

    def one(self, sql: str, /, **values: Value) -> Awaitable[Row | None]:
        """The first row, or ``None``."""
        ...

    def all(self, sql: str, /, **values: Value) -> Awaitable[list[Row]]:
        """All rows."""
        ...

    def run(self, sql: str, /, **values: Value) -> Awaitable[int]:
        """How many rows were inserted, updated or deleted."""
        ...

    def insert(self, sql: str, /, **values: Value) -> Awaitable[int]:
        """Insert one row into a table that numbers its rows; the number. The text says no ``RETURNING``."""
        ...

    def update(self, sql: str, /, **values: Value) -> Awaitable[object]:
        """Update one row by its key: ``UPDATE table SET a = :a, n = n + :n WHERE key = :key``.

        Whether there is such a row is not told, so that changes of one row can be gathered and made at once. Values are
        set or added to; further conditions of the row (``AND …``) hold for the last change.
        """
        ...

    def many(self, sql: str, rows: Iterable[Mapping[str, Value]], /) -> Awaitable[None]:
        """Run the statement once per row of values."""
        ...


class Database(Protocol):
    """An open database. ``name`` is ``sqlite`` or ``postgresql``.

    A ``work`` awaits nothing but its ``Tx`` (SQLite steps it to its end in one go and fails it otherwise),
    opens no other read or write, and changes nothing outside the database: it may run again.
    """

    name: str
    now: Callable[[], float]
    """The clock that tells each piece of work when it began: the system's, until the portal sets its own."""
    refusal: Outage
    """Why every call is refused, if there is a reason."""

    def lost(self) -> str:
        """Why what is written now would not last, in a sentence; ``""`` where it does."""
        ...

    async def read(self, work: Work[T], /) -> T:
        """Run ``work`` without changing anything. On SQLite all its statements see one snapshot."""
        ...

    async def snapshot(self, work: Work[T], /) -> T:
        """Run ``work`` without changing anything; all its statements see one snapshot on either engine.

        It may take long, and on SQLite the event loop does nothing else meanwhile.
        """
        ...

    async def write(self, work: Work[T], /) -> T:
        """Run ``work`` as one transaction and return once it is durable; an exception rolls it back.

        A caller cancelled meanwhile cannot know whether the work was stored.
        """
        ...

    async def write_unordered(self, work: Work[T], /) -> T:
        """As ``write``, on PostgreSQL beside other writes: for works that insert nothing ``{ordered}``."""
        ...

    def on_commit(self, wake: Callable[[], None], /) -> None:
        """Call ``wake`` on the event loop after every commit that changed rows; now and then also without reason."""
        ...

    def on_signal(self, listener: Callable[[str], None], /) -> None:
        """Call ``listener`` on the event loop with each signal of a write that is committed.

        On PostgreSQL those of other processes are heard, too, as long as their connection and ours hold: what may not
        be missed is a row.
        """
        ...

    async def hold(self, name: str, /) -> None:
        """Take a name for as long as this process lives and is connected."""
        ...

    async def is_held(self, name: str, /) -> bool:
        """Whether another process that lives holds a name. SQLite serves a single one, so there is none."""
        ...

    async def close(self) -> None:
        """Finish the writes already asked for and let go of the database."""
        ...


SQLITE_WORDS: Mapping[str, str] = {
    "id": "INTEGER PRIMARY KEY AUTOINCREMENT",
    "bytes": "BLOB",
    "for_update": "",
    "lock_chat": "",
    "skip_locked": "",
    "ordered": "",
    "each": "json_each",
    "like_any": "REGEXP",
    "end": "",
    "terms": "",
    "end_terms": "",
    "matches": "search_index MATCH",
    "end_matches": "",
}
POSTGRES_WORDS: Mapping[str, str] = {
    "id": "BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY",
    "bytes": "BYTEA",
    "for_update": "FOR UPDATE",
    "lock_chat": "FOR UPDATE OF c",
    "skip_locked": "FOR UPDATE SKIP LOCKED",
    "ordered": "",
    "each": "json_array_elements_text",
    "like_any": "LIKE ANY (ARRAY(SELECT lower(value) FROM json_array_elements_text(",
    "end": ")))",
    "terms": "array_to_tsvector(string_to_array(",
    "end_terms": ", ' '))",
    "matches": "terms @@ CAST(replace(replace(replace(",
    "end_matches": ", '*', ':*'), 'AND', '&'), 'OR', '|') AS tsquery)",
}


class Statement(NamedTuple):
    """A SQL text as one engine wants it, the parameters in the order of their numbers, and whether it changes rows.

    ``pick`` puts values into that order; it raises KeyError for one that is missing.
    """

    text: str
    names: tuple[str, ...]
    writes: bool
    pick: Callable[[Mapping[str, Value]], tuple[Value, ...]]


def _picker(names: tuple[str, ...]) -> Callable[[Mapping[str, Value]], tuple[Value, ...]]:
    if len(names) > 1:
        return itemgetter(*names)
    if names:
        (only,) = names
        return lambda values: (values[only],)
    return lambda values: ()


# Texts of statements are few, save for what callers put together of many conditions.
STATEMENTS = 2000
LONGEST = 8192
"""Characters of a text that is kept; longer ones are made anew for each use, here and in the drivers."""

_TOKEN = re.compile(
    r"""
    (?P<quoted> '(?:[^']|'')*' | "(?:[^"]|"")*" )
    | (?P<comment> --[^\n]* | /\*.*?\*/ )
    | ::
    | : (?P<name> [A-Za-z_]\w* )
    | \{ (?P<word> \w* ) \}
    | (?P<blanks> ,?\s+ )
    """,
    re.VERBOSE | re.DOTALL,
)
_WRITES = re.compile(
    r"\s*(?:INSERT|UPDATE|DELETE|REPLACE)\b|\s*WITH\b.*\b(?:INSERT|DELETE|SET)\b", re.IGNORECASE | re.DOTALL
)


def _shortened(match: re.Match[str]) -> str:
    """Blanks and comments as short as they may be."""
    if match["blanks"]:
        return "," if match[0].startswith(",") else " "
    return " " if match["comment"] else match[0]


class _Statements(dict[str, Statement]):
    """Statements by their common text; a dictionary, since it is asked for each statement that runs."""

    def __init__(self, make: Callable[[str], Statement]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, sql: str) -> Statement:
        made = self._make(sql)
        if len(sql) <= LONGEST:
            if len(self) >= STATEMENTS:
                self.clear()
            self[sql] = made
        return made


class Dialect:
    """Turns the common SQL text into that of one engine; each text once.

    ``short`` is for an engine that reads the text at each execution: blanks go that say nothing, and so do names.
    """

    def __init__(self, words: Mapping[str, str], *, numbered: bool, short: bool = False) -> None:
        self._words = words
        self._mark = "$" if numbered else "?" if short else ""
        self._short = short
        self.statement = _Statements(self._statement).__getitem__

    def _statement(self, sql: str) -> Statement:
        names: dict[str, int] = {}

        def replaced(match: re.Match[str]) -> str:
            if name := match["name"]:
                number = names.setdefault(name, len(names) + 1)
                return f"{self._mark}{number}" if self._mark else match[0]
            if match["word"] is not None:
                return self._word(match["word"])
            return _shortened(match) if self._short else match[0]

        text = _TOKEN.sub(replaced, sql)
        bare = _TOKEN.sub(lambda match: " " if match["comment"] or match["blanks"] else "''", sql)
        ordered = tuple(names)
        return Statement(text, ordered, _WRITES.match(bare) is not None, _picker(ordered))

    def _word(self, word: str) -> str:
        if word not in self._words:
            raise ValueError(f"SQL has no word {{{word}}}; there are {', '.join(self._words)}.")
        return self._words[word]
