"""The door in: HTTP, and no rules."""
