"""im.v2.Event.*: the events of a person's chats, fetched."""

from __future__ import annotations

from botyard.api import fetching
from botyard.api.im_v2 import events
from botyard.chat import subscriptions
from botyard.errors import Problem
from botyard.model import deliveries as recipients
from botyard.rpc.access import Access
from botyard.rpc.call import Call
from botyard.rpc.method import Mode, Params, method


class Get(Params, frozen=True):
    """``offset`` confirms all events before it. ``wait`` is ours: seconds to wait for an event, up to 30."""

    offset: int = 0
    limit: int = 100
    wait: float = 0


@method("im.v2.Event.subscribe", access=Access.PERSON, mode=Mode.WRITE, raises=(Problem.GUEST,))
async def subscribe(call: Call) -> bool:
    """Have the events of the caller's chats kept for im.v2.Event.get; doing so again changes nothing.

    Docs: api-reference/chat-bots/chat-bots-v2/im.v2/events/event-subscribe.md
    """
    await subscriptions.subscribe(call.tx, call.user_id, call.now)
    return True


@method("im.v2.Event.unsubscribe", access=Access.PERSON, mode=Mode.WRITE, raises=(Problem.GUEST,))
async def unsubscribe(call: Call) -> bool:
    """Keep no more events of the caller; what was kept can be fetched for a day.

    Docs: api-reference/chat-bots/chat-bots-v2/im.v2/events/event-unsubscribe.md
    """
    await subscriptions.unsubscribe(call.tx, call.user_id)
    return True


@method("im.v2.Event.get", access=Access.PERSON, mode=Mode.NONE, raises=(Problem.GUEST,))
async def get(call: Call, p: Get) -> fetching.Page:
    """Confirm events by `offset` and fetch the next ones; none for somebody who is not subscribed.

    Docs: api-reference/chat-bots/chat-bots-v2/im.v2/events/event-get.md
    """
    return await fetching.fetch(call, [queue(call)], fetching.ask(p.offset, p.limit, p.wait))


def queue(call: Call) -> fetching.Queue:
    """The caller's own events."""
    return fetching.Queue(
        recipients.user(call.user_id), lambda tx, what: events.data(tx, call.context, what, call.user_id)
    )
