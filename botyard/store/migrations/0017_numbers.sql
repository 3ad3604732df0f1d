-- Where ids begin: commands at 1001, chats at 2001 (users: see store/users.py). What is there keeps its id.
-- Parsers of forms read small ids in data[COMMAND][8] as places of a list; chat1111 is a chat that nobody has.
{sqlite} INSERT INTO sqlite_sequence (name, seq)
    SELECT t.name, 0 FROM sqlite_schema t WHERE t.type = 'table' AND t.name IN ('commands', 'chats')
    AND NOT EXISTS (SELECT 1 FROM sqlite_sequence s WHERE s.name = t.name);
{sqlite} UPDATE sqlite_sequence SET seq = 1000 WHERE name = 'commands' AND seq < 1000;
{sqlite} UPDATE sqlite_sequence SET seq = 2000 WHERE name = 'chats' AND seq < 2000;
{postgresql} SELECT setval('commands_id_seq', GREATEST(1000, last_value)) FROM commands_id_seq;
{postgresql} SELECT setval('chats_id_seq', GREATEST(2000, last_value)) FROM chats_id_seq;
