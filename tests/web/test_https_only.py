"""Plain http with the profile `prod`: pages lead to https, calls are refused, and keys that came so are on record."""

from __future__ import annotations

import base64
import socket
import ssl
from pathlib import Path
from urllib.parse import urlencode

import httpx
import pytest

from botyard.model.audit import AuditEvent
from botyard.portal import apps, audit_writer
from botyard.store import audit
from botyard.store.audit import AuditFilter
from botyard.store.engines.db import Unavailable
from tests.commands.serving import ask, run, serving
from tests.conftest import MakeWorld
from tests.web.browser import Browser
from tests.world import World

PROXY = "127.0.0.1"
PUBLIC = "https://chat.example.com"
HSTS = "strict-transport-security"
FOR_A_YEAR = "max-age=31536000; includeSubDomains"


@pytest.fixture
def prod(make_world: MakeWorld) -> World:
    """A server of its own https, reached at a public address."""
    return made(make_world, tls=True)


def made(make_world: MakeWorld, *, address: str = PUBLIC, **settings: object) -> World:
    return make_world(**{"profile": "prod", "public_url": address, **settings})


def test_a_socket_is_not_opened_over_plain_http(prod: World) -> None:
    sent: list[object] = []

    async def receive() -> dict[str, str]:
        return {"type": "websocket.connect"}

    async def send(message: object) -> None:
        sent.append(message)

    prod.run(prod.app({"type": "websocket", "scheme": "ws", "path": "/bitrix/subws/", "headers": []}, receive, send))
    assert sent == [{"type": "websocket.close", "code": 1008}]


def exposed(world: World) -> list[tuple[str, str]]:
    """The keys that are on record as exposed, and what is said of them."""
    world.run(audit_writer.write(world.context.database, world.context.audit_notes))
    wanted = AuditFilter(event=AuditEvent.KEY_EXPOSED)
    return sorted((entry.subject, entry.details) for entry in world.read(lambda tx: audit.page(tx, wanted)))


@pytest.mark.parametrize(
    "path", ["/", "/login", "/login?next=/oauth/authorize/?a=b%26c", "/logout", "/nothing/here", "//login/"]
)
@pytest.mark.parametrize("verb", ["GET", "POST", "HEAD"])
def test_pages_lead_to_the_public_address(prod: World, path: str, verb: str) -> None:
    answer = prod.request(verb, path)
    assert (answer.status, answer.headers["location"]) == (308, PUBLIC + path)


@pytest.mark.parametrize(
    "path",
    [
        "/rest/profile",
        "/rest/1/secret/profile",
        "/rest",
        "/rest/download",
        "/oauth/token/",
        "/oauth/authorize/",
        "//rest//profile",
    ],
)
@pytest.mark.parametrize("verb", ["GET", "POST", "PUT"])
def test_calls_are_refused_and_never_redirected(prod: World, path: str, verb: str) -> None:
    answer = prod.request(verb, path)
    assert (answer.status, answer.error, answer.text) == (400, "INVALID_REQUEST", "Https required")
    assert "location" not in answer.headers


@pytest.mark.parametrize("path", ["/rest/1/secret/profile", "/oauth/token/?client_id=a&client_secret=b"])
def test_calls_are_refused_while_the_database_is_away(prod: World, monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    async def away(work: object) -> None:
        raise Unavailable("The database is away.")

    monkeypatch.setattr(prod.context.database, "read", away)
    assert prod.get(path).text == "Https required"


@pytest.mark.parametrize("path", ["/health", "/ready", "/metrics"])
def test_monitoring_is_served(prod: World, path: str) -> None:
    assert prod.get(path).status == 200


def test_over_https_all_is_as_it_was(prod: World) -> None:
    assert prod.request("GET", f"{prod.admin.path}/profile", scheme="https").status == 200
    assert Browser(prod).get("/login").status == 200


def test_a_key_that_was_seen_is_on_record_without_its_value(prod: World) -> None:
    key = prod.add_app()
    sent = [
        prod.get(f"{prod.admin.path}/profile"),
        prod.get(f"{prod.admin.path}/profile"),
        prod.get(f"/rest/profile?auth={key.token}"),
        prod.get("/rest/profile", authorization=f"Bearer {key.token}"),
        prod.get("/rest/1/wrong/profile"),
        prod.get("/rest/profile?auth=wrong"),
        prod.get("/rest/profile"),
        prod.get("/oauth/token/?client_id=a&client_secret=b"),
    ]
    assert {answer.status for answer in sent} == {400}
    assert [(subject.partition(":")[0], details) for subject, details in exposed(prod)] == [
        ("app", '{"number":2}'),
        ("webhook", '{"number":2}'),
    ]


def test_an_application_s_secret_that_was_seen_is_on_record(prod: World) -> None:
    made = prod.write(lambda tx: apps.register(tx, prod.context.keys, title="Test", scopes=["im"]))
    words = {"client_id": made.app.client_id, "client_secret": made.secret}
    basic = base64.b64encode(":".join(words.values()).encode()).decode()
    sent = [
        prod.get(f"/oauth/token/?{urlencode(words)}"),
        prod.get("/oauth/token/", authorization=f"Basic {basic}"),
        prod.get(f"/rest/oauth/token?{urlencode(words)}"),
        prod.get(f"/oauth/token/?{urlencode(words | {'client_secret': 'wrong'})}"),
        prod.post("/oauth/token/", b"{", "application/json"),
    ]
    assert {answer.text for answer in sent} == {"Https required"}
    assert exposed(prod) == [(f"app:{made.app.id}", '{"number":3}')]


def test_a_trusted_proxy_says_what_came_over_http(make_world: MakeWorld) -> None:
    world = made(make_world, trusted_proxies=(PROXY,))
    path = f"{world.admin.path}/profile"
    assert world.get(path, x_forwarded_proto="https").status == 200
    assert world.get(path, x_forwarded_proto="http").error == "INVALID_REQUEST"
    page = Browser(world, "http").get("/login", x_forwarded_proto="https")
    assert (page.status, page.headers[HSTS]) == (200, FOR_A_YEAR)
    assert world.get("/login", x_forwarded_proto="http").headers["location"] == f"{PUBLIC}/login"


@pytest.mark.parametrize(
    "settings",
    [{"profile": "dev", "tls": True}, {"trusted_proxies": ()}, {"tls": True, "address": "http://botyard.test"}],
    ids=["dev", "a proxy that nobody knows", "no https address"],
)
def test_elsewhere_plain_http_is_served(make_world: MakeWorld, settings: dict[str, object]) -> None:
    world = made(make_world, **settings)  # type: ignore[arg-type]  # One of them is the address.
    assert world.get(f"{world.admin.path}/profile").status == 200
    assert world.get("/login").status != 308


@pytest.mark.live
def test_calls_behind_a_proxy_say_it_too(tmp_path: Path) -> None:
    """Small responses leave in one write; pages and what has to wait do not. Each of them says it, and once."""
    with socket.socket() as taken:
        taken.bind((PROXY, 0))
        port = taken.getsockname()[1]
    options = ("--profile", "prod", "--trusted-proxies", PROXY, "--public-url", PUBLIC, "--port", str(port))
    with serving(tmp_path / "data", *options), httpx.Client(trust_env=False) as client:
        inside = f"http://{PROXY}:{port}"
        for path in ("/rest/server.time", "/rest/no.such.method", "/oauth/token/", "/login", "/nothing"):
            for verb in ("GET", "HEAD"):
                over = client.request(verb, inside + path, headers={"x-forwarded-proto": "https"})
                assert over.headers.get_list(HSTS) == [FOR_A_YEAR], (verb, path)
        assert HSTS not in client.get(f"{inside}/rest/server.time").headers


@pytest.mark.live
def test_a_server_in_prod(tmp_path: Path) -> None:
    """Its own https: the header there, the redirect and the refusal on the other port, the password in a file."""
    data = tmp_path / "data"
    with serving(data, "--profile", "prod", "--tls", "--tls-port", "0") as server:
        file = data / "first-password.txt"
        assert str(file) in server.printed.replace("\n", "")
        login, password = file.read_text().split("\n")[:2]
        assert (login, file.stat().st_mode & 0o777) == ("login: admin", 0o600)
        secret = password.partition(": ")[2]
        assert len(secret) >= 16
        safe = server.word(r"(https://[a-z0-9:]+)")
        trust = ssl.create_default_context(cafile=str(data / "tls" / "ca.pem"))
        answer = httpx.get(f"{server.url}/login", trust_env=False)
        assert (answer.status_code, answer.headers["location"]) == (308, f"{safe}/login")
        assert ask(f"{server.url}/rest/server.time")["error_description"] == "Https required"
        over = httpx.get(f"{safe}/login", verify=trust, trust_env=False)
        assert over.headers[HSTS] == FOR_A_YEAR
        _, output = server.stop()
        assert secret not in server.printed + output
    assert data.stat().st_mode & 0o777 == 0o700
    (data / "secret.key").chmod(0o644)
    with serving(data, "--profile", "prod", "--tls", "--tls-port", "0") as again:
        printed = " ".join(again.printed.split())
        assert f"Others on this machine can get at {data}/secret.key (mode 0644)" in printed
        assert f"is still in {file}" in printed
    assert "secret.key (mode 0644)" in run("doctor", "--profile", "prod", "--data", str(data)).stdout
    assert "mode 0644" not in run("doctor", "--profile", "dev", "--data", str(data)).stdout
