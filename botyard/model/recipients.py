"""Recipients of events: a bot, a person who is subscribed, or a handler that an application has bound."""

from __future__ import annotations

from typing import NamedTuple, NewType

Recipient = NewType("Recipient", str)
"""A recipient as it is stored and shown: ``bot:1001``, ``user:5`` or ``binding:3``."""

BOT = "bot"
USER = "user"
BINDING = "binding"
KINDS = (BOT, USER, BINDING)


class Parsed(NamedTuple):
    """What a recipient is, and its number among those of its kind."""

    kind: str
    number: int


def bot(bot_id: int) -> Recipient:
    """A bot as a recipient."""
    return Recipient(f"{BOT}:{bot_id}")


def user(user_id: int) -> Recipient:
    """A person who is subscribed to events, as a recipient."""
    return Recipient(f"{USER}:{user_id}")


def binding(binding_id: int) -> Recipient:
    """A handler bound with `event.bind`, as a recipient."""
    return Recipient(f"{BINDING}:{binding_id}")


def parse(recipient: Recipient) -> Parsed:
    """The parts of a recipient."""
    kind, _, number = recipient.partition(":")
    return Parsed(kind, int(number))


def named(text: str) -> Recipient | None:
    """The recipient that somebody has written; ``None`` for what is none."""
    kind, _, number = text.partition(":")
    return Recipient(text) if kind in KINDS and number.isdecimal() else None
