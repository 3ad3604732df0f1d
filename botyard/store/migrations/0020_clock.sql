-- The clock as a server has seen it last: moment is the portal's own, settled the one by which ages are judged.
CREATE TABLE clock (
    id BIGINT PRIMARY KEY,
    moment BIGINT NOT NULL,
    settled BIGINT NOT NULL
);
