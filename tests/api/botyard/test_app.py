"""`botyard.app.*`: applications from their registration to their end, and what they are told."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest

from botyard.model.apps import MESSENGER
from tests.world import Answer, World

INSTALL = "https://app.test/install"
HANDLER = "https://app.test/"


def made(world: World, **more: Any) -> Any:
    """A new application."""
    params = {
        "TITLE": "Robot",
        "SCOPE": ["im", "imbot", "user"],
        "INSTALL_URL": INSTALL,
        "HANDLER_URL": HANDLER,
        **more,
    }
    return world.call("botyard.app.add", params=params).result


def events_of(world: World, *names: str) -> list[dict[str, Any]]:
    """The events of these kinds, as the log holds them."""
    return [body for kind, body in world.events() if kind in names]


def due(world: World) -> list[tuple[str, str]]:
    """``(event, address)`` of everything that bound handlers are to be told."""
    sql = """SELECT e.type, b.handler FROM deliveries d JOIN events e ON e.id = d.event_id
             JOIN bindings b ON d.recipient = 'binding:' || b.id WHERE d.state = 'waiting' ORDER BY d.id"""
    return [(row[0], row[1]) for row in world.read(lambda tx: tx.all(sql))]


def refreshed(world: World, app: Any, token: str) -> Answer:
    words = {
        "grant_type": "refresh_token",
        "client_id": app["CLIENT_ID"],
        "client_secret": app["CLIENT_SECRET"],
        "refresh_token": token,
    }
    return world.get(f"/oauth/token/?{urlencode(words)}")


def token_of(world: World, app: Any) -> str:
    rows = world.read(lambda tx: tx.all("SELECT id FROM apps WHERE client_id = :id", id=app["CLIENT_ID"]))
    return world.add_token(world.admin.id, int(rows[0][0]), "im,imbot")


def own_apps(world: World) -> list[dict[str, Any]]:
    """The applications that somebody registered."""
    return [app for app in world.call("botyard.app.list").result if not app["BUILT_IN"]]


def test_an_application_is_registered_and_told_that_it_is_installed(portal: World) -> None:
    app = made(portal)
    assert app["CLIENT_SECRET"].isalnum()
    assert (app["INSTALLED"], app["VERSION"], app["STATUS"], app["USERS"]) == (True, 1, "L", None)
    assert app["REDIRECT_URI"] == HANDLER
    assert due(portal) == [("AppInstalled", INSTALL)]
    [event] = events_of(portal, "AppInstalled")
    assert (event["actor_id"], event["owner"], event["version"]) == (portal.admin.id, f"app:{app['CLIENT_ID']}", "1")
    shown = portal.call("botyard.app.get", CLIENT_ID=app["CLIENT_ID"]).result
    assert shown == {name: value for name, value in app.items() if name != "CLIENT_SECRET"}
    assert own_apps(portal) == [shown]


def test_one_without_an_address_is_installed_in_silence(portal: World) -> None:
    app = made(portal, INSTALL_URL="", HANDLER_URL="", REDIRECT_URI="http://localhost:3000/back", SCOPE="im, imbot")
    assert (app["INSTALLED"], app["SCOPE"]) == (True, ["im", "imbot"])
    assert due(portal) == []


def test_a_wizard_finishes_its_installation_itself(portal: World) -> None:
    app = made(portal, WIZARD="Y")
    assert (app["INSTALLED"], due(portal), events_of(portal, "AppInstalled")) == (False, [], [])
    begun = portal.call("botyard.app.install", CLIENT_ID=app["CLIENT_ID"]).result
    assert (begun["INSTALLED"], begun["AUTH_EXPIRES"]) == (False, 3600)
    # A page that is not finished can call methods, but not renew its tokens.
    portal.call("event.bind", begun["AUTH_ID"], event="ONAPPINSTALL", handler="https://app.test/events")
    assert refreshed(portal, app, begun["REFRESH_ID"]).error == "invalid_client"
    assert portal.call("botyard.app.finish", begun["AUTH_ID"]).result is True
    assert portal.call("botyard.app.get", CLIENT_ID=app["CLIENT_ID"]).result["INSTALLED"] is True
    assert due(portal) == [("AppInstalled", "https://app.test/events")]
    # Saying it twice is no second installation.
    assert portal.call("botyard.app.finish", begun["AUTH_ID"]).result is True
    assert len(events_of(portal, "AppInstalled")) == 1
    assert refreshed(portal, app, begun["REFRESH_ID"]).status == 200


def test_nobody_finishes_the_installation_of_another(portal: World) -> None:
    app = made(portal, WIZARD=True)
    other = portal.add_app(scopes="im,imbot")
    assert portal.call("botyard.app.finish", other, CLIENT_ID=app["CLIENT_ID"]).error == "insufficient_scope"
    assert portal.call("botyard.app.finish", portal.add_webhook(portal.admin.id, "im")).error == "APP_NOT_FOUND"
    person = portal.add_person("Ben")
    assert portal.call("botyard.app.finish", portal.add_app(person.id)).error == "ACCESS_DENIED"
    assert portal.call("botyard.app.finish", CLIENT_ID=app["CLIENT_ID"]).result is True


def test_before_it_is_installed_nothing_is_due_to_it(portal: World) -> None:
    app = made(portal, WIZARD=True)
    begun = portal.call("botyard.app.install", CLIENT_ID=app["CLIENT_ID"]).result
    portal.call("event.bind", begun["AUTH_ID"], event="ONUSERADD", handler="https://app.test/events")
    portal.call("botyard.user.add", LOGIN="ben")
    assert due(portal) == []
    portal.call("botyard.app.finish", begun["AUTH_ID"])
    portal.call("botyard.user.add", LOGIN="cem")
    assert due(portal) == [("UserAdded", "https://app.test/events")]


def test_a_new_version_is_told(portal: World) -> None:
    app = made(portal)
    token = token_of(portal, app)
    portal.call("event.bind", token, event="ONAPPUPDATE", handler=HANDLER)
    changed = portal.call(
        "botyard.app.update", CLIENT_ID=app["CLIENT_ID"], TITLE="Robot II", VERSION=2, SCOPE="im"
    ).result
    assert (changed["TITLE"], changed["VERSION"], changed["SCOPE"]) == ("Robot II", 2, ["im"])
    assert (changed["INSTALL_URL"], changed["HANDLER_URL"]) == (INSTALL, HANDLER)
    [event] = events_of(portal, "AppUpdated")
    assert (event["version"], event["previous"]) == ("2", "1")
    assert due(portal)[-1] == ("AppUpdated", HANDLER)
    # Another title is no other version.
    portal.call("botyard.app.update", CLIENT_ID=app["CLIENT_ID"], TITLE="Robot III")
    assert len(events_of(portal, "AppUpdated")) == 1


def test_a_new_install_address_takes_the_place_of_the_old_one(portal: World) -> None:
    app = made(portal)
    portal.call("botyard.app.update", CLIENT_ID=app["CLIENT_ID"], INSTALL_URL="https://new.test/")
    portal.call("botyard.app.uninstall", CLIENT_ID=app["CLIENT_ID"])
    portal.call("botyard.app.update", CLIENT_ID=app["CLIENT_ID"], INSTALL_URL="https://newer.test/")
    assert portal.call("botyard.app.install", CLIENT_ID=app["CLIENT_ID"]).result == {"INSTALLED": True}
    assert due(portal) == [("AppInstalled", INSTALL), ("AppInstalled", "https://newer.test/")]


def test_an_application_that_is_uninstalled_is_told_and_holds_nothing_any_more(portal: World) -> None:
    app = made(portal)
    token = token_of(portal, app)
    portal.call("event.bind", token, event="ONAPPUNINSTALL", handler="https://app.test/bye")
    bot = portal.call(
        "imbot.register", token, CODE="r", EVENT_HANDLER=HANDLER, PROPERTIES={"NAME": "R"}, TYPE="B"
    ).result
    assert portal.call("botyard.app.uninstall", CLIENT_ID=app["CLIENT_ID"], CLEAN="Y").result is True
    [event] = events_of(portal, "AppRemoved")
    assert event["clean"] is True
    assert due(portal)[-1] == ("AppRemoved", "https://app.test/bye")
    assert portal.call("profile", token).error == "ERROR_OAUTH"
    assert portal.call("botyard.app.manifest", CLIENT_ID=app["CLIENT_ID"]).error == "ERROR_MANIFEST_IS_NOT_AVAILABLE"
    active = portal.read(lambda tx: tx.one("SELECT active FROM users WHERE id = :id", id=bot))
    assert active is not None
    assert active[0] == 0
    portal.call("botyard.app.install", CLIENT_ID=app["CLIENT_ID"])
    assert portal.call("profile", token).error == "invalid_token"


def test_an_application_that_is_deleted_is_not_found_any_more(portal: World) -> None:
    app = made(portal)
    token = token_of(portal, app)
    assert portal.call("botyard.app.delete", CLIENT_ID=app["CLIENT_ID"]).result is True
    assert portal.call("profile", token).error == "APPLICATION_NOT_FOUND"
    assert own_apps(portal) == []
    assert refreshed(portal, app, "any").error == "wrong_client"
    verbs = (
        "get",
        "update",
        "delete",
        "block",
        "unblock",
        "restrict",
        "install",
        "finish",
        "uninstall",
        "secret.rotate",
    )
    assert {portal.call(f"botyard.app.{verb}", CLIENT_ID=app["CLIENT_ID"]).error for verb in verbs} == {"APP_NOT_FOUND"}


def test_an_application_is_blocked_and_answered_again(portal: World) -> None:
    app = made(portal)
    token = token_of(portal, app)
    assert portal.call("botyard.app.block", CLIENT_ID=app["CLIENT_ID"]).result is True
    assert portal.call("profile", token).error == "OVERLOAD_LIMIT"
    assert portal.call("botyard.app.unblock", CLIENT_ID=app["CLIENT_ID"]).result is True
    assert portal.call("profile", token).status == 200


def test_a_new_secret_ends_the_one_before_and_no_token(portal: World) -> None:
    app = made(portal)
    issued = portal.call("botyard.token.issue", USER_ID=1, CLIENT_ID=app["CLIENT_ID"]).result
    rotated = portal.call("botyard.app.secret.rotate", CLIENT_ID=app["CLIENT_ID"]).result
    assert {*rotated} == {"CLIENT_ID", "CLIENT_SECRET"}
    assert rotated["CLIENT_SECRET"] not in ("", app["CLIENT_SECRET"])
    assert portal.call("profile", issued["ACCESS_TOKEN"]).status == 200
    assert refreshed(portal, app, issued["REFRESH_TOKEN"]).error == "invalid_client"
    renewed = refreshed(portal, {**app, **rotated}, issued["REFRESH_TOKEN"])
    assert renewed.status == 200
    assert portal.call("profile", renewed.body["access_token"]).status == 200
    [entry] = portal.call("botyard.audit.list", EVENT="app.secret.rotated").result["ENTRIES"]
    assert entry["SUBJECT"].startswith("app:")
    assert rotated["CLIENT_SECRET"] not in str(entry)


def test_whose_secret_nobody_gets(portal: World) -> None:
    """That of the web client, which has none, and that of an application with more permissions than the caller."""
    assert portal.call("botyard.app.secret.rotate", CLIENT_ID=MESSENGER).error == "APP_BUILT_IN"
    app = made(portal, SCOPE=["im", "imbot", "user"])
    less = portal.add_webhook(portal.admin.id, "botyard,im")
    answer = portal.call("botyard.app.secret.rotate", less, CLIENT_ID=app["CLIENT_ID"])
    assert (answer.status, answer.error) == (400, "ERROR_ARGUMENT")
    ben = portal.add_person("Ben")
    assert portal.call("botyard.app.secret.rotate", ben, CLIENT_ID=app["CLIENT_ID"]).error != ""
    assert (
        refreshed(
            portal,
            app,
            portal.call("botyard.token.issue", USER_ID=1, CLIENT_ID=app["CLIENT_ID"]).result["REFRESH_TOKEN"],
        ).status
        == 200
    )


def test_an_application_is_open_to_some_or_to_everybody(portal: World) -> None:
    ben = portal.add_person("Ben")
    app = made(portal, USERS=[ben.id])
    assert app["USERS"] == [ben.id]
    token = token_of(portal, app)
    assert portal.call("profile", token).error == "user_access_error"
    name = {"CLIENT_ID": app["CLIENT_ID"]}
    assert portal.call("botyard.app.restrict", params={**name, "USERS": [ben.id, portal.admin.id]}).result is True
    assert portal.call("profile", token).status == 200
    assert portal.call("botyard.app.restrict", params=name).error == "ERROR_ARGUMENT"
    assert portal.call("botyard.app.restrict", params={**name, "USERS": [99_999]}).error == "USER_NOT_FOUND"
    assert portal.call("botyard.app.restrict", params={**name, "USERS": "x"}).error == "INVALID_FORMAT"
    assert portal.call("botyard.app.restrict", params={**name, "EVERYBODY": True}).result is True
    assert portal.call("botyard.app.get", params=name).result["USERS"] is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"TITLE": " "},
        {"SCOPE": []},
        {"SCOPE": "im,magic"},
        {"REDIRECT_URI": "javascript:alert(1)"},
        {"REDIRECT_URI": "https://a.test/#part"},
        {"REDIRECT_URI": "https://name:word@a.test/"},
        {"REDIRECT_URI": "https://a.test/\r\nX: y"},
        {"REDIRECT_URI": "https://a.test;script-src/"},
        {"REDIRECT_URI": "//a.test/"},
        {"HANDLER_URL": "ftp://a.test/"},
        {"INSTALL_URL": "https://a.test:99999/"},
        {"INSTALL_URL": "https://" + "a" * 2000},
    ],
    ids=str,
)
def test_what_cannot_be_registered_is_named(world: World, wrong: dict[str, Any]) -> None:
    params = {"TITLE": "Robot", "SCOPE": "im", **wrong}
    assert world.call("botyard.app.add", params=params).error == "ERROR_ARGUMENT"
    assert own_apps(world) == []


@pytest.mark.parametrize(
    "method",
    [
        f"botyard.app.{verb}"
        for verb in ("add", "list", "get", "update", "delete", "block", "restrict", "install", "uninstall")
    ]
    + [f"botyard.webhook.{verb}" for verb in ("add", "list", "revoke")]
    + [f"botyard.user.{verb}" for verb in ("add", "list", "get", "update", "deactivate", "activate", "password")]
    + ["botyard.portal.get", "botyard.portal.switch"],
)
def test_administrators_only_and_with_the_permission(world: World, method: str) -> None:
    assert world.call(method, world.add_person("Ben")).error == "ACCESS_DENIED"
    assert world.call(method, world.add_webhook(world.admin.id, "im,imbot,user")).error == "insufficient_scope"


def test_secrets_are_shown_once(portal: World) -> None:
    app = made(portal)
    shown = str(portal.call("botyard.app.list").body) + str(
        portal.call("botyard.app.get", CLIENT_ID=app["CLIENT_ID"]).body
    )
    assert app["CLIENT_SECRET"] not in shown
    assert app["CLIENT_SECRET"] not in str(portal.read(lambda tx: tx.all("SELECT * FROM apps")))


@pytest.mark.parametrize("address", ["INSTALL_URL", "HANDLER_URL", "REDIRECT_URI"])
def test_a_lesser_key_leads_no_tokens_to_another_address(portal: World, address: str) -> None:
    """Installed again, the application would get tokens with permissions that the key has not."""
    app = made(portal)
    lesser = portal.add_webhook(portal.admin.id, scopes="botyard,im")
    moved: dict[str, Any] = {"CLIENT_ID": app["CLIENT_ID"], address: "https://other.test/"}
    answer = portal.call("botyard.app.update", lesser, **moved)
    assert (answer.status, "permission" in answer.text) == (400, True)
    same: dict[str, Any] = {**moved, address: app[address], "TITLE": "Renamed"}
    assert portal.call("botyard.app.update", lesser, **same).result["TITLE"] == "Renamed"
