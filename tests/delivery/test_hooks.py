"""What arrives, in which order, and what does not hold up whom."""

from __future__ import annotations

from tests.delivery.handlers import answer, hang
from tests.delivery.stage import Stage


def test_what_a_person_writes_arrives_and_is_recorded(stage: Stage) -> None:
    bot = stage.bot()
    stage.say(bot, "Hello")
    stage.until(lambda: len(stage.handler.heard) == 2)
    joined, said = stage.handler.heard
    assert joined.form["event"] == "ONIMBOTJOINCHAT"
    assert said.form["event"] == "ONIMBOTMESSAGEADD"
    assert said.message == "Hello"
    assert said.headers["content-type"] == "application/x-www-form-urlencoded"
    assert said.attempt == 1
    stage.until(lambda: stage.states(bot) == ["done", "done"])
    (first, second) = stage.attempts(bot)
    assert (first.status, first.answer, first.problem) == (200, "ok", "")
    assert first.started <= second.started


def test_order_is_kept_behind_a_failing_head(stage: Stage) -> None:
    bot = stage.bot()
    stage.say(bot, "zero")
    stage.until(lambda: stage.states(bot) == ["done", "done"])
    stage.handler.heard.clear()
    stage.handler.behaviours["/bot"] = answer(500, "broken")
    for text in ("one", "two", "three"):
        stage.say(bot, text)
    stage.until(lambda: stage.handler.heard != [])
    stage.settle()
    assert [one.message for one in stage.handler.heard] == ["one"]
    stage.wait(5)
    stage.until(lambda: len(stage.handler.heard) == 2)
    assert [(one.message, one.attempt) for one in stage.handler.heard] == [("one", 1), ("one", 2)]
    stage.handler.behaviours.clear()
    stage.wait(30)
    stage.until(lambda: len(stage.handler.heard) == 5)
    assert [one.message for one in stage.handler.heard[2:]] == ["one", "two", "three"]
    stage.until(lambda: stage.states(bot) == ["done"] * 5)


def test_a_hanging_handler_holds_up_nobody_else(stage: Stage) -> None:
    slow, quick = stage.bot("slow", "/slow"), stage.bot("quick", "/quick")
    stage.handler.behaviours["/slow"] = hang
    for number in range(20):
        stage.say(slow, f"slow {number}")
        stage.say(quick, f"quick {number}")
    stage.until(lambda: len(stage.handler.at("/quick")) == 21)
    assert [one.message for one in stage.handler.at("/quick")[1:]] == [f"quick {number}" for number in range(20)]
    assert len(stage.handler.at("/slow")) == 1
