"""The reasons why a bot was told of an event or was not, one sentence each."""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import Enum
from typing import Any, NamedTuple

from botyard.model.deliveries import Attempt, Delivery, State
from botyard.store.ordering import NEVER


class DiagnosisCode(Enum):
    """A reason, and its sentence. ``{at}``, ``{since}`` and ``{until}`` are moments, ``{be}`` is or was."""

    # It arrived.
    DELIVERED = "The handler accepted it at {at}, in attempt {number}"
    UNCONFIRMED = (
        "The handler was sent the whole event in attempt {number} and had not confirmed it by {at}: as far as anybody "
        "can know, it has the event, which is not sent again"
    )
    FETCHED = "The bot has fetched and confirmed it at {at}"
    # It is on its way.
    SENDING = "Attempt {number} is being made, or about to be"
    WAITING = "It waits for attempt {number} at {at}"
    DUE = "Attempt {number} has been due since {at}: a running server makes it as soon as it can"
    BEHIND = "It waits behind {name} (delivery {ahead}) of the same chat{cause}; {then}"
    CROWDED = "It waits until one of the {open} open requests of the chat ends"
    READY = "The bot fetches its events: it is ready as number {id}, and the bot last asked at {at}{given}"
    NEVER_FETCHED = "The bot fetches its events: it is ready as number {id}, and the bot has not asked for it yet"
    # It has ended.
    GIVEN_UP = "It was given up at {at}, after attempt {number}: {reason}"
    SKIPPED = "It was not sent, at {at}: {reason}"
    EXPIRED = "The bot fetches its events, and had not confirmed it in time: it expired at {at}"
    # How it arrived.
    LATE = "It was sent {seconds} s after it happened, and later events of the chat may have arrived before it"
    # What the last attempt met.
    ADDRESS_REFUSED = "The server does not connect to the handler: {problem}"
    NAME_UNKNOWN = "The name of the handler is not known: {problem}"
    TLS_FAILED = "The handler's certificate was not accepted: {problem}"
    NO_CONNECTION = "The handler could not be connected to: {problem}"
    TIMEOUT = "The handler did not respond in time: {problem}"
    GATEWAY = "The handler did not respond in time: a proxy in front of it responded with {status}"
    NO_ANSWER = "The handler sent no response: {problem}"
    REDIRECT = "The handler responded with {status}, a redirect: bind the address that it leads to"
    STATUS = "The handler responded with {status}"
    INTERRUPTED = "The handler's response is not known: {problem}"
    NOT_SENT = "This server could not send it: {problem}"
    # What keeps events from the bot altogether.
    NO_BOT = "There {be} no such bot"
    STOPPED = "The person who registered the bot {be} deactivated"
    NO_HANDLER = "No handler {be} bound for it"
    NOT_INSTALLED = "The bot's application {be} not installed"
    BLOCKED = "The bot's application {be} blocked"
    NO_SCOPE = "The permission imbot {be} missing from the bot's application"
    # Why it was not for the bot.
    OTHER_GENERATION = (
        "{asked} is not for it: the bot was registered by the other generation of the API and receives {own}"
    )
    NOT_SAID = "{asked} did not happen: the message calls no command of the bot"
    NO_EVENT = "{asked} is not for it: bots of the first generation of the API receive no such event"
    NOT_HAPPENED = "{asked} did not happen to the message"
    OWN_MESSAGE = "The bot wrote it itself"
    OWN_ACT = "The bot did it itself"
    SYSTEM_MESSAGE = "It is a system message, which bots do not receive"
    SYSTEM_CHAT = "Bots receive nothing from a chat of notifications"
    NOT_MEMBER = "The bot is not a member of the chat"
    NOT_SEEN = "There is no such message in a chat that the bot is in"
    JOINED_LATER = "The bot joined the chat later, at {at}"
    NOT_MENTIONED = "It does not mention the bot, and a bot of type {type} receives nothing else in a group chat"
    NOT_ITS_MESSAGE = (
        "It is a reaction to somebody else's message, and bots only receive reactions to their own messages"
    )
    REACTIONS_OFF = "Reactions are switched off for the bot"
    TOO_MANY = (
        "{most} other bots that the same person registered by webhooks receive it in this chat, and no more than these"
    )
    CHAT_GONE = "The chat is gone, and its members are not known any more"
    FORGOTTEN = "It happened at {at}; deliveries that have ended are only kept since {since}"
    CHANGED_SINCE = "The bot would receive it now; something was different at {at}, when it happened"
    NOT_KEPT = "The event log begins at {since}; of earlier events it only has those of deliveries that are kept"
    UNRECORDED = "The event log does not have the message: it was not sent through the API"


ARRIVED = frozenset({DiagnosisCode.DELIVERED, DiagnosisCode.FETCHED})

# How a problem of an attempt begins.
_PROBLEMS: dict[str, DiagnosisCode] = {
    "address refused": DiagnosisCode.ADDRESS_REFUSED,
    "unknown name": DiagnosisCode.NAME_UNKNOWN,
    "TLS failed": DiagnosisCode.TLS_FAILED,
    "no connection": DiagnosisCode.NO_CONNECTION,
    "timeout": DiagnosisCode.TIMEOUT,
    "redirect": DiagnosisCode.REDIRECT,
    "stopped": DiagnosisCode.INTERRUPTED,
    "interrupted": DiagnosisCode.INTERRUPTED,
    "not written": DiagnosisCode.NOT_SENT,
    "not sent": DiagnosisCode.NOT_SENT,
}
_GATEWAYS = frozenset({504, 524})
_MOMENTS = ("at", "since", "until")

_MADE = "attempt {number} of that one is being made"
_OVERDUE = "attempt {number} of that one is due now"
_DUE = "attempt {number} of that one is due at {at}"
_BESIDE = ", and this one is sent beside it from {until} on"


class Finding(NamedTuple):
    """A reason with the words that fill its sentence."""

    why: DiagnosisCode
    words: dict[str, Any] = {}

    def sentence(self, moment: Callable[[int], str]) -> str:
        """The reason in a sentence; ``moment`` writes times."""
        words = {name: moment(value) if name in _MOMENTS else value for name, value in self.words.items()}
        if "then" in words:
            words["then"] = words["then"].format(**words)
        return self.why.value.format(**({"be": "is"} | words)) + "."


def met(attempt: Attempt) -> Finding:
    """What an attempt that was not accepted met with."""
    kind, _, rest = attempt.problem.partition(": ")
    why = _PROBLEMS.get(kind) or (DiagnosisCode.STATUS if attempt.status else DiagnosisCode.NO_ANSWER)
    if attempt.status in _GATEWAYS:
        why = DiagnosisCode.GATEWAY
    return Finding(why, {"status": attempt.status, "problem": rest or attempt.problem})


def behind(ahead: Delivery, now: float) -> dict[str, Any]:
    """What becomes of the delivery for which another waits, as words of BEHIND."""
    then = _MADE if ahead.state == State.SENDING else _OVERDUE if ahead.due <= now else _DUE
    words = {"then": then, "number": ahead.attempts + 1, "at": int(ahead.due)}
    ends = now < ahead.holds_until < NEVER
    return words | ({"then": then + _BESIDE, "until": int(ahead.holds_until)} if ends else {})


_CAUSES: dict[DiagnosisCode, str] = {
    DiagnosisCode.ADDRESS_REFUSED: "the server does not connect to {host}",
    DiagnosisCode.NAME_UNKNOWN: "the name of {host} is not known",
    DiagnosisCode.TLS_FAILED: "the certificate of {host} was not accepted",
    DiagnosisCode.NO_CONNECTION: "{host} could not be connected to",
    DiagnosisCode.TIMEOUT: "{host} did not respond in time",
    DiagnosisCode.NO_ANSWER: "{host} sent no response",
    DiagnosisCode.REDIRECT: "{host} responded with a redirect",
    DiagnosisCode.GATEWAY: "a proxy in front of {host} responded with status {status}",
    DiagnosisCode.STATUS: "{host} responded with status {status}",
    DiagnosisCode.INTERRUPTED: "the response of {host} is not known: {problem}",
    DiagnosisCode.NOT_SENT: "it could not be sent: {problem}",
}
_CONNECTION_REFUSED = re.compile(r"Connect call failed|[Rr]efused")


def cause(attempt: Attempt, address: str) -> str:
    """What an attempt met, in a few words that name the host of the handler."""
    finding = met(attempt)
    host = address.partition("://")[2].partition("/")[0].partition("?")[0].rpartition("@")[2] or "the handler"
    if finding.why is DiagnosisCode.NO_CONNECTION and _CONNECTION_REFUSED.search(attempt.problem):
        return f"{host} refused the connection"
    return _CAUSES[finding.why].format(host=host, **finding.words)
