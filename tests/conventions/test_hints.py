"""Every problem says what is wrong: by its text, or by a hint."""

from __future__ import annotations

import re
from pathlib import Path

import botyard
from botyard.chat.rules import RULES
from botyard.errors import ErrorCode
from botyard.rpc import hints
from botyard.rpc.access import Access

# Texts that say already all there is to say.
SELF_EXPLAINING = {
    "DEV_ONLY",
    "SNAPSHOT_NAME",
    "SNAPSHOT_MISSING",
    "HOST_WRONG",
    "HTTP_INVALID",
    "BODY_NOT_UTF8",
    "BODY_NUL",
    "MANIFEST",
    "RANGE_WRONG",
}
# The kinds of callers, the rules of chats, and the sizes of what a message carries hint where they refuse.
ELSEWHERE = {
    *(kind.value.problem.name for kind in Access),
    *(problem.name for rule in RULES.values() for problem in (rule.forbidden, rule.denied)),
    *(f"{name}_TOO_BIG" for name in ("ATTACH", "KEYBOARD", "MENU")),
}


def test_every_problem_has_a_hint_or_says_it_all() -> None:
    sources = "\n".join(path.read_text() for path in Path(botyard.__file__).parent.rglob("*.py"))
    hinted = set(re.findall(r"ApiError\(\s*ErrorCode\.([A-Z0-9_]+),\s*hint=", sources))
    known = {problem.name for problem in (*hints.NEEDS, *hints.SENTENCES)} | hinted | SELF_EXPLAINING | ELSEWHERE
    # Words that are filled in say what is wrong.
    assert [code.name for code in ErrorCode if code.name not in known and "{" not in code.value.text] == []
