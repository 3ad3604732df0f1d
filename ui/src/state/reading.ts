/** Read marks: what was seen is reported to the portal, some moments later and together. */
import { call } from '@/api/portal'
import { chats } from './chats'

/** What is on its way to the portal. */
const reported = new Map<string, number>()
const timers = new Map<string, ReturnType<typeof setTimeout>>()
/** Dialogs that were marked as unread by hand: they are read again when they are opened again. */
const paused = new Set<string>()

/** The person has seen a message and all before it. */
export function seen(dialogId: string, messageId: number): void {
  if (paused.has(dialogId)) return
  const row = chats.rows.get(dialogId)
  if (messageId <= Math.max(reported.get(dialogId) ?? 0, row?.lastId ?? 0)) return
  reported.set(dialogId, messageId)
  if (!timers.has(dialogId)) timers.set(dialogId, setTimeout(() => void report(dialogId), 250))
}

async function report(dialogId: string): Promise<void> {
  timers.delete(dialogId)
  const upTo = reported.get(dialogId)
  if (upTo === undefined) return
  try {
    await call('im.dialog.read', { DIALOG_ID: dialogId, MESSAGE_ID: upTo })
    const row = chats.rows.get(dialogId)
    // The command says the same in a moment; until then it must not be reported again.
    if (row && !paused.has(dialogId)) row.lastId = Math.max(row.lastId, upTo)
  } catch {
    // What is seen next is reported with it.
  }
  if (reported.get(dialogId) === upTo) reported.delete(dialogId)
}

/** Mark a message and all after it as unread, and leave them so until the dialog is opened again. */
export async function unreadFrom(dialogId: string, messageId: number): Promise<void> {
  pauseReading(dialogId)
  await call('im.dialog.unread', { DIALOG_ID: dialogId, MESSAGE_ID: messageId })
}

export function pauseReading(dialogId: string): void {
  paused.add(dialogId)
  forget(dialogId)
}

export function resumeReading(dialogId: string): void {
  paused.delete(dialogId)
}

/** Forget what was reported: the person has marked the chat as unread. */
export function forget(dialogId: string): void {
  clearTimeout(timers.get(dialogId))
  timers.delete(dialogId)
  reported.delete(dialogId)
}
