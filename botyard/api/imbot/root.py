"""imbot.register, imbot.update, imbot.unregister."""

from __future__ import annotations

import re
from typing import NamedTuple

import msgspec
from msgspec import UNSET, UnsetType

from botyard.api.imbot.family import method
from botyard.api.imbot.params import BotParams, NamedBot, NamedOwner
from botyard.api.shared.owners import (
    TOKEN_MIN,
    bound_handlers,
    may_bind,
    registering,
    registrant,
    require_code,
    too_short,
)
from botyard.chat.bots import bots
from botyard.chat.conversation.colors import hex_of
from botyard.chat.media import pictures
from botyard.chat.media.pictures import NamedPicture
from botyard.errors import ApiError, ErrorCode, Reason
from botyard.model.bots import BotType, Handlers
from botyard.model.people import Profile
from botyard.portal.url_validation import valid_url
from botyard.rpc.access import Access
from botyard.rpc.call import Call
from botyard.rpc.method import Mode, Params
from botyard.store import bot_handlers
from botyard.wire.coerce import Address
from botyard.wire.param_types import RawFile

_TYPES = {kind.value: kind for kind in (BotType.BOT, BotType.OPENLINE, BotType.HUMAN, BotType.SUPERVISOR)}
SHARED = "all bots of an application share these handlers: only who commands all of them sets others"

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class Properties(Params, frozen=True, rename="upper"):
    """A bot's profile. PERSONAL_PHOTO is BASE64, COLOR one of the documented names.

    An empty value is not given, except for one of the two names beside the other.
    """

    name: str | UnsetType = UNSET
    last_name: str | UnsetType = UNSET
    color: str | None = None
    email: str | None = None
    personal_birthday: str | None = None
    work_position: str | None = None
    personal_www: Address | None = None
    personal_gender: str | None = None
    personal_photo: RawFile = None


class HandlerParams(Params, frozen=True, rename="upper"):
    """Addresses for events; EVENT_HANDLER stands for all five. `None` is not given."""

    event_handler: Address | None = None
    event_message_add: Address | None = None
    event_message_update: Address | None = None
    event_message_delete: Address | None = None
    event_welcome_message: Address | None = None
    event_bot_delete: Address | None = None


class Slot(NamedTuple):
    """One handler: its parameter, where it is kept, and what is wrong when it is missing or no address."""

    param: str
    kept: str
    missing: Reason | None
    wrong: Reason


SLOTS = (
    Slot("event_message_add", "message_add", Reason.ON_MESSAGE_ADD_MISSING, Reason.ON_MESSAGE_ADD_WRONG),
    Slot("event_message_update", "message_update", None, Reason.ON_MESSAGE_UPDATE_WRONG),
    Slot("event_message_delete", "message_delete", None, Reason.ON_MESSAGE_DELETE_WRONG),
    Slot("event_welcome_message", "welcome", Reason.ON_WELCOME_MISSING, Reason.ON_WELCOME_WRONG),
    Slot("event_bot_delete", "bot_delete", Reason.ON_BOT_DELETE_MISSING, Reason.ON_BOT_DELETE_WRONG),
)


class Register(HandlerParams, frozen=True, rename="upper"):
    code: str = ""
    type: str = "B"
    openline: bool = False
    properties: Properties = Properties()
    client_id: str = ""


class UpdateFields(HandlerParams, frozen=True, rename="upper"):
    code: str | None = None
    properties: Properties = Properties()


class Update(BotParams, frozen=True, rename="upper"):
    fields: UpdateFields = UpdateFields()


class Unregister(BotParams, frozen=True, rename="upper"):
    """BOT_ID names the bot."""


def _photo(p: Register) -> object:
    return pictures.prepare(p.properties.personal_photo)


def _new_photo(p: Update) -> object:
    return pictures.prepare(p.fields.properties.personal_photo)


@method(
    "imbot.register",
    access=Access.BOT_OWNER,
    mode=Mode.WRITE,
    before=_photo,
    deprecated="imbot.v2.Bot.register",
    errors={Reason.AVATAR_TYPE: Reason.BOT_NOT_CREATED, Reason.AVATAR_SIZE: Reason.BOT_NOT_CREATED},
    raises=(
        ErrorCode.AUTH_TYPE,
        Reason.CLIENT_UNNAMED,
        *(problem for slot in SLOTS for problem in (slot.missing, slot.wrong) if problem),
        Reason.BOT_CODE,
        Reason.BOT_NAME,
        bots.register,
        Reason.BOT_NOT_CREATED,
        pictures.unwrap,
    ),
)
async def register(call: Call, p: Register) -> int:
    """Register a bot and return its id.

    Registering the same CODE again returns the same id and renews the handlers, which
    all bots of one application share. A PERSONAL_PHOTO that is no picture is refused
    with WRONG_REQUEST.

    Docs: api-reference/chat-bots/outdated/bots/imbot-register.md
    """
    code = p.code.strip()
    owner = await registrant(call, p.client_id, code)
    if not owner:
        raise ApiError(Reason.CLIENT_UNNAMED)
    kind = _TYPES.get(p.type.upper(), BotType.BOT)
    await require_code(call, owner, code)
    openline = p.openline or kind is BotType.OPENLINE
    deaf = kind in (BotType.BOT, BotType.HUMAN) and not openline
    bound = await bound_handlers(call, owner)
    handlers = _handlers(p, bound, complete=True, deaf=deaf)
    if handlers != bound and not await may_bind(call, owner):
        raise ApiError(Reason.BOT_NOT_CREATED, hint=SHARED)
    if not code:
        raise ApiError(Reason.BOT_CODE)
    if not _named(p.properties):
        raise ApiError(Reason.BOT_NAME)
    if too_short(call, p.client_id) and await bots.find_coded(call.tx, owner, code) is None:
        hint = f"CLIENT_ID has {len(p.client_id.strip())} characters; it needs {TOKEN_MIN} at least"
        raise ApiError(Reason.BOT_NOT_CREATED, hint=hint)
    if len(code) > bots.CODE_MAX:
        raise ApiError(Reason.BOT_NOT_CREATED, hint=f"CODE has {len(code)} characters; the limit is {bots.CODE_MAX}")
    picture = pictures.unwrap(call.prepared)
    plan = bots.NewBot(
        owner=owner,
        code=code,
        type=kind,
        openline=openline,
        dialect="v1",
        profile=await _profile(call, p.properties, picture),
        registrant=registering(call),
    )
    return await bots.register(call.tx, call.user_id, plan, handlers=handlers, most=call.context.settings.max_bots)


@method(
    "imbot.update",
    before=_new_photo,
    deprecated="imbot.v2.Bot.update",
    errors={Reason.AVATAR_TYPE: Reason.BOT_NOT_UPDATED, Reason.AVATAR_SIZE: Reason.BOT_NOT_UPDATED},
    raises=(
        ErrorCode.AUTH_TYPE,
        *(slot.wrong for slot in SLOTS),
        Reason.BOT_NAME,
        Reason.FIELDS_EMPTY,
        pictures.unwrap,
        bots.change,
    ),
)
async def update(call: Call, owner: NamedOwner, bot: NamedBot, p: Update) -> bool:
    """Change a bot's code, profile or handlers; its type stays.

    Docs: api-reference/chat-bots/outdated/bots/imbot-update.md
    """
    bound = await bot_handlers.find(call.tx, owner) or Handlers()
    handlers = _handlers(p.fields, bound, complete=False)
    properties = p.fields.properties
    if properties.name is not UNSET and properties.last_name is not UNSET and not _named(properties):
        raise ApiError(Reason.BOT_NAME)
    if handlers != bound and not await may_bind(call, owner):
        raise ApiError(Reason.BOT_NOT_UPDATED, hint=SHARED)
    picture = pictures.unwrap(call.prepared)
    changed = any(msgspec.structs.astuple(properties))
    named = any(getattr(p.fields, name) for name in HandlerParams.__struct_fields__)
    if not (p.fields.code or changed or named):
        known = ", ".join(("CODE", "PROPERTIES", *(slot.param.upper() for slot in SLOTS)))
        raise ApiError(Reason.FIELDS_EMPTY, hint=f"FIELDS holds none of {known}")
    profile = await _profile(call, properties, picture)
    await bots.change(call.tx, call.user_id, bot, code=p.fields.code, profile=profile, handlers=handlers)
    return True


@method(
    "imbot.unregister",
    deprecated="imbot.v2.Bot.unregister",
    raises=(ErrorCode.AUTH_TYPE, Reason.BOT_NOT_DELETED),
)
async def unregister(call: Call, owner: NamedOwner, bot: NamedBot, p: Unregister) -> bool:
    """Remove a bot, its commands and its private dialogs.

    Docs: api-reference/chat-bots/outdated/bots/imbot-unregister.md
    """
    await bots.remove(call.tx, call.user_id, bot)
    return True


def _handlers(handler_params: HandlerParams, bound: Handlers, *, complete: bool, deaf: bool = False) -> Handlers:
    """The handler set after this call.

    ``complete`` demands those that a new bot must have. A ``deaf`` bot asks for no edits and deletions
    when it is registered, only later by imbot.update (on-imbot-message-update.md).
    """
    changes = {}
    for slot in SLOTS:
        if deaf and slot.missing is None:
            continue
        url = getattr(handler_params, slot.param) or handler_params.event_handler
        if not url and complete and slot.missing:
            raise ApiError(slot.missing)
        if url and not valid_url(url):
            raise ApiError(slot.wrong)
        if url:
            changes[slot.kept] = url
    return msgspec.structs.replace(bound, **changes)


def _named(properties: Properties) -> bool:
    return bool((properties.name or "").strip() or (properties.last_name or "").strip())


def _part(text: str | UnsetType, whole: bool) -> str | None:
    """One of the two names: an empty one takes effect only where both are given."""
    name = (text or "").strip()
    return name if whole else name or None


async def _profile(call: Call, properties: Properties, picture: NamedPicture | None) -> Profile:
    birthday = properties.personal_birthday
    gender = (properties.personal_gender or "").upper()
    whole = properties.name is not UNSET and properties.last_name is not UNSET
    return Profile(
        name=_part(properties.name, whole),
        last_name=_part(properties.last_name, whole),
        color=hex_of(properties.color) if properties.color else None,
        email=properties.email,
        birthday=birthday if birthday and _DAY.fullmatch(birthday) else None,
        work_position=properties.work_position,
        www=properties.personal_www,
        gender=gender if gender in {"M", "F"} else None,
        avatar=await pictures.store(call.tx, picture, quota=call.context.file_quota) if picture else None,
    )
