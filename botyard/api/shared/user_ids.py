"""Lists of user ids as clients send them."""

from __future__ import annotations

from typing import Any

import msgspec

from botyard.chat.content.lenient_parsing import absent
from botyard.errors import ApiError, Reason


def user_ids(given: Any, wrong: Reason) -> list[int]:
    """Ids from a list, a form-indexed map or a JSON text of either; absent is none. Raises ``wrong`` otherwise."""
    if given is None or given is msgspec.UNSET or given == "" or absent(given):
        return []
    if isinstance(given, str):
        try:
            given = msgspec.json.decode(given)
        except (msgspec.DecodeError, RecursionError):
            raise ApiError(wrong) from None
    if isinstance(given, dict):
        given = list(given.values())
    if not isinstance(given, list):
        raise ApiError(wrong)
    found = [_id(one) for one in given]
    if any(one is None for one in found):
        raise ApiError(wrong)
    return [one for one in found if one]


def _id(one: Any) -> int | None:
    if isinstance(one, bool):
        return None
    if isinstance(one, int):
        return one if 0 < one < 2**63 else 0
    if isinstance(one, str) and one.strip().isascii() and one.strip().isdigit():
        return int(one) if len(one.strip()) < 19 else 0
    return None
