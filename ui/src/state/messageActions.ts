/** What people do with messages that are there: change, delete, forward, mark as unread. */
import { call } from '@/api/portal'
import { conversations, type Conversation } from './conversation'
import type { ChatMessage } from './messages'
import { unreadFrom } from './reading'
import { attempt } from './toasts'
import { uuid } from './uuid'

/** Change an own message: shown at once, and undone where the portal refuses. */
export async function edit(message: ChatMessage, text: string): Promise<boolean> {
  const before = { text: message.text, edited: message.edited }
  if (before.text === text) return true
  Object.assign(message, { text, edited: true })
  const done = await attempt(async () => {
    await call('im.message.update', { MESSAGE_ID: message.id, MESSAGE: text })
    return true
  })
  if (!done) Object.assign(message, before)
  return done === true
}

export async function remove(message: ChatMessage): Promise<boolean> {
  const done = await attempt(async () => {
    await call('im.message.delete', { MESSAGE_ID: message.id })
    return true
  })
  if (done) Object.assign(message, { deleted: true, text: '', files: [], params: {}, reactions: [] })
  return done === true
}

export async function markUnreadFrom(shown: Conversation, message: ChatMessage): Promise<void> {
  await attempt(() => unreadFrom(shown.dialogId, message.id))
  shown.firstUnreadId = message.id
}

/** Send copies of messages to dialogs, in their order. Returns the dialogs that took them. */
export async function forward(messages: ChatMessage[], dialogIds: string[]): Promise<string[]> {
  const taken: string[] = []
  for (const dialogId of dialogIds) {
    const ids = Object.fromEntries(messages.map((message) => [uuid(), message.id]))
    const done = await attempt(() => call<Record<string, number>>('botyard.message.forward', { DIALOG_ID: dialogId, FORWARD_IDS: ids }))
    if (!done) continue
    taken.push(dialogId)
    // What was sent just now is read where the chat is not followed to its end.
    const shown = conversations.get(dialogId)
    if (shown) shown.firstUnreadId = 0
  }
  return taken
}

export interface Readers {
  people: { userId: number; date: string }[]
  next: number
}

/** Who has read a message, and where the next part begins; 0 where there is none. */
export async function readersOf(messageId: number, after = 0): Promise<Readers> {
  const page = await call<{ PEOPLE: { USER_ID: number; DATE: string }[]; NEXT: number }>('botyard.message.readers', {
    MESSAGE_ID: messageId,
    ...(after > 0 && { AFTER: after }),
  })
  return { people: page.PEOPLE.map(({ USER_ID: userId, DATE: date }) => ({ userId, date })), next: page.NEXT }
}

/** The address of a message, in the form of the vendor's links. */
export function linkTo(dialogId: string, messageId: number): string {
  return `${location.origin}/online/?IM_DIALOG=${dialogId}&IM_MESSAGE=${messageId}`
}
