"""Calls and other requests through the ASGI application, without a network."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from tests.worlds.ledger import check
from tests.worlds.portal import Portal
from tests.worlds.records import Answer, AppKey, Person


class Calls(Portal):
    """A portal that can be called. Every answer to `call` passes through the contract check."""

    def call(
        self,
        method: str,
        by: Person | AppKey | str | None = None,
        params: Mapping[str, Any] | None = None,
        **named: Any,
    ) -> Answer:
        """Call a method by JSON POST as a person (webhook), an application or a bare token, and check the answer."""
        who = by or self.admin
        body = {**(params or {}), **named}
        path = f"{who.path}/{method}" if isinstance(who, Person) else f"/rest/{method}"
        if isinstance(who, AppKey):
            body["auth"] = who.token
        if isinstance(who, str):
            body["auth"] = who
        answer = self.post(path, json.dumps(body).encode(), "application/json")
        check(method, answer)
        return answer

    async def call_async(self, method: str, by: Person, **params: Any) -> Any:
        """Call a method within a running loop; the body of the answer."""
        body = json.dumps(params).encode()
        kind = {"content-type": "application/json"}
        _, _, raw = await self.exchange("POST", f"{by.path}/{method}", [body], kind, "http")
        return json.loads(raw)

    def post(self, path: str, body: bytes = b"", kind: str = "application/json", **headers: str) -> Answer:
        return self.request("POST", path, body, {"content-type": kind, **headers} if kind else headers)

    def get(self, path: str, **headers: str) -> Answer:
        return self.request("GET", path, b"", headers)

    def request(
        self, verb: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None, scheme: str = "http"
    ) -> Answer:
        """Send one request; header names may be written with underscores."""
        status, sent, raw = self.run(self.exchange(verb, path, [body], headers or {}, scheme))
        kind = sent.get("content-type", "")
        return Answer(status, json.loads(raw) if kind.startswith("application/json") else raw, sent)

    async def exchange(
        self, verb: str, path: str, parts: list[bytes], headers: Mapping[str, str], scheme: str
    ) -> tuple[int, dict[str, str], bytes]:
        """Send one request whose body comes in parts; status, headers and body of the response."""
        location, _, query = path.partition("?")
        asked = [(k.replace("_", "-").lower().encode(), v.encode("latin-1")) for k, v in headers.items()]
        scope = {
            "type": "http",
            "method": verb,
            "scheme": scheme,
            "path": location,
            "raw_path": location.encode(),
            "query_string": query.encode(),
            "headers": asked,
            "client": ("127.0.0.1", 1),
            "server": ("botyard.test", 80),
        }
        queue = list(parts)
        sent: list[Any] = []

        async def receive() -> dict[str, Any]:
            if queue:
                part = queue.pop(0)
                return {"type": "http.request", "body": part, "more_body": bool(queue)}
            return {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            sent.append(message)

        await self.app(scope, receive, send)
        started = next(part for part in sent if part["type"] == "http.response.start")
        raw = b"".join(part.get("body", b"") for part in sent if part["type"] == "http.response.body")
        named = [(k.decode(), v.decode("latin-1")) for k, v in started["headers"]]
        # Of a name that comes twice the last is kept; of cookies all, in a line each.
        cookies = [value for name, value in named if name == "set-cookie"]
        fields = dict(named) | ({"set-cookies": "\n".join(cookies)} if cookies else {})
        return started["status"], fields, raw
