"""`app.*`: the application that is calling."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from botyard.api.family import method
from botyard.api.shared import options
from botyard.errors import ApiError, ErrorCode, Reason
from botyard.portal.options import EVERYBODY
from botyard.rpc.call import Call
from botyard.rpc.identity import Auth
from botyard.rpc.method import Mode, NoParams
from botyard.rpc.scopes import shown
from botyard.store import apps, users

EDITION = "selfhosted"


class Info(msgspec.Struct, frozen=True, rename="upper"):
    """An application and its portal's edition; a webhook sees SCOPE and LICENSE only."""

    id: int | UnsetType = UNSET
    code: str | UnsetType = UNSET
    version: int | UnsetType = UNSET
    status: str | UnsetType = UNSET
    installed: bool | UnsetType = UNSET
    payment_expired: str | UnsetType = UNSET
    days: int | UnsetType | None = UNSET
    language_id: str | UnsetType = UNSET
    scope: list[str] | UnsetType = UNSET
    license: str = ""
    license_type: str | UnsetType = UNSET
    license_family: str | UnsetType = UNSET


@method("app.info", scopes=(), raises=(ErrorCode.APP_CONTEXT,))
async def info(call: Call, p: NoParams) -> Info:
    """Show information about the application.

    The page says ACCESS_DENIED outside an application, but portals tell a
    webhook its permissions and the edition, and clients rely on it (b24pysdk
    reads SCOPE and LICENSE, n8n checks a webhook's address with this method).
    So the refusal is for personal sessions only.

    Docs: api-reference/common/system/app-info.md
    """
    who = call.identity
    if who.auth is Auth.SESSION:
        raise ApiError(ErrorCode.APP_CONTEXT)
    caller = await users.find(call.tx, who.user_id)
    language = (caller.language if caller else "") or "en"
    license_code = f"{language}_{EDITION}"
    app = None if who.app_id is None else await apps.find(call.tx, who.app_id)
    if app is None:
        return Info(scope=shown(who.scopes), license=license_code)
    return Info(
        id=app.id,
        code=app.client_id,
        version=app.version,
        status=app.status,
        installed=app.installed,
        payment_expired="N",
        days=None,
        language_id=language,
        license=license_code,
        license_type=EDITION,
        license_family=EDITION,
    )


@method("app.option.get", scopes=(), raises=options.PROBLEMS)
async def option_get(call: Call, p: options.Get) -> Any:
    """Show what the application keeps: one option, or all.

    Docs: api-reference/common/settings/app-option-get.md
    """
    return await options.get(call, EVERYBODY, p.option)


@method(
    "app.option.set",
    mode=Mode.WRITE,
    scopes=(),
    raises=(options.put, Reason.OPTIONS_NOT_ADMIN),
)
async def option_set(call: Call, p: options.Set) -> bool:
    """Keep options of the application beside those that are there; for administrators.

    Docs: api-reference/common/settings/app-option-set.md
    """
    options.owned(call)
    if not call.identity.admin:
        raise ApiError(Reason.OPTIONS_NOT_ADMIN)
    return await options.put(call, EVERYBODY, p.options)
