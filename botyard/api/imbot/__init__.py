"""`imbot.*`: bots of the first generation, upper-case parameters."""
