"""The error codes that a method can respond with: its own, and those of the pipeline."""

from __future__ import annotations

from botyard.errors import ErrorCode, Problem
from botyard.rpc.access import Access
from botyard.rpc.method import Dialect, Method

HTTP = (
    ErrorCode.HTTP_INVALID,
    ErrorCode.HEAD_TIMEOUT,
    ErrorCode.HEAD_TOO_BIG,
    ErrorCode.BODY_MALFORMED,
    ErrorCode.BODY_NOT_UTF8,
    ErrorCode.BODY_SURROGATE,
    ErrorCode.BODY_NUL,
    ErrorCode.BODY_TOO_DEEP,
    ErrorCode.BODY_TOO_MANY,
    ErrorCode.BODY_TIMEOUT,
    ErrorCode.BODY_TOO_BIG,
    ErrorCode.BODY_TYPE,
    ErrorCode.BODY_ENCODING,
)
"""The request could not be read."""

HTTP_V3 = (ErrorCode.JSON_V3, ErrorCode.BODY_TIMEOUT, ErrorCode.BODY_TOO_BIG, ErrorCode.BODY_ENCODING)
"""The same for REST 3.0, which reads nothing but JSON."""

CALLER = (
    ErrorCode.NO_AUTH,
    ErrorCode.CREDENTIALS,
    ErrorCode.TOKEN_INVALID,
    ErrorCode.TOKEN_EXPIRED,
    ErrorCode.TOKEN_NOBODY,
    ErrorCode.APP_UNINSTALLED,
    ErrorCode.APP_DELETED,
    ErrorCode.USER_ACCESS,
    ErrorCode.HTTPS_REQUIRED,
    ErrorCode.REST_OFF,
    ErrorCode.PORTAL_DELETED,
)
"""The caller is not let in; `identity` raises these."""

LOAD = (ErrorCode.OVERLOAD, ErrorCode.QUERY_LIMIT, ErrorCode.OPERATING_LIMIT)
"""The caller or the server has too much to do; `limits` raises these."""

FAULTS = (ErrorCode.INTERNAL, ErrorCode.STORAGE, ErrorCode.UNEXPECTED_ANSWER)
"""Something broke; `error_handling` raises these."""

SYSTEM = (*HTTP, *CALLER, *LOAD, *FAULTS)
"""What every method can respond with, but for those of REST 3.0."""

SYSTEM_V3 = (*HTTP_V3, *CALLER, *LOAD, *FAULTS)
"""What every method of REST 3.0 can respond with."""


def third_generation(method: Method) -> bool:
    """Whether a method belongs to REST 3.0."""
    return method.dialect is Dialect.V3


def system(method: Method) -> tuple[ErrorCode, ...]:
    """The problems that lie on the way to a method, whatever it declares."""
    return SYSTEM_V3 if third_generation(method) else SYSTEM


def of_method(method: Method) -> tuple[Problem, ...]:
    """Every problem of a method, its own first, each once."""
    codes: list[Problem] = [*method.raises]
    if method.access is not Access.ANYONE:
        codes.append(method.access.value.problem)
    if method.scopes:
        codes.append(ErrorCode.SCOPE)
    return tuple(dict.fromkeys((*codes, *system(method))))
