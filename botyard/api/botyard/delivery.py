"""`botyard.delivery.*`: what bots were told, what they were not, why not, and sending it again.

An administrator asks about everything, with the permission `botyard`. Whoever owns a bot asks about that bot
with the permission `imbot`: the application that registered it, or a webhook that names its CLIENT_ID (the
`botToken` of the second generation).
"""

from __future__ import annotations

import msgspec

from botyard.api.botyard.family import method
from botyard.api.shared.owners import known_owner, own_bot
from botyard.chat.diagnostics import delivery_diagnosis as reasons
from botyard.chat.diagnostics import delivery_search, event_names
from botyard.chat.diagnostics.delivery_diagnosis import NAMES, Case, Explained
from botyard.errors import ApiError, ErrorCode, Reason
from botyard.model import recipients
from botyard.model.deliveries import Attempt, State
from botyard.model.recipients import Recipient
from botyard.rpc.call import Call
from botyard.rpc.method import Mode, Params
from botyard.store import bots, deliveries, delivery_log, members
from botyard.store.delivery_log import ENDED, DeliveryFilter, LoggedDelivery
from botyard.store.ordering import NEVER, ORDERINGS
from botyard.wire.coerce import Id
from botyard.wire.param_types import Moment

SCOPES = ("botyard", "imbot")
LIMIT_MAX = 200
RESENT_MAX = 500
"""Deliveries that one call sends again."""
DAY = 86_400
OWNER_PROBLEMS = (ErrorCode.ADMIN_ONLY, Reason.BOT_NOT_FOUND, Reason.BOT_NOT_YOURS)

_EXPLAINED = frozenset(name for names in NAMES.values() for name in names.values())


class OfBot(Params, frozen=True, rename="upper"):
    """BOT_ID and CLIENT_ID as in `imbot.*`; an administrator needs no CLIENT_ID."""

    bot_id: Id = 0
    client_id: str = ""


class Chosen(OfBot, frozen=True, rename="upper"):
    """FROM and TO are Unix seconds or ISO 8601: when the event happened, TO itself left out.

    STATE is waiting, sending, done, unconfirmed, dead, skipped, fetch, fetched or expired; `open` means the first two,
    `missed` dead, skipped and expired. BEFORE is the NEXT of the page before.
    """

    state: str = ""
    from_: Moment = msgspec.field(name="FROM", default=None)
    to: Moment = None
    before: int = 0


class Listed(Chosen, frozen=True, rename="upper"):
    """RECIPIENT is `bot:1003`, `user:5` or `binding:3`; only an administrator may name one."""

    recipient: str = ""
    limit: int = 50


class One(Params, frozen=True, rename="upper"):
    id: int = 0
    client_id: str = ""


class ExplainParams(OfBot, frozen=True, rename="upper"):
    """EVENT narrows the question to one event, such as ONIMBOTV2MESSAGEADD or ONIMBOTV2MESSAGEUPDATE."""

    message_id: int = 0
    event: str = ""


class Again(Chosen, frozen=True, rename="upper"):
    """ID alone means one delivery. Otherwise a bot, a time or ALL must be named, and STATE is `missed` unless given."""

    id: int = 0
    all: bool = False


class DeliveryShape(msgspec.Struct, frozen=True, rename="upper"):
    """An event on its way to somebody. ATTEMPTS have been made; DUE is set while it waits, FINISHED once it ended."""

    id: int
    event_id: int
    event: str
    happened: str
    recipient: Recipient
    bot_id: int
    chat_id: int
    state: str
    reason: str
    attempts: int
    due: str | None
    finished: str | None


class AttemptShape(msgspec.Struct, frozen=True, rename="upper"):
    """An attempt: STATUS is 0 where no answer came, and PROBLEM says why. ANSWER is how the answer begins."""

    number: int
    started: str
    milliseconds: int
    status: int
    answer: str
    problem: str


class WholeShape(DeliveryShape, frozen=True, rename="upper"):
    """The same with its attempts, first one first."""

    log: list[AttemptShape]


class ListAnswer(msgspec.Struct, frozen=True, rename="upper"):
    """Newest first. NEXT is the BEFORE of the next page, which may be there though this one is short; 0: no more."""

    deliveries: list[DeliveryShape]
    next: int


class ReasonShape(msgspec.Struct, frozen=True, rename="upper"):
    code: str
    text: str


class ExplainedShape(msgspec.Struct, frozen=True, rename="upper"):
    """What became of one event. The first of REASONS says how it stands, the others why.

    HAPPENED is when, and EVENT_ID its number in the log; `null` and 0 where there is no such event.
    """

    event: str
    event_id: int
    happened: str | None
    delivered: bool
    reasons: list[ReasonShape]
    delivery_id: int
    log: list[AttemptShape]


class ExplainAnswer(msgspec.Struct, frozen=True, rename="upper"):
    """DELIVERED when something arrived, and nothing is missing that was for the bot. TEXT is all REASONS at once."""

    delivered: bool
    text: str
    events: list[ExplainedShape]


class AgainAnswer(msgspec.Struct, frozen=True, rename="upper"):
    """How many are sent again. NEXT is the BEFORE of the next call, 0 when there is nothing left."""

    resent: int
    next: int


@method("botyard.delivery.list", scopes=SCOPES, raises=(*OWNER_PROBLEMS, Reason.ARGUMENT))
async def list_(call: Call, p: Listed) -> ListAnswer:
    """List deliveries, newest first, of a bot, a state or a time.

    What has ended is kept for seven days unless the server was told otherwise.
    """
    recipient = await _whose(call, p, p.recipient)
    wanted = _wanted(p, recipient, p.state, max(1, min(p.limit, LIMIT_MAX)))
    logged_deliveries, following = await delivery_log.page(call.tx, wanted)
    names = await event_names.of_deliveries(call.tx, logged_deliveries)
    return ListAnswer(
        [_shape(call, logged_delivery, name) for logged_delivery, name in zip(logged_deliveries, names, strict=True)],
        following,
    )


@method("botyard.delivery.get", scopes=SCOPES, raises=(Reason.DELIVERY_MISSING,))
async def get(call: Call, p: One) -> WholeShape:
    """Show a delivery and each attempt to make it: when, how long, and how the handler's response began."""
    logged = await _one(call, p.id, p.client_id)
    tried = await deliveries.attempts(call.tx, logged.delivery.id)
    shown = _shape(call, logged, await event_names.of_delivery(call.tx, logged))
    return WholeShape(**msgspec.structs.asdict(shown), log=_attempts(call, tried))


@method(
    "botyard.delivery.explain",
    scopes=SCOPES,
    raises=(*OWNER_PROBLEMS, Reason.ARGUMENT, Reason.MESSAGE_ID_WRONG),
)
async def explain(call: Call, p: ExplainParams) -> ExplainAnswer:
    """Tell why a bot was not told of a message, or when it was, and the same of what happened to the message later.

    One entry for the message itself, then one for each edit, its deletion, each reaction, and each command of the
    bot in it or under it: the newest 50. It works for a message that was deleted and left no mark, too. An owner
    of a bot that is not in the chat learns nothing else, not even whether there is such a message.
    """
    admin = _is_admin(call)
    if not admin:
        await _own(call, p.bot_id, p.client_id)
    if p.event and p.event not in _EXPLAINED:
        raise ApiError(Reason.ARGUMENT, reason=f"EVENT is one of {', '.join(sorted(_EXPLAINED))}")
    topic = await reasons.topic(call.tx, p.message_id)
    hidden = topic is None or await members.find(call.tx, topic.chat_id, p.bot_id) is None
    if hidden and not admin:
        return _explained(call, [reasons.stranger(p.event)])
    if topic is None:
        hint = f"there is no message {p.message_id}, or nothing is known of it any more" if p.message_id > 0 else ""
        raise ApiError(Reason.MESSAGE_ID_WRONG, hint=hint)
    settings = call.context.settings
    kept = call.now - settings.delivery_days * DAY
    case = Case(p.bot_id, p.event, kept, call.context.clock.scheduled(), ORDERINGS[settings.delivery])
    return _explained(call, await reasons.explain(call.tx, topic, case))


@method(
    "botyard.delivery.resend",
    scopes=SCOPES,
    mode=Mode.WRITE,
    raises=(*OWNER_PROBLEMS, Reason.ARGUMENT, Reason.DELIVERY_MISSING),
)
async def resend(call: Call, p: Again) -> AgainAnswer:
    """Send again what has ended: one delivery, those of a time, or all that a bot has missed.

    The schedule of attempts begins anew, and handlers see the same `Webhook-Id` as before. A bot that
    fetches its events finds them again. At most 500 are sent again by one call; NEXT leads to the rest.
    """
    if p.id:
        logged = await _one(call, p.id, p.client_id)
        return AgainAnswer(int(await delivery_search.resend(call.tx, logged)), 0)
    recipient = await _whose(call, p, "")
    if not (recipient or p.all or p.from_ is not None or p.to is not None):
        raise ApiError(Reason.ARGUMENT, reason="Name ID, BOT_ID, FROM or TO, or say ALL")
    wanted = _wanted(p, recipient, p.state or "missed", RESENT_MAX)
    if not wanted.states <= ENDED:
        raise ApiError(Reason.ARGUMENT, reason="Only what has ended can be sent again")
    logged_deliveries, following = await delivery_log.page(call.tx, wanted)
    sent = [await delivery_search.resend(call.tx, logged_delivery) for logged_delivery in logged_deliveries]
    return AgainAnswer(sum(sent), following)


def _is_admin(call: Call) -> bool:
    return call.identity.admin and "botyard" in call.identity.scopes


async def _own(call: Call, bot_id: int, client_id: str) -> int:
    """A bot that the caller owns. Raises ADMIN_ONLY for none, BOT_NOT_FOUND, BOT_NOT_YOURS."""
    if bot_id <= 0:
        raise ApiError(ErrorCode.ADMIN_ONLY)
    return (await own_bot(call, client_id, bot_id)).user_id


async def _whose(call: Call, p: OfBot, recipient: str) -> str:
    """Whose deliveries are meant; ``""`` for everybody's."""
    if not _is_admin(call):
        return recipients.bot(await _own(call, p.bot_id, p.client_id))
    return recipients.bot(p.bot_id) if p.bot_id else recipient


async def _one(call: Call, delivery_id: int, client_id: str) -> LoggedDelivery:
    """A delivery that the caller may know of. Raises DELIVERY_MISSING alike for none and for another's."""
    logged = await delivery_log.find(call.tx, delivery_id)
    if logged is None:
        raise ApiError(Reason.DELIVERY_MISSING)
    if not _is_admin(call):
        bot_id = _bot_id(logged)
        bot = await bots.find(call.tx, bot_id) if bot_id else None
        if bot is None or bot.owner != await known_owner(call, client_id, bot_id):
            raise ApiError(Reason.DELIVERY_MISSING)
    return logged


def _wanted(p: Chosen, recipient: str, state: str, limit: int) -> DeliveryFilter:
    since, until = delivery_search.moment(p.from_, 0), delivery_search.moment(p.to, NEVER)
    return DeliveryFilter(recipient, delivery_search.states(state), since, until, max(0, p.before), limit)


def _bot_id(logged: LoggedDelivery) -> int:
    kind, number = recipients.parse(logged.delivery.recipient)
    return number if kind == recipients.BOT else 0


def _shape(call: Call, logged: LoggedDelivery, name: str) -> DeliveryShape:
    delivery, atom = logged.delivery, call.context.clock.atom_or_none
    return DeliveryShape(
        id=delivery.id,
        event_id=delivery.event_id,
        event=name,
        happened=call.atom(logged.created),
        recipient=delivery.recipient,
        bot_id=_bot_id(logged),
        chat_id=delivery.ordering_key,
        state=delivery.state,
        reason=delivery.reason,
        attempts=delivery.attempts,
        due=atom(int(delivery.due) if delivery.state == State.WAITING else None),
        finished=atom(delivery.finished),
    )


def _attempts(call: Call, tried: list[Attempt]) -> list[AttemptShape]:
    return [
        AttemptShape(
            attempt.number,
            call.atom(attempt.started // 1000),
            attempt.took,
            attempt.status,
            attempt.answer,
            attempt.problem,
        )
        for attempt in tried
    ]


def _explained(call: Call, explanations: list[Explained]) -> ExplainAnswer:
    events = [
        ExplainedShape(
            explanation.name,
            explanation.what.id if explanation.what else 0,
            call.context.clock.atom_or_none(explanation.what.created if explanation.what else None),
            explanation.arrived,
            [ReasonShape(finding.why.name, finding.sentence(call.atom)) for finding in explanation.findings],
            explanation.delivery.id if explanation.delivery else 0,
            _attempts(call, explanation.attempts),
        )
        for explanation in explanations
    ]
    text = " ".join(
        f"{event.event}: ".removeprefix(": ") + " ".join(reason_shape.text for reason_shape in event.reasons)
        for event in events
    )
    return ExplainAnswer(reasons.arrived(explanations), text, events)
