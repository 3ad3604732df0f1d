/**
 * The live connection: what happens, in order and once, and after a lost connection all that was missed.
 *
 * Protocol: docs/how-to/live-push.md. Where WebSockets do not come through, long polling.
 */
import { call } from './portal'

export interface Command {
  module_id: string
  command: string
  params: Record<string, unknown>
}

export interface Listener {
  command(command: Command): void
  /** Whether commands arrive at the moment. */
  connected(on: boolean): void
  /** Something was missed that cannot be told any more: load anew what is shown, before commands go on. */
  missed(): Promise<unknown>
}

export interface Config {
  server: { websocket: string; websocket_secure: string; long_polling: string; long_pooling_secure: string }
  channels: Record<'private' | 'shared', { id: string; end: string }>
  /** Where the portal's log is: a connection that begins here is told all that is missing in what is read after this. */
  mid: string
}

/** Ask where to listen; before anything is read that commands keep up to date. */
export const configure = (): Promise<Config> => call<Config>('pull.config.get')

/** The sender of what the portal itself says. */
const SERVER = 2
/** The server is silent for 10 seconds at most. */
const SILENCE = 25_000
const SOCKETS_TRIED = 3

export function listen(beginning: Config, listener: Listener): () => void {
  let stopped = false
  let config: Config | null = beginning
  let mid = beginning.mid
  let failures = 0
  let socket: WebSocket | null = null
  let timer: ReturnType<typeof setTimeout> | undefined
  let wake = (): void => {}

  function take(envelope: { mid?: string; sender?: { type: number }; body?: Command; user_params?: object }): void {
    if (envelope.mid) mid = envelope.mid
    const { body } = envelope
    // What other clients say is nothing that has happened.
    if (!body || envelope.sender?.type !== SERVER) return
    if (body.module_id === 'pull') {
      if (body.command === 'config_expire') mid = ''
      if (body.command === 'config_expire' || body.command === 'channel_expire') {
        config = null
        socket?.close()
      }
      return
    }
    listener.command({ ...body, params: { ...body.params, ...envelope.user_params } })
  }

  function received(text: string): void {
    const parsed = JSON.parse(text)
    for (const message of Array.isArray(parsed) ? parsed : [parsed]) {
      if (message.method === 'incoming.message') take(message.params)
    }
  }

  function address(kind: 'socket' | 'poll'): string {
    const secure = location.protocol === 'https:'
    const { server, channels } = config as Config
    const named =
      kind === 'socket'
        ? secure ? server.websocket_secure : server.websocket
        : secure ? server.long_pooling_secure : server.long_polling
    // The page's own host: the portal may be known by several names.
    const url = new URL(new URL(named).pathname, location.href)
    if (kind === 'socket') url.protocol = secure ? 'wss:' : 'ws:'
    url.searchParams.set('CHANNEL_ID', `${channels.private.id}/${channels.shared.id}`)
    url.searchParams.set('jsonRpc', 'true')
    if (mid) url.searchParams.set('mid', mid)
    return url.href
  }

  /** Ends when the connection does; true where it was open. */
  function bySocket(): Promise<boolean> {
    return new Promise((ended) => {
      let opened = false
      const current = (socket = new WebSocket(address('socket')))
      const alive = (): void => {
        clearTimeout(timer)
        timer = setTimeout(() => current.close(), SILENCE)
      }
      alive()
      current.onopen = () => {
        opened = true
        failures = 0
        alive()
        listener.connected(true)
      }
      current.onmessage = ({ data }) => {
        alive()
        if (data === 'ping') return current.send('pong')
        received(String(data))
        if (mid) current.send(`mack:${mid}`)
      }
      current.onclose = ({ code }) => {
        clearTimeout(timer)
        if (code === 4010) config = null
        ended(opened)
      }
    })
  }

  async function byPolling(): Promise<void> {
    const response = await fetch(address('poll'))
    if (response.status === 403 || response.status === 410) config = null
    if (response.status !== 200 && response.status !== 304) throw new Error(String(response.status))
    failures = SOCKETS_TRIED
    listener.connected(true)
    const text = response.status === 200 ? await response.text() : ''
    if (text) received(text)
    mid = response.headers.get('Last-Message-Id') ?? mid
  }

  function pause(): Promise<void> {
    const wait = Math.min(30_000, 500 * 2 ** failures) * (0.75 + Math.random() / 2)
    return new Promise((go) => {
      wake = go
      setTimeout(go, wait)
    })
  }

  async function run(): Promise<void> {
    let polls = false
    while (!stopped) {
      try {
        config ??= await configure()
        if (!mid) {
          mid = config.mid
          await listener.missed()
        }
        if (polls) await byPolling()
        else if (!(await bySocket())) polls = ++failures >= SOCKETS_TRIED && navigator.onLine
        else if (!stopped) listener.connected(false)
        if (polls) continue
      } catch {
        polls = false
        failures++
      }
      if (stopped) return
      listener.connected(false)
      await pause()
    }
  }

  const online = (): void => {
    failures = 0
    wake()
  }
  const offline = (): void => socket?.close()
  window.addEventListener('online', online)
  window.addEventListener('offline', offline)
  void run()

  return () => {
    stopped = true
    window.removeEventListener('online', online)
    window.removeEventListener('offline', offline)
    socket?.close()
  }
}
