"""app.option.*, user.option.*, user.admin and user.access."""

from __future__ import annotations

from typing import Any

import pytest

from botyard.model.people import UserKind
from botyard.portal import departments
from botyard.store import users
from tests.world import AppKey, World

SAMPLE = {"data": "value", "data2": "value2"}


@pytest.fixture
def app(portal: World) -> AppKey:
    return portal.add_app()


@pytest.mark.parametrize("family", ["app", "user"])
def test_options_are_kept(portal: World, app: AppKey, family: str) -> None:
    assert portal.call(f"{family}.option.set", app, options=SAMPLE).result is True
    assert portal.call(f"{family}.option.get", app).result == SAMPLE
    assert portal.call(f"{family}.option.get", app, option="data").result == "value"
    assert portal.call(f"{family}.option.get", app, option="none").result is None
    portal.call(f"{family}.option.set", app, options={"data": "new", "more": {"deep": [1, True, None]}})
    kept = {"data": "new", "data2": "value2", "more": {"deep": [1, True, None]}}
    assert portal.call(f"{family}.option.get", app).result == kept


@pytest.mark.parametrize("family", ["app", "user"])
def test_no_options_are_an_empty_object(portal: World, app: AppKey, family: str) -> None:
    answer = portal.post(f"/rest/{family}.option.get?auth={app.token}")
    assert answer.result == {}


def test_a_form_sends_options_too(portal: World, app: AppKey) -> None:
    form = f"auth={app.token}&options%5Bdata%5D=value&options%5Bdata2%5D=value2".encode()
    assert portal.post("/rest/app.option.set", form, "application/x-www-form-urlencoded").result is True
    assert portal.call("app.option.get", app).result == SAMPLE


def test_each_user_has_options_of_their_own(portal: World, app: AppKey) -> None:
    ann = portal.add_token(portal.add_person("Ann").id, app.id)
    portal.call("user.option.set", app, options=SAMPLE)
    portal.call("user.option.set", ann, options={"data": "of Ann"})
    assert portal.call("user.option.get", ann, option="data").result == "of Ann"
    assert portal.call("user.option.get", app, option="data").result == "value"
    assert portal.call("app.option.get", app, option="data").result is None


def test_each_application_has_options_of_its_own(portal: World, app: AppKey) -> None:
    portal.call("app.option.set", app, options=SAMPLE)
    assert portal.call("app.option.get", portal.add_app(title="Other"), option="data").result is None


@pytest.mark.parametrize("method", ["app.option.set", "user.option.set"])
@pytest.mark.parametrize("options", [None, {}, [], "", "text", 5])
def test_options_that_are_empty(portal: World, app: AppKey, method: str, options: Any) -> None:
    answer = portal.call(method, app, options=options)
    assert (answer.status, answer.error, answer.text) == (400, "ArgumentNullException", "options is empty")


@pytest.mark.parametrize("method", ["app.option.get", "app.option.set", "user.option.get", "user.option.set"])
def test_options_need_an_application(portal: World, method: str) -> None:
    answer = portal.call(method, portal.admin, options=SAMPLE)
    assert (answer.status, answer.error) == (403, "ACCESS_DENIED")
    answer = portal.call(method, portal.add_token(portal.admin.id, None), options=SAMPLE)
    assert (answer.status, answer.error, answer.text) == (400, "AccessException", "Application context required")


@pytest.mark.parametrize("method", ["app.option.get", "app.option.set", "user.option.get", "user.option.set"])
def test_guests_have_no_options(portal: World, app: AppKey, method: str) -> None:
    guest = portal.add_token(portal.add_person("Gus", kind=UserKind.GUEST).id, app.id)
    answer = portal.call(method, guest, options=SAMPLE)
    assert (answer.status, answer.error, answer.text) == (400, "AccessException", "User authorization required")


def test_the_options_of_an_application_are_set_by_administrators(portal: World, app: AppKey) -> None:
    ann = portal.add_token(portal.add_person("Ann").id, app.id)
    answer = portal.call("app.option.set", ann, options=SAMPLE)
    assert (answer.status, answer.error, answer.text) == (
        400,
        "AccessException",
        "Administrator authorization required",
    )
    assert portal.call("app.option.get", ann, option="data").result is None


def test_no_option_is_too_long(portal: World, app: AppKey) -> None:
    for options in ({"x" * 256: "value"}, {"data": "x" * 65_536}):
        assert portal.call("user.option.set", app, options=options).error == "ERROR_ARGUMENT"
    many = {f"name{number}": "" for number in range(1001)}
    answer = portal.call("user.option.set", app, options=many)
    assert (answer.error, answer.text) == ("ERROR_ARGUMENT", "No more than 1000 options can be kept")
    assert portal.post(f"/rest/user.option.get?auth={app.token}").result == {}


def test_who_is_an_administrator(portal: World) -> None:
    assert portal.call("user.admin").result is True
    assert portal.call("user.admin", portal.add_person("Ann")).result is False


def test_the_access_codes_of_a_person(portal: World) -> None:
    ann, bob = portal.add_person("Ann"), portal.add_person("Bob")

    async def hire(tx: Any) -> tuple[int, int, int]:
        top = await departments.add(tx, "House")
        sales = await departments.add(tx, "Sales", parent_id=top)
        await users.join_department(tx, ann.id, sales)
        return top, sales, await departments.add(tx, "Cellar", parent_id=top)

    top, sales, cellar = portal.write(hire)
    own = [f"U{ann.id}", "AU", "G2", f"D{sales}", f"DR{sales}", f"DR{top}"]
    others = [f"U{bob.id}", "G1", f"D{top}", f"D{cellar}", f"DR{cellar}", "nonsense"]
    assert all(portal.call("user.access", ann, ACCESS=[code]).result is True for code in own)
    assert not any(portal.call("user.access", ann, ACCESS=[code]).result for code in others)
    assert portal.call("user.access", ann, ACCESS=others + own).result is True
    assert portal.call("user.access", ann).result is False
    assert portal.call("user.access", ACCESS=others).result is True
