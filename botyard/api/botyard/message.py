"""`botyard.message.*`: what a messenger does with messages, beyond what is documented for people."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import UNSET, Meta

from botyard.api.botyard import message_shapes
from botyard.api.botyard.family import method
from botyard.api.botyard.message_shapes import Listed, Reactions
from botyard.api.botyard.params import is_uuid
from botyard.api.shared.message_content import IM, carried
from botyard.chat.content import content
from botyard.chat.conversation import dialogs, forwarding, looking, mentions, messages, reactions
from botyard.errors import ApiError, Reason, error
from botyard.model.messages import Draft
from botyard.rpc.access import Access
from botyard.rpc.call import Call
from botyard.rpc.method import Mode, NoParams, Params
from botyard.store import reactions as stored_reactions
from botyard.wire.coerce import Ids, SentOnce
from botyard.wire.param_types import Number, Numbered, RawAttach

RANGE_MAX = 50
LISTED_MAX = 100
"""Messages of which one call tells the reactions."""
REACTORS_MAX = 200
MENTIONS_MAX = 50


After = Annotated[int, Meta(description="Only people with higher ids: `NEXT` of the part before.")]


class Send(Params, frozen=True, rename="upper"):
    """TEMPLATE_ID makes the call safe to repeat."""

    dialog_id: str = ""
    message: str = ""
    template_id: SentOnce = ""
    reply_id: int = 0
    attach: RawAttach = UNSET
    url_preview: bool = True


class Forward(Params, frozen=True, rename="upper"):
    dialog_id: str = ""
    forward_ids: Numbered = {}


class Named(Params, frozen=True, rename="upper"):
    message_id: int = 0


class Context(Named, frozen=True, rename="upper"):
    range: int = 20


class React(Named, frozen=True, rename="upper"):
    reaction: str = ""
    on: Annotated[bool, Meta(description="Whether the reaction is set; `N` takes it back.")] = True


class ReactionsOf(Params, frozen=True, rename="upper"):
    message_ids: Annotated[Ids, Meta(description=f"Ids of messages, at most {LISTED_MAX}; others are left out.")] = []


class ReactionList(Named, frozen=True, rename="upper"):
    reaction: str = ""
    after: After = 0
    limit: int = 50


class Readers(Named, frozen=True, rename="upper"):
    after: After = 0


class Mentions(Params, frozen=True, rename="upper"):
    last_id: Annotated[Number, Meta(description="Only older messages than this one: `NEXT` of the part before.")] = 0
    unread: Annotated[bool, Meta(description="Whether only those are listed that the caller has not read.")] = False
    chat_id: Annotated[Number, Meta(description="Only messages of this chat; 0 for those of all chats.")] = 0
    limit: int = 20


class Sent(msgspec.Struct, frozen=True, rename="upper"):
    """The message, and its chat, which the first message to somebody makes."""

    id: int
    chat_id: int


class ContextAnswer(Listed, frozen=True, rename="upper"):
    """Messages from oldest to newest; HAS_EARLIER and HAS_LATER say whether there are more on either side."""

    has_earlier: bool
    has_later: bool


class MentionList(Listed, frozen=True, rename="upper"):
    """A part of the messages, the newest first; NEXT is LAST_ID of the next part, 0 at the end."""

    next: int


class MentionCount(msgspec.Struct, frozen=True, rename="upper"):
    """In how many messages of a chat that the caller has not read the caller is mentioned, 100 at most."""

    chat_id: int
    count: int


class When(msgspec.Struct, frozen=True, rename="upper"):
    """Somebody, and when it was."""

    user_id: int
    date: str


class People(msgspec.Struct, frozen=True, rename="upper"):
    """A part of a list of people; NEXT is AFTER of the next part, 0 at the end."""

    people: list[When]
    next: int


@method(
    "botyard.message.send",
    access=Access.MESSENGER,
    mode=Mode.WRITE,
    raises=(Reason.ARGUMENT, Reason.MESSAGE_EMPTY, content.attach, dialogs.open_, messages.send),
)
async def send(call: Call, p: Send) -> Sent:
    """Send a message once, however often the call is repeated with the same TEMPLATE_ID, a UUID of the caller's.

    A client that saw no response sends the call again and gets the id of the message that is there. All else is as in
    `im.message.add`.
    """
    if not is_uuid(p.template_id):
        raise ApiError(Reason.ARGUMENT, reason="TEMPLATE_ID must be a UUID with hyphens, a new one for each message")
    params = carried(p.attach, UNSET, UNSET, bot_id=0, limits=IM).params(p.url_preview)
    if not p.message.strip() and "ATTACH" not in params:
        raise ApiError(Reason.MESSAGE_EMPTY)
    who = await dialogs.open_(call.tx, call.user_id, p.dialog_id)
    draft = Draft(text=p.message, reply_id=max(0, p.reply_id), uuid=p.template_id.strip(), params=params)
    return Sent(await messages.send(call.tx, who, draft), who.chat.id)


@method(
    "botyard.message.forward",
    access=Access.MESSENGER,
    mode=Mode.WRITE,
    raises=(Reason.ARGUMENT, dialogs.open_, forwarding.forward),
    errors={Reason.FILE_REFUSED: error("UPLOAD_FAILED: File upload failed: {reason}")},
)
async def forward(call: Call, p: Forward) -> dict[str, int]:
    """Forward messages to a chat, with their files, in the order in which they are named, and return the copies.

    FORWARD_IDS has a UUID of the caller's for each message; repeated with the same ones, nothing is sent again.
    """
    originals = p.forward_ids
    if not originals or len(originals) > forwarding.MOST or not all(map(is_uuid, originals)):
        reason = f"FORWARD_IDS must be an object of UUIDs with hyphens and ids of messages, at most {forwarding.MOST}"
        raise ApiError(Reason.ARGUMENT, reason=reason)
    who = await dialogs.open_(call.tx, call.user_id, p.dialog_id)
    return await forwarding.forward(call.tx, who, originals, quota=call.context.file_quota)


@method("botyard.message.context", access=Access.MESSENGER, raises=(messages.around,))
async def context(call: Call, p: Context) -> ContextAnswer:
    """A message with RANGE others (0 to 50) on either side, to open a chat at a link, a quote or what is unread."""
    each = max(0, min(p.range, RANGE_MAX))
    around = await messages.around(call.tx, call.user_id, p.message_id, each=each)
    shown = await message_shapes.listed(call, around.messages)
    return ContextAnswer(shown.messages, shown.users, shown.files, shown.reactions, around.earlier, around.later)


@method(
    "botyard.message.react",
    access=Access.MESSENGER,
    mode=Mode.WRITE,
    raises=(reactions.require_known, messages.get),
)
async def react(call: Call, p: React) -> bool:
    """React to a message in one of the 48 ways, or take that back with ON `N`; `false` where it was so already."""
    reactions.require_known(p.reaction)
    message, who = await messages.get(call.tx, call.user_id, p.message_id)
    return await reactions.set(call.tx, who, message, reaction=p.reaction, on=p.on)


@method("botyard.message.reaction.counts", access=Access.MESSENGER, raises=(Reason.ARGUMENT,))
async def reaction_counts(call: Call, p: ReactionsOf) -> list[Reactions]:
    """How many reacted to each of some messages, by reaction: what came first, first. What is hidden is left out."""
    if p.message_ids is None or len(p.message_ids) > LISTED_MAX:
        raise ApiError(Reason.ARGUMENT, reason=f"MESSAGE_IDS must be a list of at most {LISTED_MAX} ids")
    return await message_shapes.reactions_to(call, p.message_ids)


@method(
    "botyard.message.reaction.list",
    access=Access.MESSENGER,
    raises=(reactions.require_known, messages.get_unlocked),
)
async def reaction_list(call: Call, p: ReactionList) -> People:
    """List who reacted to a message in one way, in the order of their ids: 50 or LIMIT (at most 200) at a time."""
    reactions.require_known(p.reaction)
    message, _ = await messages.get_unlocked(call.tx, call.user_id, p.message_id)
    limit = min(p.limit, REACTORS_MAX) if p.limit > 0 else 50
    listed = await stored_reactions.reactors(
        call.tx, message.id, reaction=p.reaction, after=max(0, p.after), limit=limit + 1
    )
    shown = listed[:limit]
    people = [When(reactor.user_id, call.atom(reactor.created)) for reactor in shown]
    return People(people, shown[-1].user_id if len(listed) > limit else 0)


@method("botyard.message.mention.list", access=Access.MESSENGER, raises=(Reason.ARGUMENT,))
async def mention_list(call: Call, p: Mentions) -> MentionList:
    """List messages in which others mention the caller or everybody: 20 or LIMIT (at most 50) at a time.

    The newest come first; each says in which chat it is. A part may hold fewer messages: NEXT says whether more follow.
    """
    if p.last_id is None or p.chat_id is None:
        raise ApiError(Reason.ARGUMENT, reason="LAST_ID and CHAT_ID must be numbers")
    limit = min(p.limit, MENTIONS_MAX) if p.limit > 0 else 20
    before = max(0, p.last_id)
    page = await mentions.page(
        call.tx, call.user_id, chat_id=max(0, p.chat_id), before=before, unread=p.unread, limit=limit
    )
    shown = await message_shapes.listed(call, page.messages)
    return MentionList(shown.messages, shown.users, shown.files, shown.reactions, page.next)


@method("botyard.message.mention.counts", access=Access.MESSENGER)
async def mention_counts(call: Call, p: NoParams) -> list[MentionCount]:
    """List the chats in which the caller has not read that somebody mentions the caller or everybody, by their ids."""
    unread = await mentions.unread(call.tx, call.user_id)
    return [MentionCount(chat_id, number) for chat_id, number in unread.items()]


@method("botyard.message.readers", access=Access.MESSENGER, raises=(looking.readers_of,))
async def readers(call: Call, p: Readers) -> People:
    """List the people who have read a message, but for its author, in the order of their ids.

    DATE is when the person last read on in the chat. A call looks at 500 members of the chat: NEXT says where the next
    goes on, also where none of these has read the message.
    """
    stretch = await looking.readers_of(call.tx, call.user_id, p.message_id, after=max(0, p.after))
    return People([When(mark.user_id, call.atom(mark.read_at)) for mark in stretch.members], stretch.after)
