<?php
// CRest of an application whose token has expired: the wire form only, for CRest renews at a host that is fixed.
define('C_REST_CLIENT_ID', getenv('CLIENT_ID'));
define('C_REST_CLIENT_SECRET', getenv('CLIENT_SECRET'));
require __DIR__ . '/crest_wire.php';

CRest::$settings = [
    'access_token' => getenv('EXPIRED'),
    'refresh_token' => getenv('REFRESH'),
    'client_endpoint' => getenv('PORTAL') . '/rest/',
];
$dialog = CRest::call('imbot.dialog.get', ['DIALOG_ID' => getenv('CHAT')]);
echo json_encode(['dialog' => $dialog, 'settings' => CRest::$settings]);
