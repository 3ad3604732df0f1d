"""Rows of the reference say what the official pages list, in the words that fit the kind of the parameter."""

from __future__ import annotations

import pytest

from scripts.parameters import row


@pytest.mark.parametrize(
    ("method", "path", "kind", "ends"),
    [
        ("im.message.share", "TYPE", "string", "One of `CHAT`, `TASK`, `POST`, `CALEND`."),
        ("im.notify.delete", "TAG", "string", "with this tag, whoever has them."),
        ("imbot.v2.Chat.User.list", "order", "object", "The official page names `id`, `lastSendMessageId`, `userId`."),
        ("disk.storage.getChildren", "filter", "object", "in front."),
    ],
    ids=["values", "names of parameters", "an object", "operators"],
)
def test_what_the_official_page_lists(method: str, path: str, kind: str, ends: str) -> None:
    assert row(method, path, kind, "")[3].endswith(ends)


def test_an_operator_is_no_default() -> None:
    assert row("disk.storage.getChildren", "filter", "object", "")[2] == ""
