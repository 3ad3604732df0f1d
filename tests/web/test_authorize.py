"""`/oauth/authorize/` and the codes it gives out."""

from __future__ import annotations

import base64
import hashlib
import logging
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

import msgspec
import pytest

from botyard.portal import apps as app_verbs
from botyard.portal import portal_flags
from botyard.portal.auth.authorization_codes import LIFE
from botyard.server import application
from botyard.store import apps, consents, users
from tests.web.browser import FORM, PASSWORD, Browser, resident
from tests.world import Answer, AppKey, Person, World

BACK = "https://app.test:8443/back?kept=1"
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()


class Client(NamedTuple):
    """An application that asks Ann for permission, in her browser."""

    world: World
    ann: Browser
    ann_id: int
    key: AppKey

    def ask(self, **more: str) -> Answer:
        """Open the consent page."""
        return self.ann.get(f"/oauth/authorize/?{urlencode({'client_id': self.key.client_id, **more})}")

    def allow(self, **more: str) -> dict[str, str]:
        """Open the page and agree; what the application is told."""
        self.ask(**more)
        answer = self.ann.post("/oauth/authorize/", {**self.ann.fields, "answer": "allow"})
        assert answer.status == 303, self.ann.html
        return dict(parse_qsl(urlsplit(answer.headers["location"]).query))

    def exchange(self, code: str, verb: str = "POST", **more: str) -> Answer:
        """Ask for tokens, by form or by query."""
        words = {
            "grant_type": "authorization_code",
            "client_id": self.key.client_id,
            "client_secret": self.key.client_secret,
            "code": code,
            **more,
        }
        if verb == "GET":
            return self.world.get(f"/oauth/token/?{urlencode(words)}")
        return self.world.post("/oauth/token/", urlencode(words).encode(), FORM)

    def change(self, **fields: Any) -> None:
        """Change the application's own row."""
        app = self.world.read(lambda tx: apps.find(tx, self.key.id))
        assert app is not None
        changed = msgspec.structs.replace(app, **fields)
        self.world.write(lambda tx: apps.change(tx, changed))


@pytest.fixture
def client(portal: World) -> Client:
    ann_id = resident(portal, "ann")
    made = Client(portal, Browser(portal), ann_id, portal.add_app(scopes="im,imbot", title="Robot <b>"))
    made.change(redirect_uri=BACK)
    made.ann.sign_in("ann")
    return made


def test_the_whole_way_to_a_token(client: Client) -> None:
    """A stranger to the portal is asked for the password first, then for permission."""
    client.ann.cookies.clear()
    answer = client.ask(state="a b/ü&c=1")
    assert answer.status == 303
    door = answer.headers["location"]
    assert door.startswith("/login?next=%2Foauth%2Fauthorize%2F%3F")
    consent = client.ann.sign_in("ann", path=door).headers["location"]
    client.ann.get(consent)
    answer = client.ann.post("/oauth/authorize/", {**client.ann.fields, "answer": "allow"})
    location = answer.headers["location"]
    assert location.startswith(f"{BACK}&code=")
    assert "scope=im%2Cimbot" in location
    query = dict(parse_qsl(urlsplit(location).query))
    assert list(query) == ["kept", "code", "state", "domain", "member_id", "scope", "server_domain"]
    assert query["state"] == "a b/ü&c=1"
    assert query["domain"] == query["server_domain"] == "botyard.test"
    tokens = client.exchange(query["code"])
    assert tokens.status == 200
    assert tokens.body["member_id"] == query["member_id"]
    assert tokens.body["user_id"] == client.ann_id
    assert tokens.body["scope"] == "im,imbot"
    assert client.world.call("profile", tokens.body["access_token"]).result["ID"] == str(client.ann_id)


def test_tokens_are_had_by_get_as_documented(client: Client) -> None:
    query = client.allow()
    assert "state" not in query
    answer = client.exchange(query["code"], "GET")
    documented = {
        "access_token",
        "client_endpoint",
        "domain",
        "expires_in",
        "member_id",
        "refresh_token",
        "scope",
        "server_endpoint",
        "status",
    }
    assert documented <= set(answer.body)
    words = {
        "grant_type": "refresh_token",
        "client_id": client.key.client_id,
        "client_secret": client.key.client_secret,
    }
    again = urlencode({**words, "refresh_token": answer.body["refresh_token"]})
    assert client.world.get(f"/oauth/token/?{again}").status == 200


def test_the_page_lists_what_is_asked_for(client: Client) -> None:
    client.ask()
    for word in (
        "Chat and Notifications",
        "Creating and managing Chatbots",
        "Robot &lt;b&gt;",
        "https://app.test:8443",
        "Ann",
    ):
        assert word in client.ann.html
    assert "<b>" not in client.ann.html
    policy = client.ann.last.headers["content-security-policy"]
    assert "form-action 'self' https://app.test:8443;" in policy


def test_an_application_may_ask_for_less(client: Client) -> None:
    query = client.allow(scope="im")
    assert query["scope"] == "im"
    assert client.exchange(query["code"]).body["scope"] == "im"


def test_who_does_not_agree_is_sent_nowhere(client: Client) -> None:
    client.ask()
    answer = client.ann.post("/oauth/authorize/", {**client.ann.fields, "answer": "deny"})
    assert (answer.status, "location" in answer.headers) == (200, False)


def test_a_consent_that_was_not_asked_for_is_refused(client: Client) -> None:
    """Another site posts the form in Ann's browser."""
    wanted = {"client_id": client.key.client_id, "answer": "allow"}
    assert client.ann.post("/oauth/authorize/", wanted).status == 403
    client.ask()
    good = {**client.ann.fields, "answer": "allow"}
    assert client.ann.post("/oauth/authorize/", good, sec_fetch_site="cross-site").status == 403
    assert client.ann.post("/oauth/authorize/", good, origin="https://app.test").status == 403
    assert client.ann.post("/oauth/authorize/", {**good, "csrf_token": "0" * 32}).status == 403


@pytest.mark.parametrize(
    "wrong",
    [
        {"client_id": "local.0.1"},
        {"client_id": ""},
        {"redirect_uri": "https://evil.test/"},
        {"redirect_uri": f"{BACK}&more=1"},
        {"redirect_uri": BACK.replace("https", "http")},
        {"redirect_uri": f"{BACK}#"},
        {"redirect_uri": BACK.upper()},
        {"redirect_uri": ""},
        {"response_type": "token"},
        {"scope": "im,crm"},
        {"code_challenge": CHALLENGE},
        {"code_challenge": CHALLENGE, "code_challenge_method": "plain"},
        {"code_challenge": "short", "code_challenge_method": "S256"},
        {"code_challenge_method": "S256"},
    ],
    ids=str,
)
def test_what_is_wrong_is_shown_and_leads_nowhere(client: Client, wrong: dict[str, str]) -> None:
    answer = client.ask(**wrong)
    assert (answer.status, "location" in answer.headers) == (400, False)
    client.ask()
    answer = client.ann.post("/oauth/authorize/", {**client.ann.fields, **wrong, "answer": "allow"})
    assert (answer.status, "location" in answer.headers) == (400, False)


@pytest.mark.parametrize("state", [{"installed": False}, {"installed": True}])
def test_an_application_that_is_not_installed_or_blocked_gets_no_code(client: Client, state: dict[str, bool]) -> None:
    client.ask()
    form = client.ann.fields
    client.change(**state)
    if state["installed"]:
        client.world.write(lambda tx: apps.set_blocked(tx, client.key.id, True))
    assert client.ask().status == 400
    assert client.ann.post("/oauth/authorize/", {**form, "answer": "allow"}).status == 400


def test_an_application_is_only_for_those_it_is_open_to(client: Client) -> None:
    client.world.write(lambda tx: app_verbs.restrict(tx, client.key.client_id, [client.world.admin.id]))
    assert client.ask().status == 403
    client.world.write(lambda tx: app_verbs.restrict(tx, client.key.client_id, [client.ann_id]))
    code = client.allow()["code"]
    client.world.write(lambda tx: app_verbs.restrict(tx, client.key.client_id, []))
    assert client.exchange(code).error == "invalid_grant"


def test_somebody_sent_away_meanwhile_gives_no_tokens(client: Client) -> None:
    code = client.allow()["code"]
    client.world.write(lambda tx: users.set_active(tx, client.ann_id, False))
    assert client.exchange(code).error == "invalid_grant"


# Codes.


def test_a_code_lives_for_thirty_seconds(client: Client) -> None:
    early, late = client.allow()["code"], client.allow()["code"]
    client.world.wait(LIFE - 1)
    assert client.exchange(early).status == 200
    client.world.wait(2)
    answer = client.exchange(late)
    assert (answer.status, answer.error) == (400, "invalid_grant")


def test_a_code_that_comes_twice_ends_what_was_issued_for_it(client: Client) -> None:
    code = client.allow()["code"]
    first = client.exchange(code).body
    words = {
        "grant_type": "refresh_token",
        "client_id": client.key.client_id,
        "client_secret": client.key.client_secret,
    }
    renewed = client.world.get(f"/oauth/token/?{urlencode({**words, 'refresh_token': first['refresh_token']})}").body
    client.world.wait(3600)
    assert client.exchange(code).error == "invalid_grant"
    assert client.world.call("profile", first["access_token"]).error == "invalid_token"
    assert client.world.call("profile", renewed["access_token"]).error == "invalid_token"
    refresh = urlencode({**words, "refresh_token": renewed["refresh_token"]})
    assert client.world.get(f"/oauth/token/?{refresh}").error == "invalid_grant"
    # Other tokens of the same person are none of its business.
    assert client.exchange(client.allow()["code"]).status == 200
    recorded = client.world.call("botyard.audit.list", SUBJECT=f"app:{client.key.id}").result["ENTRIES"]
    about = {entry["EVENT"]: entry["DETAILS"] for entry in recorded}
    assert about["token.reused"] == about["token.revoked"] == {"user_id": client.ann_id}


def test_a_code_that_comes_twice_ends_the_keys_that_were_made_meanwhile(client: Client) -> None:
    boss_id = resident(client.world, "boss", admin=True)
    client.change(scopes="im,botyard")
    boss = client._replace(ann=Browser(client.world), ann_id=boss_id)
    boss.ann.sign_in("boss")
    code = boss.allow()["code"]
    token = boss.exchange(code).body["access_token"]
    url = client.world.call("botyard.webhook.add", token).result["URL"]
    hook = Person(boss_id, url.rstrip("/").rpartition("/")[2])
    apart = client.world.add_webhook(boss_id)
    assert client.world.call("profile", hook).status == client.world.call("profile", apart).status == 200
    boss.exchange(code)
    assert client.world.call("profile", hook).error == "INVALID_CREDENTIALS"
    assert client.world.call("profile", apart).status == 200


def test_a_code_is_for_the_application_that_asked(client: Client) -> None:
    other = client.world.add_app(scopes="im,imbot")
    code = client.allow()["code"]
    thief = client._replace(key=other)
    assert thief.exchange(code).error == "invalid_grant"
    assert client.exchange(code, client_secret="wrong").error == "invalid_client"
    assert client.exchange(code).status == 200


@pytest.mark.parametrize(
    ("asked", "offered", "good"),
    [
        ({}, {}, True),
        ({"redirect_uri": BACK}, {"redirect_uri": BACK}, True),
        ({"redirect_uri": BACK}, {}, False),
        ({"redirect_uri": BACK}, {"redirect_uri": f"{BACK}1"}, False),
        ({}, {"redirect_uri": BACK}, True),
        ({}, {"redirect_uri": "https://evil.test/"}, False),
    ],
    ids=str,
)
def test_the_address_is_the_one_of_the_request(
    client: Client, asked: dict[str, str], offered: dict[str, str], good: bool
) -> None:
    answer = client.exchange(client.allow(**asked)["code"], **offered)
    assert (answer.status == 200) is good


@pytest.mark.parametrize(
    ("offered", "good"),
    [
        ({"code_verifier": VERIFIER}, True),
        ({"code_verifier": VERIFIER[::-1]}, False),
        ({}, False),
        ({"code_verifier": "é"}, False),
    ],
    ids=str,
)
def test_a_challenge_asks_for_its_verifier(client: Client, offered: dict[str, str], good: bool) -> None:
    code = client.allow(code_challenge=CHALLENGE, code_challenge_method="S256")["code"]
    answer = client.exchange(code, **offered)
    assert (answer.status, answer.body.get("error")) == ((200, None) if good else (400, "invalid_grant"))
    if not good:
        # One try is all there is.
        assert client.exchange(code, code_verifier=VERIFIER).error == "invalid_grant"


def test_a_verifier_without_a_challenge_is_refused(client: Client) -> None:
    assert client.exchange(client.allow()["code"], code_verifier=VERIFIER).error == "invalid_grant"


def test_a_portal_may_demand_challenges(client: Client) -> None:
    world = client.world
    client.ask()
    before = client.ann.fields
    settings = msgspec.structs.replace(world.context.settings, require_pkce=True)
    world.context = msgspec.structs.replace(world.context, settings=settings)
    world.app = application(world.context)
    assert client.ask().status == 400
    assert "PKCE" in client.ann.html
    assert client.ann.post("/oauth/authorize/", {**before, "answer": "allow"}).status == 400
    code = client.allow(code_challenge=CHALLENGE, code_challenge_method="S256")["code"]
    assert client.exchange(code, code_verifier=VERIFIER).status == 200


def test_without_an_address_the_code_is_shown(client: Client) -> None:
    client.change(redirect_uri="")
    client.ask()
    answer = client.ann.post("/oauth/authorize/", {**client.ann.fields, "answer": "allow"})
    assert answer.status == 200
    code = client.ann.html.split("seconds: <code>")[1].split("<")[0]
    assert client.exchange(code).status == 200


def test_a_request_to_the_consent_page_needs_no_trailing_slash(client: Client) -> None:
    assert client.ann.get(f"/oauth/authorize?client_id={quote(client.key.client_id)}").status == 200


def test_codes_and_tokens_are_in_no_log_and_no_row(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    code = client.allow()["code"]
    pair = client.exchange(code).body
    rows = str([client.world.read(lambda tx, t=table: tx.all(f"SELECT * FROM {t}")) for table in ("codes", "tokens")])  # type: ignore[misc]
    for word in (code, pair["access_token"], pair["refresh_token"], client.key.client_secret, PASSWORD):
        assert word not in caplog.text
        assert word not in rows


# The switches.


def test_a_portal_that_wants_https_gives_no_tokens_without_it(client: Client) -> None:
    code = client.allow()["code"]
    client.world.write(lambda tx: portal_flags.set_flag(tx, "https", True))
    refused = client.exchange(code)
    assert (refused.status, refused.error, refused.text) == (400, "invalid_request", "Https required")
    info = client.world.get(f"/rest/app.info?auth={client.key.token}", host="oauth.bitrix.info")
    assert info.text == "Https required"
    assert client.world.get("/oauth/token/?grant_type=refresh_token").status == 400
    words = f"grant_type=authorization_code&client_id={client.key.client_id}&client_secret={client.key.client_secret}"
    answer = client.world.request("GET", f"/oauth/token/?{words}&code={code}", scheme="https")
    assert answer.status == 200
    query = f"/rest/app.info?auth={client.key.token}"
    assert client.world.request("GET", query, headers={"host": "oauth.bitrix.info"}, scheme="https").status == 200


# Permissions of our own.


def administering(client: Client, *, admin: bool, scopes: str = "im,botyard,botyard.self") -> Client:
    """An application that asks for them, too."""
    client.change(scopes=scopes)
    client.world.write(lambda tx: users.set_admin(tx, client.ann_id, admin))
    return client


def test_administrators_are_told_in_words_what_they_give(client: Client) -> None:
    administering(client, admin=True)
    client.ask()
    assert "asks to be an administrator of this portal" in client.ann.html
    assert "set their passwords" in client.ann.html
    assert "change your profile and your password" in client.ann.html
    pair = client.exchange(client.allow()["code"]).body
    assert client.world.call("botyard.user.list", pair["access_token"]).status == 200


def test_nobody_else_is_asked_for_it(client: Client) -> None:
    administering(client, admin=False)
    client.ask()
    assert "administrator" not in client.ann.html
    pair = client.exchange(client.allow()["code"]).body
    client.world.write(lambda tx: users.set_admin(tx, client.ann_id, True))
    assert client.world.call("botyard.user.list", pair["access_token"]).error == "insufficient_scope"


@pytest.mark.parametrize(("scopes", "asked"), [("im,botyard", "im,botyard"), ("botyard", "")])
def test_nobody_else_can_give_it(client: Client, scopes: str, asked: str) -> None:
    administering(client, admin=False, scopes=scopes)
    answer = client.ask(**({"scope": asked} if asked else {}))
    assert (answer.status, "which only administrators can give" in client.ann.html) == (403, True)


def test_who_is_no_administrator_any_more_gives_nothing(client: Client) -> None:
    administering(client, admin=True)
    client.ask(scope="im,botyard")
    administering(client, admin=False)
    answer = client.ann.post("/oauth/authorize/", {**client.ann.fields, "answer": "allow"})
    assert answer.status == 403


def test_a_code_gives_nothing_that_was_lost_since(client: Client) -> None:
    administering(client, admin=True)
    code = client.allow()["code"]
    administering(client, admin=False, scopes="im,botyard,disk")
    assert client.world.call("scope", client.exchange(code).body["access_token"]).result == ["im"]


def test_no_code_is_exchanged_for_an_application_that_was_uninstalled_meanwhile(client: Client) -> None:
    code = client.allow()["code"]
    client.change(installed=False)
    assert client.exchange(code).body["error"] == "invalid_client"


def test_what_was_granted_and_refused_is_kept(client: Client) -> None:
    def kept() -> str | None:
        return client.world.read(lambda tx: consents.find(tx, client.key.id, client.ann_id))

    client.ask()
    client.ann.post("/oauth/authorize/", {**client.ann.fields, "answer": "deny"})
    assert kept() == ""
    client.allow(scope="imbot")
    assert kept() == "imbot"
    client.ask()
    client.ann.post("/oauth/authorize/", {**client.ann.fields, "answer": "deny"})
    assert kept() == "imbot"
    client.allow()
    assert kept() == "imbot,im"
