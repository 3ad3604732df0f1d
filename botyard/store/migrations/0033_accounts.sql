-- Browsers that people have signed in with, one row each. They open the pages of the portal, never its methods; one that
-- waits for a code of the second factor opens nothing yet. confirmed: when the person last showed who they are.
ALTER TABLE sessions RENAME TO earlier_sessions;
{postgresql} ALTER INDEX sessions_pkey RENAME TO earlier_sessions_pkey;
DROP INDEX sessions_user;
DROP INDEX sessions_expires;

CREATE TABLE sessions (
    id {id},
    hash TEXT NOT NULL UNIQUE,
    user_id BIGINT NOT NULL REFERENCES users (id),
    created BIGINT NOT NULL,
    confirmed BIGINT NOT NULL,
    last_seen BIGINT NOT NULL,
    expires BIGINT NOT NULL,
    awaits_code BIGINT NOT NULL DEFAULT 0,
    wrong_codes BIGINT NOT NULL DEFAULT 0,
    address TEXT NOT NULL DEFAULT '',
    browser TEXT NOT NULL DEFAULT ''
);

CREATE INDEX sessions_user ON sessions (user_id);
CREATE INDEX sessions_expires ON sessions (expires);

INSERT INTO sessions (hash, user_id, created, confirmed, last_seen, expires)
    SELECT hash, user_id, created, created, created, expires FROM earlier_sessions;
DROP TABLE earlier_sessions;

-- Whether somebody else chose the password, so that its owner has to change it after signing in.
ALTER TABLE users ADD COLUMN password_initial BIGINT NOT NULL DEFAULT 0;

-- Secrets of authenticator applications (TOTP), encrypted. One that was never confirmed by a code protects nothing yet.
-- last_step is the period of the last code that was taken: none is taken twice.
CREATE TABLE second_factors (
    user_id BIGINT PRIMARY KEY REFERENCES users (id),
    secret TEXT NOT NULL,
    confirmed BIGINT,
    last_step BIGINT NOT NULL DEFAULT 0
);

-- Codes for those who have lost their authenticator, each good for one use.
CREATE TABLE recovery_codes (
    hash TEXT PRIMARY KEY,
    user_id BIGINT NOT NULL REFERENCES users (id),
    used BIGINT
);

CREATE INDEX recovery_codes_user ON recovery_codes (user_id);

-- Links by which people choose a new password, made by administrators; a person has one at most.
CREATE TABLE reset_links (
    user_id BIGINT PRIMARY KEY REFERENCES users (id),
    hash TEXT NOT NULL UNIQUE,
    expires BIGINT NOT NULL
);
