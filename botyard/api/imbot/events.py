"""ONIMBOT… and ONIMCOMMANDADD: what the bots of the first generation are told.

Docs: api-reference/chat-bots/outdated, the pages on-imbot-… and on-im-command-add.md; the keys are
those of their samples, for a private dialog and for a group. What was said is told as it was
said, from the event; titles and names are those of the moment of telling.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any, NamedTuple
from zlib import crc32
from zoneinfo import ZoneInfo

from botyard.api.imbot.parts import parts
from botyard.api.payloads.auth_block import block, issue_tokens
from botyard.api.payloads.render_batch import RenderBatch
from botyard.api.payloads.webhook_payload import WebhookPayload
from botyard.chat.content import bbcode
from botyard.chat.conversation.colors import color_for, name_of
from botyard.model.bots import Bot
from botyard.model.chats import Chat, Member, Role
from botyard.model.event import Event
from botyard.model.events import (
    EVENTS,
    BotRemoved,
    CommandCalled,
    EventRecord,
    MemberJoined,
    MessageEdited,
    MessageErased,
    MessageSent,
)
from botyard.model.messages import file_ids
from botyard.model.people import User, UserKind
from botyard.store import bot_commands

LANGUAGE = "en"
"""The portal's language: system messages are written in it."""

Data = dict[str, Any]

# What the portal itself asks of a message; clients of the API have no say in it.
_FLAGS: Data = {
    "PUSH": "Y",
    "PUSH_IMPORTANT": "N",
    "RECENT_SKIP_AUTHOR": "N",
    "CONVERT": "N",
    "SKIP_COMMAND": "N",
    "SKIP_COUNTER_INCREMENTS": "N",
    "SILENT_CONNECTOR": "N",
    "SKIP_CONNECTOR": "N",
    "IMPORTANT_CONNECTOR": "N",
    "NO_SESSION_OL": "N",
    "FAKE_RELATION": 0,
    "SKIP_URL_INDEX": "N",
}
_COMMAND_FLAGS: Data = {"SKIP_USER_CHECK": "Y", "RECENT_ADD": "Y", **_FLAGS}


class BotRenderContext(NamedTuple):
    """What the data of an event are made from: where it happened, and which bot is told."""

    batch: RenderBatch
    bot: Bot
    chat: Chat
    actor: Member | None


async def render(batch: RenderBatch, what: EventRecord, bot: Bot) -> WebhookPayload | None:
    """An event as this bot is told of it; ``None`` where there is nothing to tell, or no handler for it.

    Needs a write transaction where the bot is an application's: the tokens are issued here.
    """
    url = await handler(batch, what.event, bot)
    data = await render_data(batch, what, bot) if url else None
    if data is None:
        return None
    name = EVENTS[type(what.event)].names["v1"]
    await batch.note_alias(bot)
    auth = await block(
        batch,
        owner=bot.owner,
        user_id=what.event.actor_id,
        caller_id=what.caller_id,
        known_as=bot.known_as,
        registrant=bot.registrant,
    )
    return WebhookPayload(name, data, auth, url, handler_id(bot.owner, name))


async def handler(batch: RenderBatch, event: Event, bot: Bot) -> str:
    """The address at which a bot is told of an event; "" where none is bound."""
    if isinstance(event, CommandCalled):
        command = await bot_commands.find(batch.tx, event.command_id)
        return command.handler if command else ""
    spec = EVENTS.get(type(event))
    return (await batch.handlers(bot.owner)).address(spec.v1.handler) if spec and spec.v1 else ""


async def render_data(batch: RenderBatch, what: EventRecord, bot: Bot) -> Data | None:
    """The data of an event for this bot; ``None`` where there is nothing to tell."""
    event = what.event
    if type(event) not in RENDERERS:
        return None
    renderer = RENDERERS[type(event)]
    if renderer is None:
        return {"BOT_ID": bot.user_id, "BOT_CODE": bot.code}
    actor = await batch.participant(event.chat_id, event.actor_id)
    if actor is None:
        return None
    await issue_tokens(batch, bot=bot, actor_id=event.actor_id, caller_id=what.caller_id)
    return await renderer(BotRenderContext(batch, bot, actor.chat, actor.member), event)


def handler_id(owner: str, name: str) -> int:
    """The number of a bot's handler: the same for as long as the owner is the same."""
    return crc32(f"{owner} {name}".encode()) & 0x7FFFFFFF


async def _message_add(at: BotRenderContext, event: Event) -> Data:
    assert isinstance(event, MessageSent)
    params = _message(at, event) | _FLAGS
    params |= {
        "MESSAGE": event.text,
        "TO_USER_ID": at.bot.user_id,
        "COMMAND_CONTEXT": "TEXTAREA",
        "CHAT_USER_COUNT": event.members,
        "PLATFORM_CONTEXT": "web",
    }
    if not at.chat.private:
        params |= _mentions(event)
    params |= await _parts(at, file_ids(event.params), event.reply_id)
    return await _data(at, params, await _author(at, event.actor_id))


async def _message_update(at: BotRenderContext, event: Event) -> Data:
    assert isinstance(event, MessageEdited)
    params = _changed(at, event.message_id, event.actor_id) | {
        "MESSAGE": event.text,
        "CHAT_USER_COUNT": event.members,
        "PLATFORM_CONTEXT": "web",
    }
    params |= await _parts(at, file_ids(event.params), event.reply_id)
    if at.chat.private:
        return await _data(at, params, await _author(at, event.actor_id))
    return await _data(at, params | _mentions(event) | {"TO_USER_ID": at.bot.user_id})


async def _message_delete(at: BotRenderContext, event: Event) -> Data:
    assert isinstance(event, MessageErased)
    moment = datetime.fromtimestamp(event.sent, ZoneInfo(at.batch.context.clock.zone_name))
    params = _changed(at, event.message_id, event.author_id)
    params["MESSAGE"] = f"Message from {moment:%m/%d/%Y %H:%M:%S} has been deleted"
    return await _data(at, params, await _author(at, event.author_id) if at.chat.private else None)


async def _join_chat(at: BotRenderContext, event: Event) -> Data:
    assert isinstance(event, MemberJoined)
    params: Data = {
        "CHAT_TYPE": at.chat.kind,
        "MESSAGE_TYPE": at.chat.kind,
        "BOT_ID": at.bot.user_id,
        "USER_ID": event.actor_id,
        "DIALOG_ID": _dialog_id(at),
        "LANGUAGE": LANGUAGE,
    }
    if at.chat.private:
        params |= {"TO_USER_ID": event.actor_id, "FROM_USER_ID": at.bot.user_id}
    else:
        params |= {
            "CHAT_ID": at.chat.id,
            "CHAT_AUTHOR_ID": at.chat.owner_id,
            "CHAT_ENTITY_TYPE": at.chat.entity_type,
            "CHAT_ENTITY_ID": at.chat.entity_id,
            "ACCESS_HISTORY": int(event.history),
        }
    return await _data(at, params, _worker(await at.batch.user(event.actor_id)))


async def _command_add(at: BotRenderContext, event: Event) -> Data:
    assert isinstance(event, CommandCalled)
    called = await _bot(at) | {
        "COMMAND": event.command,
        "COMMAND_ID": event.command_id,
        "COMMAND_PARAMS": event.params,
        "COMMAND_CONTEXT": event.context,
        "MESSAGE_ID": event.message_id,
    }
    params = _message(at, event) | _COMMAND_FLAGS | {"MESSAGE": event.text}
    if at.chat.private:
        params["TO_USER_ID"] = at.chat.counterpart(event.actor_id)
    else:
        params |= {"CHAT_PARENT_ID": at.chat.parent_chat_id, "CHAT_PARENT_MID": at.chat.parent_message_id}
        params["BOT_IN_CHAT"] = {bot_id: bot_id for bot_id in event.bots}
    params |= await _parts(at, event.files, event.reply_id)
    author = _named(await at.batch.user(event.actor_id))
    return {"COMMAND": {event.command_id: called}, "PARAMS": params, "USER": author}


async def _data(at: BotRenderContext, params: Data, user: Data | None = None) -> Data:
    """The usual body. In a group the samples of edits and deletions have no USER."""
    data: Data = {"BOT": {at.bot.user_id: await _bot(at)}, "PARAMS": params}
    return data if user is None else data | {"USER": user}


async def _parts(at: BotRenderContext, files: tuple[int, ...], reply_id: int) -> Data:
    # Most messages have neither, and then nothing is asked of the database.
    return await parts(at.batch.tx, at.batch.context, at.bot.user_id, files, reply_id) if files or reply_id else {}


async def _bot(at: BotRenderContext) -> Data:
    """The bot with tokens of its own, once flat and once below AUTH."""
    auth = await block(
        at.batch,
        owner=at.bot.owner,
        user_id=at.bot.user_id,
        known_as=at.bot.known_as,
        registrant=at.bot.registrant,
        client=True,
    )
    return auth | {"AUTH": auth, "BOT_ID": at.bot.user_id, "BOT_CODE": at.bot.code}


def _message(at: BotRenderContext, event: MessageSent | CommandCalled) -> Data:
    """A message, and in a group all about the chat."""
    params: Data = {
        "TEMPLATE_ID": event.uuid,
        "MESSAGE_TYPE": at.chat.kind,
        "FROM_USER_ID": event.actor_id,
        "DIALOG_ID": _dialog_id(at),
        "TO_CHAT_ID": at.chat.id,
        "AUTHOR_ID": event.actor_id,
        "SYSTEM": "N",
        "MESSAGE_ID": event.message_id,
        "CHAT_TYPE": at.chat.kind,
        "LANGUAGE": LANGUAGE,
    }
    if at.chat.private:
        return params
    return params | {
        "CHAT_ID": at.chat.id,
        "CHAT_TITLE": at.chat.title,
        "CHAT_AUTHOR_ID": at.chat.owner_id,
        "CHAT_AVATAR": at.batch.context.url(at.chat.avatar) or "0",
        "CHAT_COLOR": name_of(at.chat.color or color_for(at.chat.id)) or "",
        **_entity(at.chat),
        "CHAT_EXTRANET": "Y" if at.chat.guests else "N",
        "CHAT_PREV_MESSAGE_ID": event.previous_id,
        "CHAT_CAN_POST": at.chat.can_post.upper(),
        "RID": event.actor_id,
        "IS_MANAGER": "Y" if at.actor is not None and at.actor.role == Role.MANAGER else "N",
    }


def _changed(at: BotRenderContext, message_id: int, author_id: int) -> Data:
    """A message that was there before."""
    params: Data = {
        "ID": message_id,
        "CHAT_ID": at.chat.id,
        "AUTHOR_ID": author_id,
        "MESSAGE_TYPE": at.chat.kind,
        "CHAT_AUTHOR_ID": at.chat.owner_id or at.bot.user_id,
        **_entity(at.chat),
        "DIALOG_ID": _dialog_id(at),
        "MESSAGE_ID": message_id,
        "CHAT_TYPE": at.chat.kind,
        "LANGUAGE": LANGUAGE,
    }
    if at.chat.private:
        # A private dialog is about nothing: the samples leave the type out, and show the bot as its author.
        del params["CHAT_ENTITY_TYPE"]
        params |= {"FROM_USER_ID": author_id, "TO_USER_ID": at.bot.user_id}
    return params


def _entity(chat: Chat) -> Data:
    return {
        "CHAT_ENTITY_TYPE": chat.entity_type,
        "CHAT_ENTITY_ID": chat.entity_id,
        "CHAT_ENTITY_DATA_1": chat.entity_data_1,
        "CHAT_ENTITY_DATA_2": chat.entity_data_2,
        "CHAT_ENTITY_DATA_3": chat.entity_data_3,
    }


def _mentions(event: MessageSent | MessageEdited) -> Data:
    """Who was mentioned; bots read the message without any mention."""
    if "[" not in event.text or (read := bbcode.without_mentions(event.text)) == event.text:
        return {}
    listed = {user_id: user_id for user_id in event.mentioned}
    return {"MESSAGE": read, "MENTIONED_LIST": listed, "MESSAGE_ORIGINAL": event.text}


def _dialog_id(at: BotRenderContext) -> str:
    """As the bot has to answer: the other one's id, or the chat's, also where the bot is no part of the dialog."""
    if at.chat.private and str(at.bot.user_id) in (at.chat.pair or "").split(":"):
        return str(at.chat.counterpart(at.bot.user_id))
    return f"chat{at.chat.id}"


def _named(person: User | None) -> Data:
    if person is None:
        return {}
    return {
        "ID": person.id,
        "NAME": person.full_name,
        "FIRST_NAME": person.name,
        "LAST_NAME": person.last_name,
        "GENDER": person.gender,
    }


def _worker(person: User | None) -> Data:
    return _named(person) | {"WORK_POSITION": person.work_position} if person else {}


async def _author(at: BotRenderContext, user_id: int) -> Data:
    """Who wrote a message; nothing for the system."""
    person = await at.batch.user(user_id)
    if person is None:
        return {}
    return _worker(person) | {
        "IS_BOT": "Y" if person.bot else "N",
        "IS_CONNECTOR": "Y" if person.kind == UserKind.GUEST else "N",
        "IS_NETWORK": "N",
        "IS_EXTRANET": "Y" if person.outside else "N",
    }


Renderer = Callable[[BotRenderContext, Any], Awaitable[Data]]

RENDERERS: dict[type[Event], Renderer | None] = {
    MessageSent: _message_add,
    MessageEdited: _message_update,
    MessageErased: _message_delete,
    MemberJoined: _join_chat,
    BotRemoved: None,
    CommandCalled: _command_add,
}
"""What makes the body of each event that ``model/events.py`` has a v1 name for; ``None``: nothing but the bot."""
