"""Every shape of address that some client uses. Labels are those of the notes on clients (U1 to U8)."""

from __future__ import annotations

from typing import NamedTuple
from xml.etree import ElementTree

import pytest

from tests.web.live import Live, request
from tests.world import Answer, World


class Shape(NamedTuple):
    """A path, with places for the caller's keys."""

    label: str
    path: str


def pathed(world: World, path: str, token: str = "") -> str:
    """The path with its places filled."""
    return path.format(user=world.admin.id, secret=world.admin.secret, token=token)


SHAPES = [
    Shape("U1 jssdk, OAuth base and method", "/rest//profile?auth={token}"),
    Shape("U1 phpsdk, webhook base and method", "/rest/{user}/{secret}//profile/"),
    Shape("U1 any number of slashes anywhere", "///rest///{user}//{secret}///profile///"),
    Shape("U2 phpsdk, slash behind", "/rest/{user}/{secret}/profile/"),
    Shape("U2 pysdk, .json", "/rest/{user}/{secret}/profile.json"),
    Shape("U2 .json and a slash", "/rest/{user}/{secret}/profile.json/"),
    Shape("U2 .JSON", "/rest/{user}/{secret}/profile.JSON"),
    Shape("U2 OAuth with .json", "/rest/profile.json?auth={token}"),
    Shape("U3 phpsdk's tests", "/rest/{user}/{secret}/PROFILE"),
    Shape("U3 mixed", "/rest/{user}/{secret}/pRoFiLe.json"),
    Shape("U4 webhook", "/rest/{user}/{secret}/profile"),
    Shape("U4 OAuth", "/rest/profile?auth={token}"),
    Shape(
        "U6 what SDKs add", "/rest/{user}/{secret}/profile?bx24_request_id=1&bx24_sdk_ver=2&bx24_sdk_type=b24-js-sdk"
    ),
    Shape("U6 what others add", "/rest/{user}/{secret}/profile?__order=a&start=0&CLIENT_ID=x&unknown[a][]=1"),
]


@pytest.mark.parametrize("verb", ["GET", "POST"])
@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.label)
def test_shapes_of_profile(world: World, shape: Shape, verb: str) -> None:
    """U5 is here as well: each shape is asked by GET and by POST."""
    answer = world.request(verb, pathed(world, shape.path, world.add_app().token))
    assert answer.status == 200
    assert answer.result["ID"] == str(world.admin.id)
    assert answer.headers["content-type"].startswith("application/json")


@pytest.mark.parametrize("path", ["//oauth/token/", "/rest//oauth/token/", "/oauth/token", "/rest/oauth/token"])
@pytest.mark.parametrize("verb", ["GET", "POST"])
def test_the_token_address_in_every_spelling(world: World, path: str, verb: str) -> None:
    """U1, and mistake 3: a 404 here reads as "portal domain not found"."""
    assert (world.request(verb, path).status, world.request(verb, path).error) == (400, "invalid_request")


@pytest.mark.parametrize("path", ["/rest//rest/app.info/", "/rest/app.info", "/rest/app.info.json"])
def test_app_info_of_the_portal_in_every_spelling(world: World, path: str) -> None:
    key = world.add_app()
    assert world.get(f"{path}?auth={key.token}").result["CODE"] == key.client_id


def tree(answer: Answer) -> ElementTree.Element:
    return ElementTree.fromstring(answer.body)  # noqa: S314  # The portal's own answer.


class TestXml:
    """U2: `.xml` is a documented form of the answer."""

    def test_a_result(self, world: World) -> None:
        answer = world.get(pathed(world, "/rest/{user}/{secret}/profile.xml"))
        root = tree(answer)
        assert answer.headers["content-type"] == "application/xml; charset=utf-8"
        assert (root.tag, root.findtext("result/NAME"), root.findtext("result/ADMIN")) == ("response", "Ada", "1")
        assert float(root.findtext("time/start", "")) > 0

    def test_an_error(self, world: World) -> None:
        answer = world.get("/rest/profile.xml")
        root = tree(answer)
        assert (answer.status, root.findtext("error")) == (401, "NO_AUTH_FOUND")
        assert root.findtext("error_description")

    def test_the_page_s_batch(self, world: World) -> None:
        path = pathed(world, "/rest/{user}/{secret}/batch.xml?cmd[get_user]=profile&cmd[wrong]=nope")
        root = tree(world.get(path))
        assert root.findtext("result/result/get_user/NAME") == "Ada"
        assert root.findtext("result/result_error/wrong/error") == "ERROR_METHOD_NOT_FOUND"


@pytest.mark.parametrize(
    ("verb", "path", "status", "error"),
    [
        ("GET", "/rest", 401, "NO_AUTH_FOUND"),
        ("GET", "/rest/profile", 401, "NO_AUTH_FOUND"),
        ("GET", "/rest/{user}/{secret}", 404, "ERROR_METHOD_NOT_FOUND"),
        ("GET", "/rest/{user}/{secret}/a/b", 404, "ERROR_METHOD_NOT_FOUND"),
        ("GET", "/rest/{user}/{secret}/.json", 404, "ERROR_METHOD_NOT_FOUND"),
        ("GET", "/rest/me/{secret}/profile", 401, "INVALID_CREDENTIALS"),
        ("GET", "/rest/0{user}x/{secret}/profile", 401, "INVALID_CREDENTIALS"),
        ("GET", "/rest/99999999999999999999/{secret}/profile", 401, "INVALID_CREDENTIALS"),
        ("GET", "/rest/²/{secret}/profile", 401, "INVALID_CREDENTIALS"),
        ("GET", "/restless", 404, "INVALID_REQUEST"),
        ("GET", "/REST/profile", 404, "INVALID_REQUEST"),
        ("GET", "/nowhere", 404, "INVALID_REQUEST"),
        ("POST", "/nowhere", 404, "INVALID_REQUEST"),
        ("GET", "/avatar/none", 404, "INVALID_REQUEST"),
        ("GET", "/avatar/a\0b", 404, "INVALID_REQUEST"),
        ("GET", "/avatar", 404, "INVALID_REQUEST"),
        *((verb, "/rest/{user}/{secret}/profile", 405, "INVALID_REQUEST") for verb in ("PUT", "DELETE", "X")),
        ("PUT", "/oauth/token/", 405, "INVALID_REQUEST"),
        ("POST", "/openapi.json", 405, "INVALID_REQUEST"),
        ("DELETE", "/", 405, "INVALID_REQUEST"),
    ],
)
def test_addresses_without_an_answer(world: World, verb: str, path: str, status: int, error: str) -> None:
    answer = world.request(verb, pathed(world, path))
    assert (answer.status, answer.error) == (status, error)
    assert answer.text
    assert ("allow" in answer.headers) == (status == 405)


@pytest.mark.parametrize("name", ["none", "a\0b", "\0", "é", "x" * 10_000, "' OR 1=1 --"])
def test_pictures_of_any_name_on_each_engine(portal: World, name: str) -> None:
    assert portal.get(f"/avatar/{name}").status == 404


def test_a_405_names_what_is_allowed(world: World) -> None:
    assert world.request("PUT", "/rest/profile").headers["allow"] == "GET, HEAD, POST, OPTIONS"
    assert world.request("PUT", "/openapi.json").headers["allow"] == "GET, HEAD, OPTIONS"


class TestRest3:
    """U4: `/rest/api/…` speaks its own dialect, and knows no method of the old one (mistake 6)."""

    @pytest.mark.parametrize(
        "path",
        [
            "/rest/api/{user}/{secret}/rest.scope.list",
            "/rest//api//{user}/{secret}/REST.scope.LIST/",
            "/rest/api/rest.scope.list?auth={token}",
            "/rest/api/rest.scope.list.json?auth={token}",
            "/rest/api/rest.scope.list.xml?auth={token}",
        ],
    )
    @pytest.mark.parametrize("verb", ["GET", "POST"])
    def test_a_method_of_its_own(self, world: World, path: str, verb: str) -> None:
        answer = world.request(verb, pathed(world, path, world.add_app().token))
        assert answer.status == 200
        assert "imbot" in answer.result
        assert answer.headers["content-type"].startswith("application/json")
        assert len(answer.body["time"]) == 8

    @pytest.mark.parametrize("name", ["profile", "imbot.message.add", "api", ""])
    def test_names_of_the_old_api_are_unknown(self, world: World, name: str) -> None:
        answer = world.get(pathed(world, "/rest/api/{user}/{secret}/") + name)
        assert answer.status == 404
        assert answer.body["error"]["code"] == "BITRIX_REST_V3_EXCEPTION_METHODNOTFOUNDEXCEPTION"
        assert isinstance(answer.body["error"]["message"], str)

    def test_its_names_are_unknown_to_the_old_api(self, world: World) -> None:
        assert world.get(pathed(world, "/rest/{user}/{secret}/rest.scope.list")).error == "ERROR_METHOD_NOT_FOUND"

    def test_errors_of_the_system_in_its_shape(self, world: World) -> None:
        answer = world.get("/rest/api/rest.scope.list")
        assert (answer.status, answer.body["error"]["code"]) == (401, "NO_AUTH_FOUND")
        assert world.request("PUT", "/rest/api/rest.scope.list").body["error"]["code"] == "INVALID_REQUEST"

    @pytest.mark.parametrize("body", [b"a=1", b"{", b"1", b"\xff", b"[" * 1000])
    def test_only_json(self, world: World, body: bytes) -> None:
        path = pathed(world, "/rest/api/{user}/{secret}/rest.scope.list")
        answer = world.post(path, body, "application/x-www-form-urlencoded")
        assert answer.status == 400
        assert answer.body["error"]["code"] == "BITRIX_REST_V3_EXCEPTION_INVALIDJSONEXCEPTION"

    def test_nothing_from_the_query_but_the_token(self, world: World) -> None:
        path = pathed(world, "/rest/api/batch?auth={token}&0[method]=rest.scope.list", world.add_app().token)
        assert world.get(path).result == []


@pytest.mark.parametrize(
    ("path", "scope"), [("/rest/profile", "content-type"), ("/oauth/token/", "authorization"), ("/nowhere", "x-y")]
)
def test_preflight(world: World, path: str, scope: str) -> None:
    """U8: a page of another origin asks before it posts JSON."""
    answer = world.request(
        "OPTIONS",
        path,
        headers={"origin": "https://app.test", "access-control-request-method": "POST", "a": "b"}
        | {"access-control-request-headers": scope},
    )
    assert answer.status == 200
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["access-control-allow-methods"] == "GET, HEAD, POST, OPTIONS"
    assert answer.headers["access-control-allow-headers"] == scope
    assert "access-control-allow-credentials" not in answer.headers


@pytest.mark.parametrize("asked", ["", "a\r\nx: y", "é", "a;b", "a:b"])
def test_preflight_repeats_nothing_odd(world: World, asked: str) -> None:
    answer = world.request("OPTIONS", "/rest/profile", headers={"access-control-request-headers": asked})
    assert answer.headers["access-control-allow-headers"] == "content-type, authorization"


def test_answers_may_be_read_by_pages_of_any_origin(world: World) -> None:
    for answer in (world.call("profile"), world.get("/rest/profile"), world.get("/nowhere"), world.get("/")):
        assert answer.headers["access-control-allow-origin"] == "*"


class TestUpgrades:
    """U7: phpsdk offers h2c with every call over plain http."""

    def test_h2c_is_declined_by_answering(self, live: Live) -> None:
        offer = {
            "connection": "Upgrade, HTTP2-Settings",
            "upgrade": "h2c",
            "http2-settings": "AAMAAABkAAQCAAAAAAIAAAAA",
        }
        with live.connect() as wire:
            for _ in range(3):
                wire.send(request("POST", f"{live.path}/profile", b"[]", content_type="application/json", **offer))
                answer = wire.answer()
                assert (answer.status, answer.result["NAME"]) == (200, "Ada")
        assert not [line for line in live.lines if "pgrade" in line]

    def test_a_websocket_where_there_is_none(self, live: Live) -> None:
        offer = {
            "connection": "Upgrade",
            "upgrade": "websocket",
            "sec-websocket-key": "x",
            "sec-websocket-version": "13",
        }
        assert live.ask(request("GET", "/rest/profile", **offer)).status in (401, 400, 403)
        live.alive()

    def test_slashes_reach_the_portal_as_sent(self, live: Live) -> None:
        assert live.ask(request("GET", f"//{live.path}//profile/")).status == 200
        assert live.ask(request("GET", f"http://other.test{live.path}/profile")).status == 200
