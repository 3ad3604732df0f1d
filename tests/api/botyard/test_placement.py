"""botyard.placement.list, .open, .renew and .begin: pages of applications in frames of the portal's own client."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from botyard.model.apps import MESSENGER
from botyard.model.people import UserKind
from tests.world import AppKey, World
from tests.worlds.records import Answer, Person

SCOPES = "placement,im,user,botyard"
OWN_PAGE = "https://app.example.com/index.php?a=1"
INSTALLER = "https://app.example.com/install"
SIDEBAR = "https://app.example.com/sidebar"


def session(world: World, user_id: int = 0) -> str:
    """A person's own token, as the portal's own client has one."""
    return world.add_token(user_id or world.admin.id, None, SCOPES)


def registrar(world: World) -> Person:
    """A key of the administrator that can give all of an application's permissions."""
    return world.add_webhook(world.admin.id, SCOPES)


def add(world: World, **params: Any) -> AppKey:
    """An application with a page of its own, and a key of it in the administrator's name."""
    plan = {"TITLE": "Notes", "SCOPE": SCOPES, "HANDLER_URL": OWN_PAGE, "INSTALL_URL": INSTALLER, "WIZARD": True}
    made = world.call("botyard.app.add", registrar(world), {**plan, **params}).result
    row = world.read(lambda tx: tx.one("SELECT MAX(id) FROM apps"))
    assert row is not None
    app_id = int(row[0])
    token = world.add_token(world.admin.id, app_id, SCOPES)
    key = AppKey(app_id, made["CLIENT_ID"], made["CLIENT_SECRET"], token, "", world.admin.id)
    if not params.get("WIZARD", True):
        return key
    world.call("botyard.app.finish", key)
    return key


def bind(world: World, app: AppKey, placement: str = "IM_SIDEBAR", **params: Any) -> None:
    options = {"iconName": "fa-bell", "errorHandlerUrl": SIDEBAR, **params.pop("OPTIONS", {})}
    plan = {"PLACEMENT": placement, "HANDLER": SIDEBAR, "OPTIONS": options, **params}
    assert world.call("placement.bind", app, plan).result is True


def opened(world: World, app: AppKey, by: str = "", **params: Any) -> Answer:
    return world.call("botyard.placement.open", by or session(world), {"CLIENT_ID": app.client_id, **params})


def listed(world: World, by: str) -> list[tuple[str, str]]:
    return [(each["PLACEMENT"], each["TITLE"]) for each in world.call("botyard.placement.list", by).result]


def test_the_own_page_is_opened_with_the_documented_data(portal: World) -> None:
    app = add(portal)
    page = opened(portal, app, ORIGIN="http://localhost:8024").result
    address = urlsplit(page["ADDRESS"])
    query = {name: value for name, [value] in parse_qs(address.query).items()}
    assert f"{address.scheme}://{address.netloc}{address.path}" == "https://app.example.com/index.php"
    assert query == {"a": "1", "DOMAIN": "localhost:8024", "PROTOCOL": "0", "LANG": "en", "APP_SID": page["SID"]}
    assert page["NAME"] == f"localhost:8024|0|{page['SID']}"
    fields = page["FIELDS"]
    assert set(fields) == {
        *("AUTH_ID", "AUTH_EXPIRES", "REFRESH_ID", "SERVER_ENDPOINT", "APPLICATION_TOKEN", "APPLICATION_SCOPE"),
        *("member_id", "status", "PLACEMENT", "PLACEMENT_OPTIONS"),
    }
    assert (fields["PLACEMENT"], json.loads(fields["PLACEMENT_OPTIONS"])) == ("DEFAULT", {"URI": "/online/"})
    assert (fields["status"], fields["AUTH_EXPIRES"], fields["APPLICATION_SCOPE"]) == ("L", "3600", "im,placement,user")
    assert fields["member_id"] == "0123456789abcdef0123456789abcdef"
    assert portal.call("app.info", fields["AUTH_ID"]).result["CODE"] == app.client_id


def test_what_the_library_is_told_first(world: World) -> None:
    app = add(world)
    world.call("app.option.set", app, options={"color": "red"})
    world.call("user.option.set", app, options={"size": 4})
    page = opened(world, app).result
    init = page["INIT"]
    assert {name: init[name] for name in ("AUTH_ID", "REFRESH_ID")} == {
        name: page["FIELDS"][name] for name in ("AUTH_ID", "REFRESH_ID")
    }
    del init["AUTH_ID"], init["REFRESH_ID"]
    assert init == {
        "AUTH_EXPIRES": 3600,
        "DOMAIN": "botyard.test",
        "PROTOCOL": "0",
        "PATH": "/rest",
        "LANG": "en",
        "MEMBER_ID": "0123456789abcdef0123456789abcdef",
        "IS_ADMIN": True,
        "APP_OPTIONS": {"color": "red"},
        "USER_OPTIONS": {"size": 4},
        "PLACEMENT": "DEFAULT",
        "PLACEMENT_OPTIONS": {"URI": "/online/"},
        "INSTALL": False,
        "FIRST_RUN": True,
    }


def test_the_first_time_is_noted_for_each_person(portal: World) -> None:
    app, key = add(portal), session(portal)
    other = session(portal, portal.add_person().id)
    assert portal.call("botyard.placement.begin", key, CLIENT_ID=app.client_id).result is True
    firsts = [opened(portal, app, by).result["INIT"]["FIRST_RUN"] for by in (key, other)]
    assert firsts == [False, True]


@pytest.mark.parametrize(
    ("placement", "sent", "passed"),
    [
        ("IM_SIDEBAR", {"dialogId": "chat5", "more": 1}, {"dialogId": "chat5", "URI": "/online/"}),
        ("IM_TEXTAREA", {"DIALOGID": 7}, {"dialogId": "7", "URI": "/online/"}),
        (
            "IM_CONTEXT_MENU",
            {"dialogId": "chat5", "messageId": 24},
            {"messageId": "24", "dialogId": "chat5", "URI": "/online/"},
        ),
        ("IM_NAVIGATION", {"dialogId": "chat5"}, {"URI": "/online/"}),
        ("IMMOBILE_CONTEXT_MENU", {"dialogId": "chat5"}, {"dialogId": "chat5"}),
        ("REST_APP_URI", {"docId": 42, "URI": "/mine/"}, {"docId": "42", "URI": "/mine/"}),
        ("PAGE_BACKGROUND_WORKER", {}, {"ID": "PAGE_BACKGROUND_WORKER", "URI": "/online/"}),
        ("USER_PROFILE_MENU", {"USER_ID": 77}, {"USER_ID": "1", "URI": "/online/"}),
        ("LEFT_MENU", {}, {"URI": "/online/"}),
    ],
)
def test_what_a_placement_passes_on(
    world: World, placement: str, sent: Mapping[str, Any], passed: Mapping[str, Any]
) -> None:
    app = add(world)
    bind(world, app, placement)
    page = opened(world, app, PLACEMENT=placement, OPTIONS=sent).result
    assert page["ADDRESS"].startswith(f"{SIDEBAR}?DOMAIN=")
    assert page["FIELDS"]["PLACEMENT"] == page["INIT"]["PLACEMENT"] == placement
    assert json.loads(page["FIELDS"]["PLACEMENT_OPTIONS"]) == page["INIT"]["PLACEMENT_OPTIONS"] == passed
    assert page["INIT"]["FIRST_RUN"] is (placement != "PAGE_BACKGROUND_WORKER")


def test_an_application_that_opens_itself_passes_what_it_likes(world: World) -> None:
    page = opened(world, add(world), OPTIONS={"opened": True, "bx24_width": 450, "list": [1, {"a": "b"}]}).result
    assert page["INIT"]["PLACEMENT_OPTIONS"] == {
        "opened": True,
        "bx24_width": 450,
        "list": [1, {"a": "b"}],
        "URI": "/online/",
    }


def test_too_much_is_refused(world: World) -> None:
    assert opened(world, add(world), OPTIONS={"a": "x" * 70_000}).error == "ERROR_ARGUMENT"


@pytest.mark.parametrize("origin", ["javascript:alert(1)", "https://example.com/path", "example.com", "https://a b/"])
def test_what_is_no_origin(world: World, origin: str) -> None:
    assert opened(world, add(world), ORIGIN=origin).error == "ERROR_ARGUMENT"


def test_only_the_portals_own_client_opens_applications(world: World) -> None:
    app = add(world)
    other = world.add_app(scopes="im,placement")
    made = world.call("botyard.token.issue", USER_ID=world.admin.id, SCOPE="im").result["ACCESS_TOKEN"]
    for method in ("botyard.placement.open", "botyard.placement.renew", "botyard.placement.begin"):
        for key in (app, other, world.admin):
            answer = world.call(method, key, CLIENT_ID=app.client_id)
            assert (answer.status, answer.error) == (403, "ACCESS_DENIED")
        assert world.call(method, made, CLIENT_ID=app.client_id).status == 200
        assert world.call(method, world.add_token(1, None, "user"), CLIENT_ID=app.client_id).error == (
            "insufficient_scope"
        )


def test_the_web_client_is_the_portals_own(world: World) -> None:
    app = add(world)
    app_id = world.read(lambda tx: tx.one("SELECT id FROM apps WHERE client_id = :id", id=MESSENGER))
    if app_id is None:
        pytest.skip("the web client is not registered yet")
    token = world.add_token(world.admin.id, app_id[0], "im")
    assert world.call("botyard.placement.open", token, CLIENT_ID=app.client_id).status == 200


def test_nobody_gets_tokens_of_the_web_client_so(portal: World) -> None:
    """It may do far more in a person's name than a key that opens pages, and tokens come from signing in alone."""
    for method in ("botyard.placement.open", "botyard.placement.renew", "botyard.placement.begin"):
        answer = portal.call(method, session(portal), CLIENT_ID=MESSENGER)
        assert (answer.status, "AUTH_ID" in answer.body) == (400, False)
        assert answer.error == portal.call(method, session(portal), CLIENT_ID="local.none").error


def test_a_persons_own_token_gives_no_more_than_it_may_do_itself(world: World) -> None:
    app = add(world)
    made = world.call("botyard.token.issue", USER_ID=world.admin.id, SCOPE="im").result["ACCESS_TOKEN"]
    page = world.call("botyard.placement.open", made, CLIENT_ID=app.client_id).result
    renewed = world.call("botyard.placement.renew", made, CLIENT_ID=app.client_id).result
    assert page["FIELDS"]["APPLICATION_SCOPE"] == "im"
    for token in (page["FIELDS"]["AUTH_ID"], renewed["AUTH_ID"]):
        assert world.call("im.recent.list", token).status == 200
        assert world.call("user.current", token).error == "insufficient_scope"


def test_a_page_gets_new_tokens(world: World) -> None:
    app = add(world)
    before = opened(world, app).result["INIT"]
    after = world.call("botyard.placement.renew", session(world), CLIENT_ID=app.client_id).result
    assert set(after) == {"AUTH_ID", "REFRESH_ID", "AUTH_EXPIRES"}
    assert after["AUTH_ID"] != before["AUTH_ID"]
    for key in (before["AUTH_ID"], after["AUTH_ID"]):
        assert world.call("profile", key).result["ID"] == str(world.admin.id)


def test_the_installer_is_for_administrators(portal: World) -> None:
    plan = {"TITLE": "Notes", "SCOPE": SCOPES, "HANDLER_URL": OWN_PAGE, "INSTALL_URL": INSTALLER, "WIZARD": True}
    client_id = portal.call("botyard.app.add", registrar(portal), plan).result["CLIENT_ID"]
    ann, admin = session(portal, portal.add_person().id), session(portal)
    assert (listed(portal, ann), listed(portal, admin)) == ([], [("DEFAULT", "Notes")])
    refused = portal.call("botyard.placement.open", ann, CLIENT_ID=client_id)
    assert (refused.status, refused.error) == (400, "APP_NOT_INSTALLED")
    page = portal.call("botyard.placement.open", admin, CLIENT_ID=client_id).result
    assert page["ADDRESS"].startswith(f"{INSTALLER}?")
    assert page["INIT"]["INSTALL"] is True
    # The page binds its placements and says that it is done, with the tokens that it got.
    key = page["INIT"]["AUTH_ID"]
    bound = {"PLACEMENT": "IM_SIDEBAR", "HANDLER": SIDEBAR, "TITLE": "Side", "OPTIONS": {"iconName": "fa-bell"}}
    assert portal.call("placement.bind", key, bound).result is True
    assert listed(portal, admin) == [("DEFAULT", "Notes")]
    assert portal.call("botyard.app.finish", key).result is True
    assert listed(portal, ann) == [("DEFAULT", "Notes"), ("IM_SIDEBAR", "Side")]
    page = portal.call("botyard.placement.open", admin, CLIENT_ID=client_id).result
    assert (page["ADDRESS"].startswith(f"{OWN_PAGE}&DOMAIN="), page["INIT"]["INSTALL"]) == (True, False)


def test_who_sees_what(portal: World) -> None:
    app, admin = add(portal), session(portal)
    bind(portal, app, TITLE="All", LANG_ALL={"de": {"TITLE": "Alle"}})
    bind(portal, app, TITLE="Admins", OPTIONS={"role": "ADMIN"})
    bind(portal, app, TITLE="Guests too", OPTIONS={"extranet": "Y"})
    bind(portal, app, "IM_SMILES_SELECTOR", TITLE="Smiles")
    ann = session(portal, portal.add_person().id)
    outsider = session(portal, portal.add_person(kind=UserKind.EXTRANET).id)
    guest = session(portal, portal.add_person(kind=UserKind.GUEST).id)
    own = ("DEFAULT", "Notes")
    rows = [("IM_SIDEBAR", title) for title in ("All", "Admins", "Guests too")]
    assert listed(portal, admin) == [own, *rows]
    assert listed(portal, ann) == [own, rows[0], rows[2]]
    assert listed(portal, outsider) == [rows[2]]
    assert portal.call("botyard.placement.list", guest).error == "AUTHORIZE_ERROR"
    ids = {each["TITLE"]: each["ID"] for each in portal.call("botyard.placement.list", admin).result}
    for key, title, status in ((ann, "Admins", 400), (outsider, "All", 400), (outsider, "Guests too", 200)):
        assert opened(portal, app, key, PLACEMENT="IM_SIDEBAR", ID=ids[title]).status == status
    portal.call("user.update", ID=portal.admin.id, PERSONAL_LANG="de")
    portal.call("botyard.app.restrict", CLIENT_ID=app.client_id, USERS=[portal.admin.id])
    assert (listed(portal, ann), len(listed(portal, admin))) == ([], 4)
    assert opened(portal, app, ann).error == "APP_NOT_FOUND"
    portal.call("botyard.app.block", CLIENT_ID=app.client_id)
    assert listed(portal, admin) == []
    assert opened(portal, app).error == "APP_NOT_FOUND"


def test_what_is_missing_is_told(world: World) -> None:
    app = add(world)
    assert opened(world, app, PLACEMENT="IM_SIDEBAR").error == "PAGE_NOT_FOUND"
    bind(world, app)
    assert opened(world, app, PLACEMENT="IM_SIDEBAR", ID=4711).error == "PAGE_NOT_FOUND"
    assert world.call("botyard.placement.open", session(world), CLIENT_ID="local.nothing").error == "APP_NOT_FOUND"


def test_who_has_taken_access_back_is_asked(world: World) -> None:
    app, ann = add(world), world.add_person()
    key, own = session(world, ann.id), world.add_token(ann.id, None, "botyard.self")
    first = opened(world, app, key).result["INIT"]["AUTH_ID"]
    assert world.call("botyard.consent.revoke", own, CLIENT_ID=app.client_id).result is True
    assert world.call("profile", first).status == 401
    answer = opened(world, app, key)
    assert (answer.status, answer.error) == (403, "CONSENT_REQUIRED")
    assert world.call("botyard.placement.renew", key, CLIENT_ID=app.client_id).error == "CONSENT_REQUIRED"
    again = opened(world, app, key, AGREE="Y").result["FIELDS"]
    assert again["APPLICATION_SCOPE"] == "im,placement,user"
    assert opened(world, app, key).status == 200
    # Administration is given on the page of consent only.
    assert world.call("botyard.app.list", again["AUTH_ID"]).status in (401, 403)


def test_tokens_never_administer_unless_the_person_agreed_on_the_page(world: World) -> None:
    app = add(world)
    token = opened(world, app).result["INIT"]["AUTH_ID"]
    assert world.call("botyard.app.list", token).error == "insufficient_scope"
