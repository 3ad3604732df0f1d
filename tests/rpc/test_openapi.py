"""The OpenAPI document: valid, complete, and what calls really answer."""

from __future__ import annotations

import json
from types import ModuleType
from typing import Any

import jsonschema
import msgspec
import openapi_spec_validator

from botyard.api import MODULES
from botyard.api.imbot_v2.family import IMBOT_V2
from botyard.errors import Problem, Reason
from botyard.rpc.access import Access
from botyard.rpc.family import Dialect, Family
from botyard.rpc.method import AnyParams, Method, NoParams, Params, ResultPage
from botyard.rpc.method_errors import of_method, third_generation
from botyard.rpc.openapi import document
from botyard.rpc.registry import Registry
from tests.world import World

method = Family(Dialect.V1, {}).method

URL = "https://chat.example.com"
REGISTRY = Registry(MODULES)
METHODS = list(REGISTRY)
WHOLE: dict[str, Any] = json.loads(document(REGISTRY, URL))


def post(declared: Method, whole: dict[str, Any] = WHOLE) -> dict[str, Any]:
    """The operation of a method."""
    operation: dict[str, Any] = whole["paths"][f"/{declared.name}"]["post"]
    return operation


def resolved(part: dict[str, Any], whole: dict[str, Any] = WHOLE) -> dict[str, Any]:
    """What a reference stands for."""
    while "$ref" in part and len(part) == 1:
        node: Any = whole
        for step in part["$ref"].removeprefix("#/").split("/"):
            node = node[step]
        part = node
    return part


def described(*functions: Any) -> dict[str, Any]:
    """The document of a registry with nothing but these methods."""
    modules = []
    for place, function in enumerate(functions):
        module = ModuleType(function.__module__)
        setattr(module, f"method{place}", function)
        modules.append(module)
    made: dict[str, Any] = json.loads(document(Registry(modules), URL))
    openapi_spec_validator.validate(made)
    return made


def test_the_document_is_valid() -> None:
    openapi_spec_validator.validate(WHOLE)


def test_the_document_is_made_once() -> None:
    assert document(REGISTRY, URL) is document(REGISTRY, URL)


def test_every_method_is_there_and_nothing_else() -> None:
    doors = {"/oauth/token/", "/openapi.json", "/avatar/{name}"}
    assert set(WHOLE["paths"]) == {f"/{declared.name}" for declared in METHODS} | doors


def test_operations_have_names_of_their_own() -> None:
    names = [
        operation["operationId"]
        for path in WHOLE["paths"].values()
        for verb, operation in path.items()
        if verb in ("get", "post")
    ]
    assert len(names) == len(set(names))


def test_methods_are_reached_by_token_and_by_webhook() -> None:
    by_token, by_webhook = WHOLE["servers"]
    assert by_token["url"] == f"{URL}/rest"
    assert by_webhook["url"] == f"{URL}/rest/{{user_id}}/{{secret}}"
    assert set(by_webhook["variables"]) == {"user_id", "secret"}
    assert {} in WHOLE["security"], "a webhook needs no key beside its address"


def says_what_it_is(declared: Method) -> bool:
    """Whether the operation of a method has what the method says of itself."""
    operation = post(declared)
    return (
        operation["summary"] == declared.summary
        and operation.get("deprecated", False) == (declared.deprecated is not None)
        and declared.access.value.sentence[1:] in operation["description"]
        and declared.docs in operation["description"]
        and operation["tags"][0] in {tag["name"] for tag in WHOLE["tags"]}
    )


def test_every_method_says_what_it_is() -> None:
    assert [declared.name for declared in METHODS if not says_what_it_is(declared)] == []


def has_its_parameters(declared: Method) -> bool:
    """Whether the operation of a method has every parameter in each form in which it is taken, and no other."""
    if declared.params is AnyParams or not declared.params.__struct_fields__:
        return True
    names = {field.encode_name for field in msgspec.structs.fields(declared.params)}
    content = post(declared)["requestBody"]["content"]
    if set(resolved(content["application/json"]["schema"])["properties"]) != names:
        return False
    if third_generation(declared):
        return True
    query = WHOLE["paths"][f"/{declared.name}"]["get"]["parameters"]
    return (
        content["application/x-www-form-urlencoded"] == content["application/json"]
        and {parameter["name"].removesuffix("[]") for parameter in query} == names
    )


def test_every_parameter_is_there() -> None:
    assert [declared.name for declared in METHODS if not has_its_parameters(declared)] == []


def has_problem(declared: Method, problem: Problem) -> bool:
    """Whether the operation of a method has an example of a problem, and its code among the codes."""
    status, code, text = declared.respond(problem)
    content = resolved(post(declared)["responses"][str(status)])["content"]["application/json"]
    example = resolved(content["examples"][problem.name])["value"]
    error = content["schema"]["properties"]["error"]
    if third_generation(declared):
        return example == {"error": {"code": code, "message": text}} and code in error["properties"]["code"]["enum"]
    return example == {"error": code, "error_description": text} and code in error["enum"]


def test_every_problem_is_there() -> None:
    pairs = [(declared, problem) for declared in METHODS for problem in of_method(declared)]
    assert len(pairs) > len(METHODS)
    assert [(declared.name, problem.name) for declared, problem in pairs if not has_problem(declared, problem)] == []


def test_no_problem_is_made_up() -> None:
    made_up = []
    for declared in METHODS:
        known = {problem.name for problem in of_method(declared)}
        for status, response in post(declared)["responses"].items():
            if status != "200":
                shown = set(resolved(response)["content"]["application/json"]["examples"])
                made_up += [(declared.name, status, name) for name in sorted(shown - known)]
    assert made_up == []


# Declarations that the portal has none of, or not yet.


class Same(Params, frozen=True):
    first: int = 0


class Elsewhere:
    class Same(Params, frozen=True):
        second: int = 0


class Nested(Params, frozen=True, rename="upper"):
    users: list[int] = []
    fields: dict[str, str] = {}
    title: str = ""


def test_structs_of_one_name_do_not_collide() -> None:
    @method("im.one")
    async def first(call: Any, p: Same) -> int:
        """First."""
        return 1

    @method("im.other")
    async def other(call: Any, p: Elsewhere.Same) -> int:
        """Second."""
        return 1

    whole = described(first, other)
    for name, fields in (("im.one", {"first"}), ("im.other", {"second"})):
        body = whole["paths"][f"/{name}"]["post"]["requestBody"]["content"]["application/json"]["schema"]
        assert set(resolved(body, whole)["properties"]) == fields


def test_a_page_has_total_and_next() -> None:
    @method("im.listed")
    async def listed(call: Any, p: NoParams) -> ResultPage[list[int]]:
        """Listed."""
        return ResultPage([])

    whole = described(listed)
    answer = whole["paths"]["/im.listed"]["post"]["responses"]["200"]["content"]["application/json"]["schema"]
    assert {"result", "time", "total", "next"} == set(answer["properties"])
    assert answer["properties"]["result"] == {"type": "array", "items": {"type": "integer"}}
    assert answer["required"] == ["result", "time"]


def test_the_second_generation_has_its_own_codes() -> None:
    @IMBOT_V2.method("imbot.v2.Bot.get", access=Access.BOT_OWNER, raises=(Reason.BOT_NOT_FOUND,))
    async def get(call: Any, p: NoParams) -> int:
        """Got."""
        return 1

    whole = described(get)
    refused = resolved(whole["paths"]["/imbot.v2.Bot.get"]["post"]["responses"]["400"], whole)
    assert "BOT_NOT_FOUND" in refused["description"]
    assert "BOT_ID_ERROR" not in refused["description"]


def test_lists_and_objects_in_a_query_are_nested_as_php_does_it() -> None:
    @method("im.nested")
    async def nested(call: Any, p: Nested) -> int:
        """Nested."""
        return 1

    whole = described(nested)
    users, fields, title = whole["paths"]["/im.nested"]["get"]["parameters"]
    assert (users["name"], users["explode"]) == ("USERS[]", True)
    assert (fields["name"], fields["style"]) == ("FIELDS", "deepObject")
    assert title == {"name": "TITLE", "in": "query", "schema": {"type": "string"}}


# What is served, and what is answered.


def test_the_portal_serves_it(world: World) -> None:
    answer = world.get("/openapi.json")
    assert answer.status == 200
    assert answer.body["servers"][0]["url"] == f"{world.settings.public_url}/rest"


def test_answers_are_as_described(world: World) -> None:
    bot = world.add_bot()
    chat = world.add_chat(users=[bot])
    dialog, mine = f"chat{chat}", {"BOT_ID": bot, "CLIENT_ID": "test-client"}
    sent = world.call("imbot.message.add", params={**mine, "DIALOG_ID": dialog, "MESSAGE": "Hello"}).result
    calls: list[tuple[str, dict[str, Any]]] = [
        ("profile", {}),
        ("batch", {"cmd": {"a": "profile", "b": "no.such.method"}}),
        ("user.get", {}),
        ("user.current", {}),
        ("im.dialog.get", {"DIALOG_ID": dialog}),
        ("im.dialog.messages.get", {"DIALOG_ID": dialog}),
        ("im.dialog.read", {"DIALOG_ID": dialog}),
        ("imbot.bot.list", {}),
        ("imbot.dialog.get", {"DIALOG_ID": dialog}),
        ("imbot.chat.get", {"ENTITY_TYPE": "none", "ENTITY_ID": "1"}),
        ("imbot.message.update", {**mine, "MESSAGE_ID": sent, "MESSAGE": "Bye"}),
        ("imbot.message.update", {**mine, "MESSAGE_ID": 10**9, "MESSAGE": "Bye"}),
        ("imbot.chat.sendTyping", {**mine, "DIALOG_ID": "nowhere"}),
        ("im.dialog.get", {"DIALOG_ID": "chat999999"}),
        ("imbot.register", {}),
    ]
    for name, params in calls:
        answer = world.call(name, params=params)
        declared = REGISTRY.find(name)
        assert declared is not None
        response = resolved(post(declared)["responses"][str(answer.status)])
        schema = response["content"]["application/json"]["schema"]
        # The schemas refer into the document, so the document is the root that the check stands on.
        jsonschema.Draft202012Validator({**WHOLE, "allOf": [schema]}).validate(answer.body)
