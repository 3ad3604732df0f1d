"""Why a bot was not told of a message: every reason there is, as one table, and how it is found out."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import Any, NamedTuple

from botyard.chat.outbox import Ear
from botyard.model import deliveries as recipients
from botyard.model.bots import Bot, EventMode
from botyard.model.chats import Chat, Kind, Member
from botyard.model.deliveries import Attempt, Delivery, Reason, State
from botyard.model.events import CommandCalled, Event, Happening, MessageSent, happening
from botyard.model.messages import Message
from botyard.portal import apps
from botyard.store import bots, chats, deliveries, delivery_log, events
from botyard.store.db import Tx

IMBOT = "imbot"


class Why(Enum):
    """A reason, and its sentence. ``{at}`` and ``{since}`` are moments."""

    # It arrived.
    DELIVERED = "The handler accepted it at {at}, in attempt {number}"
    FETCHED = "The bot has fetched and confirmed it at {at}"
    # It is on its way.
    SENDING = "Attempt {number} is being made"
    WAITING = "It waits for attempt {number} at {at}"
    BEHIND = "It waits behind delivery {ahead} to the same chat, which waits for its attempt {number} at {at}"
    READY = (
        "The bot fetches its events: it lies ready as number {id}, and the bot was given the offset {offset} at {at}"
    )
    NEVER_FETCHED = "The bot fetches its events: it lies ready as number {id}, but the bot has never come for any"
    # It has ended.
    GIVEN_UP = "It was given up at {at} after {number} attempts: {reason}"
    SKIPPED = "It was not sent, at {at}: {reason}"
    EXPIRED = "The bot fetches its events, but did not come for it in time: it was withdrawn at {at}"
    # What the last attempt met.
    ADDRESS_REFUSED = "The server does not connect to the handler: {problem}"
    NAME_UNKNOWN = "The name of the handler is not known: {problem}"
    TLS_FAILED = "The handler's certificate was not accepted: {problem}"
    NO_CONNECTION = "The handler could not be connected to: {problem}"
    TIMEOUT = "The handler did not answer in time: {problem}"
    NO_ANSWER = "The handler gave no answer: {problem}"
    REDIRECT = "The handler answered {status}, a redirect: it must be bound at the address where it is"
    STATUS = "The handler answered {status}"
    # What keeps events from the bot altogether.
    NO_BOT = "There is no such bot"
    NO_HANDLER = "No handler is bound for it"
    NOT_INSTALLED = "The bot's application is not installed"
    BLOCKED = "The bot's application is blocked"
    NO_SCOPE = "The bot's application lacks the permission imbot"
    # Why it was not for the bot.
    OTHER_GENERATION = (
        "{asked} is not for it: the bot was registered by the other generation of the API and is told {own}"
    )
    NOT_SAID = "{asked} did not happen: the message calls no command of the bot"
    OWN_MESSAGE = "The bot wrote it itself"
    SYSTEM_MESSAGE = "It is a system message, and bots are not told of those"
    SYSTEM_CHAT = "Bots are not told of what is said in a chat of notifications"
    NOT_MEMBER = "The bot is not a member of the chat"
    JOINED_LATER = "The bot came into the chat later, at {at}"
    NOT_MENTIONED = "The bot is not mentioned in it, and a bot of type {type} hears nothing else in a group chat"
    FORGOTTEN = "It happened at {at}; what became of deliveries that ended is kept since {since} only"
    CHANGED_SINCE = "As things are now the bot would be told, but they were otherwise at {at}, when it was written"
    NOT_KEPT = "Of what happened before {since} the event log holds only what deliveries still refer to"
    UNRECORDED = "The event log does not hold the message: it was not sent through the API"


ARRIVED = frozenset({Why.DELIVERED, Why.FETCHED})

# How a problem of an attempt begins.
_PROBLEMS: dict[str, Why] = {
    "address refused": Why.ADDRESS_REFUSED,
    "unknown name": Why.NAME_UNKNOWN,
    "TLS failed": Why.TLS_FAILED,
    "no connection": Why.NO_CONNECTION,
    "timeout": Why.TIMEOUT,
    "redirect": Why.REDIRECT,
}
_BARRED: dict[str, Why] = {
    Reason.NOT_INSTALLED: Why.NOT_INSTALLED,
    Reason.BLOCKED: Why.BLOCKED,
    Reason.NO_SCOPE: Why.NO_SCOPE,
    Reason.NO_HANDLER: Why.NO_HANDLER,
    Reason.NO_BOT: Why.NO_BOT,
}
NAMES: dict[type[Event], dict[str, str]] = {
    MessageSent: {"v1": "ONIMBOTMESSAGEADD", "v2": "ONIMBOTV2MESSAGEADD"},
    CommandCalled: {"v1": "ONIMCOMMANDADD", "v2": "ONIMBOTV2COMMANDADD"},
}
"""What a message makes happen, and how each generation of the API calls it."""


class Finding(NamedTuple):
    """A reason with the words that fill its sentence."""

    why: Why
    words: dict[str, Any] = {}

    def sentence(self, moment: Callable[[int], str]) -> str:
        """The reason in a sentence; ``moment`` writes times."""
        words = {name: moment(value) if name in ("at", "since") else value for name, value in self.words.items()}
        return self.why.value.format(**words) + "."


class Explained(NamedTuple):
    """What became of one event for the bot. The first finding says how it stands, the others why."""

    name: str
    findings: list[Finding]
    delivery: Delivery | None = None
    attempts: list[Attempt] = []

    @property
    def arrived(self) -> bool:
        return self.findings[0].why in ARRIVED


class Case(NamedTuple):
    """What is asked: why was this bot told, or not told, of a message. ``name`` narrows it to one event.

    Deliveries that ended before ``kept`` are forgotten.
    """

    bot_id: int
    name: str
    kept: int


class _Place(NamedTuple):
    bot: Bot
    message: Message
    chat: Chat
    member: Member | None


async def explain(tx: Tx, message: Message, case: Case) -> list[Explained]:
    """What became of a message for a bot: one entry for the message, one for each command of the bot in it."""
    bot = await bots.find(tx, case.bot_id)
    found = await chats.find(tx, message.chat_id, case.bot_id)
    if bot is None or found is None:
        return [Explained(case.name or "MessageSent", [Finding(Why.NO_BOT)])]
    place = _Place(bot, message, *found)
    if case.name and case.name not in {names.get(bot.dialect) for names in NAMES.values()}:
        own = next(names[bot.dialect] for names in NAMES.values() if case.name in names.values())
        words = {"asked": case.name, "own": own}
        return [Explained(case.name, [Finding(Why.OTHER_GENERATION, words)])]
    about = [what for what in await _events(tx, message) if _meant(what.event, place, case.name)]
    if about:
        return [await _one(tx, place, what, case.kept) for what in about]
    if case.name == NAMES[CommandCalled][bot.dialect]:
        return [Explained(case.name, [Finding(Why.NOT_SAID, {"asked": case.name})])]
    return [Explained(NAMES[MessageSent][bot.dialect], [await _absent(tx, message)])]


def stranger(name: str) -> Explained:
    """All that the owner of a bot learns of what was said where the bot is not."""
    return Explained(name or MessageSent.__name__, [Finding(Why.NOT_MEMBER)])


def arrived(found: list[Explained]) -> bool:
    """Whether something arrived, and nothing that was for the bot is missing."""
    return any(one.arrived for one in found) and all(one.arrived for one in found if one.delivery)


async def _events(tx: Tx, message: Message) -> list[Happening]:
    """What was written into the log together with a message: both bear its moment."""
    kinds = tuple(kind.__name__ for kind in NAMES)
    return [happening(*row) for row in await delivery_log.happened(tx, message.chat_id, message.sent, kinds)]


async def _absent(tx: Tx, message: Message) -> Finding:
    """Why the log holds nothing of a message."""
    last = await events.passed(tx)
    if last != events.START and message.sent <= last.created:
        return Finding(Why.NOT_KEPT, {"since": last.created + 1})
    return Finding(Why.UNRECORDED)


def _meant(event: Event, place: _Place, name: str) -> bool:
    if not isinstance(event, MessageSent | CommandCalled) or event.message_id != place.message.id:
        return False
    if isinstance(event, CommandCalled) and event.bot_id != place.bot.user_id:
        return False
    return not name or NAMES[type(event)][place.bot.dialect] == name


async def _one(tx: Tx, place: _Place, what: Happening, kept: int) -> Explained:
    name = NAMES[type(what.event)][place.bot.dialect]
    logged = await delivery_log.of_event(tx, what.id, recipients.bot(place.bot.user_id))
    if logged is None:
        return Explained(name, [_unaddressed(place, what, kept), *await _barriers(tx, place.bot, what.event)])
    tried = await deliveries.attempts(tx, logged.delivery.id)
    findings = [await _standing(tx, logged.delivery)]
    if findings[0].why not in ARRIVED:
        findings += [*_met(tried), *await _barriers(tx, place.bot, what.event)]
        reason = _BARRED.get(logged.delivery.reason)
        if reason and reason not in [one.why for one in findings]:
            findings.append(Finding(reason))
    return Explained(name, findings, logged.delivery, tried)


async def _standing(tx: Tx, one: Delivery) -> Finding:
    """How a delivery stands."""
    at = one.finished or one.due
    words = {"id": one.id, "number": one.attempts, "at": at, "reason": one.reason}
    if one.state == State.WAITING:
        ahead = await delivery_log.ahead(tx, one)
        if ahead is None:
            return Finding(Why.WAITING, words | {"number": one.attempts + 1})
        return Finding(Why.BEHIND, {"ahead": ahead.id, "number": ahead.attempts + 1, "at": ahead.due})
    if one.state == State.FETCH:
        seat = await delivery_log.seat(tx, one.recipient)
        if seat is None:
            return Finding(Why.NEVER_FETCHED, words)
        return Finding(Why.READY, words | {"offset": seat[0], "at": seat[1]})
    return Finding(_STANDING[one.state], words | {"number": one.attempts + (one.state == State.SENDING)})


_STANDING: dict[str, Why] = {
    State.SENDING: Why.SENDING,
    State.DONE: Why.DELIVERED,
    State.DEAD: Why.GIVEN_UP,
    State.SKIPPED: Why.SKIPPED,
    State.FETCHED: Why.FETCHED,
    State.EXPIRED: Why.EXPIRED,
}


def _met(tried: list[Attempt]) -> list[Finding]:
    """What the last attempt met with."""
    return [met(tried[-1])] if tried else []


def met(attempt: Attempt) -> Finding:
    """What an attempt that was not accepted met with."""
    kind, _, rest = attempt.problem.partition(": ")
    why = _PROBLEMS.get(kind) or (Why.STATUS if attempt.status else Why.NO_ANSWER)
    return Finding(why, {"status": attempt.status, "problem": rest or attempt.problem})


async def _barriers(tx: Tx, bot: Bot, event: Event) -> list[Finding]:
    """What keeps events from a bot at the moment, whatever is said."""
    found: list[Finding] = []
    closed = await apps.closed(tx, bot.owner, IMBOT)
    if closed:
        found.append(Finding(_BARRED[closed]))
    if bot.event_mode == EventMode.WEBHOOK and not await handler(tx, bot, event):
        found.append(Finding(Why.NO_HANDLER))
    return found


async def handler(tx: Tx, bot: Bot, event: Event) -> str:
    """The address at which a bot is told of a message or a command; ``""`` where none is bound."""
    if bot.dialect == "v2":
        return bot.webhook_url
    if isinstance(event, CommandCalled):
        command = await bots.find_command(tx, event.command_id)
        return command.handler if command else ""
    bound = await bots.handlers(tx, bot.owner)
    return bound.message_add if bound else ""


def _unaddressed(at: _Place, what: Happening, kept: int) -> Finding:
    """Why there is no delivery of an event to a bot, as far as can be told from what stands now."""
    event, bot = what.event, at.bot
    if event.actor_id == bot.user_id:
        return Finding(Why.OWN_MESSAGE)
    if isinstance(event, MessageSent):
        if event.system:
            return Finding(Why.SYSTEM_MESSAGE)
        if at.chat.kind == Kind.SYSTEM:
            return Finding(Why.SYSTEM_CHAT)
        if at.member is None:
            return Finding(Why.NOT_MEMBER)
        if at.member.joined > what.created or at.message.id < at.member.first_id:
            return Finding(Why.JOINED_LATER, {"at": at.member.joined})
        if not _ear(bot).hears(at.chat, event.mentioned):
            return Finding(Why.NOT_MENTIONED, {"type": bot.type})
    if what.created < kept:
        return Finding(Why.FORGOTTEN, {"at": what.created, "since": kept})
    return Finding(Why.CHANGED_SINCE, {"at": what.created})


def _ear(bot: Bot) -> Ear:
    return Ear(bot.user_id, bot.type, bot.dialect, bot.event_mode, bot.openline, bot.reactions, True, True)
