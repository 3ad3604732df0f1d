-- What happened to keys, people, applications and settings, and who did it. Entries name people and applications by
-- number and refer to no row, for they stay when these are gone. `written` says that the server's log has the entry.
CREATE TABLE audit_log (
    id {id},
    happened BIGINT NOT NULL,
    event TEXT NOT NULL,
    subject TEXT NOT NULL,
    user_id BIGINT NOT NULL,
    app_id BIGINT,
    access_key TEXT NOT NULL,
    address TEXT NOT NULL,
    via TEXT NOT NULL,
    details TEXT NOT NULL,
    written BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX audit_log_by_event ON audit_log (event, id);
CREATE INDEX audit_log_by_user ON audit_log (user_id, id);
CREATE INDEX audit_log_by_subject ON audit_log (subject, id);
CREATE INDEX audit_log_by_moment ON audit_log (happened, id);
CREATE INDEX audit_log_unwritten ON audit_log (id) WHERE written = 0;

-- From which addresses a key was used.
CREATE TABLE key_addresses (
    access_key TEXT NOT NULL,
    address TEXT NOT NULL,
    first_used BIGINT NOT NULL,
    PRIMARY KEY (access_key, address)
);
CREATE INDEX key_addresses_by_moment ON key_addresses (first_used);
