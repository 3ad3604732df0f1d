-- Conversations of open lines are of their own kind, as they are made from now on.
UPDATE chats SET kind = 'L' WHERE entity_type = 'LINES' AND kind IN ('C', 'O');
