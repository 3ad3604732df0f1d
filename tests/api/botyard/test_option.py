"""`botyard.option.*`: what a person's clients keep on the server."""

from __future__ import annotations

import pytest

from botyard.model.people import UserKind
from botyard.portal import options
from tests.world import World


def test_options_are_the_person_s_whatever_the_key(portal: World) -> None:
    ann, bob = portal.add_person("Ann"), portal.add_person("Bob")
    assert portal.call("botyard.option.get", ann).result == {}
    assert portal.call("botyard.option.set", ann, OPTIONS={"theme": "dark", "sound": {"on": True}}).result is True
    portal.call("botyard.option.set", ann, OPTIONS={"theme": "light"})
    app = portal.add_app(ann.id)
    for key in (ann, app, portal.add_webhook(ann.id)):
        assert portal.call("botyard.option.get", key, OPTION="theme").result == "light"
        assert portal.call("botyard.option.get", key).result == {"sound": {"on": True}, "theme": "light"}
    assert portal.call("botyard.option.get", bob).result == {}
    assert portal.call("botyard.option.get", ann, OPTION="other").result is None
    # What an application keeps is another thing.
    assert portal.call("user.option.get", app, option="theme").result is None


@pytest.mark.parametrize(
    "wanted",
    [{}, {"x" * 256: 1}, {"x": "y" * options.VALUE_MAX}, {f"n{number}": 1 for number in range(options.MOST + 1)}],
    ids=["none", "name", "value", "many"],
)
def test_which_options_are_not_kept(portal: World, wanted: dict[str, object]) -> None:
    ann = portal.add_person("Ann")
    assert portal.call("botyard.option.set", ann, OPTIONS=wanted).error == "ERROR_ARGUMENT"
    assert portal.call("botyard.option.get", ann).result == {}


def test_guests_have_none(portal: World) -> None:
    guest = portal.add_person("Gil", kind=UserKind.GUEST)
    for method in ("get", "set"):
        assert portal.call(f"botyard.option.{method}", guest, OPTIONS={"a": 1}).error == "AUTHORIZE_ERROR"


def test_they_go_with_the_account(portal: World) -> None:
    ann = portal.add_person("Ann")
    portal.call("botyard.option.set", ann, OPTIONS={"theme": "dark"})
    portal.call("botyard.user.deactivate", ID=ann.id)
    portal.call("botyard.user.delete", ID=ann.id)
    assert portal.count(f"options WHERE user_id = {ann.id}") == 0
