-- In whose name the call was made that caused an event; 0 where it was no call of the API.
ALTER TABLE events ADD COLUMN caller_id BIGINT NOT NULL DEFAULT 0;
