"""Encodings: what clients write, as values, and back. Pure functions, no input or output."""
