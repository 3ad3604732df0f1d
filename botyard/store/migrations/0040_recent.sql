-- The list of a person's chats. In chats of up to 20 members (CROWD in model/chats.py) every member's row has the id and
-- the moment of the chat's last message, so that the list is the end of an index; a message to a bigger chat changes the
-- chat alone, and whoever asks for the list looks at each of the crowds that they are in.
ALTER TABLE members ADD COLUMN crowd BIGINT NOT NULL DEFAULT 0;
ALTER TABLE members ADD COLUMN last_id BIGINT NOT NULL DEFAULT 0;
ALTER TABLE members ADD COLUMN last_at BIGINT NOT NULL DEFAULT 0;

-- pinned: above the others. hidden_id: not listed until there is a message after this one. unread: marked by hand.
-- changed: when the member last changed any of it, or read.
ALTER TABLE members ADD COLUMN pinned BIGINT NOT NULL DEFAULT 0;
ALTER TABLE members ADD COLUMN hidden_id BIGINT NOT NULL DEFAULT 0;
ALTER TABLE members ADD COLUMN unread BIGINT NOT NULL DEFAULT 0;
ALTER TABLE members ADD COLUMN changed BIGINT NOT NULL DEFAULT 0;

UPDATE members SET unread = 1 WHERE marked_id > 0;
UPDATE members SET changed = read_at WHERE read_at IS NOT NULL;
UPDATE members SET crowd = 1 WHERE chat_id IN (SELECT id FROM chats WHERE members > 20);
UPDATE members SET last_id = (SELECT c.last_message_id FROM chats c WHERE c.id = members.chat_id),
    last_at = COALESCE((SELECT m.sent FROM chats c JOIN messages m ON m.id = c.last_message_id
                        WHERE c.id = members.chat_id), 0)
    WHERE crowd = 0;

CREATE INDEX members_recent ON members (user_id, pinned, last_at, last_id) WHERE crowd = 0 AND last_id > hidden_id;
CREATE INDEX members_crowds ON members (user_id, chat_id) WHERE crowd = 1;
CREATE INDEX members_changed ON members (user_id, changed) WHERE changed > 0;
-- Where something may be unread: notes of the system do not count, which the chat knows.
CREATE INDEX members_unread ON members (user_id, chat_id) WHERE crowd = 0 AND (last_id > read_id OR unread = 1);
