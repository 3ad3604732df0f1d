"""Structs with phrases in several languages as column values."""

from __future__ import annotations

from typing import Any

import msgspec

from botyard.store.engines.db import Value

phrases: msgspec.json.Decoder[list[dict[str, Any]]] = msgspec.json.Decoder(list[dict[str, Any]])


def of(struct: msgspec.Struct) -> dict[str, Value]:
    """A struct as column values: flags as 0 and 1, phrases as JSON, no id."""
    values: dict[str, Value] = {}
    for name, value in msgspec.structs.asdict(struct).items():
        if name == "id":
            continue
        if name == "lang":
            value = msgspec.json.encode(value).decode()
        values[name] = int(value) if isinstance(value, bool) else value
    return values
