"""The family `pull.*`: what clients ask before they listen to the push server."""
