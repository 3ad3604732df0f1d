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
    parts: list[tuple[str, str]] = []
    try:
        names = {message.id: message.name for message in portal._bots()}
        for person, dialog in seen(portal):
            messages = person.messages(dialog, SHOWN)[::-1]
            parts.append((f"Botyard: what {person} sees in {dialog}", "\n".join(lines(portal, messages, names))))
            explained = [line for message in messages[-EXPLAINED:] for line in doctor(portal, message, names)]
            if explained:
                parts.append((f"Botyard: what the bots were told of {dialog}", "\n".join(explained)))
    except (CallFailed, OSError) as problem:
        parts.append(("Botyard", f"The portal cannot be asked: {problem}"))
    for program in (*portal.programs, *portal.ended):
        state = "" if program.ended is None else f", which has ended with status {program.ended}"
        parts.append((f"Botyard: output of {program.name}{state}", program.said() or "(nothing)"))
    return parts


def seen(portal: Portal) -> Iterator[tuple[Person, str]]:
    """Each dialog that somebody acted in, with the eyes of one of them."""
    for (_, dialog), person in portal.dialogs.items():
        yield person, dialog


def lines(portal: Portal, messages: list[Message], names: dict[int, str]) -> Iterator[str]:
    """The conversation."""
    known = names | {person.id: person.name for person in portal._people.values()}
    if not messages:
        yield "(nothing was said)"
    for message in messages:
        yield f"{known.get(message.author_id, message.author_id)}: {message}"


def doctor(portal: Portal, message: Message, names: dict[int, str]) -> Iterator[str]:
    """Why the bots were told of a message, or were not."""
    if message.author_id in names or not message.author_id:
        return
    for bot_id, name in names.items():
        try:
            explanation = portal.call("botyard.delivery.explain", MESSAGE_ID=message.id, BOT_ID=bot_id)
        except CallFailed:
            continue
        codes = {reason["CODE"] for event in explanation["EVENTS"] for reason in event["REASONS"]}
        if "NOT_MEMBER" not in codes:
            yield f"{name}, of {str(message)[:60]!r}: {explanation['TEXT']}"
