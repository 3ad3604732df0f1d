"""The example calls of the reference, as its pages show them, each on a demo portal as it was when it started."""

from __future__ import annotations

import contextlib
import http.client
import json
import re
import shlex
from collections.abc import Iterator
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import pytest

from botyard.rpc.method import V3, Method
from scripts import parameters
from scripts.reference import DOCUMENT, REGISTRY, _resolved, _rows
from scripts.samples import BEFORE, SAMPLES, needs_token
from tests.docs import shell
from tests.docs.shell import ROOT

pytestmark = [pytest.mark.live, pytest.mark.slow]

SECRET = "0123456789abcdef0123456789abcdef"
HEADERS = {"Content-Type": "application/json"}
PAGES = sorted((ROOT / "docs" / "reference" / "methods").glob("*.md"))
# Without it the result says that there is no such bot.
TOLD_IN_THE_RESULT = {"botyard.delivery.explain BOT_ID"}
METHODS = sorted(REGISTRY, key=lambda method: method.name.lower())


class Sample(NamedTuple):
    """An example call: the address with its variables in it, and the body."""

    address: str
    body: str


def shown() -> dict[str, Sample]:
    """The example of each method, read from the pages."""
    samples = {}
    for page in PAGES:
        text = page.read_text()
        for name, section in re.findall(r"^## ([\w./]+)\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL):
            line = re.search(r"^```sh\n(curl .*?)\n```$", section, re.MULTILINE | re.DOTALL)
            if line:
                words = shlex.split(line[1])
                samples[name] = Sample(words[1], words[words.index("-d") + 1] if "-d" in words else "{}")
    return samples


class Demo:
    """A demo portal that goes back to its start."""

    def __init__(self, portal: shell.Portal) -> None:
        self._portal = portal
        self._webhook = f"http://{portal.http}/rest/1/{SECRET}/"

    def reset(self) -> None:
        assert self.post(f"{self._webhook}botyard.portal.reset", "{}") == (200, True)

    def call(self, sample: Sample) -> tuple[int, Any]:
        """Status and result, or the whole body of an error."""
        url = sample.address
        own = {"USER_ID": 1}
        for variable, issue in (("$TOKEN", SAMPLES["botyard.token.issue"]), ("$OWN_TOKEN", own)):
            if variable in url:
                status, issued = self.post(f"{self._webhook}botyard.token.issue", json.dumps(issue))
                assert status == 200
                url = url.replace(variable, issued["ACCESS_TOKEN"])
        url = url.replace("${WEBHOOK/rest/rest/api}", self._webhook.replace("/rest/", "/rest/api/"))
        return self.post(self._portal.placed(url.replace("${WEBHOOK}", self._webhook)), sample.body)

    def post(self, url: str, body: str) -> tuple[int, Any]:
        parts = urlsplit(url)
        with contextlib.closing(http.client.HTTPConnection(parts.netloc, timeout=shell.SECONDS)) as connection:
            connection.request("POST", f"{parts.path}?{parts.query}", body.encode(), HEADERS)
            response = connection.getresponse()
            content = response.read()
        if response.headers["Content-Type"] == "application/octet-stream":
            return response.status, content
        reply = json.loads(content)
        return response.status, reply.get("result", reply)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    with shell.portal(tmp_path_factory.mktemp("samples")) as portal:
        yield Demo(portal)


def test_every_method_has_an_example_and_every_example_a_method() -> None:
    examples = shown()
    assert set(examples) == {method.name for method in METHODS}
    assert [name for name in {*SAMPLES, *BEFORE} if name not in examples] == []


def test_every_example_works_on_a_fresh_demo_portal(demo: Demo) -> None:
    examples = shown()
    failed = {}
    for method in METHODS:
        demo.reset()
        for name in (*BEFORE.get(method.name, ()), method.name):
            status, body = demo.call(examples[name])
            if status != 200:
                failed[method.name] = (name, status, body)
    assert failed == {}


def test_what_is_marked_required_is_required(demo: Demo) -> None:
    """The example without it is refused, and without what is not marked so it is not."""
    examples = shown()
    accepted, refused = [], []
    for method, path in _marked():
        demo.reset()
        for name in BEFORE.get(method.name, ()):
            demo.call(examples[name])
        left = json.loads(examples[method.name].body)
        if not _drop(left, path):
            continue
        status, _ = demo.call(examples[method.name]._replace(body=json.dumps(left)))
        name = f"{method.name} {path}"
        if name in parameters.NOT_NEEDED:
            refused += [name] if status != 200 else []
        elif name not in TOLD_IN_THE_RESULT:
            accepted += [name] if status == 200 else []
    assert (accepted, refused) == ([], [])


def _marked() -> Iterator[tuple[Method, str]]:
    """Parameters that the pages mark as required, and those that only the official ones do."""
    for method in METHODS:
        content = DOCUMENT["paths"][f"/{method.name}"]["post"].get("requestBody", {}).get("content", {})
        struct = _resolved(content["application/json"]["schema"]) if content else {}
        if method.name.startswith(V3) or "properties" not in struct:
            continue
        for path, *_ in _rows(struct, ""):
            if parameters.need(method.name, path) or f"{method.name} {path}" in parameters.NOT_NEEDED:
                yield method, path


def _drop(params: Any, path: str) -> bool:
    """Take a parameter out; False where it is not there."""
    *outer, last = (name.rstrip("]") for name in path.replace("[]", "").split("["))
    for name in outer:
        params = params.get(name, {})
        params = params[0] if isinstance(params, list) else params
    return params.pop(last, None) is not None


def test_methods_of_applications_say_so() -> None:
    by_name = {method.name: method for method in METHODS}
    for name, example in shown().items():
        assert ("$TOKEN" in example.address) == needs_token(by_name[name]), name
