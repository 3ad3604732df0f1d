/** Whether the portal is there, and how what happens reaches the parts of the client that show it. */
import { reactive } from 'vue'
import { listen, type Config } from '@/api/push'
import { toast } from './toasts'

type Handler = (params: never) => void

export const connection = reactive({ online: true, connectedOnce: false })

const handlers = new Map<string, Handler[]>()
const reloaders: (() => unknown)[] = []
let stop: (() => void) | null = null
let offlineTimer: ReturnType<typeof setTimeout> | undefined

/** Have a function called with the params of a live command of the modules `im` and `online`. */
export function on<T>(command: string, handler: (params: T) => void): void {
  handlers.set(command, [...(handlers.get(command) ?? []), handler as Handler])
}

/** Have a function called when what is shown may have gaps, and has to be read anew. */
export function onReload(reload: () => unknown): void {
  reloaders.push(reload)
}

/** Hear what happens from a place on; what is shown was read after the place was asked for. */
export function connect(beginning: Config): void {
  stop ??= listen(beginning, {
    command({ module_id, command, params }) {
      if (module_id !== 'im' && module_id !== 'online') return
      for (const handler of handlers.get(command) ?? []) {
        try {
          handler(params as never)
        } catch (fault) {
          console.error(command, fault)
        }
      }
    },
    connected(on) {
      clearTimeout(offlineTimer)
      // A reconnection within a moment is nothing to tell of.
      if (on) Object.assign(connection, { online: true, connectedOnce: true })
      else offlineTimer = setTimeout(() => (connection.online = false), 2000)
    },
    missed() {
      return Promise.all(reloaders.map(async (reload) => reload())).catch((fault) => toast(String(fault), 'error'))
    },
  })
}

export function disconnect(): void {
  stop?.()
  stop = null
}
