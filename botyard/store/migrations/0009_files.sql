-- The folder of a chat's files; its id is the chat's disk_folder_id.
CREATE TABLE folders (
    id {id},
    chat_id BIGINT NOT NULL UNIQUE REFERENCES chats (id),
    created BIGINT NOT NULL
);

-- Files of messages. Their bytes lie elsewhere, under the names in blob and preview ('': there is none).
-- A forwarded file is one more row with the same blob; charged is what the row takes of its author's quota.
CREATE TABLE files (
    id {id},
    chat_id BIGINT NOT NULL REFERENCES chats (id),
    message_id BIGINT NOT NULL DEFAULT 0,
    author_id BIGINT NOT NULL,
    created BIGINT NOT NULL,
    name TEXT NOT NULL,
    size BIGINT NOT NULL,
    mime TEXT NOT NULL,
    width BIGINT NOT NULL DEFAULT 0,
    height BIGINT NOT NULL DEFAULT 0,
    blob TEXT NOT NULL,
    preview TEXT NOT NULL DEFAULT '',
    preview_size BIGINT NOT NULL DEFAULT 0,
    charged BIGINT NOT NULL DEFAULT 0
);

CREATE INDEX files_chat ON files (chat_id, id);
CREATE INDEX files_message ON files (message_id);
CREATE INDEX files_blob ON files (blob);

-- How many bytes each person keeps here.
CREATE TABLE file_usage (
    user_id BIGINT PRIMARY KEY,
    bytes BIGINT NOT NULL
);

-- Bytes that no file owns: written down before an upload puts them in place, and when a file is deleted. An upload
-- that succeeds takes its names out again; what stays longer was broken off, is claimed and swept away.
CREATE TABLE loose_blobs (
    name TEXT PRIMARY KEY,
    since BIGINT NOT NULL,
    claimed BIGINT NOT NULL DEFAULT 0
);

CREATE INDEX loose_blobs_since ON loose_blobs (since);
