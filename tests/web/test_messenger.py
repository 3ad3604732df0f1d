"""The portal's own web client signs people in: a public OAuth client, with PKCE, at the portal's own addresses."""

from __future__ import annotations

import base64
import hashlib
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlencode, urlsplit

import msgspec
import pytest

from botyard.model.apps import MESSENGER
from botyard.model.audit import AuditEvent
from botyard.model.people import UserKind
from botyard.portal import apps, messenger
from botyard.portal.auth.sessions import RECENT_SECONDS
from botyard.server import application
from botyard.store import audit, sessions, users
from botyard.store.audit import AuditFilter
from tests.web.browser import FORM, PASSWORD, Browser, resident
from tests.world import Answer, World

VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
BACK = "https://botyard.test/online/signed-in"
ADDRESS = "/oauth/authorize/"
BASIC = ",".join(scope for scope in messenger.SCOPES if scope != "botyard")


class WebClient(NamedTuple):
    """The client in somebody's browser."""

    world: World
    browser: Browser

    def query(self, **more: str) -> dict[str, str]:
        return {
            "client_id": MESSENGER,
            "response_type": "code",
            "redirect_uri": BACK,
            "state": "s",
            "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
            **more,
        }

    def ask(self, host: str = "botyard.test", **more: str) -> Answer:
        params = {name: value for name, value in self.query(**more).items() if value}
        return self.browser.get(f"{ADDRESS}?{urlencode(params)}", host=host)

    def token(self, **params: str) -> Answer:
        words = {"client_id": MESSENGER, **params}
        return self.world.post("/oauth/token/", urlencode(words).encode(), FORM)

    def exchange(self, answer: Answer, **more: str) -> Answer:
        """Tokens for the code with which a browser was sent back."""
        assert answer.status == 303, answer.body
        query = dict(parse_qsl(urlsplit(answer.headers["location"]).query))
        return self.token(
            **{
                "grant_type": "authorization_code",
                "code": query["code"],
                "redirect_uri": BACK,
                "code_verifier": VERIFIER,
                **more,
            }
        )

    def sign_in(self) -> dict[str, Any]:
        """The tokens of somebody who has signed in at the portal."""
        pair = self.exchange(self.ask())
        assert pair.status == 200, pair.body
        return dict(pair.body)

    def refresh(self, pair: dict[str, Any]) -> Answer:
        return self.token(grant_type="refresh_token", refresh_token=pair["refresh_token"])

    def works(self, pair: dict[str, Any]) -> bool:
        return "result" in self.world.call("profile", pair["access_token"]).body


@pytest.fixture
def client(portal: World) -> WebClient:
    resident(portal, "ann")
    made = WebClient(portal, Browser(portal))
    made.browser.sign_in("ann")
    return made


@pytest.fixture
def boss(portal: World) -> WebClient:
    """The same of an administrator."""
    resident(portal, "boss", admin=True)
    made = WebClient(portal, Browser(portal))
    made.browser.sign_in("boss")
    return made


def audited(world: World, event: AuditEvent) -> int:
    return len(world.read(lambda tx: audit.page(tx, AuditFilter(event=event))))


def test_the_whole_way_without_a_question(client: WebClient) -> None:
    client.browser.cookies.clear()
    first = client.ask()
    login = first.headers["location"]
    assert (first.status, login.partition("?")[0]) == (303, "/login")
    onward = client.browser.sign_in("ann", path=login).headers["location"]
    answer = client.browser.get(onward)
    target = urlsplit(answer.headers["location"])
    assert f"{target.scheme}://{target.netloc}{target.path}" == BACK
    assert dict(parse_qsl(target.query))["state"] == "s"
    pair = client.exchange(answer)
    assert (pair.status, pair.body["scope"]) == (200, BASIC)
    token = pair.body["access_token"]
    assert client.world.call("profile", token).result["NAME"] == "Ann"
    assert client.world.call("im.recent.list", token).status == 200
    assert client.world.call("botyard.session.list", token).status == 200
    assert client.world.call("botyard.app.list", token).error == "insufficient_scope"
    assert audited(client.world, AuditEvent.CONSENT_GIVEN) == 1


def test_refresh_tokens_rotate_without_a_secret(client: WebClient) -> None:
    first = client.sign_in()
    second = client.refresh(first)
    assert second.status == 200
    assert second.body["refresh_token"] != first["refresh_token"]
    assert client.works(second.body)
    client.world.wait(client.world.settings.refresh_grace + 1)
    assert client.refresh(first).body["error"] == "invalid_grant"


@pytest.mark.parametrize(
    "redirect",
    [
        "",
        "https://botyard.test/online/",
        "https://botyard.test/online/signed-in/",
        "https://botyard.test/online/signed-in?a=b",
        "https://botyard.test.evil.test/online/signed-in",
        "https://evil.test/online/signed-in",
        "https://botyard.test:444/online/signed-in",
        "https://botyard.test@evil.test/online/signed-in",
        "//botyard.test/online/signed-in",
    ],
)
def test_a_code_goes_to_the_portal_only(client: WebClient, redirect: str) -> None:
    answer = client.ask(redirect_uri=redirect)
    assert answer.status == 400
    assert "registered" in client.browser.html


@pytest.mark.parametrize("more", [{"code_challenge": ""}, {"code_challenge_method": "plain"}, {"code_challenge": "x"}])
def test_the_challenge_is_demanded(client: WebClient, more: dict[str, str]) -> None:
    assert client.ask(**more).status == 400


@pytest.mark.parametrize(
    ("public", "scheme", "host", "origin", "fits"),
    [
        ("http://localhost:8024", "http", "localhost:8024", "http://localhost:8024", True),
        ("http://localhost:8024", "http", "127.0.0.1:8024", "http://127.0.0.1:8024", True),
        ("http://localhost:8024", "http", "[::1]:8024", "http://[::1]:8024", True),
        # Another name of the same machine, where the portal may not be the one that listens.
        ("http://localhost:8024", "http", "localhost:8024", "http://[::1]:8024", False),
        ("http://localhost:8024", "http", "localhost:8024", "http://127.0.0.1:9000", False),
        # A proxy that says its own name instead of the one that was asked for.
        ("https://chat.test", "http", "10.0.0.1:8024", "https://chat.test", True),
        ("https://chat.test", "https", "chat.test", "https://chat.test", True),
        # Over plain http a code could be read on the way.
        ("https://chat.test", "http", "chat.test", "http://chat.test", False),
        ("http://chat.test", "http", "evil test", "http://evil test", False),
    ],
)
def test_the_portal_has_several_names(
    client: WebClient, public: str, scheme: str, host: str, origin: str, fits: bool
) -> None:
    settings = msgspec.structs.replace(client.world.settings, public_url=public)
    client.world.app = application(msgspec.structs.replace(client.world.context, settings=settings))
    browser = Browser(client.world, scheme)
    browser.get("/login", host=host)
    browser.post("/login", {**browser.fields, "login": "ann", "password": PASSWORD}, host=host)
    answer = WebClient(client.world, browser).ask(host, redirect_uri=f"{origin}/online/signed-in")
    assert answer.status == (303 if fits else 400)
    if fits:
        assert answer.headers["location"].startswith(f"{origin}/online/signed-in?code=")


def test_a_secret_is_none_of_its_own(client: WebClient) -> None:
    answer = client.exchange(client.ask(), client_secret="x")
    assert (answer.status, answer.body["error"]) == (400, "invalid_client")
    basic = base64.b64encode(f"{MESSENGER}:x".encode()).decode()
    words = urlencode({"grant_type": "refresh_token", "refresh_token": "x"}).encode()
    answer = client.world.request(
        "POST", "/oauth/token/", words, {"content-type": FORM, "authorization": f"Basic {basic}"}
    )
    assert (answer.status, answer.body["error"]) == (401, "invalid_client")


def test_no_other_application_goes_without_its_secret(client: WebClient) -> None:
    key = client.world.add_app(scopes="im")
    words = {"grant_type": "refresh_token", "client_id": key.client_id, "refresh_token": key.refresh}
    answer = client.world.post("/oauth/token/", urlencode(words).encode(), FORM)
    assert (answer.status, answer.body["error"]) == (400, "invalid_request")
    # Nor does it get what is another one's.
    assert client.token(grant_type="refresh_token", refresh_token=key.refresh).body["error"] == "invalid_grant"


@pytest.mark.parametrize("grant", ["refresh_token", "authorization_code"])
def test_what_never_was_does_not_reach_the_writer(
    client: WebClient, grant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refused(*_: object) -> None:
        raise AssertionError("a stranger reached the writer")

    monkeypatch.setattr(type(client.world.context.database), "write", refused)
    answer = client.token(grant_type=grant, code="x", refresh_token="x")
    assert (answer.status, answer.body["error"]) == (400, "invalid_grant")


def test_a_code_without_its_verifier_is_worth_nothing(client: WebClient) -> None:
    assert client.exchange(client.ask(), code_verifier="").body["error"] == "invalid_grant"
    assert client.exchange(client.ask(), code_verifier="x" * 43).body["error"] == "invalid_grant"
    assert client.exchange(client.ask(), redirect_uri="https://evil.test/").body["error"] == "invalid_grant"


def test_a_head_makes_no_code(client: WebClient) -> None:
    answer = client.world.request(
        "HEAD",
        f"{ADDRESS}?{urlencode(client.query())}",
        b"",
        {
            "host": "botyard.test",
            "cookie": "; ".join(f"{name}={value}" for name, value in client.browser.cookies.items()),
        },
        "https",
    )
    assert answer.status == 200
    assert audited(client.world, AuditEvent.CONSENT_GIVEN) == 0


@pytest.mark.parametrize("kind", [UserKind.EXTRANET, UserKind.EMPLOYEE])
def test_outsiders_sign_in_too(client: WebClient, kind: UserKind) -> None:
    resident(client.world, "olga", kind=kind)
    other = WebClient(client.world, Browser(client.world))
    other.browser.sign_in("olga")
    assert client.world.call("im.recent.list", other.sign_in()["access_token"]).status == 200


def test_who_is_deactivated_is_out(client: WebClient) -> None:
    pair = client.sign_in()
    ann = pair["user_id"]
    client.world.write(lambda tx: users.set_active(tx, ann, False))
    assert client.world.call("profile", pair["access_token"]).status == 401
    assert client.refresh(pair).body["error"] == "invalid_grant"
    assert client.ask().headers["location"].startswith("/login")


def test_administration_takes_the_password_and_consent(boss: WebClient) -> None:
    world = boss.world
    usual = boss.sign_in()
    assert world.call("botyard.app.list", usual["access_token"]).error == "insufficient_scope"
    world.wait(RECENT_SECONDS + 1)
    asked = boss.ask(scope="botyard")
    assert asked.headers["location"].startswith("/account/confirm?next=")
    boss.browser.get(asked.headers["location"])
    confirmed = boss.browser.post("/account/confirm", {**boss.browser.fields, "password": PASSWORD})
    page = boss.browser.get(confirmed.headers["location"])
    assert page.status == 200
    assert "administer" in boss.browser.html.lower()
    answer = boss.browser.post(ADDRESS, {**boss.browser.fields, "answer": "allow"})
    pair = boss.exchange(answer).body
    assert pair["scope"].split(",") == list(messenger.SCOPES), "the client cannot tell that it may administer"
    # It goes on with all that it had, and may administer now.
    assert world.call("im.recent.list", pair["access_token"]).status == 200
    assert world.call("botyard.session.list", pair["access_token"]).status == 200
    listed = world.call("botyard.app.list", pair["access_token"]).result
    assert [app["CLIENT_ID"] for app in listed if app["BUILT_IN"]] == [MESSENGER]
    # What only an administrator in person may do, by no application's key.
    other = resident(world, "ben")
    assert world.call("botyard.user.password", pair["access_token"], ID=other).status == 200
    assert world.call("botyard.user.password", usual["access_token"], ID=other).status == 401
    hook = world.call("botyard.webhook.add", pair["access_token"], TITLE="Mine", SCOPE="im").result
    assert boss.refresh(pair).body["scope"] == pair["scope"]
    # What it makes for its person is the person's, and does not end with it.
    assert world.call("botyard.app.block", world.admin, CLIENT_ID=MESSENGER).result is True
    assert world.get(f"{urlsplit(hook['URL']).path}profile").status == 200


def test_others_are_not_asked_for_administration(client: WebClient) -> None:
    assert client.ask(scope="botyard").status == 403


def test_fewer_permissions_can_be_named(client: WebClient) -> None:
    assert client.exchange(client.ask(scope="im,pull")).body["scope"] == "im,pull"
    assert client.ask(scope="im,crm").status == 400


def test_signing_out_ends_what_came_of_this_browser(client: WebClient) -> None:
    other = WebClient(client.world, Browser(client.world))
    other.browser.sign_in("ann")
    here, there = client.sign_in(), other.sign_in()
    renewed = client.refresh(here).body
    pending = client.ask()
    client.browser.get("/logout")
    assert client.browser.post("/logout", client.browser.fields).status == 303
    assert not client.works(renewed)
    assert client.refresh(renewed).body["error"] == "invalid_grant"
    assert client.exchange(pending).body["error"] == "invalid_grant"
    assert other.works(there)


def test_sessions_that_are_ended_take_their_tokens_along(client: WebClient) -> None:
    other = WebClient(client.world, Browser(client.world))
    other.browser.sign_in("ann")
    here, there = client.sign_in(), other.sign_in()
    token = here["access_token"]
    # The one whose session was forgotten, because it was idle, is signed out as well.
    idle = there["user_id"]
    client.world.write(lambda tx: sessions.forget_expired(tx, idle_since=0))
    assert client.world.call("botyard.session.end", token, ID=_session(client.world, idle, last=True)).result is True
    assert (client.works(here), other.works(there)) == (True, False)
    again = other.browser.sign_in("ann")
    assert again.status == 303
    there = other.sign_in()
    assert client.world.call("botyard.session.end.all", token).result == 2
    assert (client.works(here), other.works(there)) == (False, False)


def _session(world: World, user_id: int, *, last: bool) -> int:
    listed = world.read(lambda tx: sessions.of_person(tx, user_id, idle_since=0))
    return max(each.id for each in listed) if last else min(each.id for each in listed)


def test_a_new_password_signs_out_everywhere_else(client: WebClient) -> None:
    other = WebClient(client.world, Browser(client.world))
    other.browser.sign_in("ann")
    here, there = client.sign_in(), other.sign_in()
    key = client.world.add_app(scopes="im", user_id=here["user_id"])
    # A session that has ended by itself leaves its tokens, until now.
    client.world.write(lambda tx: sessions.forget_expired(tx, idle_since=int(client.world.now()) + 1))
    changed = client.world.call(
        "botyard.profile.password.set",
        here["access_token"],
        PASSWORD=PASSWORD,
        NEW_PASSWORD="another horse 77 battery",
    )
    assert changed.result is True
    assert (client.works(here), other.works(there)) == (True, False)
    assert client.world.call("profile", key.token).status == 200


def test_it_is_blocked_and_no_more(boss: WebClient) -> None:
    world = boss.world
    pair = boss.sign_in()
    admin = world.admin
    for name, title in (
        ("botyard.app.update", "Mine"),
        ("botyard.app.uninstall", ""),
        ("botyard.app.delete", ""),
    ):
        assert world.call(name, admin, CLIENT_ID=MESSENGER, TITLE=title).error == "APP_BUILT_IN"
    assert world.call("botyard.app.block", admin, CLIENT_ID=MESSENGER).result is True
    assert not boss.works(pair)
    assert boss.refresh(pair).status == 400
    assert boss.ask().status == 400
    assert "switched off" in boss.browser.html
    assert world.call("botyard.app.unblock", admin, CLIENT_ID=MESSENGER).result is True
    assert boss.works(pair)


def test_portals_of_earlier_versions_get_it_when_they_start(portal: World) -> None:
    async def earlier(tx: Any) -> None:
        await tx.run("UPDATE apps SET scopes = 'im', title = 'Old' WHERE client_id = :id", id=MESSENGER)

    portal.write(earlier)
    assert not portal.read(messenger.is_current)
    portal.write(messenger.settle)
    app = portal.read(lambda tx: apps.find(tx, MESSENGER))
    assert app is not None
    assert (app.title, app.scopes, app.installed) == (messenger.TITLE, ",".join(messenger.SCOPES), True)
    assert audited(portal, AuditEvent.APP_ADDED) == 1
    assert portal.read(messenger.is_current)
    portal.write(messenger.settle)
    assert audited(portal, AuditEvent.APP_ADDED) == 1


def test_an_empty_database_has_no_application(empty_world: World) -> None:
    assert empty_world.read(messenger.is_current)
    assert empty_world.read(lambda tx: apps.find(tx, MESSENGER)) is None
