"""`im.department.*`: who works where, who leads whom."""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest

from botyard.model.people import Profile, UserKind
from botyard.store import users
from botyard.store.engines.db import Tx
from tests.world import Person, World


class Company(NamedTuple):
    """The top of Ann with Sales of Bob, Retail of Cid below that, and Support of nobody."""

    world: World
    top: int
    sales: int
    retail: int
    support: int
    ann: Person
    bob: Person
    cid: Person
    dan: Person
    eve: Person

    def colleagues(self, of: Person, **params: Any) -> list[Any]:
        colleagues: list[Any] = self.world.call("im.department.colleagues.list", of, params).result
        return colleagues


@pytest.fixture
def company(portal: World) -> Company:
    ann, bob, cid, dan, eve = (portal.add_person(name) for name in ("Ann", "Bob", "Cid", "Dan", "Eve"))
    gone = portal.add_person("Gone")
    ids: list[int] = []
    for name, parent, head in (("Company", -1, ann), ("Sales", 0, bob), ("Retail", 1, cid), ("Support", 0, None)):
        above, head_id = (ids[parent] if parent >= 0 else 0), (head.id if head else 0)
        ids.append(portal.call("department.add", NAME=name, PARENT=above, UF_HEAD=head_id).result)
    top, sales, retail, support = ids
    places = ((ann, top), (bob, sales), (cid, retail), (dan, retail), (eve, support), (gone, retail))

    async def place(tx: Tx) -> None:
        for person, department in places:
            await users.join_department(tx, person.id, department)

    portal.write(place)
    portal.write(lambda tx: users.set_active(tx, gone.id, False))
    return Company(portal, top, sales, retail, support, ann, bob, cid, dan, eve)


def test_departments_with_their_full_names(company: Company) -> None:
    shown = company.world.call(
        "im.department.get", company.eve, ID=[company.retail, company.support, 10**9, company.retail]
    ).result
    assert shown == [
        {
            "id": company.retail,
            "name": "Retail",
            "full_name": "Retail / Sales / Company",
            "manager_user_id": company.cid.id,
        },
        {"id": company.support, "name": "Support", "full_name": "Support / Company", "manager_user_id": 0},
    ]


def test_departments_with_their_heads(company: Company) -> None:
    head = Profile(mobile="+49 1", work_phone="+49 2")
    company.world.write(lambda tx: users.change(tx, company.cid.id, head))
    [retail, support] = company.world.call(
        "im.department.get", company.eve, ID=f"[{company.retail},{company.support}]", USER_DATA="Y"
    ).result
    assert retail["manager_user_data"]["id"] == company.cid.id
    assert retail["manager_user_data"]["departments"] == [company.retail]
    assert retail["manager_user_data"]["phones"] == {
        "work_phone": "+49 2",
        "personal_mobile": "+49 1",
        "inner_phone": "",
    }
    assert "manager_user_data" not in support


def test_who_works_where(company: Company) -> None:
    call, dan = company.world.call, company.dan
    assert call("im.department.employees.get", dan, ID=[company.retail, company.support, 10**9]).result == {
        str(company.retail): [company.cid.id, dan.id],
        str(company.support): [company.eve.id],
    }
    full = call("im.department.employees.get", dan, ID={"a": company.retail}, USER_DATA="Y").result
    assert [(person["id"], person["departments"]) for person in full[str(company.retail)]] == [
        (company.cid.id, [company.retail]),
        (dan.id, [company.retail]),
    ]
    assert call("im.department.employees.get", dan, ID=[10**9]).result == {}


def test_who_leads_what(company: Company) -> None:
    call = company.world.call
    assert call("im.department.managers.get", company.dan, ID=[company.retail, company.support]).result == {
        str(company.retail): [company.cid.id],
        str(company.support): [],
    }
    [head] = call("im.department.managers.get", company.dan, ID=[company.top], USER_DATA="Y").result[str(company.top)]
    assert head["name"] == "Ann Example"


@pytest.mark.parametrize("ids", [None, [], "", "x", "[", {}, [True]])
@pytest.mark.parametrize(
    ("method", "code"), [("get", "INVALID_FORMAT"), ("employees.get", "ID_EMPTY"), ("managers.get", "ID_EMPTY")]
)
def test_departments_have_to_be_named(company: Company, method: str, code: str, ids: object) -> None:
    refused = company.world.call(f"im.department.{method}", company.ann, ID=ids)
    assert (refused.status, refused.error) == (400, code)


def test_colleagues(company: Company) -> None:
    ann, bob, cid, dan, eve = (person.id for person in company[5:])
    # Who leads nobody: those of the department, and its head.
    assert company.colleagues(company.dan) == [cid]
    assert company.colleagues(company.eve) == []
    # Who leads: all below, and all heads above.
    assert company.colleagues(company.bob) == [ann, cid, dan]
    assert company.colleagues(company.cid) == [ann, bob, dan]
    assert company.colleagues(company.ann) == [bob, cid, dan, eve]


def test_colleagues_by_pages(company: Company) -> None:
    page = company.world.call("im.department.colleagues.list", company.ann, OFFSET=1, LIMIT=2, USER_DATA="Y")
    assert [person["id"] for person in page.result] == [company.cid.id, company.dan.id]
    assert (page.body["next"], page.body["total"]) == (3, 4)
    last = company.world.call("im.department.colleagues.list", company.ann, OFFSET=3, LIMIT=500)
    assert (last.result, last.body.get("next"), last.body["total"]) == ([company.eve.id], None, 4)
    first = company.world.call("im.department.colleagues.list", company.ann, OFFSET=-5, LIMIT=0)
    assert len(first.result) == 4


def test_the_structure_is_for_employees(company: Company) -> None:
    guest = company.world.add_person("Guest", kind=UserKind.EXTRANET)
    for method in ("get", "employees.get", "managers.get", "colleagues.list"):
        refused = company.world.call(f"im.department.{method}", guest, ID=[company.top])
        assert (refused.status, refused.error) == (403, "ACCESS_ERROR")
