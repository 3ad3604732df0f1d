-- How often keys were ended, or lost something: whoever waits for events looks again at their own when it has changed.
ALTER TABLE portal ADD COLUMN revocations BIGINT NOT NULL DEFAULT 0;

-- What each person lets an application do, and when that was decided. Without a row it is what the administrator lets
-- it do who installed it; no permissions at all are a refusal.
CREATE TABLE consents (
    app_id BIGINT NOT NULL REFERENCES apps (id),
    user_id BIGINT NOT NULL REFERENCES users (id),
    scopes TEXT NOT NULL,
    decided BIGINT NOT NULL,
    PRIMARY KEY (app_id, user_id)
);
