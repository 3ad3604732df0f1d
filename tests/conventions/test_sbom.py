"""The bill of materials names every library that the program runs with, at its pinned version."""

from __future__ import annotations

import http.server
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from scripts.sbom import document, pins

ROOT = Path(__file__).resolve().parents[2]


def test_every_library_is_named_with_its_pin_and_licence() -> None:
    made = document()
    assert (made["bomFormat"], made["specVersion"], made["version"]) == ("CycloneDX", "1.6", 1)
    named = {each["name"]: each["version"] for each in made["components"]}
    assert {"starlette", "uvicorn", "msgspec", "cryptography", "httptools", "idna"} <= set(named)
    assert "pytest" not in named
    assert named == {name: version for name, version in pins().items() if name in named}
    assert [each["name"] for each in made["components"] if not each.get("licenses")] == []
    references = [made["metadata"]["component"]["bom-ref"], *(each["bom-ref"] for each in made["components"])]
    assert len(set(references)) == len(references)
    assert {each["ref"] for each in made["dependencies"]} == set(references)
    assert {ref for each in made["dependencies"] for ref in each["dependsOn"]} <= set(references)
    assert document() == made


def test_continuous_integration_makes_it_and_asks_for_vulnerabilities() -> None:
    run = (ROOT / ".ci" / "run").read_text()
    assert "scripts/sbom" in run
    assert "scripts.vulnerabilities" in run


@contextmanager
def database(known: dict[str, list[str]]) -> Iterator[str]:
    """A server that answers as osv.dev does."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["content-length"])))["queries"]
            results: list[Any] = []
            for query in asked:
                ids = known.get(query["package"]["name"], [])
                results.append({"vulns": [{"id": each} for each in ids]} if ids else {})
            body = json.dumps({"results": results}).encode()
            self.send_response(200)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def asked(address: str, *options: str) -> tuple[int, str]:
    ended = subprocess.run(
        [sys.executable, "-m", "scripts.vulnerabilities", *options],
        cwd=ROOT,
        env={**os.environ, "BOTYARD_OSV": address, "no_proxy": "*"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return ended.returncode, ended.stdout


@pytest.mark.parametrize(
    ("known", "code", "phrase"),
    [
        ({}, 0, "none known of"),
        ({"starlette": ["GHSA-1", "PYSEC-2"], "pytest": ["GHSA-3"]}, 1, "GHSA-1, PYSEC-2"),
    ],
)
def test_vulnerabilities_that_are_known(known: dict[str, list[str]], code: int, phrase: str) -> None:
    with database(known) as address:
        ended, output = asked(address)
    assert ended == code
    assert phrase in output
    assert "pytest" not in output


def test_without_a_network_it_is_one_line_and_no_failure() -> None:
    code, output = asked("http://127.0.0.1:9/")
    assert code == 0
    assert output.startswith("vulnerabilities: skipped")
    assert output.count("\n") == 1


def test_a_release_is_compared_or_fails() -> None:
    code, output = asked("http://127.0.0.1:9/", "--strict")
    assert code == 1
    assert output.startswith("vulnerabilities: unknown, the database cannot be asked")
    with database({}) as address:
        assert asked(address, "--strict")[0] == 0
    with database({"jinja2": ["GHSA-1"]}) as address:
        assert asked(address, "--strict")[0] == 1


def test_who_releases_is_told_so() -> None:
    assert ".venv/bin/python -m scripts.vulnerabilities --strict" in (ROOT / "CONTRIBUTING.md").read_text()
