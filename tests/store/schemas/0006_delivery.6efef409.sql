-- One row for each recipient of an event that must not miss it: 'bot:39', 'user:5', 'binding:12'.
-- Rows of one recipient and lane (a chat) are sent one after another, in the order of their ids.
--   waiting   to be sent at due, or when the row ahead of it in its lane has ended
--   sending   leased by holder until due
--   done      the handler has accepted it
--   dead      given up; reason says why
--   skipped   there was nothing to send; reason says why
--   fetch     lies ready for the recipient to fetch it
--   fetched   the recipient has confirmed it
--   expired   nobody came to fetch it in time
CREATE TABLE deliveries (
    id {id},
    event_id BIGINT NOT NULL REFERENCES events (id),
    recipient TEXT NOT NULL,
    lane BIGINT NOT NULL,
    state TEXT NOT NULL,
    attempts BIGINT NOT NULL DEFAULT 0,
    resent_after BIGINT NOT NULL DEFAULT 0,
    queued BIGINT NOT NULL,
    due BIGINT NOT NULL,
    holder TEXT NOT NULL DEFAULT '',
    finished BIGINT,
    reason TEXT NOT NULL DEFAULT ''
);

-- What is open, by when and by lane; what lies ready; what has ended. A row moves between them.
CREATE INDEX deliveries_due ON deliveries (due, id) WHERE state IN ('waiting', 'sending');
CREATE INDEX deliveries_lane ON deliveries (recipient, lane, id) WHERE state IN ('waiting', 'sending');
CREATE INDEX deliveries_fetch ON deliveries (recipient, event_id) WHERE state = 'fetch';
CREATE INDEX deliveries_unfetched ON deliveries (queued) WHERE state = 'fetch';
CREATE INDEX deliveries_finished ON deliveries (finished) WHERE finished IS NOT NULL;
CREATE INDEX deliveries_ended ON deliveries (recipient, id) WHERE finished IS NOT NULL;
CREATE INDEX deliveries_event ON deliveries (event_id);

-- Every attempt to send: when (Unix milliseconds), what the handler answered (status 0: nothing), and how long it took.
CREATE TABLE attempts (
    delivery_id BIGINT NOT NULL,
    number BIGINT NOT NULL,
    started BIGINT NOT NULL,
    took BIGINT NOT NULL,
    status BIGINT NOT NULL,
    answer TEXT NOT NULL,
    problem TEXT NOT NULL,
    PRIMARY KEY (delivery_id, number)
);
