/** How messages stand under one another: days, groups of one author, the line of what is new. */
import { dayKey } from '@/language/dates'
import type { ChatMessage } from '@/state/messages'

export interface Row {
  message: ChatMessage
  /** Whether "new messages" stands above it. */
  unread: boolean
  /** Whether it begins, and ends, a group of one author within five minutes. */
  first: boolean
  last: boolean
}

export interface Day {
  key: number
  date: string
  rows: Row[]
}

const GROUP = 5 * 60_000

export function daysOf(messages: ChatMessage[], firstUnreadId: number): Day[] {
  const days: Day[] = []
  let before: Row | undefined
  let lineDrawn = false
  for (const message of messages) {
    const key = dayKey(message.date)
    let day = days.at(-1)
    const newDay = day?.key !== key
    if (!day || newDay) days.push((day = { key, date: message.date, rows: [] }))
    const unread = !lineDrawn && firstUnreadId > 0 && message.id >= firstUnreadId
    if (unread) lineDrawn = true
    const first = newDay || unread || !before || !together(before.message, message)
    if (before && !first) before.last = false
    before = { message, unread, first, last: true }
    day.rows.push(before)
  }
  return days
}

function together(one: ChatMessage, next: ChatMessage): boolean {
  return one.authorId === next.authorId && !one.system && !next.system && Date.parse(next.date) - Date.parse(one.date) < GROUP
}
