"""Whose bot a call means: BOT_ID, CLIENT_ID, or the application's first bot."""

from __future__ import annotations

import json

import pytest

from tests.story import CLIENT, history
from tests.world import Answer, AppKey, Person, World

NOT_FOUND = ("BOT_ID_ERROR", "Bot not found")
NOT_YOURS = ("APP_ID_ERROR", "Bot was installed by another REST application")


def says(world: World, by: Person | AppKey, to: Person, **named: object) -> Answer:
    return world.call("imbot.message.add", by, {"DIALOG_ID": to.id, "MESSAGE": "hi", **named})


def author(world: World, reader: Person, answer: Answer) -> int:
    """Who said what was just said to the reader."""
    row = world.read(lambda tx: tx.one("SELECT author_id FROM messages WHERE id = :id", id=answer.result))
    assert row is not None
    return int(row[0])


def test_an_application_need_not_name_its_only_bot(portal: World) -> None:
    app, ann = portal.add_app(), portal.add_person()
    bot = portal.add_bot(app)
    assert author(portal, ann, says(portal, app, ann)) == bot
    assert author(portal, ann, says(portal, app, ann, BOT_ID=bot)) == bot
    for absent in ("", 0, "0", None):
        assert author(portal, ann, says(portal, app, ann, BOT_ID=absent)) == bot


def test_of_several_the_first_registered_is_meant(portal: World) -> None:
    app, ann = portal.add_app(), portal.add_person()
    first, second = portal.add_bot(app), portal.add_bot(app, code="second")
    assert author(portal, ann, says(portal, app, ann)) == first
    assert author(portal, ann, says(portal, app, ann, BOT_ID=second)) == second
    portal.call("imbot.unregister", app, BOT_ID=first)
    assert author(portal, ann, says(portal, app, ann)) == second


def test_a_webhook_names_its_bot_by_client_id_alone(portal: World) -> None:
    """As the Python library bitrixogram does, which never sends BOT_ID."""
    ann = portal.add_person()
    mine, other = portal.add_bot(CLIENT_ID="mine"), portal.add_bot(code="other", CLIENT_ID="others")
    assert author(portal, ann, says(portal, portal.admin, ann, CLIENT_ID="mine")) == mine
    assert author(portal, ann, says(portal, portal.admin, ann, CLIENT_ID="others")) == other
    assert author(portal, ann, says(portal, portal.admin, ann, CLIENT_ID="mine", BOT_ID=mine)) == mine


def test_any_webhook_with_the_client_id_acts_for_the_bot(portal: World) -> None:
    ann = portal.add_person()
    bot = portal.add_bot()
    assert author(portal, ann, says(portal, portal.add_webhook(portal.admin.id), ann, CLIENT_ID=CLIENT)) == bot
    assert author(portal, ann, says(portal, ann, ann, CLIENT_ID=CLIENT)) == bot


def test_a_webhook_without_a_client_id_owns_nothing(portal: World) -> None:
    ann = portal.add_person()
    bot = portal.add_bot()
    for named, refusal in (({}, NOT_FOUND), ({"CLIENT_ID": ""}, NOT_FOUND), ({"BOT_ID": bot}, NOT_YOURS)):
        answer = says(portal, portal.admin, ann, **named)
        assert (answer.error, answer.text) == refusal


def test_a_bot_of_another_application_stays_theirs(portal: World) -> None:
    ann = portal.add_person()
    ours, theirs = portal.add_app(), portal.add_app(title="Other")
    bot = portal.add_bot(theirs)
    portal.add_bot(ours, code="ours")
    for by, named in ((ours, {}), (portal.admin, {"CLIENT_ID": CLIENT}), (portal.admin, {"CLIENT_ID": "x"})):
        answer = says(portal, by, ann, BOT_ID=bot, **named)
        assert (answer.error, answer.text) == NOT_YOURS


def test_the_name_of_an_application_opens_nothing_to_a_webhook(portal: World) -> None:
    ann, app = portal.add_person(), portal.add_app()
    bot = portal.add_bot(app)
    for name in (app.client_id, f"app:{app.client_id}", f"custom{app.client_id}"):
        answer = says(portal, portal.admin, ann, CLIENT_ID=name, BOT_ID=bot)
        assert (answer.error, answer.text) == NOT_YOURS
        assert says(portal, portal.admin, ann, CLIENT_ID=name).error == "BOT_ID_ERROR"


def test_an_application_is_itself_whatever_client_id_it_sends(portal: World) -> None:
    ann, app = portal.add_person(), portal.add_app()
    hooked, own = portal.add_bot(), portal.add_bot(app, code="own")
    assert author(portal, ann, says(portal, app, ann, CLIENT_ID=CLIENT)) == own
    assert says(portal, app, ann, CLIENT_ID=CLIENT, BOT_ID=hooked).error == "APP_ID_ERROR"


def test_people_who_use_the_application_act_for_the_bots_that_they_registered(portal: World) -> None:
    """The rest of the rule, and the setting that opens all bots to them, is in tests/api/test_application_bots.py."""
    app, ann = portal.add_app(), portal.add_person()
    portal.add_bot(app)
    hers = app._replace(token=portal.add_token(ann.id, app.id), user_id=ann.id)
    assert says(portal, hers, ann).error != ""
    bot = portal.add_bot(hers, code="hers")
    assert author(portal, ann, says(portal, hers, ann, BOT_ID=bot)) == bot
    assert [message["author_id"] for message in history(portal, ann, bot)] == [bot]


def test_what_a_webhook_calls_itself_is_not_kept(portal: World) -> None:
    """CLIENT_ID is as good as a password: only its keyed hash is stored."""
    portal.add_bot(CLIENT_ID="very-secret-name")
    rows = portal.read(lambda tx: tx.all("SELECT owner FROM bots UNION ALL SELECT owner FROM bot_handlers"))
    assert rows
    assert not [row for row in rows if "very-secret-name" in row[0]]
    assert "very-secret-name" not in json.dumps(portal.events())


@pytest.mark.parametrize("method", ["imbot.command.unregister", "imbot.app.unregister"])
def test_commands_and_icons_are_owned_alike(portal: World, method: str) -> None:
    app, bot = portal.add_app(), portal.add_bot()
    lang = [{"LANGUAGE_ID": "en", "TITLE": "Go"}]
    common = {"BOT_ID": bot, "CLIENT_ID": CLIENT, "LANG": lang}
    command = {"COMMAND": "go", "EVENT_COMMAND_ADD": "http://localhost:9/"}
    icon = {"CODE": "go", "JS_METHOD": "SEND", "JS_PARAM": "/go"}
    portal.call("imbot.command.register", None, common | command)
    portal.call("imbot.app.register", None, common | icon)
    table = "commands" if "command" in method else "chat_apps"
    rows = portal.read(lambda tx: tx.all(f"SELECT id FROM {table}"))
    named = {"COMMAND_ID" if "command" in method else "APP_ID": rows[0][0]}
    for by, client in ((app, CLIENT), (portal.admin, "other"), (portal.admin, "")):
        assert portal.call(method, by, named | {"CLIENT_ID": client}).error == "APP_ID_ERROR"
    assert portal.call(method, None, named | {"CLIENT_ID": CLIENT}).result is True
