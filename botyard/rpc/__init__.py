"""The pipeline that any method goes through; knows no chats."""
