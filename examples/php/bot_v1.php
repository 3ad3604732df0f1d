<?php
// A bot of the first generation on cURL alone: it is called at its handler. See ../README.md.
//   php bot_v1.php                          registers the bot
//   php -S 127.0.0.1:9001 bot_v1.php        is its handler

declare(strict_types=1);

const CHOICES = ['Tea', 'Coffee'];
const CODE = 'example-php-1';

function call(string $method, array $params): mixed
{
    // The key that makes the bot ours: whoever knows it can speak as the bot.
    $key = getenv('CLIENT_ID') ?: 'example-key-php-1';
    $curl = curl_init(getenv('WEBHOOK') . $method);
    curl_setopt_array($curl, [
        CURLOPT_RETURNTRANSFER => true,
        CURLOPT_POSTFIELDS => json_encode(['CLIENT_ID' => $key] + $params),
        CURLOPT_HTTPHEADER => ['Content-Type: application/json'],
        CURLOPT_CAINFO => getenv('CA_FILE') ?: null,
    ]);
    $answer = json_decode((string) curl_exec($curl), true);
    if (!isset($answer['result'])) {
        throw new RuntimeException($method . ': ' . ($answer['error_description'] ?? curl_error($curl)));
    }
    return $answer['result'];
}

// Registering again finds the same bot; its handler is renewed.
function register(): int
{
    $handler = 'http://127.0.0.1:' . (getenv('PORT') ?: '9001') . '/';
    $bot = call('imbot.register', [
        'CODE' => CODE,
        'TYPE' => 'B',
        'EVENT_HANDLER' => $handler,
        'PROPERTIES' => ['NAME' => 'Echo in PHP', 'COLOR' => 'PURPLE'],
    ]);
    foreach (['poll' => 'N', 'vote' => 'Y'] as $command => $hidden) {
        call('imbot.command.register', [
            'BOT_ID' => $bot,
            'COMMAND' => $command,
            'HIDDEN' => $hidden,
            'LANG' => [['LANGUAGE_ID' => 'en', 'TITLE' => $command, 'PARAMS' => '']],
            'EVENT_COMMAND_ADD' => $handler,
        ]);
    }
    return (int) $bot;
}

// The votes on a message, after one more. Each request is a run of its own, so they are kept in a file.
function voted(int $messageId, string $userId, string $choice): array
{
    $file = fopen(sys_get_temp_dir() . '/' . CODE . '-' . md5(getenv('WEBHOOK')) . '.json', 'c+');
    flock($file, LOCK_EX);
    $votes = json_decode((string) stream_get_contents($file), true) ?: [];
    $votes[$messageId][$userId] = $choice;
    ftruncate($file, 0);
    rewind($file);
    fwrite($file, json_encode($votes));
    fclose($file);
    return $votes[$messageId];
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
    return ['MESSAGE' => 'Tea or coffee? Votes: ' . count($cast), 'KEYBOARD' => ['BUTTONS' => $buttons]];
}

// Answer an event.
function heard(string $event, array $data): void
{
    $params = $data['PARAMS'] ?? [];
    if ($event === 'ONIMBOTJOINCHAT') {
        says($data['BOT'], $params['DIALOG_ID'], ['MESSAGE' => 'Hello! I repeat what I hear. Try /poll.']);
    } elseif ($event === 'ONIMBOTMESSAGEADD' && !str_starts_with($params['MESSAGE'], '/')) {
        says($data['BOT'], $params['DIALOG_ID'], ['MESSAGE' => 'You said: ' . $params['MESSAGE']]);
    } elseif ($event === 'ONIMCOMMANDADD') {
        $command = reset($data['COMMAND']);
        $bot = [$command['BOT_ID'] => $command];
        $messageId = (int) $command['MESSAGE_ID'];
        if ($command['COMMAND'] === 'poll') {
            says($bot, $params['DIALOG_ID'], ballot([]));
        } elseif ($command['COMMAND'] === 'vote') {
            $cast = voted($messageId, $params['FROM_USER_ID'], $command['COMMAND_PARAMS']);
            call('imbot.message.update', ['BOT_ID' => key($bot), 'MESSAGE_ID' => $messageId] + ballot($cast));
        }
    }
}

// The events name the bot as a key.
function says(array $bot, string $dialog, array $fields): void
{
    call('imbot.message.add', ['BOT_ID' => key($bot), 'DIALOG_ID' => $dialog] + $fields);
}

if (PHP_SAPI === 'cli') {
    echo 'Bot ' . register() . " is registered.\n";
} elseif (isset($_POST['event'])) {
    // PHP has read the form; status 200 says that the event need not be sent again, an exception gives 500.
    heard($_POST['event'], $_POST['data']);
}
