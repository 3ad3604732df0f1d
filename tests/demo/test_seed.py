"""Seeds: people, chats and messages out of a file, YAML or JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest

from botyard.demo import content, seed
from botyard.demo.seed import (
    InvalidSeed,
    Person,
    SeedBot,
    SeedButton,
    SeedChat,
    SeedDialog,
    SeedMessage,
    SeedNotification,
)
from botyard.demo.seed_file import located, read
from tests.demo.test_demo import DemoWorld

Plant = Callable[..., DemoWorld]

ZOE = {"login": "zoe", "name": "Zoe", "last_name": "Quinn", "department": "Support"}


@pytest.fixture
def plant(tmp_path: Path) -> Iterator[Plant]:
    """Make a demo portal with a seed on top."""
    made: list[DemoWorld] = []

    def planted(**seed: Any) -> DemoWorld:
        file = tmp_path / "seed.json"
        file.write_text(json.dumps(seed))
        made.append(DemoWorld(tmp_path / "portal", read(file)))
        return made[-1]

    yield planted
    for world in made:
        world.close()


def test_people_are_added_with_password_webhook_and_department(plant: Plant) -> None:
    world = plant(people=[ZOE, {"login": "pat", "extranet": True}])
    zoe = world.filled.seeded.people["zoe"]
    row = next(row for row in world.call("user.get").result if row["ID"] == str(zoe))
    assert (row["NAME"], row["LAST_NAME"], row["UF_DEPARTMENT"]) == ("Zoe", "Quinn", [2])
    assert world.call("profile", world.as_("zoe")).result["NAME"] == "Zoe"
    assert world.call("profile", world.as_("pat")).result["NAME"] == "pat"


def test_a_chat_is_added_with_members_messages_and_marks(plant: Plant) -> None:
    expected = [
        {"from": "zoe", "text": "First", "ago": 20, "read_by": ["ben"]},
        {"from": "ben", "text": "Second", "ago": 10, "reply_to": 1, "liked_by": ["zoe"]},
    ]
    chat = {"title": "Planning", "owner": "zoe", "members": ["ben"], "managers": ["alice"], "messages": expected}
    world = plant(people=[ZOE], chats=[{**chat, "color": "RED", "muted_by": ["alice"]}])
    dialog = world.dialog_as(f"chat{world.filled.seeded.chats[0]}")
    assert (dialog["name"], dialog["color"], dialog["counter"]) == ("Planning", "#df532d", 2)
    assert dialog["owner"] == world.filled.seeded.people["zoe"]
    assert 1 in dialog["manager_list"]
    assert dialog["mute_list"] == {"1": True}


def test_who_says_something_in_a_seed_is_not_seen_by_it(plant: Plant) -> None:
    messages = [{"from": "zoe", "text": "First", "ago": 2}, {"from": "zoe", "text": "/help", "ago": 1, "reply_to": 1}]
    world = plant(people=[ZOE], chats=[{"title": "Planning", "owner": "zoe", "members": ["ben"], "messages": messages}])
    user = world.call("botyard.user.get", ID=world.filled.seeded.people["zoe"]).result
    assert user["LAST_ACTIVITY"] is None


def test_a_chat_is_the_thread_of_a_message_of_the_seed(plant: Plant) -> None:
    rooms = [
        {"title": "News", "owner": "ben", "members": ["alice"], "messages": [{"from": "ben", "text": "A fair"}]},
        {"title": "About it", "owner": "alice", "thread_of": "News", "text_field": False, "background": 7},
    ]
    world = plant(chats=rooms)
    news, thread = world.filled.seeded.chats
    dialog = world.dialog_as(f"chat{thread}")
    assert (dialog["message_type"], dialog["parent_chat_id"]) == ("T", news)
    assert dialog["parent_message_id"] == world.dialog_as(f"chat{news}")["last_message_id"]
    assert (dialog["text_field_enabled"], dialog["background_id"]) == (False, 7)


def test_a_chat_of_an_entity_is_found_by_it(plant: Plant) -> None:
    world = plant(chats=[{"title": "Task", "owner": "ben", "entity_type": "TASKS", "entity_id": "7"}])
    chat = world.call("imbot.chat.get", world.as_("ben"), ENTITY_TYPE="TASKS", ENTITY_ID="7").result
    assert chat == {"ID": world.filled.seeded.chats[0]}


def test_a_bot_is_added_for_the_application_and_writes(plant: Plant) -> None:
    keyboard = [{"TEXT": "Yes", "COMMAND": "yes"}]
    world = plant(
        bots=[{"code": "oracle", "name": "Oracle"}],
        dialogs=[{"between": ["oracle", "ben"], "messages": [{"from": "oracle", "text": "Ask", "keyboard": keyboard}]}],
    )
    bot_id = world.filled.seeded.people["oracle"]
    token = world.shown.application.access_token
    assert world.call("imbot.update", token, BOT_ID=bot_id, FIELDS={"PROPERTIES": {"NAME": "Sage"}}).status == 200
    messages = world.call("im.dialog.messages.get", world.as_("ben"), DIALOG_ID=str(bot_id)).result["messages"]
    assert messages[0]["params"]["KEYBOARD"][0]["BOT_ID"] == bot_id


def test_messages_may_be_added_to_a_demo_dialog(plant: Plant) -> None:
    world = plant(dialogs=[{"between": ["ben", "alice"], "messages": [{"from": "alice", "text": "Yes, at one."}]}])
    messages = world.call("im.dialog.messages.get", DIALOG_ID="2").result["messages"]
    assert [message["text"] for message in messages[:2]] == ["Yes, at one.", "Lunch?"]


def test_people_are_notified(plant: Plant) -> None:
    attach = [{"BLOCKS": [{"MESSAGE": "Room 5"}]}]
    world = plant(
        people=[ZOE],
        notifications=[
            {"to": "zoe", "text": "new", "from": "ben", "ago": 5, "type": "tasks|update", "tag": "T", "title": "Task"},
            {"to": "zoe", "text": "old", "ago": 60, "read": True, "sub_tag": "S", "attach": attach},
            {
                "to": "zoe",
                "text": "Join?",
                "from": "alice",
                "ago": 30,
                "buttons": [{"value": "Y", "title": "Yes", "reply": "Joined"}, {"value": "N", "title": "No"}],
            },
            {"to": "zoe", "text": "replaced", "ago": 20, "tag": "T"},
        ],
    )
    zoe = world.as_("zoe")
    box = world.call("im.notify.get", zoe).result
    rows = [(row["text"], row["notify_type"], row["author_id"], row["notify_read"]) for row in box["notifications"]]
    assert rows == [("Join?", 1, 1, "N"), ("new", 2, 2, "N"), ("old", 4, 0, "Y")]
    asked, new, old = box["notifications"]
    assert (new["setting_name"], new["notify_title"], new["notify_tag"]) == ("tasks|update", "Task", "T")
    assert (old["notify_sub_tag"], old["params"]["ATTACH"][0]["BLOCKS"]) == ("S", [{"MESSAGE": "Room 5"}])
    assert old["date"] < asked["date"] < new["date"]
    pressed = world.call("im.notify.confirm", zoe, NOTIFY_ID=asked["id"], NOTIFY_VALUE="Y").result
    assert pressed == {"result_message": ["Joined"]}


def test_the_documented_seed_becomes_what_is_documented(plant: Plant) -> None:
    page = Path(__file__).parents[2] / "docs" / "how-to" / "tests-in-any-language.md"
    text = page.read_text()
    match = re.search(r"```json\n(.*?)```", text, re.DOTALL)
    assert match
    world = plant(**json.loads(match[1]))
    assert json.dumps(world.filled.seeded._asdict()) in " ".join(text.split())


@pytest.mark.parametrize(
    ("part", "kind"),
    [
        ("people", Person),
        ("bots", SeedBot),
        ("chats", SeedChat),
        ("dialogs", SeedDialog),
        ("messages", SeedMessage),
        ("notifications", SeedNotification),
        ("buttons", SeedButton),
    ],
)
def test_every_field_is_documented(part: str, kind: type[msgspec.Struct]) -> None:
    page = Path(__file__).parents[2] / "docs" / "how-to" / "tests-in-any-language.md"
    row = next(line for line in page.read_text().splitlines() if line.startswith(f"| `{part}` |"))
    for field in msgspec.structs.fields(kind):
        assert f"`{field.encode_name}`" in row


@pytest.mark.parametrize(
    ("seed", "sentence"),
    [
        ({"people": [{"login": "ben"}]}, "people[0]: there are two of the name 'ben'"),
        ({"people": [{"login": ""}]}, "people[0]: the name is empty"),
        ({"bots": [{"code": "demo_helper"}]}, "bots[0]: there are two of the name 'demo_helper'"),
        ({"chats": [{"owner": "nobody"}]}, "chats[0]: nobody has the name 'nobody'"),
        ({"chats": [{"owner": "ben", "color": "PLAID"}]}, "chats[0]: there is no color 'PLAID'"),
        (
            {"chats": [{"owner": "ben", "messages": [{"from": "clara", "text": "?"}]}]},
            "chats[0].messages[0]: 'clara' is not in the chat",
        ),
        ({"chats": [{"owner": "ben", "messages": [{"from": "ben"}]}]}, "chats[0].messages[0]: it says nothing"),
        (
            {"chats": [{"owner": "ben", "messages": [{"from": "ben", "text": "?", "reply_to": 1}]}]},
            "chats[0].messages[0]: there is no message 1 before it",
        ),
        ({"chats": [{"owner": "ben", "thread_of": "Attic"}]}, "chats[0]: there is no chat 'Attic' above it"),
        (
            {"chats": [{"owner": "ben", "thread_of": "Release 1.0", "thread_under": 99}]},
            "chats[0]: there is no message 99 before it in 'Release 1.0'",
        ),
        ({"notifications": [{"to": "nobody", "text": "?"}]}, "notifications[0]: nobody has the name 'nobody'"),
        ({"notifications": [{"to": "ben", "text": ""}]}, "notifications[0]: a text"),
        (
            {"notifications": [{"to": "ben", "text": "?", "buttons": [{"value": "Y", "title": ""}]}]},
            "notifications[0]: a text, or the value or title of a button, is empty",
        ),
        ({"notifications": [{"to": "demo_helper", "text": "?"}]}, "notifications[0]: bots are not notified"),
        (
            {"notifications": [{"to": "ben", "text": "?", "attach": 7}]},
            "notifications[0] is refused: The attachment cannot be read",
        ),
        (
            {"dialogs": [{"between": ["ben", "clara"], "messages": [{"from": "ben", "text": "?", "attach": 7}]}]},
            "dialogs[0].messages[0] is refused: The attachment cannot be read",
        ),
    ],
)
def test_what_cannot_be_planted_is_told_with_its_place(plant: Plant, seed: dict[str, Any], sentence: str) -> None:
    with pytest.raises(InvalidSeed) as caught:
        plant(**seed)
    assert sentence in str(caught.value)
    assert str(caught.value).endswith(".")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("{", "is not JSON"),
        ("[]", "is wrong: Expected `object`"),
        ('{"folks": []}', "unknown field `folks`"),
        ('{"people": [{"login": 7}]}', "`$.people[0].login`"),
        ('{"chats": [{"owner": "ben", "type": "SECRET"}]}', "`$.chats[0].type`"),
        ('{"people": [{}]}', "missing required field `login`"),
    ],
)
def test_a_file_that_is_no_seed_is_told_apart(tmp_path: Path, text: str, sentence: str) -> None:
    file = tmp_path / "seed.json"
    file.write_text(text)
    with pytest.raises(InvalidSeed) as caught:
        read(file)
    assert sentence in str(caught.value)
    assert str(file) in str(caught.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidSeed, match=r"cannot be read: No such file"):
        read(tmp_path / "none.json")


YAML = """
people:
  - login: zoe
    birthday: 1990-05-01   # A text, as all dates are.
    mobile: 0123
bots:
  - {code: oracle, name: Yes}
chats:
  - title: 12:30
    owner: zoe
    members: [oracle]
    messages:
      - from: oracle
        text: >-
          Shall
          we?
        keyboard: [{TEXT: Yes, COMMAND: yes}, {TEXT: No, COMMAND: no}]
"""


def seed_of(folder: Path, text: str, name: str = "seed.yaml") -> Path:
    file = folder / name
    file.write_text(text)
    return file


def test_yaml_says_what_json_says(tmp_path: Path) -> None:
    """Words such as `yes` are texts, as in JSON: buttons are called so."""
    plan = read(seed_of(tmp_path, YAML))
    assert (plan.people[0].birthday, plan.people[0].mobile) == ("1990-05-01", "0123")
    assert (plan.bots[0].name, plan.chats[0].title) == ("Yes", "12:30")
    message = plan.chats[0].messages[0]
    assert (message.text, [button["COMMAND"] for button in message.keyboard]) == ("Shall we?", ["yes", "no"])
    as_json = json.dumps(msgspec.to_builtins(plan))
    assert read(seed_of(tmp_path, as_json, "seed.json")) == plan
    assert read(seed_of(tmp_path, as_json)) == plan


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("people:\n  - login: zoe\n    admin: 7\n", "Expected `bool`, got `int` - at `$.people[0].admin`, on line 3."),
        ("chats:\n\n  - title: A\n", "missing required field `owner` - at `$.chats[0]`, on line 3."),
        ("people:\n  - login: zoe\n    login: pat\n", "is not YAML: 'login' stands here twice, on line 3."),
        ("people:\n  - login: 'zoe\n", "is not YAML: found unexpected end of stream, on line 3."),
        ("people: [*zoe]\n", "is not YAML: found undefined alias 'zoe', on line 1."),
        ("!!python/object/apply:os.getcwd []", "could not determine a constructor for the tag"),
    ],
)
def test_what_is_wrong_in_yaml_is_told_with_its_line(tmp_path: Path, text: str, sentence: str) -> None:
    with pytest.raises(InvalidSeed) as caught:
        read(seed_of(tmp_path, text))
    assert sentence in str(caught.value)


def test_what_cannot_be_planted_is_told_with_its_line(tmp_path: Path) -> None:
    file = seed_of(
        tmp_path, "people:\n- login: zoe\nchats:\n- owner: zoe\n  messages:\n  - {from: zoe, text: a}\n  - from: pat\n"
    )
    wrong = InvalidSeed("In the seed, chats[0].messages[1]: nobody has the name 'pat'.")
    assert located(file, wrong) == "In the seed, chats[0].messages[1]: nobody has the name 'pat', on line 7."


def plain(plan: seed.Seed) -> Any:
    """A seed as a file has it."""
    return msgspec.json.decode(msgspec.json.encode(plan))


def test_the_schema_admits_what_can_be_read_and_nothing_else(tmp_path: Path) -> None:
    schema = json.loads((Path(seed.__file__).parent / "seed.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(plain(read(seed_of(tmp_path, YAML))), schema)
    jsonschema.validate(plain(content.DEMO), schema)
    wrongs: list[Any] = [{"people": [{}]}, {"folks": []}, {"chats": [{"owner": "ben", "type": "SECRET"}]}]
    for wrong in wrongs:
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(wrong, schema)
    fields = [field for part in schema["$defs"].values() for field in part["properties"].values()]
    assert all(field["description"] for field in fields)
