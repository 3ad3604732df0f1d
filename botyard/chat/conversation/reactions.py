"""Reactions to messages: the 48 known ones, set and removed."""

from __future__ import annotations

from botyard.chat.conversation import messages
from botyard.errors import ApiError, Reason, raises
from botyard.events import outbox
from botyard.model.chats import Participant
from botyard.model.events import MessageLiked
from botyard.model.messages import Message
from botyard.store import messages as stored_messages
from botyard.store.engines.db import Tx

# Code → what it says. Docs: chat-bots-v2/imbot.v2/messages/chat-message-reaction-add.md
REACTIONS: dict[str, str] = {
    "like": "Like",
    "dislike": "Dislike",
    "faceWithTearsOfJoy": "Laughing to tears",
    "redHeart": "Heart",
    "neutralFace": "Indifferent",
    "fire": "Fire!",
    "cry": "Sad",
    "slightlySmilingFace": "Smiling",
    "winkingFace": "Winking",
    "laugh": "Laughing",
    "kiss": "Admiring",
    "wonder": "Shocked",
    "slightlyFrowningFace": "Frowning",
    "loudlyCryingFace": "Crying",
    "faceWithStuckOutTongue": "Tongue out",
    "faceWithStuckOutTongueAndWinkingEye": "Teasing",
    "smilingFaceWithSunglasses": "Cool",
    "confusedFace": "Not sure",
    "flushedFace": "Embarrassed",
    "thinkingFace": "Doubting",
    "angry": "Angry",
    "smilingFaceWithHorns": "Smirking",
    "faceWithThermometer": "Sick",
    "facepalm": "No comment",
    "poo": "Yuck",
    "flexedBiceps": "Strong",
    "clappingHands": "Awesome",
    "raisedHand": "High five",
    "smilingFaceWithHeartEyes": "Beautiful",
    "smilingFaceWithHearts": "Love it",
    "pleadingFace": "Begging",
    "relievedFace": "Zen",
    "foldedHands": "Thank you",
    "okHand": "OK",
    "signHorns": "Rock!",
    "loveYouGesture": "All good",
    "clownFace": "Clown",
    "partyingFace": "Congratulations",
    "questionMark": "Question",
    "exclamationMark": "Attention",
    "lightBulb": "Idea",
    "bomb": "Bomb",
    "sleepingSymbol": "Sleeping",
    "crossMark": "Cancel",
    "whiteHeavyCheckMark": "Done",
    "eyes": "Eyes",
    "handshake": "Deal",
    "hundredPoints": "Support",
}


@raises(messages.get, Reason.REACTION_UNKNOWN, Reason.REACTION_SET)
async def add(tx: Tx, actor_id: int, message_id: int, reaction: str) -> None:
    """React to a message.

    Raises MESSAGE_MISSING where the message may not be seen, REACTION_UNKNOWN, REACTION_SET where it stands already.
    """
    message, who = await _place(tx, actor_id, message_id, reaction)
    if message.erased:
        raise ApiError(Reason.MESSAGE_MISSING)
    if not await stored_messages.add_reaction(tx, message_id, actor_id, reaction=reaction):
        raise ApiError(Reason.REACTION_SET)
    await _publish(tx, who, message, reaction=reaction, on=True)


@raises(messages.get, Reason.REACTION_UNKNOWN)
async def take_back(tx: Tx, actor_id: int, message_id: int, reaction: str) -> None:
    """Take one's reaction back; one that does not stand is as good as taken back.

    Raises MESSAGE_MISSING, REACTION_UNKNOWN.
    """
    message, who = await _place(tx, actor_id, message_id, reaction)
    if await stored_messages.remove_reaction(tx, message_id, actor_id, reaction=reaction):
        await _publish(tx, who, message, reaction=reaction, on=False)


async def _place(tx: Tx, actor_id: int, message_id: int, reaction: str) -> tuple[Message, Participant]:
    message, who = await messages.get(tx, actor_id, message_id)
    if reaction not in REACTIONS:
        raise ApiError(Reason.REACTION_UNKNOWN, hint=f"known reactions: {', '.join(REACTIONS)}")
    return message, who


async def _publish(tx: Tx, who: Participant, message: Message, *, reaction: str, on: bool) -> None:
    event = MessageLiked(
        actor_id=who.actor_id,
        chat_id=who.chat.id,
        message_id=message.id,
        reaction=reaction,
        on=on,
        author_id=message.author_id,
    )
    await outbox.publish(tx, event, who.chat)
