"""The hand-written parts of the OpenAPI document: sentences, keys, servers, addresses that are no methods."""

from __future__ import annotations

from typing import Any

from botyard.rpc.method import V3, Method

Json = dict[str, Any]

OTHER_ADDRESSES = "portal"
"""The tag of addresses that are no methods."""

ABOUT = """\
A self-hosted chat server that speaks the Bitrix24 chat REST API.

Methods take GET and POST. Parameters come in the query, in a form (nested as
PHP does it: `FIELDS[NAME]=x`, `USERS[]=1`) or as JSON. Names of methods and of
top-level parameters are read in any case. The types below are what a parameter
naturally holds; others are understood: `true`, `1` and `Y` all mean yes, a
number may be text, a list may be an object with the keys 0, 1, … or JSON text.
Unknown parameters are ignored.

Responses are JSON. With `.xml` behind the method's name they are XML.
"""

KEYS: Json = {
    "bearer": {
        "type": "http",
        "scheme": "bearer",
        "description": "An access token. Applications exchange a refresh token for a fresh one at `/oauth/token/`.",
    },
    "auth": {
        "type": "apiKey",
        "in": "query",
        "name": "auth",
        "description": "The same token as a parameter of the query or of the body. `access_token` is read as well.",
    },
}

ANY_KEY: list[Json] = [{"bearer": []}, {"auth": []}, {}]
"""The empty one is for webhooks: the second server's address holds their key."""

PAGE: Json = {
    "total": {"type": "integer", "description": "How many there are in all."},
    "next": {"type": "integer", "description": "Where the next page starts; absent on the last."},
}


def servers(url: str) -> list[Json]:
    """The two bases of a method's address: for tokens, and for incoming webhooks."""
    return [
        {"url": f"{url}/rest", "description": "With an access token."},
        {
            "url": f"{url}/rest/{{user_id}}/{{secret}}",
            "description": "With an incoming webhook: its address holds its key.",
            "variables": {
                "user_id": {"default": "1", "description": "The user in whose name the webhook acts."},
                "secret": {"default": "secret", "description": "The webhook's secret."},
            },
        },
    ]


def family(method: Method) -> str:
    """Where a method belongs: `imbot.v2` for the folder `api/imbot_v2`, `user` for the file `api/user.py`."""
    _, _, place = method.function.__module__.rpartition("botyard.api.")
    return place.partition(".")[0].replace("_", ".")


def description(method: Method) -> str:
    """All that a declaration says beyond its summary, as Markdown."""
    parts = [
        method.description,
        f"Who may call it: {_lower(method.access.value.sentence)}.",
        f"Permission: {permission(method)}.",
        _outdated(method),
        f"For a webhook: `/rest/api/{{user_id}}/{{secret}}/{method.name[len(V3) :]}`."
        if method.name.startswith(V3)
        else "",
        f"Official documentation: `{method.docs}`." if method.docs else "",
    ]
    return "\n\n".join(part for part in parts if part)


def permission(method: Method) -> str:
    """The permissions of which a caller needs one."""
    return " or ".join(f"`{scope}`" for scope in method.scopes) or "none"


def _outdated(method: Method) -> str:
    if method.deprecated is None:
        return ""
    return f"Outdated: use `{method.deprecated}`." if method.deprecated else "Outdated, with no successor."


def _lower(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]


def other_addresses(url: str) -> Json:
    """Addresses that are no methods."""
    return {
        "/oauth/token/": _other_address(url, _TOKEN),
        "/openapi.json": _other_address(url, _OPENAPI),
        "/avatar/{name}": _other_address(url, _AVATAR),
    }


def _other_address(url: str, operation: Json) -> Json:
    return {"servers": [{"url": url}], "get": operation | {"tags": [OTHER_ADDRESSES], "security": []}}


def _json(description: str, schema: Json) -> Json:
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def _word(name: str, description: str, required: bool = True) -> Json:
    schema = {"type": "string"}
    return {"name": name, "in": "query", "required": required, "description": description, "schema": schema}


_FAILURE: Json = {"$ref": "#/components/schemas/Failure"}

_PAIR: Json = {
    "type": "object",
    "properties": {
        "access_token": {"type": "string"},
        "refresh_token": {"type": "string"},
        "expires": {"type": "integer", "description": "When the access token ends, in unix seconds."},
        "expires_in": {"type": "integer"},
        "scope": {"type": "string"},
        "domain": {"type": "string"},
        "server_endpoint": {"type": "string"},
        "client_endpoint": {"type": "string"},
        "member_id": {"type": "string"},
        "user_id": {"type": "integer"},
        "status": {"type": "string"},
    },
}

_TOKEN: Json = {
    "operationId": "oauth.token",
    "summary": "Exchange a refresh token for a fresh pair of tokens.",
    "description": "The same parameters may be posted as a form.",
    "parameters": [
        _word("grant_type", "`refresh_token`."),
        _word("client_id", "The application's id."),
        _word("client_secret", "The application's secret."),
        _word("refresh_token", "The token that came with the last pair; it ends with this call."),
        _word("scope", "Fewer permissions than the application has.", required=False),
    ],
    "responses": {
        # An unknown application is refused with status 200, as the vendor's server does it.
        "200": _json("A fresh pair, or `wrong_client`.", {"anyOf": [_PAIR, _FAILURE]}),
        "400": _json("invalid_request, invalid_client, invalid_grant", _FAILURE),
        "401": _json("insufficient_scope", _FAILURE),
        "403": _json("invalid_scope", _FAILURE),
        "500": _json("INTERNAL_SERVER_ERROR", _FAILURE),
        "503": _json("OVERLOAD_LIMIT", _FAILURE),
    },
}

_OPENAPI: Json = {
    "operationId": "openapi",
    "summary": "This document.",
    "responses": {"200": _json("OpenAPI 3.1.", {"type": "object"})},
}

_AVATAR: Json = {
    "operationId": "avatar",
    "summary": "A picture by its unguessable name.",
    "parameters": [{"name": "name", "in": "path", "required": True, "schema": {"type": "string"}}],
    "responses": {
        "200": {"description": "The picture.", "content": {"image/*": {}}},
        "404": _json("There is no such picture.", _FAILURE),
        "500": _json("INTERNAL_SERVER_ERROR", _FAILURE),
    },
}
