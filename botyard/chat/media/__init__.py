"""Files and pictures on their way into chats."""
