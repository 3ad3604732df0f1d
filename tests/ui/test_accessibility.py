"""axe-core on every main screen, in both themes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.ui.browser import PHONE, Person, Screen, needs_browser
from tests.ui.conftest import Portal

if TYPE_CHECKING:
    from playwright.sync_api import Browser

AXE = Path("ui/node_modules/axe-core/axe.min.js")

pytestmark = [
    pytest.mark.journey,
    needs_browser,
    pytest.mark.skipif(not AXE.exists(), reason="no axe-core in ui/node_modules: accessibility is not looked at"),
]

SCREENS = [
    "",
    "chat/chat2001",
    "chat/2",
    "chat/1001",
    "notifications",
    "people",
    "people/2",
    "settings",
    "apps",
    "admin",
]

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

_RUN = """async (rules) => {
  const { violations } = await axe.run(document, { runOnly: rules })
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${target} ${failureSummary}`))
}"""


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_main_screen_has_a_violation(browser: Browser, portal: Portal, theme: str) -> None:
    person = Person(browser, portal.url, "alice", Screen(theme=theme)).sign_in()
    violations = _violations(person, theme)
    assert violations == {}, "\n".join(f"{path}: {line}" for path, lines in violations.items() for line in lines)
    person.close()


def test_on_a_phone_neither(browser: Browser, portal: Portal) -> None:
    person = Person(browser, portal.url, "alice", PHONE).sign_in()
    violations = _violations(person, "phone")
    assert violations == {}, "\n".join(f"{path}: {line}" for path, lines in violations.items() for line in lines)
    person.close()


def _violations(person: Person, name: str) -> dict[str, list[str]]:
    seen: dict[str, list[str]] = {}
    for path in SCREENS:
        person.page.goto(f"{person.url}/online/{path}")
        person.page.locator("main:visible").first.wait_for()
        person.page.wait_for_timeout(900)
        person.screenshot(f"{name}-{path.replace('/', '-') or 'start'}")
        person.page.evaluate(AXE.read_text())
        if violations := person.page.evaluate(_RUN, RULES):
            seen[path] = violations
    return seen
