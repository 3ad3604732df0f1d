"""A portal full of made-up people and chats, and the file format by which anyone adds their own."""
