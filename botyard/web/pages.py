"""The few pages that people see in a browser: Jinja2 templates without a script, behind a strict policy."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Awaitable, Callable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from botyard.rpc.call import Context
from botyard.rpc.error_handling import to_api_error
from botyard.web.arrivals import address_of
from botyard.web.http import beside

if TYPE_CHECKING:
    from jinja2 import Environment

Endpoint = Callable[[Context, Request], Awaitable[Response]]

TEMPLATES = Path(__file__).parent / "templates"


@cache
def _environment() -> Environment:
    # Jinja2 takes longer to import than all the rest of this layer, and most servers show no page.
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup

    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, auto_reload=False
    )
    environment.globals["style"] = Markup(_style())  # noqa: S704  # A file of ours.
    return environment


@cache
def _style() -> str:
    return (TEMPLATES / "style.css").read_text()


def page(endpoint: Endpoint) -> Endpoint:
    """The same endpoint, in a slot for strangers; its errors are shown to people, not to programs."""

    async def shown(context: Context, request: Request) -> Response:
        try:
            with context.slots.anonymous.held(address_of(request.scope)):
                return await endpoint(context, request)
        except Exception as fault:
            refused = to_api_error(fault, "page")
            response = show("error.html", refused.status, title="This did not work", text=refused.text)
            for name, value in beside(refused):
                response.headers.append(name.decode(), value.decode("latin-1"))
            return response

    return shown


def show(template: str, status: int = 200, *, sends_to: str = "", **values: object) -> Response:
    """A page. ``sends_to`` is where its form may lead beside the portal itself."""
    content = _environment().get_template(template).render(values)
    return HTMLResponse(content, status, _protection(sends_to))


def redirect(address: str) -> Response:
    """Send the browser on, by GET."""
    return RedirectResponse(address, 303, _protection())


def _protection(sends_to: str = "") -> dict[str, str]:
    """No other site may read, frame or script a page; a form leads back here, or where it was said to lead."""
    targets = f"'self' {sends_to}".strip()
    style = base64.b64encode(hashlib.sha256(_style().encode()).digest()).decode()
    return {
        "cache-control": "no-store",
        "content-security-policy": f"default-src 'none'; style-src 'sha256-{style}'; form-action {targets}; "
        "frame-ancestors 'none'; base-uri 'none'",
        # Not no-referrer: with that, browsers send `Origin: null` with the portal's own forms.
        "referrer-policy": "same-origin",
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
    }
