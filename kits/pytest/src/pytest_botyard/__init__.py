"""Test chat bots with pytest: people write to the bot, and the test says what it must reply."""

from pytest_botyard.calls import CallFailed
from pytest_botyard.expecting import Expectation, expect
from pytest_botyard.messages import Message
from pytest_botyard.people import Bot, Chat, Person
from pytest_botyard.portal import Portal

__all__ = ["Bot", "CallFailed", "Chat", "Expectation", "Message", "Person", "Portal", "expect"]
