-- Fields of people that administrators have made; their names begin with UF_USR_.
CREATE TABLE user_fields (
    id {id},
    name TEXT NOT NULL UNIQUE,
    type TEXT NOT NULL,
    xml_id TEXT,
    sort BIGINT NOT NULL,
    multiple INTEGER NOT NULL,
    mandatory INTEGER NOT NULL,
    show_filter TEXT NOT NULL,
    show_in_list INTEGER NOT NULL,
    edit_in_list INTEGER NOT NULL,
    is_searchable INTEGER NOT NULL,
    settings TEXT NOT NULL,
    labels TEXT NOT NULL
);

-- What can be chosen in fields of the type enumeration.
CREATE TABLE user_field_options (
    id {id},
    field_id BIGINT NOT NULL REFERENCES user_fields (id),
    sort BIGINT NOT NULL,
    value TEXT NOT NULL,
    preset INTEGER NOT NULL,
    xml_id TEXT NOT NULL
);

CREATE INDEX user_field_options_field ON user_field_options (field_id, sort, id);

-- What people have in these fields, as JSON; a list where the field has several values.
CREATE TABLE user_field_values (
    user_id BIGINT NOT NULL REFERENCES users (id),
    field_id BIGINT NOT NULL REFERENCES user_fields (id),
    value TEXT NOT NULL,
    PRIMARY KEY (user_id, field_id)
);

CREATE INDEX user_field_values_field ON user_field_values (field_id);

-- Small files that are values; charged_to is who pays for the bytes.
CREATE TABLE user_field_files (
    id {id},
    user_id BIGINT NOT NULL REFERENCES users (id),
    field_id BIGINT NOT NULL REFERENCES user_fields (id),
    name TEXT NOT NULL,
    bytes {bytes} NOT NULL,
    charged_to BIGINT NOT NULL
);

CREATE INDEX user_field_files_user ON user_field_files (user_id, field_id);
CREATE INDEX user_field_files_field ON user_field_files (field_id);
