/** Read marks: what was seen is reported to the portal, some moments later and together. */
import { call } from '@/api/portal'
import { chats } from './chats'
import type { Conversation } from './conversation'

const reported = new Map<string, number>()
const timers = new Map<string, ReturnType<typeof setTimeout>>()

/** The person has seen a message and all before it. */
export function seen(shown: Conversation, messageId: number): void {
  const row = chats.rows.get(shown.dialogId)
  if (messageId <= (reported.get(shown.dialogId) ?? row?.lastId ?? 0)) return
  reported.set(shown.dialogId, messageId)
  if (timers.has(shown.dialogId)) return
  timers.set(
    shown.dialogId,
    setTimeout(() => {
      timers.delete(shown.dialogId)
      const upTo = reported.get(shown.dialogId)
      call('im.dialog.read', { DIALOG_ID: shown.dialogId, MESSAGE_ID: upTo }).catch(() => reported.delete(shown.dialogId))
    }, 250),
  )
}

/** Forget what was reported: the person has marked the chat as unread. */
export function forget(dialogId: string): void {
  reported.delete(dialogId)
}
