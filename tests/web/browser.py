"""A browser without a screen: keeps cookies, reads forms, posts them."""

from __future__ import annotations

import re
from collections.abc import Coroutine
from html import unescape
from typing import Any
from urllib.parse import urlencode

from botyard.model.people import Profile, UserKind
from botyard.portal import users
from botyard.portal.auth import passwords
from tests.world import Answer, World

FORM = "application/x-www-form-urlencoded"
PASSWORD = "correct horse"


class Browser:
    """One browser of one person. ``scheme`` is https unless a test wants otherwise."""

    def __init__(self, world: World, scheme: str = "https") -> None:
        self.world = world
        self.scheme = scheme
        self.cookies: dict[str, str] = {}
        self.last = Answer(0, b"")

    def get(self, path: str, **headers: str) -> Answer:
        return self._asked("GET", path, b"", headers)

    def post(self, path: str, fields: dict[str, str], **headers: str) -> Answer:
        return self._asked("POST", path, urlencode(fields).encode(), {"content-type": FORM, **headers})

    def _asked(self, verb: str, path: str, body: bytes, headers: dict[str, str]) -> Answer:
        kept = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        sent = {**({"cookie": kept} if kept else {}), "host": "botyard.test", **headers}
        self.last = self.world.request(verb, path, body, sent, self.scheme)
        for sent_back in self.last.headers.get("set-cookies", "").splitlines():
            if made := re.match(r"([^=]+)=([^;]*)", sent_back):
                self.cookies[made[1]] = made[2]
                if "Max-Age=0" in sent_back.split("; "):
                    del self.cookies[made[1]]
        return self.last

    def post_later(self, path: str, fields: dict[str, str]) -> Coroutine[Any, Any, tuple[int, Any, bytes]]:
        """What posts the form when it is awaited, for several that come at once. Cookies that are set are not kept."""
        kept = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        sent = {"cookie": kept, "host": "botyard.test", "content-type": FORM}
        return self.world.exchange("POST", path, [urlencode(fields).encode()], sent, self.scheme)

    @property
    def html(self) -> str:
        """The page that was shown last."""
        body = self.last.body
        return body.decode() if isinstance(body, bytes) else str(body)

    @property
    def fields(self) -> dict[str, str]:
        """The hidden fields of its form."""
        fields = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', self.html)
        return {unescape(name): unescape(value) for name, value in fields}

    def sign_in(self, login: str, password: str = PASSWORD, path: str = "/login", **headers: str) -> Answer:
        """Open the form, fill it in and send it."""
        self.get(path)
        return self.post("/login", {**self.fields, "login": login, "password": password}, **headers)


def resident(world: World, login: str, *, kind: UserKind = UserKind.EMPLOYEE, **more: Any) -> int:
    """A person with a login and the password of all tests."""
    stored = passwords.hashed_quickly(PASSWORD)
    return world.write(
        lambda tx: users.add(
            tx,
            Profile(name=login.title()),
            login=login,
            password_hash=stored,
            kind=kind,
            **more,
        )
    )
