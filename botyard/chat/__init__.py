"""Verbs of talking: rules and effects, plain values in and out."""
