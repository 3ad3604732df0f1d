-- Full text of messages, brought up to date behind them: see docs/adr/0039-search-behind-the-messages.md. The terms of a
-- message are under its id; what is in there can be made anew of the messages at any time.
{sqlite} CREATE VIRTUAL TABLE search_index USING fts5(
    terms, content='', contentless_delete=1, detail=none, tokenize='ascii tokenchars _'
);
{postgresql} CREATE TABLE search_index (rowid BIGINT NOT NULL, terms TSVECTOR NOT NULL);
-- Of no order, so that no plan walks through all messages in the order of their ids.
{postgresql} CREATE INDEX search_index_rows ON search_index USING hash (rowid);
{postgresql} CREATE INDEX search_index_terms ON search_index USING gin (terms) WITH (gin_pending_list_limit = 512);

-- One row, once there is something in the index: the last message that is.
CREATE TABLE search_progress (id BIGINT PRIMARY KEY, message_id BIGINT NOT NULL);

-- Messages that have changed or gone since they were put into the index.
CREATE TABLE search_changes (id {id}, chat_id BIGINT NOT NULL, message_id BIGINT NOT NULL);
CREATE INDEX search_changes_chat ON search_changes (chat_id, message_id);
