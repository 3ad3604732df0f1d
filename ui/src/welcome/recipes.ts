/**
 * A first bot in four languages: it is registered, and greets whoever made it. Each recipe runs as it is copied.
 *
 * tests/ui/test_recipes.py runs them against a live portal. `{{WEBHOOK}}` and `{{PERSON}}` are filled in.
 */
export const RECIPES = {
  cURL: `WEBHOOK='{{WEBHOOK}}'

# Make the bot, and keep its id. Whoever knows the token acts as the bot.
BOT=$(curl -sS "\${WEBHOOK}imbot.v2.Bot.register" -H 'Content-Type: application/json' -d '{
  "botToken": "first-bot-token",
  "fields": {"code": "first_bot", "eventMode": "fetch", "properties": {"name": "First bot"}}
}' | sed 's/.*"bot":{"id":\\([0-9]*\\).*/\\1/')

# Have it write to you.
curl -sS "\${WEBHOOK}imbot.v2.Chat.Message.send" -H 'Content-Type: application/json' -d '{
  "botToken": "first-bot-token", "botId": '$BOT', "dialogId": "{{PERSON}}",
  "fields": {"message": "Hello from [b]cURL[/b]!"}
}'
`,
  Python: `import json
import urllib.request

WEBHOOK = "{{WEBHOOK}}"
TOKEN = "first-bot-token"  # Whoever knows it acts as the bot.


def call(method, **params):
    data = json.dumps({"botToken": TOKEN, **params}).encode()
    request = urllib.request.Request(WEBHOOK + method, data, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request) as response:
        return json.load(response)["result"]


# Make the bot.
fields = {"code": "first_bot", "eventMode": "fetch", "properties": {"name": "First bot"}}
bot = call("imbot.v2.Bot.register", fields=fields)["bot"]["id"]
# Have it write to you.
call("imbot.v2.Chat.Message.send", botId=bot, dialogId="{{PERSON}}", fields={"message": "Hello from [b]Python[/b]!"})
print("Bot", bot, "has written to you")
`,
  PHP: `<?php
const WEBHOOK = '{{WEBHOOK}}';
const TOKEN = 'first-bot-token'; // Whoever knows it acts as the bot.

function call(string $method, array $params): array
{
    $body = file_get_contents(WEBHOOK . $method, false, stream_context_create(['http' => [
        'method' => 'POST',
        'header' => 'Content-Type: application/json',
        'content' => json_encode(['botToken' => TOKEN] + $params),
    ]]));
    return json_decode($body, true)['result'];
}

// Make the bot.
$bot = call('imbot.v2.Bot.register', [
    'fields' => ['code' => 'first_bot', 'eventMode' => 'fetch', 'properties' => ['name' => 'First bot']],
])['bot']['id'];
// Have it write to you.
call('imbot.v2.Chat.Message.send', [
    'botId' => $bot,
    'dialogId' => '{{PERSON}}',
    'fields' => ['message' => 'Hello from [b]PHP[/b]!'],
]);
echo "Bot $bot has written to you\\n";
`,
  JavaScript: `const WEBHOOK = '{{WEBHOOK}}'
const TOKEN = 'first-bot-token' // Whoever knows it acts as the bot.

async function call(method, params) {
  const response = await fetch(WEBHOOK + method, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ botToken: TOKEN, ...params }),
  })
  if (!response.ok) throw new Error(await response.text())
  return (await response.json()).result
}

// Make the bot.
const fields = { code: 'first_bot', eventMode: 'fetch', properties: { name: 'First bot' } }
const { bot } = await call('imbot.v2.Bot.register', { fields })
// Have it write to you.
await call('imbot.v2.Chat.Message.send', {
  botId: bot.id,
  dialogId: '{{PERSON}}',
  fields: { message: 'Hello from [b]JavaScript[/b]!' },
})
console.log('Bot', bot.id, 'has written to you')
`,
} as const

export type Recipe = keyof typeof RECIPES

/** How each is run, once it is in a file. */
export const RUN: Record<Recipe, string> = { cURL: 'sh bot.sh', Python: 'python3 bot.py', PHP: 'php bot.php', JavaScript: 'node bot.mjs' }

export function filled(recipe: Recipe, webhook: string, personId: number): string {
  return RECIPES[recipe].replaceAll('{{WEBHOOK}}', webhook).replaceAll('{{PERSON}}', String(personId))
}
