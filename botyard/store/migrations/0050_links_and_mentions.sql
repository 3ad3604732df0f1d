-- Which messages have links, and whom messages mention (0: everybody in the chat), brought up to date behind the messages
-- together with their full text, which is made anew so that both begin together.
CREATE TABLE search_links (chat_id BIGINT NOT NULL, message_id BIGINT NOT NULL, PRIMARY KEY (chat_id, message_id));

CREATE TABLE search_mentions (
    user_id BIGINT NOT NULL,
    chat_id BIGINT NOT NULL,
    message_id BIGINT NOT NULL,
    author_id BIGINT NOT NULL,
    PRIMARY KEY (user_id, chat_id, message_id)
);
CREATE INDEX search_mentions_message ON search_mentions (chat_id, message_id);

{sqlite} DROP TABLE search_index;
{sqlite} CREATE VIRTUAL TABLE search_index USING fts5(
    terms, content='', contentless_delete=1, detail=none, tokenize='ascii tokenchars _'
);
{postgresql} TRUNCATE search_index;
DELETE FROM search_progress;
DELETE FROM search_changes;
