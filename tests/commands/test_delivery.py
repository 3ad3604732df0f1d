"""`botyard delivery`: looking at deliveries, and sending them again."""

from __future__ import annotations

from pathlib import Path

import pytest

from botyard.cli import main
from botyard.commands.exit_codes import ExitCode
from botyard.model.deliveries import Attempt, Delivery, Ended, EndReason, State
from botyard.store import deliveries, delivery_queue, leases
from botyard.store.engines.db import Tx
from botyard.store.ordering import Ordering
from tests.conftest import MakeWorld
from tests.story import CLIENT, says
from tests.world import World

MOMENT = "2026-09-21 "


class Desk:
    """A portal whose bot was told three things: the first was given up, the others wait."""

    def __init__(self, world: World, capsys: pytest.CaptureFixture[str]) -> None:
        self.world = world
        self._capsys = capsys
        ann = world.add_person("Ann")
        self.bot = world.add_bot(EVENT_HANDLER="http://127.0.0.1:9/bot")
        for text in ("one", "two"):
            says(world, ann, self.bot, text)
        world.write(self._give_up)

    async def _give_up(self, tx: Tx) -> None:
        now = int(self.world.time)
        [first, *_] = await delivery_queue.claim(tx, Ordering(None, 1), now, limit=10)
        await leases.lease(tx, [first], "me", until=now + 60, now=now)
        tried = Attempt(1, now * 1000, 12, 404, "<b>gone</b>\nfishing", "")
        await leases.end(tx, "me", [Ended(first, State.DEAD, reason=EndReason.FINAL, attempt=tried)], now=now)
        self.first: Delivery = first

    def run(self, *words: object) -> tuple[int, str, str]:
        try:
            code = main(["delivery", *map(str, words), "--data", str(self.world.settings.data)])
        except SystemExit as end:
            code = int(end.code or 0)
        return code, *self._capsys.readouterr()

    def rows(self, *words: object) -> list[list[str]]:
        """The table that is printed, without its head and its last column."""
        code, out, _ = self.run("list", *words)
        assert code == ExitCode.OK
        return [line.split() for line in out.splitlines()[1:]]


@pytest.fixture
def desk(make_world: MakeWorld, capsys: pytest.CaptureFixture[str]) -> Desk:
    return Desk(make_world(), capsys)


def test_a_list_has_the_newest_first_and_public_names(desk: Desk) -> None:
    rows = desk.rows()
    ids = [int(row[0]) for row in rows]
    assert ids == sorted(ids, reverse=True)
    assert rows[-1][:2] == [str(desk.first.id), "ONIMBOTJOINCHAT"]
    assert {row[1] for row in rows[:-1]} == {"ONIMBOTMESSAGEADD"}
    assert rows[-1][4:7] == [f"bot:{desk.bot}", "dead", "1"]


def test_a_list_is_narrowed(desk: Desk) -> None:
    first = str(desk.first.id)
    assert [row[0] for row in desk.rows("--state", "missed")] == [first]
    assert len(desk.rows("--state", "open", "--bot", desk.bot)) == 2
    assert desk.rows("--recipient", "user:1") == []
    assert desk.rows("--from", int(desk.world.time) + 60) == []
    assert len(desk.rows("--to", int(desk.world.time) + 60)) == 3


def test_a_list_goes_on_where_the_last_one_ended(desk: Desk) -> None:
    code, out, _ = desk.run("list", "--limit", 2)
    *_, last = out.splitlines()
    assert (code, last.startswith("There are more: --before ")) == (ExitCode.OK, True)
    assert [row[0] for row in desk.rows("--before", last.split()[-1])] == [str(desk.first.id)]


def test_a_delivery_is_shown_with_its_attempts(desk: Desk) -> None:
    code, out, _ = desk.run("show", desk.first.id)
    lines = out.splitlines()
    assert code == ExitCode.OK
    assert lines[0].startswith(f"Delivery {desk.first.id}: ONIMBOTJOINCHAT of {MOMENT}")
    assert lines[0].endswith(f" UTC, to bot:{desk.bot}.")
    assert lines[1] == "  State: dead, the handler's answer was final."
    assert lines[3].endswith(" UTC: status 404, 12 ms.")
    assert lines[4] == "    <b>gone</b> fishing"


def test_what_was_missed_is_sent_again_once(desk: Desk) -> None:
    assert desk.run("resend", "--bot", desk.bot)[:2] == (
        ExitCode.OK,
        "1 is sent again, by the server that runs or the next one.\n",
    )
    assert desk.rows("--state", "missed") == []
    assert desk.run("resend", "--all")[1].startswith("0 are sent again")
    code, _, err = desk.run("resend", desk.first.id)
    assert (code, err) == (
        ExitCode.FAILURE,
        f"botyard: Delivery {desk.first.id} has not ended yet, so it cannot be sent again.\n",
    )


def test_one_is_sent_again_by_its_number(desk: Desk) -> None:
    assert desk.run("resend", desk.first.id)[0] == ExitCode.OK
    assert len(desk.rows("--state", "open")) == 3


@pytest.mark.parametrize(
    "words",
    [
        "list --state nosuch",
        "list --bot 1 --recipient bot:1",
        "list --recipient nobody",
        "resend",
        "resend 1 --all",
        "resend --all --state waiting",
        "show",
    ],
)
def test_what_is_asked_wrongly_is_told_in_a_sentence(desk: Desk, words: str) -> None:
    code, out, err = desk.run(*words.split())
    assert (code, out, err.count("\n")) == (ExitCode.USAGE, "", 1)


def test_a_time_that_cannot_be_read(desk: Desk) -> None:
    code, _, err = desk.run("list", "--from", "yesterday")
    assert (code, err) == (ExitCode.FAILURE, "botyard: FROM and TO are Unix seconds or ISO 8601.\n")


def test_bots_that_fetch_find_theirs_again(make_world: MakeWorld, capsys: pytest.CaptureFixture[str]) -> None:
    world = make_world()
    fields = {"code": "slow", "properties": {"name": "Slow"}, "eventMode": "fetch"}
    bot = world.call("imbot.v2.Bot.register", botToken=CLIENT, fields=fields).result["bot"]["id"]
    says(world, world.add_person("Ann"), bot, "hello")
    world.write(lambda tx: deliveries.expire(tx, int(world.time) + 1, 10))
    data: Path = world.settings.data
    assert main(["delivery", "resend", "--bot", str(bot), "--data", str(data)]) == ExitCode.OK
    assert main(["delivery", "list", "--state", "fetch", "--data", str(data)]) == ExitCode.OK
    assert "ONIMBOTV2MESSAGEADD" in capsys.readouterr().out
