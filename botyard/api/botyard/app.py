"""`botyard.app.*`: applications of this portal."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

from botyard.api.botyard import params
from botyard.api.botyard.family import method
from botyard.chat.bots import installations
from botyard.chat.bots.installations import NewApp
from botyard.errors import ApiError, ErrorCode, Reason
from botyard.model.apps import App
from botyard.portal import apps as verbs
from botyard.portal.auth import consents, tokens
from botyard.portal.auth.tokens import Keyring
from botyard.rpc.access import Access, require
from botyard.rpc.call import Call
from botyard.rpc.method import Mode, NoParams, Params
from botyard.store import apps
from botyard.store import consents as stored_consents
from botyard.store.made_keys import Maker
from botyard.wire.coerce import Address, Ids
from botyard.wire.param_types import Scopes


class Named(Params, frozen=True, rename="upper"):
    client_id: str = ""


Agree = Annotated[
    bool, Meta(description="Whether the caller agrees to what they have not let the application do so far.")
]


class Installed(Named, frozen=True, rename="upper"):
    agree: Agree = False


class Added(Params, frozen=True, rename="upper"):
    """An application to be registered. USERS opens it to these people only."""

    title: str = ""
    scope: Scopes = None
    handler_url: Address = ""
    install_url: Address = ""
    redirect_uri: Address = ""
    wizard: bool = False
    version: int = 1
    users: Ids | UnsetType = UNSET


class Updated(Named, frozen=True, rename="upper"):
    """What is left out stays as it is."""

    title: str | UnsetType = UNSET
    scope: Scopes | UnsetType = UNSET
    handler_url: Address | UnsetType = UNSET
    install_url: Address | UnsetType = UNSET
    redirect_uri: Address | UnsetType = UNSET
    wizard: bool | UnsetType = UNSET
    version: int | UnsetType = UNSET
    agree: Agree = False


class Restricted(Named, frozen=True, rename="upper"):
    """USERS lists ids. An empty list is lost in a form, so that only EVERYBODY opens the application again."""

    users: Ids | UnsetType = UNSET
    everybody: bool = False


class Removed(Named, frozen=True, rename="upper"):
    clean: bool = False


class AppAnswer(msgspec.Struct, frozen=True, rename="upper"):
    """An application. USERS is null where it is open to everybody, and BUILT_IN is true of what comes with the portal.

    MADE_BY and MADE_WITH say who registered it, as those of a webhook do.
    """

    client_id: str
    title: str
    scope: list[str]
    status: str
    version: int
    installed: bool
    blocked: bool
    handler_url: str
    install_url: str
    redirect_uri: str
    wizard: bool
    built_in: bool
    application_token: str
    created: str
    users: list[int] | None
    made_by: int | None
    made_with: str | None


class SecretAnswer(AppAnswer, frozen=True, rename="upper"):
    """A new application with its secret, which is never shown again."""

    client_secret: str


class InstallAnswer(msgspec.Struct, frozen=True, rename="upper"):
    """Whether the application is installed; one with a wizard gets the tokens with which to finish it."""

    installed: bool
    auth_id: str | UnsetType = UNSET
    auth_expires: int | UnsetType = UNSET
    refresh_id: str | UnsetType = UNSET


class ManifestAnswer(msgspec.Struct, frozen=True, rename="upper"):
    """What an application is and asks for."""

    client_id: str
    title: str
    version: int
    status: str
    scopes: list[str]


@method("botyard.app.manifest", scopes=(), raises=(ErrorCode.MANIFEST,))
async def manifest(call: Call, p: Named) -> ManifestAnswer:
    """Tell what an installed application is and which permissions it asks for.

    CLIENT_ID may be left out by an application that asks about itself. Unknown,
    blocked and not installed applications have no manifest.
    """
    stored = await apps.find_by_client(call.tx, p.client_id or call.identity.client_id)
    if stored is None or stored.app.blocked or not stored.app.installed:
        raise ApiError(ErrorCode.MANIFEST)
    app = stored.app
    return ManifestAnswer(app.client_id, app.title, app.version, app.status, _scopes(app))


@method(
    "botyard.app.add",
    access=Access.ADMIN,
    mode=Mode.WRITE,
    raises=(installations.add, Reason.USERS_FORMAT, Reason.USER_MISSING),
)
async def add(call: Call, p: Added) -> SecretAnswer:
    """Register a local application and install it.

    INSTALL_URL is called with ONAPPINSTALL and tokens of the administrator. With
    WIZARD it is a page instead, and the application is not installed until it
    says so with `botyard.app.finish`. People who agree to let the application in
    are sent back to REDIRECT_URI, or to HANDLER_URL where there is none; without
    either the code is shown to them. CLIENT_SECRET is never shown again.
    SCOPE lists permissions that the caller has, all of those that the official clients know where it is left out.
    """
    plan = NewApp(
        title=p.title,
        scopes=params.new_scopes(call, p.scope),
        handler_url=p.handler_url,
        install_url=p.install_url,
        redirect_uri=p.redirect_uri,
        wizard=p.wizard,
        version=max(1, p.version),
    )
    made = await installations.add(call.tx, call.user_id, plan, keys=call.context.keys)
    people = await params.people(call, p.users)
    if people:
        await verbs.restrict(call.tx, made.app.client_id, people)
    answer = await _answer(call, await verbs.get(call.tx, made.app.id))
    return SecretAnswer(**msgspec.structs.asdict(answer), client_secret=made.secret)


@method("botyard.app.list", access=Access.ADMIN)
async def list_(call: Call, p: NoParams) -> list[AppAnswer]:
    """List the applications, oldest first."""
    return await _answers(call, await apps.all_apps(call.tx))


@method("botyard.app.get", access=Access.ADMIN, raises=(Reason.APP_MISSING,))
async def get(call: Call, p: Named) -> AppAnswer:
    """Tell about an application."""
    return await _answer(call, await params.app(call, p.client_id))


@method(
    "botyard.app.update",
    access=Access.ADMIN,
    mode=Mode.WRITE,
    raises=(installations.update, Reason.APP_MISSING, Reason.CONSENT_NARROWER, ErrorCode.ACCOUNTS_CLOSED),
)
async def update(call: Call, p: Updated) -> AppAnswer:
    """Change an application; with another VERSION it is told by ONAPPUPDATE.

    Its addresses are changed by those only who have all of its permissions.

    Tokens that were issued lose at once what the application loses, and gain nothing.

    Where the caller has decided what the application may do, AGREE is asked for with permissions beyond that. Keys of
    applications give no other application more than administrators themselves have given it.
    """
    app = await params.app(call, p.client_id)
    changes = {name: value for name, value in msgspec.structs.asdict(p).items() if value is not UNSET}
    if any(changes.get(name, address) != address for name, address in _addresses(app).items()):
        params.require_all_of(call, app)
    named = params.scopes(call, changes["scope"], had=frozenset(_scopes(app))) if "scope" in changes else None
    if named is not None:
        await _require_consent(call, app, [scope for scope in named if scope not in _scopes(app)], agree=p.agree)
    plan = NewApp(
        title=changes.get("title"),
        scopes=named,
        handler_url=changes.get("handler_url"),
        install_url=changes.get("install_url"),
        redirect_uri=changes.get("redirect_uri"),
        wizard=changes.get("wizard"),
        version=changes.get("version"),
    )
    return await _answer(call, await installations.update(call.tx, call.user_id, app, plan=plan))


@method(
    "botyard.app.delete",
    access=Access.ADMIN,
    mode=Mode.WRITE,
    raises=(Reason.APP_MISSING, Reason.APP_BUILT_IN, Reason.BOT_NOT_DELETED),
)
async def delete(call: Call, p: Named) -> bool:
    """Uninstall an application and forget it with everything that it kept."""
    await installations.delete(call.tx, call.user_id, await params.app(call, p.client_id))
    return True


@method("botyard.app.block", access=Access.ADMIN, mode=Mode.WRITE, raises=(Reason.APP_MISSING,))
async def block(call: Call, p: Named) -> bool:
    """Refuse all calls of an application with OVERLOAD_LIMIT, and send it nothing."""
    return await verbs.block(call.tx, (await params.app(call, p.client_id)).client_id, True)


@method("botyard.app.unblock", access=Access.ADMIN, mode=Mode.WRITE, raises=(Reason.APP_MISSING,))
async def unblock(call: Call, p: Named) -> bool:
    """Let the calls of an application in again."""
    return await verbs.block(call.tx, (await params.app(call, p.client_id)).client_id, False)


@method(
    "botyard.app.restrict",
    access=Access.ADMIN,
    mode=Mode.WRITE,
    raises=(Reason.APP_MISSING, Reason.ARGUMENT, Reason.USERS_FORMAT, Reason.USER_MISSING),
)
async def restrict(call: Call, p: Restricted) -> bool:
    """Open an application to these people only, or to EVERYBODY again.

    Tokens of anybody else are refused with `user_access_error`, and keys that were made with them end.
    """
    app = await params.app(call, p.client_id)
    people = await params.people(call, p.users)
    if bool(people) == p.everybody:
        raise ApiError(Reason.ARGUMENT, reason="Name USERS, or say EVERYBODY")
    return await verbs.restrict(call.tx, app.client_id, people or None)


@method(
    "botyard.app.install",
    access=Access.ADMIN,
    mode=Mode.WRITE,
    raises=(installations.install, Reason.APP_MISSING, Reason.CONSENT_NARROWER, ErrorCode.ACCOUNTS_CLOSED),
)
async def install(call: Call, p: Installed) -> InstallAnswer:
    """Install an application that was uninstalled, or begin to install one that has a wizard.

    A wizard gets tokens of the administrator, as it would when it is opened in a frame. Where the caller has let the
    application do less than it asks for, or nothing, AGREE is asked for.
    """
    stored = await params.app(call, p.client_id)
    if not stored.installed:
        await _require_consent(call, stored, _scopes(stored), agree=p.agree)
    app = await installations.install(call.tx, call.user_id, stored)
    if app.installed:
        return InstallAnswer(True)
    ring = Keyring(call.context.keys, call.context.settings)
    scopes = ",".join(scope for scope in _scopes(app) if scope in call.identity.scopes)
    pair = await tokens.issue(call.tx, ring, app=app, user_id=call.user_id, scopes=scopes)
    return InstallAnswer(False, pair.access, pair.expires - call.now, pair.refresh)


@method(
    "botyard.app.finish",
    access=Access.ADMIN,
    mode=Mode.WRITE,
    scopes=(),
    raises=(Reason.APP_MISSING, ErrorCode.SCOPE),
)
async def finish(call: Call, p: Named) -> bool:
    """Say that an application is installed: what `BX24.installFinish` does.

    An application says so of itself, in an administrator's name and with any
    permissions. To say it of another one takes the permission `botyard`.
    """
    if p.client_id not in ("", call.identity.client_id) and "botyard" not in call.identity.scopes:
        raise ApiError(ErrorCode.SCOPE, auth=call.identity.auth.value)
    app = await params.app(call, p.client_id or call.identity.client_id)
    await installations.finish(call.tx, call.user_id, app)
    return True


@method(
    "botyard.app.uninstall",
    access=Access.ADMIN,
    mode=Mode.WRITE,
    raises=(Reason.APP_MISSING, Reason.APP_BUILT_IN, Reason.BOT_NOT_DELETED),
)
async def uninstall(call: Call, p: Removed) -> bool:
    """End an application's tokens, remove its bots and handlers, and tell it by ONAPPUNINSTALL.

    Webhooks and tokens that it has made end as well, and applications that it has registered are blocked. CLEAN says
    that what it kept may go as well.
    """
    app = await params.app(call, p.client_id)
    await installations.uninstall(call.tx, call.user_id, app, clean=p.clean)
    return True


async def _require_consent(call: Call, app: App, scopes: list[str], *, agree: bool) -> None:
    """Have the caller agree to permissions beyond those that they have let the application have.

    Who never decided lets it have what administrators give it, and keys of applications only what administrators gave
    it themselves. Raises CONSENT_NARROWER, and ACCOUNTS_CLOSED for keys of applications.
    """
    consent = await stored_consents.find(call.tx, app.id, call.user_id)
    if consent is None and await _is_anothers(call, app):
        consent = app.agreed
    beyond = [] if consent is None else [scope for scope in scopes if scope not in consent.split(",")]
    if not beyond:
        return
    if not agree:
        raise ApiError(
            Reason.CONSENT_NARROWER, scopes=", ".join(beyond), hint="call again with AGREE=Y to agree to them"
        )
    require(Access.ACCOUNTS, call.identity, action="agree to permissions")
    await consents.grant(call.tx, app, call.user_id, scopes=",".join(beyond))


async def _is_anothers(call: Call, app: App) -> bool:
    """Whether an application is calling about one that it has not registered itself."""
    if not call.identity.of_app:
        return False
    return (await apps.maker_of(call.tx, app.id)).made_with != Maker.of(call.tx).made_with


async def _answer(call: Call, app: App) -> AppAnswer:
    [answer] = await _answers(call, [app])
    return answer


async def _answers(call: Call, listed: list[App]) -> list[AppAnswer]:
    makers = await apps.makers_of(call.tx, [app.id for app in listed])
    open_to = await apps.allowed_users_of(call.tx, [app.id for app in listed if app.restricted])
    return [_shown(call, app, makers.get(app.id, Maker()), open_to.get(app.id, [])) for app in listed]


def _shown(call: Call, app: App, made: Maker, people: list[int]) -> AppAnswer:
    return AppAnswer(
        client_id=app.client_id,
        title=app.title,
        scope=_scopes(app),
        status=app.status,
        version=app.version,
        installed=app.installed,
        blocked=app.blocked,
        handler_url=app.handler_url,
        install_url=app.install_url,
        redirect_uri=app.redirect_uri,
        wizard=app.wizard,
        built_in=app.built_in,
        application_token=call.context.keys.application_token(app.owner),
        created=call.atom(app.created),
        users=people if app.restricted else None,
        made_by=made.made_by or None,
        made_with=made.made_with or None,
    )


def _addresses(app: App) -> dict[str, str]:
    return {"handler_url": app.handler_url, "install_url": app.install_url, "redirect_uri": app.redirect_uri}


def _scopes(app: App) -> list[str]:
    return [scope for scope in app.scopes.split(",") if scope]
