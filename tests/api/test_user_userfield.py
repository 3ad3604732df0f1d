"""`user.userfield.*`: fields that administrators make, and what people have in them; on both engines."""

from __future__ import annotations

import base64
from typing import Any
from urllib.parse import urlencode

import msgspec
import pytest

from botyard.model.people import UserKind
from botyard.portal import user_fields as fields_of_people
from botyard.store import files, user_fields
from tests.conftest import MakeWorld
from tests.world import Answer, Person, World, note

SKILLS = "UF_USR_SKILLS_TOO"


def add(world: World, name: str = "SKILLS_TOO", type_: str = "string", **more: Any) -> int:
    return int(world.call("user.userfield.add", fields={"FIELD_NAME": name, "USER_TYPE_ID": type_, **more}).result)


def listed(world: World, **params: Any) -> list[dict[str, Any]]:
    return list(world.call("user.userfield.list", **params).result)


def names(world: World, **params: Any) -> list[str]:
    return [field["FIELD_NAME"] for field in listed(world, **params)]


def give(world: World, value: Any, name: str = SKILLS) -> Answer:
    return world.call("user.update", ID=world.admin.id, **{name: value})


def held(world: World, name: str = SKILLS) -> Any:
    [person] = world.call("user.get", ID=world.admin.id).result
    return person.get(name)


def download(world: World, by: Person, data: dict[str, Any]) -> Answer:
    """The file itself, which the checker cannot look at."""
    sent = world.request("GET", f"{by.path}/user.userfield.file.get?{urlencode(data)}")
    note("user.userfield.file.get", sent.status, {})
    return sent


def used(world: World) -> int:
    """The bytes that count against the administrator's quota."""
    return world.read(lambda tx: files.used(tx, world.admin.id))


def refusal(answer: Answer) -> tuple[int, str, str]:
    return answer.status, answer.error, answer.text


def test_a_field_as_it_is_made(portal: World) -> None:
    field_id = add(portal, "skills_too", XML_ID="", SORT=150, MULTIPLE="Y", SETTINGS={"ROWS": 3, "COLOR": "red"})
    assert listed(portal) == [
        {
            "ID": str(field_id),
            "ENTITY_ID": "USER",
            "FIELD_NAME": SKILLS,
            "USER_TYPE_ID": "string",
            "XML_ID": None,
            "SORT": "150",
            "MULTIPLE": "Y",
            "MANDATORY": "N",
            "SHOW_FILTER": "N",
            "SHOW_IN_LIST": "Y",
            "EDIT_IN_LIST": "Y",
            "IS_SEARCHABLE": "N",
            "SETTINGS": {"DEFAULT_VALUE": "", "ROWS": 3},
        }
    ]


@pytest.mark.parametrize("name", ["DEALS", "UF_DEALS", "UF_USR_DEALS", " deals "])
def test_names_have_a_prefix(portal: World, name: str) -> None:
    add(portal, name)
    assert names(portal) == ["UF_USR_DEALS"]


NO_NAME = (400, "", "The 'FIELD_NAME' field is not found.")
NOT_MADE = (400, "ERROR_CORE", "Fail to create new user field")


@pytest.mark.parametrize(
    ("fields", "refused"),
    [
        ({}, NO_NAME),
        ({"USER_TYPE_ID": "string"}, NO_NAME),
        ({"FIELD_NAME": "", "USER_TYPE_ID": "string"}, NO_NAME),
        ({"FIELD_NAME": "A"}, (400, "", "The 'USER_TYPE_ID' field is not found.")),
        ({"FIELD_NAME": "A", "USER_TYPE_ID": ""}, (400, "ERROR_ARGUMENT", "Argument 'USER_TYPE_ID' is null or empty")),
        ({"FIELD_NAME": "A", "USER_TYPE_ID": "colour"}, NOT_MADE),
        ({"FIELD_NAME": "A-B", "USER_TYPE_ID": "string"}, NOT_MADE),
        ({"FIELD_NAME": "UF_USR_", "USER_TYPE_ID": "string"}, NOT_MADE),
        ({"FIELD_NAME": "A" * 44, "USER_TYPE_ID": "string"}, NOT_MADE),
        ({"FIELD_NAME": "A", "USER_TYPE_ID": "string", "SETTINGS": {"DEFAULT_VALUE": "x" * 5000}}, NOT_MADE),
        ({"FIELD_NAME": "A", "USER_TYPE_ID": "enumeration", "LIST": ["x"] * 501}, NOT_MADE),
    ],
)
def test_what_is_no_field(portal: World, fields: dict[str, Any], refused: tuple[int, str, str]) -> None:
    assert refusal(portal.call("user.userfield.add", fields=fields)) == refused
    assert listed(portal) == []


def test_a_name_is_taken_once(portal: World) -> None:
    add(portal)
    again = portal.call("user.userfield.add", fields={"FIELD_NAME": SKILLS, "USER_TYPE_ID": "integer"})
    assert refusal(again) == (400, "ERROR_CORE", f"Field {SKILLS} for USER object already exists")


def test_there_is_a_most(portal: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fields_of_people, "FIELDS_MAX", 1)
    add(portal)
    again = portal.call("user.userfield.add", fields={"FIELD_NAME": "B", "USER_TYPE_ID": "string"})
    assert refusal(again) == NOT_MADE


def test_it_takes_an_administrator_and_the_permission(portal: World) -> None:
    field_id, ann = add(portal), portal.add_person("Ann")
    closed = (400, "", "Access denied.")
    for method, params in (
        ("add", {"fields": {"FIELD_NAME": "B", "USER_TYPE_ID": "string"}}),
        ("update", {"id": field_id, "fields": {"SORT": 1}}),
        ("delete", {"id": field_id}),
        ("list", {}),
    ):
        assert refusal(portal.call(f"user.userfield.{method}", ann, params)) == closed
        hook = portal.add_webhook(portal.admin.id, "user")
        assert portal.call(f"user.userfield.{method}", hook, params).error == "insufficient_scope"
    assert names(portal) == [SKILLS]


def test_a_field_is_changed(portal: World) -> None:
    field_id = add(portal)
    changed = {"XML_ID": "", "SORT": 5, "MANDATORY": "Y", "SHOW_FILTER": "E", "SHOW_IN_LIST": "N", "MULTIPLE": "Y"}
    settings = {"DEFAULT_VALUE": "none", "ROWS": 0}
    params = {"id": field_id, "fields": {**changed, "SETTINGS": settings, "FIELD_NAME": "B"}}
    assert portal.call("user.userfield.update", params=params).result is True
    [field] = listed(portal)
    assert [field[name] for name in ("SORT", "MANDATORY", "SHOW_FILTER", "SHOW_IN_LIST")] == ["5", "Y", "E", "N"]
    assert field["SETTINGS"] == {"DEFAULT_VALUE": "none", "ROWS": 1}
    assert (field["FIELD_NAME"], field["MULTIPLE"]) == (SKILLS, "N")


def test_the_external_code_is_kept(portal: World) -> None:
    add(portal, XML_ID="123")
    assert [field["XML_ID"] for field in listed(portal)] == ["123"]


@pytest.mark.parametrize("method", ["update", "delete"])
def test_a_field_that_is_not_there(portal: World, method: str) -> None:
    def refused(field_id: Any) -> tuple[int, str, str]:
        return refusal(portal.call(f"user.userfield.{method}", id=field_id))

    assert refused(987) == (400, "", "Access denied.")
    assert refused(0) == refused("x") == refused(None) == (400, "", "ID is not defined or invalid")


VALUES: list[tuple[str, Any, Any]] = [
    ("string", "Python", "Python"),
    ("string", 17, "17"),
    ("integer", "-17", -17),
    ("double", "2.345", 2.35),
    ("date", "2026-02-03", "2026-02-03T00:00:00+00:00"),
    ("date", "03.02.2026", "2026-02-03T00:00:00+00:00"),
    ("datetime", "2026-02-03T10:00:00+02:00", "2026-02-03T08:00:00+00:00"),
    ("boolean", "1", True),
    ("boolean", "N", False),
    ("boolean", False, False),
    ("url", "https://example.com/", "https://example.com/"),
    ("address", "1 Main Street|50.1;20.2", "1 Main Street|50.1;20.2"),
    ("money", "100.50|USD", "100.50|USD"),
    ("iblock_section", "4", 4),
    ("iblock_element", 5, 5),
    ("crm", "L_5", "L_5"),
    ("crm_status", "NEW", "NEW"),
]


@pytest.mark.parametrize("multiple", [False, True])
@pytest.mark.parametrize(("type_", "sent", "shown"), VALUES)
def test_values_of_each_type(portal: World, type_: str, sent: Any, shown: Any, multiple: bool) -> None:
    add(portal, type_=type_, MULTIPLE=multiple)
    assert give(portal, [sent, sent] if multiple else sent).result is True
    expected = [shown, shown] if multiple else shown
    # Where the clock of the portal is ahead of UTC, days begin there.
    if type_ in ("date", "datetime"):
        zone = portal.context.clock.atom(0)[-6:]
        assert zone == "+00:00"
    assert held(portal) == expected
    assert portal.call("user.current").result[SKILLS] == expected
    assert portal.call("user.search", NAME="Ada").result[0][SKILLS] == expected


@pytest.mark.parametrize(
    ("type_", "sent"),
    [
        ("string", "x" * 2001),
        ("string", ["a"]),
        ("integer", "1.5"),
        ("integer", "1" * 19),
        ("double", "nan"),
        ("double", "1e999"),
        ("date", "yesterday"),
        ("datetime", "25:00"),
        ("boolean", "perhaps"),
        ("url", "javascript:alert(1)"),
        ("money", "100 dollars"),
        ("employee", "987654"),
        ("employee", "x"),
        ("enumeration", "1"),
        ("iblock_element", "x"),
        ("file", "x"),
        ("file", ["a.txt", "no base64!"]),
        ("file", ["", "aGVsbG8="]),
        ("file", ["a.txt", base64.b64encode(b"x" * (1024 * 1024 + 1)).decode()]),
        ("file", "17"),
    ],
)
def test_what_is_no_value(portal: World, type_: str, sent: Any) -> None:
    add(portal, type_=type_)
    refused = give(portal, sent)
    assert (refused.status, refused.error) == (400, "ERROR_CORE")
    assert SKILLS in refused.headers["botyard-hint"]
    assert held(portal) is None
    assert portal.count("user_field_files") == 0


def test_several_values_have_a_most(portal: World) -> None:
    add(portal, MULTIPLE="Y")
    assert give(portal, ["x"] * 101).error == "ERROR_CORE"
    assert give(portal, "alone").result is True
    assert held(portal) == ["alone"]


@pytest.mark.parametrize("nothing", ["", None, [], [""], "null"])
def test_nothing_empties_a_field(portal: World, nothing: Any) -> None:
    add(portal, MULTIPLE="Y", type_="integer")
    give(portal, [1, 2])
    if nothing == "null":
        assert give(portal, nothing).error == "ERROR_CORE"
        return
    assert give(portal, nothing).result is True
    assert held(portal) is None


def test_a_person(portal: World) -> None:
    add(portal, type_="employee")
    ann = portal.add_person("Ann")
    give(portal, ann.id)
    assert held(portal) == ann.id


def test_a_mandatory_field(portal: World) -> None:
    add(portal, MANDATORY="Y")
    assert give(portal, "").error == "ERROR_CORE"
    # What is not mentioned stays as it is.
    assert portal.call("user.update", ID=portal.admin.id, NAME="Ada").result is True
    department = portal.call("department.add", NAME="Company", PARENT=0).result
    invited: dict[str, Any] = {"EMAIL": "kim@example.com", "UF_DEPARTMENT": [department]}
    assert portal.call("user.add", params=invited).error == "ERROR_CORE"
    made = portal.call("user.add", params={**invited, SKILLS: "Go"}).result
    assert portal.call("user.get", ID=made).result[0][SKILLS] == "Go"


def test_new_people_have_the_default_values(portal: World) -> None:
    add(portal, "WORDS", SETTINGS={"DEFAULT_VALUE": "none"})
    add(portal, "DAY", "date", SETTINGS={"DEFAULT_VALUE": {"TYPE": "FIXED", "VALUE": "2026-02-03"}})
    add(portal, "SINCE", "datetime", SETTINGS={"DEFAULT_VALUE": {"TYPE": "NOW"}})
    add(portal, "SIZE", "enumeration", LIST=[{"VALUE": "S"}, {"VALUE": "M", "DEF": "Y"}])
    department = portal.call("department.add", NAME="Company", PARENT=0).result
    made = portal.call("user.add", EMAIL="kim@example.com", UF_DEPARTMENT=[department], UF_USR_WORDS="some").result
    [kim] = portal.call("user.get", ID=made).result
    size = next(field for field in listed(portal) if field["FIELD_NAME"] == "UF_USR_SIZE")["LIST"][1]
    assert (kim["UF_USR_WORDS"], kim["UF_USR_DAY"][:10], kim["UF_USR_SIZE"]) == ("some", "2026-02-03", int(size["ID"]))
    assert kim["UF_USR_SINCE"] == portal.context.clock.atom(int(portal.time))
    assert held(portal, "UF_USR_WORDS") is None


def test_choices(portal: World) -> None:
    field_id = add(portal, type_="enumeration", LIST=[{"VALUE": "S", "XML_ID": "small"}, "M", ""])
    [field] = listed(portal)
    small, medium = field["LIST"]
    assert (small["VALUE"], small["SORT"], small["DEF"], small["XML_ID"]) == ("S", "0", "N", "small")
    assert (medium["VALUE"], medium["SORT"]) == ("M", "100")
    give(portal, small["ID"])
    assert held(portal) == int(small["ID"])
    kept = [{"ID": small["ID"], "VALUE": "Small"}, {"ID": medium["ID"], "DEL": "Y"}, {"VALUE": "L"}]
    portal.call("user.userfield.update", id=field_id, fields={"LIST": kept})
    after = listed(portal)[0]["LIST"]
    assert [option["VALUE"] for option in after] == ["Small", "L"]
    assert after[0]["ID"] == small["ID"]
    assert give(portal, medium["ID"]).error == "ERROR_CORE"


def test_a_file(portal: World) -> None:
    add(portal, type_="file")
    assert give(portal, ["häd.txt", base64.b64encode(b"hello").decode()]).result is True
    file = held(portal)
    assert file["downloadData"] == {"id": portal.admin.id, "field": SKILLS, "value": file["id"]}
    sent = download(portal, portal.admin, file["downloadData"])
    assert (sent.status, sent.body) == (200, b"hello")
    assert sent.headers["content-type"] == "application/octet-stream"
    assert sent.headers["content-disposition"] == "attachment; filename*=UTF-8''h%C3%A4d.txt"
    assert sent.headers["x-content-type-options"] == "nosniff"
    # It stays where its id comes back, and goes where something else does.
    give(portal, file["id"])
    assert held(portal)["id"] == file["id"]
    assert used(portal) == 5
    give(portal, ["b.txt", base64.b64encode(b"more").decode()])
    assert used(portal) == 4
    assert portal.call("user.userfield.file.get", params=file["downloadData"]).error == "ERROR_ARGUMENT"
    give(portal, "")
    assert (portal.count("user_field_files"), used(portal)) == (0, 0)


def test_several_files(portal: World) -> None:
    add(portal, type_="file", MULTIPLE="Y")
    give(portal, [[name, base64.b64encode(b"hello").decode()] for name in ("a", "b")])
    first, second = held(portal)
    give(portal, [second["id"], ["c", base64.b64encode(b"x").decode()]])
    kept = [file["id"] for file in held(portal)]
    assert kept[0] == second["id"]
    assert first["id"] not in kept
    assert (portal.count("user_field_files"), used(portal)) == (2, 6)


def test_files_count_into_the_quota(make_world: MakeWorld) -> None:
    world: World = make_world(file_quota=1)
    add(world, type_="file")
    bytes_ = base64.b64encode(b"x" * 700_000).decode()
    assert give(world, ["a", bytes_]).result is True
    assert give(world, ["b", bytes_]).error == "ERROR_CORE"
    assert used(world) == 700_000


def test_whoever_may_not_see_a_person_has_none_of_the_files(portal: World) -> None:
    add(portal, type_="file")
    give(portal, ["a", base64.b64encode(b"hello").decode()])
    wanted = held(portal)["downloadData"]
    out = portal.add_person("Out", kind=UserKind.EXTRANET)
    assert portal.call("user.userfield.file.get", out, wanted).error == "ERROR_ARGUMENT"
    ann = portal.add_person("Ann")
    assert download(portal, ann, wanted).body == b"hello"


def test_deleting_a_field_deletes_what_people_have_in_it(portal: World) -> None:
    field_id = add(portal, type_="file")
    give(portal, ["a", base64.b64encode(b"hello").decode()])
    assert portal.call("user.userfield.delete", id=field_id).result is True
    assert held(portal) is None
    assert (portal.count("user_field_values"), portal.count("user_field_files"), used(portal)) == (0, 0, 0)
    assert listed(portal) == []


def test_what_is_known_of_somebody_goes_with_the_account(portal: World) -> None:
    add(portal)
    ann = portal.add_person("Ann")
    portal.call("user.update", params={"ID": ann.id, SKILLS: "Go"})
    portal.write(lambda tx: user_fields.forget(tx, ann.id))
    assert portal.count("user_field_values") == 0


def test_the_limited_permissions_take_one_more(portal: World) -> None:
    add(portal)
    give(portal, "Go")

    def seen(scopes: str, **select: Any) -> Any:
        hook = portal.add_webhook(portal.admin.id, scopes)
        # The schema is that of all permissions.
        path, params = f"{hook.path}/user.get", {"ID": portal.admin.id, **select}
        return portal.post(path, msgspec.json.encode(params)).result[0].get(SKILLS)

    assert seen("user") == seen("user_brief,user.userfield") == "Go"
    assert seen("user_brief") is seen("user_basic") is None
    assert seen("user", SELECT=["UF_*"]) == seen("user", SELECT=[SKILLS]) == seen("user", SELECT="*") == "Go"
    assert seen("user", SELECT=["NAME"]) is None


def test_the_names_of_fields(portal: World) -> None:
    add(portal, LABEL="Skills, too")
    add(portal, "B", EDIT_FORM_LABEL={"de": "Beh", "en": "Bee"})
    add(portal, "C")
    fields = portal.call("user.fields").result
    assert [fields[name] for name in (SKILLS, "UF_USR_B", "UF_USR_C")] == ["Skills, too", "Bee", "UF_USR_C"]


def test_the_list_is_filtered_and_sorted(portal: World) -> None:
    a, b, c = add(portal, "A", SORT=20), add(portal, "B", "integer", SORT=10), add(portal, "C", SORT=30)
    assert names(portal, order={"ID": "DESC"}) == ["UF_USR_C", "UF_USR_B", "UF_USR_A"]
    assert names(portal) == names(portal, order="SORT") == ["UF_USR_B", "UF_USR_A", "UF_USR_C"]
    assert names(portal, order={"USER_TYPE_ID": "desc", "ID": "desc"}) == ["UF_USR_C", "UF_USR_A", "UF_USR_B"]
    for key, value, wanted in (
        ("ID", a, "A"),
        ("=ID", str(b), "B"),
        ("!ID", [a, b], "C"),
        ("@ID", [a, c], "AC"),
        ("!@ID", [a, c], "B"),
        (">ID", a, "BC"),
        ("<=ID", b, "AB"),
        (">=SORT", 20, "AC"),
        ("<SORT", "20", "B"),
        ("%FIELD_NAME", "usr_b", "B"),
        ("=%FIELD_NAME", "%_C", "C"),
        ("%=FIELD_NAME", "UF%", "ABC"),
        ("!%FIELD_NAME", "b", "AC"),
        ("!=%FIELD_NAME", "%_C", "AB"),
        ("USER_TYPE_ID", "integer", "B"),
        ("MULTIPLE", "N", "ABC"),
        ("NO_SUCH", "x", "ABC"),
        ("ID", "x", ""),
    ):
        kept = names(portal, order={"ID": "ASC"}, filter={key: value})
        assert kept == [f"UF_USR_{letter}" for letter in wanted], (key, value)


def test_the_list_has_pages(portal: World) -> None:
    for number in range(51):
        add(portal, f"F{number}")
    first = portal.call("user.userfield.list", order={"ID": "ASC"})
    assert (len(first.result), first.body["total"], first.body["next"]) == (50, 51, 50)
    last = portal.call("user.userfield.list", order={"ID": "ASC"}, start=50)
    assert [field["FIELD_NAME"] for field in last.result] == ["UF_USR_F50"]
    assert "next" not in last.body
    assert "total" not in portal.call("user.userfield.list", start=-1).body


def test_it_is_on_record(portal: World) -> None:
    field_id = add(portal)
    portal.call("user.userfield.update", id=field_id, fields={"SORT": 1})
    portal.call("user.userfield.delete", id=field_id)
    sql = "SELECT event FROM audit_log WHERE subject = :it ORDER BY id"
    rows = portal.read(lambda tx: tx.all(sql, it=f"field:{field_id}"))
    assert [event for (event,) in rows] == ["user_field.added", "user_field.changed", "user_field.deleted"]


@pytest.mark.parametrize("digits", ["²", "٣", "1" * 5000, "9" * 30])
def test_what_cannot_be_the_id_of_a_file(portal: World, digits: str) -> None:
    add(portal, type_="file")
    for sent in (digits, {"fileData": digits}):
        assert refusal(give(portal, sent))[:2] == (400, "ERROR_CORE")


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"])
def test_a_moment_at_the_ends_of_the_calendar_can_be_read_again(portal: World, moment: str) -> None:
    add(portal, type_="datetime")
    assert give(portal, moment).result is True
    assert held(portal)[:10] == moment[:10]
