"""Who may call a method: the kinds of callers that the documentation knows, as one table."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import NamedTuple

from botyard.errors import ApiError, ErrorCode
from botyard.model.apps import MESSENGER
from botyard.model.people import UserKind
from botyard.model.permissions import ADMINISTRATION, CHATS, OWN_ACCOUNT
from botyard.rpc.identity import Auth, Identity

_SIGNED = {
    Auth.WEBHOOK: "a webhook",
    Auth.OAUTH: "the token of an application",
    Auth.SESSION: "a person's own session",
}

_KINDS_OF_KEYS = frozenset({ErrorCode.AUTH_TYPE, ErrorCode.WIDGETS_AUTH})
"""Refusals of keys that are of the wrong kind, whatever their permissions."""


def _is_admin(who: Identity) -> bool:
    return who.admin


def _is_employee(who: Identity) -> bool:
    return who.kind == UserKind.EMPLOYEE


def _by_key(who: Identity) -> str:
    return f"this call came with {_SIGNED[who.auth]}"


def _by_rights(who: Identity) -> str:
    return "the caller is no administrator"


def _is_admin_in_person(who: Identity) -> bool:
    return who.admin and not who.of_app


def _by_rights_or_key(who: Identity) -> str:
    if not who.admin:
        return _by_rights(who)
    return _by_key(who) if who.auth is Auth.OAUTH else "the key of this call was made by an application"


def _is_own_client(who: Identity) -> bool:
    return who.client_id == MESSENGER or (who.auth is Auth.SESSION and not who.of_app)


def _by_kind(who: Identity) -> str:
    return f"the caller is of the kind {who.kind}"


class AccessRule(NamedTuple):
    """A predicate over the caller, the problem it raises, and the sentence for the reference.

    ``differs`` says in half a sentence what of a caller is not as it has to be. ``scope`` is the permission that
    methods of our own for such callers ask for, unless they name others.
    """

    admits: Callable[[Identity], bool]
    problem: ErrorCode
    sentence: str
    differs: Callable[[Identity], str] = _by_key
    scope: str = ""


class Access(Enum):
    """Kinds of callers. What depends on a bot or a chat is checked by the method itself (`own_bot`, `rules`)."""

    ANYONE = AccessRule(lambda who: True, ErrorCode.NO_AUTH, "Any user")
    # Guests hold a session for one conversation; methods that look things up are not for them.
    PERSON = AccessRule(lambda who: not who.guest, ErrorCode.GUEST, "Any user who is not a guest")
    # Bots belong to an application or a webhook; a person's own session has neither.
    BOT_OWNER = AccessRule(
        lambda who: who.auth is not Auth.SESSION,
        ErrorCode.AUTH_TYPE,
        "The application or webhook that registered the bot",
    )
    INTEGRATION = AccessRule(
        lambda who: who.auth is not Auth.SESSION, ErrorCode.AUTH_TYPE, "An application or a webhook"
    )
    APP = AccessRule(lambda who: who.auth is Auth.OAUTH, ErrorCode.APP_CONTEXT, "An application")
    WIDGETS = AccessRule(lambda who: who.auth is Auth.OAUTH, ErrorCode.WIDGETS_AUTH, "An application")
    # A person's token may lie in a browser, and who knows what signs events can forge them in anybody's name.
    SIGNED_TO = AccessRule(
        lambda who: who.auth is Auth.WEBHOOK or (who.auth is Auth.OAUTH and who.admin),
        ErrorCode.SIGNING_CLOSED,
        "A webhook, or an application in an administrator's name",
    )
    INVITER = AccessRule(_is_admin, ErrorCode.PEOPLE_CLOSED, "An administrator", _by_rights)
    STRUCTURE = AccessRule(_is_admin, ErrorCode.STRUCTURE_CLOSED, "An administrator", _by_rights)
    FIELDS = AccessRule(_is_admin, ErrorCode.FIELDS_CLOSED, "An administrator", _by_rights)
    INTRANET = AccessRule(_is_employee, ErrorCode.INTRANET_ONLY, "An employee", _by_kind)
    ADMIN = AccessRule(_is_admin, ErrorCode.ADMIN_ONLY, "An administrator", _by_rights, ADMINISTRATION)
    # Whoever can set somebody's password is that person soon. An application that administers does not do that.
    ACCOUNTS = AccessRule(
        _is_admin_in_person,
        ErrorCode.ACCOUNTS_CLOSED,
        "An administrator, by a key that no application has or made",
        _by_rights_or_key,
        ADMINISTRATION,
    )
    # What `im.*` opens to everybody in their own chats, a messenger needs more of: no row of its own keeps anybody out.
    MESSENGER = AccessRule(lambda who: True, ErrorCode.NO_AUTH, "Any user, in their own chats", _by_key, CHATS)
    # Whoever opens an application gets its tokens in their own name; another application must not get them so.
    OWN_CLIENT = AccessRule(
        _is_own_client,
        ErrorCode.OWN_CLIENT_ONLY,
        "The portal's own client, or a person by a token of their own",
        _by_key,
        CHATS,
    )
    # What concerns nobody but the caller. Bots and guests have no account, and outsiders only what signing in takes.
    SELF = AccessRule(
        _is_employee,
        ErrorCode.EMPLOYEES_ONLY,
        "An employee, of what is their own",
        _by_kind,
        OWN_ACCOUNT,
    )
    SIGN_IN = AccessRule(
        lambda who: who.kind in (UserKind.EMPLOYEE, UserKind.EXTRANET),
        ErrorCode.EMPLOYEES_ONLY,
        "Anybody who has a login, of what is their own",
        _by_kind,
        OWN_ACCOUNT,
    )


def require_permitted(scopes: tuple[str, ...], access: Access, who: Identity) -> None:
    """Raise SCOPE for a caller who has none of these permissions, and what ``require`` raises.

    No permission helps a key of the wrong kind, so that it is refused first; all else comes after SCOPE.
    """
    # What ``value`` is; that is a property written in Python, and this is asked for each call.
    rule: AccessRule = access._value_
    admitted = rule.admits(who)
    if scopes and who.scopes.isdisjoint(scopes) and (admitted or rule.problem not in _KINDS_OF_KEYS):
        raise ApiError(ErrorCode.SCOPE, hint=f"needs scope {' or '.join(scopes)}", auth=who.auth.value)
    if not admitted:
        raise _refusal(rule, who, "call it")


def require(access: Access, who: Identity, *, action: str = "call it") -> None:
    """Raise the row's problem when the caller is not of this kind, which ``action`` takes."""
    rule: AccessRule = access._value_
    if not rule.admits(who):
        raise _refusal(rule, who, action)


def _refusal(rule: AccessRule, who: Identity, action: str) -> ApiError:
    comma = "," if "," in rule.sentence else ""
    return ApiError(rule.problem, hint=f"{rule.sentence}{comma} may {action}; {rule.differs(who)}")
