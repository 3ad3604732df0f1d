-- alias is the keyed hash of a webhook's application_token, by which its bots are found as by their CLIENT_ID; it is
-- written when the token first goes out. first_owner ('': owner) is what the token was first made from: it stays the
-- same when a bot is handed over to another token.
ALTER TABLE bots ADD COLUMN first_owner TEXT NOT NULL DEFAULT '';
ALTER TABLE bots ADD COLUMN alias TEXT NOT NULL DEFAULT '';

CREATE INDEX bots_alias ON bots (alias, user_id) WHERE alias <> '';
