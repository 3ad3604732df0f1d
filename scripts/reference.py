"""Writes docs/reference out of the registry, the catalogue of problems and the settings; see scripts/docs."""

from __future__ import annotations

import argparse
import inspect
import json
import re
import shlex
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec

import contract.pages
from botyard import config, errors
from botyard.api import MODULES
from botyard.config import OPTIONS, Settings
from botyard.errors import ErrorCode, ErrorResponse, Reason
from botyard.rpc.method import V3, Method
from botyard.rpc.method_errors import SYSTEM, of_method, system
from botyard.rpc.openapi import document
from botyard.rpc.openapi_text import family, permission
from botyard.rpc.registry import Registry
from scripts import client_types, parameters, samples
from scripts.event_reference import event_pages
from scripts.meanings import meanings
from scripts.seed_reference import SCHEMA, schema_text, seed_page

Json = dict[str, Any]

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "docs" / "reference"
REGISTRY = Registry(MODULES)
DOCUMENT: Json = json.loads(document(REGISTRY, "http://localhost:8024"))

OFFICIAL = "https://apidocs.bitrix24.com/"
NOTE = "<!-- Written by scripts/docs; do not edit. -->"


def main() -> int:
    """Write the pages, or compare them with what is there."""
    parser = argparse.ArgumentParser(prog="scripts/docs", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing and fail when a page is out of date")
    arguments = parser.parse_args()
    wanted = {FOLDER / name: text for name, text in pages()}
    wanted[SCHEMA] = schema_text()
    wanted[client_types.FILE] = client_types.client_types(DOCUMENT)
    stale = [page for page, text in wanted.items() if not page.exists() or page.read_text() != text]
    # Pages without the note are written by hand.
    stray = [page for page in FOLDER.rglob("*.md") if page not in wanted and NOTE in page.read_text()]
    if arguments.check:
        for page in (*stale, *stray):
            print(f"{page.relative_to(ROOT)} is out of date: run scripts/docs.", file=sys.stderr)
        return 1 if stale or stray else 0
    for page in stray:
        page.unlink()
    for page in stale:
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(wanted[page])
    return 0


def pages() -> Iterator[tuple[str, str]]:
    """Every page by its path."""
    families: dict[str, list[Method]] = {}
    for method in sorted(REGISTRY, key=lambda method: method.name.lower()):
        families.setdefault(family(method), []).append(method)
    yield "methods/index.md", _index(families)
    for name, methods in sorted(families.items()):
        yield f"methods/{name}.md", _family(name, methods)
    for path, title, parts in event_pages():
        yield path, _page(title, parts)
    yield "errors.md", _errors()
    yield "settings.md", _settings()
    yield "seed.md", seed_page()
    yield "coverage.md", _coverage()


def _page(title: str, parts: Iterable[str]) -> str:
    return "\n\n".join([f"# {title}", NOTE, *(part for part in parts if part)]) + "\n"


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def _code(text: object) -> str:
    return f"`{text}`"


def _error_code(code: str) -> str:
    """An error's code; a few are empty, as their pages have them."""
    return _code(code) if code else "(empty)"


def _anchor(heading: str) -> str:
    """The fragment under which a heading is found."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


# Methods.


def _index(families: dict[str, list[Method]]) -> str:
    parts = [
        "How to call a method: [quickstart](../../quickstart.md). What can go wrong: [errors](../errors.md).",
        "The examples can be pasted beside a fresh demo portal, with `WEBHOOK` as it prints it. Bots in them are the "
        f"demo's Watcher, 1002, whose key is `{samples.KEY}`.",
    ]
    for name, methods in sorted(families.items()):
        rows = ((f"[{method.name}]({name}.md#{_anchor(method.name)})", method.summary) for method in methods)
        parts += [f"## {name}", _table(("Method", "What it does"), rows)]
    return _page("Methods", parts)


def _family(name: str, methods: list[Method]) -> str:
    parts: list[str] = []
    for method in methods:
        parts += _method(method)
    return _page(name, parts)


def _method(method: Method) -> Iterator[str]:
    operation = DOCUMENT["paths"][f"/{method.name}"]["post"]
    yield f"## {method.name}"
    yield method.summary
    yield method.description
    facts = [
        f"Who may call it: {_callers(method)}.",
        f"Permission: {permission(method)}.",
        _outdated(method),
        f"Official documentation: [{method.docs}]({OFFICIAL}{method.docs.removesuffix('.md')}.html)."
        if method.docs
        else "",
    ]
    yield "\n".join(f"- {fact}" for fact in facts if fact)
    yield from _parameters(method, operation)
    yield from _answer(operation)
    yield _before(method)
    yield "```sh\n" + _curl(method) + "\n```"
    yield from _refusals(method)


def _parameters(method: Method, operation: Json) -> Iterator[str]:
    if "requestBody" not in operation:
        return
    struct = _resolved(operation["requestBody"]["content"]["application/json"]["schema"])
    if "properties" not in struct:
        yield "**Parameters:** any; their names are data."
        return
    rows = [parameters.row(method.name, *row) for row in _rows(struct, "")]
    yield "**Parameters**"
    yield struct.get("description", "")
    yield _table(("Name", "Type", "Default", "Meaning"), rows)


def _rows(struct: Json, inside: str) -> Iterator[tuple[str, str, str, str]]:
    """The fields of a struct, and behind each struct among them its own fields."""
    for name, schema in struct["properties"].items():
        shown = f"{inside}[{name}]" if inside else name
        default = _code(json.dumps(schema["default"], ensure_ascii=False)) if "default" in schema else ""
        yield shown, _kind(schema), default, schema.get("description", "")
        for option in map(_resolved, _options(schema)):
            within = _resolved(option.get("items", {}))
            if "properties" in option:
                yield from _rows(option, shown)
            elif "properties" in within:
                yield from _rows(within, f"{shown}[]")


def _answer(operation: Json) -> Iterator[str]:
    answer = operation["responses"]["200"]["content"]["application/json"]["schema"]
    result = answer["properties"]["result"]
    beside = ", with `total` and `next` beside it" if "total" in answer["properties"] else ""
    shape = _shape(result, "")
    if "\n" not in shape:
        yield f"**Result:** {_code(shape)}{beside}"
        return
    yield f"**Result**{beside}"
    yield _resolved(result).get("description", "")
    yield f"```text\n{shape}\n```"


def _refusals(method: Method) -> Iterator[str]:
    own = [problem for problem in of_method(method) if problem not in system(method)]
    if not own:
        return
    rows = []
    for problem in own:
        status, code, text = method.respond(problem)
        rows.append((str(status), _error_code(code), re.sub(r"\{\w+\}", "…", text)))
    yield "**Errors**, beside [those of every method](../errors.md#the-system-documented-for-every-method)"
    # What is told apart inside may be one thing to the caller.
    yield _table(("Status", "Code", "Text"), list(dict.fromkeys(rows)))


def _outdated(method: Method) -> str:
    if method.deprecated is None:
        return ""
    return f"Outdated: the successor is `{method.deprecated}`." if method.deprecated else "Outdated, with no successor."


def _callers(method: Method) -> str:
    if method.name in ("imbot.register", "imbot.v2.Bot.register"):
        return "an application or a webhook, which the bot then belongs to"
    sentence = method.access.value.sentence
    return sentence[:1].lower() + sentence[1:]


def _before(method: Method) -> str:
    """What a reader has to do before the example call."""
    sentences = []
    if samples.needs_token(method):
        sentences.append(
            "An application calls it, by a token: `TOKEN` is the access token that "
            f"`botyard token issue alice --app {samples.APPLICATION}` prints."
        )
    if samples.needs_own_token(method):
        sentences.append(
            "A person calls it, by a token of their own: `OWN_TOKEN` is the access token that "
            "`botyard token issue alice` prints."
        )
    names = samples.BEFORE.get(method.name, ())
    named = [(name, REGISTRY.find(name)) for name in names]
    links = [f"[{name}]({family(it)}.md#{_anchor(name)})" for name, it in named if it]
    if links:
        sentences.append(f"On a fresh demo portal, after the example of {' and '.join(links)}:")
    return " ".join(sentences)


def _curl(method: Method) -> str:
    # Names of REST 3.0 begin with what stands behind `rest/` in their addresses.
    address = (
        f"${{WEBHOOK/rest/rest/api}}{method.name.removeprefix(V3)}"
        if method.name.startswith(V3)
        else f"http://localhost:8024/rest/{method.name}?auth=$TOKEN"
        if samples.needs_token(method)
        else f"http://localhost:8024/rest/{method.name}?auth=$OWN_TOKEN"
        if samples.needs_own_token(method)
        else f"${{WEBHOOK}}{method.name}"
    )
    line = f'curl "{address}"'
    if sample := samples.of(method):
        text = json.dumps(sample, ensure_ascii=False)
        line += f" -H 'Content-Type: application/json' -d {shlex.quote(text)}"
    return line


# Types.


def _resolved(schema: Json) -> Json:
    if "$ref" in schema:
        resolved: Json = DOCUMENT["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        return resolved
    return schema


def _options(schema: Json) -> list[Json]:
    options: list[Json] = schema.get("anyOf", [schema])
    return options


def _kind(schema: Json) -> str:
    """A type in a word or two."""
    if "enum" in schema:
        return ", ".join(json.dumps(value) for value in schema["enum"])
    kinds = []
    for option in _options(schema):
        option = _resolved(option)
        if option.get("type") == "array":
            inner = _kind(option.get("items", {}))
            kinds.append("array" if inner == "any" else f"array of {inner}")
        else:
            kinds.append(option.get("type", "any"))
    return " or ".join(kinds)


def _shape(schema: Json, indent: str, above: tuple[str, ...] = ()) -> str:
    """A type as an indented sketch of its JSON."""
    if "anyOf" in schema:
        return " | ".join(_shape(option, indent, above) for option in schema["anyOf"])
    reference = schema.get("$ref", "")
    if reference in above:
        return "{…}"
    above, schema = (*above, reference) if reference else above, _resolved(schema)
    if schema.get("type") == "array":
        return f"[{_shape(schema['items'], indent, above)}, …]" if schema.get("items") else "[…]"
    if "properties" in schema:
        deeper, needed = indent + "  ", set(schema.get("required", ()))
        lines = [
            f"{deeper}{name}{'' if name in needed else '?'}: {_shape(inner, deeper, above)}"
            for name, inner in schema["properties"].items()
        ]
        return "\n".join(["{", *lines, indent + "}"])
    if isinstance(schema.get("additionalProperties"), dict):
        return "{…: " + _shape(schema["additionalProperties"], indent, above) + "}"
    return str(schema.get("type", "any"))


# Errors and settings.


def _errors() -> str:
    parts = [
        "Every way in which a call can fail. An error is an HTTP status and a JSON body with `error` (the code) and "
        "`error_description` (the text). Words in braces stand for what the text names. The header `Botyard-Hint` says "
        "what the text leaves out: [What went wrong with my call?](../how-to/what-went-wrong.md)"
    ]
    users: dict[ErrorResponse, list[Method]] = {}
    for method in REGISTRY:
        for problem in of_method(method):
            users.setdefault(method.respond(problem), []).append(method)
    for title, codes in _sections():
        parts += [f"## {title}", _error_table([code.value for code in codes], users)]
    for name in dict.fromkeys(map(family, REGISTRY)):
        responses = [
            method.respond(problem)
            for method in REGISTRY
            if family(method) == name
            for problem in of_method(method)
            if isinstance(problem, Reason)
        ]
        if responses:
            parts += [f"## `{name}`", _error_table(list(dict.fromkeys(responses)), users, name)]
    return _page("Errors", parts)


def _sections() -> Iterator[tuple[str, list[ErrorCode]]]:
    """The catalogue's headings, each with its problems: a comment after an empty line is a heading."""
    title, problems = "", list[ErrorCode]()
    before = ""
    for line in inspect.getsource(errors.ErrorCode).splitlines():
        if line.startswith("    # ") and not before.strip():
            if problems:
                yield title, problems
            title, problems = line.strip(" #.").replace(":", ","), []
        named = re.match(r" {4}([A-Z0-9_]+) = error\(", line)
        if named:
            problems.append(ErrorCode[named[1]])
        before = line
    yield title, problems


def _error_table(responses: Iterable[ErrorResponse], users: dict[ErrorResponse, list[Method]], only: str = "") -> str:
    rows = [
        _row(error, [method for method in users.get(error, ()) if only in ("", family(method))]) for error in responses
    ]
    return _table(("Status", "Code", "Text", "Methods"), rows)


def _row(error: ErrorResponse, users: list[Method]) -> tuple[str, ...]:
    names = [_code(name) for name in dict.fromkeys(method.name for method in users)]
    few = ", ".join(names) if len(names) < 6 else f"{len(names)} methods"
    everywhere = any(error == problem.value for problem in SYSTEM)
    return str(error.status), _error_code(error.code), error.text, "all" if everywhere else few


def _sentence(text: str) -> str:
    """A text with a capital letter at its beginning, unless that is an address."""
    return text if "://" in text.split()[0] else f"{text[0].upper()}{text[1:]}"


def _settings() -> str:
    sentences = meanings(config)["Settings"]
    options, fixed = [], []
    for field in msgspec.structs.fields(Settings):
        default = _code(json.dumps(field.default, default=str, ensure_ascii=False))
        declared = OPTIONS.get(field.name)
        if declared:
            allowed = f": {', '.join(map(_code, declared.choices))}" if declared.choices else ""
            names = _code(config.flag(field.name)), _code(config.variable(field.name))
            meaning = f"{_sentence(declared.help)}{allowed}."
            options.append((*names, default, meaning, _code(field.name)))
        else:
            fixed.append((_code(field.name), default, sentences[field.name]))
    return _page(
        "Settings",
        [
            "The options of `botyard serve`, each with its environment variable and its field of "
            "`botyard.config.Settings`. The option wins over the variable, the variable over the default. "
            "Options that are off or on are turned on by a variable that is `1`, `true`, `yes` or `on`. "
            "`botyard exec` takes the options and not the variables, which may be those of another portal.",
            _table(("Option", "Variable", "Default", "Meaning", "Field"), options),
            "## Fixed",
            "Constants, which no option changes: fields of `botyard.config.Settings` that are set in the code.",
            _table(("Field", "Value", "Meaning"), fixed),
        ],
    )


# Coverage.


def _coverage() -> str:
    documented = {
        name: [(page.method, page.page) for page in contract.pages.family(name).methods]
        for name in (*contract.pages.FAMILIES, "disk")
    }
    names = {name.lower() for methods in documented.values() for name, _ in methods}
    more = sorted(method.name for method in REGISTRY if method.name.lower() not in names)
    counts = [
        (name, str(sum(REGISTRY.find(method) is not None for method, _ in methods)), str(len(methods)))
        for name, methods in documented.items()
    ]
    about = "Which methods of the official documentation this portal has."
    parts = [about, _table(("Family", "Here", "Documented"), counts)]
    for name, methods in documented.items():
        rows = ((_code(method), _code(page), "yes" if REGISTRY.find(method) else "no") for method, page in methods)
        parts += [f"## {name}", _table(("Method", "Page", "Here"), rows)]
    parts += ["## Beyond the documentation", "\n".join(f"- `{name}`" for name in more)]
    return _page("Coverage", parts)


if __name__ == "__main__":
    sys.exit(main())
