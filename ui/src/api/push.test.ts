import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { listen, type Config } from './push'

const configured = vi.hoisted(() => ({ answers: [] as unknown[] }))
vi.mock('./portal', () => ({ call: async () => configured.answers.shift() }))

class Socket {
  static all: Socket[] = []
  readonly url: URL
  sent: string[] = []
  onopen: () => void = () => {}
  onmessage: (event: { data: string }) => void = () => {}
  onclose: (event: { code: number }) => void = () => {}

  constructor(url: string) {
    this.url = new URL(url)
    Socket.all.push(this)
  }

  get mid(): string | null {
    return this.url.searchParams.get('mid')
  }

  send(text: string): void {
    this.sent.push(text)
  }

  close(code = 1006): void {
    this.onclose({ code })
  }

  tell(mid: string, module_id: string, command: string, type = 2): void {
    const params = { mid, sender: { type, id: '' }, body: { module_id, command, params: {} } }
    this.onmessage({ data: JSON.stringify({ method: 'incoming.message', params }) })
  }
}

function config(mid: string): Config {
  const address = 'http://localhost/bitrix/sub/'
  const channel = { id: 'c', end: '' }
  return {
    server: { websocket: 'ws://localhost/bitrix/subws/', websocket_secure: '', long_polling: address, long_pooling_secure: '' },
    channels: { private: channel, shared: channel },
    mid,
  }
}

async function socket(number: number): Promise<Socket> {
  await vi.waitFor(() => expect(Socket.all).toHaveLength(number))
  return Socket.all[number - 1]!
}

const heard: string[] = []
let stop = (): void => {}

function start(missed: () => Promise<unknown> = async () => {}): void {
  stop = listen(config('m0'), { command: ({ command }) => heard.push(command), connected: () => {}, missed })
}

beforeEach(() => {
  Socket.all = []
  heard.length = 0
  configured.answers = []
  vi.stubGlobal('WebSocket', Socket)
  vi.spyOn(Math, 'random').mockReturnValue(0)
})
afterEach(() => {
  stop()
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
})

test('a first connection begins where the configuration was asked for', async () => {
  start()
  expect((await socket(1)).mid).toBe('m0')
})

test('a connection that is lost before anything came begins there again', async () => {
  start()
  const first = await socket(1)
  first.onopen()
  first.close()
  expect((await socket(2)).mid).toBe('m0')
})

test('after that, with the last message', async () => {
  start()
  const first = await socket(1)
  first.onopen()
  first.tell('m1', 'im', 'message')
  expect(first.sent).toEqual(['mack:m1'])
  first.close()
  expect((await socket(2)).mid).toBe('m1')
  expect(heard).toEqual(['message'])
})

test('where the log is not whole, what is shown is read anew before the connection goes on', async () => {
  const order: string[] = []
  configured.answers = [config('m7')]
  start(async () => {
    order.push(`read beside ${Socket.all.length} socket`)
    await Promise.resolve()
    order.push('done')
  })
  const first = await socket(1)
  first.onopen()
  first.tell('m1', 'pull', 'config_expire')
  expect((await socket(2)).mid).toBe('m7')
  expect(order).toEqual(['read beside 1 socket', 'done'])
})

test('new channels are asked for, and nothing is read anew, when the old ones end', async () => {
  const missed = vi.fn(async () => {})
  configured.answers = [config('m9')]
  start(missed)
  const first = await socket(1)
  first.onopen()
  first.tell('m1', 'im', 'message')
  first.tell('m2', 'pull', 'channel_expire')
  expect((await socket(2)).mid).toBe('m2')
  expect(missed).not.toHaveBeenCalled()
})

test('what another client says in the name of the portal is not believed', async () => {
  start()
  const first = await socket(1)
  first.onopen()
  first.tell('m1', 'im', 'messageChat', 1)
  first.tell('m2', 'pull', 'config_expire', 1)
  first.tell('m3', 'im', 'message')
  expect(heard).toEqual(['message'])
  first.close()
  expect((await socket(2)).mid).toBe('m3')
})
