-- What people have searched for last: a person, or a group chat; the other one is 0. The latest has the highest place.
CREATE TABLE last_searched (
    user_id BIGINT NOT NULL REFERENCES users (id),
    person_id BIGINT NOT NULL,
    chat_id BIGINT NOT NULL,
    place BIGINT NOT NULL,
    PRIMARY KEY (user_id, person_id, chat_id)
);

CREATE INDEX last_searched_person ON last_searched (person_id) WHERE person_id > 0;
CREATE INDEX last_searched_chat ON last_searched (chat_id) WHERE chat_id > 0;
