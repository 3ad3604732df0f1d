-- The portal itself: exactly one row, joined into every look-up of a caller.
CREATE TABLE portal (
    id BIGINT PRIMARY KEY,
    title TEXT NOT NULL,
    member_id TEXT NOT NULL,
    created BIGINT NOT NULL,
    rest_enabled BIGINT NOT NULL DEFAULT 1,
    maintenance BIGINT NOT NULL DEFAULT 0,
    https_required BIGINT NOT NULL DEFAULT 0
);

-- People and bots share one sequence of ids: a bot is a user whose kind is 'bot'.
CREATE TABLE users (
    id {id},
    kind TEXT NOT NULL DEFAULT 'employee',
    active BIGINT NOT NULL DEFAULT 1,
    admin BIGINT NOT NULL DEFAULT 0,
    login TEXT NOT NULL DEFAULT '',
    email TEXT NOT NULL DEFAULT '',
    name TEXT NOT NULL DEFAULT '',
    last_name TEXT NOT NULL DEFAULT '',
    second_name TEXT NOT NULL DEFAULT '',
    full_name TEXT NOT NULL DEFAULT '',
    gender TEXT NOT NULL DEFAULT '',
    birthday TEXT NOT NULL DEFAULT '',
    work_position TEXT NOT NULL DEFAULT '',
    work_phone TEXT NOT NULL DEFAULT '',
    mobile TEXT NOT NULL DEFAULT '',
    city TEXT NOT NULL DEFAULT '',
    www TEXT NOT NULL DEFAULT '',
    avatar TEXT NOT NULL DEFAULT '',
    color TEXT NOT NULL DEFAULT '',
    time_zone TEXT NOT NULL DEFAULT '',
    language TEXT NOT NULL DEFAULT 'en',
    password TEXT NOT NULL DEFAULT '',
    registered BIGINT NOT NULL,
    updated BIGINT NOT NULL,
    last_login BIGINT,
    last_activity BIGINT
);

CREATE UNIQUE INDEX users_login ON users (login) WHERE login <> '';

CREATE TABLE departments (
    id {id},
    name TEXT NOT NULL,
    parent_id BIGINT REFERENCES departments (id),
    head_id BIGINT REFERENCES users (id),
    sort BIGINT NOT NULL DEFAULT 500
);

CREATE TABLE department_members (
    user_id BIGINT NOT NULL REFERENCES users (id),
    department_id BIGINT NOT NULL REFERENCES departments (id),
    PRIMARY KEY (user_id, department_id)
);

CREATE INDEX department_members_department ON department_members (department_id);

-- Pictures of people, bots and chats. The bytes are small (limits in chat/avatars.py) and belong to one row.
CREATE TABLE avatars (
    name TEXT PRIMARY KEY,
    mime TEXT NOT NULL,
    bytes {bytes} NOT NULL,
    created BIGINT NOT NULL
);
