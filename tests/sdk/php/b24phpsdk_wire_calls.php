<?php
// What b24phpsdk sends for its documented uses. Prints what each of them gave.
require __DIR__ . '/b24phpsdk_wire.php';

$asked = ['DIALOG_ID' => getenv('CHAT')];
$hook = new B24PhpSdkWire(getenv('WEBHOOK'));
$said = [
    'dialog' => $hook->call('imbot.dialog.get', $asked),
    'empty' => $hook->call('PROFILE'),
    'batch' => $hook->batch([['user.current', []], ['imbot.dialog.get', $asked], ['user.get', ['start' => 0]]], true),
    'broken' => $hook->batch([['imbot.dialog.get', []], ['profile', []]], false),
    'refused' => $hook->call('imbot.dialog.get', ['DIALOG_ID' => 'chat999999']),
];
$words = ['id' => 'CLIENT_ID', 'secret' => 'CLIENT_SECRET', 'access' => 'EXPIRED', 'refresh' => 'REFRESH'];
$app = array_map('getenv', $words) + ['portal' => getenv('PORTAL'), 'server' => getenv('PORTAL') . '/rest/'];
$said['renewed'] = (new B24PhpSdkWire('', $app))->call('imbot.dialog.get', $asked);
$said['wrong'] = (new B24PhpSdkWire('', ['refresh' => 'nobodys'] + $app))->renew();
echo json_encode($said);
