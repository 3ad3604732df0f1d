"""The kits for tests of bots, each used as its users do."""
