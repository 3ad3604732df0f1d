"""Chats, dialogs, members and messages: what people and bots do with one another."""
