-- Looks for files of a name in a folder.
CREATE INDEX files_name ON files (chat_id, name);
