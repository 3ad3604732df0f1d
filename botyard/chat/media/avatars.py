"""Validates pictures of chats and bots, which arrive as base64 text."""

from __future__ import annotations

import binascii

import msgspec

from botyard.chat.media.picture_worker import WORKER
from botyard.errors import ApiError, Reason, raises

# "Maximum image size is 5000x5000."
SIDE_MAX = 5000
BYTES_MAX = 10 * 1024 * 1024

# No SVG: it is a document that can run scripts. MPO is what Pillow calls the JPEG of cameras that add a preview.
MIMES = {"PNG": "image/png", "JPEG": "image/jpeg", "MPO": "image/jpeg", "GIF": "image/gif", "WEBP": "image/webp"}

_URL_SAFE = str.maketrans({"-": "+", "_": "/", "\r": None, "\n": None, "\t": None})


class Avatar(msgspec.Struct, frozen=True, gc=False):
    """A picture that may be shown to people."""

    data: bytes
    mime: str
    width: int
    height: int


@raises(Reason.AVATAR_SIZE, Reason.AVATAR_TYPE)
def check(base64_text: str) -> Avatar:
    """Decode a picture and look at its header; the pixels stay untouched.

    Refuses files that are not PNG, JPEG, GIF or WEBP, pictures with a side over
    5000 pixels and files over ``BYTES_MAX``. Raises AVATAR_TYPE, AVATAR_SIZE, and OVERLOAD where too many wait.
    """
    data = _decode(base64_text)
    header = WORKER.header(data)
    if header is None or min(header.width, header.height) < 1:
        raise ApiError(Reason.AVATAR_TYPE)
    width, height = header.width, header.height
    if max(width, height) > SIDE_MAX:
        raise ApiError(Reason.AVATAR_SIZE, hint=f"it is {width}x{height}; the limit is {SIDE_MAX}x{SIDE_MAX}")
    return Avatar(data, MIMES[header.kind], width, height)


def _decode(base64_text: str) -> bytes:
    if len(base64_text) > BYTES_MAX * 3 // 2:
        raise ApiError(Reason.AVATAR_SIZE, hint=f"the limit is {BYTES_MAX} bytes")
    text = base64_text.strip()
    if text[:5].lower() == "data:":
        text = text.partition(",")[2].strip()
    # A form that was not escaped turns every "+" into a space.
    text = text.translate(_URL_SAFE).replace(" ", "+").rstrip("=")
    try:
        data = binascii.a2b_base64(text + "=" * (-len(text) % 4), strict_mode=True)
    except ValueError as error:
        raise ApiError(Reason.AVATAR_TYPE) from error
    if len(data) > BYTES_MAX:
        raise ApiError(Reason.AVATAR_SIZE, hint=f"{len(data)} bytes came; the limit is {BYTES_MAX}")
    return data
