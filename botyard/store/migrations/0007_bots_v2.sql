-- What bots of the second generation bring along. A bot of the first one keeps its handlers in bot_handlers.
-- event_mode is 'webhook' (called at webhook_url) or 'fetch' (asks by imbot.v2.Event.get).
ALTER TABLE bots ADD COLUMN event_mode TEXT NOT NULL DEFAULT 'webhook';
ALTER TABLE bots ADD COLUMN webhook_url TEXT NOT NULL DEFAULT '';
ALTER TABLE bots ADD COLUMN hidden BIGINT NOT NULL DEFAULT 0;
ALTER TABLE bots ADD COLUMN reactions BIGINT NOT NULL DEFAULT 1;
ALTER TABLE bots ADD COLUMN background_id TEXT;

-- Kept, so that telling them scans nothing: messages that the bot wrote, chats that it is in, and people whom
-- a private dialog with it has been opened with.
ALTER TABLE bots ADD COLUMN messages BIGINT NOT NULL DEFAULT 0;
ALTER TABLE bots ADD COLUMN chats BIGINT NOT NULL DEFAULT 0;
ALTER TABLE bots ADD COLUMN people BIGINT NOT NULL DEFAULT 0;

UPDATE bots SET
    messages = (SELECT COUNT(*) FROM messages m WHERE m.author_id = bots.user_id),
    chats = (SELECT COUNT(*) FROM members m WHERE m.user_id = bots.user_id),
    people = (
        SELECT COUNT(*) FROM members m JOIN chats c ON c.id = m.chat_id JOIN members o ON o.chat_id = c.id
        WHERE m.user_id = bots.user_id AND c.kind = 'P' AND o.bot = 0
    );

-- The last message that a member wrote in a chat (0: none), for lists in that order.
ALTER TABLE members ADD COLUMN sent_id BIGINT NOT NULL DEFAULT 0;

UPDATE members SET sent_id = COALESCE(
    (SELECT MAX(id) FROM messages m WHERE m.chat_id = members.chat_id AND m.author_id = members.user_id), 0
);

CREATE INDEX members_sent ON members (chat_id, sent_id, user_id);
