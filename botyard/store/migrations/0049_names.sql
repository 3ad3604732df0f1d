-- Words of names, folded by model/words.py and written where names change, so that people, departments and chats are
-- found by their beginnings on any locale. Words are compared by their bytes. The field of a person's word is n (name),
-- l (last name), s (second name) or p (position).
{sqlite} CREATE TABLE user_words (
    user_id BIGINT NOT NULL REFERENCES users (id), word TEXT NOT NULL, field TEXT NOT NULL,
    PRIMARY KEY (user_id, word, field)
);
{postgresql} CREATE TABLE user_words (
    user_id BIGINT NOT NULL REFERENCES users (id), word TEXT COLLATE "C" NOT NULL, field TEXT NOT NULL,
    PRIMARY KEY (user_id, word, field)
);
CREATE INDEX user_words_word ON user_words (word, user_id, field);

{sqlite} CREATE TABLE department_words (
    department_id BIGINT NOT NULL REFERENCES departments (id), word TEXT NOT NULL, PRIMARY KEY (department_id, word)
);
{postgresql} CREATE TABLE department_words (
    department_id BIGINT NOT NULL REFERENCES departments (id), word TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (department_id, word)
);
CREATE INDEX department_words_word ON department_words (word, department_id);

-- Titles. Of those that employees may see without being in the chat there is an index of their own.
{sqlite} CREATE TABLE chat_words (
    chat_id BIGINT NOT NULL REFERENCES chats (id), word TEXT NOT NULL, open BIGINT NOT NULL,
    PRIMARY KEY (chat_id, word)
);
{postgresql} CREATE TABLE chat_words (
    chat_id BIGINT NOT NULL REFERENCES chats (id), word TEXT COLLATE "C" NOT NULL, open BIGINT NOT NULL,
    PRIMARY KEY (chat_id, word)
);
CREATE INDEX chat_words_open ON chat_words (word, chat_id) WHERE open = 1;

-- Whose words are not there yet: everybody's and everything's that is there when this table is made.
CREATE TABLE unindexed_names (owner TEXT NOT NULL, id BIGINT NOT NULL, PRIMARY KEY (owner, id));
INSERT INTO unindexed_names (owner, id) SELECT 'user', id FROM users WHERE kind <> 'deleted';
INSERT INTO unindexed_names (owner, id) SELECT 'department', id FROM departments;
INSERT INTO unindexed_names (owner, id) SELECT 'chat', id FROM chats WHERE title <> '';
