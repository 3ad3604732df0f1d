"""Every system error has a cause that can be reached, and the order of checks tells nobody more than it should."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, NamedTuple

import msgspec
import pytest

from botyard.errors import Problem
from botyard.model.people import UserKind
from botyard.portal import apps as portal_apps
from botyard.portal import switches, webhooks
from botyard.server import application
from botyard.store import users
from tests.conftest import MakeWorld
from tests.rpc.lab import furnish, hooks
from tests.world import Answer, AppKey, Person, World

HOUR = 3600


def turn(world: World, name: str, on: bool) -> None:
    world.write(lambda tx: switches.turn(tx, name, on))


class TestUnknownCallers:
    """Who does not prove who they are learns nothing from the answer."""

    def test_no_key_at_all(self, world: World) -> None:
        answer = world.get("/rest/profile")
        assert (answer.status, answer.error, answer.text) == (401, "NO_AUTH_FOUND", "Wrong authorization data")

    def test_all_wrong_webhooks_are_answered_alike(self, world: World) -> None:
        async def revoked(tx: Any) -> webhooks.Issued:
            made = await webhooks.issue(tx, world.context.keys, user_id=1, title="", scopes=["im"], now=1)
            assert await webhooks.revoke(tx, made.id, 2)
            return made

        async def dismissed(tx: Any) -> None:
            await users.set_active(tx, ann.id, False, int(world.time))

        ann, ended = world.person("Ann"), world.write(revoked)
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
        key = world.oauth()
        for text in ("nonsense", key.refresh, key.client_secret, world.admin.secret, key.token[:-1], "\u0451" * 100):
            answer = world.call("profile", text)
            assert (answer.status, answer.error) == (401, "invalid_token")

    def test_the_bearer_was_dismissed(self, world: World) -> None:
        ann = world.person("Ann")
        key = world.oauth(ann.id)

        async def dismissed(tx: Any) -> None:
            await users.set_active(tx, ann.id, False, int(world.time))

        world.write(dismissed)
        assert world.call("profile", key).error == "INVALID_CREDENTIALS"

    def test_an_expired_token(self, world: World) -> None:
        """Clients refresh on exactly this code, in lower case, with exactly this status."""
        key = world.oauth()
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
    return world.person("Guest", kind=UserKind.GUEST)


def session(world: World) -> str:
    return world.token(world.admin.id, None)


HIGHER = "The request requires higher privileges than provided by the {} token"
DENIED = [
    Denied(
        "a webhook's permission",
        lambda world: world.webhook(1, "user"),
        "imbot.message.add",
        401,
        "insufficient_scope",
        HIGHER.format("webhook"),
    ),
    Denied(
        "an application's permission",
        lambda world: world.oauth(scopes="im"),
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
    key = world.oauth(scopes="im,imbot")
    assert world.call("botyard.app.manifest", key).result["SCOPES"] == ["im", "imbot"]
    assert world.call("botyard.app.manifest", CLIENT_ID=key.client_id).result["TITLE"] == "App"


class TestApplications:
    """What an administrator may do to an application while it runs."""

    def test_open_to_some_people_only(self, world: World) -> None:
        ann, bob = world.person("Ann"), world.person("Bob")
        key = world.oauth(ann.id)
        bobs = world.token(bob.id, key.id)
        world.write(lambda tx: portal_apps.restrict(tx, key.client_id, [bob.id]))
        answer = world.call("profile", key)
        assert (answer.status, answer.error) == (403, "user_access_error")
        assert answer.text == "The user does not have access to the application"
        assert world.call("profile", bobs).status == 200
        world.write(lambda tx: portal_apps.restrict(tx, key.client_id, None))
        assert world.call("profile", key).status == 200

    def test_blocked_by_hand(self, world: World) -> None:
        key, other = world.oauth(), world.oauth()
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
        key, expired = world.oauth(), world.token(world.admin.id, None, life=-1)
        blocked = world.oauth()
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


class TestRates:
    @pytest.mark.parametrize(("profile", "burst", "drain"), [("cloud", 50, 2), ("enterprise", 250, 5)])
    def test_too_many_requests(self, make_world: MakeWorld, profile: str, burst: int, drain: int) -> None:
        world = make_world(limits=profile)

        def let_in() -> int:
            count = 0
            while (answer := world.call("server.time")).status == 200:
                count += 1
            assert (answer.status, answer.error, answer.text) == (503, "QUERY_LIMIT_EXCEEDED", "Too many requests")
            return count

        world.time = float(int(world.time))
        assert let_in() == burst
        world.wait(1)
        assert let_in() == drain
        world.wait(3)
        assert let_in() == 3 * drain
        # Counted by key: another webhook of the same person and an application of theirs have buckets of their own.
        assert world.call("server.time", world.webhook(1)).status == 200
        key = world.oauth()
        assert world.call("server.time", key).status == 200
        world.wait(1000)
        assert let_in() == burst

    def test_unknown_callers_are_told_so_and_not_counted(self, make_world: MakeWorld) -> None:
        world = make_world(limits="cloud")
        for _ in range(60):
            assert world.get("/rest/1/wrong/profile").error == "INVALID_CREDENTIALS"
        assert world.call("profile").status == 200

    def test_unknown_methods_are_counted(self, make_world: MakeWorld) -> None:
        world = make_world(limits="cloud")
        world.time = float(int(world.time))
        codes = [world.call("no.such").error for _ in range(51)]
        assert codes == ["ERROR_METHOD_NOT_FOUND"] * 50 + ["QUERY_LIMIT_EXCEEDED"]

    def test_off_means_off(self, world: World) -> None:
        assert {world.call("server.time").status for _ in range(300)} == {200}


class TestOperatingTime:
    def test_the_page_s_walk(self, make_world: MakeWorld) -> None:
        """Calls of 20 seconds: the one that passes 480 ends, the next is blocked until a minute is forgotten."""
        world = furnish(make_world(limits="cloud"))
        hooks.during = lambda: world.wait(19.99)
        first = world.call("lab.during").body["time"]
        for _ in range(24):
            time = world.call("lab.during").body["time"]
        assert 480 < time["operating"] < 501
        answer = world.call("lab.during")
        assert (answer.status, answer.error) == (429, "OPERATION_TIME_LIMIT")
        assert answer.text == "Method is blocked due to operation time limit"
        assert world.call("lab.during", world.webhook(1)).status == 200
        assert world.call("lab.tree").status == 200
        found = world.call("batch", cmd={"a": "lab.during", "b": "lab.tree"}).result
        assert found["result_error"]["a"]["error"] == "OPERATION_TIME_LIMIT"
        assert list(found["result"]) == ["b"]
        assert time["operating_reset_at"] == first["operating_reset_at"]
        world.time = float(time["operating_reset_at"])
        assert world.call("lab.during").status == 200

    def test_failing_calls_count(self, make_world: MakeWorld) -> None:
        world = furnish(make_world(limits="enterprise"))

        def slow_failure() -> None:
            world.wait(500)
            raise RuntimeError

        hooks.during = slow_failure
        assert world.call("lab.during").error == "INTERNAL_SERVER_ERROR"
        assert world.call("lab.during").error == "OPERATION_TIME_LIMIT"


def test_more_calls_at_once_than_the_server_takes(make_world: MakeWorld) -> None:
    world = furnish(make_world(max_in_flight=2))

    async def ask(method: str) -> Answer:
        status, headers, raw = await world._asked("GET", f"{world.admin.path}/{method}", [b""], {}, "http")
        return Answer(status, msgspec.json.decode(raw), headers)

    async def crowd() -> tuple[list[Answer], Answer, Answer]:
        hooks.gate = asyncio.Event()
        waiting = [asyncio.create_task(ask("lab.wait")) for _ in range(2)]
        await asyncio.sleep(0.01)
        refused = await ask("profile")
        hooks.gate.set()
        let_in = [await task for task in waiting]
        return let_in, refused, await ask("profile")

    let_in, refused, after = world.run(crowd())
    assert [answer.status for answer in let_in] == [200, 200]
    assert (refused.status, refused.error) == (503, "OVERLOAD_LIMIT")
    assert after.status == 200
    assert world.context.limits.in_flight == 0


class TestFaults:
    """What nobody foresaw is told by a number only; the log has the rest under the same number."""

    @pytest.mark.parametrize(
        ("method", "code", "said", "logged"),
        [
            ("lab.fail", "INTERNAL_SERVER_ERROR", "Internal server error", "the cat sat on the keyboard"),
            ("lab.rename?FAIL=1", "INTERNAL_SERVER_ERROR", "Internal server error", "after the change"),
            ("lab.odd", "ERROR_UNEXPECTED_ANSWER", "Server returned an unexpected response", "TypeError"),
        ],
    )
    @pytest.mark.parametrize("ending", ["", ".xml"])
    def test_an_id_that_is_in_the_log(
        self, lab: World, caplog: pytest.LogCaptureFixture, method: str, code: str, said: str, logged: str, ending: str
    ) -> None:
        name, _, query = method.partition("?")
        answer = lab.get(f"{lab.admin.path}/{name}{ending}?{query}")
        text = answer.body.decode() if ending else f"{answer.error} {answer.text}"
        assert answer.status == 500
        assert code in text
        assert said in text
        mark = text.partition("(")[2].partition(")")[0]
        assert len(mark) == 8
        assert f"{mark} {name}" in caplog.text
        assert logged in caplog.text
        assert "Traceback" not in text
        assert logged not in text
        assert lab.call("profile").status == 200

    def test_a_failed_change_is_undone(self, lab: World) -> None:
        assert lab.call("lab.rename", TITLE="x", FAIL=True).error == "INTERNAL_SERVER_ERROR"
        assert lab.call("lab.title").result == "Test"

    def test_a_fault_outside_of_rest(self, world: World, caplog: pytest.LogCaptureFixture) -> None:
        class Broken:
            async def read(self, work: object) -> None:
                raise RuntimeError("the cat again")

        world.app = application(msgspec.structs.replace(world.context, database=Broken()))
        for path in (
            "/avatar/x",
            "/rest/profile",
            "/oauth/token/?grant_type=refresh_token&client_id=a&client_secret=b",
        ):
            answer = world.get(f"{path}&refresh_token=c" if "?" in path else path)
            assert (answer.status, answer.error) == (500, "INTERNAL_SERVER_ERROR")
            assert "cat" not in answer.text

    def test_names_that_callers_choose_do_not_break_the_log(
        self, world: World, caplog: pytest.LogCaptureFixture
    ) -> None:
        class Broken:
            async def read(self, work: object) -> None:
                raise RuntimeError

        world.app = application(msgspec.structs.replace(world.context, database=Broken()))
        world.get("/rest/a\nFORGED LINE " + "x" * 1000)
        first = caplog.records[0].getMessage()
        assert "\n" not in first
        assert len(first) < 150


SYSTEM = {
    Problem.INTERNAL: ("INTERNAL_SERVER_ERROR", 500),
    Problem.STORAGE: ("INTERNAL_SERVER_ERROR", 500),
    Problem.UNEXPECTED_ANSWER: ("ERROR_UNEXPECTED_ANSWER", 500),
    Problem.QUERY_LIMIT: ("QUERY_LIMIT_EXCEEDED", 503),
    Problem.OPERATING_LIMIT: ("OPERATION_TIME_LIMIT", 429),
    Problem.BATCH_METHOD: ("ERROR_BATCH_METHOD_NOT_ALLOWED", 405),
    Problem.BATCH_LENGTH: ("ERROR_BATCH_LENGTH_EXCEEDED", 400),
    Problem.NO_AUTH: ("NO_AUTH_FOUND", 401),
    Problem.HTTPS_REQUIRED: ("INVALID_REQUEST", 400),
    Problem.OVERLOAD: ("OVERLOAD_LIMIT", 503),
    Problem.REST_OFF: ("ACCESS_DENIED", 403),
    Problem.CREDENTIALS: ("INVALID_CREDENTIALS", 401),
    Problem.MANIFEST: ("ERROR_MANIFEST_IS_NOT_AVAILABLE", 404),
    Problem.SCOPE: ("insufficient_scope", 401),
    Problem.TOKEN_EXPIRED: ("expired_token", 401),
    Problem.TOKEN_INVALID: ("invalid_token", 401),
    Problem.USER_ACCESS: ("user_access_error", 403),
    Problem.PORTAL_DELETED: ("PORTAL_DELETED", 500),
    Problem.METHOD_NOT_FOUND: ("ERROR_METHOD_NOT_FOUND", 404),
    Problem.AUTH_TYPE: ("WRONG_AUTH_TYPE", 403),
    Problem.GUEST: ("AUTHORIZE_ERROR", 403),
}


def test_codes_and_statuses_of_the_catalogue() -> None:
    """Both dialects say the same, and the codes are spelled exactly as clients compare them."""
    for problem, (code, status) in SYSTEM.items():
        row = problem.value
        assert (row.code, row.code_v2, row.status) == (code, code, status)
