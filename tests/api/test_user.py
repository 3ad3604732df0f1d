"""`user.*`: who may see whom, filters, pages, fields."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from botyard.api.shapes.user_fields import CURRENT_WRITERS, WRITERS, Current, Row
from botyard.model.people import Profile, UserKind
from botyard.portal import departments
from botyard.store import users
from botyard.store.engines.db import Tx
from tests.conftest import MakeWorld
from tests.postgres import Cluster
from tests.world import Answer, AppKey, Person, World


def raw(world: World, who: Person, method: str, **params: Any) -> Answer:
    """A call that is not held against the contract: limited permissions and `select` leave documented fields out."""
    return world.post(f"{who.path}/{method}", json.dumps(params).encode())


def ids(answer: Answer) -> list[int]:
    return [int(user["ID"]) for user in answer.result]


def add(world: World, kind: UserKind = UserKind.EMPLOYEE, *, department: int = 0, **profile: str) -> int:
    async def work(tx: Tx) -> int:
        user_id = await users.add(tx, kind, Profile(**profile))
        if department:
            await users.join_department(tx, user_id, department)
        return user_id

    return world.write(work)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def address(request: pytest.FixtureRequest) -> Iterator[str]:
    """Where the portal's database is, on each engine in turn; empty means a file of its own."""
    if request.param == "sqlite":
        yield ""
        return
    server: Cluster = request.getfixturevalue("cluster")
    url = server.create_database()
    yield url
    server.drop(url)


@pytest.fixture
def company(address: str, make_world: MakeWorld) -> World:
    """A portal of two departments; Ada the administrator is the first of five people."""
    world = make_world(database=address)
    _furnish(world)
    return world


def _furnish(world: World) -> None:
    head = world.write(lambda tx: departments.add(tx, "Head Office"))
    sales = world.write(lambda tx: departments.add(tx, "Отдел продаж", parent_id=head))
    add(world, department=head, name="Иван", last_name="Petrov", work_position="Разработчик", city="Berlin")
    add(
        world, department=sales, name="Ivana", last_name="Smith-Jones", email="ivana@example.com", birthday="1990-02-03"
    )
    add(world, department=sales, name="John", last_name="100%_sure", work_position="Chief", city="New York")
    add(world, UserKind.EXTRANET, name="Ext", last_name="O'Hara")
    add(world, UserKind.EMAIL, name="Mail")
    add(world, UserKind.BOT, name="Bot")

    async def states(tx: Tx) -> None:
        await users.set_active(tx, 4, False)
        tx.now -= 100
        await users.seen(tx, 3)
        await users.join_department(tx, 1, 1)

    world.write(states)


def test_current_is_the_caller_with_dates_as_text(world: World) -> None:
    ann = world.add_person("Ann", "Lee")
    world.write(lambda tx: users.seen(tx, ann.id))
    user = world.call("user.current", ann).result
    assert (user["ID"], user["NAME"], user["ACTIVE"], user["IS_ONLINE"]) == (str(ann.id), "Ann", True, "Y")
    assert user["LAST_ACTIVITY_DATE"] == "2026-09-21 14:13:20"
    # b24pysdk wants these keys as text, flag or list.
    for key in ("XML_ID", "TIMESTAMP_X", "TIME_ZONE", "DATE_REGISTER", "LAST_LOGIN", "UF_DEPARTMENT", "USER_TYPE"):
        assert isinstance(user[key], str | list), key


def test_get_answers_the_documented_shape(company: World) -> None:
    [user] = company.call("user.get", ID=3).result
    assert user["ID"] == "3"
    assert user["EMAIL"] == "ivana@example.com"
    assert user["PERSONAL_BIRTHDAY"] == "1990-02-03T00:00:00+00:00"
    assert user["UF_DEPARTMENT"] == [2]
    assert (user["USER_TYPE"], user["ACTIVE"], user["IS_ONLINE"]) == ("employee", True, "Y")
    assert (user["TIMESTAMP_X"], user["LAST_ACTIVITY_DATE"]) == ({}, {})
    assert "PERSONAL_PHOTO" not in user


def test_what_is_written_is_what_is_described() -> None:
    for writers, row in ((WRITERS, Row), (CURRENT_WRITERS, Current)):
        assert set(writers) == set(row.__annotations__) | set(row.__optional_keys__)


def test_a_photo_is_a_link(company: World) -> None:
    company.write(lambda tx: users.change(tx, 3, Profile(avatar="/avatar/i.png")))
    [user] = company.call("user.get", ID=3, IMAGE_RESIZE="small").result
    assert user["PERSONAL_PHOTO"] == "http://botyard.test/avatar/i.png"


EVERYBODY = [1, 2, 3, 4, 5]

FILTERS: list[tuple[dict[str, Any], list[int]]] = [
    ({}, EVERYBODY),
    ({"ID": 3}, [3]),
    ({"ID": "3"}, [3]),
    ({"ID": [3, "4", "x"]}, [3, 4]),
    ({"ID": []}, []),
    ({"ID": "abc"}, []),
    ({"@ID": [1, 2]}, [1, 2]),
    ({"!@ID": [1, 2]}, [3, 4, 5]),
    ({"!ID": 1}, [2, 3, 4, 5]),
    ({"!=ID": 1}, [2, 3, 4, 5]),
    ({">ID": 2}, [3, 4, 5]),
    ({">=ID": "2", "<ID": 4}, [2, 3]),
    ({"<=ID": 2}, [1, 2]),
    ({">ID": "$result[1][49][ID]"}, EVERYBODY),
    ({">ID": 10**30}, []),
    ({"ACTIVE": True}, [1, 2, 3, 5]),
    ({"ACTIVE": "Y"}, [1, 2, 3, 5]),
    ({"ACTIVE": "True"}, [1, 2, 3, 5]),
    ({"ACTIVE": "N"}, [4]),
    ({"!ACTIVE": "Y"}, [4]),
    ({"ACTIVE": ["Y", "N"]}, EVERYBODY),
    ({"ACTIVE": ""}, EVERYBODY),
    ({"NAME": "ИВАН"}, [2]),
    ({"NAME": "iv%"}, [3]),
    ({"=NAME": "iv%"}, []),
    ({"=%NAME": "%a"}, [1, 3]),
    ({"%=NAME": "%a"}, [1, 3]),
    ({"%NAME": "ВА"}, [2]),
    ({"%NAME": ["ва", "oh"]}, [2, 4]),
    ({"!%NAME": ["a", "а"]}, [4, 5]),
    ({"!=%NAME": "%a"}, [2, 4, 5]),
    ({"!%=NAME": "%a"}, [2, 4, 5]),
    ({">NAME": "Ivana"}, [2, 4]),
    ({"%LAST_NAME": "0%_S"}, [4]),
    ({"%LAST_NAME": "_"}, [4]),
    ({"=%LAST_NAME": "____o%"}, []),
    ({"%LAST_NAME": "o'h"}, [5]),
    ({"LAST_NAME": "' OR 1=1 --"}, []),
    ({"@PERSONAL_CITY": ["New York", "Los Angeles"]}, [4]),
    ({"!PERSONAL_CITY": ""}, [2, 4]),
    ({"EMAIL": "IVANA@example.com"}, [3]),
    ({"UF_DEPARTMENT": 1}, [1, 2]),
    ({"UF_DEPARTMENT": [1, 2]}, [1, 2, 3, 4]),
    ({"!UF_DEPARTMENT": 2}, [1, 2, 5]),
    ({">UF_DEPARTMENT": 1}, [3, 4]),
    ({"UF_DEPARTMENT": False}, [5]),
    ({"!UF_DEPARTMENT": False}, [1, 2, 3, 4]),
    ({"UF_DEPARTMENT_NAME": "ОТДЕЛ ПРОДАЖ"}, [3, 4]),
    ({"%UF_DEPARTMENT_NAME": "office"}, [1, 2]),
    ({"!%UF_DEPARTMENT_NAME": "office"}, [3, 4, 5]),
    ({"IS_ONLINE": "Y"}, [3]),
    ({"IS_ONLINE": "N"}, [1, 2, 4, 5]),
    ({"USER_TYPE": "employee"}, [1, 2, 3, 4]),
    ({"USER_TYPE": "extranet"}, [5]),
    ({"USER_TYPE": "email"}, [6]),
    ({"USER_TYPE": "bot"}, []),
    ({"ID": 7}, []),
    ({"NAME_SEARCH": "iv jon"}, [3]),
    ({"NAME_SEARCH": "разраб head"}, [2]),
    ({"NAME_SEARCH": "ones"}, []),
    ({"NAME_SEARCH": ""}, EVERYBODY),
    ({">=DATE_REGISTER": "2026-09-21T14:13:20+00:00"}, EVERYBODY),
    ({"<DATE_REGISTER": "2026-09-21T14:13:20+02:00"}, []),
    ({">DATE_REGISTER": "31.12.2025"}, EVERYBODY),
    ({"DATE_REGISTER": "yesterday"}, []),
    ({"!DATE_REGISTER": "yesterday"}, []),
    ({"!LAST_LOGIN": "2026-01-01"}, EVERYBODY),
    ({">LAST_LOGIN": "2026-01-01"}, []),
    ({">LAST_ACTIVITY_DATE": "2026-01-01"}, [3]),
    ({"PERSONAL_BIRTHDAY": "1990-02-03"}, [3]),
    ({"<PERSONAL_BIRTHDAY": "2000-01-01"}, [3]),
    ({"!PERSONAL_BIRTHDAY": "1990-02-03"}, [1, 2, 4, 5]),
    ({"PERSONAL_ICQ": "1"}, []),
    ({"UF_PHONE_INNER": ""}, EVERYBODY),
    ({"NO_SUCH_FIELD": 1, "": 2}, EVERYBODY),
    ({"name": "john"}, [4]),
    ({"NAME": None}, EVERYBODY),
    ({"NAME": {"0": "John", "1": ["deeper"]}}, [4]),
]


def test_get_filters(company: World) -> None:
    for condition, expected in FILTERS:
        answer = company.call("user.get", FILTER=condition)
        assert (ids(answer), answer.body["total"]) == (expected, len(expected)), condition


def test_a_filter_of_thousands_of_ids_works_and_of_thousands_of_patterns_is_refused(company: World) -> None:
    assert ids(company.call("user.get", FILTER={"ID": list(range(3, 5000))})) == [3, 4, 5]
    answer = company.call("user.get", FILTER={"%NAME": [str(number) for number in range(2000)]})
    assert (answer.status, answer.error) == (400, "ERROR_ARGUMENT")


@pytest.mark.parametrize(
    "params",
    [
        {"UF_DEPARTMENT": 2},
        {"uf_department": "2"},
        {"filter": {"UF_DEPARTMENT": 2}},
        {"Filter": {"uf_department": ["2"]}},
        {"UF_DEPARTMENT": 1, "FILTER": {"UF_DEPARTMENT": 2}},
    ],
)
def test_fields_stand_in_the_filter_or_beside_it(company: World, params: dict[str, Any]) -> None:
    assert ids(company.call("user.get", params=params)) == [3, 4]


def test_a_form_filters_as_json_does(company: World) -> None:
    form = b"FILTER[>ID]=1&FILTER[UF_DEPARTMENT][]=1&FILTER[UF_DEPARTMENT][]=2&ORDER[ID]=DESC&start=-1"
    path = f"{company.admin.path}/user.get"
    assert ids(company.post(path, form, "application/x-www-form-urlencoded")) == [4, 3, 2]


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({"SORT": "ID", "ORDER": "DESC"}, [5, 4, 3, 2, 1]),
        ({"sort": "id", "order": "desc"}, [5, 4, 3, 2, 1]),
        ({"order": {"ID": "DESC"}}, [5, 4, 3, 2, 1]),
        ({"ORDER": {"ID": "ASC"}}, EVERYBODY),
        ({"ORDER": "desc"}, [5, 4, 3, 2, 1]),
        ({"SORT": "PERSONAL_CITY", "ORDER": "DESC"}, [4, 2, 1, 3, 5]),
        ({"ORDER": {"USER_TYPE": "DESC", "ID": "DESC"}}, [5, 4, 3, 2, 1]),
        ({"SORT": "LAST_ACTIVITY_DATE", "ORDER": "ASC"}, [1, 2, 4, 5, 3]),
        ({"SORT": "NO; DROP TABLE users"}, EVERYBODY),
        ({"SORT": ["ID"], "ORDER": []}, EVERYBODY),
    ],
)
def test_get_sorts(company: World, params: dict[str, Any], expected: list[int]) -> None:
    assert ids(company.call("user.get", params=params)) == expected


def test_pages_hold_fifty(world: World) -> None:
    for number in range(119):
        add(world, name=f"Name{number}")
    first = world.call("user.get")
    assert (len(first.result), first.body["total"], first.body["next"]) == (50, 120, 50)
    second = world.call("user.get", start="50")
    assert (ids(second)[0], second.body["next"]) == (51, 100)
    last = world.call("user.get", start=100)
    assert (len(last.result), last.body["total"], "next" in last.body) == (20, 120, False)
    beyond = world.call("user.get", start=10**6)
    assert (beyond.result, beyond.body["total"], "next" in beyond.body) == ([], 120, False)


def test_lists_are_read_by_the_last_id_without_counting(world: World) -> None:
    """callList of b24jssdk and call_list_fast of b24pysdk."""
    for number in range(70):
        add(world, name=f"Name{number}")
    seen: list[int] = []
    while True:
        answer = world.call("user.get", order={"ID": "ASC"}, filter={">ID": seen[-1] if seen else 0}, start=-1)
        assert "total" not in answer.body and "next" not in answer.body
        seen += ids(answer)
        if len(answer.result) < 50:
            break
    assert seen == list(range(1, 72))


SEARCHES: list[tuple[dict[str, Any], list[int]]] = [
    ({"FIND": "иван"}, [2]),
    ({"FIND": "PRO"}, []),
    ({"FIND": "про"}, [3, 4]),
    ({"FIND": "jones отдел"}, [3]),
    ({"FIND": "smith-jo"}, [3]),
    ({"FIND": "ivana@example.com"}, []),
    ({"FIND": "%"}, []),
    ({"FIND": "100%_"}, [4]),
    ({"FIND": ""}, EVERYBODY),
    ({"NAME": "IV"}, [3]),
    ({"NAME": "v"}, []),
    ({"LAST_NAME": "jones"}, [3]),
    ({"LAST_NAME": "_"}, []),
    ({"WORK_POSITION": "РАЗ"}, [2]),
    ({"UF_DEPARTMENT_NAME": "прод"}, [3, 4]),
    ({"UF_DEPARTMENT_NAME": "прод", "NAME": "john"}, [4]),
    ({"%NAME": "jo"}, [4]),
    ({"USER_TYPE": "extranet"}, [5]),
    ({"NAME": "i", ">ID": 3}, []),
    ({"FIND": "head", ">ID": 1}, [2]),
]


def test_search(company: World) -> None:
    for condition, expected in SEARCHES:
        answer = company.call("user.search", FILTER=condition)
        assert (ids(answer), answer.body["total"]) == (expected, len(expected)), condition
    assert ids(company.call("user.search", FIND="john")) == [4]
    assert ids(company.call("user.search", UF_DEPARTMENT=1, SORT="ID", ORDER="desc")) == [2, 1]


def test_select_names_the_fields(company: World) -> None:
    def keys(select: Any) -> list[str]:
        return list(raw(company, company.admin, "user.get", ID=1, select=select).result[0])

    assert keys(["ID", "name", "NO_SUCH"]) == ["ID", "NAME"]
    assert keys(["UF_*"]) == ["UF_EMPLOYMENT_DATE", "UF_DEPARTMENT"]
    assert keys({"0": "ID"}) == ["ID"]
    assert keys(["*"]) == keys([]) == list(company.call("user.get", ID=1).result[0])


def test_limited_permissions_hide_fields(company: World) -> None:
    brief, basic = company.add_webhook(1, "user_brief"), company.add_webhook(1, "user_basic")
    by_brief = raw(company, brief, "user.get", ID=3).result[0]
    by_basic = raw(company, basic, "user.get", ID=3).result[0]
    assert "NAME" in by_brief and not {"EMAIL", "WORK_PHONE", "PERSONAL_MOBILE", "LAST_LOGIN"} & by_brief.keys()
    assert by_basic["EMAIL"] == "ivana@example.com"
    assert not {"LAST_LOGIN", "PERSONAL_WWW"} & by_basic.keys()
    assert "EMAIL" not in raw(company, brief, "user.current").result
    assert "EMAIL" not in raw(company, brief, "user.get", ID=3, select=["*", "EMAIL"]).result[0]
    assert "EMAIL" not in raw(company, brief, "user.fields").result


def test_hidden_fields_cannot_be_probed_by_filter_or_order(company: World) -> None:
    brief = company.add_webhook(1, "user_brief")
    assert ids(raw(company, brief, "user.get", FILTER={"%EMAIL": "ivana"})) == []
    assert ids(raw(company, brief, "user.get", SORT="EMAIL", ORDER="DESC")) == EVERYBODY
    assert ids(raw(company, brief, "user.search", FIND="ivana")) == [3]


def test_a_permission_is_needed(world: World) -> None:
    answer = world.call("user.get", world.add_webhook(world.admin.id, "im"))
    assert (answer.status, answer.error) == (401, "insufficient_scope")


def test_outsiders_see_only_whom_they_chat_with(company: World) -> None:
    outsider = company.add_webhook(5)
    assert ids(company.call("user.get", outsider)) == [5]
    assert ids(company.call("user.get", outsider, FILTER={"ID": 1}, ADMIN_MODE="Y")) == []
    assert ids(company.call("user.search", outsider, FIND="john")) == []
    company.write(lambda tx: _chat(tx, [5, 4]))
    assert ids(company.call("user.get", outsider)) == [4, 5]
    assert ids(company.call("user.search", outsider, FIND="john")) == [4]


async def _chat(tx: Tx, members: list[int]) -> None:
    row = await tx.one("INSERT INTO chats (kind, created) VALUES ('C', 0) RETURNING id")
    assert row is not None
    for member in members:
        await tx.run(
            "INSERT INTO members (chat_id, user_id, joined) VALUES (:chat, :user, 0)", chat=row[0], user=member
        )


def test_an_administrator_from_outside_may_look_around(company: World) -> None:
    async def promote(tx: Tx) -> None:
        await tx.run("UPDATE users SET admin = 1 WHERE id = 5")

    company.write(promote)
    outsider = company.add_webhook(5)
    assert ids(company.call("user.get", outsider)) == [5]
    assert ids(company.call("user.get", outsider, ADMIN_MODE=True)) == EVERYBODY


def test_guests_look_nobody_up(world: World) -> None:
    guest = world.add_person("Gus", kind=UserKind.GUEST)
    answer = world.post(f"{guest.path}/user.get")
    assert (answer.status, answer.error) == (403, "AUTHORIZE_ERROR")
    assert raw(world, guest, "user.current").result["ID"] == str(guest.id)


@pytest.mark.parametrize("by", ["webhook", "application", "session"])
def test_every_kind_of_key_works(world: World, by: str) -> None:
    keys: dict[str, Callable[[], Person | AppKey | str]] = {
        "webhook": lambda: world.admin,
        "application": world.add_app,
        "session": lambda: world.add_token(world.admin.id, None),
    }
    assert world.call("user.current", keys[by]()).result["ID"] == str(world.admin.id)


def test_fields_are_named(world: World) -> None:
    named = world.call("user.fields").result
    assert named["XML_ID"] == "External code"
    assert len(named) == 62


def test_a_clock_set_back_leaves_nobody_online_for_as_long(portal: World) -> None:
    who, moment = portal.add_person().id, int(portal.time)
    last = "SELECT last_activity FROM users WHERE id = :id"
    seen: list[int] = []
    for now in (moment, moment + 30, moment + 61, moment - 3600):
        portal.time = now
        portal.write(lambda tx: users.seen(tx, who))
        seen.append(portal.read(lambda tx: tx.all(last, id=who))[0][0] - moment)
    assert seen == [0, 0, 61, -3600]


def test_words_are_found_without_accents_on_each_engine(portal: World) -> None:
    async def add(tx: Tx) -> list[int]:
        profiles = (Profile(name="Jürgen", last_name="Müller-Lüdenscheidt"), Profile(name="Пётр", last_name="Ёлкин"))
        return [await users.add(tx, UserKind.EMPLOYEE, profile) for profile in profiles]

    muller, peter = map(str, portal.write(add))

    def ids(**params: Any) -> list[str]:
        return [row["ID"] for row in portal.call("user.search", params=params).result]

    assert ids(FIND="muller") == ids(FIND="LÜDEN jurg") == ids(LAST_NAME="ludenscheidt") == [muller]
    assert ids(NAME="петр") == ids(FIND="елк") == [peter]
    assert ids(NAME="muller") == ids(FIND="?!") == ids(FIND="uller") == []
