/** Messages that are pinned in dialogs: what was pinned last is first. */
import { reactive } from 'vue'
import { call } from '@/api/portal'
import type { File } from '@/api/shapes'
import { camelPeople } from './camel'
import { on, onReload } from './connection'
import { fromContext, type ChatMessage, type ContextMessage } from './messages'
import { meet } from './people'
import { attempt } from './toasts'

const pins = reactive(new Map<string, ChatMessage[]>())

export function pinsOf(dialogId: string): ChatMessage[] {
  return pins.get(dialogId) ?? []
}

export function isPinned(dialogId: string, messageId: number): boolean {
  return pinsOf(dialogId).some((message) => message.id === messageId)
}

export async function loadPins(dialogId: string): Promise<void> {
  const page = await call<{ MESSAGES: ContextMessage[]; USERS: Record<string, unknown>[]; FILES: File[] }>('botyard.chat.pin.list', { DIALOG_ID: dialogId })
  meet(camelPeople(page.USERS))
  const files = new Map(page.FILES.map((file) => [file.id, file]))
  pins.set(dialogId, page.MESSAGES.map((message) => fromContext(message, files)))
}

/** Pin a message, or have it pinned no longer: shown at once, and undone where the portal refuses. */
export async function pin(dialogId: string, message: ChatMessage, active: boolean): Promise<void> {
  const before = pinsOf(dialogId)
  const others = before.filter((entry) => entry.id !== message.id)
  pins.set(dialogId, active ? [message, ...others] : others)
  const done = await attempt(async () => {
    await call(active ? 'botyard.chat.pin.add' : 'botyard.chat.pin.delete', { MESSAGE_ID: message.id })
    return true
  })
  if (!done) pins.set(dialogId, before)
}

on<{ dialogId: string; messageId: number; active: boolean }>('messagePin', ({ dialogId, messageId, active }) => {
  if (!pins.has(dialogId) || isPinned(dialogId, messageId) === active) return
  if (active) void loadPins(dialogId).catch(() => {})
  else pins.set(dialogId, pinsOf(dialogId).filter((message) => message.id !== messageId))
})
on<{ dialogId: string; id: number; text: string }>('messageUpdate', ({ dialogId, id, text }) => {
  const message = pinsOf(dialogId).find((entry) => entry.id === id)
  if (message) message.text = text
})
for (const command of ['messageDelete', 'messageDeleteComplete']) {
  on<{ dialogId: string; id: number }>(command, ({ dialogId, id }) => {
    if (pins.has(dialogId)) pins.set(dialogId, pinsOf(dialogId).filter((message) => message.id !== id))
  })
}
onReload(() => Promise.all([...pins.keys()].map((dialogId) => loadPins(dialogId).catch(() => pins.delete(dialogId)))))
