-- Whether an application has made a key, by however many keys in between. Tokens of applications are theirs without it.
ALTER TABLE webhooks ADD COLUMN of_app BIGINT NOT NULL DEFAULT 0;
ALTER TABLE tokens ADD COLUMN of_app BIGINT NOT NULL DEFAULT 0;
ALTER TABLE apps ADD COLUMN of_app BIGINT NOT NULL DEFAULT 0;

-- The permissions that administrators themselves have given an application, and no other application.
ALTER TABLE apps ADD COLUMN agreed TEXT NOT NULL DEFAULT '';

WITH RECURSIVE made (key) AS (
    SELECT 'hook:' || id FROM webhooks WHERE made_with LIKE 'app:%'
    UNION
    SELECT 'token:' || id FROM tokens WHERE made_by > 0 AND made_with LIKE 'app:%' AND app_id IS NULL
    UNION
    SELECT k.key FROM made m JOIN (
        SELECT 'hook:' || id AS key, made_with FROM webhooks WHERE made_with <> ''
        UNION ALL
        SELECT 'token:' || id AS key, made_with FROM tokens WHERE made_by > 0 AND app_id IS NULL
    ) k ON k.made_with = m.key
)
UPDATE webhooks SET of_app = 1 WHERE made_with LIKE 'app:%' OR made_with IN (SELECT key FROM made);

-- Webhooks are settled; tokens were made with those, with tokens, or by an application itself.
WITH RECURSIVE made (key) AS (
    SELECT 'hook:' || id FROM webhooks WHERE of_app = 1
    UNION
    SELECT 'token:' || id FROM tokens WHERE made_by > 0 AND made_with LIKE 'app:%' AND app_id IS NULL
    UNION
    SELECT 'token:' || t.id FROM made m JOIN tokens t ON t.made_with = m.key AND t.made_by > 0 AND t.app_id IS NULL
)
UPDATE tokens SET of_app = 1
    WHERE made_by > 0 AND (made_with LIKE 'app:%' OR made_with IN (SELECT key FROM made));

UPDATE apps SET of_app = 1 WHERE made_with LIKE 'app:%'
    OR made_with IN (SELECT 'hook:' || id FROM webhooks WHERE of_app = 1)
    OR made_with IN (SELECT 'token:' || id FROM tokens WHERE made_by > 0 AND of_app = 1);
UPDATE apps SET agreed = scopes WHERE of_app = 0;
