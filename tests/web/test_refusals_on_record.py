"""What was refused is in the audit log, counted by what, from where and with which key."""

from __future__ import annotations

import pytest

from botyard.model.audit import AuditEvent
from botyard.portal import audit_writer
from botyard.store import audit
from botyard.store.audit import AuditFilter
from tests.conftest import MakeWorld
from tests.web.browser import Browser, resident
from tests.world import World


def recorded(world: World, event: AuditEvent) -> list[tuple[str, str]]:
    """Whom it happened to, and what is said of it."""
    world.run(audit_writer.write(world.context.database, world.context.audit_notes))
    entries = world.read(lambda tx: audit.page(tx, AuditFilter(event=event)))
    return [(entry.subject, entry.details) for entry in entries]


def test_methods_that_a_key_may_not_call(world: World) -> None:
    ann = world.add_person("Ann")
    narrow = world.add_webhook(ann.id, "im")
    for _ in range(3):
        assert world.call("user.get", narrow).error == "insufficient_scope"
        assert world.call("department.add", ann, NAME="Mine").error == "ERROR_CORE"
    assert world.call("profile", ann).status == 200
    refused = recorded(world, AuditEvent.PERMISSION_REFUSED)
    assert sorted(details for _, details in refused) == [
        '{"number":3,"method":"department.add"}',
        '{"number":3,"method":"user.get"}',
    ]
    assert len({subject for subject, _ in refused}) == 2
    assert all(subject.startswith("webhook:") for subject, _ in refused)
    assert ann.secret not in str(refused)


def test_requests_beyond_the_limit(make_world: MakeWorld) -> None:
    world = make_world(limits="cloud")
    errors = [world.post(f"{world.admin.path}/profile").body.get("error") for _ in range(200)]
    number = errors.count("QUERY_LIMIT_EXCEEDED")
    assert number > 0
    [(_, details)] = recorded(world, AuditEvent.REQUESTS_LIMITED)
    assert details == f'{{"number":{number}}}'


@pytest.mark.parametrize("header", [{"origin": "https://evil.test"}, {"sec-fetch-site": "cross-site"}, {}])
def test_forms_that_are_forged(world: World, header: dict[str, str]) -> None:
    resident(world, "ann")
    ann = Browser(world)
    ann.sign_in("ann")
    ann.get("/account/password")
    fields = ann.fields if header else {}
    assert ann.post("/account/password", {**fields, "new": "x"}, **header).status == 403
    assert recorded(world, AuditEvent.FORM_FORGED) == [("", '{"number":1}')]


def test_links_that_are_forged(world: World) -> None:
    assert world.get("/rest/download?token=forged").status == 403
    assert recorded(world, AuditEvent.LINK_REFUSED) == [("", '{"number":1}')]
