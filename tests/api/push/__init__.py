"""What live connections are told."""
