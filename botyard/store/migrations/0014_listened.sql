-- Whether somebody in the chat has events kept (members.listens): where nobody has, none are looked for.
-- It may stay 1 when the last of them has ended the subscription, until people come or go.
ALTER TABLE chats ADD COLUMN listened BIGINT NOT NULL DEFAULT 0;

UPDATE chats SET listened = 1 WHERE id IN (SELECT chat_id FROM members WHERE listens = 1);
