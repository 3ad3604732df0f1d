"""Guesses at keys: those of bots by their length and number, all others by the address that they come from."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode, urlsplit

import msgspec
import pytest

from botyard.rpc.guessing import PER_ADDRESS, PER_CALLER
from botyard.server import application
from tests.conftest import MakeWorld
from tests.web.browser import Browser, resident
from tests.world import Person, World

LONG = "a-key-that-is-long"
SHORT = "fifteen-letters"


@pytest.fixture
def prod(make_world: MakeWorld) -> World:
    return make_world(profile="prod")


def body_of(world: World, method: str, by: Person | None = None, /, **params: Any) -> Any:
    """The body of a response, over https as such a portal wants it."""
    path = f"{(by or world.admin).path}/{method}"
    body = json.dumps(params).encode()
    return world.request("POST", path, body, {"content-type": "application/json"}, "https").body


def register(world: World, token: str, code: str = "bot", by: Person | None = None) -> Any:
    fields = {"code": code, "properties": {"name": "Bot"}, "eventMode": "fetch"}
    return body_of(world, "imbot.v2.Bot.register", by, botToken=token, fields=fields)


def register_v1(world: World, client_id: str, code: str = "one") -> Any:
    handlers = {f"EVENT_{name}": "https://example.com/" for name in ("MESSAGE_ADD", "WELCOME_MESSAGE", "BOT_DELETE")}
    more: dict[str, Any] = {"PROPERTIES": {"NAME": "Bot"}, **handlers}
    return body_of(world, "imbot.register", None, CODE=code, TYPE="B", CLIENT_ID=client_id, **more)


# How long they are.


def test_a_short_token_registers_nothing_where_others_reach_the_portal(prod: World) -> None:
    answer = register(prod, SHORT)
    assert (answer["error"], answer["error_description"]) == (
        "BOT_TOKEN_INVALID_LENGTH",
        "Bot token is shorter than 16 characters",
    )
    assert register(prod, f"  {SHORT}  ")["error"] == "BOT_TOKEN_INVALID_LENGTH", "blanks are no characters"
    assert register(prod, LONG)["result"]["bot"]["id"]
    answer = register_v1(prod, SHORT)
    assert answer["error"] == "WRONG_REQUEST"
    assert register_v1(prod, LONG)["result"]


def test_no_bot_is_given_a_short_token(prod: World) -> None:
    bot = register(prod, LONG)["result"]["bot"]["id"]
    answer = body_of(prod, "imbot.v2.Bot.update", botId=bot, botToken=LONG, fields={"botToken": SHORT})
    assert answer["error"] == "BOT_TOKEN_ROTATION_FAILED"
    answer = body_of(prod, "imbot.v2.Bot.update", botId=bot, botToken=LONG, fields={"botToken": f"another-{LONG}"})
    assert answer["result"]


def test_a_bot_that_has_a_short_one_keeps_it(make_world: MakeWorld) -> None:
    world = make_world()
    first, second = register(world, "short")["result"]["bot"]["id"], register_v1(world, "shorter")["result"]
    settings = msgspec.structs.replace(world.context.settings, profile="prod")
    world.context = msgspec.structs.replace(world.context, settings=settings)
    world.app = application(world.context)
    assert register(world, "short")["result"]["bot"]["id"] == first
    assert register_v1(world, "shorter")["result"] == second
    assert register(world, "short", "new")["error"] == "BOT_TOKEN_INVALID_LENGTH"
    assert register_v1(world, "shorter", "newer")["error"] == "WRONG_REQUEST"


# How often they are wrong.


def test_wrong_keys_of_bots_are_held_back_through_batches_too(prod: World) -> None:
    bot = register(prod, LONG)["result"]["bot"]["id"]
    guesser = prod.add_person("Eve")
    guesses = {
        f"g{number}": {"method": "imbot.v2.Bot.get", "params": {"botId": bot, "botToken": f"guess-{number:020}"}}
        for number in range(50)
    }
    # `Bot.get` tells everybody of a bot; commanding it takes the key.
    for guess in guesses.values():
        guess["method"] = "imbot.v2.Chat.InputAction.notify"
    errors = [
        error["error"] for error in body_of(prod, "batch", guesser, cmd=guesses)["result"]["result_error"].values()
    ]
    assert errors == ["BOT_OWNERSHIP_ERROR"] * PER_CALLER.burst + ["QUERY_LIMIT_EXCEEDED"] * (50 - PER_CALLER.burst)
    # Not even the right key is looked at now; other methods, and others, go on.
    right = {"botId": bot, "botToken": LONG}
    assert body_of(prod, "imbot.v2.Bot.update", guesser, **right)["error"] == "QUERY_LIMIT_EXCEEDED"
    assert body_of(prod, "profile", guesser)["result"]["ID"] == str(guesser.id)
    assert body_of(prod, "imbot.v2.Bot.list", **right)["result"]["bots"]
    prod.wait(PER_CALLER.seconds)
    assert body_of(prod, "imbot.v2.Bot.list", guesser, **right)["result"]["bots"]


@pytest.mark.parametrize(
    ("method", "params"),
    [
        ("imbot.v2.Bot.list", {"botToken": "{}"}),
        ("imbot.update", {"BOT_ID": 1001, "CLIENT_ID": "{}", "FIELDS": {"CODE": "x"}}),
        ("imbot.unregister", {"BOT_ID": 1001, "CLIENT_ID": "{}"}),
        ("imbot.command.unregister", {"COMMAND_ID": 0, "CLIENT_ID": "{}"}),
        ("imbot.v2.Bot.register", {"botToken": "{}", "fields": {"code": "two", "properties": {"name": "B"}}}),
        ("botyard.delivery.list", {"BOT_ID": 1001, "CLIENT_ID": "{}"}),
        ("imbot.v2.Event.get", {"botId": 1001, "botToken": "{}"}),
    ],
)
def test_whatever_tells_a_wrong_key_is_counted(prod: World, method: str, params: dict[str, Any]) -> None:
    register(prod, LONG, "two")
    command: dict[str, Any] = {"COMMAND": "help", "EVENT_COMMAND_ADD": "https://example.com/", "HIDDEN": "Y"}
    made = body_of(prod, "imbot.command.register", None, BOT_ID=1001, CLIENT_ID=LONG, **command)["result"]
    params = params | ({"COMMAND_ID": made} if "COMMAND_ID" in params else {})
    guesser = prod.add_person("Eve")
    for number in range(PER_CALLER.burst + 1):
        guess = f"guess-{number:030}"
        sent = json.loads(json.dumps(params).replace("{}", guess))
        answer = body_of(prod, method, guesser, **sent)
    assert answer["error"] == "QUERY_LIMIT_EXCEEDED"


def test_keys_that_open_nothing_are_held_back_by_address(prod: World) -> None:
    wrong = Person(prod.admin.id, "0" * 32)
    answers = [body_of(prod, "profile", wrong)["error"] for _ in range(PER_ADDRESS.burst + 1)]
    assert answers == ["INVALID_CREDENTIALS"] * PER_ADDRESS.burst + ["QUERY_LIMIT_EXCEEDED"]
    # Nobody at the same address is kept out by that.
    assert body_of(prod, "profile")["result"]["ID"] == str(prod.admin.id)


@pytest.mark.parametrize("wrong", ["client_id", "client_secret", "refresh_token"])
def test_secrets_of_applications_are_held_back_by_address(prod: World, wrong: str) -> None:
    app = prod.add_app()
    words = {"grant_type": "refresh_token", "client_id": app.client_id, "client_secret": app.client_secret}
    right = {**words, "refresh_token": app.refresh}
    answers = [token_for(prod, {**right, wrong: "0" * 32}) for _ in range(PER_ADDRESS.burst + 1)]
    assert len(set(answers[:-1])) == 1
    assert answers[0] in ("wrong_client", "invalid_client", "invalid_grant")
    assert answers[-1] == "QUERY_LIMIT_EXCEEDED"
    assert token_for(prod, right) == ""


def test_codes_are_held_back_by_address(prod: World) -> None:
    app = prod.add_app()
    words = {"client_id": app.client_id, "client_secret": app.client_secret}
    wrong = {**words, "grant_type": "authorization_code", "code": "0" * 32}
    answers = [token_for(prod, wrong) for _ in range(PER_ADDRESS.burst + 1)]
    assert answers == ["invalid_grant"] * PER_ADDRESS.burst + ["QUERY_LIMIT_EXCEEDED"]
    # Refresh tokens are counted together with them, and a right one is let through.
    refresh = {**words, "grant_type": "refresh_token"}
    assert token_for(prod, {**refresh, "refresh_token": "0" * 32}) == "QUERY_LIMIT_EXCEEDED"
    assert token_for(prod, {**refresh, "refresh_token": app.refresh}) == ""


def test_links_to_choose_a_password_are_held_back_by_address(prod: World) -> None:
    browser = Browser(prod)
    opened = [browser.get(f"/account/reset?key={number:032}").status for number in range(PER_ADDRESS.burst + 1)]
    assert opened == [404] * PER_ADDRESS.burst + [429]
    assert "too many wrong keys from this address" in browser.html
    posted = browser.post("/account/reset", {**browser.fields, "key": "0" * 32, "new": "staple battery horse"})
    assert posted.status in (403, 429)
    link = body_of(prod, "botyard.user.password.link", ID=resident(prod, "ann"))["result"]["LINK"]
    assert browser.get(f"/account/reset?{urlsplit(link).query}").status == 200
    prod.wait(2)
    assert [browser.get(f"/account/reset?key={number:032}").status for number in range(3)] == [404, 404, 429]


def token_for(world: World, words: dict[str, str]) -> str:
    """The error of a request for a token, if there is one."""
    answer = world.request("GET", f"/oauth/token/?{urlencode(words)}", b"", {}, "https")
    return str(answer.body.get("error", ""))


def test_where_bots_are_written_nothing_is_counted(world: World) -> None:
    bot = world.add_bot()
    guesses = {f"g{number}": f"imbot.update?BOT_ID={bot}&CLIENT_ID=wrong" for number in range(50)}
    errors = world.call("batch", cmd=guesses).result["result_error"]
    assert {answer["error"] for answer in errors.values()} == {"APP_ID_ERROR"}
