"""The family `botyard.*`: its dialect, and how it tells the reasons that its methods meet."""

from __future__ import annotations

from botyard.errors import Reason, error
from botyard.rpc.family import Dialect, Family

_CHAT_CLOSED = error("ACCESS_ERROR: You do not have access to the specified dialog", 403)
# Whether there is one that the caller does not see is not told.
_NO_MESSAGE = error("MESSAGE_NOT_FOUND: Message not found")

BOTYARD = Family(
    Dialect.V1,
    {
        Reason.ARGUMENT: error("ERROR_ARGUMENT: {reason}"),
        Reason.APP_MISSING: error("APP_NOT_FOUND: Application not found"),
        Reason.APP_BUILT_IN: error("APP_BUILT_IN: The application comes with the portal; it can be blocked"),
        Reason.APP_NOT_READY: error(
            "APP_NOT_INSTALLED: The application is not fully installed yet. "
            "Please contact your administrator to complete the installation."
        ),
        Reason.PAGE_MISSING: error("PAGE_NOT_FOUND: The application has no page there"),
        Reason.CONSENT_NARROWER: error("CONSENT_REQUIRED: You have not agreed to these permissions: {scopes}", 403),
        Reason.BOT_NOT_FOUND: error("BOT_ID_ERROR: Bot not found"),
        Reason.BOT_NOT_YOURS: error("APP_ID_ERROR: Bot was installed by another REST application"),
        Reason.BOT_NOT_DELETED: error("WRONG_REQUEST: Bot can't be deleted"),
        Reason.USER_MISSING: error("USER_NOT_FOUND: User not found"),
        Reason.USERS_FORMAT: error("INVALID_FORMAT: Parameter USERS has wrong type"),
        Reason.MESSAGE_ID_WRONG: error("MESSAGE_ID_ERROR: Message ID can't be empty"),
        # What a messenger does in chats, in the words of `im.*` where that has them.
        Reason.DIALOG_EMPTY: error("DIALOG_ID_EMPTY: Dialog ID can't be empty"),
        Reason.DIALOG_CLOSED: _CHAT_CLOSED,
        Reason.CHAT_EMPTY: error("CHAT_ID_EMPTY: Chat ID can't be empty"),
        Reason.CHAT_CLOSED: _CHAT_CLOSED,
        Reason.CHAT_KIND: error("ACCESS_ERROR: Action unavailable", 403),
        Reason.PERMISSIONS_DENIED: error("ACCESS_ERROR: Your role in the chat may not change its permissions", 403),
        Reason.MANAGER_DENIED: error("ACCESS_ERROR: Only the owner of the chat names managers", 403),
        Reason.POST_DENIED: error("ACCESS_ERROR: You may not write in this chat", 403),
        Reason.MESSAGE_EMPTY: error("MESSAGE_EMPTY: Message can't be empty"),
        Reason.MESSAGE_MISSING: _NO_MESSAGE,
        Reason.MESSAGE_CLOSED: _NO_MESSAGE,
        Reason.REPLY_DENIED: error("REPLY_ACCESS_ERROR: Action unavailable"),
        Reason.REPLY_ELSEWHERE: error(
            "REPLY_FROM_OTHER_CHAT_ERROR: You can only reply to a message within the same chat"
        ),
        Reason.EXTEND_FORBIDDEN: error("ACCESS_ERROR: It is forbidden to add users to this chat", 403),
        Reason.MEMBER_EXISTS: error("ACCESS_ERROR: Your role in the chat may not add people", 403),
        Reason.INVITATIONS_MANY: error("TOO_MANY_INVITATIONS: There are {limit} links into the chat already"),
        Reason.PIN_DENIED: error("ACCESS_ERROR: Your role in the chat may not pin messages", 403),
        Reason.PINS_MANY: error("TOO_MANY_PINS: There are {limit} messages pinned in the chat already"),
        Reason.REACTION_UNKNOWN: error("REACTION_NOT_FOUND: Reaction not found"),
        Reason.OPTIONS_EMPTY: error("ERROR_ARGUMENT: OPTIONS is empty"),
        Reason.ATTACH_WRONG: error("ATTACH_ERROR: Incorrect attach params"),
        Reason.ATTACH_TOO_BIG: error("ATTACH_OVERSIZE: You have exceeded the maximum allowable size of attach"),
        Reason.HOOK_MISSING: error("WEBHOOK_NOT_FOUND: There is no such webhook that could be revoked"),
        Reason.TOKEN_UNKNOWN: error("TOKEN_NOT_FOUND: There is no such token that could be revoked"),
        Reason.CONSENT_MISSING: error("CONSENT_NOT_FOUND: The application has no access that could be revoked"),
        Reason.SWITCH_MISSING: error("SWITCH_NOT_FOUND: The switches are {names}"),
        Reason.AVATAR_TYPE: error("AVATAR_ERROR: Avatar incorrect type"),
        Reason.AVATAR_SIZE: error("AVATAR_ERROR: Avatar incorrect size (max 5000x5000)"),
        Reason.LOGIN_TAKEN: error("LOGIN_TAKEN: The login is taken"),
        Reason.PASSWORD_WEAK: error("PASSWORD_WEAK: {reason}"),
        Reason.PASSWORD_WRONG: error("PASSWORD_WRONG: The present password is wrong", 403),
        Reason.CODE_WRONG: error("CODE_WRONG: The code of the second factor is missing or wrong", 403),
        Reason.PASSWORD_SAME: error("PASSWORD_WEAK: The new password is the present one"),
        Reason.ATTEMPTS: error("TOO_MANY_ATTEMPTS: There were too many attempts; try again in {wait} seconds", 429),
        Reason.MAIL_OFF: error("MAIL_OFF: The portal sends no mail: it was started without --smtp-url and --smtp-from"),
        Reason.MAIL_FAILED: error("MAIL_FAILED: The mail could not be sent: {reason}"),
        Reason.MAIL_NO_ADDRESS: error("MAIL_NO_ADDRESS: The person has no address of e-mail"),
        Reason.LAST_ADMIN: error("LAST_ADMIN: The portal needs an administrator who is active"),
        Reason.DELIVERY_MISSING: error("DELIVERY_NOT_FOUND: There is no such delivery, or it is not kept any more"),
        Reason.DEV_ONLY: error("DEV_ONLY: This is for portals that run with --profile dev", 403),
        Reason.SNAPSHOT_NAME: error("SNAPSHOT_NAME: NAME must be 1 to 64 letters, digits, hyphens and underscores"),
        Reason.SNAPSHOT_MISSING: error(
            "SNAPSHOT_NOT_FOUND: There is no snapshot of this name; snapshots are kept until the server stops"
        ),
        Reason.SNAPSHOT_TOO_MANY: error("SNAPSHOT_TOO_MANY: There are {limit} snapshots already; replace one of them"),
        Reason.SNAPSHOT_TOO_LARGE: error(
            "SNAPSHOT_TOO_LARGE: The portal has more than {limit} rows, too many to keep in memory"
        ),
    },
)
method = BOTYARD.method
