"""placement.bind, placement.unbind, placement.get and placement.list."""

from __future__ import annotations

from typing import Any

import pytest

from botyard.model.people import UserKind
from botyard.portal import placements
from tests.world import AppKey, World

SCOPES = "placement,im,user"
HANDLER = "https://example.com/frame/?from=botyard"
SIDEBAR = {"PLACEMENT": "IM_SIDEBAR", "HANDLER": HANDLER, "OPTIONS": {"iconName": "fa-file-text-o"}}
METHODS = ("placement.bind", "placement.unbind", "placement.get", "placement.list")


@pytest.fixture
def app(portal: World) -> AppKey:
    """An application with a token of the administrator."""
    return portal.add_app(scopes=SCOPES)


def bound(world: World, app: AppKey) -> list[dict[str, Any]]:
    handlers: list[dict[str, Any]] = world.call("placement.get", app).result
    return handlers


def test_a_page_is_bound_with_what_the_documentation_lists(portal: World, app: AppKey) -> None:
    texts = {"TITLE": "Titel", "DESCRIPTION": "Beschreibung", "GROUP_NAME": "Gruppe"}
    options = {"iconName": "fa-file-text-o", "context": "CHAT;LINES", "role": "ADMIN", "extranet": "Y", "color": "LIME"}
    params = {**SIDEBAR, "OPTIONS": options, "TITLE": "Notes", "DESCRIPTION": "Of a chat", "LANG_ALL": {"de": texts}}
    assert portal.call("placement.bind", app, {**params, "GROUP_NAME": "Group"}).result is True
    assert bound(portal, app) == [
        {
            "placement": "IM_SIDEBAR",
            "userId": 0,
            "handler": HANDLER,
            "options": options,
            "title": "Notes",
            "description": "Of a chat",
            "langAll": {"de": texts},
        }
    ]


def test_options_have_defaults_and_others_are_left_out(portal: World, app: AppKey) -> None:
    options = {"ICONNAME": "fa-bell", "context": "USER;ALL", "more": 1}
    portal.call("placement.bind", app, {**SIDEBAR, "OPTIONS": options})
    portal.call("placement.bind", app, {**SIDEBAR, "PLACEMENT": "IM_TEXTAREA"})
    portal.call("placement.bind", app, PLACEMENT="LEFT_MENU", HANDLER=HANDLER, OPTIONS={"iconName": "fa-bell"})
    audience = {"extranet": "N", "context": "ALL", "role": "USER"}
    assert [handler["options"] for handler in bound(portal, app)] == [
        {"iconName": "fa-bell", **audience},
        {"iconName": "fa-file-text-o", **audience, "width": 100, "height": 100},
        [],
    ]


def test_the_same_page_is_described_anew_and_one_of_another_title_is_another(portal: World, app: AppKey) -> None:
    for description in ("first", "second"):
        portal.call("placement.bind", app, {**SIDEBAR, "TITLE": "Notes", "DESCRIPTION": description})
    portal.call("placement.bind", app, {**SIDEBAR, "TITLE": "Tasks"})
    assert [(each["title"], each["description"]) for each in bound(portal, app)] == [("Notes", "second"), ("Tasks", "")]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"PLACEMENT": ""}, "ERROR_ARGUMENT"),
        ({"PLACEMENT": ["IM_SIDEBAR"]}, "ERROR_ARGUMENT"),
        ({"HANDLER": ""}, "ERROR_ARGUMENT"),
        ({"PLACEMENT": "IM_NOWHERE"}, "ERROR_PLACEMENT_NOT_FOUND"),
        ({"PLACEMENT": "DEFAULT"}, "ERROR_PLACEMENT_NOT_FOUND"),
        ({"PLACEMENT": "CRM_DEAL_DETAIL_TAB"}, "ERROR_PLACEMENT_NOT_FOUND"),
        ({"HANDLER": "ftp://example.com/"}, "ERROR_UNSUPPORTED_PROTOCOL"),
        ({"HANDLER": "example.com/frame"}, "ERROR_WRONG_HANDLER_URL"),
        ({"HANDLER": "javascript:alert(1)"}, "ERROR_WRONG_HANDLER_URL"),
        ({"HANDLER": "https://a:b@example.com/"}, "ERROR_WRONG_HANDLER_URL"),
        ({"USER_ID": 1}, "ERROR_PLACEMENT_USER_MODE"),
        ({"OPTIONS": {}}, "ERROR_ARGUMENT"),
        ({"OPTIONS": {"iconName": "<b>"}}, "ERROR_ARGUMENT"),
        ({"OPTIONS": {"iconName": "fa-x", "context": "CHAT;EVERYWHERE"}}, "INVALID_ERROR_CONTEXT"),
        ({"OPTIONS": {"iconName": "fa-x", "extranet": "maybe"}}, "INVALID_ERROR_EXTRANET"),
        ({"OPTIONS": {"iconName": "fa-x", "role": "OWNER"}}, "INVALID_ERROR_ROLE"),
        ({"OPTIONS": {"iconName": "fa-x", "color": "INFRARED"}}, "ERROR_ARGUMENT"),
        ({"PLACEMENT": "IM_TEXTAREA", "OPTIONS": {"iconName": "fa-x", "width": -1}}, "ERROR_ARGUMENT"),
        ({"PLACEMENT": "PAGE_BACKGROUND_WORKER", "OPTIONS": {}}, "EMPTY_ERROR_HANDLER_URL"),
        ({"PLACEMENT": "PAGE_BACKGROUND_WORKER", "OPTIONS": {"errorHandlerUrl": "x"}}, "ERROR_WRONG_HANDLER_URL"),
    ],
)
def test_what_is_refused(portal: World, app: AppKey, change: dict[str, Any], code: str) -> None:
    answer = portal.call("placement.bind", app, {**SIDEBAR, **change})
    assert (answer.status, answer.error) == (400, code)
    assert bound(portal, app) == []


def test_an_empty_parameter_is_named_beside_the_error(portal: World, app: AppKey) -> None:
    answer = portal.call("placement.bind", app, {**SIDEBAR, "PLACEMENT": ""})
    assert answer.body["argument"] == "PLACEMENT"
    assert answer.text == "Argument 'PLACEMENT' is null or empty"
    batch = portal.call("batch", app, cmd={"bind": {"method": "placement.bind", "params": {**SIDEBAR, "OPTIONS": {}}}})
    assert batch.result["result_error"]["bind"]["argument"] == "iconName"
    other = portal.call("placement.unbind", app, PLACEMENT=7.5)
    assert other.text == "The value of an argument 'PLACEMENT' must be of type string"


@pytest.mark.parametrize("place", ["REST_APP_URI", "PAGE_BACKGROUND_WORKER"])
def test_some_placements_take_one_page(portal: World, app: AppKey, place: str) -> None:
    params = {"PLACEMENT": place, "HANDLER": HANDLER, "OPTIONS": {"errorHandlerUrl": HANDLER}}
    assert portal.call("placement.bind", app, params).result is True
    assert portal.call("placement.bind", app, params).error == "ERROR_PLACEMENT_MAX_COUNT"
    other = portal.add_app(scopes=SCOPES)
    assert portal.call("placement.bind", other, params).result is True


def test_a_background_page_can_be_for_one_person(portal: World, app: AppKey) -> None:
    ann = portal.add_person()
    params = {"PLACEMENT": "PAGE_BACKGROUND_WORKER", "HANDLER": HANDLER, "OPTIONS": {"errorHandlerUrl": HANDLER}}
    for user_id in (ann.id, portal.admin.id):
        portal.call("placement.bind", app, params, USER_ID=user_id)
    assert [handler["userId"] for handler in bound(portal, app)] == [ann.id, portal.admin.id]
    unbind = {"PLACEMENT": "PAGE_BACKGROUND_WORKER", "USER_ID": ann.id}
    assert portal.call("placement.unbind", app, unbind).result == {"count": 2}
    assert [handler["userId"] for handler in bound(portal, app)] == [portal.admin.id]


def test_unbinding_counts_what_is_there_and_what_is_removed(portal: World, app: AppKey) -> None:
    for number in range(3):
        portal.call("placement.bind", app, {**SIDEBAR, "HANDLER": f"{HANDLER}&n={number}"})
    first = {"PLACEMENT": "im_sidebar", "HANDLER": f"{HANDLER}&n=0"}
    assert portal.call("placement.unbind", app, first).result == {"count": 2}
    assert portal.call("placement.unbind", app, PLACEMENT="IM_SIDEBAR").result == {"count": 4}
    assert portal.call("placement.unbind", app, PLACEMENT="IM_SIDEBAR").result == {"count": 0}
    assert portal.call("placement.unbind", app, PLACEMENT="IM_SIDEBAR", USER_ID=5).result == {"count": 0}


def test_an_application_has_its_own_pages_only(portal: World, app: AppKey) -> None:
    portal.call("placement.bind", app, SIDEBAR)
    other = portal.add_app(scopes=SCOPES)
    assert bound(portal, other) == []
    assert portal.call("placement.unbind", other, PLACEMENT="IM_SIDEBAR").result == {"count": 0}
    assert len(bound(portal, app)) == 1


@pytest.mark.parametrize("method", METHODS)
def test_webhooks_and_people_are_refused_whatever_their_permissions(portal: World, method: str) -> None:
    for key in (portal.admin, portal.add_webhook(portal.admin.id, SCOPES), portal.add_token(portal.admin.id, None)):
        answer = portal.call(method, key, SIDEBAR)
        assert (answer.status, answer.error) == (403, "WRONG_AUTH_TYPE")


@pytest.mark.parametrize("method", METHODS)
def test_the_permission_is_needed(portal: World, method: str) -> None:
    assert portal.call(method, portal.add_app(scopes="im"), SIDEBAR).error == "insufficient_scope"


def test_people_who_are_no_administrators_see_the_list_only(portal: World, app: AppKey) -> None:
    key = portal.add_token(portal.add_person().id, app.id, SCOPES)
    for method in METHODS[:3]:
        answer = portal.call(method, key, SIDEBAR)
        assert (answer.status, answer.error, answer.text) == (403, "ACCESS_DENIED", "Access denied!")
    assert "IM_SIDEBAR" in portal.call("placement.list", key).result


def test_the_list_depends_on_permissions(portal: World) -> None:
    few, more = portal.add_app(scopes="placement"), portal.add_app(scopes="placement,crm")
    messenger = ["IM_TEXTAREA", "IM_SIDEBAR", "IM_CONTEXT_MENU", "IM_NAVIGATION"]
    assert portal.call("placement.list", few, SCOPE="im").result == messenger
    listed = portal.call("placement.list", few).result
    assert {*messenger, "LEFT_MENU", "REST_APP_URI", "PAGE_BACKGROUND_WORKER"} <= set(listed)
    assert not any(code.startswith(("CRM_", "TASK_")) for code in listed)
    assert "CRM_DEAL_DETAIL_TAB" in portal.call("placement.list", more).result
    assert all(code.startswith("TASK_") for code in portal.call("placement.list", few, SCOPE="task").result)
    assert {"TASK_VIEW_TAB", "CRM_LEAD_LIST_MENU"} <= set(portal.call("placement.list", few, FULL="Y").result)
    assert portal.call("placement.list", few, SCOPE="nothing").result == []


def test_placements_of_tools_that_are_not_here_can_be_bound(portal: World) -> None:
    app = portal.add_app(scopes="placement,crm")
    for code in ("CRM_DEAL_DETAIL_TAB", "CRM_DYNAMIC_183_DETAIL_TAB"):
        assert portal.call("placement.bind", app, PLACEMENT=code, HANDLER=HANDLER).result is True
    unknown = portal.call("placement.bind", app, PLACEMENT="CRM_DYNAMIC_X_DETAIL_TAB", HANDLER=HANDLER)
    assert unknown.error == "ERROR_PLACEMENT_NOT_FOUND"


def test_there_is_a_limit(portal: World, app: AppKey) -> None:
    for number in range(placements.MOST):
        portal.call("placement.bind", app, {**SIDEBAR, "HANDLER": f"https://example.com/{number}"})
    answer = portal.call("placement.bind", app, SIDEBAR)
    assert (answer.error, len(bound(portal, app))) == ("ERROR_ARGUMENT", placements.MOST)


def test_long_texts_are_cut_and_languages_counted(portal: World, app: AppKey) -> None:
    languages = {f"l{number}": {"TITLE": "x" * 1000, "MORE": "y"} for number in range(200)}
    portal.call("placement.bind", app, {**SIDEBAR, "TITLE": "x" * 1000, "LANG_ALL": {**languages, "en": "no object"}})
    [handler] = bound(portal, app)
    assert len(handler["title"]) == 255
    assert len(handler["langAll"]) == 50
    assert handler["langAll"]["l0"] == {"TITLE": "x" * 255, "DESCRIPTION": "", "GROUP_NAME": ""}


def test_pages_go_with_the_application_and_with_the_person(portal: World, app: AppKey) -> None:
    ann = portal.add_person(kind=UserKind.EMPLOYEE)
    params = {"PLACEMENT": "PAGE_BACKGROUND_WORKER", "HANDLER": HANDLER, "OPTIONS": {"errorHandlerUrl": HANDLER}}
    portal.call("placement.bind", app, params, USER_ID=ann.id)
    portal.call("placement.bind", app, SIDEBAR)
    assert portal.call("botyard.user.delete", ID=ann.id).result is True
    assert [handler["placement"] for handler in bound(portal, app)] == ["IM_SIDEBAR"]
    portal.call("botyard.app.uninstall", CLIENT_ID=app.client_id)
    assert portal.count("placements") == 0
