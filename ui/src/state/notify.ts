/**
 * Sound and desktop notifications for new messages: not for own ones, not for chats that are muted or looked at, not
 * for those who do not want to be disturbed, and from one of several tabs.
 *
 * A tab that shows the chat says so to the others, which wait a moment for that. Then the first to write the number of
 * the message into the browser's memory is the one that tells of it.
 */
import { watch } from 'vue'
import { lastAuthor, lastLine } from '@/chats/rowText'
import { chats, unreadTotal, type ChatRow, type MessageCommand } from './chats'
import { on } from './connection'
import { me, myself } from './me'
import { preferences } from './preferences'
import { chime } from './sound'

export interface Surroundings {
  /** The dialog that is shown, empty for none. */
  shown: () => string
  open: (dialogId: string, messageId: number) => void
}

const WAIT = 150
/** What comes later than that was missed, and is no news. */
const NEWS = 60_000
const KEY = 'botyard.told'
const seen = new Set<number>()
const channel = 'BroadcastChannel' in window ? new BroadcastChannel('botyard.seen') : null
if (channel) channel.onmessage = ({ data }) => typeof data === 'number' && seen.add(data)

export function worthTelling(params: Pick<MessageCommand, 'message' | 'muted' | 'notify'>, now = Date.now()): boolean {
  const { message, muted, notify } = params
  const wanted = !muted && notify !== false && myself()?.status !== 'dnd'
  return wanted && message.senderId !== me.id && message.system !== 'Y' && now - Date.parse(message.date) < NEWS
}

/** Whether this tab is the one that tells of a message. */
export async function claim(messageId: number): Promise<boolean> {
  const take = (): boolean => {
    if (Number(localStorage.getItem(KEY) ?? 0) >= messageId) return false
    localStorage.setItem(KEY, String(messageId))
    return true
  }
  return 'locks' in navigator && navigator.locks ? ((await navigator.locks.request(KEY, take)) as boolean) : take()
}

export function startNotifying(around: Surroundings): void {
  async function took(params: MessageCommand): Promise<void> {
    if (!worthTelling(params)) return
    const { id } = params.message
    if (document.visibilityState === 'visible' && document.hasFocus() && around.shown() === params.dialogId) {
      channel?.postMessage(id)
      return
    }
    await new Promise((go) => setTimeout(go, WAIT))
    const row = chats.rows.get(params.dialogId)
    if (seen.delete(id) || !row || !(await claim(id))) return
    if (preferences.sound) chime()
    if (preferences.desktop && !document.hasFocus()) show(row, id)
  }

  function show(row: ChatRow, messageId: number): void {
    if (!('Notification' in window) || Notification.permission !== 'granted') return
    const author = row.private ? '' : `${lastAuthor(row)} `
    const note = new Notification(row.title, { body: author + lastLine(row), tag: row.dialogId, icon: '/online/icon.svg', silent: true })
    note.onclick = () => {
      window.focus()
      around.open(row.dialogId, messageId)
      note.close()
    }
  }

  for (const command of ['message', 'messageChat']) on<MessageCommand>(command, (params) => void took(params))
  // An installed application shows the count at its icon.
  watch(unreadTotal, (count) => void ('setAppBadge' in navigator && navigator.setAppBadge(count).catch(() => {})), { immediate: true })
}
