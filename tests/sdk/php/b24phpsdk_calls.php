<?php
// The documented uses of b24phpsdk itself, from the autoloader that AUTOLOAD names. Prints what each of them gave.
use Bitrix24\SDK\Core\Exceptions\BaseException;
use Bitrix24\SDK\Services\ServiceBuilderFactory;

require getenv('AUTOLOAD');

$b24 = ServiceBuilderFactory::createServiceBuilderFromWebhook(getenv('WEBHOOK'));
$asked = ['DIALOG_ID' => getenv('CHAT')];
// As on the page of the method.
$said = ['dialog' => $b24->core->call('imbot.dialog.get', $asked)->getResponseData()->getResult()];
$said['profile'] = $b24->core->call('profile')->getResponseData()->getResult();
$said['operating'] = $b24->core->call('server.time')->getResponseData()->getTime()->operating;
try {
    $b24->core->call('imbot.dialog.get', ['DIALOG_ID' => 'chat999999']);
} catch (BaseException $refused) {
    $said['refused'] = $refused->getMessage();
}
echo json_encode($said);
