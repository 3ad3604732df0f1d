"""Delivery of events to handlers: each is retried until it is received or given up."""
