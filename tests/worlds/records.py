"""What calls return, and who makes them."""

from __future__ import annotations

from typing import Any, NamedTuple


class Answer(NamedTuple):
    """A response: status and decoded body."""

    status: int
    body: Any
    headers: dict[str, str] = {}

    @property
    def result(self) -> Any:
        assert "error" not in self.body, self.body
        return self.body["result"]

    @property
    def error(self) -> str:
        """The error code; the call must have failed."""
        assert "error" in self.body, self.body
        return str(self.body["error"])

    @property
    def text(self) -> str:
        return str(self.body["error_description"])


class Person(NamedTuple):
    """Somebody with a webhook of every scope."""

    id: int
    secret: str

    @property
    def path(self) -> str:
        return f"/rest/{self.id}/{self.secret}"


class AppKey(NamedTuple):
    """An application and a token of it for one person."""

    id: int
    client_id: str
    client_secret: str
    token: str
    refresh: str
    user_id: int
