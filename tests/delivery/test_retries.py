"""When it is tried again."""

from __future__ import annotations

from email.utils import formatdate

import msgspec
import pytest

from botyard.delivery.retries import RETRY_POLICIES, HandlerResponse, RetryPolicy, asked_pause, judged
from botyard.model.deliveries import Attempt, Delivery, State
from botyard.model.recipients import Recipient

NOW = 1_790_000_000
RETRY = RETRY_POLICIES["retry"].schedule
NEW = Delivery(1, 1, Recipient("bot:1"), 1, State.SENDING, 0, 0, NOW, NOW, None, "")


def tried(
    delivery: Delivery, status: int, now: int, mode: RetryPolicy = RETRY_POLICIES["retry"]
) -> tuple[State, int, str]:
    made = Attempt(delivery.attempts + 1, now * 1000, 1, status, "", "")
    judgement = judged(delivery, made, HandlerResponse(status, written=status > 0), mode, now)
    return judgement.state, round(judgement.due - now) if judgement.state is State.WAITING else 0, judgement.reason


def test_eight_attempts_in_seventeen_hours() -> None:
    now, pauses = NOW, []
    for attempts in range(7):
        state, pause, _ = tried(msgspec.structs.replace(NEW, attempts=attempts), 500, now)
        assert state is State.WAITING
        pauses.append(pause)
        now += pause
    assert pauses == [5, 30, 300, 1800, 7200, 18_000, 36_000]
    last = tried(msgspec.structs.replace(NEW, attempts=7), 500, now)
    assert last == (State.DEAD, 0, "the last attempt failed")


def test_what_waited_behind_another_for_so_long_gets_one_attempt() -> None:
    assert tried(NEW, 500, NOW + sum(RETRY)) == (State.WAITING, 5, "")
    assert tried(NEW, 500, NOW + sum(RETRY) + 1) == (State.DEAD, 0, "the time for attempts is over")
    assert tried(NEW, 200, NOW + sum(RETRY) + 1) == (State.DONE, 0, "")


def test_what_is_sent_once_more_has_the_whole_schedule_again() -> None:
    again = msgspec.structs.replace(NEW, attempts=8, resent_after=8, queued=NOW + 100_000)
    assert tried(again, 500, NOW + 100_000) == (State.WAITING, 5, "")


@pytest.mark.parametrize(
    ("answer", "state", "strict"),
    [
        (HandlerResponse(0, written=True), State.UNCONFIRMED, State.WAITING),
        (HandlerResponse(504, written=True), State.UNCONFIRMED, State.WAITING),
        (HandlerResponse(524, written=True), State.UNCONFIRMED, State.WAITING),
        (HandlerResponse(0), State.WAITING, State.WAITING),
        (HandlerResponse(503, written=True), State.WAITING, State.WAITING),
        (HandlerResponse(521, written=True), State.WAITING, State.WAITING),
        (HandlerResponse(404, written=True), State.DEAD, State.DEAD),
    ],
)
def test_what_was_received_is_repeated_by_strict_servers_only(
    answer: HandlerResponse, state: State, strict: State
) -> None:
    made = Attempt(1, NOW * 1000, 1, answer.status, "", "")
    judgements = {name: judged(NEW, made, answer, mode, NOW) for name, mode in RETRY_POLICIES.items()}
    assert (judgements["retry"].state, judgements["strict"].state) == (state, strict)
    assert judgements["compat"].state is (State.DEAD if state is State.WAITING else state)


@pytest.mark.parametrize("status", [500, 0, 301, 429])
def test_the_vendor_tries_once(status: int) -> None:
    assert tried(NEW, status, NOW, RETRY_POLICIES["compat"]) == (State.DEAD, 0, "the last attempt failed")


@pytest.mark.parametrize(
    ("text", "pause"),
    [
        ("", 0),
        ("0", 0),
        (" 17 ", 17),
        ("3600", 3600),
        ("3601", 3600),
        ("9" * 5000, 3600),
        ("-5", 0),
        ("1.5", 0),
        ("²", 0),
        ("soon", 0),
        (formatdate(NOW + 90, usegmt=True), 90),
        (formatdate(NOW - 90, usegmt=True), 0),
        (formatdate(NOW + 90_000, usegmt=True), 3600),
        ("Wed, 99 Oct 99999 07:28:00 GMT", 0),
    ],
)
def test_retry_after(text: str, pause: int) -> None:
    assert asked_pause(text, NOW) == pause


def test_a_clock_set_ahead_makes_nothing_too_old() -> None:
    later = NOW + 30 * 86_400
    made = Attempt(1, later * 1000, 1, 500, "", "")
    failed = HandlerResponse(500, written=True)
    assert judged(NEW, made, failed, RETRY_POLICIES["retry"], later).state is State.DEAD
    assert judged(NEW, made, failed, RETRY_POLICIES["retry"], later, NOW + 60).state is State.WAITING
