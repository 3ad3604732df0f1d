"""im.v2.*: the messenger of the second generation, as a person."""
