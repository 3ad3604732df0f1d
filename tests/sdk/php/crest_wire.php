<?php
// The wire form of CRest 1.36, read from its only file; none of its code. A form by POST, made by http_build_query, or a
// GET where there are no parameters; `.json` after the method; a batch is a form of lines `method?query`; an expired
// token is renewed by a POST form at a host that is fixed.

final class CRest
{
    private const OAUTH = 'https://oauth.bitrix.info/oauth/token/';

    /** @var array<string, string> what CRest keeps in settings.json */
    public static array $settings = [];

    public static function call(string $method, array $params = []): ?array
    {
        if (defined('C_REST_WEB_HOOK_URL')) {
            return self::send(C_REST_WEB_HOOK_URL . $method . '.json', $params);
        }
        $auth = ['auth' => self::$settings['access_token']];
        $answer = self::send(self::$settings['client_endpoint'] . $method . '.json', $params + $auth);
        if (($answer['error'] ?? '') !== 'expired_token') {
            return $answer;
        }
        self::$settings = self::send(self::OAUTH, [
            'client_id' => C_REST_CLIENT_ID,
            'grant_type' => 'refresh_token',
            'client_secret' => C_REST_CLIENT_SECRET,
            'refresh_token' => self::$settings['refresh_token'],
        ]) + self::$settings;
        return self::call($method, $params);
    }

    /** @param array<int|string, array{method: string, params?: array}> $calls */
    public static function callBatch(array $calls, int $halt = 0): ?array
    {
        $lines = [];
        foreach ($calls as $name => $one) {
            $lines[$name] = $one['method'] . (empty($one['params']) ? '' : '?' . http_build_query($one['params']));
        }
        return self::call('batch', ['cmd' => $lines, 'halt' => $halt]);
    }

    private static function send(string $url, array $params): ?array
    {
        $curl = curl_init($url);
        curl_setopt_array($curl, [
            CURLOPT_RETURNTRANSFER => true,
            CURLOPT_POSTREDIR => 10,
            CURLOPT_FOLLOWLOCATION => true,
            CURLOPT_USERAGENT => 'Bitrix24 CRest PHP 1.36',
        ]);
        if (getenv('CA_FILE')) {
            // What an entry in the hosts file and a trusted authority do, and a port besides.
            $leads = 'oauth.bitrix.info:443:' . getenv('HTTPS_ADDRESS');
            curl_setopt_array($curl, [CURLOPT_CONNECT_TO => [$leads], CURLOPT_CAINFO => getenv('CA_FILE')]);
        }
        $form = http_build_query($params);
        if ($form !== '') {
            curl_setopt_array($curl, [CURLOPT_POST => true, CURLOPT_POSTFIELDS => $form]);
        }
        $text = curl_exec($curl);
        if ($text === false) {
            throw new RuntimeException($url . ': ' . curl_error($curl));
        }
        return json_decode($text, true);
    }
}
