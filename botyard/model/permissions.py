"""Permissions of our own, beside those that the documentation names."""

from __future__ import annotations

ADMINISTRATION = "botyard"
"""Opens the methods by which administrators look after the portal."""
OWN_ACCOUNT = "botyard.self"
"""Opens to people what is their own: profile, password, sessions, tokens and consents."""
CHATS = "im"
"""Opens chats to those who are in them: by the documented methods, and by those of our own for messengers."""

PRIVATE = frozenset({ADMINISTRATION, OWN_ACCOUNT})
"""Clients are not shown them: the official PHP SDK refuses names that it does not know. No event carries them."""
