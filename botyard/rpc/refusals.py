"""Which problems a method can answer with: its own and those of the way to it."""

from __future__ import annotations

from botyard.errors import Problem
from botyard.rpc.access import Access
from botyard.rpc.method import V3, Method

DOOR = (
    Problem.HTTP_INVALID,
    Problem.HEAD_TIMEOUT,
    Problem.HEAD_TOO_BIG,
    Problem.BODY_MALFORMED,
    Problem.BODY_NOT_UTF8,
    Problem.BODY_SURROGATE,
    Problem.BODY_NUL,
    Problem.BODY_TOO_DEEP,
    Problem.BODY_TOO_MANY,
    Problem.BODY_TIMEOUT,
    Problem.BODY_TOO_BIG,
    Problem.BODY_TYPE,
    Problem.BODY_ENCODING,
)
"""The request could not be read."""

DOOR_V3 = (Problem.JSON_V3, Problem.BODY_TIMEOUT, Problem.BODY_TOO_BIG, Problem.BODY_ENCODING)
"""The same for REST 3.0, which reads nothing but JSON."""

CALLER = (
    Problem.NO_AUTH,
    Problem.CREDENTIALS,
    Problem.TOKEN_INVALID,
    Problem.TOKEN_EXPIRED,
    Problem.TOKEN_NOBODY,
    Problem.APP_UNINSTALLED,
    Problem.APP_DELETED,
    Problem.USER_ACCESS,
    Problem.HTTPS_REQUIRED,
    Problem.REST_OFF,
    Problem.PORTAL_DELETED,
)
"""The caller is not let in; `identity` raises these."""

LOAD = (Problem.OVERLOAD, Problem.QUERY_LIMIT, Problem.OPERATING_LIMIT)
"""The caller or the server has too much to do; `limits` raises these."""

FAULTS = (Problem.INTERNAL, Problem.STORAGE, Problem.UNEXPECTED_ANSWER)
"""Something broke; `faults` raises these."""

SYSTEM = (*DOOR, *CALLER, *LOAD, *FAULTS)
"""What every method can answer with, but for those of REST 3.0."""

SYSTEM_V3 = (*DOOR_V3, *CALLER, *LOAD, *FAULTS)
"""What every method of REST 3.0 can answer with."""


def third_generation(method: Method) -> bool:
    """Whether a method belongs to REST 3.0."""
    return method.name.startswith(V3)


def system(method: Method) -> tuple[Problem, ...]:
    """The problems that lie on the way to a method, whatever it declares."""
    return SYSTEM_V3 if third_generation(method) else SYSTEM


def of_method(method: Method) -> tuple[Problem, ...]:
    """Every problem of a method, its own first, each once."""
    found = [*method.raises]
    if method.access is not Access.ANYONE:
        found.append(method.access.value.problem)
    if method.scopes:
        found.append(Problem.SCOPE)
    return tuple(dict.fromkeys((*found, *system(method))))
