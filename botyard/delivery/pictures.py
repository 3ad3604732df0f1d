"""Fetches pictures of other sites: checked addresses only, little of everything, and nothing that is no picture."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections import OrderedDict
from typing import NamedTuple
from urllib.parse import urljoin

import httptools

from botyard.chat.media.picture_worker import WORKER
from botyard.delivery.guard import AddressRefused, Endpoint, Guard, NameUnknown
from botyard.errors import ApiError
from botyard.slow_work import run_slow

BYTES_MAX = 5 * 1024 * 1024
PIXELS_MAX = 50_000_000
SIDE_MAX = 20_000
HEAD_MAX = 32 * 1024
FRAMED = 2
"""How many times its length a picture may take on the wire, chunked as it may be."""
SECONDS = 10.0
"""For all of it, redirects included."""
REDIRECTS_MAX = 3
AT_ONCE = 8
WAITING_MAX = 200
"""Pictures that wait for their turn; more are refused."""
KEPT_BYTES = 32 * 1024 * 1024
KEPT_SECONDS = 3600.0
REFUSED_SECONDS = 60.0
"""How long it is remembered that there is no picture at an address."""
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_TYPES = {"PNG": "image/png", "JPEG": "image/jpeg", "GIF": "image/gif", "WEBP": "image/webp"}
_PIECE = 64 * 1024


class NoPicture(Exception):
    """There is nothing at an address that is shown; the message is the reason."""


class Picture(NamedTuple):
    """A picture and its type, which its bytes have told and not its site."""

    content: bytes
    media_type: str


class PictureFetcher:
    """Fetches and keeps pictures. One for each server."""

    def __init__(self, guard: Guard, tls: ssl.SSLContext | None = None) -> None:
        self._guard = guard
        self._tls = tls
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._under_way: dict[str, asyncio.Task[Picture]] = {}
        self._kept: OrderedDict[str, tuple[float, Picture | NoPicture]] = OrderedDict()
        self._size = 0

    async def get(self, url: str) -> Picture:
        """The picture at an address; those who ask at once wait for the same. Raises NoPicture."""
        now = asyncio.get_running_loop().time()
        known = self._kept.get(url)
        if known is not None and now < known[0]:
            self._kept.move_to_end(url)
            if isinstance(known[1], NoPicture):
                raise known[1]
            return known[1]
        task = self._under_way.get(url)
        if task is None:
            if len(self._under_way) >= WAITING_MAX:
                raise NoPicture("too many pictures are being fetched")
            task = self._under_way[url] = asyncio.create_task(self._fetched(url))
            task.add_done_callback(lambda _: self._under_way.pop(url, None))
        # Whoever goes away leaves it to the others.
        return await asyncio.shield(task)

    async def _fetched(self, url: str) -> Picture:
        try:
            async with self._turns:
                async with asyncio.timeout(SECONDS):
                    content = await self._content(url)
                picture = await _checked(content)
        except (OSError, AddressRefused, NameUnknown, httptools.HttpParserError, ApiError) as problem:
            # A timeout is an OSError, and so is what TLS says.
            reason = NoPicture(str(problem) or type(problem).__name__)
            self._keep(url, reason, REFUSED_SECONDS)
            raise reason from None
        except NoPicture as reason:
            self._keep(url, reason, REFUSED_SECONDS)
            raise
        self._keep(url, picture, KEPT_SECONDS)
        return picture

    def _keep(self, url: str, what: Picture | NoPicture, seconds: float) -> None:
        self._forget(url)
        self._kept[url] = (asyncio.get_running_loop().time() + seconds, what)
        self._size += _cost(url, what)
        while self._size > KEPT_BYTES:
            self._forget(next(iter(self._kept)))

    def _forget(self, url: str) -> None:
        known = self._kept.pop(url, None)
        if known is not None:
            self._size -= _cost(url, known[1])

    async def _content(self, url: str) -> bytes:
        """What is at an address. Each redirect is an address that is checked anew."""
        for _ in range(REDIRECTS_MAX + 1):
            place = await self._guard.place(url)
            response = await self._response(place)
            if response.status not in _REDIRECTS:
                return response.picture()
            url = _joined(place, response.headers.get("location", ""))
        raise NoPicture("it is redirected too often")

    async def _response(self, place: Endpoint) -> _Response:
        secure = place.url.scheme == "https"
        tls = (self._tls or ssl.create_default_context()) if secure else None
        reader, writer = await asyncio.open_connection(
            place.addresses[0], place.port, ssl=tls, server_hostname=place.host if secure else None, limit=_PIECE
        )
        try:
            port = "" if place.url.is_default_port() else f":{place.port}"
            host = f"[{place.host}]" if ":" in place.host else place.host
            writer.write(
                f"GET {place.url.raw_path_qs} HTTP/1.1\r\nhost: {host}{port}\r\naccept: image/png,image/jpeg,image/gif,"
                "image/webp\r\naccept-encoding: identity\r\nuser-agent: Botyard\r\nconnection: close\r\n\r\n".encode()
            )
            response = _Response()
            while not response.complete:
                piece = await reader.read(_PIECE)
                if not piece:
                    response.end()
                    break
                response.feed(piece)
            return response
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                writer.transport.abort()


def _joined(place: Endpoint, location: str) -> str:
    """Where a redirect leads from a place. Raises NoPicture."""
    try:
        return urljoin(str(place.url), location)
    except ValueError:
        raise NoPicture("it is redirected to what is no address") from None


class _Response:
    """A response as it comes, as far as it is wanted."""

    def __init__(self) -> None:
        self._parser = httptools.HttpResponseParser(self)
        self._body = bytearray()
        self._heard = 0
        self._begun = False
        self._wrong = ""
        self.headers: dict[str, str] = {}
        self.status = 0
        self.complete = False

    def feed(self, piece: bytes) -> None:
        self._heard += len(piece)
        if not self._begun and self._heard > HEAD_MAX + _PIECE:
            raise NoPicture("the head of the response is too long")
        if self._heard > HEAD_MAX + _PIECE + FRAMED * len(self._body):
            # Behind the body may be trailers, which nobody reads.
            raise NoPicture("there is too much beside the picture")
        try:
            self._parser.feed_data(piece)
        except httptools.HttpParserUpgrade:
            raise NoPicture("it speaks another protocol") from None
        if self._wrong:
            # Noted in the callbacks, for the parser tells no more of an exception there than that there was one.
            raise NoPicture(self._wrong)

    def end(self) -> None:
        """The connection has ended; without a length that is the end of the picture, too."""
        whole = self._begun and "content-length" not in self.headers and "transfer-encoding" not in self.headers
        if not whole:
            raise NoPicture("the connection ended in the middle")

    def picture(self) -> bytes:
        """The body of a response that has one for us."""
        if self.status != 200:
            raise NoPicture(f"the response has the status {self.status}")
        return bytes(self._body)

    def on_header(self, name: bytes, value: bytes) -> None:
        if not self._begun:
            self.headers[name.decode("latin-1").lower()] = value.decode("latin-1").strip()

    def on_headers_complete(self) -> None:
        status = self._parser.get_status_code()
        if status < 200:
            self.headers = {}
            return
        self._begun, self.status = True, status
        if status in _REDIRECTS:
            self.complete = True
        length = self.headers.get("content-length", "")
        if length.isdigit() and int(length[:18]) > BYTES_MAX:
            self._wrong = "it is too large"
        elif self.headers.get("content-encoding", "identity").lower() not in ("identity", ""):
            self._wrong = "it is compressed, which was not asked for"

    def on_body(self, piece: bytes) -> None:
        if len(self._body) + len(piece) > BYTES_MAX:
            self._wrong = "it is too large"
        elif not self.complete:
            self._body += piece

    def on_message_complete(self) -> None:
        self.complete = self.complete or self._begun


async def _checked(content: bytes) -> Picture:
    """The picture that these bytes are, whatever its site calls it. Raises NoPicture, and OVERLOAD."""
    header = await run_slow(WORKER.header, content) if content else None
    media_type = _TYPES.get(header.kind, "") if header else ""
    if header is None or not media_type:
        raise NoPicture("it is no PNG, JPEG, GIF or WebP")
    if max(header.width, header.height) > SIDE_MAX or header.width * header.height > PIXELS_MAX:
        raise NoPicture("it has too many pixels")
    return Picture(content, media_type)


def _cost(url: str, what: Picture | NoPicture) -> int:
    return 1000 + len(url) + (len(what.content) if isinstance(what, Picture) else 0)
