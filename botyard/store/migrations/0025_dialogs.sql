-- holds_until: the moment until which a delivery holds those behind it in its dialog (recipient and lane), set when its
-- first attempt begins; 0 before that. What was tried before this migration holds nobody.
ALTER TABLE deliveries ADD COLUMN holds_until BIGINT NOT NULL DEFAULT 0;
UPDATE deliveries SET holds_until = 1 WHERE state IN ('waiting', 'sending') AND attempts > 0;

-- Of a dialog: what has not been tried, in order; how long the others hold it; how many requests are open.
DROP INDEX deliveries_lane;
CREATE INDEX deliveries_lane ON deliveries (recipient, lane, holds_until, id) WHERE state IN ('waiting', 'sending');
CREATE INDEX deliveries_sending ON deliveries (recipient, lane) WHERE state = 'sending';
