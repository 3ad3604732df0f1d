"""A message on its way to clients, in the formats of the versions of the protocol; each is encoded once for all.

Docs: settings/interactivity/custom-push-and-pull-client.md; versions 4 and 5 as `@bitrix24/b24jssdk` reads them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from email.utils import formatdate
from enum import Enum
from typing import Any, NamedTuple

import msgspec

from botyard.model.push import PushMessage
from botyard.push import protobuf

PING = b"ping"
"""What a client of version 5 expects every 20 seconds at least."""
REVISION = {"revision_web": 19, "revision_mobile": 3}

_encode = msgspec.json.Encoder().encode


class Format(Enum):
    """What a client wants messages to be: it says so by how it connects."""

    JSON_RPC = "version 5: JSON-RPC"
    PROTOBUF = "version 4: protocol buffers"
    TEXT = "version 3 and below: JSON between marks"
    JSON = "version 4 with format=json: a list"


class Sender(NamedTuple):
    """Who says it: the server, or a client."""

    type: int = 2
    id: str = ""


SERVER = Sender()
CLIENT = 1
_MARKS = b"#!NGINXNMS!#", b"#!NGINXNME!#"


class Moment(NamedTuple):
    """When something happened, in Unix seconds and as the portal writes it."""

    unix: int
    atom: str


class Outgoing:
    """One message with its number. ``app_id`` is the application whose clients alone are told."""

    __slots__ = ("_parts", "app_id", "kept", "message", "mid", "moment", "sender")

    def __init__(
        self, message: PushMessage, mid: str, moment: Moment, *, sender: Sender = SERVER, app_id: int = 0
    ) -> None:
        self.message = message
        self.mid = mid
        self.moment = moment
        self.sender = sender
        self.app_id = app_id
        self.kept: dict[object, bytes] = {}
        """What was made of it for several clients; whoever writes to them keeps it here."""
        self._parts: dict[Format, bytes] = {}

    def own_params(self, user_id: int) -> dict[str, Any] | None:
        """What differs for somebody; ``None`` for nothing."""
        params = self.message.user_params
        return params.get(user_id) if params else None

    def payload(self, form: Format, user_id: int, channel: str = "") -> bytes:
        """What a client is sent."""
        own = self.own_params(user_id)
        if form is Format.JSON_RPC:
            return self._json_rpc(own)
        if own is None and form is Format.PROTOBUF:
            made = self._parts.get(form)
            if made is None:
                made = self._parts[form] = self._protobuf(own)
            return made
        if form is Format.PROTOBUF:
            return self._protobuf(own)
        plain = self._plain(own, channel)
        return _MARKS[0] + plain + _MARKS[1] if form is Format.TEXT else b"[" + plain + b"]"

    def _json_rpc(self, own: Mapping[str, Any] | None) -> bytes:
        head = self._parts.get(Format.JSON_RPC)
        if head is None:
            params = {"mid": self.mid, "sender": self._sender(), "body": self._body(None)}
            request = {"jsonrpc": "2.0", "method": "incoming.message", "params": params}
            # Without its last two braces, so that what differs by viewer can follow.
            head = self._parts[Format.JSON_RPC] = _encode(request)[:-2]
        return head + b"}}" if own is None else b'%b,"user_params":%b}}' % (head, _encode(own))

    def _protobuf(self, own: Mapping[str, Any] | None) -> bytes:
        body = _encode(self._body(own))
        sender_id = bytes.fromhex(self.sender.id)
        return protobuf.outgoing(self.mid, body, self.moment.unix, sender=self.sender.type, sender_id=sender_id)

    def _plain(self, own: Mapping[str, Any] | None, channel: str) -> bytes:
        body = self._body(own)
        body["extra"]["sender"] = self._sender()
        return _encode(
            {
                "id": int(self.mid[:16], 16),
                "mid": self.mid,
                "channel": channel.partition(".")[0],
                "tag": self.mid,
                "time": formatdate(self.moment.unix, usegmt=True),
                "text": body,
                "extra": body["extra"],
            }
        )

    def _body(self, own: Mapping[str, Any] | None) -> dict[str, Any]:
        message = self.message
        return {
            "module_id": message.module_id,
            "command": message.command,
            "params": {**message.params, **own} if own else message.params,
            "extra": {
                "server_time": self.moment.atom,
                "server_time_unix": self.moment.unix,
                "server_time_ago": 0,
                "server_name": "botyard",
                **REVISION,
            },
        }

    def _sender(self) -> dict[str, Any]:
        return {"type": self.sender.type, "id": self.sender.id}


def joined(form: Format, payloads: Iterable[bytes]) -> bytes:
    """Several messages as the body of one response."""
    parts = list(payloads)
    if form is Format.JSON_RPC:
        return b"[" + b",".join(parts) + b"]"
    if form is Format.JSON:
        return b"[" + b",".join(part[1:-1] for part in parts) + b"]"
    # Batches of protocol buffers are joined by standing one after the other, and so are texts between marks.
    return b"".join(parts)
