"""How a method is declared."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from enum import Enum
from typing import Any, Generic, TypeVar, get_type_hints

import msgspec

from botyard.errors import ErrorCode
from botyard.rpc.access import Access
from botyard.wire.coerce import reader

T = TypeVar("T")
F = TypeVar("F", bound=Callable[..., Awaitable[Any]])


V3 = "api/"
"""Methods of REST 3.0 are declared under this prefix: a name of the old API means nothing there."""


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
    scope: str
    access: Access
    mode: Mode
    params: type[Params]
    read: Callable[[Any], Any]
    handler: Callable[..., Awaitable[Any]]
    answers: Any
    raises: tuple[ErrorCode, ...]
    summary: str
    description: str
    docs: str
    deprecated: str
    scopes: tuple[str, ...]
    before: Callable[[Any], Any] | None
    uploads: bool = False


def _whole(params: Mapping[str, Any]) -> AnyParams:
    return AnyParams(values=dict(params))


def method(
    name: str,
    *,
    access: Access = Access.ANYONE,
    mode: Mode = Mode.READ,
    raises: tuple[ErrorCode, ...] = (),
    scopes: tuple[str, ...] | None = None,
    deprecated: str = "",
    before: Callable[[Any], Any] | None = None,
    uploads: bool = False,
) -> Callable[[F], F]:
    """Declare the function below as the REST method ``name``.

    The parameter struct and the response are its annotations, the summary is its
    docstring, the scope is the first word of the name unless ``scopes`` lists
    the permissions of which one is enough. ``before`` does slow work on the
    parameters (decoding a picture) in a thread, ahead of the transaction; what
    it returns is ``call.prepared``. ``uploads`` lets in large bodies and the
    files of forms. Nothing is registered here: the registry collects declared
    functions from a list of modules.
    """

    def declare(function: F) -> F:
        hints = get_type_hints(function)
        params = hints.get("p", NoParams)
        summary, _, rest = (function.__doc__ or "").strip().partition("\n")
        description, _, docs = rest.partition("Docs:")
        allowed = scopes if scopes is not None else (name.partition(".")[0],)
        declared = Method(
            name=name,
            scope=allowed[0] if allowed else "",
            access=access,
            mode=mode,
            params=params,
            read=_whole if params is AnyParams else reader(params),
            handler=function,
            answers=hints.get("return", Any),
            raises=raises,
            summary=summary.strip(),
            description=" ".join(description.split()),
            docs=docs.strip(),
            deprecated=deprecated,
            scopes=allowed,
            before=before,
            uploads=uploads,
        )
        function.__method__ = declared  # type: ignore[attr-defined]  # Functions take attributes; there is no type for it.
        return function

    return declare
