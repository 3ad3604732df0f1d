"""The registry as an OpenAPI 3.1 document: what `/openapi.json` and the reference pages are made of."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any, get_args, get_origin

import msgspec

from botyard import __version__
from botyard.errors import ErrorCode, Problem
from botyard.rpc import openapi_text as text
from botyard.rpc.access import Access
from botyard.rpc.method import AnyParams, Dialect, Hinted, Method, ResultPage
from botyard.rpc.method_errors import of_method, system, third_generation
from botyard.rpc.registry import Registry
from botyard.wire import envelope

Json = dict[str, Any]

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
SCHEMAS = "#/components/schemas/"
RESPONSES = "#/components/responses/"
EXAMPLES = "#/components/examples/"

_OPEN_OBJECT: Json = {"type": "object", "additionalProperties": True}
# Refusals that follow from the declaration; with the system's own they make lists that methods share.
_FROM_DECLARATION = frozenset({ErrorCode.SCOPE, *(kind.value.problem for kind in Access)})


@lru_cache(maxsize=4)
def document(registry: Registry, url: str) -> bytes:
    """Describe every method of the registry, for a portal at the address ``url``, as JSON.

    Kept, because it is asked for over and over and a registry never changes.
    """
    return msgspec.json.encode(_DocumentBuilder(url).of(registry))


class _DocumentBuilder:
    """One document in the making: paths refer to the components that gather here."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._schemas: Json = {}
        self._responses: Json = {}
        self._examples: Json = {}

    def of(self, registry: Registry) -> Json:
        """The whole document."""
        for shared in (envelope.Time, envelope.Failure, envelope.FailureV3):
            self._schema("", shared)
        methods = sorted(registry, key=lambda method: method.name.lower())
        paths = {f"/{method.name}": self._path(method) for method in methods}
        families = sorted({text.family(method) for method in methods})
        return {
            "openapi": "3.1.0",
            "info": {"title": "Botyard", "version": __version__, "description": text.ABOUT},
            "servers": text.servers(self._url),
            "security": text.ANY_KEY,
            "tags": [{"name": name} for name in (*families, text.OTHER_ADDRESSES)],
            "paths": paths | text.other_addresses(self._url),
            "components": {
                "schemas": self._schemas,
                "responses": self._responses,
                "examples": self._examples,
                "securitySchemes": text.KEYS,
            },
        }

    def _path(self, method: Method) -> Json:
        shared: Json = {
            "summary": method.summary,
            "description": text.description(method),
            "tags": [text.family(method)],
            "responses": {"200": self._success(method)} | self._refusals(method),
        }
        if method.deprecated is not None:
            shared["deprecated"] = True
        post: Json = {"operationId": method.name} | shared
        body = self._body(method)
        if body:
            post["requestBody"] = body
        if third_generation(method):
            # A webhook's user and secret stand behind `api` in these addresses, where no server base reaches.
            return {"servers": text.servers(self._url)[:1], "post": post}
        get = {"operationId": f"get.{method.name}"} | shared | {"parameters": self._query(method)}
        return {"get": get, "post": post}

    def _body(self, method: Method) -> Json:
        if not method.params.__struct_fields__:
            return {}
        schema = _OPEN_OBJECT if method.params is AnyParams else self._schema(method.name, method.params)
        kinds = (JSON,) if third_generation(method) else (JSON, FORM)
        return {"content": {kind: {"schema": schema} for kind in kinds}}

    def _query(self, method: Method) -> list[Json]:
        if not method.params.__struct_fields__:
            return []
        if method.params is AnyParams:
            return [{"name": "params", "in": "query", "style": "form", "explode": True, "schema": _OPEN_OBJECT}]
        self._schema(method.name, method.params)
        struct = self._schemas[_component(method.name, method.params.__name__)]
        return [_parameter(name, schema) for name, schema in struct["properties"].items()]

    def _success(self, method: Method) -> Json:
        properties: Json = {}
        inner = get_args(method.returns)
        if method.returns is ResultPage or get_origin(method.returns) is ResultPage:
            properties["result"] = self._schema(method.name, inner[0] if inner else Any)
            properties |= text.PAGE
        elif get_origin(method.returns) is Hinted:
            properties["result"] = self._schema(method.name, inner[0])
        else:
            properties["result"] = self._schema(method.name, method.returns)
        properties["time"] = {"$ref": SCHEMAS + "Time"}
        schema = {"type": "object", "properties": properties, "required": ["result", "time"]}
        return {"description": "The call succeeded.", "content": {JSON: {"schema": schema}}}

    def _schema(self, owner: str, kind: Any) -> Json:
        """The schema of a type. Structs in it become components named after the method: many share a name."""
        template = SCHEMAS + _component(owner, "{name}")
        (schema,), components = msgspec.json.schema_components([kind], schema_hook=_of_anything, ref_template=template)
        for name, component in components.items():
            self._schemas[_component(owner, name)] = _tidied(component)
        return schema

    def _refusals(self, method: Method) -> Json:
        by_status: dict[int, list[Problem]] = {}
        for problem in of_method(method):
            by_status.setdefault(method.respond(problem).status, []).append(problem)
        return {
            str(status): {"$ref": RESPONSES + self._refusal(method, status, problems)}
            for status, problems in sorted(by_status.items())
        }

    def _refusal(self, method: Method, status: int, problems: list[Problem]) -> str:
        """The component that lists these problems."""
        name = _list_name(method, status, problems)
        if name not in self._responses:
            self._responses[name] = self._response(method, problems)
        return name

    def _response(self, method: Method, problems: list[Problem]) -> Json:
        v3 = third_generation(method)
        error_responses = [method.respond(problem) for problem in problems]
        codes = list(dict.fromkeys(error_response.code for error_response in error_responses))
        if v3:
            kind: Json = {"$ref": SCHEMAS + "FailureV3"}
            narrowed: Json = {"properties": {"error": {"properties": {"code": {"enum": codes}}}}}
        else:
            kind, narrowed = {"$ref": SCHEMAS + "Failure"}, {"properties": {"error": {"enum": codes}}}
        examples = {
            problem.name: {"$ref": EXAMPLES + self._example(method, problem, error_response.code, error_response.text)}
            for problem, error_response in zip(problems, error_responses, strict=True)
        }
        return {
            "description": ", ".join(codes),
            "content": {JSON: {"schema": kind | narrowed, "examples": examples}},
        }

    def _example(self, method: Method, problem: Problem, code: str, words: str) -> str:
        whole: msgspec.Struct = envelope.Failure(code, words)
        name = problem.name
        if third_generation(method):
            name, whole = f"{name}.v3", envelope.FailureV3(envelope.FailureV3Body(code, words))
        value = {"value": msgspec.to_builtins(whole)}
        # Families tell a reason each in their own way, and some methods again in another one.
        if self._examples.get(name, value) != value:
            name = f"{name}.{text.family(method)}"
        if self._examples.get(name, value) != value:
            name = _component(method.name, problem.name)
        self._examples[name] = value
        return name


def _list_name(method: Method, status: int, problems: Iterable[Problem]) -> str:
    """What a list of problems is called: after its method, or one name for all methods that only have it in common."""
    more = [problem for problem in problems if problem not in system(method)]
    if not _FROM_DECLARATION.issuperset(more):
        return _component(method.name, str(status))
    dialect = [] if method.dialect is Dialect.V1 else [method.dialect.value]
    return ".".join(["system", *dialect, str(status), *sorted(problem.name for problem in more)])


def _component(owner: str, name: str) -> str:
    """A component's name: its own where it is shared, else behind that of its method."""
    return f"{owner.replace('/', '.')}.{name}" if owner else name


def _of_anything(kind: type) -> Json:
    """The schema of what a method's own parser reads."""
    if kind is object:
        return {"$comment": "of any type"}
    # What msgspec asks of a hook for all that it cannot describe: it then says itself which type that is.
    raise NotImplementedError


def _tidied(component: Json) -> Json:
    """Leave out what a generator adds and nobody reads: titles, and defaults that only mean "not given"."""
    component.pop("title", None)
    for schema in component.get("properties", {}).values():
        default = schema.get("default")
        if not isinstance(default, bool) and (not default or isinstance(default, dict | list)):
            schema.pop("default", None)
    if not component.get("required", True):
        del component["required"]
    return component


def _parameter(name: str, schema: Json) -> Json:
    """A parameter of the query, nested as PHP does it: `name[]` for a list, `name[key]` for an object."""
    kinds = [part.get("type") for part in schema.get("anyOf", (schema,)) if part.get("type") != "null"]
    if "string" in kinds:
        return {"name": name, "in": "query", "schema": schema}
    if "array" in kinds:
        return {"name": f"{name}[]", "in": "query", "style": "form", "explode": True, "schema": schema}
    if "object" in kinds or "$ref" in schema:
        return {"name": name, "in": "query", "style": "deepObject", "explode": True, "schema": schema}
    return {"name": name, "in": "query", "schema": schema}
