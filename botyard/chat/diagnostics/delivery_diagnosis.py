"""Explains why a bot was not told of a message: the state of each event, and why it was not for the bot."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import msgspec

from botyard.chat.diagnostics import event_names
from botyard.chat.diagnostics.reasons import ARRIVED, DiagnosisCode, Finding, behind, cause, met
from botyard.events import outbox
from botyard.model import recipients
from botyard.model.bots import TOLD_MAX, Bot, EventMode
from botyard.model.chats import Chat, Member
from botyard.model.deliveries import Attempt, Delivery, EndReason, State
from botyard.model.event import BOT_SCOPE, TOLD, Event, NotTold
from botyard.model.events import ABOUT_MESSAGES, EVENTS, CommandCalled, EventRecord, MessageErased, MessageSent
from botyard.portal import apps
from botyard.store import bot_commands, bot_handlers, bots, chats, deliveries, delivery_log, events, messages
from botyard.store.delivery_queue import FULL_SECONDS
from botyard.store.engines.db import Tx
from botyard.store.ordering import ORDERINGS, Ordering

MOST = 50
"""Events of a message that are explained beside itself: the newest."""

_BARRED: dict[str, DiagnosisCode] = {
    EndReason.NOT_INSTALLED: DiagnosisCode.NOT_INSTALLED,
    EndReason.BLOCKED: DiagnosisCode.BLOCKED,
    EndReason.NO_SCOPE: DiagnosisCode.NO_SCOPE,
    EndReason.NO_HANDLER: DiagnosisCode.NO_HANDLER,
    EndReason.NO_BOT: DiagnosisCode.NO_BOT,
    EndReason.STOPPED: DiagnosisCode.STOPPED,
}
NAMES: dict[type[Event], dict[str, str]] = {
    kind: {dialect: name for dialect, name in spec.names.items() if dialect in ("v1", "v2")}
    for kind, spec in EVENTS.items()
    if issubclass(kind, ABOUT_MESSAGES)
}
"""What can happen to a message, and its name in each dialect."""


class Explained(NamedTuple):
    """What became of one event for the bot. The first finding says how it stands, the others why.

    ``what`` is ``None`` where there is no such event.
    """

    name: str
    findings: list[Finding]
    what: EventRecord | None = None
    delivery: Delivery | None = None
    attempts: list[Attempt] = []

    @property
    def arrived(self) -> bool:
        return self.findings[0].why in ARRIVED


class Topic(NamedTuple):
    """The message that is asked about; of one that is gone the events remain. ``sent`` 0: nobody knows when."""

    message_id: int
    chat_id: int
    sent: int


class Case(NamedTuple):
    """What is asked: why was this bot told, or not told, of a message. ``name`` narrows it to one event.

    Deliveries that ended before ``kept`` are forgotten. ``ordering`` is what the server goes by within a dialog.
    """

    bot_id: int
    name: str
    kept: int
    now: float
    ordering: Ordering = ORDERINGS["retry"]


class _CaseContext(NamedTuple):
    case: Case
    bot: Bot
    topic: Topic
    chat: Chat | None
    member: Member | None


async def topic(tx: Tx, message_id: int) -> Topic | None:
    """A message to be asked about; ``None`` where nothing is known of it."""
    message = await messages.find(tx, message_id) if message_id > 0 else None
    if message:
        return Topic(message.id, message.chat_id, message.sent)
    left = await events.of_message(tx, message_id, _kinds(NAMES), limit=1)
    if not left:
        return None
    last = left[0].event
    return Topic(message_id, last.chat_id, last.sent if isinstance(last, MessageErased) else 0)


async def explain(tx: Tx, about: Topic, case: Case) -> list[Explained]:
    """What became of a message for a bot: an entry for itself, then one for each thing that happened to it."""
    bot = await bots.find(tx, case.bot_id)
    if bot is None:
        return [Explained(case.name, [Finding(DiagnosisCode.NO_BOT)])]
    kinds = [kind for kind, names in NAMES.items() if bot.dialect in names]
    if case.name:
        (asked,) = [kind for kind, names in NAMES.items() if case.name in names.values()]
        if NAMES[asked].get(bot.dialect) != case.name:
            return [Explained(case.name, [_foreign(case.name, NAMES[asked].get(bot.dialect))])]
        kinds = [asked]
    who = await chats.find(tx, about.chat_id, bot.user_id)
    place = _CaseContext(case, bot, about, who.chat if who else None, who.member if who else None)
    relevant = [what for what in await _happened(tx, about, kinds) if _meant(what.event, bot)]
    explanations = [await _one(tx, place, what) for what in relevant]
    first = kinds[0]
    if not any(isinstance(what.event, first) for what in relevant):
        explanations.insert(0, Explained(NAMES[first][bot.dialect], [await _absent(tx, place, first)]))
    return explanations


def stranger(name: str) -> Explained:
    """All that the owner of a bot learns of what was said where the bot is not, or was never said."""
    return Explained(name, [Finding(DiagnosisCode.NOT_SEEN)])


def arrived(explanations: list[Explained]) -> bool:
    """Whether something arrived, and nothing that was for the bot is missing."""
    return any(explanation.arrived for explanation in explanations) and all(
        explanation.arrived for explanation in explanations if explanation.delivery
    )


def _foreign(asked: str, own: str | None) -> Finding:
    """An event that the bot's dialect has under another name, or not at all."""
    return (
        Finding(DiagnosisCode.OTHER_GENERATION, {"asked": asked, "own": own})
        if own
        else Finding(DiagnosisCode.NO_EVENT, {"asked": asked})
    )


def _kinds(kinds: Iterable[type[Event]]) -> tuple[str, ...]:
    return tuple(kind.__name__ for kind in kinds)


async def _happened(tx: Tx, about: Topic, kinds: list[type[Event]]) -> list[EventRecord]:
    """What happened to a message: that it was sent, and the newest of the rest."""
    rest = [kind for kind in kinds if kind is not MessageSent]
    later = await events.of_message(tx, about.message_id, _kinds(rest), limit=MOST) if rest else []
    sent = await events.of_message(tx, about.message_id, _kinds([MessageSent]), limit=1) if MessageSent in kinds else []
    if not sent and (MessageSent in kinds or not later):
        sent = await _unnoted(tx, about, kinds)
    return sent + later


async def _unnoted(tx: Tx, about: Topic, kinds: list[type[Event]]) -> list[EventRecord]:
    """What was sent before the log noted of which message an event is: the event has the moment of its message."""
    kinds = [kind for kind in kinds if kind in (MessageSent, CommandCalled)]
    happened = await delivery_log.happened(tx, about.chat_id, about.sent, kinds=_kinds(kinds))
    return [what for what in happened if _is_of(what.event, about.message_id)]


def _is_of(event: Event, message_id: int) -> bool:
    return isinstance(event, MessageSent | CommandCalled) and event.message_id == message_id


def _meant(event: Event, bot: Bot) -> bool:
    return not isinstance(event, CommandCalled) or event.bot_id == bot.user_id


async def _absent(tx: Tx, at: _CaseContext, kind: type[Event]) -> Finding:
    """Why the log holds no such event of a message."""
    last = await events.trim_position(tx)
    if last != events.START and at.topic.sent <= last.created:
        return Finding(DiagnosisCode.NOT_KEPT, {"since": last.created + 1})
    if kind is MessageSent:
        return Finding(DiagnosisCode.UNRECORDED)
    why = DiagnosisCode.NOT_SAID if kind is CommandCalled else DiagnosisCode.NOT_HAPPENED
    return Finding(why, {"asked": NAMES[kind][at.bot.dialect]})


async def _one(tx: Tx, at: _CaseContext, what: EventRecord) -> Explained:
    name = NAMES[type(what.event)][at.bot.dialect]
    logged = await delivery_log.of_event(tx, what.id, recipients.bot(at.bot.user_id))
    barriers = await _barriers(tx, at.bot, what.event)
    if logged is None:
        first = await _unaddressed(tx, at, what) or _unknown(at, what)
        return Explained(name, _once([first, *barriers]), what)
    tried = await deliveries.attempts(tx, logged.delivery.id)
    findings = [await _standing(tx, at.bot, logged.delivery, case=at.case)]
    if findings[0].why in (DiagnosisCode.DELIVERED, DiagnosisCode.UNCONFIRMED):
        findings += _late(logged.delivery, what, tried=tried)
    if findings[0].why not in ARRIVED:
        findings += [*map(met, tried[-1:]), *barriers]
        if reason := _BARRED.get(logged.delivery.reason):
            findings.append(Finding(reason, {"be": "was"}))
    return Explained(name, _once(findings), what, logged.delivery, tried)


def _once(findings: Iterable[Finding]) -> list[Finding]:
    """Each reason once."""
    unique: dict[DiagnosisCode, Finding] = {}
    for finding in findings:
        unique.setdefault(finding.why, finding)
    return list(unique.values())


def _late(delivery: Delivery, what: EventRecord, *, tried: list[Attempt]) -> list[Finding]:
    """That what arrived was late, where its header said so."""
    if not tried:
        return []
    last = tried[-1]
    before, started = msgspec.structs.replace(delivery, attempts=last.number - 1), last.started // 1000
    # The moment is kept in whole milliseconds.
    if not before.late(what.created, (last.started + 1) / 1000):
        return []
    return [Finding(DiagnosisCode.LATE, {"seconds": max(0, started - what.created)})]


async def _standing(tx: Tx, bot: Bot, delivery: Delivery, *, case: Case) -> Finding:
    """How a delivery stands."""
    at = delivery.finished or int(delivery.due)
    words = {"id": delivery.id, "number": delivery.attempts, "at": at, "reason": delivery.reason}
    if delivery.state == State.WAITING:
        ahead = await delivery_log.ahead(tx, delivery, case.ordering, now=case.now)
        if ahead is not None:
            return await _behind(tx, bot, ahead, now=case.now)
        under_way = await delivery_log.under_way(tx, delivery, case.ordering, now=case.now)
        if case.ordering.full(under_way) and delivery.due <= case.now + FULL_SECONDS:
            return Finding(DiagnosisCode.CROWDED, {"open": under_way})
        return Finding(
            DiagnosisCode.WAITING if delivery.due > case.now else DiagnosisCode.DUE,
            words | {"number": delivery.attempts + 1},
        )
    if delivery.state == State.FETCH:
        progress = await delivery_log.fetch_progress(tx, delivery.recipient)
        if progress is None:
            return Finding(DiagnosisCode.NEVER_FETCHED, words)
        offset_note = f" and was given the offset {progress.offset}" if progress.offset else ""
        return Finding(DiagnosisCode.READY, words | {"given": offset_note, "at": progress.asked})
    return Finding(_STANDING[delivery.state], words | {"number": delivery.attempts + (delivery.state == State.SENDING)})


async def _behind(tx: Tx, bot: Bot, ahead: Delivery, *, now: float) -> Finding:
    """What holds a delivery up, and why that one has not arrived."""
    logged = await delivery_log.find(tx, ahead.id)
    name = event_names.named(logged.kind, bot.dialect) if logged else "an event"
    words = {"name": name, "ahead": ahead.id} | behind(ahead, now)
    tried = await deliveries.attempts(tx, ahead.id)
    if not tried:
        return Finding(DiagnosisCode.BEHIND, words | {"cause": ""})
    return Finding(DiagnosisCode.BEHIND, words | {"cause": ": " + cause(tried[-1], await address(tx, bot, ahead))})


async def address(tx: Tx, bot: Bot, delivery: Delivery) -> str:
    """Where a bot is told of a delivery's event; ``""`` where nobody knows any more."""
    what = await events.find(tx, delivery.event_id)
    return await handler(tx, bot, what.event) if what else ""


_STANDING: dict[str, DiagnosisCode] = {
    State.SENDING: DiagnosisCode.SENDING,
    State.DONE: DiagnosisCode.DELIVERED,
    State.UNCONFIRMED: DiagnosisCode.UNCONFIRMED,
    State.DEAD: DiagnosisCode.GIVEN_UP,
    State.SKIPPED: DiagnosisCode.SKIPPED,
    State.FETCHED: DiagnosisCode.FETCHED,
    State.EXPIRED: DiagnosisCode.EXPIRED,
}


async def _barriers(tx: Tx, bot: Bot, event: Event) -> list[Finding]:
    """What keeps events from a bot at the moment, whatever is said."""
    findings: list[Finding] = [] if bot.active else [Finding(DiagnosisCode.STOPPED)]
    closed = await apps.closed(tx, bot.owner, BOT_SCOPE)
    if closed:
        findings.append(Finding(_BARRED[closed]))
    if bot.event_mode == EventMode.WEBHOOK and not await handler(tx, bot, event):
        findings.append(Finding(DiagnosisCode.NO_HANDLER))
    return findings


async def handler(tx: Tx, bot: Bot, event: Event) -> str:
    """The address at which a bot is told of an event; ``""`` where none is bound."""
    if bot.dialect == "v2":
        return bot.webhook_url
    if isinstance(event, CommandCalled):
        command = await bot_commands.find(tx, event.command_id)
        return command.handler if command else ""
    spec = EVENTS.get(type(event))
    bound = await bot_handlers.find(tx, bot.owner) if spec and spec.v1 else None
    return bound.address(spec.v1.handler) if bound and spec and spec.v1 else ""


# Why there is no delivery of an event to a bot, as far as can be told from what stands now.


async def _unaddressed(tx: Tx, at: _CaseContext, what: EventRecord) -> Finding | None:
    """Why it is not for the bot, as far as the rules say, and that the bot was there."""
    event, bot = what.event, at.bot
    if isinstance(event, CommandCalled) or at.chat is None:
        return None
    bound = await bot_handlers.find(tx, bot.owner) if bot.dialect == "v1" else None
    listener = outbox.listener(bot, bound)
    reason = outbox.why_not(event, listener, chat=at.chat)
    if reason not in _WHEREVER_IT_IS:
        if at.member is None:
            return Finding(DiagnosisCode.NOT_MEMBER)
        hidden = isinstance(event, MessageSent) and event.message_id < at.member.first_id
        if at.member.joined > what.created or hidden:
            return Finding(DiagnosisCode.JOINED_LATER, {"at": at.member.joined})
    if reason is TOLD:
        crowded = await outbox.left_out(tx, event, listener, chat=at.chat)
        return Finding(DiagnosisCode.TOO_MANY, {"most": TOLD_MAX}) if crowded else None
    if reason is NotTold.OWN_ACT and isinstance(event, MessageSent):
        return Finding(DiagnosisCode.OWN_MESSAGE)
    return Finding(DiagnosisCode[reason.name], {"type": bot.type} if reason is NotTold.NOT_MENTIONED else {})


_WHEREVER_IT_IS = frozenset({NotTold.OWN_ACT, NotTold.SYSTEM_MESSAGE, NotTold.SYSTEM_CHAT})
"""What holds whether or not the bot is a member of the chat."""


def _unknown(at: _CaseContext, what: EventRecord) -> Finding:
    """What can be said where nothing that stands now is in the way."""
    if what.created < at.case.kept:
        return Finding(DiagnosisCode.FORGOTTEN, {"at": what.created, "since": at.case.kept})
    return (
        Finding(DiagnosisCode.CHAT_GONE)
        if at.chat is None
        else Finding(DiagnosisCode.CHANGED_SINCE, {"at": what.created})
    )
