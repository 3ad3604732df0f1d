/** Messages that others answer, where they are not in the window: read together, and kept. */
import { reactive } from 'vue'
import { batch } from '@/api/portal'
import type { File } from '@/api/shapes'
import { camelPeople } from './camel'
import { on } from './connection'
import { fromContext, type ChatMessage, type ContextMessage } from './messages'
import { meet } from './people'

type Context = { MESSAGES: ContextMessage[]; USERS: Record<string, unknown>[]; FILES: File[] }

/** `null` for one that is not there, or that the person may not see. */
const quoted = reactive(new Map<number, ChatMessage | null>())
const wanted = new Set<number>()
/** The portal takes so many calls in a batch. */
const AT_ONCE = 50

/** A message, `null` where there is none, undefined while it is being read. */
export function quotedMessage(id: number): ChatMessage | null | undefined {
  const known = quoted.get(id)
  if (known === undefined && !wanted.has(id)) {
    if (wanted.size === 0) setTimeout(() => void fetchWanted(), 20)
    wanted.add(id)
  }
  return known
}

async function fetchWanted(): Promise<void> {
  const ids = [...wanted].slice(0, AT_ONCE)
  try {
    const found = await batch<Record<string, Context>>(
      Object.fromEntries(ids.map((id) => [`m${id}`, ['botyard.message.context', { MESSAGE_ID: id, RANGE: 0 }]])),
    )
    for (const id of ids) {
      const context = found[`m${id}`]
      if (context) meet(camelPeople(context.USERS))
      const message = context?.MESSAGES.find((entry) => entry.id === id)
      quoted.set(id, message ? fromContext(message, new Map(context?.FILES.map((file) => [file.id, file]))) : null)
    }
  } catch {
    // They are asked for again when they are shown again.
  }
  for (const id of ids) wanted.delete(id)
  if (wanted.size) setTimeout(() => void fetchWanted(), 20)
}

on<{ id: number; text: string }>('messageUpdate', ({ id, text }) => {
  const message = quoted.get(id)
  if (message) message.text = text
})
for (const command of ['messageDelete', 'messageDeleteComplete']) {
  on<{ id: number }>(command, ({ id }) => {
    const message = quoted.get(id)
    if (message) Object.assign(message, { deleted: true, text: '' })
  })
}
