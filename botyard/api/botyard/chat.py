"""`botyard.chat.*`: what a messenger does with chats, beyond what is documented for people."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from botyard.api.botyard import message_shapes
from botyard.api.botyard.family import method
from botyard.api.botyard.message_shapes import Listed
from botyard.api.shapes import entities, files
from botyard.api.shapes.dialog import placed
from botyard.api.shapes.entities import LANGUAGE, UserShape
from botyard.api.shapes.files import ShownFile
from botyard.chat.bots import offered_commands
from botyard.chat.conversation import chat_links, chats, dialogs, looking, members, permissions, pins
from botyard.errors import ApiError, Reason
from botyard.model.bots import Command
from botyard.model.chats import ChatPermissions
from botyard.model.lengths import WORDS_MAX
from botyard.rpc.access import Access
from botyard.rpc.call import Call
from botyard.rpc.method import Mode, Params
from botyard.store import files as stored_files
from botyard.store import pins as stored_pins
from botyard.store import users
from botyard.wire.coerce import Ids
from botyard.wire.param_types import Number

MEMBERS_MAX = 200
FILES_MAX = 200
LINKS_MAX = 200
COMMANDS_MAX = 200
MANAGERS_MAX = 200
"""People that one call makes managers."""

_ROLES = "the weakest role, `member`, `manager` or `owner`"


class Named(Params, frozen=True, rename="upper"):
    chat_id: int = 0


class Described(Named, frozen=True, rename="upper"):
    description: Annotated[str, Meta(description="The new description; an empty one removes it.")] = ""


class Permissions(Named, frozen=True, rename="upper"):
    """What is left out stays."""

    manage_users_add: Annotated[str | None, Meta(description=f"Who may add people: {_ROLES}.")] = None
    manage_users_delete: Annotated[str | None, Meta(description=f"Who may remove people: {_ROLES}.")] = None
    manage_ui: Annotated[str | None, Meta(description=f"Who may change how the chat looks: {_ROLES}.")] = None
    manage_settings: Annotated[str | None, Meta(description=f"Who may call this method: {_ROLES}.")] = None
    manage_messages: Annotated[str | None, Meta(description=f"Who may pin messages: {_ROLES}.")] = None
    can_post: Annotated[str | None, Meta(description=f"Who may write: {_ROLES}.")] = None


class Managers(Named, frozen=True, rename="upper"):
    users: Ids = []


class OneMessage(Params, frozen=True, rename="upper"):
    message_id: int = 0


class OneDialog(Params, frozen=True, rename="upper"):
    dialog_id: str = ""


class Files(OneDialog, frozen=True, rename="upper"):
    last_id: Annotated[Number, Meta(description="Only older files than this one: `NEXT` of the part before.")] = 0
    limit: int = 50


class Links(OneDialog, frozen=True, rename="upper"):
    last_id: Annotated[Number, Meta(description="Only older messages than this one: `NEXT` of the part before.")] = 0
    limit: int = 50


class Commands(OneDialog, frozen=True, rename="upper"):
    find: Annotated[str, Meta(description="How the command begins, with or without its slash.")] = ""
    language: Annotated[str, Meta(description="The language of the titles, or else the person's.")] = ""


class Members(Params, frozen=True, rename="upper"):
    dialog_id: str = ""
    find: Annotated[str, Meta(description="Words that begin words of the name.")] = ""
    after: Annotated[int, Meta(description="Only people with higher ids: `NEXT` of the part before.")] = 0
    limit: int = 50


class MemberRow(msgspec.Struct, frozen=True, rename="upper"):
    """Somebody in a chat, who looks as in events of the second generation."""

    user: UserShape
    role: str


class MemberRows(msgspec.Struct, frozen=True, rename="upper"):
    """A part of the members; NEXT is AFTER of the next part, 0 at the end."""

    members: list[MemberRow]
    next: int


class PinShape(msgspec.Struct, frozen=True, rename="upper"):
    """A message that is pinned, who did it, and when."""

    message_id: int
    user_id: int
    date: str


class PinList(Listed, frozen=True, rename="upper"):
    """What is pinned, and the messages; what was pinned last is first."""

    pins: list[PinShape]


class ChatFile(msgspec.Struct, frozen=True, rename="upper"):
    """A file, and the message that it came with."""

    message_id: int
    file: ShownFile


class FileList(msgspec.Struct, frozen=True, rename="upper"):
    """A part of the files; NEXT is LAST_ID of the next part, 0 at the end."""

    files: list[ChatFile]
    next: int


class LinkingMessage(msgspec.Struct, frozen=True, rename="upper"):
    """A message with the addresses in it, who wrote it and when."""

    message_id: int
    user_id: int
    date: str
    urls: list[str]


class LinkList(msgspec.Struct, frozen=True, rename="upper"):
    """A part of the messages with links; NEXT is LAST_ID of the next part, 0 at the end."""

    links: list[LinkingMessage]
    next: int


class CommandShape(msgspec.Struct, frozen=True, rename="upper"):
    """A command of a bot; COMMON ones can be called in every chat."""

    id: int
    bot_id: int
    command: str
    title: str
    params: str
    common: bool


@method(
    "botyard.chat.description.set",
    access=Access.MESSENGER,
    mode=Mode.WRITE,
    raises=(members.get_group, chats.describe),
)
async def description_set(call: Call, p: Described) -> bool:
    """Set the description of a group chat, as far as the chat lets the caller's role change how it looks."""
    who = await members.get_group(call.tx, call.user_id, p.chat_id)
    await chats.describe(call.tx, who, p.description)
    return True


@method(
    "botyard.chat.permissions.set",
    access=Access.MESSENGER,
    mode=Mode.WRITE,
    raises=(members.get_group, permissions.set_),
)
async def permissions_set(call: Call, p: Permissions) -> bool:
    """Say which roles may do what in a group chat; `false` where it is so already. `im.dialog.get` shows them."""
    who = await members.get_group(call.tx, call.user_id, p.chat_id)
    wanted = {name: _role(getattr(p, name)) for name in ChatPermissions.__struct_fields__}
    return await permissions.set_(call.tx, who, ChatPermissions(**wanted))


def _role(text: str | None) -> str | None:
    return None if text is None else text.strip().lower()


@method(
    "botyard.chat.manager.add",
    access=Access.MESSENGER,
    mode=Mode.WRITE,
    raises=(members.get_group, members.set_managers, Reason.USERS_FORMAT),
)
async def manager_add(call: Call, p: Managers) -> bool:
    """Make members managers of the caller's chat, at most 200 at a time; people who are not in it are ignored."""
    await _set_managers(call, p, on=True)
    return True


@method(
    "botyard.chat.manager.delete",
    access=Access.MESSENGER,
    mode=Mode.WRITE,
    raises=(members.get_group, members.set_managers, Reason.USERS_FORMAT),
)
async def manager_delete(call: Call, p: Managers) -> bool:
    """Take the managers' role in the caller's chat away from people, at most 200 at a time."""
    await _set_managers(call, p, on=False)
    return True


async def _set_managers(call: Call, p: Managers, *, on: bool) -> None:
    who = await members.get_group(call.tx, call.user_id, p.chat_id)
    if p.users is None or len(p.users) > MANAGERS_MAX:
        raise ApiError(Reason.USERS_FORMAT, hint=f"USERS must be a list of at most {MANAGERS_MAX} ids")
    await members.set_managers(call.tx, who, p.users, on=on)


@method("botyard.chat.member.list", access=Access.MESSENGER, raises=(placed,))
async def member_list(call: Call, p: Members) -> MemberRows:
    """List who is in a chat with their roles, in the order of their ids: 50 or LIMIT (at most 200) at a time.

    With FIND only those whose names have these words, or words that begin so. A call looks at 500 members: NEXT says
    where the next goes on, also where none of these has such a name.
    """
    who = await placed(call, p.dialog_id)
    limit = min(p.limit, MEMBERS_MAX) if p.limit > 0 else 50
    stretch = await looking.members_of(call.tx, who.chat, find=p.find, after=max(0, p.after), limit=limit)
    people = await entities.people(call.tx, call.context, [member.user_id for member in stretch.members])
    rows = [MemberRow(people[member.user_id], member.role) for member in stretch.members if member.user_id in people]
    return MemberRows(rows, stretch.after)


@method("botyard.chat.pin.add", access=Access.MESSENGER, mode=Mode.WRITE, raises=(pins.pin,))
async def pin_add(call: Call, p: OneMessage) -> bool:
    """Pin a message in its chat for everybody there, at most 50; `false` where it is pinned already."""
    return await pins.pin(call.tx, call.user_id, p.message_id)


@method("botyard.chat.pin.delete", access=Access.MESSENGER, mode=Mode.WRITE, raises=(pins.unpin,))
async def pin_delete(call: Call, p: OneMessage) -> bool:
    """Have a message pinned no longer; `false` where it is not."""
    return await pins.unpin(call.tx, call.user_id, p.message_id)


@method("botyard.chat.pin.list", access=Access.MESSENGER, raises=(placed,))
async def pin_list(call: Call, p: OneDialog) -> PinList:
    """List the messages that are pinned in a chat, as far as the caller sees them; what was pinned last is first."""
    who = await placed(call, p.dialog_id)
    first_id = who.member.first_id if who.member else 0
    pinned = await stored_pins.of_chat(call.tx, who.chat.id, first_id=first_id, limit=pins.MOST)
    shown = await message_shapes.listed(call, [pin.message for pin in pinned])
    rows = [PinShape(pin.message.id, pin.user_id, call.atom(pin.pinned)) for pin in pinned]
    return PinList(shown.messages, shown.users, shown.files, shown.reactions, rows)


@method("botyard.chat.file.list", access=Access.MESSENGER, raises=(placed, Reason.ARGUMENT))
async def file_list(call: Call, p: Files) -> FileList:
    """List the files of a chat that the caller sees, the newest first, 50 or LIMIT (at most 200) at a time.

    The links in them are the caller's, and work for a while.
    """
    if p.last_id is None:
        raise ApiError(Reason.ARGUMENT, reason="LAST_ID must be a number")
    who = await placed(call, p.dialog_id)
    limit = min(p.limit, FILES_MAX) if p.limit > 0 else 50
    # A file may be older than its message: it can be uploaded first, and sent later.
    first_id = who.member.first_id if who.member else 0
    before = max(0, p.last_id)
    listed = await stored_files.of_chat(call.tx, who.chat.id, since=first_id, before=before, limit=limit + 1)
    page, key = listed[:limit], call.identity.key
    rows = [ChatFile(f.message_id, files.shown(call.context, f, call.user_id, call.now, key=key)) for f in page]
    return FileList(rows, page[-1].id if len(listed) > limit else 0)


@method("botyard.chat.link.list", access=Access.MESSENGER, raises=(placed, Reason.ARGUMENT))
async def link_list(call: Call, p: Links) -> LinkList:
    """List the messages of a chat with links to the web that the caller sees: 50 or LIMIT (at most 200) at a time.

    The newest come first. URLS has the addresses that stand in the text, at most 50 of a message. A part may hold fewer
    messages: NEXT says whether more follow.
    """
    if p.last_id is None:
        raise ApiError(Reason.ARGUMENT, reason="LAST_ID must be a number")
    who = await placed(call, p.dialog_id)
    limit = min(p.limit, LINKS_MAX) if p.limit > 0 else 50
    page = await chat_links.page(call.tx, who, before=max(0, p.last_id), limit=limit)
    rows = [LinkingMessage(m.id, m.author_id, call.atom(m.sent), addresses) for m, addresses in page.messages]
    return LinkList(rows, page.next)


@method("botyard.chat.command.list", access=Access.MESSENGER, raises=(dialogs.get,))
async def command_list(call: Call, p: Commands) -> list[CommandShape]:
    """List the slash commands that the caller may call in a chat: those of its bots and those that work everywhere.

    With FIND those that begin so; 200 at most, in the order of their names.
    """
    who = await dialogs.get(call.tx, call.user_id, p.dialog_id)
    offered = await offered_commands.offered(call.tx, who, find=p.find[:WORDS_MAX], limit=COMMANDS_MAX)
    person = None if p.language else await users.find(call.tx, call.user_id)
    language = p.language.strip().lower() or (person.language if person else "") or LANGUAGE
    return [_command(command, language) for command in offered]


def _command(command: Command, language: str) -> CommandShape:
    by_language = {str(phrase.get("LANGUAGE_ID", "")).lower(): phrase for phrase in command.lang}
    phrase = by_language.get(language) or by_language.get(LANGUAGE) or next(iter(command.lang), {})
    title, params = (str(phrase.get(name) or "") for name in ("TITLE", "PARAMS"))
    return CommandShape(command.id, command.bot_id, command.command, title, params, command.common)
