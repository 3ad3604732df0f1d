-- Who made a key, and with which key of their own: `hook:3`, `app:7:1`. 0 and '' for what the command line made.
ALTER TABLE webhooks ADD COLUMN made_by BIGINT NOT NULL DEFAULT 0;
ALTER TABLE webhooks ADD COLUMN made_with TEXT NOT NULL DEFAULT '';
ALTER TABLE apps ADD COLUMN made_by BIGINT NOT NULL DEFAULT 0;
ALTER TABLE apps ADD COLUMN made_with TEXT NOT NULL DEFAULT '';
ALTER TABLE tokens ADD COLUMN made_by BIGINT NOT NULL DEFAULT 0;
ALTER TABLE tokens ADD COLUMN made_with TEXT NOT NULL DEFAULT '';
CREATE INDEX tokens_made_by ON tokens (made_by) WHERE made_by > 0;

-- When the first token of a family was granted: however often they are renewed, all of them end some time after it.
ALTER TABLE tokens ADD COLUMN granted BIGINT NOT NULL DEFAULT 0;
UPDATE tokens SET granted = created;

-- To list the tokens of a person.
CREATE INDEX tokens_user ON tokens (user_id);

-- When a key was last used from an address, within the hour.
ALTER TABLE key_addresses ADD COLUMN last_used BIGINT NOT NULL DEFAULT 0;
UPDATE key_addresses SET last_used = first_used;
