"""The portal's own methods: what there is, who is calling, what time it is."""

from __future__ import annotations

import pytest

from botyard.model.people import Profile, UserKind
from botyard.model.permissions import PRIVATE
from botyard.portal import departments
from botyard.store import users
from tests.world import World

# What the integration tests of b24pysdk want to see beside the documented permissions.
UNDOCUMENTED = """appform baas calendarmobile catalogmobile configuration.import forum iblock im.import landing_cloud
notifications pull_channel rating rest smile tasks tasks_extended tasksmobile"""


def test_methods_lists_what_the_permissions_open(world: World) -> None:
    hook = world.add_webhook(world.admin.id, "im")
    listed = world.call("methods", hook).result
    assert "profile" in listed
    assert "user.get" not in listed
    assert "user.get" in world.call("methods", hook, full=True).result
    assert "user.get" in world.call("methods").result


def test_methods_of_one_permission_and_of_none(world: World) -> None:
    reading = ["user.current", "user.get", "user.search", "user.fields"]
    assert world.call("methods", scope="user").result == [*reading, "user.add", "user.update"]
    assert world.call("methods", scope="user_brief").result == reading
    common = world.call("methods", scope="").result
    assert {"batch", "methods", "scope", "profile", "app.info", "user.admin", "user.option.get"} <= set(common)
    assert not {"user.get", "user.current"} & set(common)
    assert not [name for name in common if name.startswith("im")]
    assert world.call("methods", scope="crm").result == []


def test_method_get_tells_existing_from_available(world: World) -> None:
    hook = world.add_webhook(world.admin.id, "im")
    assert world.call("method.get", hook, name="profile").result == {"isExisting": True, "isAvailable": True}
    assert world.call("method.get", hook, name="USER.Get").result == {"isExisting": True, "isAvailable": False}
    assert world.call("method.get", name="user.get").result == {"isExisting": True, "isAvailable": True}
    assert world.call("method.get", name="crm.deal.add").result == {"isExisting": False, "isAvailable": False}
    assert world.call("method.get").result == {"isExisting": False, "isAvailable": False}


def test_scope_lists_the_callers_permissions(world: World) -> None:
    assert world.call("scope", world.add_webhook(world.admin.id, "user,imbot,im")).result == ["im", "imbot", "user"]
    assert world.call("scope", world.add_app(scopes="im")).result == ["im"]


def test_full_scope_lists_every_permission_once(world: World) -> None:
    listed = world.call("scope", full=True).result
    assert len(listed) == len(set(listed)) > 60
    assert {"crm", "task", "booking", "user_brief", "sonet_group", *UNDOCUMENTED.split()} <= set(listed)
    assert {scope for method in world.context.registry for scope in method.scopes} - PRIVATE <= set(listed)


def test_server_time_is_in_the_documented_format(world: World) -> None:
    world.time = 1_722_848_533.4
    assert world.call("server.time").result == "2024-08-05T09:02:13+00:00"


def test_feature_get(world: World) -> None:
    assert world.call("feature.get", CODE="rest_auth_connector").result == {"value": "Y"}
    offline = world.context.registry.find("event.offline.get") is not None
    assert world.call("feature.get", CODE="rest_offline_extended").result == {"value": "Y" if offline else "N"}
    assert world.call("feature.get", CODE="time_travel").result == {"value": "N"}


@pytest.mark.parametrize("params", [{}, {"CODE": ""}, {"CODE": " "}])
def test_feature_get_wants_a_code(world: World, params: dict[str, str]) -> None:
    answer = world.call("feature.get", params=params)
    assert (answer.status, answer.error, answer.text) == (400, "CODE_EMPTY", "CODE can't be empty")


def test_profile_needs_no_permission_and_has_six_keys(world: World) -> None:
    assert world.call("profile", world.add_webhook(world.admin.id, "")).result == {
        "ID": str(world.admin.id),
        "ADMIN": True,
        "NAME": "Ada",
        "LAST_NAME": "Admin",
        "PERSONAL_GENDER": "",
        "TIME_ZONE": "",
    }
    assert world.call("profile", world.add_person("Ann")).result["ADMIN"] is False


def test_profile_shows_a_photo_where_there_is_one(world: World) -> None:
    photo = Profile(avatar="/avatar/ada.png")
    world.write(lambda tx: users.change(tx, world.admin.id, photo))
    assert world.call("profile").result["PERSONAL_PHOTO"] == "http://botyard.test/avatar/ada.png"


def test_access_name_names_groups_people_and_departments(world: World) -> None:
    sales = world.write(lambda tx: departments.add(tx, "Sales"))
    ann = world.add_person("Ann", "Lee")
    codes = ["G2", "AU", f"U{ann.id}", f"D{sales}", f"DR{sales}", "U999", "D999", "G77", "nonsense", "U"]
    named = world.call("access.name", ACCESS=codes).result
    assert list(named) == codes[:5]
    assert named["G2"] == {"provider": "", "name": "All visitors", "provider_id": "other"}
    assert named["AU"] == {"provider": "", "name": "All authorized users", "provider_id": "other"}
    assert named[f"U{ann.id}"]["name"] == "Ann Lee"
    assert named[f"D{sales}"]["name"] == "Sales"
    assert named[f"DR{sales}"]["name"].startswith("Sales: ")


@pytest.mark.parametrize("params", [{}, {"ACCESS": []}, {"ACCESS": ""}])
def test_access_name_without_codes_is_false(world: World, params: dict[str, object]) -> None:
    assert world.call("access.name", params=params).result is False


def test_access_name_tells_outsiders_nothing_of_the_house(world: World) -> None:
    sales = world.write(lambda tx: departments.add(tx, "Sales"))
    guest = world.add_person("Gil", kind=UserKind.EXTRANET)
    codes = ["G2", "AU", f"U{world.admin.id}", f"U{guest.id}", f"D{sales}"]
    assert list(world.call("access.name", guest, ACCESS=codes).result) == ["G2", "AU", f"U{guest.id}"]


def test_batch_goes_from_one_page_to_the_next(world: World) -> None:
    """The way b24pysdk reads long lists: each command begins after the last id of the one before."""
    for number in range(60):
        world.add_person(f"Name{number}")
    last, page = "$result[1][49][ID]", "user.get?order[ID]=ASC&start=-1&filter[>ID]="
    answer = world.call("batch", cmd={"1": page + "0", "2": page + last, "3": "profile", "4": "nope"}, halt=False)
    result = answer.result["result"]
    assert [len(result["1"]), len(result["2"])] == [50, 11]
    assert result["2"][0]["ID"] == str(int(result["1"][49]["ID"]) + 1)
    assert result["3"]["NAME"] == "Ada"
    assert answer.result["result_error"]["4"]["error"] == "ERROR_METHOD_NOT_FOUND"
    assert set(answer.result["result_time"]) == {"1", "2", "3"}
