-- Tables and columns get the names that the code has for them.
ALTER TABLE deliveries RENAME COLUMN lane TO ordering_key;
ALTER TABLE deliveries RENAME COLUMN told TO mark;
ALTER TABLE bindings RENAME COLUMN told TO notified;
DROP INDEX deliveries_lane;
CREATE INDEX deliveries_ordered ON deliveries (recipient, ordering_key, holds_until, id)
    WHERE state IN ('waiting', 'sending');

ALTER TABLE loose_blobs RENAME TO pending_blobs;
DROP INDEX loose_blobs_since;
CREATE INDEX pending_blobs_since ON pending_blobs (since);
{postgresql} ALTER INDEX loose_blobs_pkey RENAME TO pending_blobs_pkey;

ALTER TABLE sign_ins RENAME TO sessions;
DROP INDEX sign_ins_user;
DROP INDEX sign_ins_expires;
CREATE INDEX sessions_user ON sessions (user_id);
CREATE INDEX sessions_expires ON sessions (expires);
{postgresql} ALTER INDEX sign_ins_pkey RENAME TO sessions_pkey;
