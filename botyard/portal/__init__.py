"""Verbs of the house: people, applications, keys."""
