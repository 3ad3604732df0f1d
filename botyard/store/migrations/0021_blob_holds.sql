-- Backups under way: until when the bytes of files stay in place, whoever deletes the files.
CREATE TABLE blob_holds (
    name TEXT PRIMARY KEY,
    until BIGINT NOT NULL
);
