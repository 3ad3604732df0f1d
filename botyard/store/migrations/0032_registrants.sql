-- Who registered a bot, and who bound a handler: outsiders' bots reach no further than outsiders, and what a person
-- registered stops with the person. 0: the application itself, or nobody knows any more.
ALTER TABLE bots ADD COLUMN registrant BIGINT NOT NULL DEFAULT 0;
ALTER TABLE bindings ADD COLUMN registrant BIGINT NOT NULL DEFAULT 0;

CREATE INDEX bots_registrant ON bots (registrant) WHERE registrant <> 0;

-- The log says it of bots that were registered while it is kept. Bodies are JSON: no text in them holds a bare quote.
WITH registered AS MATERIALIZED (
    SELECT e.actor_id AS person, e.body AS body FROM events e JOIN users u ON u.id = e.actor_id
    WHERE e.type = 'BotRegistered' AND u.kind <> 'bot'
)
UPDATE bots SET registrant = COALESCE((
    SELECT MAX(r.person) FROM registered r WHERE r.body LIKE '%"bot_id":' || CAST(bots.user_id AS TEXT) || ',%'
), 0);

-- Administrators may bind in anybody's name; all others bind in their own.
UPDATE bindings SET registrant = user_id;
