-- Applications: who may call by OAuth token.
CREATE TABLE apps (
    id {id},
    client_id TEXT NOT NULL UNIQUE,
    secret_hash TEXT NOT NULL,
    title TEXT NOT NULL,
    scopes TEXT NOT NULL,
    status TEXT NOT NULL DEFAULT 'L',
    version BIGINT NOT NULL DEFAULT 1,
    installed BIGINT NOT NULL DEFAULT 1,
    blocked BIGINT NOT NULL DEFAULT 0,
    restricted BIGINT NOT NULL DEFAULT 0,
    created BIGINT NOT NULL
);

-- The people a restricted application is open to.
CREATE TABLE app_users (
    app_id BIGINT NOT NULL REFERENCES apps (id),
    user_id BIGINT NOT NULL REFERENCES users (id),
    PRIMARY KEY (app_id, user_id)
);

-- Incoming webhooks. The secret itself is never stored, only its keyed hash.
CREATE TABLE webhooks (
    id {id},
    user_id BIGINT NOT NULL REFERENCES users (id),
    secret_hash TEXT NOT NULL UNIQUE,
    prefix TEXT NOT NULL,
    title TEXT NOT NULL,
    scopes TEXT NOT NULL,
    created BIGINT NOT NULL,
    revoked BIGINT
);

CREATE INDEX webhooks_user ON webhooks (user_id);

-- Access and refresh tokens. A token without an application is a person's session.
CREATE TABLE tokens (
    id {id},
    hash TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    app_id BIGINT REFERENCES apps (id),
    user_id BIGINT NOT NULL REFERENCES users (id),
    scopes TEXT NOT NULL,
    family TEXT NOT NULL,
    created BIGINT NOT NULL,
    expires BIGINT NOT NULL,
    replaced BIGINT,
    revoked BIGINT
);

CREATE INDEX tokens_family ON tokens (family);
CREATE INDEX tokens_expires ON tokens (expires);
