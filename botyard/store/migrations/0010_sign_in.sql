-- Where an application lives: its page, the address that is told of its installation, and the only address to which
-- people are sent back with a code. wizard: it says itself when its installation is finished. Deleted applications
-- stay, for what they did refers to them; nothing finds them.
ALTER TABLE apps ADD COLUMN handler_url TEXT NOT NULL DEFAULT '';
ALTER TABLE apps ADD COLUMN install_url TEXT NOT NULL DEFAULT '';
ALTER TABLE apps ADD COLUMN redirect_uri TEXT NOT NULL DEFAULT '';
ALTER TABLE apps ADD COLUMN wizard BIGINT NOT NULL DEFAULT 0;
ALTER TABLE apps ADD COLUMN deleted BIGINT;

CREATE INDEX tokens_app ON tokens (app_id);

-- People signed in with a password, one row for each browser. They open the pages of the portal, never its methods.
CREATE TABLE sign_ins (
    hash TEXT PRIMARY KEY,
    user_id BIGINT NOT NULL REFERENCES users (id),
    created BIGINT NOT NULL,
    expires BIGINT NOT NULL
);

CREATE INDEX sign_ins_user ON sign_ins (user_id);
CREATE INDEX sign_ins_expires ON sign_ins (expires);

-- One-time codes of the consent page. The tokens issued for one are its family, which a second use ends.
CREATE TABLE codes (
    hash TEXT PRIMARY KEY,
    app_id BIGINT NOT NULL REFERENCES apps (id),
    user_id BIGINT NOT NULL REFERENCES users (id),
    scopes TEXT NOT NULL,
    redirect_uri TEXT NOT NULL,
    challenge TEXT NOT NULL,
    family TEXT NOT NULL,
    expires BIGINT NOT NULL,
    used BIGINT
);

CREATE INDEX codes_expires ON codes (expires);
CREATE INDEX codes_app ON codes (app_id);
