-- Files count from 3001, for data[PARAMS][FILES][3001] is read as data[BOT][1001] is. What is there keeps its id.
{sqlite} INSERT INTO sqlite_sequence (name, seq)
    SELECT 'files', 0 WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = 'files');
{sqlite} UPDATE sqlite_sequence SET seq = 3000 WHERE name = 'files' AND seq < 3000;
{postgresql} SELECT setval('files_id_seq', GREATEST(3000, last_value)) FROM files_id_seq;
