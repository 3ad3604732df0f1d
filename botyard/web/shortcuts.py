"""Two ways past ASGI that make small calls cheaper. The server works without either: see `EXTENSIONS`.

They are the only functions that change the state of uvicorn's cycle: docs/adr/0015-plain-answers-in-one-write.md.
"""

from __future__ import annotations

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from botyard.web.http import Arrived, Headers, Scope, Whole


def single_write(connection: HttpToolsProtocol) -> Whole:
    """A function that sends a response in one write, and leaves the cycle as if it had been told in two messages.

    Told by ASGI, uvicorn writes twice and looks at each byte of the head: a good part of the cost of a small response.
    Whatever is not plain is left to it, and so is a request behind which others have come already.
    """
    lines: Headers = []
    common = b""

    def send_whole(scope: Scope, status: int, head: bytes, body: bytes) -> bool:
        nonlocal lines, common
        cycle = connection.cycle
        if cycle.scope is not scope or scope["method"] == "HEAD" or not cycle.keep_alive:
            return False
        if cycle.response_started or cycle.disconnected or cycle.flow.write_paused:
            return False
        cycle.response_started = True
        cycle.waiting_for_100_continue = False
        if cycle.default_headers is not lines:
            # The server makes them anew once a second, with the date.
            lines = cycle.default_headers
            common = b"".join([b"%b: %b\r\n" % line for line in lines])
        length = b"content-length: %d\r\n\r\n" % len(body)
        cycle.transport.write(b"".join((STATUS_LINE[status], common, head, length, body)))
        cycle.response_complete = True
        cycle.message_event.set()
        cycle.on_response()
        return True

    return send_whole


def arrived_body(connection: HttpToolsProtocol) -> Arrived:
    """A function that hands over a body that came with its head, as nearly all do: nothing to wait for or to time."""

    def take(scope: Scope) -> bytes | None:
        cycle = connection.cycle
        if cycle.scope is not scope or cycle.more_body or cycle.disconnected:
            return None
        body = bytes(cycle.body)
        cycle.body = bytearray()
        cycle.message_event.clear()
        return body

    return take
