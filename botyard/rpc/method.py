"""What is known of a method that is declared."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from enum import Enum
from typing import Any, Generic, TypeVar

import msgspec

from botyard.errors import ErrorCode, ErrorResponse, Problem, Reason
from botyard.rpc.access import Access

T = TypeVar("T")


V3 = "api/"
"""Methods of REST 3.0 are declared under this prefix: a name of the old API means nothing there."""


class Dialect(Enum):
    """How a family of methods speaks: names in upper case, names in camel case, or REST 3.0."""

    V1 = "v1"
    V2 = "v2"
    V3 = "v3"


class Params(msgspec.Struct, frozen=True, kw_only=True):
    """Base of every method's parameters. Wire names are upper case (`rename="upper"`) in v1 families."""


class NoParams(Params, frozen=True):
    """For methods that take nothing."""


class AnyParams(Params, frozen=True):
    """For the few methods whose parameter names are data."""

    values: dict[str, Any]


class Mode(Enum):
    """What a method needs of the database: a snapshot, a transaction, or nothing (it runs others).

    ``OWN``: slow work stands between its transactions, so it opens them itself.
    """

    READ = "read"
    WRITE = "write"
    OWN = "own"
    NONE = "none"


class ResultPage(msgspec.Struct, Generic[T], frozen=True):
    """A response of a list method: ``total`` and ``next`` stand beside the result on the wire.

    ``T`` is the type of the result, such as ``list[Row]``.
    """

    items: T
    total: int | None = None
    next: int | None = None
    hint: str = ""


class Hinted(ResultPage[T], frozen=True):
    """A response that may hold failures, with what there is to say of them; nothing stands beside it."""


class Method(msgspec.Struct, frozen=True):
    """A declared method: everything that dispatch, the reference and OpenAPI need to know of it."""

    name: str
    dialect: Dialect
    scope: str
    access: Access
    mode: Mode
    params: type[Params]
    read: Callable[[Any], Any]
    finds: tuple[Callable[..., Awaitable[Any]], ...]
    function: Callable[..., Awaitable[Any]]
    returns: Any
    raises: tuple[Problem, ...]
    errors: Mapping[Reason, ErrorResponse]
    summary: str
    description: str
    docs: str
    deprecated: str | None
    """The successor of an outdated method, empty where there is none; `None` for the others."""
    scopes: tuple[str, ...]
    before: Callable[[Any], Any] | None
    uploads: bool = False

    def responds_to(self, problem: Problem) -> bool:
        """Whether this method has a response for a problem."""
        return isinstance(problem, ErrorCode) or problem in self.errors

    def respond(self, problem: Problem) -> ErrorResponse:
        """The response of this method for a problem."""
        return problem.value if isinstance(problem, ErrorCode) else self.errors[problem]
