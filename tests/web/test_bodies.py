"""Parameters in every form that some client sends. Labels are those of the notes on clients (B1 to B7)."""

from __future__ import annotations

import gzip
import json
import threading
import zlib
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from botyard.wire import body
from botyard.wire.json_text import json_texts
from botyard.wire.limits import MAX_BODY, SMALL_BODY
from tests.world import Answer, World

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data; boundary=SomeBoundary"


class Sent(NamedTuple):
    """A body and what the method is given of it."""

    label: str
    kind: str
    body: bytes
    expected: dict[str, Any]
    query: str = ""


def part(name: str, value: str) -> bytes:
    return f'--SomeBoundary\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()


BODIES = [
    Sent(
        "B1 object",
        JSON,
        b'{"TEXT":"a","n":1,"deep":{"x":[1,null,true]}}',
        {"text": "a", "n": 1, "deep": {"x": [1, None, True]}},
    ),
    Sent("B1 phpsdk without parameters (mistake 1)", JSON, b"[]", {}),
    Sent("B1 a list is positional", JSON, b'[5,{"POST":"t"}]', {"0": 5, "1": {"POST": "t"}}),
    Sent("B1 null", JSON, b"null", {}),
    Sent("B1 with a charset", "application/json; charset=UTF-8", b'{"a":1}', {"a": 1}),
    Sent("B1 with a mark in front", JSON, b'\xef\xbb\xbf{"a":1}', {"a": 1}),
    Sent("B1 of a repeated name the last", JSON, b'{"a":1,"a":2}', {"a": 2}),
    Sent("B1 an unlabelled object", "", b'{"a":1}', {"a": 1}),
    Sent("B1 an object labelled as text", "text/plain;charset=UTF-8", b'{"a":1}', {"a": 1}),
    Sent("B2 JSON that curl calls a form", FORM, b'{"T":"a=b&c%20+","deep":[1]}', {"t": "a=b&c%20+", "deep": [1]}),
    Sent("B2 a JSON list labelled as a form", FORM, b"[5,[6]]", {"0": 5, "1": [6]}),
    Sent("B2 a form whose first name begins with a brace", FORM, b"{a}=1&b={}", {"{a}": "1", "b": "{}"}),
    Sent("B2 with a mark in front", FORM, b"\xef\xbb\xbfa=1", {"a": "1"}),
    Sent("B2 raw brackets", FORM, b"f[x][0][ID]=1&f[x][1][ID]=2", {"f": {"x": [{"ID": "1"}, {"ID": "2"}]}}),
    Sent("B2 escaped brackets", FORM, b"f%5Bx%5D%5B%5D=1&f%5bx%5d%5b%5d=2", {"f": {"x": ["1", "2"]}}),
    Sent("B2 plus and %20", FORM, b"a=x+y&b=x%20y&c=x%2By", {"a": "x y", "b": "x y", "c": "x+y"}),
    Sent("B2 pushes", FORM, b"a[]=1&a[]=2", {"a": ["1", "2"]}),
    Sent("B2 keys that are no list", FORM, b"a[1]=x&a[2]=y", {"a": {"1": "x", "2": "y"}}),
    Sent("B2 ampersand behind", FORM, b"a=1&", {"a": "1"}),
    Sent("B2 an empty array", FORM, b"a[]=", {"a": []}),
    Sent("B2 an empty value", FORM, b"a=&b", {"a": "", "b": ""}),
    Sent("B2 of a repeated name the last", FORM, b"a=1&a=2", {"a": "2"}),
    Sent("B2 cyrillic and emoji", FORM, "a=привет 🤖".encode(), {"a": "привет 🤖"}),
    Sent(
        "B3 the page's multipart",
        MULTIPART,
        part("f[TITLE]", "My") + part("f[PHONE][0][VALUE]", "112233") + b"--SomeBoundary--\r\n",
        {"f": {"TITLE": "My", "PHONE": [{"VALUE": "112233"}]}},
    ),
    Sent("B4 nothing at all", "", b"", {}),
    Sent("B4 a query alone", "", b"", {"a": "1", "b": ["2"]}, "a=1&b[]=2"),
    Sent("B4 an empty post with a query", FORM, b"", {"a": "1"}, "a=1"),
    Sent("B5 query and body merge, the body wins", JSON, b'{"a":1}', {"a": 1, "b": "2"}, "a=0&b=2"),
    Sent(
        "B6 names in any case, values as they are",
        JSON,
        b'{"FILTER":{">ID":0,"Name":"A"},"Start":-1}',
        {"filter": {">ID": 0, "Name": "A"}, "start": -1},
    ),
    Sent("B6 names of a form", FORM, b"DIALOG_ID=1&FILTER[ID]=2", {"dialog_id": "1", "filter": {"ID": "2"}}),
    Sent("B6 the case of query and body", JSON, b'{"Text":"b"}', {"text": "b"}, "TEXT=q"),
]


@pytest.mark.parametrize("sent", BODIES, ids=lambda sent: sent.label)
def test_what_a_method_is_given(lab: World, sent: Sent) -> None:
    answer = lab.post(f"{lab.admin.path}/lab.echo?{sent.query}", sent.body, sent.kind)
    assert answer.result == sent.expected


@pytest.mark.parametrize("sent", BODIES, ids=lambda sent: sent.label)
@pytest.mark.parametrize(("coding", "pack"), [("gzip", gzip.compress), ("deflate", zlib.compress)])
def test_the_same_compressed(lab: World, sent: Sent, coding: str, pack: Callable[[bytes], bytes]) -> None:
    path = f"{lab.admin.path}/lab.echo?{sent.query}"
    assert lab.post(path, pack(sent.body), sent.kind, content_encoding=coding).result == sent.expected


def test_a_compressed_body_counts_as_what_it_holds(lab: World) -> None:
    path = f"{lab.admin.path}/lab.echo"
    fits = b'{"a":"' + b"x" * (3 * SMALL_BODY) + b'"}'
    assert lab.post(path, gzip.compress(fits), content_encoding="gzip").result == {"a": "x" * (3 * SMALL_BODY)}
    blank = gzip.compress(b" " * MAX_BODY)
    assert lab.post(path, blank, content_encoding="gzip").result == {}
    bomb = lab.post(path, gzip.compress(b" " * (MAX_BODY + 1)), content_encoding="gzip")
    assert (bomb.status, bomb.error) == (413, "INVALID_REQUEST")


def test_many_bombs_at_once_are_too_much(lab: World) -> None:
    lab.context.slots.arriving.most = MAX_BODY - 1
    path = f"{lab.admin.path}/lab.echo"
    assert lab.post(path, gzip.compress(b" " * (2 * SMALL_BODY)), content_encoding="gzip").error == "OVERLOAD_LIMIT"
    assert lab.post(path, gzip.compress(b'{"a":1}'), content_encoding="gzip").result == {"a": 1}
    assert lab.context.slots.arriving.taken == 0


@pytest.mark.parametrize("coding", ["br", "zstd", "gzip, gzip"])
def test_other_compressions(lab: World, coding: str) -> None:
    answer = lab.post(f"{lab.admin.path}/lab.echo", b"{}", content_encoding=coding)
    assert (answer.status, answer.error) == (415, "INVALID_REQUEST")
    assert answer.text == f"Content encoding {coding} is not supported"
    assert answer.headers["accept-encoding"] == "gzip, deflate"


@pytest.mark.parametrize("body", [b"[]", b"[1]", b'["profile","server.time"]', b'[{"cmd":["profile"]}]', b"[[[]]]"])
@pytest.mark.parametrize("kind", [JSON, FORM, ""])
@pytest.mark.parametrize("method", ["batch", "profile", "im.dialog.get", "imbot.register", "imbot.v2.Bot.register"])
def test_a_list_is_positional_and_no_method_has_such_parameters(
    world: World, method: str, kind: str, body: bytes
) -> None:
    """So it is as no parameters, whatever the type says."""
    answer = world.post(f"{world.admin.path}/{method}", body, kind)
    empty = world.post(f"{world.admin.path}/{method}", b"", kind)
    assert answer.status == empty.status < 500
    assert {**answer.body, "time": None} == {**empty.body, "time": None}


@pytest.mark.parametrize("verb", ["GET", "POST"])
def test_a_get_may_carry_a_body_and_a_post_a_query(lab: World, verb: str) -> None:
    answer = lab.request(verb, f"{lab.admin.path}/lab.echo?a=1", b'{"b":2}', {"content-type": JSON})
    assert answer.result == {"a": "1", "b": 2}


class Spelled(NamedTuple):
    """How a client writes a value, and what the method reads."""

    label: str
    name: str
    body: dict[str, Any] | str
    expected: Any


TRUE = [True, 1, "1", "Y", "y", "true", "True", "TRUE", "yes", "on"]
FALSE = [False, 0, "0", "N", "n", "false", "False", "FALSE", "no", "off"]
NULLS: list[Any] = [None, "", "None", "null", "undefined"]

SPELLED = [
    *(Spelled(f"B5 true as {word!r}", "FLAG", {"FLAG": word}, True) for word in TRUE),
    *(Spelled(f"B5 false as {word!r}", "FLAG", {"FLAG": word}, False) for word in FALSE),
    *(Spelled(f"B5 null as {word!r}", "FLAG", {"FLAG": word}, None) for word in NULLS),
    *(Spelled(f"B5 no number as {word!r}", "NUMBER", {"NUMBER": word}, -1) for word in NULLS),
    Spelled("B5 no text as None", "TEXT", {"TEXT": None}, "default"),
    *(Spelled(f"B5 no list as {word!r}", "MANY", {"MANY": word}, []) for word in (*NULLS, [], {})),
    Spelled("B5 true in a form", "FLAG", "FLAG=True", True),
    Spelled("B5 false in a form", "FLAG", "FLAG=False", False),
    Spelled("B5 null in a form", "FLAG", "FLAG=None", None),
    Spelled("a number as text", "NUMBER", {"NUMBER": "42"}, 42),
    Spelled("a number as a float", "NUMBER", {"NUMBER": 42.0}, 42),
    Spelled("a reference that stayed text (mistake 2)", "NUMBER", {"NUMBER": "$result[1][49][ID]"}, 0),
    Spelled("beyond 64 bits", "NUMBER", {"NUMBER": 2**70}, 0),
    Spelled("beyond 64 bits as text", "NUMBER", {"NUMBER": str(2**70)}, 0),
    Spelled("far beyond, as text", "NUMBER", {"NUMBER": "9" * 100_000}, 0),
    Spelled("an object for a number", "NUMBER", {"NUMBER": {"a": 1}}, 0),
    Spelled("a list as a map", "MANY", {"MANY": {"0": "1", "1": 2}}, [1, 2]),
    Spelled("a list as JSON text", "MANY", {"MANY": "[1,2]"}, [1, 2]),
    Spelled("one value for a list", "MANY", {"MANY": "5"}, [5]),
    Spelled("a list in a form", "MANY", "MANY[]=1&MANY[]=2", [1, 2]),
    Spelled("names in the other case", "TEXT", {"text": "t"}, "t"),
]


@pytest.mark.parametrize("spelled", SPELLED, ids=lambda spelled: spelled.label)
def test_what_a_method_reads(lab: World, spelled: Spelled) -> None:
    if isinstance(spelled.body, str):
        answer = lab.post(f"{lab.admin.path}/lab.take", spelled.body.encode(), FORM)
    else:
        answer = lab.call("lab.take", params=spelled.body)
    assert answer.result[spelled.name] == spelled.expected


def test_order_may_be_an_object_or_a_text(world: World) -> None:
    """B6: what jssdk and pysdk really send to `user.get`."""
    for params in ({"order": {"ID": "ASC"}, "filter": {">ID": 0}, "start": -1}, {"SORT": "ID", "ORDER": "ASC"}):
        assert [row["ID"] for row in world.call("user.get", params=params).result] == ["1"]


class TestAuth:
    """B7: where the key may stand. What is not asked for is not handed on to the method."""

    @staticmethod
    def asked(world: World, query: str = "", body: bytes = b"", kind: str = "", **headers: str) -> Answer:
        return world.post(f"/rest/lab.echo?{query}", body, kind, **headers)

    def test_every_place(self, lab: World) -> None:
        token = lab.add_app().token
        answers = [
            self.asked(lab, body=json.dumps({"auth": token}).encode(), kind=JSON),
            self.asked(lab, body=json.dumps({"AUTH": token}).encode(), kind=JSON),
            self.asked(lab, body=json.dumps({"access_token": token}).encode(), kind=JSON),
            self.asked(lab, body=f"auth={token}".encode(), kind=FORM),
            self.asked(lab, body=f"access_token={token}".encode(), kind=FORM),
            self.asked(lab, body=part("auth", token) + b"--SomeBoundary--", kind=MULTIPART),
            self.asked(lab, query=f"auth={token}"),
            self.asked(lab, query=f"access_token={token}"),
            self.asked(lab, authorization=f"Bearer {token}"),
            self.asked(lab, authorization=f"bearer  {token} "),
            self.asked(lab, query="auth=", authorization=f"Bearer {token}"),
            self.asked(lab, query=f"auth=&access_token={token}"),
            self.asked(lab, query="auth[]=x", authorization=f"Bearer {token}"),
        ]
        assert [answer.status for answer in answers] == [200] * len(answers)
        assert [answer.result for answer in answers] == [{}] * len(answers)

    def test_the_body_wins_over_the_query_and_both_over_the_header(self, lab: World) -> None:
        token = lab.add_app().token
        body = json.dumps({"auth": token}).encode()
        assert self.asked(lab, "auth=old", body, JSON, authorization="Bearer older").status == 200
        assert self.asked(lab, f"auth={token}", authorization="Bearer old").status == 200
        assert self.asked(lab, "auth=old", authorization=f"Bearer {token}").error == "invalid_token"

    def test_a_webhook_s_path_wins_over_a_stray_token(self, lab: World) -> None:
        ann = lab.add_person("Ann")
        token = lab.add_app(ann.id).token
        for stray in (token, "nonsense"):
            answer = lab.call("profile", lab.admin, auth=stray)
            assert answer.result["ID"] == str(lab.admin.id)
        bearer = {"authorization": f"Bearer {token}"}
        assert lab.request("GET", f"{lab.admin.path}/profile", headers=bearer).result["ID"] == str(lab.admin.id)

    def test_a_wrong_webhook_is_not_saved_by_a_good_token(self, lab: World) -> None:
        token = lab.add_app().token
        assert lab.get(f"/rest/1/wrong/profile?auth={token}").error == "INVALID_CREDENTIALS"

    @pytest.mark.parametrize("header", ["Basic dXNlcjpwYXNz", "Bearer", "Bearer ", "Token abc", "é"])
    def test_other_headers_say_nothing(self, lab: World, header: str) -> None:
        assert self.asked(lab, authorization=header).error == "NO_AUTH_FOUND"

    @pytest.mark.parametrize("value", [b"1", b"true", b"null", b'["x"]', b'{"a":"b"}', b'""'])
    def test_a_token_that_is_no_text(self, lab: World, value: bytes) -> None:
        assert self.asked(lab, body=b'{"auth":' + value + b"}", kind=JSON).error == "NO_AUTH_FOUND"


def test_a_large_body_is_read_for_known_callers_only(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[int] = []
    decode = body.decode

    def noted(content_type: str, sent: bytes, query: bytes) -> dict[str, Any]:
        read.append(len(sent))
        return decode(content_type, sent, query)

    monkeypatch.setattr(body, "decode", noted)
    large = b"%" * SMALL_BODY
    for path, sent in (("/rest/profile", b"x="), ("/rest/profile", b"auth=wrong&x="), ("/rest/1/wrong/profile", b"x=")):
        assert world.post(path, sent + large, FORM).status == 401
    assert read == []
    assert world.post(f"{world.admin.path}/profile", b"x=" + large, FORM).status == 200
    token = world.add_token(world.admin.id, None)
    assert world.post("/rest/profile", b"x=" + large + b"&auth=" + token.encode(), FORM).status == 200
    assert world.post("/rest/profile", b'{"x":"' + large + b'","auth":"' + token.encode() + b'"}', JSON).status == 200
    assert len(read) == 3


@pytest.mark.parametrize(("padding", "beside"), [(0, False), (SMALL_BODY, True)])
def test_parameters_of_a_large_body_are_read_beside_the_event_loop(
    world: World, monkeypatch: pytest.MonkeyPatch, padding: int, beside: bool
) -> None:
    """JSON text within a parameter, too, for both methods with work ahead of them and without."""
    threads: list[int] = []
    decode = type(json_texts).decode

    def noting(texts: object, text: str) -> object:
        threads.append(threading.get_ident())
        return decode(json_texts, text)

    monkeypatch.setattr(type(json_texts), "decode", noting)
    for method in ("im.chat.add", "im.chat.user.add"):
        sent = json.dumps({"USERS": "[1]", "CHAT_ID": 1, "ignored": "x" * padding}).encode()
        world.post(f"{world.admin.path}/{method}", sent)
    assert len(threads) == 2
    assert {thread != threading.get_ident() for thread in threads} == {beside}
