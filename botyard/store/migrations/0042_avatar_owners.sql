-- Who pays for a picture, so that it is returned when the picture goes; 0 for nobody.
ALTER TABLE avatars ADD COLUMN charged_to BIGINT NOT NULL DEFAULT 0;

-- Whether a picture is still shown.
CREATE INDEX users_avatar ON users (avatar) WHERE avatar <> '';
CREATE INDEX chats_avatar ON chats (avatar) WHERE avatar <> '';
CREATE INDEX chat_apps_icon ON chat_apps (icon) WHERE icon <> '';

-- Bots that were unregistered show no picture any more.
UPDATE users SET avatar = '' WHERE kind = 'bot' AND avatar <> ''
    AND NOT EXISTS (SELECT 1 FROM bots b WHERE b.user_id = users.id);

-- What was replaced or removed before today goes now. Nobody knows who paid for pictures so far: they cost nothing.
DELETE FROM avatars WHERE
    NOT EXISTS (SELECT 1 FROM users u WHERE u.avatar = '/avatar/' || avatars.name AND u.avatar <> '')
    AND NOT EXISTS (SELECT 1 FROM chats c WHERE c.avatar = '/avatar/' || avatars.name AND c.avatar <> '')
    AND NOT EXISTS (SELECT 1 FROM chat_apps a WHERE a.icon = '/avatar/' || avatars.name AND a.icon <> '');
DELETE FROM file_usage;
INSERT INTO file_usage (user_id, bytes) SELECT author_id, SUM(charged) FROM files WHERE charged > 0 GROUP BY author_id;
