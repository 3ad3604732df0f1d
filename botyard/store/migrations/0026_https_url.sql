-- The address of the portal's own https listener when it was last served; empty where there was none.
ALTER TABLE portal ADD COLUMN https_url TEXT NOT NULL DEFAULT '';
