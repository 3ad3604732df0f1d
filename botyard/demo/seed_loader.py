"""Loads a seed: makes people, bots and chats with the same verbs that the API uses."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from functools import partial
from typing import NamedTuple, TypeVar

import msgspec

from botyard.chat import notifications
from botyard.chat.bots import bots
from botyard.chat.content import content
from botyard.chat.content.content import Content
from botyard.chat.conversation import chats, dialogs, messages, reactions, reading
from botyard.chat.conversation.colors import hex_of
from botyard.chat.conversation.reactions import LIKE
from botyard.chat.media.pictures import store
from botyard.demo.picture import picture
from botyard.demo.seed import (
    MINUTE,
    InvalidSeed,
    Person,
    Seed,
    SeedBot,
    SeedChat,
    SeedDialog,
    SeedMessage,
    SeedNotification,
)
from botyard.errors import ApiError
from botyard.model.bots import BotType, EventMode, Handlers
from botyard.model.chats import Kind, Participant
from botyard.model.messages import Draft
from botyard.model.notifications import NotificationButton, NotificationDraft, NotificationKind
from botyard.model.owners import Owner
from botyard.model.people import Profile, UserKind
from botyard.portal import departments, users
from botyard.store import chats as stored_chats
from botyard.store import files, members
from botyard.store.engines.db import Tx

T = TypeVar("T")

BOTS_MAX = 100
FOREVER = 10**12
"""An edit window that never closes: the past is being written."""


class SeedSettings(NamedTuple):
    """What planting needs to know: hashed passwords by login, and owners of bots by kind."""

    passwords: Mapping[str, str]
    owners: Mapping[str, Owner]


class SeedResult(NamedTuple):
    """The ids of what a seed became: people by login and bots by code, chats and dialogs in the seed's order."""

    people: dict[str, int]
    chats: list[int]
    dialogs: list[int]


class SeedLoader:
    """Plants seeds in one transaction; later seeds may speak of the people and bots of earlier ones."""

    def __init__(self, tx: Tx, ground: SeedSettings) -> None:
        self._tx = tx
        self._ground = ground
        self._ids: dict[str, int] = {}
        self._titled: dict[str, _ChatBuilder] = {}

    async def load(self, seed: Seed) -> SeedResult:
        """Plant a seed and return what it became. Raises InvalidSeed, which names the place in the seed."""
        for place, person in enumerate(seed.people):
            await self._at(f"people[{place}]", self._person(person))
        for place, bot in enumerate(seed.bots):
            await self._at(f"bots[{place}]", self._bot(bot))
        chats_ = [self._builder(f"chats[{place}]", planned) for place, planned in enumerate(seed.chats)]
        dialogs_ = [self._builder(f"dialogs[{place}]", planned) for place, planned in enumerate(seed.dialogs)]
        # One line of time through all chats, so that later messages have higher numbers everywhere.
        steps = sorted(
            (step for builder in chats_ + dialogs_ for step in builder.steps()), key=lambda step: step.moment
        )
        now = self._tx.now
        for step in steps:
            # What is told of the past bears the time of then.
            self._tx.now = step.moment
            await self._at(step.place, step.take())
        self._tx.now = now
        await self._notify(seed.notifications)
        names = [person.login for person in seed.people] + [bot.code for bot in seed.bots]
        people = {name: self._ids[name] for name in names}
        return SeedResult(people, [builder.chat_id for builder in chats_], [builder.chat_id for builder in dialogs_])

    def _builder(self, place: str, planned: SeedChat | SeedDialog) -> _ChatBuilder:
        builder = _ChatBuilder(self._tx, self._ids, planned, place)
        if isinstance(planned, SeedChat):
            builder.above = self._titled.get(planned.thread_of)
            self._titled.setdefault(planned.title, builder)
        return builder

    async def _at(self, place: str, work: Awaitable[T]) -> T:
        """Do one thing; what it is refused with is told together with its place in the seed."""
        try:
            return await work
        except ApiError as refused:
            raise InvalidSeed(f"In the seed, {place} is refused: {refused.text}.") from refused
        except InvalidSeed as wrong:
            raise InvalidSeed(f"In the seed, {place}: {wrong}.") from wrong

    def _new(self, name: str) -> str:
        if not name:
            raise InvalidSeed("the name is empty")
        if name in self._ids:
            raise InvalidSeed(f"there are two of the name {name!r}")
        return name

    async def _person(self, person: Person) -> None:
        login = self._new(person.login)
        if await users.find_login(self._tx, login):
            raise InvalidSeed(f"the login {login!r} is taken")
        person_fields = msgspec.structs.asdict(person)
        fields = {name: person_fields[name] for name in Profile.__struct_fields__ if name in person_fields}
        fields["name"] = person.name or login
        self._ids[login] = await users.add(
            self._tx,
            Profile(**fields),
            login=login,
            password_hash=self._ground.passwords[login],
            kind=UserKind.EXTRANET if person.extranet else UserKind.EMPLOYEE,
            admin=person.admin,
            departments=[await departments.named(self._tx, person.department)] if person.department else [],
        )

    async def _bot(self, bot: SeedBot) -> None:
        profile = Profile(
            name=bot.name or bot.code,
            last_name=bot.last_name,
            work_position=bot.work_position,
            color=hex_of(bot.color) or "",
        )
        plan = bots.NewBot(
            owner=self._ground.owners[bot.owner],
            code=self._new(bot.code),
            type=BotType(bot.type),
            openline=False,
            dialect="v2" if bot.fetches else "v1",
            profile=profile,
            event_mode=EventMode.FETCH if bot.fetches else EventMode.WEBHOOK,
        )
        first = min(self._ids.values(), default=0)
        self._ids[bot.code] = await bots.register(self._tx, first, plan, handlers=Handlers(), most=BOTS_MAX)

    async def _notify(self, planned: Iterable[SeedNotification]) -> None:
        """Send the notifications, the oldest first."""
        now = self._tx.now
        for place, notification in sorted(enumerate(planned), key=lambda numbered: -numbered[1].ago):
            self._tx.now = now - notification.ago * MINUTE
            await self._at(f"notifications[{place}]", self._notification(notification))
        self._tx.now = now

    async def _notification(self, planned: SeedNotification) -> None:
        module, _, event = planned.type.partition("|")
        attach = content.attach(planned.attach, limit=content.ATTACH_LIMIT)
        buttons = [NotificationButton(button.value, button.title, button.reply) for button in planned.buttons]
        if not planned.text or not all(button.value and button.title for button in buttons):
            raise InvalidSeed("a text, or the value or title of a button, is empty")
        kind = NotificationKind.PERSONAL if planned.by else NotificationKind.SYSTEM
        recipient = _named(self._ids, planned.to)
        draft = NotificationDraft(
            user_id=recipient,
            text=planned.text,
            author_id=_named(self._ids, planned.by) if planned.by else 0,
            kind=NotificationKind.CONFIRM if buttons else kind,
            module=module,
            event=event,
            tag=planned.tag,
            sub_tag=planned.sub_tag,
            title=planned.title,
            unread=not planned.read,
            buttons=buttons,
            params={"ATTACH": attach} if isinstance(attach, list) else {},
        )
        if await notifications.send(self._tx, recipient, draft) is None:
            raise InvalidSeed("bots are not notified")


class _Step(NamedTuple):
    """One thing to do at one moment of the past."""

    moment: int
    place: str
    take: Callable[[], Awaitable[None]]


class _ChatBuilder:
    """One chat or dialog being planted."""

    def __init__(self, tx: Tx, ids: Mapping[str, int], planned: SeedChat | SeedDialog, place: str) -> None:
        self.chat_id = 0
        self.above: _ChatBuilder | None = None
        self._tx = tx
        self._now = tx.now
        self._ids = ids
        self._planned = planned
        self._place = place
        self.said: list[int] = []

    def steps(self) -> list[_Step]:
        """Everything that happens in this chat, first its making, in order."""
        messages_ = self._planned.messages
        moments: list[int] = []
        for seed_message in messages_:
            # Never before the message above it, whatever the seed says.
            moments.append(max(self._now - seed_message.ago * MINUTE, moments[-1] if moments else 0))
        made = min([self._now - getattr(self._planned, "ago", 0) * MINUTE, *moments[:1]])
        steps = [_Step(made, self._place, self._make)]
        for number, (seed_message, moment) in enumerate(zip(messages_, moments, strict=True)):
            steps.append(_Step(moment, f"{self._place}.messages[{number}]", partial(self._say, seed_message)))
        return [*steps, _Step(self._now, self._place, self._mute)]

    async def _make(self) -> None:
        if isinstance(self._planned, SeedChat):
            self.chat_id = await self._group(self._planned)
        else:
            first, two = self._planned.between
            who = await dialogs.open_private(self._tx, self._id(first), self._id(two))
            self.chat_id = who.chat.id

    async def _group(self, planned: SeedChat) -> int:
        color = hex_of(planned.color) if planned.color else ""
        if color is None:
            raise InvalidSeed(f"there is no color {planned.color!r}")
        above = self._message_above(planned)
        plan = chats.NewChat(
            kind=Kind.THREAD if above else chats.kind_of(planned.type, planned.entity_type),
            title=planned.title,
            description=planned.description,
            color=color,
            avatar=await store(self._tx, picture(planned.title), quota=0) if planned.picture else "",
            entity_type=planned.entity_type,
            entity_id=planned.entity_id,
            entity_data=planned.entity_data,
            user_ids=tuple(self._each([*planned.members, *planned.managers])),
            manager_ids=frozenset(self._each(planned.managers)),
        )
        chat_id = await chats.add(self._tx, self._id(planned.owner), plan)
        if above:
            parent_id, message_id = above
            await stored_chats.set_parent(self._tx, chat_id, parent_id, parent_message_id=message_id)
        await self._furnish(planned, chat_id)
        return chat_id

    async def _furnish(self, planned: SeedChat, chat_id: int) -> None:
        """What chats can have and no method of the API gives them."""
        tx = self._tx
        await stored_chats.set_public(tx, chat_id, planned.public)
        await stored_chats.set_background(tx, chat_id, str(planned.background) if planned.background else None)
        await stored_chats.set_text_field(tx, chat_id, planned.text_field)
        if planned.folder:
            await files.folder(tx, chat_id)

    def _message_above(self, planned: SeedChat) -> tuple[int, int] | None:
        """The chat and message of which this chat is to be the thread."""
        if not planned.thread_of:
            return None
        if self.above is None:
            raise InvalidSeed(f"there is no chat {planned.thread_of!r} above it")
        if not 0 < planned.thread_under <= len(self.above.said):
            raise InvalidSeed(f"there is no message {planned.thread_under} before it in {planned.thread_of!r}")
        return self.above.chat_id, self.above.said[planned.thread_under - 1]

    async def _mute(self) -> None:
        for user_id in self._each(self._planned.muted_by):
            await members.set_muted(self._tx, self.chat_id, user_id, muted=True)

    async def _say(self, seed_message: SeedMessage) -> None:
        author = self._id(seed_message.by)
        who = await self._participant(seed_message.by)
        # Nobody is there when the past is written, and no bot is to be called for what was said then.
        message_id = await messages.announce(self._tx, who, self._draft(seed_message, author))
        self.said.append(message_id)
        if seed_message.edited:
            text = seed_message.edited
            await messages.edit(self._tx, author, message_id, text=text, changed={}, window=FOREVER)
        if seed_message.erased:
            await messages.erase(self._tx, author, message_id, complete=False, window=FOREVER)
        for user_id in self._each(seed_message.liked_by):
            message, who = await messages.get(self._tx, user_id, message_id)
            if not await reactions.set(self._tx, who, message, reaction=LIKE, on=True):
                raise InvalidSeed("it is deleted, or liked twice by somebody")
        for name in seed_message.read_by:
            await reading.read(self._tx, await self._participant(name), message_id)
        for user_id in self._each(seed_message.unread_for):
            await members.mark_unread(self._tx, self.chat_id, user_id, message_id=message_id)

    def _draft(self, seed_message: SeedMessage, author: int) -> Draft:
        carried: dict[str, Content] = {
            "ATTACH": content.attach(seed_message.attach),
            "KEYBOARD": content.keyboard(seed_message.keyboard, bot_id=author),
            "MENU": content.menu(seed_message.menu, bot_id=author),
        }
        params = {name: value for name, value in carried.items() if isinstance(value, list)}
        if not seed_message.text and not params.get("ATTACH"):
            raise InvalidSeed("it says nothing: give it a text or an attach")
        if seed_message.reply_to and not 0 < seed_message.reply_to <= len(self.said):
            raise InvalidSeed(f"there is no message {seed_message.reply_to} before it to reply to")
        reply_id = self.said[seed_message.reply_to - 1] if seed_message.reply_to else 0
        return Draft(text=seed_message.text, system=seed_message.system, reply_id=reply_id, params=params)

    async def _participant(self, name: str) -> Participant:
        """Somebody in the chat, which is locked."""
        who = await stored_chats.find(self._tx, self.chat_id, self._id(name), locked=True)
        if who is None or who.member is None:
            raise InvalidSeed(f"{name!r} is not in the chat")
        return who

    def _id(self, name: str) -> int:
        return _named(self._ids, name)

    def _each(self, names: Iterable[str]) -> list[int]:
        return [self._id(name) for name in names]


def _named(ids: Mapping[str, int], name: str) -> int:
    """Whom a seed means by a name."""
    if name not in ids:
        raise InvalidSeed(f"nobody has the name {name!r}")
    return ids[name]
