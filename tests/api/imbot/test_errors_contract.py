"""The tables of errors are held against the documented pages, so that neither can move alone."""

from __future__ import annotations

from contract.pages import Page
from tests.api.imbot import test_errors_bots, test_errors_chats, test_errors_messages
from tests.world import CONTRACT

NOT_SHOWN = {
    ("imbot.command.unregister", "WRONG_REQUEST"): "a command that is found and one's own can always be removed",
    ("imbot.app.unregister", "WRONG_REQUEST"): "a chat application that is found and one's own can always be removed",
}

ROWS = [*test_errors_bots.ERRORS, *test_errors_chats.ERRORS, *test_errors_messages.ERRORS]
SHOWN = {(row.method, row.code) for row in ROWS}


def pages() -> dict[str, Page]:
    return {page.method: page for page in CONTRACT.families["imbot"]}


def test_every_documented_error_is_shown_or_explained() -> None:
    wanted = {(name, error.code) for name, page in pages().items() for error in page.errors}
    assert len(wanted) == 154
    assert wanted - SHOWN == NOT_SHOWN.keys()


def test_no_error_is_shown_that_the_pages_do_not_know() -> None:
    wanted = {(name, error.code) for name, page in pages().items() for error in page.errors}
    assert not SHOWN - wanted


def test_codes_that_a_page_explains_in_several_ways_are_shown_in_each() -> None:
    shown = {(row.method, row.code, plain(row.text)) for row in ROWS}
    for name, page in pages().items():
        if not name.startswith("imbot.app."):  # Those pages give no texts.
            rows = [(name, error.code, plain(str(error.message))) for error in page.errors]
            missing = {row for row in rows if row not in shown and row[:2] not in NOT_SHOWN}
            assert not missing


def plain(text: str) -> str:
    """A text without what varies from page to page."""
    return text.lower().rstrip(".").replace("member of the chat", "member in chat").replace("(max: n)", "(max: 4)")
