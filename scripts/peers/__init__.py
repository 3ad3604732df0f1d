"""Suites of other programs, run against a portal of this tree."""
