/**
 * A first bot in four languages: it is registered, and greets whoever made it. Each recipe runs as it is copied.
 *
 * tests/ui/test_recipes.py runs them against a live portal. `{{WEBHOOK}}` and `{{PERSON}}` are filled in.
 */
export const RECIPES = {
  cURL: `WEBHOOK='{{WEBHOOK}}'

# Make the bot. Whoever knows the key acts as it.
curl -sS "\${WEBHOOK}imbot.register" -H 'Content-Type: application/json' -d '{
  "CODE": "first_bot",
  "CLIENT_ID": "first-bot-key",
  "PROPERTIES": {"NAME": "First bot", "WORK_POSITION": "Says hello"}
}'

# Have it write to you.
curl -sS "\${WEBHOOK}imbot.message.add" -H 'Content-Type: application/json' -d '{
  "CLIENT_ID": "first-bot-key",
  "DIALOG_ID": "{{PERSON}}",
  "MESSAGE": "Hello from [b]cURL[/b]!"
}'
`,
  Python: `import json
import urllib.request

WEBHOOK = "{{WEBHOOK}}"


def call(method, **params):
    data = json.dumps(params).encode()
    request = urllib.request.Request(WEBHOOK + method, data, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request) as response:
        return json.load(response)["result"]


# Make the bot. Whoever knows the key acts as it.
bot = call(
    "imbot.register",
    CODE="first_bot",
    CLIENT_ID="first-bot-key",
    PROPERTIES={"NAME": "First bot", "WORK_POSITION": "Says hello"},
)
# Have it write to you.
call("imbot.message.add", CLIENT_ID="first-bot-key", BOT_ID=bot, DIALOG_ID="{{PERSON}}", MESSAGE="Hello from [b]Python[/b]!")
print("Bot", bot, "has written to you")
`,
  PHP: `<?php
const WEBHOOK = '{{WEBHOOK}}';

function call(string $method, array $params): mixed
{
    $body = file_get_contents(WEBHOOK . $method, false, stream_context_create(['http' => [
        'method' => 'POST',
        'header' => 'Content-Type: application/json',
        'content' => json_encode($params),
    ]]));
    return json_decode($body, true)['result'];
}

// Make the bot. Whoever knows the key acts as it.
$bot = call('imbot.register', [
    'CODE' => 'first_bot',
    'CLIENT_ID' => 'first-bot-key',
    'PROPERTIES' => ['NAME' => 'First bot', 'WORK_POSITION' => 'Says hello'],
]);
// Have it write to you.
call('imbot.message.add', [
    'CLIENT_ID' => 'first-bot-key',
    'BOT_ID' => $bot,
    'DIALOG_ID' => '{{PERSON}}',
    'MESSAGE' => 'Hello from [b]PHP[/b]!',
]);
echo "Bot $bot has written to you\\n";
`,
  JavaScript: `const WEBHOOK = '{{WEBHOOK}}'

async function call(method, params) {
  const response = await fetch(WEBHOOK + method, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(params),
  })
  return (await response.json()).result
}

// Make the bot. Whoever knows the key acts as it.
const bot = await call('imbot.register', {
  CODE: 'first_bot',
  CLIENT_ID: 'first-bot-key',
  PROPERTIES: { NAME: 'First bot', WORK_POSITION: 'Says hello' },
})
// Have it write to you.
await call('imbot.message.add', {
  CLIENT_ID: 'first-bot-key',
  BOT_ID: bot,
  DIALOG_ID: '{{PERSON}}',
  MESSAGE: 'Hello from [b]JavaScript[/b]!',
})
console.log('Bot', bot, 'has written to you')
`,
} as const

export type Recipe = keyof typeof RECIPES

/** How each is run, once it is in a file. */
export const RUN: Record<Recipe, string> = { cURL: 'sh bot.sh', Python: 'python3 bot.py', PHP: 'php bot.php', JavaScript: 'node bot.mjs' }

export function filled(recipe: Recipe, webhook: string, personId: number): string {
  return RECIPES[recipe].replaceAll('{{WEBHOOK}}', webhook).replaceAll('{{PERSON}}', String(personId))
}
