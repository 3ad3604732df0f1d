"""imbot.v2.Bot.*: the life of a bot."""

from __future__ import annotations

import msgspec
from msgspec import UNSET, UnsetType

from botyard.api.imbot_v2 import shapes
from botyard.api.imbot_v2.family import method
from botyard.api.imbot_v2.params import BotParams, Fields, OwnBot, TokenParams, require_token, token
from botyard.api.imbot_v2.shapes import DONE, BotAnswer, BotShape, Done
from botyard.api.shapes import entities
from botyard.api.shapes.entities import UserShape
from botyard.api.shared.owners import (
    TOKEN_MIN,
    is_alias,
    is_any_alias,
    known_owner,
    may_command,
    own_bots,
    owner,
    registering,
    registrant,
    require_code,
    too_short,
)
from botyard.chat.bots import bots
from botyard.chat.conversation.colors import hex_of
from botyard.chat.media import pictures
from botyard.errors import ApiError, Reason
from botyard.model.bots import Bot, BotType, EventMode
from botyard.model.owners import Owner
from botyard.model.people import Profile
from botyard.portal.url_validation import valid_url
from botyard.rpc.access import Access
from botyard.rpc.call import Call
from botyard.rpc.identity import Auth
from botyard.rpc.method import Mode, Params
from botyard.store import bots as stored_bots
from botyard.store import reach, users
from botyard.wire.coerce import Address, Identifier
from botyard.wire.param_types import RawFile

TOKEN_MAX = 40
LISTED_MAX = 200


class Properties(Params, frozen=True, rename="camel"):
    """A bot's profile. `avatar` is BASE64, `color` one of the documented names; a wrong colour is ignored."""

    name: str = ""
    last_name: str | UnsetType = UNSET
    work_position: str | UnsetType = UNSET
    color: str = ""
    gender: str = ""
    avatar: RawFile = ""


class RegisterFields(Fields, frozen=True, rename="camel"):
    """`webhookUrl` is needed where `eventMode` is `webhook`."""

    code: str = ""
    properties: Properties = Properties()
    type: str = "bot"
    event_mode: str = "fetch"
    webhook_url: Address = ""
    is_hidden: bool = False
    is_reactions_enabled: bool = True
    is_support_openline: bool = False
    background_id: Identifier | None = None


class Register(TokenParams, frozen=True, rename="camel"):
    fields: RegisterFields = RegisterFields()


class UpdateFields(Fields, frozen=True, rename="camel"):
    """What is not given stays. `botToken` is the new token; `backgroundId` null takes the background away."""

    properties: Properties = Properties()
    is_hidden: bool | None = None
    is_reactions_enabled: bool | None = None
    is_support_openline: bool | None = None
    background_id: Identifier | UnsetType | None = UNSET
    event_mode: str = ""
    webhook_url: Address = ""


class Update(BotParams, frozen=True, rename="camel"):
    fields: UpdateFields = UpdateFields()


class Unregister(BotParams, frozen=True, rename="camel"):
    """botId names the bot."""


class Get(BotParams, frozen=True, rename="camel"):
    """The bot by its id or by its code."""

    code: str = ""


class Filter(Params, frozen=True, rename="camel"):
    type: str = ""


class List(TokenParams, frozen=True, rename="camel"):
    filter: Filter = Filter()
    limit: int = 50
    offset: int = 0


class Listed(msgspec.Struct, frozen=True, rename="camel"):
    """A page of bots."""

    bots: list[BotShape]
    users: list[UserShape]
    has_next_page: bool


def _avatar(p: Register | Update) -> object:
    return pictures.prepare(p.fields.properties.avatar)


@method(
    "imbot.v2.Bot.register",
    access=Access.BOT_OWNER,
    mode=Mode.WRITE,
    before=_avatar,
    raises=(
        require_token,
        Reason.TOKEN_TOO_LONG,
        Reason.TOKEN_TOO_SHORT,
        Reason.BOT_CODE,
        Reason.BOT_NAME,
        bots.register,
        Reason.BOT_TYPE_WRONG,
        Reason.EVENT_MODE_WRONG,
        Reason.WEBHOOK_MISSING,
        Reason.BOT_NOT_CREATED,
        Reason.WEBHOOK_WRONG,
        pictures.unwrap,
    ),
)
async def register(call: Call, p: Register) -> BotAnswer:
    """Register a bot, or find the one of this code again and leave it as it is.

    A bot speaks the language of whoever registers it. One of type `openline` supports open lines whatever
    `isSupportOpenline` says.

    Docs: api-reference/chat-bots/chat-bots-v2/imbot.v2/bots/bot-register.md
    """
    register_fields = p.fields
    signed = register_fields.bot_token if register_fields.bot_token.strip() else token(p)
    require_token(call, signed)
    if call.identity.auth is Auth.WEBHOOK and len(signed) > TOKEN_MAX:
        raise ApiError(Reason.TOKEN_TOO_LONG, hint=f"botToken has {len(signed)} characters", max=TOKEN_MAX)
    code = register_fields.code.strip()
    if not code:
        raise ApiError(Reason.BOT_CODE)
    if not register_fields.properties.name.strip():
        raise ApiError(Reason.BOT_NAME)
    owned_by = await registrant(call, signed, code)
    await require_code(call, owned_by, code)
    known = await bots.find_coded(call.tx, owned_by, code)
    if known is not None:
        return await shapes.bot_answer(call.tx, call.context, known)
    if too_short(call, signed):
        raise ApiError(Reason.TOKEN_TOO_SHORT, hint=f"botToken has {len(signed.strip())} characters", min=TOKEN_MIN)
    plan = await _plan(call, register_fields, owned_by, code)
    bot_id = await bots.register(call.tx, call.user_id, plan, most=call.context.settings.max_bots)
    return await _answer(call, bot_id)


async def _plan(call: Call, register_fields: RegisterFields, owned_by: Owner, code: str) -> bots.NewBot:
    kind = shapes.TYPES.get(register_fields.type or "bot")
    if kind is None:
        raise ApiError(Reason.BOT_TYPE_WRONG, hint=f"known types: {', '.join(shapes.TYPES)}")
    mode = _mode(register_fields.event_mode or EventMode.FETCH)
    url = register_fields.webhook_url
    if mode is EventMode.WEBHOOK and not url:
        raise ApiError(Reason.WEBHOOK_MISSING)
    if len(code) > bots.CODE_MAX:
        raise ApiError(Reason.BOT_NOT_CREATED, hint=f"code has {len(code)} characters; the limit is {bots.CODE_MAX}")
    if url and not valid_url(url):
        raise ApiError(Reason.WEBHOOK_WRONG)
    actor = await users.find(call.tx, call.user_id)
    profile = await _profile(call, register_fields.properties)
    return bots.NewBot(
        owner=owned_by,
        code=code,
        type=kind,
        openline=register_fields.is_support_openline or kind is BotType.OPENLINE,
        dialect="v2",
        profile=msgspec.structs.replace(profile, language=actor.language if actor else None),
        event_mode=mode,
        webhook_url=url,
        hidden=register_fields.is_hidden,
        reactions=register_fields.is_reactions_enabled,
        background_id=_background(register_fields.background_id),
        registrant=registering(call),
    )


@method(
    "imbot.v2.Bot.update",
    mode=Mode.WRITE,
    before=_avatar,
    raises=(
        Reason.EVENT_MODE_WRONG,
        Reason.WEBHOOK_WRONG,
        pictures.unwrap,
        Reason.TOKEN_NOT_ROTATED,
    ),
)
async def update(call: Call, bot: OwnBot, p: Update) -> BotAnswer:
    """Change a bot's profile, settings, way of delivery or token.

    A bot of the first generation keeps its handlers: `eventMode` and `webhookUrl` do nothing to it.

    Docs: api-reference/chat-bots/chat-bots-v2/imbot.v2/bots/bot-update.md
    """
    changed = _delivered(_switched(bot, p.fields), p.fields)
    profile = await _profile(call, p.fields.properties)
    await bots.configure(call.tx, call.user_id, changed, profile=profile)
    fresh = p.fields.bot_token
    # Without a token beside `fields`, the one inside is what the call was signed with.
    if call.identity.auth is Auth.WEBHOOK and fresh.strip() and p.bot_token.strip():
        if len(fresh) > TOKEN_MAX or too_short(call, fresh):
            raise ApiError(Reason.TOKEN_NOT_ROTATED)
        await _rotate(call, changed, fresh)
    return await _answer(call, bot.user_id)


async def _rotate(call: Call, bot: Bot, fresh: str) -> None:
    """Give a bot another token. Its own application_token changes nothing, for it names the bot already.

    Raises TOKEN_NOT_ROTATED for a token by which bots go already, an application_token too.
    """
    name = require_token(call, fresh)
    if not await stored_bots.count_of(call.tx, name):
        if is_alias(call, fresh, bot):
            return
        if await is_any_alias(call, fresh):
            raise ApiError(Reason.TOKEN_NOT_ROTATED)
    await bots.hand_over(call.tx, bot, name)


def _switched(bot: Bot, update_fields: UpdateFields) -> Bot:
    """The bot after the switches of an update."""
    changes = {
        "hidden": update_fields.is_hidden,
        "reactions": update_fields.is_reactions_enabled,
        "openline": update_fields.is_support_openline,
    }
    kept = {name: value for name, value in changes.items() if value is not None}
    if bot.type == BotType.OPENLINE:
        kept["openline"] = True
    changed = msgspec.structs.replace(bot, **kept)
    if update_fields.background_id is UNSET:
        return changed
    return msgspec.structs.replace(changed, background_id=_background(update_fields.background_id))


def _delivered(bot: Bot, update_fields: UpdateFields) -> Bot:
    """The bot after an update of how it learns of events. Raises EVENT_MODE_WRONG, WEBHOOK_WRONG."""
    mode = _mode(update_fields.event_mode or bot.event_mode)
    fresh = update_fields.webhook_url
    url = fresh or bot.webhook_url
    if fresh and not valid_url(fresh):
        raise ApiError(Reason.WEBHOOK_WRONG)
    if bot.dialect == "v1":
        return bot
    if mode is EventMode.WEBHOOK and not url:
        raise ApiError(Reason.WEBHOOK_WRONG)
    return msgspec.structs.replace(bot, event_mode=mode, webhook_url=url)


@method("imbot.v2.Bot.unregister", mode=Mode.WRITE, raises=(Reason.BOT_NOT_DELETED,))
async def unregister(call: Call, bot: OwnBot, p: Unregister) -> Done:
    """Remove a bot, its commands and its private dialogs.

    Docs: api-reference/chat-bots/chat-bots-v2/imbot.v2/bots/bot-unregister.md
    """
    await bots.remove(call.tx, call.user_id, bot)
    return DONE


@method("imbot.v2.Bot.get", raises=(Reason.TOKEN_MISSING, Reason.BOT_PARAMS, Reason.BOT_NOT_FOUND))
async def get(call: Call, p: Get) -> BotAnswer:
    """Find a bot; its owner is told its event mode and its numbers, others are not. Outsiders find those they know of.

    Docs: api-reference/chat-bots/chat-bots-v2/imbot.v2/bots/bot-get.md
    """
    if not owner(call, token(p)) and call.identity.auth is Auth.WEBHOOK:
        raise ApiError(Reason.TOKEN_MISSING)
    if not p.bot_id and not p.code:
        raise ApiError(Reason.BOT_PARAMS)
    bot = (
        await stored_bots.find(call.tx, p.bot_id)
        if p.bot_id
        else await stored_bots.find_by_code(call.tx, p.code.strip())
    )
    if bot is None:
        raise ApiError(Reason.BOT_NOT_FOUND, hint="there is no such bot")
    name = await known_owner(call, token(p), bot.user_id)
    own = bool(name) and bot.owner == name and may_command(call, bot)
    if not own and not await reach.known(call.tx, call.user_id, [bot.user_id]):
        raise ApiError(Reason.BOT_NOT_FOUND, hint="there is no such bot")
    return await shapes.bot_answer(call.tx, call.context, bot, own=own)


@method("imbot.v2.Bot.list", access=Access.BOT_OWNER, raises=(require_token,))
async def list_(call: Call, p: List) -> Listed:
    """List the caller's own bots, oldest first; a type that does not exist has none.

    Docs: api-reference/chat-bots/chat-bots-v2/imbot.v2/bots/bot-list.md
    """
    require_token(call, token(p))
    listed = await own_bots(call, token(p))
    if p.filter.type:
        listed = [bot for bot in listed if shapes.brief(bot).type == p.filter.type]
    start, size = max(p.offset, 0), min(max(p.limit, 1), LISTED_MAX)
    page = listed[start : start + size]
    people = await entities.people(call.tx, call.context, [bot.user_id for bot in page])
    return Listed(await shapes.bots(call.tx, page), [people[bot.user_id] for bot in page], start + size < len(listed))


async def _answer(call: Call, bot_id: int) -> BotAnswer:
    bot = await stored_bots.find(call.tx, bot_id)
    assert bot is not None
    return await shapes.bot_answer(call.tx, call.context, bot)


def _mode(word: str) -> EventMode:
    try:
        return EventMode(word)
    except ValueError:
        raise ApiError(Reason.EVENT_MODE_WRONG, hint=f"known modes: {', '.join(EventMode)}") from None


def _background(background_id: str | UnsetType | None) -> str | None:
    """A theme that exists, else none."""
    return background_id if isinstance(background_id, str) and background_id in shapes.BACKGROUNDS else None


async def _profile(call: Call, properties: Properties) -> Profile:
    picture = pictures.unwrap(call.prepared)
    gender = properties.gender.upper()
    return Profile(
        name=properties.name.strip() or None,
        last_name=properties.last_name.strip() if isinstance(properties.last_name, str) else None,
        work_position=properties.work_position.strip() if isinstance(properties.work_position, str) else None,
        color=hex_of(properties.color) if properties.color else None,
        gender=gender if gender in {"M", "F"} else None,
        avatar=await pictures.store(call.tx, picture, quota=call.context.file_quota) if picture else None,
    )
