-- Handlers bound with event.bind: owner as in bots, user_id in whose name (0: whoever causes the event).
-- A removed one stays for a while, so that the farewell of its application still finds its address.
CREATE TABLE bindings (
    id {id},
    owner TEXT NOT NULL,
    event TEXT NOT NULL,
    handler TEXT NOT NULL DEFAULT '',
    user_id BIGINT NOT NULL DEFAULT 0,
    offline BIGINT NOT NULL DEFAULT 0,
    connector TEXT NOT NULL DEFAULT '',
    min_timeout BIGINT NOT NULL DEFAULT 1,
    told BIGINT NOT NULL DEFAULT 0,
    created BIGINT NOT NULL,
    removed BIGINT
);

CREATE UNIQUE INDEX bindings_same ON bindings (owner, event, handler, user_id, offline, connector)
    WHERE removed IS NULL;
CREATE INDEX bindings_event ON bindings (event) WHERE removed IS NULL;
CREATE INDEX bindings_removed ON bindings (removed) WHERE removed IS NOT NULL;

-- Offline events: the latest change of each thing (subject) that nobody has taken yet, and what processes have taken.
CREATE TABLE offline_events (
    id {id},
    owner TEXT NOT NULL,
    connector TEXT NOT NULL,
    event TEXT NOT NULL,
    subject TEXT NOT NULL,
    data TEXT NOT NULL,
    process_id TEXT NOT NULL DEFAULT '',
    error BIGINT NOT NULL DEFAULT 0,
    changed BIGINT NOT NULL
);

CREATE UNIQUE INDEX offline_events_waiting ON offline_events (owner, connector, event, subject)
    WHERE process_id = '';
CREATE INDEX offline_events_queue ON offline_events (owner, connector, changed, id);
CREATE INDEX offline_events_process ON offline_events (owner, process_id) WHERE process_id <> '';
CREATE INDEX offline_events_changed ON offline_events (changed);

-- app.option.* (user_id 0) and user.option.*; values are JSON.
CREATE TABLE options (
    owner TEXT NOT NULL,
    user_id BIGINT NOT NULL,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (owner, user_id, name)
);
