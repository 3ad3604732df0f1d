"""botyard.app.*: applications of this portal."""

from __future__ import annotations

import msgspec

from botyard.errors import Problem, Refused
from botyard.rpc.call import Call
from botyard.rpc.method import Params, method
from botyard.store import apps


class Manifest(Params, frozen=True, rename="upper"):
    client_id: str = ""


class ManifestAnswer(msgspec.Struct, frozen=True, rename="upper"):
    """What an application is and asks for."""

    client_id: str
    title: str
    version: int
    status: str
    scopes: list[str]


@method("botyard.app.manifest", scopes=(), raises=(Problem.MANIFEST,))
async def manifest(call: Call, p: Manifest) -> ManifestAnswer:
    """Tell what an installed application is and which permissions it asks for.

    CLIENT_ID may be left out by an application that asks about itself. Unknown,
    blocked and not installed applications have no manifest.
    """
    found = await apps.find_by_client(call.tx, p.client_id or call.identity.client_id)
    if found is None or found[0].blocked or not found[0].installed:
        raise Refused(Problem.MANIFEST)
    app = found[0]
    scopes = [scope for scope in app.scopes.split(",") if scope]
    return ManifestAnswer(app.client_id, app.title, app.version, app.status, scopes)
