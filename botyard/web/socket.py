"""A WebSocket: one connection, without a task of its own.

The handshake goes through the same application as requests do, so that what is refused to requests is refused to it;
after that a socket is what the hub writes to, and what hands on what the client says. Frames are made and read by
`websockets`, of whose parts only that is used which does no input or output.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any

from websockets.frames import Frame, Opcode
from websockets.http11 import Request
from websockets.protocol import State
from websockets.server import ServerProtocol

from botyard.portal.channels import Channel
from botyard.push.listener import Listener
from botyard.push.outgoing import PING, Format, Outgoing
from botyard.web.frame_pace import PIECE, FramePace
from botyard.web.http import Receive, Scope, Send

MAX_FRAME = 65_536
"""Bytes of what a client may say at once."""
MAX_WAITING = 512 * 1024
"""Bytes that may wait for a slow client; with more it is disconnected, and comes back for the rest."""
HANDSHAKE_SECONDS = 10.0
"""How long a handshake may take."""
SILENT_SECONDS = 60.0
"""How long a client may say nothing at all, neither an answer to a ping."""
WRONG_CHANNEL = 4010
"""By which clients ask for new channels; for channels that are wrong or have ended, and for nothing else."""
AWAY = 1001
DRAIN_SECONDS = 0.05

SOCKET = "botyard.socket"
"""The extension of ASGI by which the handshake is decided."""

_log = logging.getLogger(f"{__name__}.protocol")
# Below that it has lines for each connection, and each word that is said on one.
_log.setLevel(logging.WARNING)

Application = Callable[[Scope, Receive, Send], Awaitable[None]]
OnMessage = Callable[["PushSocket", bytes | str], None]


class PushSocket(asyncio.Protocol):
    """A connection that was handed over. ``listener`` is what the hub knows of it, once it is open."""

    __slots__ = (
        "_app",
        "_handshake",
        "_on_message",
        "_pace",
        "_protocol",
        "_request",
        "_rest",
        "_timer",
        "heard",
        "listener",
        "lost",
        "on_lost",
        "transport",
    )

    def __init__(self, app: Application, pace: FramePace | None = None) -> None:
        self._app = app
        self._pace = pace or FramePace()
        self._rest = b""
        self._protocol = ServerProtocol(max_size=MAX_FRAME, logger=_log)
        self._handshake: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._on_message: OnMessage | None = None
        self.transport: asyncio.Transport
        self.listener: SocketListener | None = None
        self.on_lost: Callable[[], None] | None = None
        self.heard = 0.0
        self.lost = False
        self._request: Request | None = None

    # The connection.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport) or hasattr(transport, "write")
        self.transport = transport  # type: ignore[assignment]  # That of uvloop is no subclass.
        self._timer = asyncio.get_running_loop().call_later(HANDSHAKE_SECONDS, self.transport.abort)
        self.transport.set_write_buffer_limits(high=MAX_WAITING)

    def data_received(self, data: bytes) -> None:
        """Read on. Who says too much is read later, and nobody else waits for it."""
        loop = asyncio.get_running_loop()
        for start in range(0, len(data), PIECE):
            piece = data[start : start + PIECE]
            cost = self._read(piece) + len(piece) / 1024
            if self.listener is None:
                # A handshake costs nobody anything, else strangers could hold up those of others by theirs. Frames are
                # taken apart only once somebody has been let in.
                continue
            wait = self._pace.spend(self.listener.user_id, cost, now=loop.time())
            if wait and not self.transport.is_closing():
                self._rest = data[start + PIECE :]
                self.transport.pause_reading()
                loop.call_later(wait, self._read_on)
                return

    def _read_on(self) -> None:
        """Go on after a pause."""
        if self.lost or self.transport.is_closing():
            return
        self.transport.resume_reading()
        rest, self._rest = self._rest, b""
        self.data_received(rest)

    def _read(self, piece: bytes) -> int:
        """Take in a piece of what the client says; how many frames end in it."""
        protocol = self._protocol
        protocol.receive_data(piece)
        events = protocol.events_received()
        for event in events:
            if isinstance(event, Request):
                self._begin(event)
            elif isinstance(event, Frame):
                self._frame(event)
        self._flush()
        return len(events)

    def eof_received(self) -> bool:
        self._protocol.receive_eof()
        self._flush()
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self.lost = True
        if self.on_lost is not None:
            self.on_lost()

    def pause_writing(self) -> None:
        """More waits for the client than may. Who is told what was missed is waited for instead."""
        if self.listener is None or self.listener.live:
            self.transport.abort()

    @property
    def waiting(self) -> int:
        """Bytes that wait for the client to read on."""
        return self.transport.get_write_buffer_size()

    @property
    def gone(self) -> bool:
        """Whether nobody is there who reads on: nothing was heard for long, or far too much waits."""
        silent = asyncio.get_running_loop().time() - self.heard > SILENT_SECONDS
        return silent or self.waiting > MAX_WAITING or self.transport.is_closing()

    # The handshake.

    def _begin(self, request: Request) -> None:
        secure = self.transport.get_extra_info("ssl_object") is not None
        peer = self.transport.get_extra_info("peername")
        path, _, query = request.path.partition("?")
        scope: Scope = {
            "type": "websocket",
            "scheme": "wss" if secure else "ws",
            "path": path,
            "raw_path": path.encode(),
            "query_string": query.encode("latin-1"),
            "headers": [
                (name.lower().encode(), value.encode("latin-1")) for name, value in request.headers.raw_items()
            ],
            "client": (str(peer[0]), int(peer[1])) if peer else None,
            "extensions": {SOCKET: self},
        }
        self._handshake = asyncio.get_running_loop().create_task(self._decide(scope, request))

    async def _decide(self, scope: Scope, request: Request) -> None:
        decided: list[Any] = []

        async def receive() -> dict[str, Any]:
            return {"type": "websocket.connect"}

        async def send(message: Any) -> None:
            decided.append(message)

        self._request = request
        try:
            await self._app(scope, receive, send)
        finally:
            self._handshake = None
            if self._protocol.state is State.CONNECTING:
                self.refuse(HTTPStatus.FORBIDDEN, "Refused.")

    def accept(self, on_message: OnMessage) -> bool:
        """Open the socket; false where what came is no handshake, and the client was told so, or where it has gone."""
        if self.lost or self._request is None:
            return False
        response = self._protocol.accept(self._request)
        opened = response.status_code == HTTPStatus.SWITCHING_PROTOCOLS
        self._respond(response)
        if opened:
            self._on_message = on_message
            self.heard = asyncio.get_running_loop().time()
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None
        return opened

    def refuse(self, status: int, text: str) -> None:
        """Refuse the handshake."""
        self._respond(self._protocol.reject(status, text + "\n"))

    def _respond(self, response: Any) -> None:
        self._protocol.send_response(response)
        self._request = None
        self._flush()

    # Frames.

    def _frame(self, frame: Frame) -> None:
        self.heard = asyncio.get_running_loop().time()
        if frame.opcode in (Opcode.TEXT, Opcode.BINARY) and frame.fin and self._on_message is not None:
            text = frame.opcode is Opcode.TEXT
            try:
                self._on_message(self, bytes(frame.data).decode() if text else bytes(frame.data))
            except UnicodeDecodeError:
                self.close(1007, "not UTF-8")
        elif frame.opcode in (Opcode.TEXT, Opcode.BINARY, Opcode.CONT):
            # What clients say is short. Nothing is put together of pieces.
            self.close(1009, "too long")

    def send(self, text: bytes) -> None:
        """Send a text to this client alone."""
        if self._protocol.state is State.OPEN:
            self.transport.write(Frame(Opcode.TEXT, text).serialize(mask=False))

    def ping(self) -> None:
        """Ask whether the client is there."""
        if self._protocol.state is State.OPEN:
            self._protocol.send_ping(b"")
            self._flush()

    def close(self, code: int, reason: str = "") -> None:
        """End the connection."""
        if self._protocol.state is State.OPEN:
            self._protocol.send_close(code, reason)
            self._flush()
            # Who does not answer is left.
            self._timer = asyncio.get_running_loop().call_later(HANDSHAKE_SECONDS, self.transport.abort)
        elif self._protocol.state is State.CONNECTING:
            self.transport.close()

    def shutdown(self) -> None:
        """What the web server calls when it stops."""
        self.close(AWAY)

    def _flush(self) -> None:
        for data in self._protocol.data_to_send():
            if data:
                self.transport.write(data)
            else:
                self.transport.close()
        if self._protocol.close_expected() and self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(HANDSHAKE_SECONDS, self.transport.abort)


class SocketListener(Listener):
    """A socket as the hub knows it."""

    __slots__ = ("_pending", "_socket", "_write")

    def __init__(
        self, socket: PushSocket, channels: list[Channel], channel_id: str, form: Format, *, https: bool
    ) -> None:
        super().__init__(channels, channel_id, form, https=https)
        self._socket = socket
        self._write = socket.transport.write
        self._pending: list[bytes] | None = None

    def deliver(self, outgoing: Outgoing) -> bool:
        form = self.form
        frame = outgoing.kept.get(form)
        if frame is None:
            frame = self._frame(outgoing)
        self.last_mid = outgoing.mid
        pending = self._pending
        if pending is None:
            self._pending = [frame]
            return True
        pending.append(frame)
        return False

    def flush(self) -> None:
        pending, self._pending = self._pending, None
        if pending is not None:
            self._write(pending[0] if len(pending) == 1 else b"".join(pending))

    def _frame(self, outgoing: Outgoing) -> bytes:
        form = self.form
        payload = outgoing.payload(form, self.user_id, self.channel)
        opcode = Opcode.BINARY if form is Format.PROTOBUF else Opcode.TEXT
        frame = Frame(opcode, payload).serialize(mask=False)
        if form in (Format.JSON_RPC, Format.PROTOBUF) and not outgoing.message.user_params:
            outgoing.kept[form] = frame
        return frame

    def ping(self) -> None:
        if self._socket.gone and self.live:
            self._socket.transport.abort()
        elif self.form is Format.JSON_RPC:
            self._write(_PING)
        else:
            self._socket.ping()

    def expire(self) -> None:
        self.live = False
        self._pending = None
        self._socket.close(WRONG_CHANNEL, "the channel has ended")

    def leave(self) -> None:
        self.live = False
        self.flush()
        self._socket.close(AWAY, "the server stops")

    def answer(self, text: bytes) -> None:
        """Send the answer to a request."""
        self._socket.send(text)

    async def drained(self) -> None:
        socket, loop = self._socket, asyncio.get_running_loop()
        started = loop.time()
        while not (self.gone or socket.transport.is_closing()):
            if socket.waiting < MAX_WAITING // 2:
                return
            if loop.time() - started > SILENT_SECONDS:
                break
            await asyncio.sleep(DRAIN_SECONDS)
        raise ConnectionError


_PING = Frame(Opcode.TEXT, PING).serialize(mask=False)
