"""disk.*: the files of chats, as the drive's methods know them."""
