"""imbot.v2.*: bots of the second generation."""
