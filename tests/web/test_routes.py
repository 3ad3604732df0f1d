"""Who answers which address."""

from __future__ import annotations

import asyncio
from functools import partial

import pytest
from starlette.routing import Match, Router

from botyard.api.payloads import push_payloads
from botyard.errors import ApiError, ErrorCode
from botyard.push.hub import Hub
from botyard.web import avatar, files, front, oauth_endpoints, routes
from botyard.web.http import Receive, Scope, Send
from botyard.web.pages import Endpoint
from tests.world import Answer, World


@pytest.fixture
def others(world: World) -> Router:
    return routes.router(world.context, Hub(world.context, push_payloads.render))


@pytest.mark.parametrize(
    "path",
    [
        "rest",
        "rest/profile",
        "rest/1/secret/profile",
        "rest/api/tasks.task.get",
        # What only begins like an address of its own is for /rest, where it means nothing.
        "rest/download/1/2",
        "rest/app.info/1",
        "rest/oauth",
        "rest/oauth/token/more",
    ],
)
def test_methods_are_below_rest(path: str) -> None:
    assert routes.is_method(path.split("/"))


@pytest.mark.parametrize(
    ("path", "endpoint"),
    [
        ("rest/app.info", oauth_endpoints.app_info),
        ("rest/app.info.json", oauth_endpoints.app_info),
        ("rest/rest/app.info", oauth_endpoints.app_info),
        ("rest/oauth/token", oauth_endpoints.token),
        ("oauth/token", oauth_endpoints.token),
    ],
)
def test_the_authorization_server_has_addresses_of_its_own(path: str, endpoint: routes.ApiEndpoint) -> None:
    assert not routes.is_method(path.split("/"))
    assert routes.API[path] is endpoint


def endpoint_of(others: Router, path: str) -> Endpoint | None:
    """The endpoint to which the router leads a GET."""
    for route in others.routes:
        match, more = route.matches({"type": "http", "method": "GET", "path": path})
        if match is Match.FULL:
            assert isinstance(more["endpoint"], partial)
            return more["endpoint"].func
    return None


@pytest.mark.parametrize(
    ("path", "endpoint"),
    [
        ("/", front.front),
        ("/rest/download", files.download),
        ("/rest/download.json", files.download),
        ("/avatar/1a", avatar.avatar),
        ("/login/more", routes.nothing),
        ("/login/", routes.nothing),
        ("/avatar/1a/b", None),
        ("/avatar/", None),
        ("/avatar", None),
        ("/health/x", None),
        ("/loginx", None),
        ("/nowhere", None),
    ],
)
def test_all_else_is_for_the_router(others: Router, path: str, endpoint: Endpoint | None) -> None:
    assert not routes.is_method([part for part in path.split("/") if part])
    assert endpoint_of(others, path) is endpoint


@pytest.mark.parametrize(("path", "problem"), [("/nowhere", ErrorCode.PATH_UNKNOWN), ("/login", ErrorCode.VERB_WRONG)])
def test_what_nobody_answers(others: Router, path: str, problem: ErrorCode) -> None:
    scope = {"type": "http", "method": "PUT", "path": path, "headers": []}
    with pytest.raises(ApiError) as caught:
        asyncio.run(others(scope, None, None))  # type: ignore[arg-type]  # Nothing is received or sent.
    assert caught.value.problem is problem


@pytest.mark.parametrize("path", ["/openapi.json/more", "/oauth/token/more", "/health%0A", "/login\n"])
def test_nothing_is_below_an_address_or_beside_it(world: World, path: str) -> None:
    assert world.get(path).status == 404


@pytest.mark.parametrize("path", ["/rest/{hook}/profile", "/rest/app.info", "/rest/nothing", "/oauth/token/?a=b"])
def test_the_api_is_answered_without_the_router(world: World, path: str) -> None:
    async def broken(scope: Scope, receive: Receive, send: Send) -> None:
        raise AssertionError("this is no business of the router")

    def asked() -> Answer:
        return world.get(path.format(hook=f"{world.admin.id}/{world.admin.secret}"))

    usual = asked()
    world.app = partial(routes.answer_request, world.context, Router(default=broken))
    answer = asked()
    assert (answer.status, answer.headers["content-type"]) == (usual.status, usual.headers["content-type"])
    assert world.get("/health").status == 500


@pytest.mark.parametrize(
    "path", ["/login", "/logout", "/oauth/authorize/?client_id=x", "/health", "/ready", "/metrics"]
)
def test_a_head_is_that_of_a_get(world: World, path: str) -> None:
    head, whole = world.request("HEAD", path), world.get(path)
    assert head.status == whole.status
    assert head.headers["content-type"] == whole.headers["content-type"]
