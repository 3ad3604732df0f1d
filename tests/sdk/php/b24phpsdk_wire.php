<?php
// The wire form of b24phpsdk 1.9.0, read from its sources (Core\ApiClient, Core\Core, Core\Batch); none of its code.
// Every call is a POST of JSON, `[]` when there are no parameters; names of methods are lower-cased; a webhook's
// address gets a slash before and after the method; HTTP/2 is offered by `Upgrade: h2c`; an expired token is renewed by
// a GET at {server_endpoint}/oauth/token/, whose base still ends with /rest/.

final class B24PhpSdkWire
{
    private const VERSION = '1.9.0';

    /** @param array{access: string, refresh: string, id: string, secret: string, portal: string, server: string}|null $app */
    public function __construct(private string $webhook, private ?array $app = null)
    {
    }

    /** The decoded answer, its text and status; an expired token is renewed once. */
    public function call(string $method, array $params = []): array
    {
        $method = strtolower($method);
        if ($this->app === null) {
            $url = sprintf('%s/%s/', $this->webhook, $method);
        } else {
            $url = sprintf('%s/rest/%s', $this->app['portal'], $method);
            $params['auth'] = $this->app['access'];
        }
        $id = $this->id();
        $answer = $this->send($url . '?bx24_request_id=' . $id, $id, json_encode($params, JSON_PRESERVE_ZERO_FRACTION));
        if ($this->app !== null && $answer['status'] === 401 && strtolower($answer['body']['error']) === 'expired_token') {
            $this->renew();
            return $this->call($method, $params);
        }
        return $answer;
    }

    /** @param array<string, array{string, array}> $commands */
    public function batch(array $commands, bool $halt): array
    {
        $lines = [];
        foreach ($commands as [$method, $params]) {
            $lines[$this->id()] = sprintf('%s?%s', $method, http_build_query($params));
        }
        return $this->call('batch', ['halt' => $halt, 'cmd' => $lines]);
    }

    public function renew(): array
    {
        $id = $this->id();
        $query = http_build_query([
            'grant_type' => 'refresh_token',
            'client_id' => $this->app['id'],
            'client_secret' => $this->app['secret'],
            'refresh_token' => $this->app['refresh'],
            'bx24_request_id' => $id,
        ]);
        $answer = $this->send(sprintf('%s/oauth/token/?%s', $this->app['server'], $query), $id);
        $this->app['access'] = $answer['body']['access_token'] ?? '';
        $this->app['refresh'] = $answer['body']['refresh_token'] ?? '';
        return $answer;
    }

    private function send(string $url, string $id, ?string $json = null): array
    {
        $headers = [
            'Accept: application/json',
            'Accept-Charset: utf-8',
            'User-Agent: ' . sprintf('b24-php-sdk-vendor-v-%s-php-%s', self::VERSION, PHP_VERSION),
            'X-BITRIX24-PHP-SDK-PHP-VERSION: ' . PHP_VERSION,
            'X-BITRIX24-PHP-SDK-VERSION: ' . self::VERSION,
            'X-Request-ID: ' . $id,
        ];
        $curl = curl_init($url);
        if ($json !== null) {
            $headers[] = 'Content-Type: application/json';
            curl_setopt_array($curl, [CURLOPT_POST => true, CURLOPT_POSTFIELDS => $json]);
        }
        curl_setopt_array($curl, [
            CURLOPT_HTTPHEADER => $headers,
            CURLOPT_RETURNTRANSFER => true,
            CURLOPT_FOLLOWLOCATION => false,
            CURLOPT_HTTP_VERSION => CURL_HTTP_VERSION_2_0,
        ]);
        $text = curl_exec($curl);
        if ($text === false) {
            throw new RuntimeException($url . ': ' . curl_error($curl));
        }
        $status = curl_getinfo($curl, CURLINFO_RESPONSE_CODE);
        return ['status' => $status, 'body' => json_decode($text, true, 512, JSON_THROW_ON_ERROR)];
    }

    private function id(): string
    {
        return vsprintf('%s%s-%s-%s-%s-%s%s%s', str_split(bin2hex(random_bytes(16)), 4));
    }
}
