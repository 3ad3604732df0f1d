/** The shortcuts of the list of chats. */
import { chatAt, router } from '@/router'
import { addShortcut, onEscape } from '@/shell/shortcuts'
import { markRead } from '@/state/chatActions'
import { passes } from '@/state/chatFilter'
import { chats, ordered, type ChatRow } from '@/state/chats'
import { composing, stopComposing } from '@/state/composing'
import { goToMention } from '@/conversation/mentionJump'
import { openDialogs } from './dialogs'
import { listFilter } from './listFilter'

function openDialog(): string {
  const { name, params } = router.currentRoute.value
  return name === 'chat' ? String(params.dialogId) : ''
}

/** The next row in a direction that passes; at the end it goes on at the other end. */
export function neighbour(rows: ChatRow[], from: string, step: 1 | -1, wanted: (row: ChatRow) => boolean): ChatRow | undefined {
  const start = rows.findIndex((row) => row.dialogId === from)
  for (let count = 1; count <= rows.length; count++) {
    const at = start < 0 ? (step > 0 ? count - 1 : rows.length - count) : (start + step * count + rows.length * count) % rows.length
    const row = rows[at]
    if (row && row.dialogId !== from && wanted(row)) return row
  }
  return undefined
}

function go(step: 1 | -1, wanted: (row: ChatRow) => boolean = () => true): void {
  const row = neighbour(ordered.value, openDialog(), step, wanted)
  if (row) void router.push(chatAt(row.dialogId))
}

const unread = (row: ChatRow): boolean => passes(row, 'unread')

export function addChatShortcuts(): void {
  const group = 'shortcuts.chats' as const
  addShortcut({ keys: 'Ctrl+K', label: 'jump.title', group, run: () => (openDialogs.jump = '') })
  addShortcut({ keys: 'Alt+ArrowDown', label: 'shortcuts.next', group, run: () => go(1) })
  addShortcut({ keys: 'Alt+ArrowUp', label: 'shortcuts.previous', group, run: () => go(-1) })
  addShortcut({ keys: 'Alt+Shift+ArrowDown', label: 'shortcuts.nextUnread', group, run: () => go(1, unread) })
  addShortcut({ keys: 'Alt+Shift+ArrowUp', label: 'shortcuts.previousUnread', group, run: () => go(-1, unread) })
  addShortcut({ keys: 'Ctrl+Shift+M', label: 'shortcuts.mentions', group, run: () => (listFilter.value = listFilter.value === 'mentions' ? 'all' : 'mentions') })
  addShortcut({ keys: 'Alt+M', label: 'conversation.toMention', group, run: () => goToMention(openDialog()) })
  addShortcut({ keys: '?', label: 'shortcuts.title', group, run: () => (openDialogs.shortcuts = true) })

  onEscape(50, () => {
    const dialogId = openDialog()
    if (!dialogId || !composing(dialogId)) return false
    stopComposing(dialogId)
    return true
  })
  onEscape(80, () => {
    const row = chats.rows.get(openDialog())
    if (!row || !unread(row)) return false
    void markRead(row)
    return true
  })
}
