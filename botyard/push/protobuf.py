"""The few messages of protocol buffers by which clients of version 4 speak.

The numbers of the fields are those of `protobuf/model.js` in `@bitrix24/b24jssdk`. The wire format is that of
protobuf.dev/programming-guides/encoding; of its kinds of fields these messages use three.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_MOST_FIELDS = 10_000
"""Fields of one request, at all levels."""


class Malformed(ValueError):
    """These bytes are no such message."""


class Receiver(NamedTuple):
    """A public channel that a message is for, as hexadecimal digits."""

    channel: str
    signature: str

    @property
    def channel_id(self) -> str:
        return f"{self.channel}.{self.signature}"


class IncomingMessage(NamedTuple):
    """A message that a client sends to others."""

    receivers: list[Receiver]
    body: str
    expiry: int


def outgoing(mid: str, body: bytes, created: int, *, sender: int, sender_id: bytes = b"") -> bytes:
    """A ResponseBatch with one message to a client. The sender must be there: clients drop the frame without it."""
    message = b"".join(
        (
            _bytes(1, bytes.fromhex(mid)),
            _bytes(2, body),
            _number(3, 0),
            _key(4, _FIXED32) + struct.pack("<I", created & 0xFFFFFFFF),
            _bytes(5, _number(1, sender) + (_bytes(2, sender_id) if sender_id else b"")),
        )
    )
    return _bytes(1, _bytes(1, _bytes(1, message)))


def incoming(data: bytes) -> list[IncomingMessage]:
    """The messages of a RequestBatch; other requests are left out. Raises Malformed."""
    fields = _Reader()
    return [
        _incoming(fields, message)
        for request in fields.each(data, 1)
        for messages in fields.each(request, 1)
        for message in fields.each(messages, 1)
    ]


def _incoming(fields: _Reader, data: bytes) -> IncomingMessage:
    receivers: list[Receiver] = []
    body, expiry = "", 0
    for number, value in fields.read(data):
        if number == 1 and isinstance(value, bytes):
            parts = dict(fields.read(value))
            channel, signature = parts.get(1, b""), parts.get(3, b"")
            if isinstance(channel, bytes) and isinstance(signature, bytes):
                receivers.append(Receiver(channel.hex(), signature.hex()))
        elif number == 3 and isinstance(value, bytes):
            try:
                body = value.decode()
            except UnicodeDecodeError as problem:
                raise Malformed("the body is not UTF-8") from problem
        elif number == 4 and isinstance(value, int):
            expiry = value
    return IncomingMessage(receivers, body, expiry)


class _Reader:
    """Reads fields, and not too many of them."""

    def __init__(self) -> None:
        self._left = _MOST_FIELDS

    def each(self, data: bytes, number: int) -> Iterator[bytes]:
        """The values of a repeated field of bytes."""
        return (value for field, value in self.read(data) if field == number and isinstance(value, bytes))

    def read(self, data: bytes) -> Iterator[tuple[int, int | bytes]]:
        """The fields of a message: number and value."""
        place = 0
        while place < len(data):
            self._left -= 1
            if self._left < 0:
                raise Malformed("too many fields")
            key, place = _varint(data, place)
            number, kind = key >> 3, key & 7
            if kind == _VARINT:
                value, place = _varint(data, place)
                yield number, value
                continue
            if kind == _BYTES:
                size, place = _varint(data, place)
            else:
                size = {_FIXED32: 4, _FIXED64: 8}.get(kind, -1)
            if size < 0 or place + size > len(data):
                raise Malformed("a field is cut off")
            yield number, data[place : place + size]
            place += size


def _varint(data: bytes, place: int) -> tuple[int, int]:
    value = shift = 0
    while place < len(data) and shift < 64:
        byte = data[place]
        place += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, place
        shift += 7
    raise Malformed("a number is cut off")


def _key(number: int, kind: int) -> bytes:
    return bytes((number << 3 | kind,))


def _encoded(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def _number(number: int, value: int) -> bytes:
    return _key(number, _VARINT) + _encoded(value)


def _bytes(number: int, value: bytes) -> bytes:
    return _key(number, _BYTES) + _encoded(len(value)) + value
