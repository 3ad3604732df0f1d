/**
 * What the field to write in is doing in each dialog: answering a message, or changing an own one. The list of messages
 * asks for it, the field reads it.
 */
import { reactive } from 'vue'
import { conversation } from './conversation'
import { me } from './me'
import type { ChatMessage } from './messages'

export interface Composing {
  kind: 'reply' | 'edit'
  message: ChatMessage
}

const composings = reactive(new Map<string, Composing>())
const insertions = reactive(new Map<string, string>())

/** What the field does; undefined where it writes a message as any. */
export function composing(dialogId: string): Composing | undefined {
  return composings.get(dialogId)
}

export function startReply(dialogId: string, message: ChatMessage): void {
  composings.set(dialogId, { kind: 'reply', message })
}

export function startEdit(dialogId: string, message: ChatMessage): void {
  composings.set(dialogId, { kind: 'edit', message })
}

export function stopComposing(dialogId: string): void {
  composings.delete(dialogId)
}

/** Change the last message of this person; false where none can be changed. */
export function editLastOwn(dialogId: string): boolean {
  const message = conversation(dialogId).messages.findLast((entry) => canBeEdited(entry))
  if (message) startEdit(dialogId, message)
  return message !== undefined
}

export function canBeEdited(message: ChatMessage): boolean {
  return message.authorId === me.id && message.state === 'sent' && !message.system && !message.deleted && !message.forward
}

/** Have a text put where the caret of the field is: a quote, a `[put]`. */
export function insert(dialogId: string, text: string): void {
  insertions.set(dialogId, (insertions.get(dialogId) ?? '') + text)
}

/** A text that waits to be put into the field. The field watches this, and takes it. */
export function insertion(dialogId: string): string {
  return insertions.get(dialogId) ?? ''
}

export function takeInsertion(dialogId: string): string {
  const text = insertion(dialogId)
  insertions.delete(dialogId)
  return text
}
