"""The audit log: what happened to keys, people, applications and settings, and who did it."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class Via(StrEnum):
    """The way by which somebody acts."""

    REST = "rest"
    PAGE = "page"
    COMMAND = "command"
    SERVER = "server"


class Actor(msgspec.Struct, frozen=True, gc=False):
    """Who does what the audit log records.

    ``user_id`` is 0 and ``app_id`` is None where nobody is known, ``key`` names the key that signed the call as limits
    count it (``webhook:3``, ``app:7:1``), and ``address`` is where the request came from. ``token_id`` is a person's
    own token, if that signed the call. ``of_app`` is true of keys that an application has, or has made.
    """

    via: Via
    user_id: int = 0
    app_id: int | None = None
    key: str = ""
    address: str = ""
    token_id: int = 0
    of_app: bool = False


COMMAND_LINE = Actor(Via.COMMAND)
"""Whoever may run commands on the server's machine."""

SERVER = Actor(Via.SERVER)
"""The server itself."""


class AuditEvent(StrEnum):
    """What the audit log records: its name, and ``about``, what it means in a sentence."""

    about: str

    def __new__(cls, name: str, about: str) -> AuditEvent:
        event = str.__new__(cls, name)
        event._value_ = name
        event.about = about
        return event

    SIGN_IN = "sign_in", "Somebody signed in with a password."
    SIGN_IN_FAILED = "sign_in.failed", "A login and a password were refused."
    SIGN_IN_THROTTLED = "sign_in.throttled", "Sign-in was refused unseen after too many attempts."
    CODE_REFUSED = "code.refused", "A code of the second factor was refused, after the right password."
    SIGN_OUT = "sign_out", "Somebody signed out."
    KEY_FIRST_USED = "key.first_used", "A key was used from an address for the first time."
    KEY_REFUSED = "key.refused", "Calls came with a key that opens nothing."
    KEY_EXPOSED = "key.exposed", "A key came over plain http, where it could be read on the way."
    PERMISSION_REFUSED = (
        "permission.refused",
        "A key was refused a method that it may not call.",
    )
    REQUESTS_LIMITED = "requests.limited", "A key was refused because it called too fast."
    FORM_FORGED = "form.forged", "A form was refused that did not come from its own page, or from one that is too old."
    LINK_REFUSED = "link.refused", "A link to a file was refused: it is forged, too old, or of somebody who has left."
    WEBHOOK_ADDED = "webhook.added", "An incoming webhook was made."
    WEBHOOK_REVOKED = "webhook.revoked", "An incoming webhook was revoked."
    TOKEN_ISSUED = "token.issued", "A token was issued: for an application, or for a person."
    TOKEN_REUSED = "token.reused", "A code or refresh token that had been used came again."
    TOKEN_REVOKED = "token.revoked", "Tokens were revoked."
    USER_ADDED = "user.added", "A person was added."
    USER_CHANGED = "user.changed", "What is known of a person was changed."
    USER_DEACTIVATED = "user.deactivated", "A person was deactivated."
    USER_ACTIVATED = "user.activated", "A person was activated again."
    ADMIN_GRANTED = "admin.granted", "A person became an administrator."
    ADMIN_REVOKED = "admin.revoked", "A person is no administrator any more."
    USER_DELETED = "user.deleted", "The account of a person was deleted."
    DEPARTMENT_ADDED = "department.added", "A department was added."
    DEPARTMENT_CHANGED = "department.changed", "What is known of a department was changed."
    DEPARTMENT_DELETED = "department.deleted", "A department was deleted."
    USER_FIELD_ADDED = "user_field.added", "A field of people was added."
    USER_FIELD_CHANGED = "user_field.changed", "A field of people was changed."
    USER_FIELD_DELETED = "user_field.deleted", "A field of people was deleted, with what they had in it."
    PASSWORD_SET = "password.set", "A password was set."
    PASSWORD_LINK_MADE = "password.link.made", "A link was made by which a person chooses a password."
    SECOND_FACTOR_SET_UP = "second_factor.set_up", "A person set up a second factor."
    SECOND_FACTOR_REMOVED = "second_factor.removed", "A person's second factor was turned off."
    RECOVERY_CODES_MADE = "recovery_codes.made", "A person got new recovery codes."
    RECOVERY_CODE_USED = "recovery_code.used", "A recovery code was used instead of a code of the second factor."
    SESSIONS_ENDED = "sessions.ended", "Sessions of a person were ended."
    BOT_REASSIGNED = "bot.reassigned", "A bot was handed over to another person."
    APP_ADDED = "app.added", "An application was registered."
    APP_CHANGED = "app.changed", "What an application may do, or who may use it, was changed."
    APP_SECRET_ROTATED = "app.secret.rotated", "An application got another secret."
    APP_INSTALLED = "app.installed", "An application was installed."
    APP_UNINSTALLED = "app.uninstalled", "An application was uninstalled."
    APP_DELETED = "app.deleted", "An application was deleted."
    CONSENT_GIVEN = "consent.given", "Somebody agreed to what an application asked for."
    CONSENT_DENIED = "consent.denied", "Somebody refused what an application asked for."
    SECRET_ROTATED = "secret.rotated", "The key of the portal was replaced."
    SECRET_FINISHED = "secret.finished", "Keys of the portal that were replaced are accepted no longer."
    FLAG_SET = "flag.set", "A switch of the portal was turned."
    SETTINGS_CHANGED = "settings.changed", "The server was started with other settings than before."
    BACKUP_MADE = "backup.made", "A backup was made."
    BACKUP_RESTORED = "backup.restored", "The portal was restored from a backup."
    AUDIT_EXPORTED = "audit.exported", "The audit log was exported."


class AuditEntry(msgspec.Struct, frozen=True):
    """One line of the audit log. ``subject`` is whom or what it happened to, such as ``user:5`` or ``webhook:3``.

    ``details`` is a JSON object of texts and numbers, without secrets.
    """

    id: int
    happened: int
    event: str
    subject: str
    user_id: int
    app_id: int | None
    access_key: str
    address: str
    via: str
    details: str
