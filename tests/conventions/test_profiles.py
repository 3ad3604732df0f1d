"""The page about profiles knows every place that looks at the profile."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

# Each file with a word of its row on the page.
PLACES = {
    "api/shared/owners.py": "keys of bots",
    "api/botyard/portal.py": "`botyard.portal.reset`",
    "commands/banner.py": "pages",
    "commands/doctor.py": "warnings",
    "commands/init.py": "the first administrator's password",
    "commands/listeners.py": "responses over https",
    "commands/logs.py": "the log",
    "config.py": "`--limits auto`",
    "commands/serve.py": "demo portals",
    "delivery/guard.py": "addresses of handlers",
    "portal/auth/tokens.py": "a refresh token",
    "rpc/snapshots.py": "`botyard.portal.reset`",
    "server.py": "wrong keys",
    "web/csrf.py": "pages",
    "web/https_only.py": "plain http",
    "web/push.py": "pages that connect to the push server",
}


def test_every_place_that_looks_at_the_profile_has_its_row() -> None:
    source = ROOT / "botyard"
    places = {
        file.relative_to(source).as_posix()
        for file in source.rglob("*.py")
        if re.search(r'profile [!=]= "(?:dev|prod)"', file.read_text())
    }
    page = (ROOT / "docs" / "explanation" / "profiles.md").read_text()
    assert places == set(PLACES)
    assert [row for row in PLACES.values() if not re.search(rf"^\| {re.escape(row)}", page, re.MULTILINE)] == []
