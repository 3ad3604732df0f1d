-- What an application_token of a webhook's bots was made from stays known when the last of these bots is gone: whoever
-- registers a bot by the token again registers it under the same CLIENT_ID or botToken.
CREATE TABLE bot_aliases (
    alias TEXT PRIMARY KEY,
    owner TEXT NOT NULL
);

INSERT INTO bot_aliases (alias, owner)
SELECT alias, MIN(CASE WHEN first_owner = '' THEN owner ELSE first_owner END) FROM bots WHERE alias <> '' GROUP BY alias;
