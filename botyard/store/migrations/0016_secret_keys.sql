-- Fingerprints of the keys that this database is used with. A portal whose key is none of them refuses to start.
CREATE TABLE secret_keys (
    number BIGINT PRIMARY KEY,
    fingerprint TEXT NOT NULL,
    added BIGINT NOT NULL
);
