"""Reactions to messages: the 48 known ones, likes among them."""

from __future__ import annotations

from botyard.chat.conversation import messages
from botyard.errors import ApiError, Reason, raises
from botyard.events import outbox
from botyard.model.chats import Participant
from botyard.model.events import MessageLiked
from botyard.model.messages import Message
from botyard.store import messages as stored_messages
from botyard.store.engines.db import Tx

LIKE = "like"

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


@raises(Reason.REACTION_UNKNOWN)
def require_known(reaction: str) -> None:
    """Raise REACTION_UNKNOWN for what is none of ``REACTIONS``."""
    if reaction not in REACTIONS:
        raise ApiError(Reason.REACTION_UNKNOWN, hint=f"known reactions: {', '.join(REACTIONS)}")


@raises(messages.get, Reason.NO_CHANGES)
async def like(tx: Tx, actor_id: int, message_id: int, *, action: str) -> None:
    """Like a message (``plus``), take that back (``minus``), or do what of the two is possible (any other word).

    Raises MESSAGE_MISSING, and NO_CHANGES where nothing has changed.
    """
    message, who = await messages.get(tx, actor_id, message_id)
    if message.erased:
        raise ApiError(Reason.NO_CHANGES, hint="the message is deleted")
    on = {"plus": True, "minus": False}.get(action.lower())
    if not await set(tx, who, message, reaction=LIKE, on=on):
        raise ApiError(Reason.NO_CHANGES, hint="it stands so already")


async def set(tx: Tx, who: Participant, message: Message, *, reaction: str, on: bool | None) -> bool:
    """React to a message, take the reaction back, or (``None``) do what of the two is possible.

    Returns whether anything has changed: nobody can react twice in the same way, or to a message that is erased.
    """
    addable, removable = on is not False and not message.erased, on is not True
    added = addable and await stored_messages.add_reaction(tx, message.id, who.actor_id, reaction=reaction)
    if not added and not (
        removable and await stored_messages.remove_reaction(tx, message.id, who.actor_id, reaction=reaction)
    ):
        return False
    event = MessageLiked(
        actor_id=who.actor_id,
        chat_id=who.chat.id,
        message_id=message.id,
        reaction=reaction,
        on=added,
        author_id=message.author_id,
    )
    await outbox.publish(tx, event, who)
    return True
