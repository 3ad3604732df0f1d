"""The file of the portal's key: the key itself and, once it has been replaced, what is left of those before it."""

from __future__ import annotations

import re
import secrets

import msgspec

FILE = "secret.key"
"""The portal's key in its data folder, as hexadecimal digits; lines after the first are there once it was replaced."""
PEPPER_BYTES = 32

_PEPPER = re.compile(rf"[0-9a-fA-F]{{{2 * PEPPER_BYTES}}}")


class Former(msgspec.Struct, frozen=True):
    """A key that was replaced, and until when it is accepted, in unix seconds."""

    pepper: bytes
    until: int


class KeyFile(msgspec.Struct, frozen=True):
    """What the file holds. ``named`` and ``told`` are empty, for the key itself, until it is replaced."""

    pepper: bytes
    named: bytes = b""
    told: bytes = b""
    former: tuple[Former, ...] = ()


def parse(content: bytes) -> KeyFile:
    """Read the file. Raises ValueError where it is not whole."""
    first, *lines = content.decode("ascii").strip().split("\n")
    words: dict[str, bytes] = {}
    former: list[Former] = []
    for line in lines:
        name, pepper, *until = line.split()
        if name == "former" and len(until) == 1:
            former.append(Former(_pepper(pepper), int(until[0])))
        elif name in ("named", "told") and not until and name not in words:
            words[name] = _pepper(pepper)
        else:
            raise ValueError("a line that is none of a key's")
    return KeyFile(_pepper(first.strip()), words.get("named", b""), words.get("told", b""), tuple(former))


def _pepper(text: str) -> bytes:
    if not _PEPPER.fullmatch(text):
        raise ValueError("no key")
    return bytes.fromhex(text)


def content(file: KeyFile) -> bytes:
    """The file as it is written."""
    lines = [file.pepper.hex()]
    lines += [f"{name} {pepper.hex()}" for name, pepper in (("named", file.named), ("told", file.told)) if pepper]
    lines += [f"former {former.pepper.hex()} {former.until}" for former in file.former]
    return "\n".join(lines).encode() + (b"\n" if len(lines) > 1 else b"")


def new() -> KeyFile:
    """A key that nobody has yet."""
    return KeyFile(secrets.token_bytes(PEPPER_BYTES))


def replaced(file: KeyFile, *, now: int, until: int, events: bool = False) -> KeyFile:
    """The file with another key; the one before is accepted ``until`` then, and where that is over, none is.

    With ``events`` what they carry is derived from the new key, too.
    """
    pepper = secrets.token_bytes(PEPPER_BYTES)
    before = (Former(file.pepper, until), *file.former) if until > now else ()
    return KeyFile(
        pepper,
        named=file.named or file.pepper,
        told=pepper if events else file.told or file.pepper,
        former=tuple(former for former in before if former.until > now),
    )


def finished(file: KeyFile) -> KeyFile:
    """The file without the keys that were replaced."""
    return msgspec.structs.replace(file, former=())
