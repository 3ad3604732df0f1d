"""The few pages that people see in a browser: plain HTML without a script, behind a strict policy."""

from __future__ import annotations

import base64
import hashlib
from html import escape

import msgspec

from botyard.web.http import Headers, Send

HTML = b"text/html; charset=utf-8"
_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:26rem;margin:12vh auto;padding:0 1rem;color:#222;"
    "background:#fafafa}h1{font-size:1.4rem}label{display:block;margin:.8rem 0}"
    "input:not([type=hidden]){display:block;width:100%;box-sizing:border-box;padding:.5rem;font:inherit}"
    "button{padding:.5rem 1.2rem;font:inherit;margin:.8rem .6rem 0 0}.wrong{color:#a00}code{overflow-wrap:anywhere}"
)
_STYLE_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()


class HtmlPage(msgspec.Struct, frozen=True):
    """A page: ``body`` is HTML. ``sends_to`` is where its form may lead beside the portal itself."""

    title: str
    body: str
    status: int = 200
    sends_to: str = ""


async def show(send: Send, page: HtmlPage, more: Headers | None = None) -> None:
    """Send a page."""
    content = (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(page.title)}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{_STYLE}</style></head>'
        f"<body><main><h1>{escape(page.title)}</h1>{page.body}</main></body></html>"
    ).encode()
    headers = [(b"content-type", HTML), (b"content-length", str(len(content)).encode()), *_guarded(page.sends_to)]
    await send({"type": "http.response.start", "status": page.status, "headers": [*headers, *(more or [])]})
    await send({"type": "http.response.body", "body": content})


async def redirect(send: Send, address: str, more: Headers | None = None) -> None:
    """Send the browser on, by GET."""
    headers = [(b"location", address.encode("ascii")), (b"content-length", b"0"), *_guarded("")]
    await send({"type": "http.response.start", "status": 303, "headers": [*headers, *(more or [])]})
    await send({"type": "http.response.body", "body": b""})


def _guarded(sends_to: str) -> Headers:
    """No other site may read, frame or script a page; a form leads back here, or where it was said to lead."""
    targets = f"'self' {sends_to}".strip()
    policy = (
        f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; form-action {targets}; "
        "frame-ancestors 'none'; base-uri 'none'"
    )
    return [
        (b"cache-control", b"no-store"),
        (b"content-security-policy", policy.encode("ascii")),
        # Not no-referrer: with that, browsers send `Origin: null` with the portal's own forms.
        (b"referrer-policy", b"same-origin"),
        (b"x-content-type-options", b"nosniff"),
        (b"x-frame-options", b"DENY"),
    ]


def paragraph(text: str, kind: str = "") -> str:
    """A paragraph of plain text."""
    return f'<p class="{escape(kind)}">{escape(text)}</p>' if kind else f"<p>{escape(text)}</p>"


def form(action: str, hidden: dict[str, str], *inside: str) -> str:
    """A form that is posted; what is ``inside`` is HTML."""
    kept = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">' for name, value in hidden.items()
    )
    return f'<form method="post" action="{escape(action)}">{kept}{"".join(inside)}</form>'


def button(text: str, name: str = "", value: str = "") -> str:
    """A button that sends its form, with a value of its own if it has a name."""
    own = f' name="{escape(name)}" value="{escape(value)}"' if name else ""
    return f'<button type="submit"{own}>{escape(text)}</button>'
