/**
 * Notifications: those with a question first, then the others, the newest first; kept by live commands.
 *
 * Their count in the rail is kept whether or not they are shown.
 */
import { reactive } from 'vue'
import { call } from '@/api/portal'
import type { Person } from '@/api/shapes'
import { chats } from './chats'
import { on, onReload } from './connection'
import { me } from './me'
import { meet } from './people'

export interface Notice {
  id: number
  chat_id: number
  author_id: number
  date: string
  /** 1 asks for a confirmation; 2 is from a person or application, 3 or 4 from the portal. */
  notify_type: number
  notify_title: string
  text: string
  notify_read: 'Y' | 'N'
  params: Record<string, unknown> | null
  notify_buttons?: string
}

export interface NoticeButton {
  TEXT: string
  VALUE: string
}

interface Page {
  notifications: Notice[]
  users: Person[]
  total_unread_count?: number
}

const PAGE = 30
const ASKS = 1
const PERSONAL = 2

export const notices = reactive({ list: [] as Notice[], loaded: false, loading: false, more: false, error: '' })
/** What a button has led to, by the notification, while it is shown. */
export const replies = reactive(new Map<number, string>())

export function buttonsOf(notice: Notice): NoticeButton[] {
  if (!notice.notify_buttons) return []
  try {
    const parsed: unknown = JSON.parse(notice.notify_buttons)
    return Array.isArray(parsed) ? (parsed as NoticeButton[]).filter((button) => button && typeof button.TEXT === 'string') : []
  } catch {
    return []
  }
}

/** Whether a person may write a reply to it: it came from somebody else, and not from the portal. */
export function canAnswer(notice: Notice): boolean {
  return notice.notify_type === PERSONAL && notice.author_id > 0 && notice.author_id !== me.id
}

export async function loadNotices(): Promise<void> {
  if (notices.loading) return
  Object.assign(notices, { loading: true, error: '' })
  try {
    const page = await call<Page>('im.notify.get', { LIMIT: PAGE })
    meet(page.users)
    notices.list = page.notifications
    notices.more = page.notifications.length >= PAGE
    notices.loaded = true
    replies.clear()
  } catch (fault) {
    notices.error = fault instanceof Error ? fault.message : String(fault)
  } finally {
    notices.loading = false
  }
}

export async function moreNotices(): Promise<void> {
  const last = notices.list.at(-1)
  if (!last || notices.loading || !notices.more) return
  notices.loading = true
  try {
    const page = await call<Page>('im.notify.get', { LIMIT: PAGE, LAST_ID: last.id, LAST_TYPE: last.notify_type === ASKS ? 1 : 3 })
    meet(page.users)
    const known = new Set(notices.list.map((entry) => entry.id))
    notices.list.push(...page.notifications.filter((entry) => !known.has(entry.id)))
    notices.more = page.notifications.length >= PAGE
  } finally {
    notices.loading = false
  }
}

/** Those with a text, from the whole history. */
export async function searchNotices(text: string, lastId = 0): Promise<Notice[]> {
  const page = await call<Page>('im.notify.history.search', { SEARCH_TEXT: text, LIMIT: PAGE, ...(lastId && { LAST_ID: lastId }) })
  meet(page.users)
  return page.notifications
}

const seen = new Set<number>()
let timer: ReturnType<typeof setTimeout> | undefined

/** A notification was on the screen; several are reported together. Questions stay unread until they are answered. */
export function sawNotice(notice: Notice): void {
  if (notice.notify_read === 'Y' || notice.notify_type === ASKS || seen.has(notice.id)) return
  seen.add(notice.id)
  clearTimeout(timer)
  timer = setTimeout(() => {
    const ids = [...seen]
    call('im.notify.read.list', { IDS: ids }).catch(() => ids.forEach((id) => seen.delete(id)))
  }, 800)
}

export async function readAll(): Promise<void> {
  await call('im.notify.read.all')
  for (const entry of notices.list) entry.notify_read = 'Y'
  chats.notifications = 0
}

export async function removeNotice(id: number): Promise<void> {
  await call('im.notify.delete', { ID: id })
  drop([id])
}

/** Press a button; what the portal says to it stays in the place of the notification. */
export async function press(notice: Notice, value: string): Promise<void> {
  const { result_message: said } = await call<{ result_message: string[] | false }>('im.notify.confirm', { NOTIFY_ID: notice.id, NOTIFY_VALUE: value })
  if (said) replies.set(notice.id, said.join('\n'))
  else drop([notice.id])
}

export async function answerNotice(notice: Notice, text: string): Promise<void> {
  const { result_message: said } = await call<{ result_message: string[] | false }>('im.notify.answer', { NOTIFY_ID: notice.id, ANSWER_TEXT: text })
  replies.set(notice.id, said ? said.join('\n') : text)
}

function drop(ids: number[]): void {
  notices.list = notices.list.filter((entry) => !ids.includes(entry.id))
}

/** Put a new one where `im.notify.get` would: questions before all others. */
export function insert(list: Notice[], notice: Notice): Notice[] {
  const others = list.filter((entry) => entry.id !== notice.id)
  const at = notice.notify_type === ASKS ? 0 : others.findIndex((entry) => entry.notify_type !== ASKS)
  return at < 0 ? [...others, notice] : [...others.slice(0, at), notice, ...others.slice(at)]
}

on<{ notification: Notice; users: Record<string, Person>; counter: number }>('notifyAdd', ({ notification, users, counter }) => {
  meet(Object.values(users))
  chats.notifications = counter
  if (notices.loaded) notices.list = insert(notices.list, notification)
})
on<{ list: number[]; counter: number }>('notifyDelete', ({ list, counter }) => {
  chats.notifications = counter
  drop(list)
})
on<{ id: number; confirmMessages: string[]; counter: number }>('notifyConfirm', ({ id, confirmMessages, counter }) => {
  chats.notifications = counter
  if (confirmMessages.length && notices.list.some((entry) => entry.id === id)) replies.set(id, confirmMessages.join('\n'))
  else drop([id])
})
for (const [command, read] of [['notifyRead', 'Y'], ['notifyUnread', 'N']] as const) {
  on<{ list: number[]; firstId: number; counter: number }>(command, ({ list, firstId, counter }) => {
    chats.notifications = counter
    for (const entry of notices.list) {
      if (!list.includes(entry.id) && !(firstId > 0 && entry.id >= firstId)) continue
      entry.notify_read = read
      if (read === 'N') seen.delete(entry.id)
    }
  })
}
onReload(() => (notices.loaded ? loadNotices() : undefined))
