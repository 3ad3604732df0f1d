-- The status that somebody has chosen ('': none was ever chosen), and since when they are away from their desk.
ALTER TABLE users ADD COLUMN status TEXT NOT NULL DEFAULT '';
ALTER TABLE users ADD COLUMN idle_since BIGINT;
