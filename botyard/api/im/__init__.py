"""`im.*`: the user's own messenger, upper-case parameters, snake-case results."""
