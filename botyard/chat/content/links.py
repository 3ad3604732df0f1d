"""URLs in attachments, buttons and menus: which of them are safe to open."""

from __future__ import annotations

from urllib.parse import urlsplit

from botyard.chat.content.lenient_parsing import ParseFailure, text


def link(value: object) -> str | None:
    """An address that is safe to click; ``None`` when there is none.

    Allowed are ``http://``, ``https://`` and paths from the portal's root (``/company/``).
    Anything else, ``javascript:`` above all, makes the whole structure wrong.

    Docs: chat-bots/chat-bots-v2/imbot.v2/messages/attachments/index.md, "Limitations and Errors".
    """
    url = text(value)
    address = url.strip() if url else ""
    if not address:
        return None
    if not (_local(address) or _web(address)):
        raise ParseFailure("expected http://, https:// or a path from the root of the portal")
    return address


def _local(address: str) -> bool:
    # Browsers read "//host", "/\host" and "/<tab>/host" as another site, so these are no paths of ours.
    return address[0] == "/" and address[1:2] not in ("/", "\\") and not _has_control(address)


def _web(address: str) -> bool:
    if not address.lower().startswith(("http://", "https://")) or _has_control(address):
        return False
    try:
        parts = urlsplit(address)
        return bool(parts.hostname) and "\\" not in parts.netloc
    except ValueError:
        return False


def _has_control(address: str) -> bool:
    return any(sign < " " or sign == "\x7f" for sign in address)
