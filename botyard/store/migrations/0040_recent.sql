-- The list of a person's chats. pinned: above the others. hidden_id: not listed until there is a message after this one.
-- unread: marked by hand. changed: when the member last changed any of it, or read.
ALTER TABLE members ADD COLUMN pinned BIGINT NOT NULL DEFAULT 0;
ALTER TABLE members ADD COLUMN hidden_id BIGINT NOT NULL DEFAULT 0;
ALTER TABLE members ADD COLUMN unread BIGINT NOT NULL DEFAULT 0;
ALTER TABLE members ADD COLUMN changed BIGINT NOT NULL DEFAULT 0;

UPDATE members SET unread = 1 WHERE marked_id > 0;
UPDATE members SET changed = read_at WHERE read_at IS NOT NULL;
