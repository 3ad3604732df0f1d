-- When a change of somebody's status was told last, and whether a later one waits for the next second.
CREATE TABLE status_notes (
    user_id BIGINT PRIMARY KEY REFERENCES users (id),
    told BIGINT NOT NULL,
    due BIGINT NOT NULL
);
CREATE INDEX status_notes_due ON status_notes (user_id) WHERE due = 1;
