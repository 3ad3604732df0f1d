"""`/online/`: the built web client as browsers get it."""

from __future__ import annotations

import gzip
import os
from pathlib import Path

import pytest

from botyard.store import apps
from botyard.web import client
from tests.web.browser import Browser
from tests.world import Answer, AppKey, World

PAGE = b"<!doctype html><title>Botyard</title>" + b" " * 500
SCRIPT = b"export const a = 1\n" * 100


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A built client."""
    built = tmp_path / "ui"
    (built / "assets").mkdir(parents=True)
    (built / "index.html").write_bytes(PAGE)
    (built / "assets" / "main-3f2a.js").write_bytes(SCRIPT)
    (built / "assets" / "main-3f2a.js.gz").write_bytes(gzip.compress(SCRIPT))
    (built / "icon.svg").write_text("<svg/>")
    (built / "icon.svg.gz").write_bytes(b"larger than what it packs")
    (built / "manifest.webmanifest").write_text("{}")
    (built / "sw.js").write_text("//")
    (built / ".stamp").write_text("1")
    (tmp_path / "secret.txt").write_text("no business of anybody")
    (built / "odd.xyz").write_bytes(b"1")
    monkeypatch.setattr(client, "FOLDER", built)
    return built


def get(world: World, path: str, verb: str = "GET", **headers: str) -> Answer:
    sent = {"host": "botyard.test", **{name.replace("_", "-"): value for name, value in headers.items()}}
    return world.request(verb, path, b"", sent)


def rules(answer: Answer) -> dict[str, str]:
    """The policy of a response, by directive."""
    pairs = [rule.strip().partition(" ") for rule in answer.headers["content-security-policy"].split(";")]
    return {name: value for name, _, value in pairs}


@pytest.mark.parametrize(
    "path",
    ["/online/", "/online/chat/chat42", "/online/?IM_DIALOG=chat42", "/online/index.html"],
)
def test_every_address_of_the_client_is_its_page(world: World, folder: Path, path: str) -> None:
    answer = get(world, path)
    assert (answer.status, answer.body) == (200, PAGE)
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["cache-control"] == "no-cache"


@pytest.mark.parametrize(
    ("path", "kind", "age"),
    [
        ("assets/main-3f2a.js", "text/javascript; charset=utf-8", "public, max-age=31536000, immutable"),
        ("icon.svg", "image/svg+xml", "no-cache"),
        ("manifest.webmanifest", "application/manifest+json", "no-cache"),
        ("sw.js", "text/javascript; charset=utf-8", "no-cache"),
        ("odd.xyz", "application/octet-stream", "no-cache"),
    ],
)
def test_files_are_what_they_are(world: World, folder: Path, path: str, kind: str, age: str) -> None:
    answer = get(world, f"/online/{path}")
    assert answer.status == 200
    assert (answer.headers["content-type"], answer.headers["cache-control"]) == (kind, age)
    assert answer.headers["x-content-type-options"] == "nosniff"
    head = get(world, f"/online/{path}", "HEAD")
    assert {**head.headers, "date": ""} == {**answer.headers, "date": ""}


@pytest.mark.parametrize("query", ["", "?params[docId]=42&URI=/x"])
def test_links_to_applications_lead_into_the_client(world: World, folder: Path, query: str) -> None:
    answer = get(world, f"/marketplace/view/local.66ba.1/{query}")
    assert answer.status == 303
    assert answer.headers["location"].replace("%5B", "[").replace("%5D", "]") == (
        f"/online/marketplace/view/local.66ba.1/{query}"
    )
    assert get(world, answer.headers["location"]).body == PAGE
    assert get(world, "/marketplace/view/").status == 404


def test_a_file_of_another_build_is_none(world: World, folder: Path) -> None:
    assert get(world, "/online/assets/main-0000.js").status == 404


@pytest.mark.parametrize(
    "path",
    [
        "/online/../secret.txt",
        "/online/%2e%2e/secret.txt",
        "/online/..%2fsecret.txt",
        "/online/assets/%2e%2e/%2e%2e/secret.txt",
        "/online/..%5csecret.txt",
        "/online//etc/passwd",
        "/online/.stamp",
        "/online/icon.svg.gz",
        "/online/assets",
        "/online/%00",
    ],
)
def test_nothing_else_can_be_read(world: World, folder: Path, path: str) -> None:
    answer = get(world, path)
    assert answer.status == 404 or answer.body == PAGE


def test_what_is_packed_is_sent_to_those_who_take_it(world: World, folder: Path) -> None:
    path = "/online/assets/main-3f2a.js"
    packed = get(world, path, accept_encoding="br, gzip;q=0.8")
    assert packed.headers["content-encoding"] == "gzip"
    assert gzip.decompress(packed.body) == SCRIPT
    for refused in ("", "identity", "gzip;q=0", "gzip; q=0.0", "x-gzip2"):
        plain = get(world, path, accept_encoding=refused)
        assert (plain.body, "content-encoding" in plain.headers) == (SCRIPT, False)
    assert packed.headers["etag"] != plain.headers["etag"]
    assert packed.headers["vary"] == "Accept-Encoding"
    assert "content-encoding" not in get(world, "/online/icon.svg", accept_encoding="gzip").headers


def test_what_is_known_is_not_sent_again(world: World, folder: Path) -> None:
    mark = get(world, "/online/").headers["etag"]
    for known in (mark, f"W/{mark}", f'"other", {mark}'):
        again = get(world, "/online/", if_none_match=known)
        assert (again.status, again.body, again.headers["etag"]) == (304, b"", mark)
    assert get(world, "/online/", if_none_match='"other"').status == 200


def test_a_new_build_is_shown_at_once(world: World, folder: Path) -> None:
    assert get(world, "/online/").body == PAGE
    (folder / "assets" / "main-9999.js").write_bytes(b"2")
    (folder / "index.html").write_bytes(b"<title>New</title>")
    os.utime(folder / "index.html", (1, 1))
    assert get(world, "/online/").body == b"<title>New</title>"
    assert get(world, "/online/assets/main-9999.js").body == b"2"


def test_nothing_is_inline_and_nothing_leaves_the_origin(world: World, folder: Path) -> None:
    assert rules(get(world, "/online/")) == {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self' blob:",
        "media-src": "'self' blob:",
        "font-src": "'self'",
        "connect-src": "'self' ws://botyard.test",
        "manifest-src": "'self'",
        "worker-src": "'self'",
        "frame-src": "'none'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
        "base-uri": "'none'",
    }


@pytest.mark.parametrize("host", ["evil.test; script-src *", "a b", "[::1]:8024", "x" * 300, "é.test"])
def test_no_name_gets_into_the_policy_that_is_none(world: World, folder: Path, host: str) -> None:
    assert rules(get(world, "/online/", host=host))["connect-src"] == "'self'"


def test_over_https_sockets_are_too(world: World, folder: Path) -> None:
    answer = Browser(world).get("/online/")
    assert rules(answer)["connect-src"] == "'self' wss://botyard.test"


def test_frames_are_those_of_installed_applications(portal: World, folder: Path) -> None:
    def add(title: str, **params: str) -> str:
        made = portal.call("botyard.app.add", None, {"TITLE": title, "SCOPE": "im", **params}).result
        return str(made["CLIENT_ID"])

    first = add("One", HANDLER_URL="https://One.test:8443/page?a=b")
    wizard = add("Two", INSTALL_URL="https://two.test/setup", WIZARD="Y")
    add("Three", HANDLER_URL="https://one.test:8443/other", INSTALL_URL="https://told.test/never-shown")
    add("Four", HANDLER_URL="http://[::1]:9000/")
    mark = get(portal, "/online/").headers["etag"]
    named = "http: https://one.test:8443 https://two.test"
    policy = rules(get(portal, "/online/"))
    assert (policy["frame-src"], policy["form-action"]) == (named, f"'self' {named}")
    # Files have nothing in frames, and no statement is made for them.
    assert rules(get(portal, "/online/sw.js"))["frame-src"] == "'none'"
    portal.call("botyard.app.delete", CLIENT_ID=wizard)
    portal.call("botyard.app.block", CLIENT_ID=first)
    changed = get(portal, "/online/", if_none_match=mark)
    assert changed.status == 200
    assert rules(changed)["frame-src"] == "http: https://one.test:8443"


def test_frames_are_those_bound_to_placements_too(portal: World, folder: Path) -> None:
    def frames() -> str:
        return rules(get(portal, "/online/"))["frame-src"]

    def bind(app: AppKey, place: str, handler: str, **more: object) -> None:
        answer = portal.call("placement.bind", app, params={"PLACEMENT": place, "HANDLER": handler, **more})
        assert answer.result is True

    notes, other = (portal.add_app(title=name, scopes="im,placement,user") for name in ("notes", "other"))
    assert frames() == "'none'"
    bind(notes, "IM_SIDEBAR", "https://Side.test/notes?a=b", OPTIONS={"iconName": "fa-star"})
    bind(notes, "USER_PROFILE_MENU", "https://side.test:8443/mine")
    bind(other, "PAGE_BACKGROUND_WORKER", "https://unseen.test/", OPTIONS={"errorHandlerUrl": "https://errors.test/"})
    # Nothing shows what older applications bind here.
    bind(other, "IM_SMILES_SELECTOR", "https://older.test/")
    assert frames() == "https://side.test https://side.test:8443 https://unseen.test"
    portal.call("placement.unbind", notes, PLACEMENT="USER_PROFILE_MENU")
    assert frames() == "https://side.test https://unseen.test"
    portal.call("botyard.app.block", CLIENT_ID=other.client_id)
    assert frames() == "https://side.test"
    portal.call("botyard.app.uninstall", CLIENT_ID=notes.client_id)
    assert frames() == "'none'"


def test_no_address_of_an_application_can_widen_the_policy(portal: World, folder: Path) -> None:
    key = portal.add_app(scopes="im")
    app = portal.read(lambda tx: apps.find(tx, key.id))
    assert app is not None
    for address in (
        "https://a.test; script-src *",
        "https://a b",
        "javascript:alert(1)",
        "https://[",
        "https://a.test'",
    ):
        changed = type(app)(**{name: getattr(app, name) for name in app.__struct_fields__} | {"handler_url": address})
        portal.write(lambda tx, changed=changed: apps.change(tx, changed))  # type: ignore[misc]
        assert rules(get(portal, "/online/"))["frame-src"] == "'none'"


def test_where_nothing_is_built_a_page_says_how(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "FOLDER", tmp_path / "none")
    for path in ("/online/", "/online/sw.js"):
        answer = get(world, path)
        assert answer.status == 503
        assert b"scripts/setup" in answer.body
        assert answer.headers["cache-control"] == "no-store"


def test_without_its_slash_it_is_led_there(world: World, folder: Path) -> None:
    answer = get(world, "/online?IM_DIALOG=chat42")
    assert (answer.status, answer.headers["location"]) == (303, "/online/?IM_DIALOG=chat42")


def test_browsers_that_open_the_portal_are_led_to_it(world: World, folder: Path) -> None:
    answer = get(world, "/", accept="text/html,application/xhtml+xml,*/*;q=0.8")
    assert (answer.status, answer.headers["location"], answer.headers["vary"]) == (303, "/online/", "Accept")
    for accept in ("", "*/*", "application/json"):
        answer = get(world, "/", accept=accept)
        assert (answer.status, answer.headers["vary"]) == (200, "Accept")
        assert answer.body["rest"].endswith("/rest/")


def test_only_its_own_verbs_are_taken(world: World, folder: Path) -> None:
    assert get(world, "/online/", "POST").status == 405
