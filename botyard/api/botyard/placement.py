"""`botyard.placement.*`: how the portal's own client shows pages of applications in frames."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import urlencode, urlsplit

import msgspec
from msgspec import Meta

from botyard.api.botyard.family import method
from botyard.errors import ApiError, ErrorCode, Reason
from botyard.model import placements as model
from botyard.model.apps import MESSENGER
from botyard.model.people import User
from botyard.model.placements import BACKGROUND, MOBILE, OWN_PAGE, PROFILE
from botyard.portal import frames, options
from botyard.portal.auth.tokens import Keyring, TokenPair
from botyard.portal.frames import FrameRequest, Page
from botyard.portal.options import EVERYBODY
from botyard.portal.url_validation import valid_page_url
from botyard.rpc.access import Access, require
from botyard.rpc.call import Call
from botyard.rpc.method import Mode, Params
from botyard.rpc.scopes import shown_text
from botyard.store import placements, portal, users
from botyard.wire.param_types import NamedValues

OPTIONS_MAX = 65_536
"""Characters of what a page is passed."""
MESSENGER_PATH = "/online/"


class List(Params, frozen=True, rename="upper"):
    placement: Annotated[
        str, Meta(description="Only pages at this placement; `DEFAULT` are applications' own pages.")
    ] = ""


class Widget(msgspec.Struct, frozen=True, rename="upper"):
    """A page that can be opened: `DEFAULT` is the application's own, and its installer where it is not INSTALLED.

    In which chats it is shown, OPTIONS say in `context`.
    """

    id: int
    placement: str
    client_id: str
    title: str
    application: str
    group_name: str
    options: dict[str, Any]
    installed: bool


@method("botyard.placement.list", access=Access.MESSENGER, raises=(ErrorCode.GUEST,))
async def list_(call: Call, p: List) -> list[Widget]:
    """List the pages of applications that the caller can open, with their titles in the caller's language."""
    require(Access.PERSON, call.identity)
    person, wanted = await _person(call), p.placement.strip().upper()
    pages = await frames.pages(call.tx, person)
    widgets = [_widget(page, person) for page in pages]
    return [widget for widget in widgets if wanted in ("", widget.placement)]


class Named(Params, frozen=True, rename="upper"):
    client_id: Annotated[str, Meta(description="The application.")] = ""


class Open(Named, frozen=True, rename="upper"):
    placement: Annotated[str, Meta(description="Where it is opened; its own page where that is left out.")] = OWN_PAGE
    id: Annotated[int, Meta(description="Which of its pages there; the first, where that is left out.")] = 0
    options: Annotated[NamedValues, Meta(description="What the page is told, such as `dialogId`.")] = {}
    origin: Annotated[
        str, Meta(description="The origin under which the browser has the portal; its public address, if left out.")
    ] = ""
    agree: Annotated[
        bool, Meta(description="Whether the caller agrees to what they have not let the application do so far.")
    ] = False


class Tokens(msgspec.Struct, frozen=True, rename="upper"):
    """A pair of tokens of the application, in the caller's name."""

    auth_id: str
    refresh_id: str
    auth_expires: int


class Opened(msgspec.Struct, frozen=True, rename="upper"):
    """A page to be shown: FIELDS are posted to ADDRESS, into a frame of the name NAME.

    INIT is what the page asks its parent for first. OPTIONS are those with which it was bound.
    """

    address: str
    fields: dict[str, str]
    name: str
    sid: str
    title: str
    options: dict[str, Any]
    init: dict[str, Any]


@method(
    "botyard.placement.open",
    access=Access.OWN_CLIENT,
    mode=Mode.WRITE,
    raises=(frames.find, frames.grant, ErrorCode.GUEST, Reason.ARGUMENT),
)
async def open_(call: Call, p: Open) -> Opened:
    """Open a page of an application in a frame: its address, and what is to be posted there.

    The page gets tokens of the application in the caller's name, as an application does that the caller lets in; by a
    token that the caller made for themselves, none with more permissions than that has. An application that is not
    installed yet shows administrators its installer, and nobody else anything.
    """
    require(Access.PERSON, call.identity)
    person, origin = await _person(call), _origin(call, p.origin)
    request = FrameRequest(
        client_id=p.client_id,
        place=p.placement.strip().upper() or OWN_PAGE,
        placement_id=max(0, p.id),
        agree=p.agree,
    )
    page = await frames.find(call.tx, person, request)
    passed = _passed(page, person, p.options)
    ring = Keyring(call.context.keys, call.context.settings)
    pair = await frames.grant(call.tx, ring, page.app, person=person, within=_within(call), agree=p.agree)
    frame = _Frame(origin, secrets.token_hex(16), page, pair, passed)
    row = await portal.get(call.tx)
    member_id = row.member_id if row else ""
    return Opened(
        address=frame.address(person.language or "en"),
        fields=_fields(call, frame, member_id),
        name=f"{frame.domain}|{frame.protocol}|{frame.sid}",
        sid=frame.sid,
        title=_widget(page, person).title,
        options={} if page.placement is None else page.placement.options,
        init=await _init(call, frame, person, member_id=member_id),
    )


@method(
    "botyard.placement.renew",
    access=Access.OWN_CLIENT,
    mode=Mode.WRITE,
    raises=(frames.application, frames.grant, ErrorCode.GUEST),
)
async def renew(call: Call, p: Named) -> Tokens:
    """Give a page that is open new tokens: what `BX24.refreshAuth` does."""
    require(Access.PERSON, call.identity)
    person = await _person(call)
    app = await frames.application(call.tx, person, p.client_id)
    ring = Keyring(call.context.keys, call.context.settings)
    pair = await frames.grant(call.tx, ring, app, person=person, within=_within(call))
    return _tokens(pair, call.now)


@method(
    "botyard.placement.begin",
    access=Access.OWN_CLIENT,
    mode=Mode.WRITE,
    raises=(frames.application, ErrorCode.GUEST),
)
async def begin(call: Call, p: Named) -> bool:
    """Note that the caller has opened an application: pages are told of the first time until then."""
    require(Access.PERSON, call.identity)
    app = await frames.application(call.tx, await _person(call), p.client_id)
    await placements.note_opening(call.tx, app.id, call.user_id)
    return True


class _Frame(msgspec.Struct, frozen=True):
    """A page that is being opened."""

    origin: str
    sid: str
    page: Page
    pair: TokenPair
    passed: dict[str, Any]

    @property
    def domain(self) -> str:
        return urlsplit(self.origin).netloc

    @property
    def protocol(self) -> str:
        return "1" if self.origin.startswith("https:") else "0"

    @property
    def place(self) -> str:
        return OWN_PAGE if self.page.placement is None else self.page.placement.place

    def address(self, language: str) -> str:
        """The address of the page, with what stands in its query."""
        query = urlencode({"DOMAIN": self.domain, "PROTOCOL": self.protocol, "LANG": language, "APP_SID": self.sid})
        return f"{self.page.address}{'&' if '?' in self.page.address else '?'}{query}"


def _within(call: Call) -> frozenset[str] | None:
    """What a page may be given: by a key that somebody made for themselves, nothing that this key may not do itself."""
    return None if call.identity.client_id == MESSENGER else call.identity.scopes


async def _person(call: Call) -> User:
    person = await users.find(call.tx, call.user_id)
    assert person is not None, "whoever calls is there"
    return person


def _origin(call: Call, named: str) -> str:
    """The origin that the page is told of. Raises ARGUMENT for what is none."""
    url = named.strip() or call.context.settings.public_url
    parts = urlsplit(url) if valid_page_url(url) else None
    if parts is None or parts.path.strip("/") or parts.query:
        raise ApiError(Reason.ARGUMENT, reason="ORIGIN must be the origin of a page, such as https://example.com")
    return f"{parts.scheme}://{parts.netloc}"


def _passed(page: Page, person: User, sent: Mapping[str, object]) -> dict[str, Any]:
    """PLACEMENT_OPTIONS: the keys of the placement, or all of those with which an application opens itself.

    Raises ARGUMENT for too much.
    """
    place = None if page.placement is None else model.find(page.placement.place)
    keys = None if place is None else place.passes
    code = OWN_PAGE if page.placement is None else page.placement.place
    if keys is None:
        passed = {str(key): value for key, value in sent.items()}
    else:
        named = {str(key).lower(): value for key, value in sent.items()}
        passed = {key: named[key.lower()] for key in keys if named.get(key.lower()) not in (None, "")}
    own: dict[str, dict[str, Any]] = {BACKGROUND: {"ID": BACKGROUND}, PROFILE: {"USER_ID": person.id}}
    passed |= own.get(code, {})
    if code != OWN_PAGE:
        passed = {key: value if isinstance(value, dict | list) else _text(value) for key, value in passed.items()}
    if code != MOBILE:
        passed.setdefault("URI", MESSENGER_PATH)
    if len(_json(passed)) > OPTIONS_MAX:
        raise ApiError(Reason.ARGUMENT, reason=f"OPTIONS have at most {OPTIONS_MAX} characters")
    return passed


def _text(value: object) -> str:
    return "Y" if value is True else "N" if value is False else "" if value is None else str(value)


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def _fields(call: Call, frame: _Frame, member_id: str) -> dict[str, str]:
    """What is posted to the page; `api-reference/widgets/index.md` lists it."""
    app = frame.page.app
    return {
        "AUTH_ID": frame.pair.access,
        "AUTH_EXPIRES": str(frame.pair.expires - call.now),
        "REFRESH_ID": frame.pair.refresh,
        "SERVER_ENDPOINT": call.context.url("/rest/"),
        "APPLICATION_TOKEN": call.context.keys.application_token(app.owner),
        "APPLICATION_SCOPE": shown_text(frame.pair.scopes),
        "member_id": member_id,
        "status": app.status,
        "PLACEMENT": frame.place,
        "PLACEMENT_OPTIONS": _json(frame.passed),
    }


async def _init(call: Call, frame: _Frame, person: User, *, member_id: str) -> dict[str, Any]:
    """What the page's library asks its parent for, as `MessageInitData` of the official SDK has it."""
    app = frame.page.app
    return {
        **msgspec.to_builtins(_tokens(frame.pair, call.now)),
        "DOMAIN": frame.domain,
        "PROTOCOL": frame.protocol,
        "PATH": "/rest",
        "LANG": person.language or "en",
        "MEMBER_ID": member_id,
        "IS_ADMIN": person.admin,
        "APP_OPTIONS": await options.all_of(call.tx, app.owner, EVERYBODY),
        "USER_OPTIONS": await options.all_of(call.tx, app.owner, person.id),
        "PLACEMENT": frame.place,
        "PLACEMENT_OPTIONS": frame.passed,
        "INSTALL": frame.page.installs,
        "FIRST_RUN": await frames.is_first(call.tx, frame.page, person),
    }


def _tokens(pair: TokenPair, now: int) -> Tokens:
    return Tokens(pair.access, pair.refresh, pair.expires - now)


def _widget(page: Page, person: User) -> Widget:
    app, placement, language = page.app, page.placement, person.language or "en"
    if placement is None:
        return Widget(0, OWN_PAGE, app.client_id, app.title, app.title, "", {}, app.installed)
    return Widget(
        placement.id,
        placement.place,
        app.client_id,
        placement.title_in(language) or app.title,
        app.title,
        placement.group_in(language),
        placement.options,
        app.installed,
    )
