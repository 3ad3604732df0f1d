"""WebSockets. Push is not spoken yet: a handshake is refused instead of being left open."""

from __future__ import annotations

from botyard.web.http import Receive, Scope, Send


async def answer_socket(scope: Scope, receive: Receive, send: Send) -> None:
    """Refuse a handshake."""
    await receive()
    await send({"type": "websocket.close", "code": 1000})
