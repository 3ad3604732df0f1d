-- What the server runs with that deliveries depend on, for programs that look at the database beside it.
CREATE TABLE server_settings (
    id BIGINT PRIMARY KEY,
    delivery TEXT NOT NULL,
    delivery_timeout DOUBLE PRECISION NOT NULL,
    delivery_days BIGINT NOT NULL,
    profile TEXT NOT NULL
);
