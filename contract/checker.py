"""Says in what a response differs from the page of its method."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import jsonschema_rs

from contract import pages
from contract.pages import Page

# The published clients know these; the documentation's table of common errors does not.
MORE_SYSTEM_ERRORS = {
    "APPLICATION_NOT_FOUND",
    "ERROR_ARGUMENT",
    "ERROR_METHOD_NOT_FOUND",
    "ERROR_OAUTH",
    "METHOD_CONFIRM_WAITING",
    "OPERATION_TIME_LIMIT",
    "PAYMENT_REQUIRED",
    "WRONG_AUTH_TYPE",
    "authorization_error",
    "invalid_token",
}
TIME = {
    "date_finish",
    "date_start",
    "duration",
    "finish",
    "operating",
    "operating_reset_at",
    "processing",
    "start",
}


class Contract:
    """The documented methods, by name and by family."""

    def __init__(self) -> None:
        families = {name: pages.family(name) for name in pages.FAMILIES}
        self.families: dict[str, tuple[Page, ...]] = {name: family.methods for name, family in families.items()}
        self.methods: dict[str, Page] = {page.method: page for family in families.values() for page in family.methods}
        self.system_codes = MORE_SYSTEM_ERRORS | {
            error.code for family in families.values() for error in family.system_errors if error.code
        }

    def problems(self, method: str, body: Any) -> list[str]:
        """A line for each deviation of a whole decoded response from the page of its method."""
        if not isinstance(body, dict):
            return [f"{method}: the response is not a JSON object"]
        problems = self._error(method, body) if is_error(body) else self._success(method, body)
        return [f"{method}: {problem}" for problem in problems]

    def _error(self, method: str, body: dict[str, Any]) -> Iterator[str]:
        if not isinstance(body.get("error_description"), str):
            yield "error_description is not a string"
        page = self.methods.get(method)
        documented = {failure.code for failure in page.errors} if page else set()
        # Some pages have errors whose code is an empty text.
        if body["error"] not in self.system_codes | documented:
            yield f"error code {body['error']!r} is not documented for it"

    def _success(self, method: str, body: dict[str, Any]) -> Iterator[str]:
        time = body.get("time")
        if not isinstance(time, dict) or not time.keys() >= TIME:
            yield f"time lacks {sorted(TIME - set(time or {}))}"
        page = self.methods.get(method)
        if page is None or page.result is None:
            return
        for error in _validator(page.method).iter_errors(body.get("result")):
            path = "".join(f"[{part!r}]" for part in error.instance_path)
            yield f"result{path}: {error.message[:160]}"


@cache
def contract() -> Contract:
    """The contract, read once."""
    return Contract()


@cache
def _validator(method: str) -> jsonschema_rs.Draft202012Validator:
    # Each answer of each test passes through here: the library in Python took a fifth of the tests' time.
    return jsonschema_rs.Draft202012Validator(contract().methods[method].result or {})


def is_error(body: dict[str, Any]) -> bool:
    """Whether a response is an error; a batch has both, when all of its commands fail."""
    return "error" in body and "result" not in body
