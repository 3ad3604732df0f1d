/** How messages stand under one another: days, groups of one author, the line of what is new. */
import { dayKey } from '@/language/dates'
import type { ChatMessage } from '@/state/messages'

export interface Row {
  message: ChatMessage
  /** Whether a new day begins with it. */
  day: boolean
  /** Whether "new messages" stands above it. */
  unread: boolean
  /** Whether it begins, and ends, a group of one author within five minutes. */
  first: boolean
  last: boolean
}

const GROUP = 5 * 60_000

export function rowsOf(messages: ChatMessage[], firstUnreadId: number): Row[] {
  const rows: Row[] = []
  let lineDrawn = false
  for (const message of messages) {
    const before = rows.at(-1)
    const day = !before || dayKey(before.message.date) !== dayKey(message.date)
    const unread = !lineDrawn && firstUnreadId > 0 && message.id >= firstUnreadId
    if (unread) lineDrawn = true
    const first = day || unread || !before || !together(before.message, message)
    if (before && !first) before.last = false
    rows.push({ message, day, unread, first, last: true })
  }
  return rows
}

function together(one: ChatMessage, next: ChatMessage): boolean {
  return one.authorId === next.authorId && !one.system && !next.system && Date.parse(next.date) - Date.parse(one.date) < GROUP
}
