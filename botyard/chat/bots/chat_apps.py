"""Applications in chats: icons of a bot above the input field."""

from __future__ import annotations

import re

import msgspec

from botyard.chat.bots.bots import OwnerOf
from botyard.errors import ApiError, Reason, raises
from botyard.events import outbox
from botyard.model import lengths
from botyard.model.bot_events import ChatAppChanged
from botyard.model.bots import ChatApp
from botyard.model.lengths import WORDS_MAX
from botyard.portal.url_validation import valid_url
from botyard.store import chat_apps
from botyard.store.engines.db import Tx

MOST = 100
"""Applications that one bot may have in chats."""
MIN_WIDTH = 250
MIN_HEIGHT = 50

# Parameters that a JS method takes: a command with its parameters, a phone number, the code of an open line.
_COMMAND = re.compile(r"[A-Za-z0-9+_/ -]+")
JS_METHODS = {
    "PUT": _COMMAND,
    "SEND": _COMMAND,
    "CALL": re.compile(r"[+0-9() -]+"),
    "SUPPORT": re.compile(r"[A-Za-z0-9]{32}"),
}
CONTEXTS = frozenset({"ALL", "USER", "CHAT", "BOT", "LINES", "CALL"})
ADMINS = "-ADMIN"
"""What a context ends with where only administrators are shown the application."""

_HASH = re.compile(r"[A-Za-z0-9_-]{1,32}")


@raises(Reason.CHAT_APP_PARAMS, Reason.CHAT_APP_HTTPS, Reason.CHAT_APP_HASH, Reason.LANG_EMPTY)
def check(app: ChatApp) -> None:
    """Validate an application.

    A JS command wins over a frame where both are given. Raises CHAT_APP_PARAMS,
    CHAT_APP_HTTPS, CHAT_APP_HASH, LANG_EMPTY.
    """
    if app.js_method:
        _check_command(app)
    else:
        _check_frame(app)
    if app.context.removesuffix(ADMINS) not in CONTEXTS:
        raise ApiError(Reason.CHAT_APP_PARAMS)
    if not app.hidden and not any(phrase.get("LANGUAGE_ID") and phrase.get("TITLE") for phrase in app.lang):
        raise ApiError(Reason.LANG_EMPTY)


def _check_command(app: ChatApp) -> None:
    param = JS_METHODS.get(app.js_method)
    if param is None or not param.fullmatch(app.js_param):
        raise ApiError(Reason.CHAT_APP_PARAMS)


def _check_frame(app: ChatApp) -> None:
    if not app.iframe:
        raise ApiError(Reason.CHAT_APP_PARAMS)
    if not app.iframe.startswith("https://") or not valid_url(app.iframe):
        raise ApiError(Reason.CHAT_APP_HTTPS)
    if not _HASH.fullmatch(app.hash):
        raise ApiError(Reason.CHAT_APP_HASH)
    if app.iframe_width < MIN_WIDTH or app.iframe_height < MIN_HEIGHT:
        raise ApiError(Reason.CHAT_APP_PARAMS)


@raises(Reason.CHAT_APP_NOT_FOUND, Reason.CHAT_APP_NOT_YOURS)
async def find_own(tx: Tx, owner: OwnerOf, chat_app_id: int) -> ChatApp:
    """A caller's application; ``owner`` is whom the caller is for a bot.

    Raises CHAT_APP_NOT_FOUND, CHAT_APP_NOT_YOURS.
    """
    chat_app = await chat_apps.find(tx, chat_app_id)
    if chat_app is None:
        raise ApiError(Reason.CHAT_APP_NOT_FOUND)
    if chat_app.owner != await owner(chat_app.bot_id):
        raise ApiError(Reason.CHAT_APP_NOT_YOURS)
    return chat_app


@raises(check, Reason.CHAT_APP_WRONG)
async def register(tx: Tx, actor_id: int, app: ChatApp) -> int:
    """Add an application to a bot, or renew the one of the same code. Returns its id.

    Raises what ``check`` raises, and CHAT_APP_WRONG without a code and beyond ``MOST``.
    """
    if not app.code:
        raise ApiError(Reason.CHAT_APP_WRONG)
    check(app)
    app = _fitting(app)
    known = await chat_apps.find_by_code(tx, app.bot_id, app.code)
    if known:
        await change(tx, actor_id, msgspec.structs.replace(app, id=known.id))
        return known.id
    if await chat_apps.count(tx, app.bot_id) >= MOST:
        raise ApiError(Reason.CHAT_APP_WRONG)
    chat_app_id = await chat_apps.add(tx, app)
    event = ChatAppChanged(actor_id=actor_id, bot_id=app.bot_id, chat_app_id=chat_app_id, change="add")
    await outbox.publish(tx, event)
    return chat_app_id


@raises(check)
async def change(tx: Tx, actor_id: int, app: ChatApp) -> None:
    """Store an application as it now is. Raises what ``check`` raises."""
    check(app)
    await chat_apps.change(tx, _fitting(app))
    event = ChatAppChanged(actor_id=actor_id, bot_id=app.bot_id, chat_app_id=app.id, change="update")
    await outbox.publish(tx, event)


def _fitting(app: ChatApp) -> ChatApp:
    return msgspec.structs.replace(
        app, code=app.code[:WORDS_MAX], js_param=app.js_param[:WORDS_MAX], lang=lengths.phrases(app.lang)
    )


async def remove(tx: Tx, actor_id: int, app: ChatApp) -> None:
    """Remove an application."""
    await chat_apps.remove(tx, app.id)
    event = ChatAppChanged(actor_id=actor_id, bot_id=app.bot_id, chat_app_id=app.id, change="delete")
    await outbox.publish(tx, event)
