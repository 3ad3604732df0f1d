"""`im.search.user.list` and `im.search.chat.list`: people and chats by the beginnings of words of their names."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from botyard.model.people import Profile, UserKind
from botyard.portal import departments, name_filling, users
from botyard.store import departments as stored_departments
from botyard.store import name_search, name_words
from botyard.store import users as stored_users
from botyard.store.engines.budget import Budget
from botyard.store.engines.db import Tx
from botyard.store.name_words import Owner
from tests.world import Answer, Person, World

USERS, CHATS = "im.search.user.list", "im.search.chat.list"


class Office:
    """Ann, and people and chats around her."""

    def __init__(self, world: World) -> None:
        self.world, self.ann = world, world.add_person("Ann")

    def add(self, kind: UserKind = UserKind.EMPLOYEE, **profile: str) -> Person:
        user_id = self.world.write(lambda tx: stored_users.add(tx, kind, Profile(**profile)))
        return self.world.add_webhook(user_id)

    def people(self, find: Any, by: Person | None = None, **params: Any) -> Answer:
        return self.world.call(USERS, by or self.ann, params={"FIND": find, **params})

    def ids(self, find: Any, by: Person | None = None, **params: Any) -> list[int]:
        return [int(user_id) for user_id in self.people(find, by, **params).result]

    def chats(self, find: Any, by: Person | None = None, **params: Any) -> list[int]:
        return [row["id"] for row in self.world.call(CHATS, by or self.ann, params={"FIND": find, **params}).result]


@pytest.fixture
def office(portal: World) -> Office:
    return Office(portal)


def test_people_by_any_words_in_any_alphabet(office: Office) -> None:
    muller = office.add(name="Jürgen", last_name="Müller", work_position="Chief-Architect")
    peter = office.add(name="Пётр", last_name="Ёлкин")
    wang = office.add(name="王小明")
    assert office.ids("muller") == office.ids("MÜLL jurg") == office.ids("archi jü") == [muller.id]
    assert office.ids("елкин") == office.ids("петр ЁЛ") == [peter.id]
    assert office.ids("小明") == [wang.id]
    nobody = office.people("uller")
    assert nobody.result == [] and nobody.body["total"] == 0


def test_departments_count(office: Office) -> None:
    world, bob = office.world, office.add(name="Bob")

    async def place(tx: Tx) -> int:
        made = await departments.add(tx, "Crème Büro")
        await users.set_departments(tx, bob.id, [made])
        return made

    made = world.write(place)
    assert office.ids("creme") == office.ids("buro bob") == [bob.id]
    department = next(row for row in world.write(stored_departments.tree) if row.id == made)
    world.write(lambda tx: departments.change(tx, made, name="Kitchen"))
    assert office.ids("creme") == [] and office.ids("kitch") == [bob.id]
    world.write(lambda tx: stored_departments.delete(tx, department))
    assert office.ids("kitch") == []


def test_what_is_told_of_a_person(office: Office) -> None:
    bob = office.add(name="Bob", last_name="Builder", work_phone="123")
    [(key, person)] = office.people("builder").result.items()
    assert (key, person["id"], person["name"]) == (str(bob.id), bob.id, "Bob Builder")
    assert person["phones"] == {"work_phone": "123", "personal_mobile": "", "inner_phone": ""}


def test_names_that_change(office: Office) -> None:
    bob = office.add(name="Bob")
    office.world.write(lambda tx: users.change(tx, bob.id, Profile(last_name="Zimmer")))
    assert office.ids("zimm bob") == [bob.id]
    office.world.write(lambda tx: users.change(tx, bob.id, Profile(last_name="")))
    assert office.ids("zimm") == [] and office.ids("bob") == [bob.id]


def test_who_is_not_found(office: Office) -> None:
    world = office.world
    gone, guest = office.add(name="Gregor Inactive"), office.add(UserKind.GUEST, name="Gregor Guest")
    erased, mail = office.add(name="Gregor Erased"), office.add(UserKind.EMAIL, name="Gregor Mail")
    bot, hidden = (world.add_bot(code=code, PROPERTIES={"NAME": "Gregor"}) for code in ("g1", "g2"))

    async def change(tx: Tx) -> None:
        for person in (gone, erased):
            user = await stored_users.find(tx, person.id)
            assert user is not None
            await (users.deactivate if person is gone else users.delete)(tx, user)
        await tx.run("UPDATE bots SET hidden = 1 WHERE user_id = :id", id=hidden)

    world.write(change)
    assert office.ids("gregor") == sorted([mail.id, bot])
    assert office.ids("gregor", BUSINESS="Y") == []
    assert guest.id not in office.ids("guest")


def test_those_one_has_written_with_come_first(office: Office) -> None:
    ivans = [office.add(name=f"Ivan {number}") for number in range(12)]
    for ivan in (ivans[7], ivans[3]):
        office.world.call("im.message.add", ivan, DIALOG_ID=str(office.ann.id), MESSAGE="hello")
    first = office.people("ivan")
    assert (first.body["total"], first.body["next"]) == (12, 10)
    # An object has no order that JSON promises; which page they are on is what counts.
    assert set(office.ids("ivan", LIMIT=2)) == {ivans[3].id, ivans[7].id}
    assert office.ids("ivan", LIMIT=1) == [ivans[3].id]
    rest = office.people("ivan", OFFSET=10)
    assert len(rest.result) == 2 and "next" not in rest.body
    behind = office.people("ivan", OFFSET=20)
    assert behind.result == [] and behind.body["total"] == 12


def test_one_finds_those_one_writes_with_among_any_number(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """The index is not read to its end."""
    ivans = [office.add(name=f"Ivan {number:02}") for number in range(12)]
    office.world.call("im.message.add", ivans[11], DIALOG_ID=str(office.ann.id), MESSAGE="hello")
    text = name_search.PEOPLE.replace(f"LIMIT {name_search.HITS})", "LIMIT 4)")
    monkeypatch.setattr(name_search, "PEOPLE", text)
    assert office.ids("ivan", LIMIT=50) == [ivans[11].id, *(ivan.id for ivan in ivans[:4])]


def test_outsiders_find_those_with_whom_they_share_a_chat(office: Office) -> None:
    outsider, near, far = office.add(UserKind.EXTRANET, name="Mia"), office.add(name="Ola A"), office.add(name="Ola B")
    open_chat = office.world.add_chat(office.ann, [], TITLE="Ola open", TYPE="OPEN")
    shared = office.world.add_chat(office.ann, [outsider.id, near.id], TITLE="Shared")
    assert office.ids("ola") == [near.id, far.id] and office.ids("ola", outsider) == [near.id]
    assert office.chats("ola", outsider) == [shared] and office.chats("ola") == [shared, open_chat]


@pytest.mark.parametrize("params", [{}, {"FIND": ""}, {"FIND": " b "}, {"FIND": "!?"}, {"FIND": "b"}])
@pytest.mark.parametrize("method", [USERS, CHATS])
def test_short_phrases(office: Office, method: str, params: dict[str, str]) -> None:
    answer = office.world.call(method, office.ann, params=params)
    assert (answer.status, answer.error, answer.text) == (400, "FIND_SHORT", "Too short a search phrase.")


def test_chats_by_title(office: Office) -> None:
    world, bob = office.world, office.add(name="Bob")
    mine = world.add_chat(office.ann, [bob.id], TITLE="Проект Ёлка")
    later = world.add_chat(office.ann, [], TITLE="Проект: project")
    world.add_chat(bob, [], TITLE="Проект of Bob")
    opened = world.add_chat(bob, [], TITLE="Проект for all", TYPE="OPEN")
    assert office.chats("проект") == [opened, later, mine]
    assert office.chats("елк ПРО") == [mine] and office.chats("proj") == [later] and office.chats("lka") == []
    world.call("im.chat.updateTitle", office.ann, CHAT_ID=mine, TITLE="Dinner")
    assert office.chats("елк") == [] and office.chats("dinn") == [mine]
    world.call("im.chat.leave", bob, CHAT_ID=mine)
    assert office.chats("dinn", bob) == []


def test_chats_by_others_in_them(office: Office) -> None:
    zoe, bob = office.add(name="Zoé", last_name="Ängström", work_position="Pilot"), office.add(name="Bob")
    both = office.world.add_chat(office.ann, [zoe.id, bob.id], TITLE="Plan")
    alone = office.world.add_chat(office.ann, [zoe.id], TITLE="Other")
    office.world.add_chat(bob, [zoe.id], TITLE="Not Ann's")
    office.world.call("im.message.add", zoe, DIALOG_ID=str(office.ann.id), MESSAGE="a private dialog is no group")
    assert office.chats("zoe") == office.chats("angstr zo") == [alone, both]
    assert office.chats("zoe bob") == office.chats("plan ang") == [both]
    # Positions are none of a chat's names, and who looks is in all of them.
    assert office.chats("pilot") == office.chats("ann") == []


def test_open_lines_apart(office: Office) -> None:
    line = office.world.add_chat(office.ann, [], TITLE="Client one", ENTITY_TYPE="LINES", ENTITY_ID="x|1|2|3")
    group = office.world.add_chat(office.ann, [], TITLE="Client two")
    assert office.chats("client") == [group]
    lines = office.world.call(CHATS, office.ann, FIND_LINES="clie").result
    assert [row["id"] for row in lines] == [line] and lines[0]["type"] == "lines"
    assert office.chats("client", FIND_LINES="client") == [group]


def test_what_is_told_of_a_chat(office: Office) -> None:
    bob = office.add(name="Bob")
    chat_id = office.world.add_chat(office.ann, [bob.id], TITLE="Counted")
    sent = [
        office.world.call("im.message.add", office.ann, DIALOG_ID=f"chat{chat_id}", MESSAGE="hello").result
        for _ in range(3)
    ]
    office.world.call("im.chat.mute", bob, CHAT_ID=chat_id, MUTE="Y")
    [row] = office.world.call(CHATS, bob, FIND="count").result
    dialog = office.world.call("im.dialog.get", bob, DIALOG_ID=f"chat{chat_id}").result
    assert (row["counter"], row["unread_id"], row["role"]) == (3, sent[0], "member")
    assert row == {name: dialog[name] for name in row} and len(row) == 34
    assert dialog.keys() - row.keys() == {"readed_list", "manager_list", "last_message_views", "dialog_id"}


def test_an_open_chat_of_others(office: Office) -> None:
    bob = office.add(name="Bob")
    chat_id = office.world.add_chat(bob, [], TITLE="Lobby", TYPE="OPEN")
    [row] = office.world.call(CHATS, office.ann, FIND="lobb").result
    assert (row["id"], row["counter"], row["last_id"], row["role"]) == (chat_id, 0, 0, "guest")


def test_names_from_before_are_read(office: Office) -> None:
    """As an update from an earlier version leaves them."""
    bob = office.add(name="Bébé")
    chat_id = office.world.add_chat(office.ann, [], TITLE="Früh")
    made = office.world.write(lambda tx: departments.add(tx, "Œuvre"))
    office.world.write(lambda tx: users.set_departments(tx, bob.id, [made]))

    async def forget(tx: Tx) -> None:
        for table in ("user_words", "chat_words", "department_words"):
            await tx.run(f"DELETE FROM {table}")
        for owner, table in ((Owner.USER, "users"), (Owner.CHAT, "chats"), (Owner.DEPARTMENT, "departments")):
            await tx.run(f"INSERT INTO unindexed_names (owner, id) SELECT '{owner}', id FROM {table}")

    office.world.write(forget)
    assert office.ids("bebe") == [] and office.chats("fruh") == []
    office.world.run(name_filling.fill(office.world.context.database))
    assert office.ids("bebe") == office.ids("œuv") == [bob.id] and office.chats("fruh") == [chat_id]
    left = office.world.write(lambda tx: name_words.unindexed(tx, Owner.USER, limit=10))
    assert left == []


def test_a_search_takes_as_many_steps_among_more(world: World) -> None:
    """Of people and of open chats that share a word there are more than one search looks at."""
    ann, costs = world.add_person("Ann"), []

    async def crowd(tx: Tx, *, first: int) -> None:
        numbers = f"WITH RECURSIVE n (i) AS (SELECT {first} UNION ALL SELECT i + 1 FROM n WHERE i < {first + 2999})"
        for sql in (
            "INSERT INTO users (id, kind, registered, updated) SELECT i, 'employee', 0, 0 FROM n",
            "INSERT INTO user_words (user_id, word, field) SELECT i, 'kim', 'n' FROM n",
            "INSERT INTO chats (id, kind, created) SELECT i, 'O', 0 FROM n",
            "INSERT INTO chat_words (chat_id, word, open) SELECT i, 'kim', 1 FROM n",
        ):
            await tx.run(f"{numbers} {sql}")

    for first in (10_000, 20_000):
        world.write(partial(crowd, first=first))
        budgets: list[Budget] = []
        world.context.limits.on_cost = lambda _, budget, noted=budgets: noted.append(budget)
        totals = [world.call(method, ann, FIND="kim").body["total"] for method in (USERS, CHATS)]
        world.context.limits.on_cost = None
        assert totals == [name_search.HITS, name_search.HITS]
        costs.append([budget.steps for budget in budgets])
    assert costs[0] == pytest.approx(costs[1], rel=0.05)
