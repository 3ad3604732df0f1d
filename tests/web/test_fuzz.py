"""Made-up calls of every method on a live portal: answers are as the OpenAPI document says, and never a 5xx."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

SEED = "20260817"
SECONDS = 600
"""Until it is held to hang: each method more takes half a second, on a slow machine twice as long."""
CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"
# Neither the portal nor the caller's own application is closed to all that follows.
RUN = f"""
exec "$1" run "$BOTYARD_URL/openapi.json" --url "$BOTYARD_URL/rest" \
    --header "Authorization: Bearer $BOTYARD_ACCESS_TOKEN" \
    --exclude-tag portal --exclude-path-regex 'botyard[.]app[.]block' \
    --phases fuzzing --mode all --max-examples "$2" --seed {SEED} --no-shrink \
    --checks {CHECKS} --suppress-health-check all --generation-database none --warnings off --no-color
"""


SEEDED = {
    "chats": [
        {
            "title": f"Room {number}",
            "owner": "demo_helper",
            "members": ["alice", "ben", "clara"],
            "messages": [{"from": "demo_helper", "text": "Hello"}],
        }
        for number in range(40)
    ]
}
"""Enough chats of a bot that some are left, whatever is done to the others."""


@pytest.mark.live
@pytest.mark.parametrize("examples", [1, pytest.param(20, marks=pytest.mark.journey)])
def test_made_up_calls_get_documented_answers(tmp_path: Path, examples: int) -> None:
    """So many calls of each method and verb."""
    print(f"seed {SEED}")
    program = Path(sysconfig.get_path("scripts")) / "schemathesis"
    hooks = {"SCHEMATHESIS_HOOKS": "tests.web.fuzz_hooks", "PYTHONPATH": str(Path(__file__).resolve().parents[2])}
    (tmp_path / "seed.json").write_text(json.dumps(SEEDED))
    ran = subprocess.run(
        [
            sys.executable,
            "-m",
            "botyard",
            "exec",
            "--seed",
            "seed.json",
            "--",
            "sh",
            "-c",
            RUN,
            "sh",
            str(program),
            str(examples),
        ],
        cwd=tmp_path,
        env={**os.environ, **hooks},
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout[-20_000:] + ran.stderr[-2_000:]
    assert "Internal" not in ran.stderr, ran.stderr
