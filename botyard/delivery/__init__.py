"""The door out: events are called out to handlers, again and again until they arrive or say why not."""
