"""The JSON Schema of seeds, and the page that lists their fields."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from botyard.demo import seed
from scripts.meanings import meanings

SCHEMA = Path(seed.__file__).parent / "seed.schema.json"
DIALECT = "https://json-schema.org/draft/2020-12/schema"
PARTS: dict[str, type[msgspec.Struct]] = {
    "people": seed.Person,
    "bots": seed.SeedBot,
    "chats": seed.SeedChat,
    "dialogs": seed.SeedDialog,
    "messages": seed.SeedMessage,
    "notifications": seed.SeedNotification,
    "buttons": seed.SeedButton,
}


def schema_text() -> str:
    """The schema as it travels with the package."""
    sentences = meanings(seed)
    made = msgspec.json.schema(seed.Seed)
    for name, part in made["$defs"].items():
        struct = getattr(seed, name)
        for field in msgspec.structs.fields(struct):
            part["properties"][field.encode_name]["description"] = sentences[name][field.name]
    whole: dict[str, Any] = {"$schema": DIALECT, "title": "A seed of a Botyard portal", **made}
    return json.dumps(whole, indent=2, ensure_ascii=False) + "\n"


def seed_page() -> str:
    """The page of the reference."""
    return "\n\n".join(["# Seeds", "<!-- Written by scripts/docs; do not edit. -->", *_paragraphs()]) + "\n"


def _paragraphs() -> Iterator[str]:
    yield (
        "A seed is a YAML or JSON file with people, bots, chats, private dialogs and notifications for a demo portal: "
        "`botyard serve --demo --seed FILE`, `botyard exec --seed FILE -- COMMAND`. "
        "[Give any test suite a portal](../how-to/tests-in-any-language.md) has an example. Its JSON Schema is "
        "[seed.schema.json](../../botyard/demo/seed.schema.json), which is installed with the package; an editor that "
        "knows it completes names and marks mistakes. Fields in bold are required."
    )
    for name, struct in PARTS.items():
        yield f"## `{name}`"
        if struct.__doc__:
            yield " ".join(struct.__doc__.replace("``", "`").split())
        yield "\n".join(["| Field | Default | Meaning |", "|---|---|---|", *_rows(struct)])


def _rows(struct: type[msgspec.Struct]) -> Iterator[str]:
    sentences = meanings(seed)[struct.__name__]
    for field in msgspec.structs.fields(struct):
        name = f"**`{field.encode_name}`**" if field.required else f"`{field.encode_name}`"
        yield f"| {name} | {_default(field)} | {sentences[field.name]} |"


def _default(field: msgspec.structs.FieldInfo) -> str:
    empty = field.required or field.default in (msgspec.UNSET, msgspec.NODEFAULT, "", ())
    return "" if empty else f"`{json.dumps(field.default)}`"
