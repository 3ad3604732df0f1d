-- Conversations of every kind. kind is the documented message type letter (P C O L S N J T A B X).
-- pair names the two people of a private dialog, "low:high", so that there is only one.
-- counted numbers the messages that raise unread counters; viewers counts who has read last_message_id.
CREATE TABLE chats (
    id {id},
    kind TEXT NOT NULL,
    pair TEXT UNIQUE,
    title TEXT NOT NULL DEFAULT '',
    description TEXT NOT NULL DEFAULT '',
    owner_id BIGINT NOT NULL DEFAULT 0,
    avatar TEXT NOT NULL DEFAULT '',
    color TEXT NOT NULL DEFAULT '',
    entity_type TEXT NOT NULL DEFAULT '',
    entity_id TEXT NOT NULL DEFAULT '',
    entity_data_1 TEXT NOT NULL DEFAULT '',
    entity_data_2 TEXT NOT NULL DEFAULT '',
    entity_data_3 TEXT NOT NULL DEFAULT '',
    parent_chat_id BIGINT NOT NULL DEFAULT 0,
    parent_message_id BIGINT NOT NULL DEFAULT 0,
    disk_folder_id BIGINT NOT NULL DEFAULT 0,
    public TEXT NOT NULL DEFAULT '',
    background_id TEXT,
    text_field BIGINT NOT NULL DEFAULT 1,
    manage_users_add TEXT NOT NULL DEFAULT 'member',
    manage_users_delete TEXT NOT NULL DEFAULT 'manager',
    manage_ui TEXT NOT NULL DEFAULT 'member',
    manage_settings TEXT NOT NULL DEFAULT 'owner',
    manage_messages TEXT NOT NULL DEFAULT 'member',
    can_post TEXT NOT NULL DEFAULT 'member',
    created BIGINT NOT NULL,
    members BIGINT NOT NULL DEFAULT 0,
    guests BIGINT NOT NULL DEFAULT 0,
    bots BIGINT NOT NULL DEFAULT 0,
    messages BIGINT NOT NULL DEFAULT 0,
    counted BIGINT NOT NULL DEFAULT 0,
    last_message_id BIGINT NOT NULL DEFAULT 0,
    last_author_id BIGINT NOT NULL DEFAULT 0,
    viewers BIGINT NOT NULL DEFAULT 0
);

CREATE INDEX chats_entity ON chats (entity_type, entity_id) WHERE entity_type <> '';

-- Membership with each member's read mark. read_counted is the value of messages.counted at the mark,
-- so that an unread counter is a subtraction and a send touches no member but its author.
CREATE TABLE members (
    chat_id BIGINT NOT NULL REFERENCES chats (id),
    user_id BIGINT NOT NULL REFERENCES users (id),
    role TEXT NOT NULL DEFAULT 'member',
    muted BIGINT NOT NULL DEFAULT 0,
    joined BIGINT NOT NULL,
    first_id BIGINT NOT NULL DEFAULT 0,
    read_id BIGINT NOT NULL DEFAULT 0,
    read_counted BIGINT NOT NULL DEFAULT 0,
    read_at BIGINT,
    marked_id BIGINT NOT NULL DEFAULT 0,
    opened BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (chat_id, user_id)
);

CREATE INDEX members_user ON members (user_id);
CREATE INDEX members_read ON members (chat_id, read_id, read_at, user_id);
CREATE INDEX members_role ON members (chat_id, role, user_id) WHERE role <> 'member';
CREATE INDEX members_muted ON members (chat_id, user_id) WHERE muted = 1;

CREATE TABLE messages (
    id {id},
    chat_id BIGINT NOT NULL REFERENCES chats (id),
    author_id BIGINT NOT NULL,
    sent BIGINT NOT NULL,
    text TEXT NOT NULL,
    counted BIGINT NOT NULL,
    system BIGINT NOT NULL DEFAULT 0,
    edited BIGINT NOT NULL DEFAULT 0,
    erased BIGINT NOT NULL DEFAULT 0,
    reply_id BIGINT NOT NULL DEFAULT 0,
    uuid TEXT,
    params TEXT NOT NULL DEFAULT ''
);

CREATE INDEX messages_chat ON messages (chat_id, id);

-- Counted messages that were removed without a mark: unread counters leave them out.
CREATE TABLE gaps (
    chat_id BIGINT NOT NULL REFERENCES chats (id),
    counted BIGINT NOT NULL,
    PRIMARY KEY (chat_id, counted)
);

CREATE TABLE reactions (
    message_id BIGINT NOT NULL,
    user_id BIGINT NOT NULL,
    reaction TEXT NOT NULL,
    created BIGINT NOT NULL,
    PRIMARY KEY (message_id, user_id, reaction)
);
