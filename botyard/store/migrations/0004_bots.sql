-- Bots: owner is 'app:<client id>' or 'hook:<keyed hash of CLIENT_ID>'. dialect is the API that registered the bot.
CREATE TABLE bots (
    user_id BIGINT PRIMARY KEY REFERENCES users (id),
    owner TEXT NOT NULL,
    code TEXT NOT NULL,
    type TEXT NOT NULL,
    openline BIGINT NOT NULL DEFAULT 0,
    dialect TEXT NOT NULL DEFAULT 'v1',
    created BIGINT NOT NULL
);

CREATE INDEX bots_owner ON bots (owner, user_id);
CREATE UNIQUE INDEX bots_code ON bots (code);

-- One handler set for all bots of an owner, as the docs of imbot.register demand.
CREATE TABLE bot_handlers (
    owner TEXT PRIMARY KEY,
    message_add TEXT NOT NULL DEFAULT '',
    message_update TEXT NOT NULL DEFAULT '',
    message_delete TEXT NOT NULL DEFAULT '',
    welcome TEXT NOT NULL DEFAULT '',
    bot_delete TEXT NOT NULL DEFAULT ''
);

CREATE TABLE commands (
    id {id},
    owner TEXT NOT NULL,
    bot_id BIGINT NOT NULL REFERENCES users (id),
    command TEXT NOT NULL,
    handler TEXT NOT NULL DEFAULT '',
    common BIGINT NOT NULL DEFAULT 0,
    hidden BIGINT NOT NULL DEFAULT 0,
    extranet BIGINT NOT NULL DEFAULT 0,
    lang TEXT NOT NULL,
    UNIQUE (bot_id, command)
);

CREATE INDEX commands_name ON commands (command);

-- Applications for chat: icons of a bot above the input field (imbot.app.*).
CREATE TABLE chat_apps (
    id {id},
    owner TEXT NOT NULL,
    bot_id BIGINT NOT NULL REFERENCES users (id),
    code TEXT NOT NULL,
    iframe TEXT NOT NULL DEFAULT '',
    iframe_width BIGINT NOT NULL DEFAULT 0,
    iframe_height BIGINT NOT NULL DEFAULT 0,
    iframe_popup BIGINT NOT NULL DEFAULT 0,
    js_method TEXT NOT NULL DEFAULT '',
    js_param TEXT NOT NULL DEFAULT '',
    hash TEXT NOT NULL DEFAULT '',
    icon TEXT NOT NULL DEFAULT '',
    context TEXT NOT NULL DEFAULT 'ALL',
    hidden BIGINT NOT NULL DEFAULT 0,
    extranet BIGINT NOT NULL DEFAULT 0,
    livechat BIGINT NOT NULL DEFAULT 0,
    lang TEXT NOT NULL DEFAULT '[]',
    UNIQUE (bot_id, code)
);

-- Which command was called by which message: the right to answer there.
CREATE TABLE command_calls (
    command_id BIGINT NOT NULL,
    message_id BIGINT NOT NULL,
    called BIGINT NOT NULL,
    PRIMARY KEY (command_id, message_id)
);
