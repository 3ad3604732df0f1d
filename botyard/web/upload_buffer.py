"""Bodies with files: stored on disk while they arrive, read one at a time."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable, Iterator
from typing import IO, Any

from botyard.errors import ApiError, ErrorCode, Reason
from botyard.rpc.method import Method
from botyard.store.engines.blobs import temporary_file
from botyard.web.arrivals import Arrival, address_of, require_key, store, unpack
from botyard.web.http import Announced, Scope, announced
from botyard.wire.body import decode_file
from botyard.wire.limits import MAX_UPLOAD, SMALL_BODY, UPLOAD_SECONDS

log = logging.getLogger(__name__)


@contextlib.asynccontextmanager
async def received(arrival: Arrival, method: Method, source: str = "") -> AsyncIterator[dict[str, Any]]:
    """The parameters of a call that may bring files, which vanish with the call.

    Nothing is waited for before a key in the head is known to be good, and what is large is not read before one in the
    body is. ``source`` is what the request counts for where its caller is known already. Raises FILE_TOO_BIG, OVERLOAD
    and all that reading a body and identifying raises.
    """
    storage = arrival.context.storage
    with contextlib.ExitStack() as kept:

        def keep() -> IO[bytes]:
            file = temporary_file(storage.incoming)
            kept.callback(_close, file)
            return file

        body, size = await _arrived(arrival, method, kept, keep, source)
        # Large texts are in memory from here until the call is done; so there is one of them at a time.
        async with storage.turns if size > SMALL_BODY else contextlib.nullcontext():
            kind, query = arrival.kind, arrival.scope["query_string"]
            with _disk_told(method):
                if size > SMALL_BODY:
                    params = await asyncio.to_thread(decode_file, kind, body, query, keep)
                else:
                    params = decode_file(kind, body, query, keep)
            yield params


async def _arrived(
    arrival: Arrival, method: Method, kept: contextlib.ExitStack, keep: Callable[[], IO[bytes]], source: str
) -> tuple[IO[bytes], int]:
    """The whole body in a file, and its size. What it takes up on the disk is counted until the call is over."""
    announcement = _announced(arrival.scope)
    slots = arrival.context.slots
    source = source or await arrival.source()
    if source:
        if announcement.length > SMALL_BODY:
            kept.enter_context(slots.uploads.held(source))
        return await _stored(arrival, method, announcement.coding, keep, _nothing)
    address = address_of(arrival.scope)

    def grown() -> None:
        kept.enter_context(slots.large.held(address))

    with slots.anonymous.held(address):
        if announcement.coding:
            grown()
        body, size = await _stored(arrival, method, announcement.coding, keep, grown)
        if size > SMALL_BODY:
            await require_key(arrival, body)
    return body, size


async def _stored(
    arrival: Arrival, method: Method, coding: str, keep: Callable[[], IO[bytes]], grown: Callable[[], None]
) -> tuple[IO[bytes], int]:
    body = keep()
    try:
        with _disk_told(method):
            seconds, large = UPLOAD_SECONDS, _nothing if coding else grown
            size = await store(body, arrival.receive, MAX_UPLOAD, seconds=seconds, grown=large)
            if coding:
                packed, body = body, keep()
                size = await asyncio.to_thread(unpack, coding, packed, body, MAX_UPLOAD)
    except ApiError as refused:
        raise (_too_big(refused) if refused.problem is ErrorCode.BODY_TOO_BIG else refused) from None
    return body, size


def _nothing() -> None:
    pass


def _close(file: IO[bytes]) -> None:
    # What a full disk did not take is written once more at the end, and nobody is left to be told that it fails.
    with contextlib.suppress(OSError):
        file.close()


@contextlib.contextmanager
def _disk_told(method: Method) -> Iterator[None]:
    """What goes wrong with the disk, as the method tells it. Raises UPLOAD_NOT_STORED or FILE_NOT_STORED."""
    try:
        yield
    except OSError as error:
        log.error("a file could not be received: %s", error.strerror or error)
        raise ApiError(Reason.FILE_NOT_STORED) from error


def _too_big(refused: ApiError) -> ApiError:
    """The same of a method that takes files."""
    hint = f"{refused.hint}; a file may have up to 100 MiB" if refused.hint else ""
    return ApiError(Reason.FILE_TOO_BIG, hint=hint)


def _announced(scope: Scope) -> Announced:
    try:
        announcement = announced(scope, MAX_UPLOAD)
    except ApiError as refused:
        raise (_too_big(refused) if refused.problem is ErrorCode.BODY_TOO_BIG else refused) from None
    # A body of unknown length may be large; so may be what comes out of a compressed one.
    return (
        Announced(MAX_UPLOAD, announcement.coding) if announcement.coding or announcement.length < 0 else announcement
    )
