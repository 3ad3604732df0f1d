"""A portal with made-up people and chats, and the file format in which anyone adds their own."""
