"""Bots, their commands, and the applications that bring them."""
