"""Permissions of our own, beside those that the documentation names."""

from __future__ import annotations

ADMINISTRATION = "botyard"
"""Opens the methods by which administrators look after the portal."""
OWN_ACCOUNT = "botyard.self"
"""Opens to people what is their own: profile, password, sessions, tokens and consents."""

PRIVATE = frozenset({ADMINISTRATION, OWN_ACCOUNT})
"""Clients are not shown them: the official PHP SDK refuses names that it does not know. No event carries them."""
