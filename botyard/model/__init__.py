"""Nouns: frozen structs and enums, no I/O."""
