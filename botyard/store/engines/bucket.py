"""File bytes in a bucket that speaks the S3 protocol. Loaded by servers that have one: the client is heavy."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any
from urllib.parse import parse_qsl, urlsplit

from obstore.exceptions import BaseError, NotFoundError
from obstore.store import S3Store

from botyard.store.engines.blobs import checked_name

SCHEME = "s3://"
_KNOWN = frozenset({"endpoint", "region", "virtual_host"})
_SECONDS = "30s"


class Bucket:
    """Bytes as objects of a bucket; keys come from AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY."""

    def __init__(self, address: str) -> None:
        """``s3://bucket/prefix?endpoint=https://…&region=…``. Raises ValueError for anything else."""
        parts = urlsplit(address)
        asked = dict(parse_qsl(parts.query))
        if not address.startswith(SCHEME) or not parts.netloc or parts.username or not asked.keys() <= _KNOWN:
            raise ValueError("the place of files must look like s3://bucket/prefix?endpoint=https://…")
        self._store = _store(parts.netloc, parts.path.strip("/"), asked)

    def check(self) -> None:
        with _told():
            # Asks for one name, and any response means that the bucket is there and open to us.
            next(iter(self._store.list(chunk_size=1)), None)

    def put(self, name: str, source: IO[bytes]) -> None:
        source.seek(0)
        with _told():
            # Large ones go up in parts; a server keeps none of them until the last has arrived.
            self._store.put(checked_name(name), source)

    def read(self, name: str, start: int, length: int) -> bytes:
        if not length:
            return b""
        with _told():
            return bytes(self._store.get_range(checked_name(name), start=start, length=length))

    def delete(self, name: str) -> None:
        try:
            with _told():
                self._store.delete(checked_name(name))
        except FileNotFoundError:
            pass


def _store(bucket: str, prefix: str, asked: dict[str, str]) -> S3Store:
    config: dict[str, Any] = {
        "bucket": bucket,
        "region": asked.get("region") or os.environ.get("AWS_REGION", "us-east-1"),
        "virtual_hosted_style_request": asked.get("virtual_host", "0") in ("1", "Y", "true"),
    }
    endpoint = asked.get("endpoint", "")
    if endpoint:
        config["endpoint"] = endpoint
    client: Any = {"allow_http": endpoint.startswith("http://"), "timeout": _SECONDS, "connect_timeout": "5s"}
    retry: Any = {"max_retries": 2}
    return S3Store(prefix=prefix or None, client_options=client, retry_config=retry, **config)


@contextmanager
def _told() -> Iterator[None]:
    """Whatever the client says, as the errors that a folder has."""
    try:
        yield
    except NotFoundError as error:
        raise FileNotFoundError(str(error)) from error
    except BaseError as error:
        raise OSError(str(error)) from error
