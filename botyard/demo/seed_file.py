"""A seed in a file, YAML or JSON, and where in it something is wrong.

YAML is read as its version 1.2 has it, so that `yes`, `12:30` and `2026-05-01` are texts.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import msgspec
import yaml

from botyard.demo.seed import InvalidSeed, Seed

_WORDS = {
    "bool": (re.compile(r"true|false"), "tf"),
    "null": (re.compile(r"null|~|"), ["n", "~", ""]),
    "int": (re.compile(r"-?(0|[1-9][0-9]*)"), "-0123456789"),
    "float": (re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?"), "-0123456789"),
    "merge": (re.compile(r"<<"), "<"),
}
# Of a path such as `people[0].login`, as a sentence names it.
_PLACE = re.compile(r"\b(?:people|bots|chats|dialogs|notifications)(?:\[\d+\]|\.\w+)*")
_STEP = re.compile(r"\w+")


class _Loader(yaml.SafeLoader):  # type: ignore[misc]  # The library ships no types.
    """Makes nothing but texts, numbers, lists and dictionaries; a name that stands twice is a mistake."""

    yaml_implicit_resolvers: dict[str, Any] = {}

    def construct_mapping(self, node: Any, deep: bool = False) -> Any:
        names = set()
        for key, _ in node.value:
            if key.value in names and key.tag.endswith(":str"):
                raise yaml.constructor.ConstructorError(None, None, f"{key.value!r} stands here twice", key.start_mark)
            names.add(key.value)
        return super().construct_mapping(node, deep)


for _name, (_pattern, _first) in _WORDS.items():
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_name}", re.compile(f"(?:{_pattern.pattern})$"), list(_first))


def read(file: Path) -> Seed:
    """Read a seed file. Raises InvalidSeed with a sentence that names the place."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except OSError as problem:
        raise InvalidSeed(f"The seed file {file} cannot be read: {problem.strerror}.") from problem
    except UnicodeDecodeError as problem:
        raise InvalidSeed(f"The seed file {file} is not UTF-8.") from problem
    kind = "JSON" if file.suffix.lower() == ".json" else "YAML"
    try:
        data = msgspec.json.decode(text) if kind == "JSON" else yaml.load(text, _Loader)  # noqa: S506  # It is a safe one.
        return msgspec.convert({} if data is None else data, Seed)
    except msgspec.ValidationError as problem:
        raise InvalidSeed(f"The seed file {file} is wrong: {problem}{_line(text, str(problem))}.") from problem
    except (msgspec.DecodeError, yaml.YAMLError, RecursionError, ValueError) as problem:
        raise InvalidSeed(f"The seed file {file} is not {kind}: {_short(problem)}.") from problem


def located(file: Path, wrong: InvalidSeed) -> str:
    """What is wrong with a seed that could be read, and on which line of its file."""
    sentence = str(wrong).removesuffix(".")
    return f"{sentence}{_line(file.read_text(encoding='utf-8-sig'), sentence)}."


def _line(text: str, sentence: str) -> str:
    """Where the place that a sentence names stands, as far as it can be told."""
    named = _PLACE.search(sentence)
    try:
        node = yaml.compose(text, _Loader) if named else None
    except (yaml.YAMLError, RecursionError):
        # JSON that is indented with tabs, which YAML does not know.
        return ""
    if named is None or node is None:
        return ""
    for step in _STEP.findall(named[0]):
        below = _below(node, step)
        if below is None:
            break
        node = below
    return f", on line {node.start_mark.line + 1}"


def _below(node: Any, step: str) -> Any:
    if isinstance(node, yaml.SequenceNode):
        return node.value[int(step)] if step.isdigit() and int(step) < len(node.value) else None
    if isinstance(node, yaml.MappingNode):
        return next((value for key, value in node.value if key.value == step), None)
    return None


def _short(problem: BaseException) -> str:
    mark = getattr(problem, "problem_mark", None)
    explanation = getattr(problem, "problem", None)
    if mark is None or explanation is None:
        return "it is nested too deeply" if isinstance(problem, RecursionError) else str(problem).partition("\n")[0]
    return f"{explanation}, on line {mark.line + 1}"
