"""An administrator who has agreed to less than an application asks for is asked again."""

from __future__ import annotations

from typing import Any

import pytest

from botyard.portal import apps
from botyard.store import consents
from tests.world import Answer, AppKey, Person, World

INSTALL = "https://app.test/install"


def wizard(world: World, scopes: str = "im,imbot,user") -> dict[str, Any]:
    made = world.call("botyard.app.add", TITLE="Robot", SCOPE=scopes, WIZARD=True, INSTALL_URL=INSTALL).result
    app = world.read(lambda tx: apps.find(tx, made["CLIENT_ID"]))
    assert app is not None
    return {"id": app.id, **made}


def decide(world: World, app_id: int, scopes: str, user_id: int = 0) -> None:
    """What somebody has let an application do."""
    world.write(lambda tx: consents.put(tx, app_id, user_id or world.admin.id, scopes=scopes))


def consent(world: World, app_id: int) -> set[str]:
    scopes = world.read(lambda tx: consents.find(tx, app_id, world.admin.id))
    return set((scopes or "").split(","))


def required(refused: Answer, scopes: str) -> bool:
    text = f"You have not agreed to these permissions: {scopes}"
    response = (refused.status, refused.error, refused.body["error_description"])
    return response == (403, "CONSENT_REQUIRED", text) and "AGREE=Y" in refused.headers["botyard-hint"]


@pytest.mark.parametrize(
    ("agreed", "beyond"), [("im", "imbot, user"), ("im,user,task", "imbot"), ("", "im, imbot, user")]
)
def test_an_installation_asks_for_what_was_not_agreed_to(portal: World, agreed: str, beyond: str) -> None:
    app = wizard(portal)
    decide(portal, app["id"], agreed)
    refused = portal.call("botyard.app.install", CLIENT_ID=app["CLIENT_ID"])
    assert required(refused, beyond)
    assert consent(portal, app["id"]) == set(agreed.split(","))
    begun = portal.call("botyard.app.install", CLIENT_ID=app["CLIENT_ID"], AGREE="Y").result
    assert set(portal.call("scope", begun["AUTH_ID"]).result) == {"im", "imbot", "user"}
    assert consent(portal, app["id"]) >= {"im", "imbot", "user"}
    # Who has agreed is not asked once more.
    assert portal.call("botyard.app.install", CLIENT_ID=app["CLIENT_ID"]).status == 200


def test_who_never_decided_or_agreed_to_all_is_not_asked(portal: World) -> None:
    app = wizard(portal)
    assert portal.call("botyard.app.install", CLIENT_ID=app["CLIENT_ID"]).status == 200
    decide(portal, app["id"], "user,imbot,im")
    assert portal.call("botyard.app.install", CLIENT_ID=app["CLIENT_ID"]).status == 200
    # What somebody else decided is theirs.
    decide(portal, app["id"], "", portal.add_person("Boss", admin=True).id)
    assert portal.call("botyard.app.install", CLIENT_ID=app["CLIENT_ID"]).status == 200


def test_more_permissions_are_agreed_to(portal: World) -> None:
    app = portal.add_app(scopes="im,imbot")
    decide(portal, app.id, "im")
    # Fewer permissions, and no new ones, take no consent; nor do other changes.
    changes: list[dict[str, Any]] = [{"SCOPE": "im"}, {"TITLE": "Robot"}, {"SCOPE": "im", "VERSION": 2}]
    for change in changes:
        assert portal.call("botyard.app.update", params={"CLIENT_ID": app.client_id, **change}).status == 200
    refused = portal.call("botyard.app.update", CLIENT_ID=app.client_id, SCOPE="im,user")
    assert required(refused, "user")
    assert portal.call("botyard.app.get", CLIENT_ID=app.client_id).result["SCOPE"] == ["im"]
    portal.call("botyard.app.update", CLIENT_ID=app.client_id, SCOPE="im,user", AGREE=True)
    assert portal.call("botyard.app.get", CLIENT_ID=app.client_id).result["SCOPE"] == ["im", "user"]
    assert consent(portal, app.id) == {"im", "user"}


def test_no_application_agrees_in_somebodys_name(portal: World) -> None:
    keeper, app = portal.add_app(scopes="botyard,im,imbot,user"), wizard(portal)
    decide(portal, app["id"], "im")
    for method, scopes in (("install", {}), ("update", {"SCOPE": "im,imbot,user,botyard"})):
        params = {"CLIENT_ID": app["CLIENT_ID"], "AGREE": "Y", **scopes}
        refused = portal.call(f"botyard.app.{method}", keeper, params=params)
        assert (refused.status, refused.error) == (403, "ACCESS_DENIED")
        assert "may agree to permissions" in refused.headers["botyard-hint"]
    assert consent(portal, app["id"]) == {"im"}


def test_no_application_gives_another_what_no_administrator_gave_it(portal: World) -> None:
    keeper, app = portal.add_app(scopes="botyard,im,imbot,user"), portal.add_app(scopes="im")

    def update(by: AppKey | Person, scopes: str, client_id: str = app.client_id) -> Answer:
        return portal.call("botyard.app.update", by, CLIENT_ID=client_id, SCOPE=scopes, AGREE="Y")

    def called(of: str) -> Person:
        url = portal.call("botyard.webhook.add", of).result["URL"]
        return Person(portal.admin.id, url.rstrip("/").rpartition("/")[-1])

    hook = called(keeper.token)
    for key in (keeper, hook):
        assert update(key, "im,user").error == "ACCESS_DENIED"
    unasked = portal.call("botyard.app.update", keeper, CLIENT_ID=app.client_id, SCOPE="im,user")
    assert required(unasked, "user")
    # What an administrator has given it may be taken and given back.
    assert update(portal.admin, "im,user").result["SCOPE"] == ["im", "user"]
    for scopes in ("im", "im,user"):
        assert update(keeper, scopes).result["SCOPE"] == scopes.split(",")
    assert update(portal.admin, "im").status == 200
    assert update(keeper, "im,user").error == "ACCESS_DENIED"
    # What it has registered itself it may give what it has, and no other application may.
    child = portal.call("botyard.app.add", keeper, TITLE="Child", SCOPE="im").result["CLIENT_ID"]
    assert update(hook, "im,user", child).error == "ACCESS_DENIED"
    assert update(portal.add_app(scopes="botyard,im,user"), "im,user", child).error == "ACCESS_DENIED"
    assert update(keeper, "im,user", child).result["SCOPE"] == ["im", "user"]
