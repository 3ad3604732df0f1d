-- The message that an event is about (0: none), so that all that happened to one can be found.
-- Events written before this column was there keep 0.
ALTER TABLE events ADD COLUMN message_id BIGINT NOT NULL DEFAULT 0;

CREATE INDEX events_message ON events (message_id, id) WHERE message_id > 0;

-- One row: how far old events have been looked through (when the last one was written, and its number). Up to there
-- only those are left that a delivery refers to.
CREATE TABLE event_log (
    id BIGINT PRIMARY KEY,
    passed BIGINT NOT NULL,
    passed_id BIGINT NOT NULL
);

INSERT INTO event_log (id, passed, passed_id) VALUES (1, 0, 0);
