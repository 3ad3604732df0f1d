"""`batch`: every form of its commands that some client sends (0.5), and what comes back for each of them."""

from __future__ import annotations

import json
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

import pytest

from tests.rpc.lab import hooks
from tests.world import World

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
NOTHING: dict[str, Any] = {"result": [], "result_error": [], "result_total": [], "result_next": [], "result_time": []}
SECTIONS = list(NOTHING)
TIME = {"start", "finish", "duration", "processing", "date_start", "date_finish", "operating_reset_at", "operating"}


def batch(world: World, cmd: Any, **more: Any) -> dict[str, Any]:
    """The five sections of a batch sent as JSON."""
    answer = world.call("batch", cmd=cmd, **more)
    assert answer.status == 200
    result: dict[str, Any] = answer.result
    assert list(result) == SECTIONS
    return result


class Form(NamedTuple):
    """A request and the keys of the two commands in it: `lab.echo` with x=1, and `lab.nothing`."""

    label: str
    body: bytes
    kind: str = JSON
    keys: tuple[str, str] = ("a", "b")
    query: str = ""


def form_of(**named: Any) -> bytes:
    return urlencode(named).encode()


FORMS = [
    Form("pysdk", b'{"cmd":{"a":"lab.echo?x=1","b":"lab.nothing?"},"halt":false}'),
    Form("pysdk, a sequence", b'{"cmd":{"0":"lab.echo?x=1","1":"lab.nothing"},"halt":false}', keys=("0", "1")),
    Form("pysdk, call_list_fast", b'{"cmd":{"1":"lab.echo?x=1","2":"lab.nothing"}}', keys=("1", "2")),
    Form("jssdk, array mode", b'{"cmd":["lab.echo?x=1","lab.nothing"],"halt":1}', keys=("0", "1")),
    Form("fast_bitrix24", b'{"halt":0,"cmd":{"cmd00":"lab.echo?x=1&","b":"lab.nothing"}}', keys=("cmd00", "b")),
    Form("CRest", b"cmd[a]=lab.echo%3Fx%3D1&cmd[b]=lab.nothing&halt=0", FORM),
    Form("CRest, all escaped", b"cmd%5Ba%5D=lab.echo%3Fx%3D1&cmd%5Bb%5D=lab.nothing%3F&halt=0", FORM),
    Form("a form without names", b"cmd[]=lab.echo?x=1&cmd[]=lab.nothing", FORM, ("0", "1")),
    Form("@2bad, GET", b"", "", query="cmd[a]=lab.echo%3Fx%3D1&cmd[b]=lab.nothing"),
    Form(
        "the page's SDK objects", b'{"cmd":{"a":{"method":"lab.echo","params":{"x":"1"}},"b":{"method":"lab.nothing"}}}'
    ),
    Form("BX24.js arrays", b'{"cmd":{"a":["lab.echo",{"x":"1"}],"b":["lab.nothing",{}]}}'),
    Form("BX24.js arrays without parameters", b'{"cmd":{"a":["lab.echo",{"x":"1"}],"b":["lab.nothing"]}}'),
    Form("PHP's empty parameters", b'{"cmd":{"a":["lab.echo",{"x":"1"}],"b":{"method":"lab.nothing","params":[]}}}'),
    Form("objects in a form", b"cmd[a][method]=lab.echo&cmd[a][params][x]=1&cmd[b][method]=lab.nothing", FORM),
    Form("arrays in a form", b"cmd[a][0]=lab.echo&cmd[a][1][x]=1&cmd[b][]=lab.nothing", FORM),
    Form("JSON in a form", form_of(cmd='{"a":"lab.echo?x=1","b":"lab.nothing"}'), FORM),
    Form("a JSON list in a form", form_of(cmd='["lab.echo?x=1","lab.nothing"]'), FORM, ("0", "1")),
    Form("upper case", b'{"CMD":{"a":"LAB.ECHO?X=1","b":"Lab.Nothing"},"HALT":"0"}'),
    Form("blanks around", b'{"cmd":{"a":" lab.echo ?x=1","b":"lab.nothing "}}'),
]


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.label)
def test_forms_of_commands(lab: World, form: Form) -> None:
    verb = "GET" if not form.body else "POST"
    headers = {"content-type": form.kind} if form.kind else {}
    answer = lab.request(verb, f"{lab.admin.path}/batch?{form.query}", form.body, headers)
    first, second = form.keys
    result = answer.result
    assert list(result) == SECTIONS
    assert result["result_error"] == []
    values = dict(enumerate(result["result"])) if isinstance(result["result"], list) else result["result"]
    assert [str(key) for key in values] == [first, second]
    assert list(values.values()) == [{"x": "1"}, None]


class TestEncoding:
    """A command is a value of its own, so what it carries is encoded twice in a form."""

    TEXT = "John&Martin = 100% [a]+b?c#d $result ё🤖"

    def test_json_needs_one(self, lab: World) -> None:
        result = batch(lab, {"a": f"lab.echo?t={quote(self.TEXT)}"})
        assert result["result"]["a"] == {"t": self.TEXT}

    def test_forms_and_queries_need_two(self, lab: World) -> None:
        command = f"lab.echo?t={quote(self.TEXT, safe='')}&f%5Bx%5D%5B%5D=1"
        expected = {"t": self.TEXT, "f": {"x": ["1"]}}
        sent = form_of(**{"cmd[a]": command})
        assert lab.post(f"{lab.admin.path}/batch", sent, FORM).result["result"]["a"] == expected
        assert lab.get(f"{lab.admin.path}/batch?{sent.decode()}").result["result"]["a"] == expected

    def test_the_page_s_own_line(self, lab: World) -> None:
        answer = lab.get(f"{lab.admin.path}/batch?cmd[0]=lab.echo%3Ffields%5BTITLE%5D%3DJohn%2526Martin")
        assert answer.result["result"] == [{"fields": {"TITLE": "John&Martin"}}]


@pytest.mark.parametrize("cmd", [None, "", {}, [], "profile", 5, True, "{}", "[]", "nonsense {"])
def test_no_commands_are_no_error(lab: World, cmd: Any) -> None:
    assert batch(lab, cmd) == NOTHING


def test_no_parameters_at_all(lab: World) -> None:
    assert lab.post(f"{lab.admin.path}/batch", b"[]").result == NOTHING


@pytest.mark.parametrize(
    "command", [None, 5, "", "?x=1", [], {}, [None], {"method": None}, [[]], True, {"a": 1}, 10**25]
)
def test_what_is_no_command_fails_alone(lab: World, command: Any) -> None:
    result = batch(lab, {"bad": command, "good": "lab.nothing"})
    assert result["result_error"]["bad"]["error"] == "ERROR_METHOD_NOT_FOUND"
    assert result["result"] == {"good": None}


@pytest.mark.parametrize("halt", [False, 0, "0", "", "false", "N", None])
def test_halt_off(lab: World, halt: Any) -> None:
    result = batch(lab, {"a": "lab.fail", "b": "lab.nothing"}, halt=halt)
    assert (result["result"], list(result["result_error"])) == ({"b": None}, ["a"])


@pytest.mark.parametrize("halt", [True, 1, "1", "true", "True", "Y"])
def test_halt_on(lab: World, halt: Any) -> None:
    result = batch(lab, {"a": "lab.nothing", "b": "nope", "c": "lab.rename?TITLE=never"}, halt=halt)
    assert result["result"] == {"a": None}
    assert list(result["result_error"]) == ["b"]
    assert lab.call("lab.title").result == "Test"


@pytest.mark.parametrize("halt", ["halt=1", "halt=true", "HALT=Y"])
def test_halt_in_a_form(lab: World, halt: str) -> None:
    result = lab.post(f"{lab.admin.path}/batch", f"{halt}&cmd[a]=nope&cmd[b]=lab.nothing".encode(), FORM).result
    assert (result["result"], list(result["result_error"])) == ([], ["a"])


class TestSections:
    """The five sections are always there and always say what PHP would say."""

    def test_a_success_has_a_time_and_an_error_has_none(self, lab: World) -> None:
        result = batch(lab, {"ok": "lab.tree", "bad": "lab.fail", "none": "lab.nothing"})
        assert set(result["result_time"]) == {"ok", "none"}
        assert all(set(time) == TIME for time in result["result_time"].values())
        assert set(result["result_error"]["bad"]) == {"error", "error_description"}

    def test_totals_for_lists_only(self, lab: World) -> None:
        result = batch(lab, {"first": "lab.page", "tree": "lab.tree", "last": "lab.page?start=100"})
        assert result["result_total"] == {"first": 120, "last": 120}
        assert result["result_next"] == {"first": 50}

    def test_times_are_each_command_s_own(self, lab: World) -> None:
        hooks.during = lambda: lab.wait(3)
        answer = lab.call("batch", cmd={"a": "lab.during", "b": "lab.during", "c": "lab.tree"})
        times = answer.result["result_time"]
        assert times["a"]["finish"] < times["b"]["start"]
        assert [round(times[key]["duration"]) for key in "abc"] == [3, 3, 0]
        assert [round(times[key]["operating"]) for key in "abc"] == [3, 6, 0]
        whole = answer.body["time"]
        assert whole["start"] < times["a"]["start"]
        assert times["c"]["finish"] < whole["finish"]
        # The batch itself is not counted; its commands are.
        assert (round(whole["duration"]), whole["operating"]) == (6, 0)

    @pytest.mark.parametrize(
        ("keys", "shape"),
        [
            (["0", "1", "2"], list),
            (["0"], list),
            (["1", "2"], dict),
            (["1"], dict),
            (["0", "2"], dict),
            (["1", "0"], dict),
            (["00"], dict),
            (["0", "a"], dict),
            ([""], dict),
        ],
    )
    def test_arrays_of_php(self, lab: World, keys: list[str], shape: type) -> None:
        result = batch(lab, dict.fromkeys(keys, "lab.page"))
        for section in ("result", "result_total", "result_next", "result_time"):
            assert type(result[section]) is shape
        assert result["result_error"] == []
        if shape is dict:
            assert list(result["result"]) == keys

    def test_each_section_decides_alone(self, lab: World) -> None:
        result = batch(lab, ["lab.nothing", "nope", "lab.page"])
        assert (type(result["result"]), list(result["result"])) == (dict, ["0", "2"])
        assert list(result["result_error"]) == ["1"]
        assert result["result_total"] == {"2": 120}

    def test_null_stays_null(self, lab: World) -> None:
        assert batch(lab, ["lab.nothing"])["result"] == [None]
        assert batch(lab, {"a": "lab.nothing"})["result"] == {"a": None}

    def test_odd_labels(self, lab: World) -> None:
        labels = ["", " ", "a b", "$result[a]", "ё", "__proto__", "result", "x" * 5000, "🤖", "a\u0001"]
        result = batch(lab, dict.fromkeys(labels, "lab.nothing"))
        assert list(result["result"]) == labels


class TestTransactions:
    """Each command is a transaction of its own."""

    def test_what_was_done_before_a_failure_stays(self, lab_on_each: World) -> None:
        result = batch(lab_on_each, {"a": "lab.rename?TITLE=one", "b": "lab.rename?TITLE=two&FAIL=1", "c": "lab.title"})
        assert result["result"] == {"a": True, "c": "one"}
        assert result["result_error"]["b"]["error"] == "INTERNAL_SERVER_ERROR"

    def test_halt_undoes_nothing(self, lab_on_each: World) -> None:
        batch(lab_on_each, ["lab.rename?TITLE=one", "lab.fail", "lab.rename?TITLE=two"], halt=1)
        assert lab_on_each.call("lab.title").result == "one"

    def test_order_is_the_order_sent(self, lab_on_each: World) -> None:
        cmd = {"9": "lab.rename?TITLE=first", "1": "lab.title", "b": "lab.rename?TITLE=second", "a": "lab.title"}
        results = batch(lab_on_each, cmd)["result"]
        assert (list(results), results["1"], results["a"]) == (["9", "1", "b", "a"], "first", "second")


class TestFaults:
    """A command that breaks costs only itself, and tells nothing of the inside."""

    @pytest.mark.parametrize(
        ("method", "code"), [("lab.fail", "INTERNAL_SERVER_ERROR"), ("lab.odd", "ERROR_UNEXPECTED_ANSWER")]
    )
    def test_one_of_three(self, lab: World, caplog: pytest.LogCaptureFixture, method: str, code: str) -> None:
        result = batch(lab, {"a": "lab.nothing", "b": method, "c": "lab.nothing"})
        assert result["result"] == {"a": None, "c": None}
        assert set(result["result_time"]) == {"a", "c"}
        failure = result["result_error"]["b"]
        assert failure["error"] == code
        assert "keyboard" not in failure["error_description"]
        mark = failure["error_description"].rpartition("(")[2].rstrip(")")
        assert mark in caplog.text

    def test_permissions_are_checked_for_each(self, lab: World) -> None:
        who = lab.add_webhook(lab.admin.id, "user")
        cmd = {"scope": "lab.imbot", "fine": "user.current", "method": "nope"}
        result = lab.call("batch", who, cmd=cmd).result
        assert list(result["result"]) == ["fine"]
        assert {key: value["error"] for key, value in result["result_error"].items()} == {
            "scope": "insufficient_scope",
            "method": "ERROR_METHOD_NOT_FOUND",
        }


class TestLimits:
    @pytest.mark.parametrize("halt", [0, 1])
    @pytest.mark.parametrize("named", [True, False])
    def test_fifty_and_no_more(self, lab: World, halt: int, named: bool) -> None:
        keys = [f"c{number}" for number in range(53)] if named else [str(number) for number in range(53)]
        result = batch(lab, dict.fromkeys(keys, "lab.nothing"), halt=halt)
        assert len(result["result"]) == len(result["result_time"]) == 50
        surplus = keys[50:51] if halt else keys[50:]
        refusal = {"error": "ERROR_BATCH_LENGTH_EXCEEDED", "error_description": "Max batch length exceeded"}
        assert result["result_error"] == dict.fromkeys(surplus, refusal)

    def test_exactly_fifty(self, lab: World) -> None:
        result = batch(lab, ["lab.nothing"] * 50)
        assert (result["result"], result["result_error"]) == ([None] * 50, [])

    @pytest.mark.parametrize(
        "nested", ["batch", "batch?cmd[a]=profile", "BATCH", " Batch ", ["batch", {}], {"method": "batch"}]
    )
    def test_no_batch_in_a_batch(self, lab: World, nested: Any) -> None:
        result = batch(lab, {"in": nested, "ok": "lab.nothing"})
        assert result["result_error"]["in"] == {
            "error": "ERROR_BATCH_METHOD_NOT_ALLOWED",
            "error_description": "Method is not allowed for batch usage",
        }
        assert result["result"] == {"ok": None}

    @pytest.mark.parametrize("name", ["api/batch?0[method]=rest.scope.list", "API/rest.scope.list", ["api/batch", {}]])
    def test_no_method_of_rest_3_either(self, lab: World, name: Any) -> None:
        assert batch(lab, {"a": name})["result_error"]["a"]["error"] == "ERROR_METHOD_NOT_FOUND"

    def test_far_too_many(self, lab: World) -> None:
        result = batch(lab, [""] * 5000)
        assert len(result["result_error"]) == 5000

    def test_one_batch_is_one_request(self, limited: World) -> None:
        for _ in range(3):
            batch(limited, ["server.time"] * 50)
        assert limited.call("profile").status == 200


@pytest.fixture
def limited(make_world: Any) -> World:
    """A portal that answers fifty requests in a row and no more."""
    made: World = make_world(limits="cloud")
    return made


class TestBadInput:
    """What cannot be read as a batch is refused as anything else at the door, or costs one command."""

    @pytest.mark.parametrize(
        ("cmd", "text"),
        [
            ("[" * 1000, "nested deeper"),
            ("[" + "[]," * 20_000 + "[]]", "More than"),
            ('{"a":', "ends too early"),
            ("[1,,2]", "not valid JSON"),
            ('["\\u0000"]', "NUL"),
        ],
    )
    def test_json_text_in_a_form(self, lab: World, cmd: str, text: str) -> None:
        answer = lab.post(f"{lab.admin.path}/batch", form_of(cmd=cmd), FORM)
        assert (answer.status, answer.error) == (400, "INVALID_REQUEST")
        assert text in answer.text

    def test_all_commands_together_have_as_many_parameters_as_a_body(self, lab: World) -> None:
        command = "lab.echo?" + "&".join(f"a{number}=1" for number in range(4_000))
        assert set(lab.call("batch", cmd=[command] * 2).result["result_error"]) == set()
        answer = lab.call("batch", cmd=[command] * 3)
        assert (answer.status, answer.error, answer.text) == (400, "INVALID_REQUEST", "More than 10000 parameters")

    @pytest.mark.parametrize(
        ("command", "text"),
        [
            ("lab.echo?a" + "[b]" * 1000 + "=1", "nested deeper"),
            ("lab.echo?" + "a[]=1&" * 20_000, "More than"),
            ("lab.echo?a=%00", "NUL"),
            ("lab.echo?a=%ff", "UTF-8"),
        ],
    )
    def test_one_command_alone(self, lab: World, command: str, text: str) -> None:
        result = batch(lab, {"bad": command, "good": "lab.nothing"})
        assert result["result_error"]["bad"]["error"] == "INVALID_REQUEST"
        assert text in result["result_error"]["bad"]["error_description"]
        assert result["result"] == {"good": None}

    def test_long_names(self, lab: World) -> None:
        result = batch(lab, {"a": "x" * 1_000_000, "b": "lab." * 100_000})
        assert {failure["error"] for failure in result["result_error"].values()} == {"ERROR_METHOD_NOT_FOUND"}
        assert len(json.dumps(result)) < 1000
