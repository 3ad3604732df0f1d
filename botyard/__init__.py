"""A self-hosted chat server that speaks the Bitrix24 chat REST API."""

__version__ = "0.1.0"
