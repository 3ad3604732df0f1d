"""What cannot be read is refused with a documented status and a body that says why, and nothing breaks."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

import pytest

from botyard.web import http
from botyard.wire.limits import MAX_BODY, MAX_FORM
from tests.world import Answer, World

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data; boundary=B"


class Bad(NamedTuple):
    """A body, the status it gets and a part of the sentence."""

    label: str
    kind: str
    body: bytes
    status: int
    text: str


HALF = b'--B\r\nContent-Disposition: form-data; name="a"\r\n\r\n\xed\xa0\xbd\r\n--B--'

BAD = [
    Bad("JSON that ends too early", JSON, b'{"a":', 400, "ends too early"),
    Bad("JSON with a comma too many", JSON, b'{"a":1,}', 400, "not valid JSON"),
    Bad("JSON with quotes of another kind", JSON, b"{'a':1}", 400, "not valid JSON"),
    Bad("a form labelled as JSON", JSON, b"a=1&b=2", 400, "not valid JSON"),
    Bad("JSON that is a number", JSON, b"1", 400, "object or an array"),
    Bad("JSON that is a text", JSON, b'"a"', 400, "object or an array"),
    Bad("JSON with NaN", JSON, b'{"a":NaN}', 400, "not valid JSON"),
    Bad("JSON in UTF-16", JSON, '{"a":1}'.encode("utf-16"), 400, "UTF-8"),
    Bad("JSON nested 1,000 deep", JSON, b"[" * 1000 + b"]" * 1000, 400, "nested deeper than 64"),
    Bad("objects nested 1,000 deep", JSON, b'{"a":' * 1000 + b"1" + b"}" * 1000, 400, "nested deeper than 64"),
    Bad("brackets and nothing else", JSON, b"[" * 1_000_000, 400, "nested deeper than 64"),
    Bad("100,000 names", JSON, json.dumps(dict.fromkeys(map(str, range(100_000)))).encode(), 400, "More than 10000"),
    Bad("100,000 elements", JSON, json.dumps(list(range(100_000))).encode(), 400, "More than 10000"),
    Bad("a number of 5,000 digits", JSON, b'{"a":' + b"9" * 5000 + b"}", 400, "out of range"),
    Bad("a number beyond all floats", JSON, b'{"a":1e999}', 400, "out of range"),
    Bad("invalid UTF-8", JSON, b'{"a":"\xff\xfe"}', 400, "UTF-8"),
    Bad("half an emoji", JSON, b'{"a":"\\ud83d"}', 400, "half of an emoji"),
    Bad("half an emoji as bytes", JSON, b'{"a":"\xed\xa0\xbd"}', 400, "half of an emoji"),
    Bad("half an emoji in a form", FORM, b"a=%ED%A0%BD", 400, "half of an emoji"),
    Bad("half an emoji in multipart", MULTIPART, HALF, 400, "half of an emoji"),
    Bad("broken JSON labelled as a form", FORM, b'{"a":"b"', 400, "ends too early"),
    Bad("deep JSON labelled as a form", FORM, b"[" * 1000 + b"]" * 1000, 400, "nested deeper than 64"),
    Bad("a bare NUL", JSON, b'{"a":"\x00"}', 400, "NUL"),
    Bad("an escaped NUL", JSON, b'{"a":"\\u0000"}', 400, "NUL"),
    Bad("a form nested 1,000 deep", FORM, b"a" + b"[b]" * 1000 + b"=1", 400, "nested deeper than 64"),
    Bad("a form of 100,000 names", FORM, b"&".join(b"k%d=1" % n for n in range(100_000)), 400, "More than 10000"),
    Bad("a form of 100,000 elements", FORM, b"a[]=1&" * 100_000, 400, "More than 10000"),
    Bad("a form in no UTF-8", FORM, b"a=%ff", 400, "UTF-8"),
    Bad("a form with a NUL", FORM, b"a=%00", 400, "NUL"),
    Bad("a form with a NUL in a name", FORM, b"a%00b=1", 400, "NUL"),
    Bad(
        "multipart that never ends",
        MULTIPART,
        b'--B\r\nContent-Disposition: form-data; name="a"\r\n\r\n1',
        400,
        "early",
    ),
    Bad("multipart without a boundary", "multipart/form-data", b"--B--", 400, "boundary"),
    Bad("multipart that is none", MULTIPART, b"hello", 400, "multipart"),
    Bad("a picture", "image/png", b"\x89PNG\r\n\x1a\n", 415, "image/png"),
    Bad("XML", "text/xml", b"<a/>", 415, "text/xml"),
    Bad("prose", "text/plain", b"hello", 415, "text/plain"),
    Bad("prose without a label", "", b"hello", 415, "(none)"),
    Bad("another charset", "application/json; charset=windows-1251", b'{"a":1}', 415, "windows-1251"),
    Bad("a label of 60 KB", "x/" + "y" * 60_000, b"hello", 415, "x/y"),
    Bad("more than the limit", JSON, b" " * (MAX_BODY + 1), 413, str(MAX_BODY)),
    Bad("a form of more than the limit", FORM, b"a=" + b"x" * MAX_BODY, 413, str(MAX_BODY)),
]


def assert_refused(answer: Answer, status: int, text: str) -> None:
    assert (answer.status, answer.error) == (status, "INVALID_REQUEST")
    assert text in answer.text
    assert set(answer.body) == {"error", "error_description"}
    assert len(answer.text) < 300
    assert "Traceback" not in answer.text


@pytest.mark.parametrize("bad", BAD, ids=lambda bad: bad.label)
def test_bodies_that_cannot_be_read(lab: World, caplog: pytest.LogCaptureFixture, bad: Bad) -> None:
    assert_refused(lab.post(f"{lab.admin.path}/lab.echo", bad.body, bad.kind), bad.status, bad.text)
    assert lab.call("lab.echo", a=1).result == {"a": 1}
    assert "ERROR" not in caplog.text


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("a" + "[b]" * 1000 + "=1", "nested deeper"),
        ("a[]=1&" * 100_000, "More than"),
        ("a=%ff", "UTF-8"),
        ("a=%ED%A0%BD", "half of an emoji"),
        ("%00=1", "NUL"),
    ],
)
def test_queries_that_cannot_be_read(lab: World, query: str, text: str) -> None:
    assert_refused(lab.get(f"{lab.admin.path}/lab.echo?{query}"), 400, text)


@pytest.mark.parametrize("path", ["/oauth/token/", "/rest/app.info"])
@pytest.mark.parametrize("bad", BAD[::5], ids=lambda bad: bad.label)
def test_the_other_addresses_read_the_same_way(world: World, path: str, bad: Bad) -> None:
    headers = {"content-type": bad.kind, "host": "oauth.bitrix.info"}
    answer = world.request("POST", path, bad.body, headers)
    assert answer.status == bad.status
    # But for their limit: they take forms, and files of nobody.
    assert bad.text.replace(str(MAX_BODY), str(MAX_FORM)) in answer.text


@pytest.mark.parametrize(
    "values",
    [
        {"a": 2**63 - 1, "b": -(2**63), "c": 2**64, "d": -(2**70), "e": 10**1000},
        {"a": 1.7976931348623157e308, "b": 5e-324, "c": -0.0, "d": 0.1},
        {"a": "\u2028\u200f\ufeff🤖\x7f\x1b", "\x01": "\x02"},
        {"a": [[[]]], "b": {}, "c": {"": {"": ""}}, "d": [{}, []]},
        {"__proto__": 1, "constructor": {"prototype": 2}, "toString": 3},
        {"a": "x" * 1_000_000},
    ],
)
def test_odd_but_readable_values_come_through(lab: World, values: dict[str, Any]) -> None:
    expected = {name.lower(): value for name, value in values.items()}
    assert lab.post(f"{lab.admin.path}/lab.echo", json.dumps(values).encode()).result == expected


@pytest.mark.parametrize(
    "name", ["x" * 1_000_000, "a." * 50_000, "\x00", "..", "%", "a\nb", "💥", "' OR 1=1 --", "a b", "{}"]
)
def test_names_of_methods_that_are_none(world: World, name: str) -> None:
    answer = world.get(f"{world.admin.path}/{name}")
    assert (answer.status, answer.error, answer.text) == (404, "ERROR_METHOD_NOT_FOUND", "Method not found!")
    three = world.get(f"/rest/api/{world.admin.id}/{world.admin.secret}/{name}")
    assert (three.status, len(three.body["error"]["message"]) < 200) == (404, True)


class TestArriving:
    """Bodies that come in pieces, late, by half or not at all."""

    Parts = Callable[[], Awaitable[dict[str, Any]]]

    @staticmethod
    def asked(world: World, receive: Parts, path: str = "lab.echo", **headers: str) -> Answer:
        sent: list[dict[str, Any]] = []

        async def send(message: Any) -> None:
            sent.append(message)

        scope = {
            "type": "http",
            "method": "POST",
            "scheme": "http",
            "path": f"{world.admin.path}/{path}",
            "query_string": b"",
            "headers": [(name.replace("_", "-").encode(), text.encode()) for name, text in headers.items()],
        }
        world.run(world.app(scope, receive, send))
        named = {name.decode(): text.decode() for name, text in sent[0]["headers"]}
        return Answer(sent[0]["status"], json.loads(sent[1]["body"]), named)

    @staticmethod
    def parts(*bodies: bytes, end: bool = True, gone: bool = False) -> Parts:
        waiting = list(bodies)

        async def receive() -> dict[str, Any]:
            if waiting:
                part = waiting.pop(0)
                return {"type": "http.request", "body": part, "more_body": bool(waiting) or not end}
            if gone:
                return {"type": "http.disconnect"}
            return await asyncio.Future()

        return receive

    def test_in_pieces(self, lab: World) -> None:
        pieces = [b'{"a":"', "привет".encode()[:3], "привет".encode()[3:], b'"}', b""]
        assert self.asked(lab, self.parts(*pieces)).result == {"a": "привет"}

    def test_byte_by_byte(self, lab: World) -> None:
        assert self.asked(lab, self.parts(*[bytes([byte]) for byte in b'{"a":[1,2,3]}'])).result == {"a": [1, 2, 3]}

    @pytest.mark.parametrize("body", [b"TITLE=half", b'{"TITLE":"half"}', b""])
    def test_by_half_nothing_is_done(self, lab: World, body: bytes) -> None:
        answer = self.asked(lab, self.parts(body, end=False, gone=True), "lab.rename")
        assert_refused(answer, 400, "closed in the middle")
        assert lab.call("lab.title").result == "Test"

    @pytest.mark.parametrize("before", [[], [b'{"a":']])
    def test_never(self, lab: World, monkeypatch: pytest.MonkeyPatch, before: list[bytes]) -> None:
        monkeypatch.setattr(http, "BODY_SECONDS", 0.05)
        answer = self.asked(lab, self.parts(*before, end=False))
        assert_refused(answer, 408, "did not arrive within")
        # What may yet come must not be taken for another request.
        assert answer.headers["connection"] == "close"
        assert lab.call("profile").status == 200

    def test_a_slow_one_that_does_end(self, lab: World, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(http, "BODY_SECONDS", 0.5)
        waiting = [b'{"a"', b":1}"]

        async def receive() -> dict[str, Any]:
            await asyncio.sleep(0.05)
            return {"type": "http.request", "body": waiting.pop(0), "more_body": bool(waiting)}

        assert self.asked(lab, receive).result == {"a": 1}

    def test_too_much_without_a_length_is_refused_as_soon_as_it_is_too_much(self, lab: World) -> None:
        taken = 0

        async def receive() -> dict[str, Any]:
            nonlocal taken
            taken += 1
            return {"type": "http.request", "body": b" " * 2**20, "more_body": True}

        assert_refused(self.asked(lab, receive), 413, str(MAX_BODY))
        assert taken == MAX_BODY // 2**20 + 1

    def test_many_large_ones_at_once_do_not_fill_the_memory(self, lab: World, monkeypatch: pytest.MonkeyPatch) -> None:
        """Those of one key are bounded, and all of them together."""
        lab.context.slots.arriving.each = 5 * 2**20
        monkeypatch.setattr(http, "BODY_SECONDS", 0.2)
        path = f"{lab.admin.path}/profile"

        async def send_slowly(number: int) -> int:
            waiting = [b" " * 2**20, b" " * 2**20]
            sent: list[dict[str, Any]] = []

            async def receive() -> dict[str, Any]:
                return {"type": "http.request", "body": waiting.pop(), "more_body": True} if waiting else await never

            async def send(message: Any) -> None:
                sent.append(message)

            scope = {"type": "http", "method": "POST", "path": path, "query_string": b"", "headers": []}
            never = asyncio.get_running_loop().create_future()
            await lab.app(scope, receive, send)
            return int(sent[0]["status"])

        async def crowd() -> list[int]:
            return await asyncio.gather(*[send_slowly(number) for number in range(8)])

        assert lab.run(crowd()) == [408] * 5 + [503] * 3
        assert lab.post(f"{lab.admin.path}/lab.take", b" " * 2**20).status == 200
        assert self.asked(lab, self.parts(*[b" " * 2**20] * 4)).status == 200

    @pytest.mark.parametrize("length", [str(MAX_BODY + 1), "9" * 5000, "-1", "ten", "\u00b2"])
    def test_a_length_beyond_the_limit_is_refused_unread(self, lab: World, length: str) -> None:
        async def receive() -> dict[str, Any]:
            raise AssertionError("nothing should be read")

        assert_refused(self.asked(lab, receive, content_length=length), 413, str(MAX_BODY))

    def test_exactly_the_limit(self, lab: World) -> None:
        answer = lab.post(f"{lab.admin.path}/lab.take", b'{"a":"' + b"x" * (MAX_BODY - 8) + b'"}')
        assert answer.status == 200
