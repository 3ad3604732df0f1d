/** Telling the others of a chat that one is writing: at most every five seconds, and once more after a message is sent. */
import { call } from '@/api/portal'

const EVERY = 5000
const last = new Map<string, number>()

export function tellWriting(dialogId: string): void {
  const now = Date.now()
  if (now - (last.get(dialogId) ?? 0) < EVERY) return
  last.set(dialogId, now)
  call('im.dialog.writing', { DIALOG_ID: dialogId }).catch(() => {})
}

export function stoppedWriting(dialogId: string): void {
  last.delete(dialogId)
}
