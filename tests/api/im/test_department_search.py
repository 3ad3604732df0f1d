"""`im.search.department.list`: departments by the beginnings of words of their full names."""

from __future__ import annotations

from typing import Any

import pytest

from botyard.model.people import Profile, UserKind
from botyard.store import departments, users
from tests.world import Answer, Person, World

METHOD = "im.search.department.list"


class Company:
    """A company with Sales, led by Ann, of which there are branches."""

    def __init__(self, world: World) -> None:
        self.world, self.ann = world, world.add_person("Ann")
        self.top = self.add("Компания Ёлка", None)
        self.sales = self.add("Sales", self.top, self.ann.id)
        self.branches = [self.add(f"Crème branch {number}", self.sales) for number in range(12)]

    def add(self, name: str, parent_id: int | None, head_id: int | None = None) -> int:
        return self.world.write(lambda tx: departments.add(tx, name, parent_id=parent_id, head_id=head_id))

    def search(self, find: Any, **params: Any) -> Answer:
        return self.world.call(METHOD, self.ann, params={"FIND": find, **params})

    def ids(self, find: Any, **params: Any) -> list[int]:
        return [department["id"] for department in self.search(find, **params).result]


@pytest.fixture
def company(portal: World) -> Company:
    return Company(portal)


def test_beginnings_of_words_of_full_names(company: Company) -> None:
    assert company.ids("CREME branch 11") == [company.branches[11]]
    assert company.ids("branch 11 елка sal") == [company.branches[11]]
    assert company.ids("ranch") == company.ids("sales zzz") == []
    [sales] = [entry for entry in company.search("sales", LIMIT=50).result if entry["id"] == company.sales]
    assert (sales["name"], sales["full_name"], sales["manager_user_id"]) == (
        "Sales",
        "Sales / Компания Ёлка",
        company.ann.id,
    )
    assert "manager_user_data" not in sales


def test_heads(company: Company) -> None:
    [entry] = company.search("sales", LIMIT=1, USER_DATA="Y").result
    assert entry["manager_user_data"]["id"] == company.ann.id


def test_pages(company: Company) -> None:
    first = company.search("creme")
    assert (len(first.result), first.body["total"], first.body["next"]) == (10, 12, 10)
    rest = company.search("creme", OFFSET=10)
    assert (len(rest.result), rest.body["total"]) == (2, 12) and "next" not in rest.body
    assert len(company.ids("creme", LIMIT=1000)) == 12 and len(company.ids("creme", LIMIT=3, OFFSET=-1)) == 3


@pytest.mark.parametrize("short", ["", "s", " s "])
def test_a_short_phrase_finds_all(company: Company, short: str) -> None:
    assert {company.top, company.sales, *company.branches} <= set(company.ids(short, LIMIT=50))


def test_errors(company: Company) -> None:
    missing = company.world.call(METHOD, company.ann)
    assert (missing.status, missing.error, missing.text) == (400, "FIND_SHORT", "Too short a search phrase.")


def test_the_structure_is_not_for_outsiders(company: Company) -> None:
    profile = Profile(name="Mia", last_name="Mail")
    user_id = company.world.write(lambda tx: users.add(tx, UserKind.EXTRANET, profile))
    outsider: Person = company.world.add_webhook(user_id)
    answer = company.world.call(METHOD, outsider, FIND="sales")
    assert answer.result == [] and answer.body["total"] == 0
