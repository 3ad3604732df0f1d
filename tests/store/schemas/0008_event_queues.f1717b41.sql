-- People whose events are kept for im.v2.Event.get, and the memberships by which the events find them.
CREATE TABLE event_subscriptions (
    user_id BIGINT PRIMARY KEY REFERENCES users (id),
    since BIGINT NOT NULL
);

ALTER TABLE members ADD COLUMN listens BIGINT NOT NULL DEFAULT 0;

CREATE INDEX members_listens ON members (chat_id) WHERE listens = 1;

-- A fetched event has the number of its delivery. told: it has been handed out, so the recipient's offset can mean it.
ALTER TABLE deliveries ADD COLUMN told BIGINT NOT NULL DEFAULT 0;

CREATE INDEX deliveries_queue ON deliveries (recipient, id) WHERE state = 'fetch';

-- The offset that each recipient was given last, and when.
CREATE TABLE event_cursors (
    recipient TEXT PRIMARY KEY,
    next_id BIGINT NOT NULL,
    asked BIGINT NOT NULL
);

-- A repeated call finds the message that it made before.
CREATE INDEX messages_uuid ON messages (uuid) WHERE uuid IS NOT NULL;
