-- due and holds_until count fractions of a second: an event holds its dialog for ten seconds, not for nine to ten.
-- SQLite keeps fractions in columns of integers as they are.
{postgresql} ALTER TABLE deliveries ALTER COLUMN due TYPE DOUBLE PRECISION,
    ALTER COLUMN holds_until TYPE DOUBLE PRECISION;

-- How far open deliveries have been moved along with jumps of the clock, in seconds: several servers see the same jump.
CREATE TABLE jumps (
    id BIGINT PRIMARY KEY,
    seconds DOUBLE PRECISION NOT NULL
);
