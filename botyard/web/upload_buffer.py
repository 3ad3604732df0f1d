"""Bodies with files: stored on disk while they arrive, read one at a time."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Iterator
from typing import IO, Any

from botyard.errors import ApiError, ErrorCode, Reason
from botyard.rpc.call import Context
from botyard.rpc.dispatch import require_known
from botyard.rpc.identity import Credentials
from botyard.rpc.method import Method
from botyard.store.engines.blobs import FileStorage, temporary_file
from botyard.web.http import Announced, Receive, Scope, announced, header, next_part
from botyard.wire import body, compression
from botyard.wire.limits import MAX_UPLOAD, SMALL_BODY, UPLOAD_SECONDS

log = logging.getLogger(__name__)


@contextlib.asynccontextmanager
async def received(
    context: Context, method: Method, scope: Scope, receive: Receive, credentials: Credentials, started: float
) -> AsyncIterator[dict[str, Any]]:
    """The parameters of a call that may bring files, which vanish with the call.

    What is large is not waited for before the credentials are known to be good,
    where they do not stand in the body itself. Raises FILE_TOO_BIG, OVERLOAD
    and all that reading a body and identifying raises.
    """
    with contextlib.ExitStack() as kept:

        def keep() -> IO[bytes]:
            file = temporary_file(context.storage.incoming)
            kept.callback(_close, file)
            return file

        arrived = keep()
        announcement = _announced(scope)
        size = announcement.length
        if size > SMALL_BODY and (credentials.secret or credentials.token):
            await require_known(context, credentials, started)
        async with _place(context.storage, size):
            with _disk_told(method):
                size = await _gather(arrived, receive)
                if announcement.coding:
                    packed, arrived = arrived, keep()
                    size = await asyncio.to_thread(_unpack, announcement.coding, packed, arrived)

        # Large texts are in memory from here until the call is done; so there is one of them at a time.
        async with context.storage.turns if size > SMALL_BODY else contextlib.nullcontext():
            kind = header(scope, b"content-type").decode("latin-1")
            query = scope["query_string"]
            with _disk_told(method):
                if size > SMALL_BODY:
                    params = await asyncio.to_thread(body.decode_file, kind, arrived, query, keep)
                else:
                    params = body.decode_file(kind, arrived, query, keep)
            yield params


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


@contextlib.asynccontextmanager
async def _place(storage: FileStorage, size: int) -> AsyncIterator[None]:
    """A place among the large bodies on their way. Raises OVERLOAD where there is none left."""
    if size <= SMALL_BODY:
        yield
        return
    if storage.arrivals.locked():
        raise ApiError(ErrorCode.OVERLOAD)
    async with storage.arrivals:
        yield


async def _gather(arrived: IO[bytes], receive: Receive) -> int:
    """Write the body down as it comes, and return its size."""
    try:
        async with asyncio.timeout(UPLOAD_SECONDS):
            return await _written(arrived, receive)
    except TimeoutError:
        raise ApiError(ErrorCode.BODY_TIMEOUT, limit=UPLOAD_SECONDS) from None


async def _written(arrived: IO[bytes], receive: Receive) -> int:
    size, more = 0, True
    waiting = bytearray()
    while more:
        message = await next_part(receive)
        more = message.get("more_body", False)
        waiting += message.get("body", b"")
        if size + len(waiting) > MAX_UPLOAD:
            raise ApiError(Reason.FILE_TOO_BIG)
        if len(waiting) >= SMALL_BODY or not more:
            size += len(waiting)
            # What is small stays in memory; the rest goes to a disk, which may take its time.
            await (_at_once(arrived, waiting) if size <= SMALL_BODY else asyncio.to_thread(arrived.write, waiting))
            waiting = bytearray()
    return size


async def _at_once(arrived: IO[bytes], waiting: bytearray) -> None:
    arrived.write(waiting)


def _unpack(coding: str, packed: IO[bytes], out: IO[bytes]) -> int:
    """Write down what a compressed body holds, and return its size."""
    packed.seek(0)
    size = 0
    try:
        for piece in compression.unpacked(coding, iter(lambda: packed.read(compression.PIECE), b""), MAX_UPLOAD):
            size += out.write(piece)
    except ApiError as refused:
        raise (_too_big(refused) if refused.problem is ErrorCode.BODY_TOO_BIG else refused) from None
    return size
