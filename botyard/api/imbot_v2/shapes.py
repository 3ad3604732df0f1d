"""Bots, commands and chats as the answers of `imbot.v2` write them.

Docs: api-reference/chat-bots/chat-bots-v2/entities.md
"""

from __future__ import annotations

import msgspec
from msgspec import UNSET, UnsetType

from botyard.api.shapes import entities
from botyard.api.shapes.entities import ChatShape, UserShape
from botyard.chat.conversation.overview import Overview
from botyard.model.bots import Bot, BotType, Command
from botyard.rpc.call import Context
from botyard.store import bot_commands
from botyard.store.engines.db import Tx

TYPES = {
    "bot": BotType.BOT,
    "network": BotType.NETWORK,
    "openline": BotType.OPENLINE,
    "supervisor": BotType.SUPERVISOR,
    "personal": BotType.PERSONAL,
}
"""Types by the words of this generation; the first one also stands for HUMAN of the first."""

BACKGROUNDS = frozenset({"azure", "mint", "steel", "slate", "teal", "cornflower", "sky", "peach", "frost"})
"""Themes of a bot's chat (bot-register.md)."""

_WORDS = {kind.value: word for word, kind in TYPES.items()} | {BotType.HUMAN.value: "bot"}


class Done(msgspec.Struct, frozen=True):
    """The answer of methods that only do something."""

    result: bool


DONE = Done(True)


class BotShape(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """A bot. What stands last only its owner is told."""

    id: int
    code: str
    type: str
    is_hidden: bool
    is_support_openline: bool
    is_reactions_enabled: bool
    background_id: str | None
    language: str
    module_id: str | UnsetType = UNSET
    event_mode: str | UnsetType = UNSET
    count_message: int | UnsetType = UNSET
    count_command: int | UnsetType = UNSET
    count_chat: int | UnsetType = UNSET
    count_user: int | UnsetType = UNSET


class CommandShape(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """A slash command."""

    id: int
    bot_id: int
    command: str
    common: bool
    hidden: bool
    extranet_support: bool


class ListedCommand(CommandShape, frozen=True, gc=False, rename="camel"):
    """The same with its phrases in one language."""

    title: str
    params: str
    category: str
    context: str


class AnsweredChat(ChatShape, frozen=True, gc=False, rename="camel", kw_only=True):
    """A chat with what depends on who asks, which events leave out."""

    role: str
    mute_list: list[int]
    date_create: str
    last_message_id: int | None
    last_message_views: str
    last_id: int | None
    manager_list: list[int]
    marked_id: int | None
    message_count: int
    public: str
    unread_id: int | None
    user_counter: int


class _Viewer(msgspec.Struct, frozen=True, rename="camel"):
    user_id: int
    user_name: str
    date: str


class _Views(msgspec.Struct, frozen=True, rename="camel"):
    message_id: int
    first_viewers: list[_Viewer]
    count_of_viewers: int


class BotAnswer(msgspec.Struct, frozen=True):
    """A bot, and the user that it is."""

    bot: BotShape
    users: list[UserShape]


async def bot_answer(tx: Tx, context: Context, owned: Bot, *, own: bool = True) -> BotAnswer:
    """A bot for its owner, or for anybody else."""
    people = await entities.people(tx, context, [owned.user_id])
    return BotAnswer(await bot(tx, owned) if own else brief(owned), list(people.values()))


def brief(bot: Bot) -> BotShape:
    """A bot for anybody."""
    return BotShape(
        bot.user_id,
        bot.code,
        _WORDS[bot.type],
        bot.hidden,
        bot.openline,
        bot.reactions,
        bot.background_id,
        bot.language,
    )


async def bot(tx: Tx, bot: Bot) -> BotShape:
    """A bot for its owner: with its event mode and its numbers."""
    return _counted(bot, await bot_commands.count(tx, bot.user_id))


async def bots(tx: Tx, owned: list[Bot]) -> list[BotShape]:
    """Several bots for their owner."""
    counts = await bot_commands.counts(tx, [bot.user_id for bot in owned])
    return [_counted(bot, counts.get(bot.user_id, 0)) for bot in owned]


def _counted(bot: Bot, commands: int) -> BotShape:
    return msgspec.structs.replace(
        brief(bot),
        module_id="rest",
        event_mode=bot.event_mode,
        count_message=bot.messages,
        count_command=commands,
        count_chat=bot.chats,
        count_user=bot.people,
    )


def command(command: Command) -> CommandShape:
    """A command as answers and events show it."""
    slashed = f"/{command.command}"
    return CommandShape(command.id, command.bot_id, slashed, command.common, command.hidden, command.extranet)


def listed_command(listed: Command, bot_name: str, language: str) -> ListedCommand:
    """A command with its phrases in ``language``, else in English, else in the first one that it has."""
    known = {str(phrases.get("LANGUAGE_ID")).lower(): phrases for phrases in reversed(listed.lang)}
    phrase = known.get(language) or known.get("en") or (listed.lang[0] if listed.lang else {})
    return ListedCommand(
        **msgspec.structs.asdict(command(listed)),
        title=str(phrase.get("TITLE", "")),
        params=str(phrase.get("PARAMS", "")),
        category=bot_name,
        context="",
    )


async def chat(tx: Tx, context: Context, seen: Overview, viewer_id: int, *, new: bool = False) -> AnsweredChat:
    """A chat for one of its members. ``new`` is one that was just made."""
    chat, member = seen.chat, seen.member
    shown = await entities.chat(tx, context, chat, viewer_id)
    common = {name: getattr(shown, name) for name in ChatShape.__struct_fields__}
    common |= {
        "parent_chat_id": chat.parent_chat_id or None,
        "parent_message_id": chat.parent_message_id or None,
        "is_new": new or (member is not None and not member.opened),
    }
    return AnsweredChat(
        **common,
        role=seen.role,
        mute_list=seen.muted,
        date_create=context.clock.atom(chat.created),
        last_message_id=chat.last_message_id or None,
        last_message_views=_views(context, seen),
        last_id=(member.read_id or None) if member else None,
        manager_list=seen.managers,
        marked_id=(member.marked_id or None) if member else None,
        message_count=chat.messages,
        public=chat.public,
        unread_id=seen.unread.first_id or None,
        user_counter=chat.members,
    )


def _views(context: Context, seen: Overview) -> str:
    """Who saw the last message first, and how many more did, as JSON within the JSON."""
    if not seen.viewers:
        return "{}"
    viewers = [_Viewer(reader.user_id, reader.name, context.clock.atom(reader.read_at or 0)) for reader in seen.viewers]
    return msgspec.json.encode(_Views(seen.chat.last_message_id, viewers, seen.more_viewers)).decode()
