-- What never reached its recipient, so that it can be listed and sent again without looking through all the rest.
CREATE INDEX deliveries_missed ON deliveries (id) WHERE state IN ('dead', 'expired', 'skipped');
CREATE INDEX deliveries_missed_by ON deliveries (recipient, id) WHERE state IN ('dead', 'expired', 'skipped');
