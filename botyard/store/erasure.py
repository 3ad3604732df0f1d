"""What goes with a person whose account is deleted, and what is left of the row that messages refer to."""

from __future__ import annotations

from botyard.model.people import DELETED_NAME, UserKind
from botyard.store import avatars
from botyard.store.engines.db import Tx

_KEYS = (
    "DELETE FROM sessions WHERE user_id = :user",
    "DELETE FROM recovery_codes WHERE user_id = :user",
    "DELETE FROM second_factors WHERE user_id = :user",
    "DELETE FROM reset_links WHERE user_id = :user",
    "DELETE FROM chat_invitations WHERE user_id = :user",
    "DELETE FROM codes WHERE user_id = :user",
    "DELETE FROM consents WHERE user_id = :user",
)
_ENDED = (
    "UPDATE webhooks SET revoked = :now WHERE user_id = :user AND revoked IS NULL",
    "UPDATE tokens SET revoked = :now WHERE user_id = :user AND revoked IS NULL",
    "UPDATE bindings SET removed = :now WHERE user_id = :user AND removed IS NULL",
)
_PLACES = (
    "DELETE FROM app_users WHERE user_id = :user",
    "DELETE FROM options WHERE user_id = :user",
    "DELETE FROM department_members WHERE user_id = :user",
    "DELETE FROM status_notes WHERE user_id = :user",
    "DELETE FROM user_words WHERE user_id = :user",
    "DELETE FROM user_details WHERE user_id = :user",
    "DELETE FROM notifications WHERE user_id = :user",
    "DELETE FROM notification_chats WHERE user_id = :user",
    "DELETE FROM last_searched WHERE user_id = :user",
    "DELETE FROM placements WHERE user_id = :user AND user_id > 0",
    "DELETE FROM app_openings WHERE user_id = :user",
    "DELETE FROM last_searched WHERE person_id = :user AND person_id > 0",
    "UPDATE departments SET head_id = NULL WHERE head_id = :user",
)
_EMPTIED = (
    "login", "email", "last_name", "second_name", "gender", "birthday", "work_position", "work_phone", "mobile", "city",
    "www", "avatar", "color", "time_zone", "password", "status",
)  # fmt: skip
_ROW = f"""UPDATE users SET kind = '{UserKind.DELETED.value}', active = 0, admin = 0, password_initial = 0,
 idle_since = NULL, updated = :now, name = :name, full_name = :name,
 {", ".join(f"{column} = ''" for column in _EMPTIED)} WHERE id = :user"""


async def erase(tx: Tx, user_id: int, *, avatar: str) -> None:
    """End every key of a person, forget what is known of them, and leave a row that says that they are deleted."""
    for sql in (*_KEYS, *_PLACES):
        await tx.run(sql, user=user_id)
    for sql in _ENDED:
        await tx.run(sql, user=user_id, now=tx.now)
    await tx.run(_ROW, user=user_id, now=tx.now, name=DELETED_NAME)
    await avatars.release(tx, avatar)
