"""Hints of chats and bots: the path to a fault, what is known, and nothing of what belongs to others."""

from __future__ import annotations

from typing import Any

import pytest

from botyard.model.people import UserKind
from botyard.rpc.scopes import every, usual
from tests.rpc.test_hints import hint
from tests.world import World

HALF = "half a character, such as half of an emoji"
KNOWN = "known: MESSAGE, LINK, RICH_LINK, USER, GRID, IMAGE, FILE, DELIMITER"
LINKED = "expected http://, https:// or a path from the root of the portal"
ATTACHED: list[tuple[Any, str]] = [
    ({"BLOCKS": [{"MESAGE": "Hi"}]}, "BLOCKS[0]: unknown block MESAGE; did you mean MESSAGE?"),
    ({"BLOCKS": [{"TABLE": "Hi"}]}, f"BLOCKS[0]: unknown block TABLE; {KNOWN}"),
    (
        {"BLOKS": [{"MESSAGE": "Hi"}]},
        "ATTACH: expected a list of blocks, or an object with BLOCKS; unknown name BLOKS: did you mean BLOCKS?",
    ),
    ("hello", "ATTACH: expected a list of blocks, or an object with BLOCKS, got a text"),
    ([{"IMAGE": {"LNK": "/a"}}], "BLOCKS[0].IMAGE: it needs LINK; unknown name LNK: did you mean LINK?"),
    ([{"MESSAGE": "Hi"}, {"IMAGE": {"NAME": "x"}}], "BLOCKS[1].IMAGE: it needs LINK"),
    ([{"IMAGE": {"LINK": "javascript:alert(1)"}}], f"BLOCKS[0].IMAGE.LINK: {LINKED}"),
    ([{"MESSAGE": "Hi"}, {"GRID": [{"WIDTH": 1}]}], "BLOCKS[1].GRID: it needs NAME or VALUE"),
    ([{"USER": {"AVATAR": "/a.png"}}], "BLOCKS[0].USER: it needs NAME"),
    ([{"MESSAGE": {"a": 1}}], "BLOCKS[0].MESSAGE: expected a text, got an object"),
    ({"BLOCKS": ["Hi"]}, "BLOCKS[0]: expected an object, got a text"),
    ("[{", "ATTACH: it is not valid JSON: Input data was truncated"),
    ('[{"MESSAGE":"\\ud83d"}]', f"ATTACH: it holds {HALF}"),
    ('[{"MESSAGE":"a\\ud83d and more of it"}]', f"ATTACH: it holds {HALF}"),
    ("[" * 100_000, "ATTACH: it is nested too deep"),
    ([{"MESSAGE": "x" * 40_000}], "ATTACH is 40016 bytes of JSON; the limit is 30720"),
]
KEYS: list[tuple[Any, str]] = [
    ('[{"TEXT":"\\ud83d","LINK":"/a"}]', f"KEYBOARD: it holds {HALF}"),
    ([{"TEXT": "A", "LINK": "/a"}, {"TEXT": ""}], "BUTTONS[1]: it needs TEXT"),
    ({"BUTTONS": [{"TEXT": "A"}]}, "BUTTONS[0]: it needs one of LINK, COMMAND, ACTION, APP_ID"),
    (
        {"BUTONS": [{"TEXT": "A", "LINK": "/a"}]},
        "KEYBOARD: expected a list of buttons, or an object with BUTTONS; unknown name BUTONS: did you mean BUTTONS?",
    ),
    ("hello", "KEYBOARD: expected a list of buttons, or an object with BUTTONS, got a text"),
    (["hello"], "BUTTONS[0]: expected an object, got a text"),
    ([{"TXT": "A", "LINK": "/a"}], "BUTTONS[0]: it needs TEXT; unknown name TXT: did you mean TEXT?"),
    (
        [{"TEXT": "A", "COMAND": "x"}],
        "BUTTONS[0]: it needs one of LINK, COMMAND, ACTION, APP_ID; unknown name COMAND: did you mean COMMAND?",
    ),
    ([{"TEXT": "A", "LINK": "ftp://x"}], f"BUTTONS[0].LINK: {LINKED}"),
    (
        [{"TEXT": "A", "ACTION": "JUMP", "ACTION_VALUE": "x"}],
        "BUTTONS[0]: ACTION is one of CALL, COPY, DIALOG, PUT, SEND, with ACTION_VALUE beside it",
    ),
]


@pytest.fixture
def hint_of(world: World) -> Any:
    """Sends a message of a bot that fails, and returns the hint."""
    bot = world.add_bot()

    def say(method: str = "imbot.message.add", **params: Any) -> str:
        named = {"BOT_ID": bot, "CLIENT_ID": "test-client", "DIALOG_ID": str(world.admin.id), "MESSAGE": "x"}
        answer = world.call(method, params={**named, **params})
        assert answer.status >= 400
        return hint(answer)

    return say


@pytest.mark.parametrize(("attach", "words"), ATTACHED)
def test_the_fault_of_an_attachment_is_found(hint_of: Any, attach: Any, words: str) -> None:
    assert hint_of(ATTACH=attach) == words


@pytest.mark.parametrize(("keyboard", "words"), KEYS)
def test_the_fault_of_a_keyboard_is_found(hint_of: Any, keyboard: Any, words: str) -> None:
    assert hint_of(KEYBOARD=keyboard) == words


def test_the_fault_of_a_menu_is_found(hint_of: Any) -> None:
    assert hint_of(MENU=[{"TEXT": "A"}]) == "ITEMS[0]: it needs one of LINK, COMMAND, ACTION, APP_ID"


def test_the_second_generation_hints_where_its_texts_say_nothing(world: World) -> None:
    bot = world.add_bot()
    answer = world.call(
        "imbot.v2.Chat.Message.send",
        botId=bot,
        botToken="test-client",
        dialogId=str(world.admin.id),
        fields={"message": "x", "attach": [{"MESAGE": "Hi"}]},
    )
    assert (answer.error, answer.text) == ("SENDING_FAILED", "Sending failed")
    assert hint(answer) == "BLOCKS[0]: unknown block MESAGE; did you mean MESSAGE?"


def test_the_second_generation_is_told_its_own_spelling(world: World) -> None:
    named = {"botId": world.add_bot(), "botToken": "test-client", "dialogId": str(world.admin.id)}
    answer = world.call("imbot.v2.Chat.Message.send", params={**named, "fields": {"message": "x", "keyboard": "hello"}})
    assert hint(answer) == ("fields[keyboard]: expected a list of buttons, or an object with BUTTONS, got a text")


def test_of_a_bot_that_does_not_exist_the_callers_own_are_listed(world: World) -> None:
    first, second = world.add_bot(code="one"), world.add_bot(code="two")
    other = world.add_bot(code="three", CLIENT_ID="another")
    missing = world.call("imbot.message.add", BOT_ID=987654, CLIENT_ID="test-client", DIALOG_ID="1", MESSAGE="x")
    assert missing.error == "BOT_ID_ERROR"
    assert hint(missing) == f"BOT_ID 987654 does not exist; this webhook's bots: {first}, {second}"
    foreign = world.call("imbot.message.add", BOT_ID=other, CLIENT_ID="test-client", DIALOG_ID="1", MESSAGE="x")
    assert foreign.error == "APP_ID_ERROR"
    assert hint(foreign) == (
        f"BOT_ID {other} is somebody else's, or was registered under another key; "
        f"this webhook's bots: {first}, {second}"
    )
    assert hint(world.call("imbot.v2.Event.get", botId=987654, botToken="test-client")) == (
        f"botId 987654 does not exist; this webhook's bots: {first}, {second}"
    )


def test_a_webhook_that_names_no_word_is_told_so_and_nothing_else(world: World) -> None:
    bot = world.add_bot()
    assert hint(world.call("imbot.message.add", BOT_ID=bot, DIALOG_ID="1", MESSAGE="x")) == (
        "CLIENT_ID is missing; expected the key under which this webhook has registered its bots"
    )
    assert hint(world.call("imbot.message.add", BOT_ID=bot, CLIENT_ID="guess", DIALOG_ID="1", MESSAGE="x")) == (
        f"BOT_ID {bot} is somebody else's, or was registered under another key; "
        "this webhook has no bots under this CLIENT_ID"
    )


def test_an_application_is_told_of_its_own_bots(world: World) -> None:
    app = world.add_app()
    bot = world.add_bot(by=app)
    world.add_bot(code="other")
    assert hint(world.call("imbot.message.add", app, BOT_ID=987654, DIALOG_ID="1", MESSAGE="x")) == (
        f"BOT_ID 987654 does not exist; this application's bots: {bot}"
    )


@pytest.mark.parametrize("method", ["imbot.dialog.get", "imbot.message.add", "im.message.add", "imbot.chat.sendTyping"])
def test_what_is_closed_and_what_does_not_exist_are_told_alike(world: World, method: str) -> None:
    bot = world.add_bot()
    ann = world.add_person()
    secret = world.add_chat(by=ann)
    stranger = world.add_person()
    named = {"BOT_ID": bot, "CLIENT_ID": "test-client", "MESSAGE": "x"}
    answers = [
        world.call(method, stranger, {**named, "DIALOG_ID": dialog}) for dialog in (f"chat{secret}", "chat987654")
    ]
    assert answers[0].status == answers[1].status >= 400
    who = "bot" if method.startswith("imbot.") and method != "imbot.dialog.get" else "caller"
    assert hint(answers[0]) == hint(answers[1]) == f"there is no such dialog, or the {who} is not in it"


def test_a_hidden_message_and_none_are_told_alike(world: World) -> None:
    bot = world.add_bot()
    ann = world.add_person()
    room = world.add_chat(by=ann)
    hidden = world.call("im.message.add", ann, DIALOG_ID=f"chat{room}", MESSAGE="secret").result
    named = {"BOT_ID": bot, "CLIENT_ID": "test-client", "MESSAGE": "x"}
    hints = {
        hint(world.call("imbot.message.update", params={**named, "MESSAGE_ID": message}))
        for message in (hidden, 987654)
    }
    assert hints == {f"there is no message {message} in a chat that the bot is in" for message in (hidden, 987654)}


@pytest.mark.parametrize("method", ["get", "update", "delete", "Reaction.add", "Reaction.delete"])
def test_a_message_that_is_not_named_is_missed(world: World, method: str) -> None:
    fields = {"code": "eye", "type": "supervisor", "properties": {"name": "Eye"}}
    eye = world.call("imbot.v2.Bot.register", botToken="t", fields=fields).result["bot"]["id"]
    answer = world.call(f"imbot.v2.Chat.Message.{method}", botId=eye, botToken="t")
    assert (answer.error, hint(answer)) == ("ACCESS_DENIED", "messageId is missing; expected the number of a message")


def test_lists_of_words_are_told(world: World, hint_of: Any) -> None:
    kind = {"code": "n", "botToken": "t", "type": "x", "properties": {"name": "N"}}
    assert hint_of("imbot.v2.Bot.register", fields=kind).startswith("known types: bot, ")
    assert hint_of("imbot.chat.updateColor", CHAT_ID=world.add_chat(users=[world.add_bot()]), COLOR="x").startswith(
        "known colours: RED, "
    )
    answer = world.call("event.bind", world.add_app(), event="ONIMBOTMESAGEADD", handler="http://x/")
    assert hint(answer).startswith("no event 'ONIMBOTMESAGEADD'; nearest: ONIMBOTMESSAGEADD")


def test_a_role_is_told_to_members_only(world: World) -> None:
    bot = world.add_bot()
    room = world.add_chat(users=[bot])
    named = {"BOT_ID": bot, "CLIENT_ID": "test-client", "CHAT_ID": room}
    answer = world.call("imbot.chat.setOwner", params={**named, "USER_ID": bot})
    assert hint(answer) == "to set owner takes the role owner; the bot's is member"


def test_limits_say_which_and_how_much(make_world: Any) -> None:
    world = make_world(limits="cloud", max_bots=1)
    world.add_bot()
    answer = world.call(
        "imbot.register", CODE="more", CLIENT_ID="test-client", EVENT_HANDLER="http://x/", PROPERTIES={"NAME": "M"}
    )
    assert hint(answer) == "no more than 1 can be registered"
    answers = [world.call("server.time") for _ in range(60)]
    refused = next(reply for reply in answers if reply.status == 503)
    assert hint(refused) == "more than 50 calls at once; 2 a second are forgiven"


CHATS = [
    ("imbot.chat.updateColor", {"COLOR": "MINT"}),
    ("imbot.chat.setOwner", {"USER_ID": 1}),
    ("imbot.chat.setManager", {"USER_ID": 1}),
    ("imbot.chat.updateTitle", {"TITLE": "x"}),
    ("imbot.chat.user.add", {"USERS": [1]}),
    ("imbot.chat.user.delete", {"USER_ID": 1}),
    ("imbot.chat.user.list", {}),
    ("imbot.chat.leave", {}),
]


@pytest.mark.parametrize(("method", "more"), CHATS)
def test_a_group_chat_that_is_closed_and_none_are_told_alike(world: World, method: str, more: Any) -> None:
    bot = world.add_bot()
    secret = world.add_chat(by=world.add_person())
    named = {"BOT_ID": bot, "CLIENT_ID": "test-client", **more}
    hints = {hint(world.call(method, params={**named, "CHAT_ID": chat})) for chat in (secret, 987654)}
    assert hints == {"there is no such group chat, or the bot is not in it"}


def test_of_a_chat_that_a_bot_is_not_in_the_bot_is_spoken_of(world: World) -> None:
    """Whoever calls may well be in the chat, as its owner is."""
    bot = world.add_bot()
    room = f"chat{world.add_chat()}"
    first = {"BOT_ID": bot, "CLIENT_ID": "test-client", "DIALOG_ID": room, "MESSAGE": "x"}
    for method in ("imbot.message.add", "imbot.chat.sendTyping"):
        assert hint(world.call(method, params=first)) == "there is no such dialog, or the bot is not in it"
    second = {"botId": bot, "botToken": "test-client", "dialogId": room, "fields": {"message": "x"}}
    for method in ("imbot.v2.Chat.Message.send", "imbot.v2.Chat.InputAction.notify"):
        assert hint(world.call(method, params=second)) == "there is no such dialog, or the bot is not in it"


def test_a_press_of_a_command_that_is_not_registered_says_so(world: World) -> None:
    bot = world.add_bot()
    room = world.add_chat(users=[bot])
    keys = [{"TEXT": "More", "COMMAND": "more"}]
    named = {"BOT_ID": bot, "CLIENT_ID": "test-client", "DIALOG_ID": f"chat{room}"}
    sent = world.call("imbot.message.add", params={**named, "MESSAGE": "x", "KEYBOARD": keys}).result
    pressed = world.call("im.message.command", MESSAGE_ID=sent, BOT_ID=bot, COMMAND="/more")
    assert (pressed.status, pressed.error) == (400, "PARAMS_ERROR")
    assert hint(pressed) == (
        f"bot {bot} has no command /more; imbot.command.register or imbot.v2.Command.register adds one"
    )


def test_a_press_where_the_bot_is_not_says_so(world: World) -> None:
    bot = world.add_bot()
    world.call(
        "imbot.v2.Command.register",
        params={"botId": bot, "botToken": "test-client", "fields": {"command": "more", "title": {"en": "More"}}},
    )
    message_id = world.call("im.message.add", DIALOG_ID=f"chat{world.add_chat()}", MESSAGE="x").result
    assert hint(world.call("im.message.command", MESSAGE_ID=message_id, BOT_ID=bot, COMMAND="more")) == (
        f"/more works only in chats that bot {bot} is in, and it is not in this one"
    )


def test_people_from_outside_are_not_told_which_commands_they_may_not_call(world: World) -> None:
    bot = world.add_bot()
    guest = world.add_person(kind=UserKind.EXTRANET)
    room = world.add_chat(users=[bot, guest.id])
    world.call(
        "imbot.v2.Command.register",
        params={"botId": bot, "botToken": "test-client", "fields": {"command": "more", "title": {"en": "More"}}},
    )
    message_id = world.call("im.message.add", DIALOG_ID=f"chat{room}", MESSAGE="x").result
    pressed = {"MESSAGE_ID": message_id, "BOT_ID": bot}
    answers = [world.call("im.message.command", guest, {**pressed, "COMMAND": word}) for word in ("more", "none")]
    assert [hint(answer).replace("none", "more") for answer in answers] == [
        f"bot {bot} has no command /more that people from outside may call; "
        "imbot.command.register or imbot.v2.Command.register adds one"
    ] * 2


def test_a_webhook_without_its_slash_is_told_what_is_missing(world: World) -> None:
    path = f"/rest/{world.admin.id}/{world.admin.secret}"
    for address in (f"{path}profile", path, f"{path}/"):
        answer = world.get(address)
        assert answer.status in (401, 404)
        assert hint(answer).startswith("the address names no method: it is /rest/USER/SECRET/METHOD")


MISSING = [
    ("botyard.user.get", "ID is missing; expected the number of a person"),
    ("botyard.webhook.revoke", "ID is missing; expected the number of a webhook"),
    ("botyard.app.get", "CLIENT_ID is missing; expected the client id of an application"),
    ("disk.file.get", "id is missing; expected the number of a file"),
]


@pytest.mark.parametrize(("method", "words"), MISSING)
def test_a_number_that_did_not_come_is_missing_and_not_unknown(world: World, method: str, words: str) -> None:
    assert hint(world.call(method)) == words


def test_what_did_come_and_is_unknown_is_told_as_before(world: World) -> None:
    assert hint(world.call("botyard.user.get", ID=987654)) == "there is no such person, or it is inactive or a guest"
    assert hint(world.call("disk.file.get", id="x")).startswith("id: expected the number of a file")


def test_people_need_a_login(world: World) -> None:
    answer = world.call("botyard.user.add", NAME="Ann")
    assert answer.text == "LOGIN is missing: people sign in with it; only guests have none"
    other = world.call("botyard.user.add", NAME="Ann", KIND="guest", LOGIN="ann")
    assert other.text == "LOGIN belongs to employee and extranet, and to no other kind"


def test_what_is_no_number_is_not_the_first_bot(world: World) -> None:
    bot = world.add_bot()
    named = {"CLIENT_ID": "test-client", "DIALOG_ID": str(world.admin.id), "MESSAGE": "x"}
    for wrong in ("abc", "bot1", [1], {"x": 1}):
        answer = world.call("imbot.message.add", params={**named, "BOT_ID": wrong})
        assert (answer.status, answer.error) == (400, "BOT_ID_ERROR"), wrong
        assert hint(answer).startswith(
            f"BOT_ID is not the number of a bot; this webhook's bots: {bot}; BOT_ID: expected"
        )
    for absent in ("", "None", None, 0, "0"):
        assert world.call("imbot.message.add", params={**named, "BOT_ID": absent}).status == 200, absent


@pytest.mark.parametrize("method", ["botyard.webhook.add", "botyard.token.issue"])
def test_what_is_no_number_is_not_the_caller(world: World, method: str) -> None:
    assert world.call(method, USER_ID="abc", SCOPE="im").status == 400
    assert world.call(method, SCOPE="im").result["USER_ID"] == world.admin.id


@pytest.mark.parametrize("method", ["botyard.webhook.add", "botyard.token.issue", "botyard.app.add"])
def test_a_key_without_scope_has_the_usual_permissions(world: World, method: str) -> None:
    maker = world.add_webhook(world.admin.id, ",".join(every()))
    made = world.call(method, maker, TITLE="Usual").result
    shown = made.get("SCOPE") or next(
        key["SCOPE"] for key in world.call("botyard.webhook.list").result if key["ID"] == made["ID"]
    )
    # An application may administer the portal only where that is named.
    assert shown == [
        permission for permission in usual(every()) if permission != "botyard" or method != "botyard.app.add"
    ]
    assert world.call(method, TITLE="None", SCOPE=[]).text == "SCOPE must name a permission"


def test_a_bot_that_is_called_waits_in_vain_and_is_told(world: World) -> None:
    bot = world.add_bot()
    answer = world.call("imbot.v2.Event.get", botId=bot, botToken="test-client")
    assert (answer.status, answer.result["events"]) == (200, [])
    assert hint(answer).startswith(f"no events lie ready: bot {bot} was registered with handlers, and they are called")
    batched = world.call("batch", cmd={"one": f"imbot.v2.Event.get?botId={bot}&botToken=test-client"})
    assert hint(batched).startswith(f"one: no events lie ready: bot {bot}")
    fields = {"code": "f", "properties": {"name": "F"}, "eventMode": "fetch"}
    made = world.call("imbot.v2.Bot.register", params={"botToken": "test-client", "fields": fields})
    fetching = world.call("imbot.v2.Event.get", botId=made.result["bot"]["id"], botToken="test-client")
    assert "botyard-hint" not in fetching.headers


def test_a_command_without_a_title_names_where_it_goes(world: World) -> None:
    bot = world.add_bot()
    answer = world.call(
        "imbot.v2.Command.register", params={"botId": bot, "botToken": "test-client", "fields": {"command": "more"}}
    )
    assert answer.error == "COMMAND_TITLE_REQUIRED"
    assert "fields[title][en]" in hint(answer)


BROKEN = [
    ('{"message":"\\ud83d"}', f"fields: it holds {HALF}"),
    ('{"message":"hi"', "fields: the JSON ends too early"),
    ('{"message": hi}', "fields: it is not valid JSON (byte 12)"),
    ('{"a":' * 100 + "1" + "}" * 100, "fields: it is nested deeper than 64 levels"),
]


@pytest.mark.parametrize(("fields", "words"), BROKEN)
def test_json_text_for_an_object_that_cannot_be_read_is_told_as_it_is(world: World, fields: str, words: str) -> None:
    params = {"botId": world.add_bot(), "botToken": "test-client", "dialogId": str(world.admin.id), "fields": fields}
    answer = world.call("imbot.v2.Chat.Message.send", params=params)
    assert (answer.status, hint(answer)) == (400, words)


def test_json_text_of_an_object_is_looked_into(world: World) -> None:
    params = {"botId": world.add_bot(), "botToken": "test-client", "dialogId": str(world.admin.id)}
    answer = world.call("imbot.v2.Chat.Message.send", params={**params, "fields": '{"mesage":"hi"}'})
    assert "unknown parameter fields[mesage]; did you mean fields[message]?" in hint(answer)


def test_half_an_emoji_in_the_text_of_a_list_or_a_profile(world: World) -> None:
    bot = {"BOT_ID": world.add_bot(), "CLIENT_ID": "test-client"}
    lang = '[{"LANGUAGE_ID":"en","TITLE":"\\ud83d"}]'
    command = {"COMMAND": "z", "EVENT_COMMAND_ADD": "http://localhost:9/c", "LANG": lang}
    assert f"LANG: it holds {HALF}" in hint(world.call("imbot.command.register", params={**bot, **command}))
    made = {"CODE": "half", "CLIENT_ID": "test-client", "EVENT_HANDLER": "http://localhost:9/c"}
    answer = world.call("imbot.register", params={**made, "PROPERTIES": '{"NAME":"\\ud83d"}'})
    assert hint(answer) == f"PROPERTIES: it holds {HALF}"


@pytest.mark.parametrize("word", ["None", "null", "undefined"])
def test_words_for_nothing_in_what_a_bot_of_the_second_generation_sends(world: World, word: str) -> None:
    named = {"code": f"n{word}", "botToken": "test-client", "eventMode": "fetch", "webhookUrl": word}
    made = world.call("imbot.v2.Bot.register", params={"fields": {**named, "properties": {"name": "N"}}})
    bot = made.result["bot"]["id"]
    params = {"botId": bot, "botToken": "test-client", "dialogId": str(world.admin.id)}
    update = {"botId": bot, "botToken": "test-client", "fields": {"webhookUrl": word}}
    assert world.call("imbot.v2.Bot.update", params=update).status == 200
    fields = {"message": "x", "attach": [word], "keyboard": [word], "forwardIds": word}
    assert world.call("imbot.v2.Chat.Message.send", params={**params, "fields": fields}).result["id"] > 0
    update["fields"] = {"eventMode": "webhook", "webhookUrl": word}
    assert world.call("imbot.v2.Bot.update", params=update).error == "BOT_INVALID_CALLBACK"


@pytest.mark.parametrize("forward_ids", ["x", [None], {"a": "b"}, list(range(1, 200))])
def test_forward_ids_that_are_none_are_told(world: World, forward_ids: Any) -> None:
    named = {"botId": world.add_bot(), "botToken": "test-client", "dialogId": str(world.admin.id)}
    answer = world.call(
        "imbot.v2.Chat.Message.send", params={**named, "fields": {"message": "x", "forwardIds": forward_ids}}
    )
    assert answer.error == "SENDING_FAILED"
    assert hint(answer) == (
        "fields[forwardIds]: expected an object of UUIDs and the numbers of messages, "
        "or a list of the numbers, at most 100"
    )


def test_who_is_no_administrator_is_told_so(world: World) -> None:
    answer = world.call("botyard.user.list", world.add_person("Ann", "Smith"))
    assert hint(answer) == "An administrator may call it; the caller is no administrator"


@pytest.mark.parametrize("word", ["None", "null", "undefined"])
class TestAddresses:
    """What clients make of a value that is not there is no address, and no refusal."""

    def test_of_a_bot(self, world: World, word: str) -> None:
        slots = ("MESSAGE_ADD", "MESSAGE_UPDATE", "MESSAGE_DELETE", "WELCOME_MESSAGE", "BOT_DELETE")
        events = {f"EVENT_{slot}": word for slot in slots}
        good = {"CODE": "w", "CLIENT_ID": "c", "PROPERTIES": {"NAME": "W", "PERSONAL_WWW": word}}
        bot = world.call("imbot.register", params={**good, **events, "EVENT_HANDLER": "http://localhost:9/"}).result
        assert bot > 0
        nothing = world.call("imbot.register", params={**good, **events, "CODE": "v"})
        assert (nothing.status, nothing.error) == (400, "EVENT_MESSAGE_ADD_ERROR")
        assert hint(nothing).startswith("EVENT_MESSAGE_ADD or EVENT_HANDLER is missing")
        update = {"CLIENT_ID": "c", "BOT_ID": bot, "FIELDS": {**events, "PROPERTIES": {"NAME": "X"}}}
        assert world.call("imbot.update", params=update).result is True

    def test_of_a_command(self, world: World, word: str) -> None:
        named = {"CLIENT_ID": "test-client", "BOT_ID": world.add_bot(), "COMMAND": "more", "HIDDEN": "Y"}
        nothing = world.call("imbot.command.register", params={**named, "EVENT_COMMAND_ADD": word})
        assert hint(nothing).startswith("EVENT_COMMAND_ADD is missing")
        good = world.call("imbot.command.register", params={**named, "EVENT_COMMAND_ADD": "http://localhost:9/"})
        changed = {"CLIENT_ID": "test-client", "COMMAND_ID": good.result}
        fields = {"EVENT_COMMAND_ADD": word, "HIDDEN": "Y"}
        assert world.call("imbot.command.update", params={**changed, "FIELDS": fields}).result is True

    def test_of_an_application(self, world: World, word: str) -> None:
        params = {"TITLE": "App", "SCOPE": "im", "HANDLER_URL": word, "INSTALL_URL": word, "REDIRECT_URI": word}
        made = world.call("botyard.app.add", params=params).result
        assert (made["HANDLER_URL"], made["REDIRECT_URI"]) == ("", "")

    def test_of_a_message(self, world: World, word: str) -> None:
        named = {"botId": world.add_bot(), "botToken": "test-client", "dialogId": str(world.admin.id)}
        sent = [
            world.call("imbot.v2.Chat.Message.send", params={**named, "fields": {"message": "x", "templateId": word}})
            for _ in range(2)
        ]
        assert sent[0].result["id"] != sent[1].result["id"], "no UUID of two messages"
