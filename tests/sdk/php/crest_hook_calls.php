<?php
// The documented uses of CRest by a webhook, with the file that CREST names. Prints what each of them gave.
define('C_REST_WEB_HOOK_URL', getenv('WEBHOOK'));
define('C_REST_BLOCK_LOG', true);
require getenv('CREST');

$asked = ['DIALOG_ID' => getenv('CHAT')];
echo json_encode([
    'dialog' => CRest::call('imbot.dialog.get', $asked),
    'empty' => CRest::call('profile'),
    'batch' => CRest::callBatch([
        'me' => ['method' => 'user.current'],
        'again' => ['method' => 'user.get', 'params' => ['ID' => '$result[me][ID]', 'FILTER' => ['ACTIVE' => true]]],
        'dialog' => ['method' => 'imbot.dialog.get', 'params' => $asked],
    ], 1),
    'halted' => CRest::callBatch([['method' => 'imbot.dialog.get'], ['method' => 'profile']], 1),
    'refused' => CRest::call('imbot.dialog.get', ['DIALOG_ID' => 'chat999999', 'NOTHING' => null, 'NONE' => []]),
]);
