"""The portal under load: people, keys, and chats of every size of the growth table."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import NamedTuple, TypeVar

from botyard.config import Settings
from botyard.model.people import Profile, UserKind
from botyard.portal.auth.keys import new_client_id, new_secret
from botyard.rpc.call import Context
from botyard.server import open_context
from botyard.store import app_tokens, apps, incoming_webhooks, portal, users
from botyard.store.engines.db import Tx
from scripts.benchmark.processes import child

SCOPES = "im,imbot,user"
MESSAGES = (100, 10_000, 1_000_000)
MEMBERS = (2, 100, 10_000)

T = TypeVar("T")


class Keys(NamedTuple):
    """What the load needs to know of the portal it calls."""

    user_id: int
    secret: str
    token: str
    chat_id: int
    bot_id: int
    by_messages: dict[int, int]
    by_members: dict[int, int]


class Portal(NamedTuple):
    """A portal that is filled; a server runs for it whenever one is wanted."""

    folder: Path
    database: str
    keys: Keys

    def served(self) -> AbstractContextManager[tuple[int, int]]:
        return child("portal", str(self.folder), self.database)

    async def write(self, work: Callable[[Context, Tx], Awaitable[T]]) -> T:
        """Write something that a server of this portal finds when it starts."""
        return await written(self.folder, self.database, work)

    async def read(self, work: Callable[[Tx], Awaitable[T]]) -> T:
        """Read something while no server runs."""
        return await written(self.folder, self.database, lambda _, tx: work(tx))


async def written(folder: Path, database: str, work: Callable[[Context, Tx], Awaitable[T]]) -> T:
    context = await open_context(Settings(data=folder, database=database))
    done = await context.database.write(lambda tx: work(context, tx))
    await context.database.close()
    return done


async def prepared(folder: Path, database: str, *, small: bool = False) -> Portal:
    """A new portal; a small one has only the least chat of each kind."""
    sizes, crowds = (MESSAGES[:1], MEMBERS[:1]) if small else (MESSAGES, MEMBERS)

    async def work(context: Context, tx: Tx) -> Keys:
        await portal.add(tx, "Bench", "0" * 32)
        user_id = await users.add(tx, UserKind.EMPLOYEE, Profile(name="Ada", last_name="Bench"), admin=True)
        secret, token = await signed_up(tx, context, user_id)
        people = [user_id] + [
            await users.add(tx, UserKind.EMPLOYEE, Profile(name=f"P{n}", last_name="Bench"))
            for n in range(1, max(crowds))
        ]
        bot_id = await add_bot(tx, "Bot", f"hook:{context.keys.hash('client:bench')}", "bench", "B")
        by_messages = {count: await chat(tx, [*people[:2], bot_id], count) for count in sizes}
        by_members = {count: await chat(tx, people[:count], 100) for count in crowds}
        return Keys(user_id, secret, token, by_messages[100], bot_id, by_messages, by_members)

    return Portal(folder, database, await written(folder, database, work))


async def signed_up(tx: Tx, context: Context, user_id: int) -> tuple[str, str]:
    """The secret of a webhook and the token of an application."""
    secret, token, hashed = new_secret(), new_secret(), context.keys.hash
    await incoming_webhooks.add(tx, user_id, hashed(secret), prefix=secret[:4], title="bench", scopes=SCOPES)
    app_id = await apps.add(tx, new_client_id(), hashed(new_secret()), title="Bench", scopes=SCOPES)
    access = app_tokens.NewToken(
        hash=hashed(token),
        kind="access",
        app_id=app_id,
        user_id=user_id,
        scopes=SCOPES,
        family="bench",
        created=tx.now,
        expires=tx.now + 86_400,
    )
    await app_tokens.add(tx, [access])
    return secret, token


async def add_bot(tx: Tx, name: str, owner: str, code: str, kind: str) -> int:
    bot_id = await users.add(tx, UserKind.BOT, Profile(name=name))
    await tx.run(
        "INSERT INTO bots (user_id, owner, code, type, created) VALUES (:bot, :owner, :code, :kind, :now)",
        bot=bot_id,
        owner=owner,
        code=code,
        kind=kind,
        now=tx.now,
    )
    return bot_id


async def chat(tx: Tx, people: list[int], count: int) -> int:
    """A chat with its history, written at once; the first member has read half of it."""
    row = await tx.one(
        "INSERT INTO chats (kind, title, owner_id, created) VALUES ('C', 'Bench', :owner, :now) RETURNING id",
        owner=people[0],
        now=tx.now,
    )
    assert row is not None
    chat_id = int(row[0])
    await tx.many(
        "INSERT INTO messages (chat_id, author_id, sent, text, counted) VALUES (:chat, :author, :now, :text, :counted)",
        (
            {"chat": chat_id, "author": people[n % 2], "now": tx.now, "text": f"Message number {n}", "counted": n}
            for n in range(1, count + 1)
        ),
    )
    bounds = await tx.one("SELECT MIN(id), MAX(id) FROM messages WHERE chat_id = :chat", chat=chat_id)
    assert bounds is not None
    first, last = bounds
    await tx.many(
        """INSERT INTO members (chat_id, user_id, role, joined, read_id, read_counted, read_at, opened, bot)
           VALUES (:chat, :user, :role, :now, :read, :counted, :now, 1, :bot)""",
        (
            {
                "chat": chat_id,
                "user": user_id,
                "role": "owner" if place == 0 else "member",
                "now": tx.now,
                "read": first + count // 2 if place == 0 else last,
                "counted": count // 2 if place == 0 else count,
                "bot": int(place == 2 and len(people) == 3),
            }
            for place, user_id in enumerate(people)
        ),
    )
    await tx.run(
        """UPDATE chats SET members = :members, bots = :bots, messages = :count, counted = :count,
           last_message_id = :last, last_author_id = :author, viewers = :viewers WHERE id = :id""",
        members=len(people),
        bots=int(len(people) == 3),
        count=count,
        last=last,
        author=people[count % 2],
        viewers=max(0, len(people) - 2),
        id=chat_id,
    )
    return chat_id
