-- told is from now on a mark, the lowest offset that proves that the recipient has the event; 0: not handed out.
-- A cursor is that of a recipient ('bot:39') or of two that are fetched together ('bot:39 user:5'). next_id is the
-- highest offset of pages that held it, alone the highest of those that held nothing else.
ALTER TABLE event_cursors ADD COLUMN alone BIGINT NOT NULL DEFAULT 0;

UPDATE event_cursors SET alone = next_id;

UPDATE deliveries SET told = id + 1 WHERE state = 'fetch' AND told = 1;

DROP INDEX deliveries_queue;

CREATE INDEX deliveries_queue ON deliveries (recipient, told, id) WHERE state = 'fetch';
