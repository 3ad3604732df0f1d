-- Messages that are kept at hand in a chat.
CREATE TABLE pins (
    chat_id BIGINT NOT NULL REFERENCES chats (id),
    message_id BIGINT NOT NULL,
    user_id BIGINT NOT NULL,
    pinned BIGINT NOT NULL,
    PRIMARY KEY (chat_id, message_id)
);

-- Links by which people come into a chat: of the code that a link carries only the hash is kept.
CREATE TABLE chat_invitations (
    id {id},
    chat_id BIGINT NOT NULL REFERENCES chats (id),
    user_id BIGINT NOT NULL REFERENCES users (id),
    code_hash TEXT NOT NULL UNIQUE,
    created BIGINT NOT NULL,
    expires BIGINT NOT NULL,
    hide_history BIGINT NOT NULL,
    joined BIGINT NOT NULL DEFAULT 0
);

CREATE INDEX chat_invitations_chat ON chat_invitations (chat_id, id);
CREATE INDEX chat_invitations_user ON chat_invitations (user_id);

-- Commands that are offered in every chat.
CREATE INDEX commands_common ON commands (command) WHERE common = 1;
