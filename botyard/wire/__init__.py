"""Encodings: from what clients write to values and back. Pure functions without input or output."""
