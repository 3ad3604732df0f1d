"""Who answers which address."""

from __future__ import annotations

import pytest

from botyard.errors import ApiError, ErrorCode
from botyard.web import files, rest, routes
from botyard.web.routes import Handler


@pytest.mark.parametrize(
    ("path", "handler", "left"),
    [
        ("rest", rest.call, ""),
        ("rest/profile", rest.call, "profile"),
        ("rest/1/secret/profile", rest.call, "1/secret/profile"),
        ("rest/api/tasks.task.get", rest.call, "api/tasks.task.get"),
        ("rest/app.info", routes.app_info, ""),
        ("rest/rest/app.info", routes.app_info, ""),
        ("rest/download", files.download, ""),
        ("rest/oauth/token", routes.token, ""),
        ("oauth/token", routes.token, ""),
        # What only begins like one of them is for /rest, where it means nothing.
        ("rest/download/1/2", rest.call, "download/1/2"),
        ("rest/app.info/1", rest.call, "app.info/1"),
        ("rest/oauth", rest.call, "oauth"),
        ("rest/oauth/token/more", rest.call, "oauth/token/more"),
        ("", routes.front, ""),
    ],
)
def test_the_longest_prefix_answers(path: str, handler: Handler, left: str) -> None:
    found, rest_of = routes.find(path.split("/") if path else [], "GET")
    assert (found, rest_of) == (handler, left.split("/") if left else [])


@pytest.mark.parametrize(
    ("path", "problem"), [("nowhere", ErrorCode.PATH_UNKNOWN), ("oauth/token", ErrorCode.VERB_WRONG)]
)
def test_what_nobody_answers(path: str, problem: ErrorCode) -> None:
    with pytest.raises(ApiError) as caught:
        routes.find(path.split("/"), "PUT")
    assert caught.value.problem is problem
