-- What is told to people outside of chats. kind: 1 asks for a confirmation, 2 comes from somebody, 4 from the system.
CREATE TABLE notifications (
    id {id},
    user_id BIGINT NOT NULL REFERENCES users (id),
    author_id BIGINT NOT NULL,
    sent BIGINT NOT NULL,
    kind BIGINT NOT NULL,
    module TEXT NOT NULL,
    event TEXT NOT NULL,
    tag TEXT NOT NULL,
    sub_tag TEXT NOT NULL,
    title TEXT NOT NULL,
    text TEXT NOT NULL,
    text_out TEXT NOT NULL,
    unread BIGINT NOT NULL,
    buttons TEXT NOT NULL,
    params TEXT NOT NULL
);

CREATE INDEX notifications_user ON notifications (user_id, id);
CREATE INDEX notifications_confirm ON notifications (user_id, id) WHERE kind = 1;
CREATE INDEX notifications_unread ON notifications (user_id, id) WHERE unread = 1;
CREATE UNIQUE INDEX notifications_tag ON notifications (tag, user_id) WHERE tag <> '';
CREATE INDEX notifications_sub_tag ON notifications (sub_tag, id) WHERE sub_tag <> '';
CREATE INDEX notifications_sent ON notifications (sent);

-- The number that the notifications of a person have as a chat; no chat has it.
CREATE TABLE notification_chats (
    user_id BIGINT PRIMARY KEY REFERENCES users (id),
    chat_id BIGINT NOT NULL
);
