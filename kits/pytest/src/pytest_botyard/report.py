"""What is printed when a test fails: the conversation, and why the bot was told what it was told."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_botyard.calls import CallFailed
from pytest_botyard.messages import Message
from pytest_botyard.people import Person
from pytest_botyard.portal import Portal

SHOWN = 30
EXPLAINED = 10


def sections(portal: Portal) -> list[tuple[str, str]]:
    """Headings with their texts."""
    found: list[tuple[str, str]] = []
    try:
        names = {one.id: one.name for one in portal._bots()}
        for person, dialog in seen(portal):
            messages = person.messages(dialog, SHOWN)[::-1]
            found.append((f"Botyard: what {person} sees in {dialog}", "\n".join(lines(portal, messages, names))))
            said = [line for one in messages[-EXPLAINED:] for line in doctor(portal, one, names)]
            if said:
                found.append((f"Botyard: what the bots were told of {dialog}", "\n".join(said)))
    except (CallFailed, OSError) as problem:
        found.append(("Botyard", f"The portal cannot be asked: {problem}"))
    for program in (*portal.programs, *portal.ended):
        state = "" if program.ended is None else f", which has ended with status {program.ended}"
        found.append((f"Botyard: output of {program.name}{state}", program.said() or "(nothing)"))
    return found


def seen(portal: Portal) -> Iterator[tuple[Person, str]]:
    """Each dialog that somebody acted in, with the eyes of one of them."""
    for (_, dialog), person in portal.dialogs.items():
        yield person, dialog


def lines(portal: Portal, messages: list[Message], names: dict[int, str]) -> Iterator[str]:
    """The conversation."""
    known = names | {person.id: person.name for person in portal._people.values()}
    if not messages:
        yield "(nothing was said)"
    for one in messages:
        yield f"{known.get(one.author_id, one.author_id)}: {one}"


def doctor(portal: Portal, one: Message, names: dict[int, str]) -> Iterator[str]:
    """Why the bots were told of a message, or were not."""
    if one.author_id in names or not one.author_id:
        return
    for bot_id, name in names.items():
        try:
            found = portal.call("botyard.delivery.explain", MESSAGE_ID=one.id, BOT_ID=bot_id)
        except CallFailed:
            continue
        codes = {reason["CODE"] for event in found["EVENTS"] for reason in event["REASONS"]}
        if "NOT_MEMBER" not in codes:
            yield f"{name}, of {str(one)[:60]!r}: {found['TEXT']}"
