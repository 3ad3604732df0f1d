-- A webhook has one name wherever it is written: `webhook:3`, as the subject of entries has always had it.
UPDATE webhooks SET made_with = 'web' || made_with WHERE made_with LIKE 'hook:%';
UPDATE apps SET made_with = 'web' || made_with WHERE made_with LIKE 'hook:%';
UPDATE tokens SET made_with = 'web' || made_with WHERE made_with LIKE 'hook:%';
UPDATE key_addresses SET access_key = 'web' || access_key WHERE access_key LIKE 'hook:%';
UPDATE audit_log SET access_key = 'web' || access_key WHERE access_key LIKE 'hook:%';
UPDATE audit_log SET subject = 'web' || subject WHERE subject LIKE 'hook:%';
