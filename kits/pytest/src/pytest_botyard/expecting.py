"""What a test expects of a bot: a reply within some seconds, or none."""

from __future__ import annotations

import re
from collections.abc import Callable

from pytest_botyard.messages import Message
from pytest_botyard.people import Bot, Chat, Person, _dialog, _shown

Expected = str | re.Pattern[str] | Callable[[Message], object] | None


class Expectation:
    """Of a bot, seen with the eyes of whoever wrote, pressed or uploaded last."""

    def __init__(self, bot: Bot, to: Person, dialog: str) -> None:
        self._bot = bot
        self._to = to
        self._dialog = dialog

    def replies(self, expected: Expected = None, within: float = 3.0) -> Message:
        """Wait for a message of the bot, new or edited: with this very text, one in which a pattern is found, or one
        that a predicate is true of. Other messages of the bot are left for other expectations."""
        __tracebackhide__ = True
        others = []
        for came in self._to.inbox.arriving(within):
            if came.dialog != self._dialog or came.message.author_id != self._bot.id:
                continue
            if fits(expected, came.message):
                self._to.inbox.take(came)
                return came.message
            others.append(str(came.message))
        others_text = "It said: " + " | ".join(others) if others else "It said nothing."
        wanted = "" if expected is None else f" {_shown(expected)}"
        raise AssertionError(f"{self._bot!r} did not reply{wanted} to {self._to} within {within:g} s. {others_text}")

    def stays_silent(self, during: float = 0.5) -> None:
        """See that the bot writes nothing for so long."""
        __tracebackhide__ = True
        for came in self._to.inbox.arriving(during):
            if came.dialog == self._dialog and came.message.author_id == self._bot.id:
                raise AssertionError(f"{self._bot!r} should have been silent, but it said: {came.message}")


def expect(bot: Bot, *, to: Person | None = None, in_: Chat | str | None = None) -> Expectation:
    """What the bot does now: for the person who did something last, or for another one, in their last dialog or in a
    certain chat."""
    person = to or bot.portal.last_actor
    if person is None:
        raise AssertionError("Nobody has written to the bot yet, so there is nobody who could see its reply.")
    dialog = _dialog(in_) if in_ is not None else person.last_dialog
    return Expectation(bot, person, dialog or bot.dialog)


def fits(expected: Expected, message: Message) -> bool:
    """Whether a message is the one that is expected."""
    if expected is None:
        return True
    if isinstance(expected, str):
        return message.text == expected
    if isinstance(expected, re.Pattern):
        return expected.search(message.text) is not None
    return bool(expected(message))
