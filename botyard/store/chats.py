"""Chats and their stored counters."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping

from botyard.model.chats import Chat, ChatPermissions, Member, Participant
from botyard.store import avatars, files, name_words, search_index
from botyard.store.engines.db import Tx
from botyard.store.id_lists import id_list
from botyard.store.records import Record, scalar

CHAT = Record(Chat, "chats c")
MEMBER = Record(Member, "members m")
_BOTH = Record(
    Participant,
    "chats c LEFT JOIN members m ON m.chat_id = c.id AND m.user_id = :user",
    actor_id="CAST(:user AS BIGINT)",
    chat=CHAT,
    member=MEMBER,
)
_ADD = CHAT.insert(
    "kind",
    "title",
    "description",
    "owner_id",
    "avatar",
    "color",
    "entity_type",
    "entity_id",
    "entity_data_1",
    "entity_data_2",
    "entity_data_3",
    "created",
)
_BY_ID = f"{_BOTH.select} WHERE c.id = :id"
_BY_PAIR = f"{_BOTH.select} WHERE c.pair = :pair"
# Of several for one entity the user's own comes first, then the first that was made: nobody can push
# another chat in front of it by making one more.
_BY_ENTITY = f"""{_BOTH.select} WHERE c.entity_type = :type AND c.entity_type <> '' AND c.entity_id = :entity
 ORDER BY CASE WHEN m.user_id IS NULL THEN 1 ELSE 0 END, c.id LIMIT 1"""
# Who is going to write holds the chat until the transaction ends: one lock order (chat, then members), no deadlock.
_BY_ID_LOCKED, _BY_PAIR_LOCKED, _BY_ENTITY_LOCKED = (f"{sql} {{lock_chat}}" for sql in (_BY_ID, _BY_PAIR, _BY_ENTITY))
_RELOADED = f"{CHAT.select} WHERE c.id = :id {{lock_chat}}"


async def find(tx: Tx, chat_id: int, user_id: int, *, locked: bool = False) -> Participant | None:
    """A chat together with this user's membership in it."""
    return _BOTH.read(await tx.one(_BY_ID_LOCKED if locked else _BY_ID, id=chat_id, user=user_id))


async def find_many(tx: Tx, ids: list[int]) -> list[Chat]:
    """The chats with these ids, in id order; those that are gone are left out."""
    if not ids:
        return []
    listed, values = id_list(ids)
    return CHAT.read_all(await tx.all(f"{CHAT.select} WHERE c.id IN ({listed}) ORDER BY c.id", **values))


async def find_pair(tx: Tx, first_id: int, second_id: int, *, user_id: int, locked: bool = False) -> Participant | None:
    """The private dialog of two people."""
    sql = _BY_PAIR_LOCKED if locked else _BY_PAIR
    return _BOTH.read(await tx.one(sql, pair=pair(first_id, second_id), user=user_id))


async def find_entity(
    tx: Tx, entity_type: str, entity_id: str, *, user_id: int, locked: bool = False
) -> Participant | None:
    """The chat that was made for an entity."""
    sql = _BY_ENTITY_LOCKED if locked else _BY_ENTITY
    return _BOTH.read(await tx.one(sql, type=entity_type, entity=entity_id, user=user_id))


async def reload(tx: Tx, chat_id: int) -> Chat:
    """The chat as it is after earlier statements of this transaction. It must exist."""
    row = await tx.one(_RELOADED, id=chat_id)
    assert row is not None
    return CHAT.read(row)


def pair(first_id: int, second_id: int) -> str:
    """The name of the private dialog of two people."""
    return f"{min(first_id, second_id)}:{max(first_id, second_id)}"


async def add_private(tx: Tx, first_id: int, second_id: int) -> int | None:
    """Insert the private dialog of two people; ``None`` when somebody else has just done so."""
    sql = "INSERT INTO chats (kind, pair, created) VALUES ('P', :pair, :now) ON CONFLICT (pair) DO NOTHING RETURNING id"
    return scalar(await tx.one(sql, pair=pair(first_id, second_id), now=tx.now), None)


async def add(
    tx: Tx,
    *,
    kind: str,
    title: str = "",
    description: str = "",
    owner_id: int = 0,
    avatar: str = "",
    color: str = "",
    entity_type: str = "",
    entity_id: str = "",
    entity_data: tuple[str, str, str] = ("", "", ""),
) -> int:
    """Insert an empty chat and return its id."""
    first, second, third = entity_data
    chat_id = await tx.insert(
        _ADD,
        kind=kind,
        title=title,
        description=description,
        owner_id=owner_id,
        avatar=avatar,
        color=color,
        entity_type=entity_type,
        entity_id=entity_id,
        entity_data_1=first,
        entity_data_2=second,
        entity_data_3=third,
        created=tx.now,
    )
    if title:
        await name_words.set_chat(tx, chat_id, title)
    return chat_id


async def reserve_id(tx: Tx) -> int:
    """An id that no chat has and none will get."""
    chat_id = await tx.insert("INSERT INTO chats (kind, created) VALUES ('S', :now)", now=tx.now)
    await tx.run("DELETE FROM chats WHERE id = :id", id=chat_id)
    return chat_id


async def set_title(tx: Tx, chat_id: int, title: str) -> None:
    await tx.run("UPDATE chats SET title = :title WHERE id = :id", title=title, id=chat_id)
    await name_words.set_chat(tx, chat_id, title)


async def set_description(tx: Tx, chat_id: int, description: str) -> None:
    sql = "UPDATE chats SET description = :description WHERE id = :id"
    await tx.run(sql, description=description, id=chat_id)


async def set_text_field(tx: Tx, chat_id: int, on: bool) -> None:
    await tx.run("UPDATE chats SET text_field = :on WHERE id = :id", on=int(on), id=chat_id)


async def set_color(tx: Tx, chat_id: int, color: str) -> None:
    await tx.run("UPDATE chats SET color = :color WHERE id = :id", color=color, id=chat_id)


async def set_avatar(tx: Tx, chat_id: int, avatar: str) -> None:
    replaced = await _hold_avatar(tx, chat_id)
    await tx.run("UPDATE chats SET avatar = :avatar WHERE id = :id", avatar=avatar, id=chat_id)
    await avatars.release(tx, replaced)


async def _hold_avatar(tx: Tx, chat_id: int) -> str:
    """The picture of a chat, which nobody else replaces until the transaction ends."""
    return scalar(await tx.one("SELECT avatar FROM chats WHERE id = :id {for_update}", id=chat_id), "")


async def set_owner(tx: Tx, chat_id: int, owner_id: int) -> None:
    await tx.run("UPDATE chats SET owner_id = :owner WHERE id = :id", owner=owner_id, id=chat_id)


async def set_permissions(tx: Tx, chat_id: int, roles: Mapping[str, str]) -> None:
    """Set the weakest role for some things, by the names of ``ChatPermissions``."""
    known = ChatPermissions.__struct_fields__
    values = {name: role for name, role in roles.items() if name in known}
    assignments = ", ".join(f"{name} = COALESCE(:{name}, {name})" for name in known)
    await tx.run(
        f"UPDATE chats SET {assignments} WHERE id = :id", **{name: values.get(name) for name in known}, id=chat_id
    )


async def set_entity_data(tx: Tx, chat_id: int, entity_data: tuple[str, str, str]) -> None:
    first, second, third = entity_data
    await tx.run(
        "UPDATE chats SET entity_data_1 = :one, entity_data_2 = :two, entity_data_3 = :three WHERE id = :id",
        one=first,
        two=second,
        three=third,
        id=chat_id,
    )


async def set_parent(tx: Tx, chat_id: int, parent_chat_id: int, *, parent_message_id: int) -> None:
    """Make a chat the thread of a message in another chat."""
    await tx.run(
        "UPDATE chats SET parent_chat_id = :chat, parent_message_id = :message WHERE id = :id",
        chat=parent_chat_id,
        message=parent_message_id,
        id=chat_id,
    )


async def set_public(tx: Tx, chat_id: int, public: str) -> None:
    """Set the public identifier of a chat, the name in its public link; empty for none."""
    await tx.run("UPDATE chats SET public = :public WHERE id = :id", public=public, id=chat_id)


async def set_background(tx: Tx, chat_id: int, background_id: str | None) -> None:
    sql = "UPDATE chats SET background_id = :background WHERE id = :id"
    await tx.run(sql, background=background_id, id=chat_id)


async def count_members(tx: Tx, chat_id: int, *, members: int, guests: int, bots: int) -> None:
    """Change the kept numbers of participants by these amounts, and note whether any of them has events kept."""
    await tx.run(
        """UPDATE chats SET members = members + :members, guests = guests + :guests, bots = bots + :bots,
               listened = CASE WHEN EXISTS (SELECT 1 FROM members m WHERE m.chat_id = :id AND m.listens = 1)
                          THEN 1 ELSE 0 END WHERE id = :id""",
        members=members,
        guests=guests,
        bots=bots,
        id=chat_id,
    )


def count_message(tx: Tx, chat_id: int, message_id: int, *, author_id: int, counted: int) -> Awaitable[object]:
    """Count a new message: it becomes the last one, seen by nobody but whoever wrote it."""
    return tx.update(
        """UPDATE chats SET messages = messages + 1, counted = :counted, last_message_id = :message,
               last_author_id = :author, viewers = 0 WHERE id = :id""",
        counted=counted,
        message=message_id,
        author=author_id,
        id=chat_id,
    )


async def count_viewers(tx: Tx, chat_id: int, viewers: int) -> None:
    """Change the number of those who have seen the last message by ``viewers``."""
    await tx.run("UPDATE chats SET viewers = viewers + :viewers WHERE id = :id", viewers=viewers, id=chat_id)


async def recount(tx: Tx, chat_id: int) -> None:
    """Recount after a message went without a mark: the last message and its viewers may be others now."""
    last = "(SELECT last_message_id FROM chats WHERE id = :id)"
    await tx.run(
        """UPDATE chats SET messages = messages - 1,
               last_message_id = COALESCE((SELECT MAX(id) FROM messages WHERE chat_id = :id), 0) WHERE id = :id""",
        id=chat_id,
    )
    await tx.run(
        f"""UPDATE chats SET last_author_id = COALESCE((SELECT author_id FROM messages WHERE id = {last}), 0)
            WHERE id = :id""",
        id=chat_id,
    )
    await tx.run(f"UPDATE members SET read_id = {last} WHERE chat_id = :id AND read_id > {last}", id=chat_id)
    await tx.run(
        """UPDATE chats SET viewers = (
               SELECT COUNT(*) FROM members m WHERE m.chat_id = :id AND m.read_id = chats.last_message_id
               AND m.read_at IS NOT NULL AND m.user_id <> chats.last_author_id
           ) WHERE id = :id""",
        id=chat_id,
    )


async def delete(tx: Tx, chat_id: int) -> None:
    """Remove a chat with everything in it."""
    replaced = await _hold_avatar(tx, chat_id)
    await files.remove_of_chat(tx, chat_id)
    await search_index.note_removal(tx, chat_id)
    await tx.run("DELETE FROM reactions WHERE message_id IN (SELECT id FROM messages WHERE chat_id = :id)", id=chat_id)
    for table in ("pins", "chat_invitations", "chat_words", "last_searched", "messages", "gaps", "members"):
        await tx.run(f"DELETE FROM {table} WHERE chat_id = :id", id=chat_id)
    await tx.run("DELETE FROM chats WHERE id = :id", id=chat_id)
    await avatars.release(tx, replaced)
