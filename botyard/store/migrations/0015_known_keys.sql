-- Whether published demo keys open this portal, and the address under which it was last served.
ALTER TABLE portal ADD COLUMN known_keys BIGINT NOT NULL DEFAULT 0;
ALTER TABLE portal ADD COLUMN public_url TEXT NOT NULL DEFAULT '';
