/** Which chats the list shows. */
import type { ChatRow } from './chats'
import { mentionsIn } from './unreadMentions'

export const FILTERS = ['all', 'unread', 'bots', 'mentions'] as const
export type Filter = (typeof FILTERS)[number]

export function passes(row: ChatRow, filter: Filter): boolean {
  if (filter === 'unread') return row.counter > 0 || row.unread
  if (filter === 'bots') return row.kind === 'bot'
  if (filter === 'mentions') return mentionsIn(row) > 0
  return true
}

/** A text as it is compared: without case and accents. */
export function folded(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()
}

/** Whether each word of a phrase begins a word of the title. */
export function matches(title: string, phrase: string): boolean {
  const words = folded(title).split(/[^\p{L}\p{N}]+/u)
  return folded(phrase)
    .split(/[^\p{L}\p{N}]+/u)
    .filter(Boolean)
    .every((wanted) => words.some((word) => word.startsWith(wanted)))
}

/** The rows that pass a filter and a phrase. A chat that is open stays in the list of unread ones while it is read. */
export function shownRows(rows: ChatRow[], filter: Filter, phrase: string, open: string): ChatRow[] {
  if (filter === 'all' && !phrase.trim()) return rows
  return rows.filter((row) => (passes(row, filter) || (filter === 'unread' && row.dialogId === open)) && matches(row.title, phrase))
}
