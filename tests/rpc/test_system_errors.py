"""Every system error has a cause that can be reached, and the order of checks tells nobody more than it should."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from botyard.errors import ErrorCode
from botyard.model.people import UserKind
from botyard.portal import apps as portal_apps
from botyard.portal import portal_flags, webhooks
from botyard.store import users
from tests.world import AppKey, Person, World

HOUR = 3600


def turn(world: World, name: str, on: bool) -> None:
    world.write(lambda tx: portal_flags.set_flag(tx, name, on))


class TestUnknownCallers:
    """Who does not prove who they are learns nothing from the answer."""

    def test_no_key_at_all(self, world: World) -> None:
        answer = world.get("/rest/profile")
        assert (answer.status, answer.error, answer.text) == (401, "NO_AUTH_FOUND", "Wrong authorization data")

    def test_all_wrong_webhooks_are_answered_alike(self, world: World) -> None:
        async def revoked(tx: Any) -> webhooks.Issued:
            made = await webhooks.issue(tx, world.context.keys, user_id=1, title="", scopes=["im"])
            assert await webhooks.revoke(tx, made.id)
            return made

        async def dismissed(tx: Any) -> None:
            await users.set_active(tx, ann.id, False)

        ann, ended = world.add_person("Ann"), world.write(revoked)
        world.write(dismissed)
        admin = world.admin
        paths = [
            f"/rest/{admin.id}/wrong/profile",
            f"/rest/{admin.id}/{admin.secret[:-1]}/profile",
            f"/rest/{admin.id}/{admin.secret.upper()}/profile",
            f"/rest/{admin.id + 1}/{admin.secret}/profile",
            f"/rest/0/{admin.secret}/profile",
            f"/rest/nobody/{admin.secret}/profile",
            f"/rest/999999/{admin.secret}/profile",
            f"/rest/{ended.user_id}/{ended.secret}/profile",
            f"/rest/{ann.id}/{ann.secret}/profile",
            f"/rest/{admin.id}/wrong/no.such.method",
        ]
        answers = [world.get(path) for path in paths]
        assert {(answer.status, str(answer.body), tuple(answer.headers.items())) for answer in answers} == {
            (
                401,
                "{'error': 'INVALID_CREDENTIALS', 'error_description': 'Invalid request credentials'}",
                tuple(answers[0].headers.items()),
            )
        }

    def test_tokens_that_are_none(self, world: World) -> None:
        key = world.add_app()
        for text in ("nonsense", key.refresh, key.client_secret, world.admin.secret, key.token[:-1], "\u0451" * 100):
            answer = world.call("profile", text)
            assert (answer.status, answer.error) == (401, "invalid_token")

    def test_the_bearer_was_dismissed(self, world: World) -> None:
        ann = world.add_person("Ann")
        key = world.add_app(ann.id)

        async def dismissed(tx: Any) -> None:
            await users.set_active(tx, ann.id, False)

        own = world.add_token(ann.id, None)
        world.write(dismissed)
        for bearer in (key, own):
            answer = world.call("profile", bearer)
            assert (answer.status, answer.error) == (401, "authorization_error")
            assert answer.text == "Unable to authorize user"
        # A webhook says nothing of whose it is.
        assert world.call("profile", ann).error == "INVALID_CREDENTIALS"

    def test_the_application_was_uninstalled(self, world: World) -> None:
        key = world.add_app()
        assert world.call("botyard.app.uninstall", CLIENT_ID=key.client_id).result is True
        world.wait(2 * HOUR)
        answer = world.call("profile", key)
        assert (answer.status, answer.error) == (401, "ERROR_OAUTH")
        assert answer.text == "Application not installed"
        # Installed again, it needs new tokens; the old ones have ended for good.
        world.call("botyard.app.install", CLIENT_ID=key.client_id)
        assert world.call("profile", key).error == "invalid_token"
        assert world.call("profile", world.add_token(world.admin.id, key.id)).status == 200

    def test_the_application_was_deleted(self, world: World) -> None:
        key = world.add_app()
        assert world.call("botyard.app.delete", CLIENT_ID=key.client_id).result is True
        answer = world.call("profile", key)
        assert (answer.status, answer.error) == (401, "APPLICATION_NOT_FOUND")
        assert answer.text == "Application not found"
        assert world.call("profile", key.refresh).error == "invalid_token"

    def test_an_application_that_is_being_installed_may_call(self, world: World) -> None:
        """Its wizard does so before anything is installed."""
        made = {"TITLE": "Wizard", "SCOPE": ["im"], "HANDLER_URL": "http://localhost:9/", "WIZARD": True}
        app = world.call("botyard.app.add", params=made).result
        begun = world.call("botyard.app.install", CLIENT_ID=app["CLIENT_ID"]).result
        assert world.call("profile", begun["AUTH_ID"]).status == 200

    @pytest.mark.parametrize("end", ["uninstall", "delete"])
    def test_the_same_of_every_encoding(self, world: World, end: str) -> None:
        key = world.add_app()
        world.call(f"botyard.app.{end}", CLIENT_ID=key.client_id)
        code = {"uninstall": "ERROR_OAUTH", "delete": "APPLICATION_NOT_FOUND"}[end]
        part = f'--B\r\nContent-Disposition: form-data; name="auth"\r\n\r\n{key.token}\r\n--B--'
        answers = [
            world.get(f"/rest/profile?auth={key.token}"),
            world.get("/rest/profile", authorization=f"Bearer {key.token}"),
            world.post("/rest/profile", f"auth={key.token}".encode(), "application/x-www-form-urlencoded"),
            world.post("/rest/profile", part.encode(), "multipart/form-data; boundary=B"),
            world.post("/rest/batch", f'{{"auth":"{key.token}","cmd":["profile"]}}'.encode()),
        ]
        assert [(answer.status, answer.error) for answer in answers] == [(401, code)] * 5
        oauth = world.get(f"/rest/app.info?auth={key.token}", host="oauth.bitrix.info")
        assert (oauth.status, oauth.error) == (401, code)

    def test_an_expired_token(self, world: World) -> None:
        """Clients refresh on exactly this code, in lower case, with exactly this status."""
        key = world.add_app()
        world.wait(HOUR - 2)
        assert world.call("profile", key).status == 200
        world.wait(2)
        answer = world.call("profile", key)
        assert (answer.status, answer.error) == (401, "expired_token")
        assert answer.text == "The access token provided has expired"


class Denied(NamedTuple):
    """A caller, a method and the refusal."""

    label: str
    caller: Callable[[World], Person | AppKey | str]
    method: str
    status: int
    code: str
    text: str


def guest(world: World) -> Person:
    return world.add_person("Guest", kind=UserKind.GUEST)


def session(world: World) -> str:
    return world.add_token(world.admin.id, None)


HIGHER = "The request requires higher privileges than provided by the {} token"
DENIED = [
    Denied(
        "a webhook's permission",
        lambda world: world.add_webhook(1, "user"),
        "imbot.message.add",
        401,
        "insufficient_scope",
        HIGHER.format("webhook"),
    ),
    Denied(
        "an application's permission",
        lambda world: world.add_app(scopes="im"),
        "user.get",
        401,
        "insufficient_scope",
        HIGHER.format("access"),
    ),
    Denied(
        "a session for bots",
        session,
        "imbot.message.add",
        403,
        "WRONG_AUTH_TYPE",
        "Access for this method not allowed by session authorization.",
    ),
    Denied(
        "a guest among people",
        guest,
        "imbot.chat.get",
        403,
        "AUTHORIZE_ERROR",
        "Method not available for guest session.",
    ),
    Denied(
        "a session for applications",
        session,
        "app.info",
        403,
        "ACCESS_DENIED",
        "Access denied! Application context required",
    ),
    Denied(
        "a method that is not there",
        lambda world: world.admin,
        "no.such.method",
        404,
        "ERROR_METHOD_NOT_FOUND",
        "Method not found!",
    ),
    Denied(
        "an application that is not there",
        lambda world: world.admin,
        "botyard.app.manifest",
        404,
        "ERROR_MANIFEST_IS_NOT_AVAILABLE",
        "Manifest is not available",
    ),
]


@pytest.mark.parametrize("denied", DENIED, ids=lambda denied: denied.label)
def test_callers_who_may_not(world: World, denied: Denied) -> None:
    answer = world.call(denied.method, denied.caller(world))
    assert (answer.status, answer.error, answer.text) == (denied.status, denied.code, denied.text)


def test_the_manifest_of_an_installed_application(world: World) -> None:
    key = world.add_app(scopes="im,imbot")
    assert world.call("botyard.app.manifest", key).result["SCOPES"] == ["im", "imbot"]
    assert world.call("botyard.app.manifest", CLIENT_ID=key.client_id).result["TITLE"] == "App"


class TestApplications:
    """What an administrator may do to an application while it runs."""

    def test_open_to_some_people_only(self, world: World) -> None:
        ann, bob = world.add_person("Ann"), world.add_person("Bob")
        key = world.add_app(ann.id)
        bobs = world.add_token(bob.id, key.id)
        world.write(lambda tx: portal_apps.restrict(tx, key.client_id, [bob.id]))
        answer = world.call("profile", key)
        assert (answer.status, answer.error) == (403, "user_access_error")
        assert answer.text == "The user does not have access to the application"
        assert world.call("profile", bobs).status == 200
        world.write(lambda tx: portal_apps.restrict(tx, key.client_id, None))
        assert world.call("profile", key).status == 200

    def test_blocked_by_hand(self, world: World) -> None:
        key, other = world.add_app(), world.add_app()
        world.write(lambda tx: portal_apps.block(tx, key.client_id, True))
        answer = world.call("profile", key)
        assert (answer.status, answer.error) == (503, "OVERLOAD_LIMIT")
        assert answer.text == "REST API is blocked due to overload"
        assert (world.call("profile", other).status, world.call("profile").status) == (200, 200)
        assert world.call("botyard.app.manifest", CLIENT_ID=key.client_id).error == "ERROR_MANIFEST_IS_NOT_AVAILABLE"
        world.write(lambda tx: portal_apps.block(tx, key.client_id, False))
        assert world.call("profile", key).status == 200


class Switched(NamedTuple):
    """A switch and what everybody is answered while it is turned."""

    name: str
    on: bool
    status: int
    code: str
    text: str


SWITCHED = [
    Switched("maintenance", True, 500, "PORTAL_DELETED", "Portal was deleted"),
    Switched("rest", False, 403, "ACCESS_DENIED", "REST API is available only on commercial plans"),
    Switched("https", True, 400, "INVALID_REQUEST", "Https required"),
]


class TestSwitches:
    @pytest.mark.parametrize("switched", SWITCHED, ids=lambda switched: switched.name)
    def test_a_closed_portal_tells_nothing_about_keys(self, world: World, switched: Switched) -> None:
        key, expired = world.add_app(), world.add_token(world.admin.id, None, life=-1)
        blocked = world.add_app()
        world.write(lambda tx: portal_apps.block(tx, blocked.client_id, True))
        turn(world, switched.name, switched.on)
        callers: list[Person | AppKey | str] = [
            world.admin,
            Person(1, "wrong"),
            Person(7, "none"),
            key,
            expired,
            blocked,
            "nonsense",
        ]
        answers = [world.call(method, caller) for caller in callers for method in ("profile", "no.such", "batch")]
        answers += [world.get("/rest/profile"), world.get("/rest/profile/")]
        wanted = {(switched.status, switched.code, switched.text)}
        assert {(answer.status, answer.error, answer.text) for answer in answers} == wanted
        turn(world, switched.name, not switched.on)
        assert world.call("profile").status == 200

    def test_https_is_asked_for_and_answered(self, world: World) -> None:
        turn(world, "https", True)
        path = f"{world.admin.path}/profile"
        assert world.request("GET", path).status == 400
        answer = world.request("GET", path, scheme="https")
        assert (answer.status, answer.result["ID"]) == (200, "1")
        # Never a redirect: the secret would have crossed the wire already, and SDKs lose the port.
        assert "location" not in world.request("GET", path).headers

    def test_the_order_of_the_switches(self, world: World) -> None:
        for name, on in (("rest", False), ("https", True), ("maintenance", True)):
            turn(world, name, on)
        assert world.call("profile").error == "PORTAL_DELETED"
        turn(world, "maintenance", False)
        assert world.call("profile").error == "INVALID_REQUEST"
        turn(world, "https", False)
        assert world.call("profile").error == "ACCESS_DENIED"

    def test_a_command_of_a_batch_that_closes_the_portal_is_the_last_to_be_let_in(self, world: World) -> None:
        turn(world, "maintenance", True)
        assert world.call("batch", cmd=["profile"]).error == "PORTAL_DELETED"


SYSTEM = {
    ErrorCode.INTERNAL: ("INTERNAL_SERVER_ERROR", 500),
    ErrorCode.STORAGE: ("INTERNAL_SERVER_ERROR", 500),
    ErrorCode.UNEXPECTED_ANSWER: ("ERROR_UNEXPECTED_ANSWER", 500),
    ErrorCode.QUERY_LIMIT: ("QUERY_LIMIT_EXCEEDED", 503),
    ErrorCode.OPERATING_LIMIT: ("OPERATION_TIME_LIMIT", 429),
    ErrorCode.BATCH_METHOD: ("ERROR_BATCH_METHOD_NOT_ALLOWED", 405),
    ErrorCode.BATCH_LENGTH: ("ERROR_BATCH_LENGTH_EXCEEDED", 400),
    ErrorCode.NO_AUTH: ("NO_AUTH_FOUND", 401),
    ErrorCode.HTTPS_REQUIRED: ("INVALID_REQUEST", 400),
    ErrorCode.OVERLOAD: ("OVERLOAD_LIMIT", 503),
    ErrorCode.REST_OFF: ("ACCESS_DENIED", 403),
    ErrorCode.CREDENTIALS: ("INVALID_CREDENTIALS", 401),
    ErrorCode.SCOPE: ("insufficient_scope", 401),
    ErrorCode.TOKEN_EXPIRED: ("expired_token", 401),
    ErrorCode.TOKEN_INVALID: ("invalid_token", 401),
    ErrorCode.USER_ACCESS: ("user_access_error", 403),
    ErrorCode.PORTAL_DELETED: ("PORTAL_DELETED", 500),
    ErrorCode.METHOD_NOT_FOUND: ("ERROR_METHOD_NOT_FOUND", 404),
    ErrorCode.MANIFEST: ("ERROR_MANIFEST_IS_NOT_AVAILABLE", 404),
    ErrorCode.AUTH_TYPE: ("WRONG_AUTH_TYPE", 403),
    ErrorCode.GUEST: ("AUTHORIZE_ERROR", 403),
}


def test_codes_and_statuses_of_the_catalogue() -> None:
    """All families say the same, and the codes are spelled exactly as clients compare them."""
    for problem, (code, status) in SYSTEM.items():
        assert (problem.value.code, problem.value.status) == (code, status)
