-- What is known of a person besides the columns of users: texts by the names of fields, as one JSON object.
CREATE TABLE user_details (
    user_id BIGINT PRIMARY KEY REFERENCES users (id),
    fields TEXT NOT NULL
);

CREATE INDEX users_email ON users (email);
