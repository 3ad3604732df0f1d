"""im.v2.Event.*: the events of a person's chats, fetched."""

from __future__ import annotations

from botyard.api.im_v2.family import method
from botyard.api.payloads import user_payloads
from botyard.api.shared import event_queue
from botyard.chat import subscriptions
from botyard.rpc.call import Call
from botyard.rpc.method import Mode, NoParams, Params


class Get(Params, frozen=True):
    """`offset`, a page's `nextOffset`, confirms what it held. `wait` is ours: seconds to wait, up to 30."""

    offset: int = 0
    limit: int = 100
    wait: float = 0


@method("im.v2.Event.subscribe", mode=Mode.WRITE)
async def subscribe(call: Call, p: NoParams) -> bool:
    """Have the events of the caller's chats kept for im.v2.Event.get; doing so again changes nothing.

    Docs: api-reference/chat-bots/chat-bots-v2/im.v2/events/event-subscribe.md
    """
    await subscriptions.subscribe(call.tx, call.user_id)
    return True


@method("im.v2.Event.unsubscribe", mode=Mode.WRITE)
async def unsubscribe(call: Call, p: NoParams) -> bool:
    """Keep no more events of the caller; what was kept can be fetched for a day.

    Docs: api-reference/chat-bots/chat-bots-v2/im.v2/events/event-unsubscribe.md
    """
    await subscriptions.unsubscribe(call.tx, call.user_id)
    return True


@method("im.v2.Event.get", mode=Mode.NONE)
async def get(call: Call, p: Get) -> event_queue.EventPage:
    """Confirm events by `offset` and fetch the next ones; none for somebody who is not subscribed.

    Docs: api-reference/chat-bots/chat-bots-v2/im.v2/events/event-get.md
    """
    return await event_queue.fetch(
        call, [user_payloads.queue(call)], event_queue.fetch_request(p.offset, p.limit, p.wait), call.recheck
    )
