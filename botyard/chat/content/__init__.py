"""What a message is made of: texts, attachments, buttons, and how clients write them."""
