"""`/api/v1/`: the library of pages of applications, as a browser gets it."""

from __future__ import annotations

import json
import re
import shutil
import subprocess

import pytest

from botyard.web import bx24
from contract.pages import FOLDER
from tests.world import World


@pytest.mark.parametrize("path", ["/api/v1/", "/api/v1", "//api/v1//"])
def test_pages_of_any_origin_load_it(world: World, path: str) -> None:
    answer = world.get(path, host="api.bitrix24.com", sec_fetch_site="cross-site", sec_fetch_dest="script")
    assert answer.status == 200
    assert answer.body == bx24.FILE.read_bytes()
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    assert answer.headers["cache-control"] == "public, max-age=3600"


def test_a_browser_that_has_it_is_not_sent_it_again(world: World) -> None:
    tag = world.get("/api/v1/").headers["etag"]
    again = world.get("/api/v1/", if_none_match=tag)
    assert (again.status, again.body) == (304, b"")
    assert world.get("/api/v1/", if_none_match='"other"').status == 200


def test_it_is_plain_javascript_with_few_globals() -> None:
    """Old pages are opened by old browsers, too: arrow functions, templates, `let` and `const` have no place there."""
    code = re.sub(r"/\*.*?\*/|//[^\n]*|'[^'\n]*'", "", bx24.FILE.read_text(), flags=re.DOTALL)
    assert re.findall(r"=>|`|\b(?:let|const|class)\b|\basync function|\bawait ", code) == []
    assert set(re.findall(r"window\.(\w+) =", code)) == {"BX24", "BX"}


DEFINED = """
const element = () => ({ addEventListener() {}, removeEventListener() {} });
globalThis.document = { readyState: 'complete', ...element() };
globalThis.window = Object.assign(globalThis, { location: { search: '' }, name: '', console, ...element() });
globalThis.parent = globalThis.window;
require(process.argv[1]);
const places = [];
const visit = (value, path) => {
  if (typeof value === 'function') places.push(path);
  if (value && typeof value === 'object') {
    Object.entries(value).forEach(([name, inner]) => visit(inner, `${path}.${name}`));
  }
};
visit(window.BX24, 'BX24');
window.BX.Runtime.loadExtension('im.public.iframe').then(({ Messenger }) => {
  visit(Messenger, 'Messenger');
  console.log(JSON.stringify(places));
});
"""


def test_it_has_every_function_of_the_documentation() -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("there is no node on this machine: it runs the library")
    documented = [row["function"] for row in json.loads((FOLDER / "bx24.json").read_text())]
    ran = subprocess.run([node, "-e", DEFINED, str(bx24.FILE)], capture_output=True, text=True, check=True)
    defined = json.loads(ran.stdout)
    assert len(documented) > 40
    assert sorted(set(documented) - set(defined)) == []
    assert sorted(set(defined) - set(documented)) == []
