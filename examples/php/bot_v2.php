<?php
// A bot of the second generation on cURL alone: it fetches its events. See ../README.md.

declare(strict_types=1);

const CHOICES = ['Tea', 'Coffee'];
// Seconds that the portal may wait for an event before it answers that there is none. Botyard's own parameter.
const WAIT = 5;

function call(string $method, array $params): array
{
    // The key that makes the bot ours: whoever knows it can speak as the bot.
    $key = getenv('CLIENT_ID') ?: 'example-key-php-2';
    $curl = curl_init(getenv('WEBHOOK') . 'imbot.v2.' . $method);
    curl_setopt_array($curl, [
        CURLOPT_RETURNTRANSFER => true,
        CURLOPT_POSTFIELDS => json_encode(['botToken' => $key] + $params),
        CURLOPT_HTTPHEADER => ['Content-Type: application/json'],
        CURLOPT_CAINFO => getenv('CA_FILE') ?: null,
    ]);
    while (($body = curl_exec($curl)) === false) {
        // The portal is away for a moment.
        fwrite(STDERR, $method . ': ' . curl_error($curl) . "\n");
        sleep(1);
    }
    $answer = json_decode($body, true);
    if (!isset($answer['result'])) {
        throw new RuntimeException($method . ': ' . ($answer['error_description'] ?? 'no JSON'));
    }
    return (array) $answer['result'];
}

// Registering again finds the same bot.
function register(): int
{
    $bot = call('Bot.register', ['fields' => [
        'code' => 'example-php-2',
        'properties' => ['name' => 'Fetching in PHP'],
        'eventMode' => 'fetch',
    ]])['bot']['id'];
    foreach (['poll', 'vote', 'file'] as $command) {
        $fields = ['command' => $command, 'title' => ['en' => $command], 'hidden' => $command === 'vote'];
        call('Command.register', ['botId' => $bot, 'fields' => $fields]);
    }
    return $bot;
}

// The question and its buttons, with the votes so far.
function ballot(array $cast): array
{
    $counts = array_count_values($cast);
    $buttons = array_map(fn(string $choice): array => [
        'TEXT' => $choice . ': ' . ($counts[$choice] ?? 0),
        'COMMAND' => 'vote',
        'COMMAND_PARAMS' => $choice,
        'DISPLAY' => 'LINE',
    ], CHOICES);
    return ['message' => 'Tea or coffee? Votes: ' . count($cast), 'keyboard' => ['BUTTONS' => $buttons]];
}

function says(int $bot, string $dialog, array $fields): void
{
    call('Chat.Message.send', ['botId' => $bot, 'dialogId' => $dialog, 'fields' => $fields]);
}

// Answer an event.
function heard(int $bot, string $event, array $data): void
{
    if ($event === 'ONIMBOTV2JOINCHAT') {
        says($bot, $data['dialogId'], ['message' => 'Hello! I repeat what I hear. Try /poll and /file.']);
    } elseif ($event === 'ONIMBOTV2MESSAGEADD' && !str_starts_with($data['message']['text'], '/')) {
        says($bot, $data['chat']['dialogId'], ['message' => 'You said: ' . $data['message']['text']]);
    } elseif ($event === 'ONIMBOTV2COMMANDADD') {
        ordered($bot, $data);
    }
}

// Do what a command asks for.
function ordered(int $bot, array $data): void
{
    static $votes = [];
    ['command' => $command, 'message' => ['id' => $messageId], 'chat' => ['dialogId' => $dialog]] = $data;
    if ($command['command'] === '/poll') {
        says($bot, $dialog, ballot([]));
    } elseif ($command['command'] === '/vote') {
        $votes[$messageId][$data['user']['id']] = $command['params'];
        $fields = ballot($votes[$messageId]);
        call('Chat.Message.update', ['botId' => $bot, 'messageId' => $messageId, 'fields' => $fields]);
    } elseif ($command['command'] === '/file') {
        $content = base64_encode("Notes of the bot\n");
        $fields = ['name' => 'notes.txt', 'content' => $content, 'message' => 'Here it is.'];
        call('File.upload', ['botId' => $bot, 'dialogId' => $dialog, 'fields' => $fields]);
    }
}

$bot = register();
echo "Bot $bot fetches its events.\n";
for ($offset = 0; ; ) {
    $page = call('Event.get', ['botId' => $bot, 'offset' => $offset, 'wait' => WAIT]);
    foreach ($page['events'] as $event) {
        try {
            heard($bot, $event['type'], $event['data']);
        } catch (RuntimeException $refused) {
            fwrite(STDERR, $refused->getMessage() . "\n");
        }
    }
    // The next call confirms these events by its offset.
    $offset = $page['nextOffset'];
    if (!$page['events']) {
        // A portal that knows no `wait` answers at once.
        usleep(200_000);
    }
}
