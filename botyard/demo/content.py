"""Who works at the demo company and what they talk about.

Between them the chats have something behind every field of `imbot.dialog.get`: an entity with its data, unread and
marked messages, muted people, managers, an extranet guest, a readers' list, a chat that nobody has opened yet, a folder
for files, a background, a public identifier, a thread, and a chat to read only.
"""

from __future__ import annotations

from botyard.demo.seed import Person, Seed, SeedBot, SeedChat, SeedDialog, SeedMessage

TITLE = "Botyard demo"
APPLICATION = "Demo application"
WEBHOOK = "Demo webhook"
ADMIN = "alice"
HELPER = "demo_helper"
"""The bot that answers; see helper_bot.py."""

_HOUR = 60
_DAY = 24 * _HOUR

PEOPLE = (
    Person(
        login="alice",
        name="Alice",
        last_name="Novak",
        email="alice@example.com",
        gender="F",
        birthday="1984-03-12",
        work_position="Director",
        work_phone="+1 202 555 0101",
        mobile="+1 202 555 0151",
        city="Prague",
        www="https://example.com/alice",
        time_zone="Europe/Prague",
        department="Management",
        admin=True,
    ),
    Person(
        login="ben",
        name="Ben",
        last_name="Carter",
        email="ben@example.com",
        gender="M",
        birthday="1990-07-01",
        work_position="Head of support",
        work_phone="+1 202 555 0102",
        city="London",
        time_zone="Europe/London",
        department="Support",
    ),
    Person(
        login="clara",
        name="Clara",
        last_name="Weiss",
        email="clara@example.com",
        gender="F",
        work_position="Account manager",
        mobile="+1 202 555 0153",
        city="Berlin",
        time_zone="Europe/Berlin",
        language="de",
        department="Management",
    ),
    Person(
        login="daniel",
        name="Daniel",
        last_name="Kim",
        email="daniel@example.com",
        gender="M",
        work_position="Support engineer",
        city="Seoul",
        time_zone="Asia/Seoul",
        department="Support",
    ),
    Person(
        login="eva",
        name="Eva",
        last_name="Lindqvist",
        email="eva@partner.example",
        gender="F",
        work_position="Buyer",
        city="Stockholm",
        extranet=True,
    ),
)

BOTS = (
    SeedBot(code=HELPER, name="Helper", work_position="Answers questions", color="AZURE", fetches=True),
    SeedBot(
        code="demo_watcher", name="Watcher", work_position="Reads along", color="MARENGO", type="S", owner="webhook"
    ),
)

BUILD = {
    "ID": 1,
    "COLOR_TOKEN": "primary",
    "COLOR": "#29619b",
    "BLOCKS": [
        {"MESSAGE": "[b]Build 128[/b] is ready for testing."},
        {"DELIMITER": {"SIZE": 200, "COLOR": "#c6c6c6"}},
        {
            "GRID": [
                {"NAME": "Branch", "VALUE": "release-1.0", "DISPLAY": "LINE", "WIDTH": 100},
                {"NAME": "Tests", "VALUE": "1,204 passed", "DISPLAY": "LINE", "WIDTH": 100},
            ]
        },
        {"LINK": {"NAME": "Release notes", "DESC": "What is new", "LINK": "https://example.com/notes"}},
    ],
}
_CHOICE = [
    {"TEXT": "Ship it", "COMMAND": "ship", "COMMAND_PARAMS": "128", "BG_COLOR_TOKEN": "primary", "BLOCK": "Y"},
    {"TEXT": "Not yet", "COMMAND": "hold", "COMMAND_PARAMS": "128", "DISPLAY": "LINE"},
    {"TYPE": "NEWLINE"},
    {"TEXT": "Release notes", "LINK": "https://example.com/notes", "DISPLAY": "LINE"},
]

_RELEASE = SeedChat(
    title="Release 1.0",
    description="Everything about the first release",
    owner="alice",
    ago=12 * _DAY,
    color="MINT",
    picture=True,
    background=3,
    folder=True,
    members=("clara", "daniel", "demo_helper", "demo_watcher"),
    managers=("ben",),
    muted_by=("clara",),
    messages=(
        SeedMessage(
            by="alice", text="Good morning! This chat is for the release.", ago=12 * _DAY - 5, read_by=("ben", "clara")
        ),
        SeedMessage(by="ben", text="Support is ready, the articles are written.", ago=3 * _DAY, liked_by=("alice",)),
        SeedMessage(
            by="daniel",
            text="I found a typo in the second one.",
            ago=2 * _DAY,
            edited="I fixed a typo in the second one.",
        ),
        SeedMessage(by="clara", text="Wrong chat, sorry.", ago=2 * _DAY - 5, erased=True),
        SeedMessage(by="demo_helper", text="A new build", ago=90, attach=BUILD, read_by=("alice", "ben", "daniel")),
        SeedMessage(
            by="demo_helper", text="What shall we do with it?", ago=89, keyboard=_CHOICE, read_by=("ben", "daniel")
        ),
        SeedMessage(by="ben", text="I would ship it.", ago=60, reply_to=6, read_by=("daniel",)),
        SeedMessage(by="daniel", text="So would I.", ago=45, reply_to=7, liked_by=("ben",), read_by=("ben",)),
    ),
)
_COFFEE = SeedChat(
    title="Coffee corner",
    description="Open to everybody",
    type="OPEN",
    owner="ben",
    ago=10 * _DAY,
    color="SAND",
    public="coffee-corner",
    members=("alice", "clara", "daniel"),
    messages=(
        SeedMessage(
            by="ben",
            text="The new machine is here :)",
            ago=10 * _DAY - 2,
            read_by=("alice", "daniel"),
            liked_by=("clara",),
        ),
        SeedMessage(
            by="clara", text="Does it make tea?", ago=26 * _HOUR, read_by=("alice", "ben"), unread_for=("alice",)
        ),
    ),
)
_DEAL = SeedChat(
    title="Deal: 40 office chairs",
    owner="clara",
    ago=5 * _DAY,
    color="AQUA",
    entity_type="CRM",
    entity_id="DEAL|1663",
    entity_data=("Y|LEAD|0", "COMPANY|12", "CONTACT|7"),
    members=("alice", "eva"),
    messages=(
        SeedMessage(by="clara", text="Hello Eva, here is our offer.", ago=5 * _DAY - 30, read_by=("eva", "alice")),
        SeedMessage(by="eva", text="Thank you! Can you deliver in two weeks?", ago=4 * _DAY, read_by=("clara",)),
        SeedMessage(by="clara", text="Yes, we can.", ago=3 * _HOUR),
    ),
)
_WELCOME = SeedChat(
    title="New colleagues",
    owner="alice",
    ago=2 * _HOUR,
    members=("ben", "clara", "daniel"),
    text_field=False,
)
_THREAD = SeedChat(
    title="A new build",
    owner="daniel",
    ago=15,
    thread_of="Release 1.0",
    thread_under=5,
    members=("alice", "ben"),
    messages=(
        SeedMessage(by="daniel", text="The tests took four minutes longer this time.", ago=14, read_by=("ben",)),
        SeedMessage(by="ben", text="That was my machine, not the build.", ago=12),
    ),
)

DIALOGS = (
    SeedDialog(
        between=("alice", "ben"),
        messages=(
            SeedMessage(by="alice", text="Have you seen build 128?", ago=85, read_by=("ben",)),
            SeedMessage(by="ben", text="Yes. Looks good to me.", ago=80, read_by=("alice",)),
            SeedMessage(by="ben", text="Lunch?", ago=20),
        ),
    ),
    SeedDialog(
        between=("ben", "clara"),
        muted_by=("clara",),
        messages=(
            SeedMessage(by="clara", text="Eva asks about delivery.", ago=4 * _DAY - 10, read_by=("ben",)),
            SeedMessage(
                by="ben", text="Two weeks is fine.", ago=4 * _DAY - 20, read_by=("clara",), liked_by=("clara",)
            ),
        ),
    ),
    SeedDialog(
        between=("alice", "demo_helper"),
        messages=(
            SeedMessage(
                by="demo_helper", text="Hello! Say [send=/help]/help[/send] to learn what I can do.", ago=2 * _DAY
            ),
            SeedMessage(by="alice", text="/help", ago=2 * _DAY - 1, read_by=("demo_helper",)),
            SeedMessage(
                by="demo_helper",
                text="I tell you about builds.",
                ago=2 * _DAY - 1,
                keyboard=[{"TEXT": "Latest build", "COMMAND": "build"}],
                menu=[{"TEXT": "Send again", "COMMAND": "again", "CONTEXT": "ALL"}],
            ),
        ),
    ),
)

DEMO = Seed(people=PEOPLE, bots=BOTS, chats=(_RELEASE, _COFFEE, _DEAL, _WELCOME, _THREAD), dialogs=DIALOGS)
