"""Authentication: keys, passwords, sessions, tokens and codes."""
