"""Of several reasons to refuse a call the first counts: method, kind of key, permission, parameters."""

from __future__ import annotations

from typing import Any

import pytest

from tests.world import World

NOT_FOUND = (404, "ERROR_METHOD_NOT_FOUND")
NO_SCOPE = (401, "insufficient_scope")
WRONG_KIND = (403, "WRONG_AUTH_TYPE")


def refused(world: World, method: str, by: Any, **params: Any) -> tuple[int, str]:
    answer = world.call(method, by, params)
    return answer.status, answer.error


@pytest.mark.parametrize(
    "method",
    ["crm.lead.fields", "crm.item.list", "tasks.task.get", "voximplant.user.get", "im.no.such"],
)
def test_a_method_that_is_not_here_comes_before_all_else(world: World, method: str) -> None:
    """Programs probe for other products so: they look at the code."""
    assert refused(world, method, world.add_webhook(world.admin.id, "user"), id="x") == NOT_FOUND
    assert refused(world, method, world.add_app(scopes="im")) == NOT_FOUND


def test_the_kind_of_key_comes_before_the_permission(world: World) -> None:
    session = world.add_token(world.admin.id, None, scopes="user")
    assert refused(world, "imbot.message.add", session) == WRONG_KIND
    # Of a webhook this method finds out by itself, before it looks at anything that came.
    assert refused(world, "pull.application.config.get", world.admin, CACHE=["x"]) == WRONG_KIND


def test_the_permission_comes_before_who_the_caller_is(world: World) -> None:
    ann = world.add_person("Ann")
    assert refused(world, "user.add", world.add_webhook(ann.id, "im")) == NO_SCOPE
    assert refused(world, "user.add", ann)[1] == "ERROR_CORE"


def test_the_permission_comes_before_the_parameters(world: World) -> None:
    assert refused(world, "im.message.add", world.add_webhook(world.admin.id, "user")) == NO_SCOPE
    assert refused(world, "im.message.add", world.admin)[1] == "MESSAGE_EMPTY"
    assert refused(world, "im.dialog.get", world.add_webhook(world.admin.id, "user"), DIALOG_ID="chat0") == NO_SCOPE
