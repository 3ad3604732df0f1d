"""`app.info`: to an application about itself, to a webhook about its permissions."""

from __future__ import annotations

import json

from tests.world import World


def test_an_application_reads_about_itself(world: World) -> None:
    app = world.add_app(scopes="im,imbot")
    assert world.call("app.info", app).result == {
        "ID": app.id,
        "CODE": app.client_id,
        "VERSION": 1,
        "STATUS": "L",
        "INSTALLED": True,
        "PAYMENT_EXPIRED": "N",
        "DAYS": None,
        "LANGUAGE_ID": "en",
        "LICENSE": "en_selfhosted",
        "LICENSE_TYPE": "selfhosted",
        "LICENSE_FAMILY": "selfhosted",
    }


def test_a_webhook_reads_its_permissions_and_the_edition(world: World) -> None:
    """Not by ``world.call``: this shape is what clients expect, the documented one is the application's."""
    hook = world.add_webhook(world.admin.id, "imbot,im")
    answer = world.post(f"{hook.path}/app.info", json.dumps({}).encode())
    assert (answer.status, answer.result) == (200, {"SCOPE": ["im", "imbot"], "LICENSE": "en_selfhosted"})
    assert world.get(f"{hook.path}/app.info").result == answer.result


def test_a_personal_session_has_no_application(world: World) -> None:
    answer = world.call("app.info", world.add_token(world.admin.id, None))
    assert (answer.error, answer.text) == ("ACCESS_DENIED", "Access denied! Application context required")
