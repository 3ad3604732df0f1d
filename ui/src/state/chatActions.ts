/** What a person does with a chat in the list. It is shown at once, and taken back where the portal refuses. */
import { call, type MethodName, type Params } from '@/api/portal'
import { chats, type ChatRow } from './chats'
import { conversation } from './conversation'
import { forget } from './reading'
import { attempt } from './toasts'

async function change(row: ChatRow, fields: Partial<ChatRow>, method: MethodName, params: Params): Promise<void> {
  const before = Object.fromEntries(Object.keys(fields).map((name) => [name, row[name as keyof ChatRow]]))
  Object.assign(row, fields)
  await attempt(async () => {
    try {
      await call(method, params)
    } catch (fault) {
      Object.assign(row, before)
      throw fault
    }
  })
}

async function remove(row: ChatRow, method: MethodName, params: Params): Promise<boolean> {
  chats.rows.delete(row.dialogId)
  const done = await attempt(async () => {
    try {
      await call(method, params)
      return true
    } catch (fault) {
      chats.rows.set(row.dialogId, row)
      throw fault
    }
  })
  return done === true
}

export function pin(row: ChatRow, on: boolean): Promise<void> {
  return change(row, { pinned: on }, 'im.recent.pin', { DIALOG_ID: row.dialogId, PIN: on ? 'Y' : 'N' })
}

export function mute(row: ChatRow, on: boolean): Promise<void> {
  return change(row, { muted: on }, 'im.chat.mute', { DIALOG_ID: row.dialogId, MUTE: on ? 'Y' : 'N' })
}

/** Read everything, and take away a mark that was made by hand. */
export function markRead(row: ChatRow): Promise<void> {
  conversation(row.dialogId).firstUnreadId = 0
  const params = { DIALOG_ID: row.dialogId, ACTION: 'N' }
  return change(row, { counter: 0, unread: false, lastId: Math.max(row.lastId, row.last.id) }, 'im.recent.unread', params)
}

export function markUnread(row: ChatRow): Promise<void> {
  forget(row.dialogId)
  return change(row, { unread: true }, 'im.recent.unread', { DIALOG_ID: row.dialogId, ACTION: 'Y' })
}

export function hide(row: ChatRow): Promise<boolean> {
  return remove(row, 'im.recent.hide', { DIALOG_ID: row.dialogId })
}

export function leave(row: ChatRow): Promise<boolean> {
  return remove(row, 'im.chat.leave', { CHAT_ID: row.chatId })
}
