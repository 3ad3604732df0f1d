"""`/oauth/token/` and the authorization server's `app.info`."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus, urlencode

import pytest

from botyard.clock import Clock
from botyard.config import Settings
from botyard.model.people import Profile
from botyard.portal import apps, creation, portal_flags, users
from botyard.portal.apps import Registered
from botyard.portal.auth import tokens
from botyard.portal.auth.keys import Keys
from botyard.portal.auth.tokens import Denied, Keyring, TokenPair
from botyard.rpc.call import Context
from botyard.rpc.limits import OFF, Limits
from botyard.rpc.registry import Registry
from botyard.store.engines.blobs import Folder, file_storage
from botyard.store.engines.connect import open_database
from botyard.store.engines.db import Tx
from botyard.store.engines.migrate import migrate
from botyard.web import basic, oauth
from tests.loops import Loop
from tests.world import World

FORM = "application/x-www-form-urlencoded"
START = 1_800_000_000
REPLY_KEYS = {
    "access_token",
    "refresh_token",
    "expires",
    "expires_in",
    "scope",
    "domain",
    "server_endpoint",
    "client_endpoint",
    "member_id",
    "user_id",
    "status",
}


class Server:
    """A portal with one administrator, one application and a pair of tokens, whose clock is set by hand."""

    def __init__(self, loop: Loop, folder: Path) -> None:
        self.loop = loop
        self.now = float(START)
        self.context: Context = loop.run(self._opened(folder))
        self.ring = Keyring(self.context.keys, self.context.settings)
        self.user_id, self.registered, self.pair = loop.run(self.context.database.write(self._filled))

    async def _opened(self, folder: Path) -> Context:
        settings = Settings(data=folder, public_url="http://portal.test:8024")
        database = await open_database(folder / "botyard.db")
        await migrate(database)
        clock = Clock(now=lambda: self.now)
        database.now = clock.now
        room = file_storage(Folder(folder / "files"), folder / "files" / "incoming")
        return Context(settings, database, clock, Keys(b"pepper"), Registry([]), Limits(OFF, 2), room)

    async def _filled(self, tx: Tx) -> tuple[int, Registered, TokenPair]:
        await creation.create_portal(tx)
        user_id = await users.add(tx, Profile(name="Ann"), login="ann", password_hash="", admin=True)
        made = await apps.register(tx, self.context.keys, title="Test", scopes=["im", "imbot"])
        return user_id, made, await tokens.issue(tx, self.ring, app=made.app, user_id=user_id)

    def words(self, **changes: str) -> dict[str, str]:
        """The parameters of a good refresh, with some of them changed or (`""`) left out."""
        good = {
            "grant_type": "refresh_token",
            "client_id": self.registered.app.client_id,
            "client_secret": self.registered.secret,
            "refresh_token": self.pair.refresh,
        }
        return {name: value for name, value in (good | changes).items() if value}

    def get(self, **changes: str) -> tuple[int, dict[str, Any]]:
        query = urlencode(self.words(**changes)).encode()
        return self.loop.run(oauth.token(self.context, query, "", b"", https=True))[:2]

    def post(self, **changes: str) -> tuple[int, dict[str, Any]]:
        body = urlencode(self.words(**changes)).encode()
        return self.loop.run(oauth.token(self.context, b"", FORM, body, https=True))[:2]

    def app_info(self, token: str) -> tuple[int, dict[str, Any]]:
        return self.loop.run(oauth.app_info(self.context, token, https=True))

    def close(self) -> None:
        self.loop.run(self.context.database.close())
        self.loop.close()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    made = Server(Loop(), tmp_path)
    yield made
    made.close()


def test_a_get_request_is_answered_with_every_key_that_clients_read(server: Server) -> None:
    status, reply = server.get()
    assert status == 200
    assert set(reply) == REPLY_KEYS
    assert type(reply["expires"]) is int
    assert reply["expires"] == START + 3600
    assert reply["expires_in"] == 3600
    assert reply["user_id"] == server.user_id
    assert reply["scope"] == "im,imbot"
    assert reply["client_endpoint"] == reply["server_endpoint"] == "http://portal.test:8024/rest/"
    assert reply["domain"] == "portal.test:8024"
    assert reply["status"] == "L"
    assert len(reply["member_id"]) == 32
    assert reply["access_token"].isalnum()
    assert reply["refresh_token"].isalnum()


def test_a_posted_form_is_answered_alike(server: Server) -> None:
    status, reply = server.post()
    assert status == 200
    assert set(reply) == REPLY_KEYS


def test_the_new_refresh_token_works_and_the_old_one_only_for_a_moment(server: Server) -> None:
    _, first = server.get()
    assert server.get()[0] == 200
    server.now += 30
    status, reply = server.get()
    assert (status, reply["error"]) == (400, "invalid_grant")
    # The newer pair lives on.
    assert server.get(refresh_token=first["refresh_token"])[0] == 200


@pytest.mark.parametrize("grant", ["refresh_token", "authorization_code"])
def test_an_unknown_application_is_told_so_with_status_200(server: Server, grant: str) -> None:
    status, reply = server.get(client_id="WRONG_CLIENT_ID_12345", grant_type=grant, code="any")
    assert (status, reply["error"]) == (200, "wrong_client")


@pytest.mark.parametrize("grant", ["refresh_token", "authorization_code"])
def test_a_wrong_secret_is_an_invalid_client(server: Server, grant: str) -> None:
    status, reply = server.get(client_secret="WRONG_SECRET_12345", grant_type=grant, code="any")
    assert (status, reply["error"]) == (400, "invalid_client")
    assert "may not be installed" in reply["error_description"]


def test_a_wrong_refresh_token_is_an_invalid_grant(server: Server) -> None:
    status, reply = server.get(refresh_token="invalid_refresh_token")
    assert (status, reply["error"]) == (400, "invalid_grant")
    assert reply["error_description"]


def test_a_code_that_was_never_given_out_is_an_invalid_grant(server: Server) -> None:
    status, reply = server.get(grant_type="authorization_code", code="avmocpghblyi01m3h42bljvqtyd19sw1")
    assert (status, reply["error"]) == (400, "invalid_grant")


@pytest.mark.parametrize("name", ["grant_type", "client_id", "client_secret", "refresh_token"])
def test_a_missing_parameter_is_named(server: Server, name: str) -> None:
    status, reply = server.post(**{name: ""})
    assert status == 400
    assert reply == {"error": "invalid_request", "error_description": f'No "{name}" parameter found'}


def test_a_code_grant_needs_a_code(server: Server) -> None:
    _, reply = server.get(grant_type="authorization_code")
    assert reply["error_description"] == 'No "code" parameter found'


def test_other_grants_are_invalid_requests(server: Server) -> None:
    status, reply = server.get(grant_type="password")
    assert (status, reply["error"]) == (400, "invalid_request")


def test_permissions_beyond_the_application_are_an_invalid_scope(server: Server) -> None:
    status, reply = server.get(scope="im,disk")
    assert (status, reply["error"]) == (403, "invalid_scope")


def test_permissions_beyond_the_grant_are_insufficient_scope(server: Server) -> None:
    _, narrow = server.get(scope="im")
    assert narrow["scope"] == "im"
    status, reply = server.get(refresh_token=narrow["refresh_token"], scope="im,imbot")
    assert (status, reply["error"]) == (401, "insufficient_scope")


@pytest.mark.parametrize(
    ("content_type", "body", "status"),
    [
        ("application/json", b"{", 400),
        (FORM, b"a[" * 10 + b"=1", 400),
        ("text/csv", b"a,b", 415),
        ("application/json", b'{"grant_type": ["refresh_token"], "client_id": {"a": 1}}', 400),
    ],
)
def test_what_cannot_be_read_is_an_invalid_request(server: Server, content_type: str, body: bytes, status: int) -> None:
    answered, reply, _ = asyncio.run(oauth.token(server.context, b"", content_type, body, https=True))
    assert (answered, reply["error"]) == (status, "invalid_request")


class TestBasic:
    """The application in the header, as libraries of OAuth have it."""

    @staticmethod
    def header(client_id: str, secret: str) -> str:
        return "Basic " + base64.b64encode(f"{quote_plus(client_id)}:{quote_plus(secret)}".encode()).decode()

    def ask(self, server: Server, header: str, **changes: str) -> tuple[int, dict[str, Any]]:
        body = urlencode(server.words(**{"client_id": "", "client_secret": ""} | changes)).encode()
        asked = oauth.token(server.context, b"", FORM, body, https=True, authorization=header)
        return server.loop.run(asked)[:2]

    def good(self, server: Server) -> str:
        return self.header(server.registered.app.client_id, server.registered.secret)

    def test_it_names_the_application(self, server: Server) -> None:
        status, reply = self.ask(server, self.good(server))
        assert (status, set(reply)) == (200, REPLY_KEYS)
        assert self.ask(server, self.good(server).replace("Basic", "basic"))[0] == 200

    def test_a_name_in_the_body_as_well_must_be_the_same(self, server: Server) -> None:
        client_id = server.registered.app.client_id
        assert self.ask(server, self.good(server), client_id=client_id)[0] == 200
        assert self.ask(server, self.good(server), client_id="other")[1]["error"] == "invalid_request"

    def test_a_secret_in_the_body_as_well_is_refused(self, server: Server) -> None:
        """RFC 6749 allows one way in each request."""
        status, reply = self.ask(server, self.good(server), client_secret=server.registered.secret)
        assert (status, reply["error"]) == (400, "invalid_request")
        assert reply["error_description"] == "The client is named in the header and in the parameters"

    def test_each_part_is_encoded_as_in_a_form(self, server: Server) -> None:
        spelt = "".join(f"%{ord(letter):02x}" for letter in server.registered.secret)
        text = f"{server.registered.app.client_id}:{spelt}".encode()
        assert self.ask(server, "Basic " + base64.b64encode(text).decode())[0] == 200
        assert basic.read(self.header("a:b c", "d+e%")) == basic.BasicCredentials("a:b c", "d+e%")

    @pytest.mark.parametrize(
        "header",
        ["Basic", "Basic ", "Basic !!!", "Basic é", "Basic " + base64.b64encode(b"no colon").decode(), "Basic Ojo="]
        + ["Basic " + base64.b64encode(text).decode() for text in (b"wrong:secret", b"\xff:x", b"%ff:x", b"a:")],
    )
    def test_a_wrong_one_is_unauthorized(self, server: Server, header: str) -> None:
        status, reply = self.ask(server, header)
        assert (status, reply["error"]) == (401, "invalid_client")

    def test_a_wrong_secret_is_unauthorized(self, server: Server) -> None:
        status, reply = self.ask(server, self.header(server.registered.app.client_id, "wrong"))
        assert (status, reply["error"]) == (401, "invalid_client")

    def test_other_schemes_say_nothing(self, server: Server) -> None:
        assert self.ask(server, "Bearer abc")[1]["error_description"] == 'No "client_id" parameter found'
        assert self.ask(server, "Bearer abc", **server.words())[0] == 200


def test_basic_at_the_address(world: World) -> None:
    key = world.add_app()
    grant = urlencode({"grant_type": "refresh_token", "refresh_token": key.refresh})
    header = TestBasic.header(key.client_id, key.client_secret)
    assert world.get(f"/oauth/token/?{grant}", authorization=header).body["user_id"] == world.admin.id
    posted = world.post("/rest/oauth/token/", grant.encode(), FORM, authorization=header)
    assert (posted.status, posted.body["refresh_token"].isalnum()) == (200, True)
    wrong = world.post("/oauth/token/", grant.encode(), FORM, authorization=TestBasic.header(key.client_id, "x"))
    assert (wrong.status, wrong.headers["www-authenticate"]) == (401, 'Basic realm="oauth", charset="UTF-8"')
    assert "www-authenticate" not in world.post("/oauth/token/", b"", FORM).headers


@pytest.mark.parametrize("name", ["\0", "a\0b", "a%00b"])
def test_a_nul_in_the_header_names_no_application(portal: World, name: str) -> None:
    asked = urlencode({"grant_type": "refresh_token", "refresh_token": "x"})
    for text in (f"{name}:secret", f"name:{name}"):
        sent = portal.get(f"/oauth/token/?{asked}", authorization="Basic " + base64.b64encode(text.encode()).decode())
        assert (sent.status, sent.body["error"]) == (401, "invalid_client")


def test_hints_say_what_can_be_wrong_and_not_how_near_a_guess_was(world: World) -> None:
    key = world.add_app()
    good = {"grant_type": "refresh_token", "client_id": key.client_id, "client_secret": key.client_secret}

    def hint(**changes: str) -> str:
        asked = urlencode({**good, "refresh_token": key.refresh, **changes})
        return world.get(f"/oauth/token/?{asked}").headers.get("botyard-hint", "")

    assert hint(client_id="nobody") == "no application has this client_id"
    near, far = key.client_secret[:-1], "x"
    assert hint(client_secret=near) == hint(client_secret=far)
    assert hint(client_secret=far) == "the client_secret is not that of the application"
    assert hint(refresh_token=key.refresh[:-1]) == hint(refresh_token="x") == Denied.GRANT.value
    assert hint() == ""


def test_hints_name_the_true_cause(world: World) -> None:
    person = world.add_person()
    key = world.add_app(person.id)

    def hint(refresh: str = key.refresh) -> str:
        grant = {"grant_type": "refresh_token", "client_id": key.client_id, "client_secret": key.client_secret}
        answer = world.get(f"/oauth/token/?{urlencode(grant | {'refresh_token': refresh})}")
        return answer.headers.get("botyard-hint", "")

    assert hint() == ""
    world.time += world.context.settings.refresh_grace
    assert hint() == "the code or refresh token was used before"
    second = world.add_token(person.id, key.id, kind="refresh", life=60)
    world.call("botyard.user.deactivate", ID=person.id)
    assert hint(second) == "the person that the code or refresh token stands for is deactivated"
    world.time += 60
    assert hint(second) == "the code or refresh token is unknown, expired, or another application's"
    world.call("botyard.app.uninstall", CLIENT_ID=key.client_id)
    assert hint(second) == "the application is not installed"


def test_the_permission_for_our_own_methods_is_not_shown(server: Server, world: World) -> None:
    """The official PHP SDK refuses names of permissions that it does not know."""
    key = world.add_app(scopes="im,botyard,imbot")
    grant = {"grant_type": "refresh_token", "refresh_token": key.refresh}
    grant |= {"client_id": key.client_id, "client_secret": key.client_secret}
    pair = world.get(f"/oauth/token/?{urlencode(grant)}").body
    assert pair["scope"] == "im,imbot"
    # It is there all the same.
    assert world.call("botyard.app.list", pair["access_token"]).status == 200
    assert world.call("scope", pair["access_token"]).result == ["im", "imbot"]
    shown = world.get(f"/rest/app.info?auth={key.token}", host="oauth.bitrix.info").result
    assert (shown["scope"], shown["install"]["scope"]) == ("im,imbot", "im,imbot")
    # Of a webhook the page does not speak, so this is not held against the contract.
    assert world.get(f"{world.add_webhook(world.admin.id, 'botyard,im').path}/app.info").result["SCOPE"] == ["im"]
    assert world.call("scope", world.add_webhook(world.admin.id, "botyard")).result == []
    assert "botyard" not in world.call("scope", full=True).result
    answer = world.get(f"/rest/api/{world.admin.id}/{world.admin.secret}/rest.scope.list")
    assert "im" in answer.result and "botyard" not in answer.result


def test_app_info_shows_the_token_and_the_installation(server: Server) -> None:
    status, reply = server.app_info(server.pair.access)
    assert status == 200
    result = reply["result"]
    assert result["client_id"] == server.registered.app.client_id
    assert result["scope"] == "im,imbot"
    assert result["expires"] == "2027-01-15T09:00:00+00:00"
    assert result["user_id"] == server.user_id
    assert set(result["install"]) == {
        "installed",
        "version",
        "status",
        "scope",
        "domain",
        "uri",
        "client_endpoint",
        "member_id",
        "member_type",
    }
    assert reply["time"].date_start == "2027-01-15T08:00:00+00:00"


def test_app_info_of_a_wrong_token_is_an_invalid_client(server: Server) -> None:
    status, reply = server.app_info("0" * 32)
    assert (status, reply["error"]) == (400, "invalid_client")


def test_app_info_of_a_refresh_token_is_an_invalid_client(server: Server) -> None:
    assert server.app_info(server.pair.refresh)[1]["error"] == "invalid_client"


def test_app_info_without_a_token_finds_no_authorization(server: Server) -> None:
    status, reply = server.app_info("")
    assert (status, reply["error"]) == (401, "NO_AUTH_FOUND")


def test_app_info_of_an_old_token_says_so(server: Server) -> None:
    server.now += 3600
    status, reply = server.app_info(server.pair.access)
    assert (status, reply["error"]) == (401, "expired_token")


def test_app_info_of_a_session_has_no_application_to_show(server: Server) -> None:
    database, loop = server.context.database, server.loop

    async def work(tx: Tx) -> tuple[str, int]:
        return await tokens.session(tx, server.ring, user_id=server.user_id, scopes="im")

    text, _ = loop.run(database.write(work))
    assert server.app_info(text)[1]["error"] == "invalid_client"


def test_app_info_minds_the_switches(server: Server) -> None:
    server.loop.run(server.context.database.write(lambda tx: portal_flags.set_flag(tx, "maintenance", True)))
    assert server.app_info(server.pair.access)[1]["error"] == "PORTAL_DELETED"
