-- Pages of applications that are shown at a placement: user_id is the one person who sees them, 0 for everybody.
CREATE TABLE placements (
    id {id},
    app_id BIGINT NOT NULL REFERENCES apps (id),
    place TEXT NOT NULL,
    handler TEXT NOT NULL,
    user_id BIGINT NOT NULL DEFAULT 0,
    title TEXT NOT NULL,
    description TEXT NOT NULL,
    group_name TEXT NOT NULL,
    lang_all TEXT NOT NULL,
    options TEXT NOT NULL,
    created BIGINT NOT NULL
);

CREATE INDEX placements_app ON placements (app_id, id);
CREATE INDEX placements_user ON placements (user_id) WHERE user_id > 0;

-- Who has opened an application before: its pages are told of the first time.
CREATE TABLE app_openings (
    app_id BIGINT NOT NULL REFERENCES apps (id),
    user_id BIGINT NOT NULL REFERENCES users (id),
    began BIGINT NOT NULL,
    PRIMARY KEY (app_id, user_id)
);

CREATE INDEX app_openings_user ON app_openings (user_id);
