"""The types of every method for the web client, as TypeScript, out of the same document as the reference."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

Json = dict[str, Any]

FILE = Path(__file__).resolve().parent.parent / "ui" / "src" / "api" / "methods.ts"

_HEAD = "/** What every method takes and returns. Written by scripts/docs out of the registry; do not edit. */\n"
_KINDS = {"integer": "number", "number": "number", "string": "string", "boolean": "boolean", "null": "null"}
_PLAIN = re.compile(r"[A-Za-z_$][\w$]*")


def client_types(document: Json) -> str:
    """The whole file: an interface for each struct, and one that names the methods."""
    structs = (_struct(name, schema) for name, schema in sorted(document["components"]["schemas"].items()))
    return "\n".join([_HEAD, *filter(None, structs), "export interface Methods {", *_methods(document), "}\n"])


def _methods(document: Json) -> Iterator[str]:
    for path, operations in document["paths"].items():
        operation = operations.get("post", {})
        method = path.removeprefix("/")
        if operation.get("operationId") != method or "servers" in operations:
            continue
        content = operation.get("requestBody", {}).get("content", {}).get("application/json")
        params = _type(content["schema"]) if content else "Record<string, never>"
        success = operation["responses"]["200"]["content"]["application/json"]["schema"]
        yield f"  {json.dumps(method)}: {{ params: {params}; result: {_type(success['properties']['result'])} }}"


def _struct(name: str, schema: Json) -> str:
    if "properties" not in schema:
        return f"export type {_name(name)} = {_type(schema)}\n"
    needed = set(schema.get("required", ()))
    fields = [
        f"  {_key(field)}{'' if field in needed else '?'}: {_type(inner)}"
        for field, inner in schema["properties"].items()
    ]
    return "\n".join([f"export interface {_name(name)} {{", *fields, "}\n"])


def _type(schema: Json) -> str:
    if "$ref" in schema:
        return _name(schema["$ref"].rpartition("/")[2])
    if "anyOf" in schema:
        return " | ".join(dict.fromkeys(_type(option) for option in schema["anyOf"]))
    if "enum" in schema:
        return " | ".join(json.dumps(value) for value in schema["enum"])
    kind = schema.get("type")
    if kind == "array":
        items = _type(schema["items"]) if schema.get("items") else "unknown"
        return f"({items})[]" if "|" in items else f"{items}[]"
    if kind == "object":
        inner = schema.get("additionalProperties")
        return f"Record<string, {_type(inner) if isinstance(inner, dict) and inner else 'unknown'}>"
    return _KINDS.get(str(kind), "unknown")


def _name(component: str) -> str:
    """`im.dialog.get.Params` as one word."""
    return "".join(part[:1].upper() + part[1:] for part in re.split(r"\W+", component))


def _key(field: str) -> str:
    return field if _PLAIN.fullmatch(field) else json.dumps(field)
