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

-- One row for each bot that an event is for.
CREATE TABLE deliveries (
    event_id BIGINT NOT NULL REFERENCES events (id),
    bot_id BIGINT NOT NULL,
    state TEXT NOT NULL DEFAULT 'waiting',
    attempts BIGINT NOT NULL DEFAULT 0,
    due BIGINT NOT NULL,
    PRIMARY KEY (bot_id, event_id)
);

CREATE INDEX deliveries_due ON deliveries (due) WHERE state = 'waiting';
CREATE INDEX deliveries_event ON deliveries (event_id);
