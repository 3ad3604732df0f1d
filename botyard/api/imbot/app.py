"""imbot.app.*: applications of bots in chats."""

from __future__ import annotations

from collections.abc import Awaitable
from functools import partial
from typing import Annotated, Any, Protocol

import msgspec

from botyard.api.imbot.family import method
from botyard.api.imbot.params import OwnBot
from botyard.api.shared.owners import owner_of
from botyard.chat.bots import chat_apps
from botyard.chat.media import pictures
from botyard.errors import ApiError, Reason, error
from botyard.model.bots import ChatApp
from botyard.rpc.access import Access
from botyard.rpc.call import Call
from botyard.rpc.method import Mode, Params
from botyard.rpc.resolver import Resolver
from botyard.wire.coerce import Address, Id
from botyard.wire.param_types import RawFile

_NOT_UPDATED = error("WRONG_REQUEST: Application can't be updated")


class Phrase(Params, frozen=True, rename="upper"):
    """An application in one language."""

    language_id: str = ""
    title: str = ""
    description: str = ""
    copyright: str = ""


class Fields(Params, frozen=True, rename="upper"):
    """What an application is made of; `None` is not given. ICON_FILE is BASE64."""

    iframe: Address | None = None
    iframe_width: int | None = None
    iframe_height: int | None = None
    iframe_popup: bool | None = None
    js_method: str | None = None
    js_param: str | None = None
    hash: str | None = None
    icon_file: RawFile = None
    context: str | None = None
    hidden: bool | None = None
    extranet_support: bool | None = None
    livechat_support: bool | None = None
    lang: list[Phrase] | None = None


class Register(Fields, frozen=True, rename="upper"):
    bot_id: Id = 0
    code: str = ""
    client_id: str = ""


class Update(Fields, frozen=True, rename="upper"):
    """The sample nests what changes in FIELDS, the table has it beside APP_ID: both are read, FIELDS wins."""

    app_id: int = 0
    fields: Fields | None = None
    client_id: str = ""


class Unregister(Params, frozen=True, rename="upper"):
    app_id: int = 0
    client_id: str = ""


class NamesChatApp(Protocol):
    """Parameters that name a chat application."""

    @property
    def app_id(self) -> int: ...
    @property
    def client_id(self) -> str: ...


def _own_app(call: Call, p: NamesChatApp) -> Awaitable[ChatApp]:
    return chat_apps.find_own(call.tx, partial(owner_of, call, p.client_id), p.app_id)


OwnChatApp = Annotated[
    ChatApp, Resolver(_own_app, raises=(chat_apps.find_own,), access=Access.BOT_OWNER, mode=Mode.WRITE)
]
"""The caller's chat application of APP_ID."""


def _icon(p: Fields) -> object:
    return pictures.prepare(p.icon_file)


def _new_icon(p: Update) -> object:
    return pictures.prepare((p.fields and p.fields.icon_file) or p.icon_file)


@method("imbot.app.register", mode=Mode.WRITE, before=_icon, raises=(chat_apps.register,))
async def register(call: Call, bot: OwnBot, p: Register) -> int:
    """Put an application of a bot above the input field and return its id.

    It runs a command (JS_METHOD, JS_PARAM) or opens a frame (IFRAME over https with
    HASH, at least 250 by 50 pixels).

    Docs: api-reference/chats/outdated/create-app/imbot-app-register.md
    """
    empty = ChatApp(
        id=0,
        owner=bot.owner,
        bot_id=bot.user_id,
        code=p.code,
        iframe="",
        iframe_width=0,
        iframe_height=0,
        iframe_popup=False,
        js_method="",
        js_param="",
        hash="",
        icon="",
        context="ALL",
        hidden=False,
        extranet=False,
        livechat=False,
        lang=[],
    )
    app = await _with(call, empty, p)
    return await chat_apps.register(call.tx, call.user_id, app)


@method(
    "imbot.app.update",
    before=_new_icon,
    # This page has no codes of their own for them, as that of imbot.app.register has.
    errors={
        Reason.CHAT_APP_HASH: _NOT_UPDATED,
        Reason.CHAT_APP_PARAMS: _NOT_UPDATED,
        Reason.LANG_EMPTY: _NOT_UPDATED,
        Reason.CHAT_APP_WRONG: _NOT_UPDATED,
    },
    raises=(chat_apps.change, Reason.CHAT_APP_WRONG),
)
async def update(call: Call, chat_app: OwnChatApp, p: Update) -> bool:
    """Change an application of a bot.

    Docs: api-reference/chats/outdated/create-app/imbot-app-update.md
    """
    new_fields = _merged(p)
    if all(value is None for value in new_fields.values()):
        raise ApiError(Reason.CHAT_APP_WRONG)
    app = await _with(call, chat_app, Fields(**new_fields))
    await chat_apps.change(call.tx, call.user_id, app)
    return True


@method("imbot.app.unregister")
async def unregister(call: Call, chat_app: OwnChatApp, p: Unregister) -> bool:
    """Take an application of a bot away.

    Docs: api-reference/chats/outdated/create-app/imbot-app-unregister.md
    """
    await chat_apps.remove(call.tx, call.user_id, chat_app)
    return True


def _merged(p: Update) -> dict[str, Any]:
    flat = {name: getattr(p, name) for name in Fields.__struct_fields__}
    nested = msgspec.structs.asdict(p.fields) if p.fields else {}
    return flat | {name: value for name, value in nested.items() if value is not None}


async def _stored_icon(call: Call) -> str | None:
    """The path of the icon, if one came. Raises CHAT_APP_WRONG for any that is refused."""
    try:
        picture = pictures.unwrap(call.prepared)
        return await pictures.store(call.tx, picture, quota=call.context.file_quota) if picture else None
    except ApiError as refused:
        raise ApiError(Reason.CHAT_APP_WRONG, hint=refused.hint) from refused


async def _with(call: Call, app: ChatApp, new_fields: Fields) -> ChatApp:
    """The application with what was given laid over it; a frame alone takes the place of a JS command."""
    icon = await _stored_icon(call)
    changes: dict[str, Any] = {
        "iframe": new_fields.iframe,
        "iframe_width": new_fields.iframe_width,
        "iframe_height": new_fields.iframe_height,
        "iframe_popup": new_fields.iframe_popup,
        "js_method": new_fields.js_method.upper() if new_fields.js_method else "" if new_fields.iframe else None,
        "js_param": new_fields.js_param,
        "hash": new_fields.hash,
        "icon": icon,
        "context": new_fields.context.upper() if new_fields.context else None,
        "hidden": new_fields.hidden,
        "extranet": new_fields.extranet_support,
        "livechat": new_fields.livechat_support,
        "lang": None if new_fields.lang is None else [_phrase(phrase) for phrase in new_fields.lang],
    }
    return msgspec.structs.replace(app, **{name: value for name, value in changes.items() if value is not None})


def _phrase(phrase: Phrase) -> dict[str, Any]:
    return {
        "LANGUAGE_ID": phrase.language_id,
        "TITLE": phrase.title,
        "DESCRIPTION": phrase.description,
        "COPYRIGHT": phrase.copyright,
    }
