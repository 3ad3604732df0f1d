"""`department.*`: the tree of the company as administrators change it and everybody reads it."""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest

from botyard.model.people import UserKind
from botyard.store import users
from tests.world import Answer, Person, World


class Company(NamedTuple):
    """The top with Sales, Retail below that, and Support."""

    world: World
    top: int
    sales: int
    retail: int
    support: int

    def call(self, method: str, by: Person | None = None, /, **params: Any) -> Answer:
        return self.world.call(method, by, params)

    def listed(self, by: Person | None = None, /, **params: Any) -> list[str]:
        return [department["NAME"] for department in self.call("department.get", by, **params).result]

    def place(self, person: Person, department: int) -> None:
        self.world.write(lambda tx: users.join_department(tx, person.id, department))


@pytest.fixture
def company(portal: World) -> Company:
    top = portal.call("department.add", NAME="Company", PARENT=0).result
    sales = portal.call("department.add", NAME="Sales", PARENT=top).result
    retail = portal.call("department.add", NAME="Retail", PARENT=sales).result
    return Company(portal, top, sales, retail, portal.call("department.add", NAME="Support", PARENT=top).result)


def test_a_department_as_it_was_added(company: Company) -> None:
    boss = company.world.add_person("Boss")
    made = company.call("department.add", NAME=" Legal ", PARENT=str(company.top), SORT="450", UF_HEAD=boss.id).result
    assert company.call("department.get", ID=made).result == [
        {"ID": str(made), "NAME": "Legal", "SORT": 450, "PARENT": str(company.top), "UF_HEAD": str(boss.id)}
    ]
    assert company.call("department.get", ID=company.top).result == [
        {"ID": str(company.top), "NAME": "Company", "SORT": 500, "PARENT": 0}
    ]


def test_only_the_first_department_is_at_the_top(company: Company) -> None:
    for parent in (0, "", 10**9, -1, "x"):
        refused = company.call("department.add", NAME="Another", PARENT=parent)
        assert (refused.status, refused.error) == (400, "ERROR_CORE")
        assert refused.text == "There can only be one top-level department in the company structure"
    assert company.call("department.add", NAME="Another").error == "ERROR_CORE"


@pytest.mark.parametrize("name", ["", "  ", None])
def test_a_department_needs_a_name(company: Company, name: str | None) -> None:
    refused = company.call("department.add", NAME=name, PARENT=company.top)
    assert (refused.error, refused.text) == ("ERROR_CORE", "Department name not provided.<br>")
    assert company.call("department.update", ID=company.sales, NAME=" ").text == "Department name not provided.<br>"


def test_a_head_is_an_employee(company: Company) -> None:
    guest = company.world.add_person("Guest", kind=UserKind.EXTRANET)
    for head in (guest.id, 999, "x"):
        assert company.call("department.add", NAME="Legal", PARENT=company.top, UF_HEAD=head).error == "ERROR_CORE"
        assert company.call("department.update", ID=company.sales, UF_HEAD=head).error == "ERROR_CORE"


def test_an_update_changes_what_it_names(company: Company) -> None:
    boss = company.world.add_person("Boss")
    assert company.call("department.update", ID=company.retail, UF_HEAD=boss.id).result is True
    assert (
        company.call("department.update", ID=company.retail, NAME="Shops", SORT=7, PARENT=company.support).result
        is True
    )
    [shown] = company.call("department.get", ID=company.retail).result
    assert shown == {
        "ID": str(company.retail),
        "NAME": "Shops",
        "SORT": 7,
        "PARENT": str(company.support),
        "UF_HEAD": str(boss.id),
    }
    assert company.call("department.update", ID=company.retail, UF_HEAD=0).result is True
    assert "UF_HEAD" not in company.call("department.get", ID=company.retail).result[0]


def test_a_department_stays_within_the_tree(company: Company) -> None:
    before = company.call("department.get").result
    top, sales, retail = company.top, company.sales, company.retail
    for department, parent in ((sales, sales), (sales, retail), (top, retail), (sales, 0), (sales, 10**9)):
        assert company.call("department.update", ID=department, PARENT=parent).error == "ERROR_CORE"
    assert company.call("department.get").result == before


def test_refusals_say_what_is_wrong(company: Company) -> None:
    below = company.call("department.update", ID=company.sales, PARENT=company.retail)
    assert below.headers["botyard-hint"] == "a department cannot be below itself"
    denied = company.call("department.delete", company.world.add_person("Ann"), ID=company.sales)
    assert denied.headers["botyard-hint"] == "An administrator may call it; the caller is no administrator"
    guest = company.world.add_person("Guest", kind=UserKind.EXTRANET)
    closed = company.call("im.department.get", guest, ID=[company.sales])
    assert closed.headers["botyard-hint"] == "An employee may call it; the caller is of the kind extranet"


def test_what_is_not_there(company: Company) -> None:
    for method in ("department.update", "department.delete"):
        for params in ({"ID": 10**9}, {"ID": "x"}, {}):
            refused = company.call(method, **params)
            assert (refused.status, refused.error, refused.text) == (400, "ERROR_CORE", "Department not found")


def test_people_and_departments_below_move_up(company: Company) -> None:
    seller, both = company.world.add_person("Seller"), company.world.add_person("Both")
    company.place(seller, company.sales)
    company.place(both, company.sales)
    company.place(both, company.top)
    assert company.call("department.delete", ID=company.sales).result is True
    assert company.listed(PARENT=company.top) == ["Retail", "Support"]
    people = company.call("im.department.employees.get", ID=[company.top, company.sales]).result
    assert people == {str(company.top): [seller.id, both.id]}


def test_the_top_goes_last(company: Company) -> None:
    assert company.call("department.delete", ID=company.top).error == "ERROR_CORE"
    for department in (company.support, company.retail, company.sales, company.top):
        assert company.call("department.delete", ID=department).result is True
    assert company.listed() == []


def test_only_administrators_change_the_structure(company: Company) -> None:
    ann = company.world.add_person("Ann")
    for method, params in (
        ("department.add", {"NAME": "Mine", "PARENT": company.top}),
        ("department.update", {"ID": company.sales, "NAME": "Mine"}),
        ("department.delete", {"ID": company.retail}),
    ):
        refused = company.call(method, ann, **params)
        assert (refused.status, refused.error, refused.text) == (400, "ERROR_CORE", "Access denied")
    assert company.listed(ann) == ["Company", "Sales", "Retail", "Support"]


def test_filters_and_ways_to_sort(company: Company) -> None:
    boss = company.world.add_person("Boss")
    company.call("department.update", ID=company.support, UF_HEAD=boss.id, SORT=100)
    assert company.listed(NAME="Sales") == ["Sales"]
    assert company.listed(NAME="Sale") == []
    assert company.listed(PARENT=company.top, NAME="Support") == ["Support"]
    assert company.listed(PARENT=0) == ["Company"]
    assert company.listed(UF_HEAD=boss.id) == ["Support"]
    assert company.listed(ID=[str(company.sales), company.retail, "x"]) == ["Sales", "Retail"]
    assert company.listed(ID="x") == []
    assert company.listed(SORT=100) == ["Support"]
    assert company.listed(sort="SORT") == ["Support", "Company", "Sales", "Retail"]
    assert company.listed(sort="NAME", order="DESC") == ["Support", "Sales", "Retail", "Company"]
    assert company.listed(sort="name", order="desc", PARENT=company.top) == ["Support", "Sales"]
    assert company.listed(sort="id); DROP TABLE departments") == []


def test_fifty_at_a_time(company: Company) -> None:
    for number in range(50):
        company.call("department.add", NAME=f"Team {number}", PARENT=company.support)
    first, rest = company.call("department.get"), company.call("department.get", START=50)
    assert (len(first.result), first.body["next"], first.body["total"]) == (50, 50, 54)
    assert (len(rest.result), rest.body.get("next"), rest.body["total"]) == (4, None, 54)
    assert "total" not in company.world.post(f"{company.world.admin.path}/department.get", b'{"START": -1}').body


def test_outsiders_see_no_structure(company: Company) -> None:
    guest = company.world.add_person("Guest", kind=UserKind.EXTRANET)
    seen = company.call("department.get", guest)
    assert (seen.result, seen.body["total"]) == ([], 0)


def test_changes_are_on_record(company: Company) -> None:
    company.call("department.update", ID=company.support, NAME="Helpdesk")
    company.call("department.delete", ID=company.support)
    entries = company.call("botyard.audit.list").result["ENTRIES"]
    kinds = [entry["EVENT"] for entry in entries if entry["SUBJECT"] == f"department:{company.support}"]
    assert kinds == ["department.deleted", "department.changed", "department.added"]


def test_fields_are_named(portal: World) -> None:
    assert list(portal.call("department.fields").result) == ["ID", "NAME", "SORT", "PARENT", "UF_HEAD"]
