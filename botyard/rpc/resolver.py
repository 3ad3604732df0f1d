"""Parameters of methods that are looked up ahead of the method: a bot of the caller's, a chat that it is in."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated, Any, get_args, get_origin, get_type_hints

import msgspec

from botyard.errors import Cause
from botyard.rpc.access import Access
from botyard.rpc.method import Mode


class Resolver(msgspec.Struct, frozen=True):
    """How the value of a parameter is found, and what comes with that for the method.

    It stands in the type of the parameter: ``OwnBot = Annotated[Bot, Resolver(find, …)]``. ``find`` is called with the
    call, the parameters from the wire and what the parameters before it have become. ``raises`` are its refusals;
    ``access`` and ``mode`` are what a method needs that has such a parameter, where they are not the usual ones.
    """

    find: Callable[..., Awaitable[Any]]
    raises: tuple[Cause, ...] = ()
    access: Access = Access.ANYONE
    mode: Mode = Mode.READ


def resolver(kind: Any) -> Resolver:
    """The resolver in a type. Raises LookupError."""
    if get_origin(kind) is Annotated:
        for extra in get_args(kind)[1:]:
            if isinstance(extra, Resolver):
                return extra
    raise LookupError(f"{kind} has no resolver")


def resolvers(function: Callable[..., Any]) -> tuple[Resolver, ...]:
    """The resolvers of a method's parameters, in their order: of all but the call and the parameters from the wire."""
    code = function.__code__
    between = code.co_varnames[1 : code.co_argcount - 1]
    if not between:
        # To read types takes time, and most methods look up nothing.
        return ()
    hints = get_type_hints(function, include_extras=True)
    return tuple(resolver(hints[name]) for name in between)
