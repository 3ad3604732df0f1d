"""Options that applications store: for everybody, or for each user."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from botyard.errors import ApiError, Reason, raises
from botyard.model.owners import Owner
from botyard.store import options
from botyard.store.engines.db import Tx

MOST = 1000
"""Options that an application may keep for itself, or for one user."""
NAME_MAX = 255
VALUE_MAX = 65_536
TOTAL_MAX = 1024 * 1024
"""Characters of names and values together that an application may keep for itself, or for one user."""

EVERYBODY = 0

_encode = msgspec.json.Encoder().encode


async def get(tx: Tx, owner: Owner, user_id: int, *, name: str) -> Any:
    """One option, or ``None``."""
    text = await options.find(tx, owner, user_id, name=name)
    return None if text is None else msgspec.json.decode(text)


async def all_of(tx: Tx, owner: Owner, user_id: int) -> dict[str, Any]:
    """All options by name."""
    texts = await options.all_of(tx, owner, user_id)
    return {name: msgspec.json.decode(value) for name, value in texts.items()}


@raises(Reason.OPTIONS_EMPTY, Reason.ARGUMENT)
async def put(tx: Tx, owner: Owner, user_id: int, *, new_values: Mapping[str, object]) -> None:
    """Store these options beside the others. Raises OPTIONS_EMPTY, and ARGUMENT for too many or too much."""
    if not new_values:
        raise ApiError(Reason.OPTIONS_EMPTY)
    values = {name: _encode(value).decode() for name, value in new_values.items()}
    for name, value in values.items():
        if len(name) > NAME_MAX or len(value) > VALUE_MAX:
            raise ApiError(
                Reason.ARGUMENT,
                reason=f"An option has at most {NAME_MAX} characters of name and {VALUE_MAX} of value",
            )
    sizes = await options.sizes(tx, owner, user_id)
    sizes |= {name: len(name) + len(value) for name, value in values.items()}
    if len(sizes) > MOST:
        raise ApiError(Reason.ARGUMENT, reason=f"No more than {MOST} options can be kept")
    if sum(sizes.values()) > TOTAL_MAX:
        raise ApiError(Reason.ARGUMENT, reason=f"No more than {TOTAL_MAX} characters of options can be kept")
    await options.put(tx, owner, user_id, values=values)
