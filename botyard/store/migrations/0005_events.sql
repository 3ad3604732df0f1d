-- The event log: what happened, written in the transaction that made it happen.
-- body is a frozen snapshot, so that a late reader still tells the truth.
CREATE TABLE events (
    id {id},
    type TEXT NOT NULL,
    chat_id BIGINT NOT NULL DEFAULT 0,
    actor_id BIGINT NOT NULL DEFAULT 0,
    created BIGINT NOT NULL,
    body TEXT NOT NULL
);

CREATE INDEX events_created ON events (created);
